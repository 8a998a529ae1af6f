"""The connectors postgres and mysql with a proxy in force: libpq and PyMySQL reach a public host through it."""

from __future__ import annotations

import json
import threading

import pytest

from connectors.egress.proxy import read_proxy
from connectors.shipped.mysql import MysqlConnector
from connectors.shipped.postgres import PostgresConnector
from connectors.testing import CallFailed, call
from tests.support.vendors import databases
from tests.support.vendors.databases import NAME, PASSWORD, USER
from tests.support.vendors.forwarding import Forwarding

POSTGRES = pytest.param("postgres", marks=pytest.mark.skipif(
    databases.postgres_programs() is None, reason=databases.NO_POSTGRES
))
MYSQL = pytest.param("mysql", marks=pytest.mark.skipif(databases.mysql_program() is None, reason=databases.NO_MYSQL))
PUBLIC = "93.184.216.34"
CLASSES = {"postgres": PostgresConnector, "mysql": MysqlConnector}
NAMES = {"postgres": "postgres", "mysql": "shop"}
LONG = {"postgres": "text", "mysql": "longtext"}
PORTS = {"postgres": 5432, "mysql": 3306}


@pytest.fixture(scope="module")
def server(request):
    made = getattr(databases, request.param)()
    yield request.param, made
    made.close()


class Proxied:
    """A database that only the proxy leads to."""

    def __init__(self, kind, server, use_dialler):
        self.kind, self.server, self.forwarding = kind, server, Forwarding(("127.0.0.1", server.port))
        address = self.forwarding.address.replace("proxy.internal", "127.0.0.1")
        use_dialler(proxy=read_proxy(address), resolve=lambda host, port: [PUBLIC])

    def call(self, action, statement, **params):
        given = {"host": NAME, "port": PORTS[self.kind], "user": USER, "database": NAMES[self.kind],
                 "password": {"$secret": "DB"}, "ca": self.server.ca, "statement": statement, **params}
        return call(CLASSES[self.kind], action, given, secrets={"DB": PASSWORD})


@pytest.fixture
def proxied(server, use_dialler):
    made = Proxied(*server, use_dialler)
    yield made
    made.forwarding.close()


both = pytest.mark.parametrize("server", [POSTGRES, MYSQL], indirect=True)


@both
def test_a_public_database_is_reached_by_its_name_and_its_certificate_is_checked(proxied):
    before = set(threading.enumerate())
    assert proxied.call("query", "SELECT 1 AS one")["rows"] == [{"one": 1}]
    proxied.call("execute", f"CREATE TABLE big (text {LONG[proxied.kind]})")
    proxied.call("execute", "INSERT INTO big (text) VALUES (%s)", parameters=["x" * 3_000_000])
    assert len(proxied.call("query", "SELECT text FROM big")["rows"][0]["text"]) == 3_000_000
    proxied.call("execute", "DROP TABLE big")
    assert {head.split()[1] for head in proxied.forwarding.asked} == {f"{NAME}:{PORTS[proxied.kind]}"}
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "relay"]
    with pytest.raises(CallFailed):
        proxied.call("query", "SELECT 1", host="other.example")  # the certificate is another's


@both
def test_what_the_proxy_refuses_is_said(proxied):
    proxied.forwarding.answer = b"HTTP/1.1 403 Forbidden\r\n\r\n"
    with pytest.raises(CallFailed, match=f"answered 403 to CONNECT {NAME}") as caught:
        proxied.call("execute", "SELECT 1")
    assert json.loads(caught.value.cause)["code"] == "ProxyRefused"


@both
def test_a_proxy_that_leads_nowhere_fails_the_call_and_may_be_tried_again(proxied):
    proxied.forwarding.target = None  # it says 200, and hangs up
    with pytest.raises(CallFailed) as caught:
        proxied.call("query", "SELECT 1")
    assert caught.value.retryable


@both
def test_an_allowed_one_is_reached_without_it(proxied, use_dialler):
    port = proxied.server.port
    address = proxied.forwarding.address.replace("proxy.internal", "127.0.0.1")
    use_dialler(f"{NAME}:{port}", proxy=read_proxy(address), resolve=lambda host, port: ["127.0.0.1"])
    assert proxied.call("query", "SELECT 1 AS one", port=port)["rows"] == [{"one": 1}]
    assert proxied.forwarding.asked == []
