"""The allow-list of a stage and of one machine: read where a process begins, wrong entries told there."""

import socket

import pytest

from connectors.egress import in_force
from connectors.errors import ConnectorError
from engine.errors import InvalidDocument
from engine.settings import Settings
from functions.server.resources import allow_samples, callable_tasks
from functions.tunables import Tunables


def refused(host, port):
    """Whether the dialler in force refuses it; what it would call is not called."""
    dialler = in_force.current()
    try:
        dialler.checked(host, port, dialler.clock.now() + 5)
    except ConnectorError:
        return True
    return False


def test_a_process_allows_what_its_setting_names():
    callable_tasks(Settings.from_environment({"AUTOMATE_EGRESS_ALLOW": "10.0.0.0/8:443, [fd00::/8]:443"}))
    assert not refused("10.1.2.3", 443)
    assert not refused("fd00::1", 443)
    assert refused("10.1.2.3", 80)
    assert refused("127.0.0.1", 443)


def test_without_a_setting_nothing_is_allowed(monkeypatch):
    monkeypatch.delenv("AUTOMATE_EGRESS_ALLOW", raising=False)
    assert refused("127.0.0.1", 8400)
    assert not refused("93.184.216.34", 8400)


def test_the_setting_of_the_environment_holds_without_wiring(monkeypatch):
    monkeypatch.setenv("AUTOMATE_EGRESS_ALLOW", "127.0.0.1:8080")
    assert not refused("127.0.0.1", 8080)


def test_the_local_product_allows_its_samples_and_nothing_beside():
    allow_samples(Settings(egress_allow=("127.0.0.1:9000",)), 8400)
    assert not refused("127.0.0.1", 8400)
    assert not refused("127.0.0.1", 9000)
    assert refused("127.0.0.1", 8401)
    assert refused("127.0.0.2", 8400)


def test_lambda_s_runtime_api_is_read_from_the_environment():
    settings = Settings(egress_allow=("127.0.0.1:9001", "127.0.0.1:9002"))
    in_force.apply(settings, {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"})
    assert refused("127.0.0.1", 9001)
    assert not refused("127.0.0.1", 9002)


def test_an_entry_that_is_none_stops_the_start():
    with pytest.raises(InvalidDocument, match="'localhost' has no port"):
        callable_tasks(Settings(egress_allow=("localhost",)))
    with pytest.raises(InvalidDocument, match="'localhost' has no port") as caught:
        Tunables.from_context({"egress_allow": "10.0.0.0/8:443, localhost"}.get)
    assert caught.value.where.startswith("-c egress_allow=")
    assert Tunables.from_context({"egress_allow": "10.0.0.0/8:443,"}.get).egress_allow == "10.0.0.0/8:443,"


def test_a_proxy_that_is_none_stops_the_start():
    for text in ("proxy.internal:3128", "https://proxy.internal:3128", "http://proxy.internal", "http://a b:1"):
        with pytest.raises(InvalidDocument, match="is no proxy's address"):
            callable_tasks(Settings(egress_proxy=text))
    with pytest.raises(InvalidDocument) as caught:
        Tunables.from_context({"egress_proxy": "http://ann:s3@cret@proxy.internal:3128"}.get)
    assert caught.value.where == "-c egress_proxy=…"
    assert "s3" not in str(caught.value)
    kept = "http://ann:{{resolve:secretsmanager:proxy:SecretString:password}}@proxy.internal:3128"
    assert Tunables.from_context({"egress_proxy": kept}.get).egress_proxy == kept
    assert Tunables.from_context({"egress_proxy": "http://[fd00::7]:3128/"}.get).egress_proxy.startswith("http://[fd00")


def test_the_resolver_is_asked_through_getaddrinfo(monkeypatch):
    asked = []

    def getaddrinfo(host, port, **named):
        asked.append((host, port))
        return [(socket.AF_INET, 1, 6, "", ("93.184.216.34", port)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert refused("both.example", 80)
    assert asked == [("both.example", 80)]
