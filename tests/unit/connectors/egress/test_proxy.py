"""Public hosts through a proxy. It is a real one, of a few lines: what it is told to reach it leads to one server."""

from __future__ import annotations

import base64
import time

import pytest

from connectors.builtin.http import HttpConnector
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.egress.proxy import MOST_HEAD_BYTES, read_proxy, without_password
from connectors.errors import ConnectorError
from connectors.testing import CallFailed, call
from engine.clock import SystemClock
from engine.errors import InvalidDocument
from tests.support.vendors.forwarding import Forwarding


@pytest.fixture
def forwarding(landing):
    made = Forwarding(landing.server.server_address)
    yield made
    made.close()


def resolve(host, _port):
    known = {"proxy.internal": ["127.0.0.1"], "shop.example": ["93.184.216.34"], "inside.example": ["10.0.0.5"]}
    if host == "slow.example":
        time.sleep(10)
    if host not in known:
        raise OSError("no such name")
    return known[host]


def dialler(proxy, *allowed):
    return Dialler(SystemClock(), read_entries(allowed), proxy=read_proxy(proxy.address), resolve=resolve)


def get(url):
    return call(HttpConnector, "request", {"method": "GET", "url": url})


@pytest.fixture
def through(forwarding, use_dialler):
    use_dialler(resolve=resolve, proxy=read_proxy(forwarding.address))
    return forwarding


def test_a_public_host_is_called_through_the_proxy_by_its_name(through, landing):
    assert get("http://shop.example/a")["status"] == 200
    assert through.asked == ["CONNECT shop.example:80 HTTP/1.1\r\nHost: shop.example:80\r\n\r\n"]
    assert landing.seen == [("shop.example", "/a")]


def test_a_name_that_only_the_proxy_knows_is_called(through, landing):
    assert get("http://far.example:8080/")["status"] == 200
    assert through.asked[0].startswith("CONNECT far.example:8080 ")
    assert landing.seen == [("far.example:8080", "/")]


def test_a_resolver_that_does_not_answer_takes_two_seconds_of_the_call(through):
    assert get("http://slow.example/")["status"] == 200


@pytest.mark.parametrize("url", ["http://inside.example/", "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.5/"])
def test_what_is_not_public_is_refused_with_a_proxy_too(through, url):
    with pytest.raises(CallFailed, match="connectors call public hosts alone"):
        get(url)
    assert through.asked == []


def test_what_is_allowed_is_called_without_the_proxy(forwarding, landing):
    port = landing.server.server_address[1]
    sock = dialler(forwarding, f"127.0.0.1:{port}").dial("127.0.0.1", port, SystemClock().now() + 5)
    sock.close()
    assert forwarding.asked == []


def test_no_byte_of_what_follows_is_read_with_the_answer():
    """A mail server speaks first: its greeting may come with the proxy's answer."""
    made = Forwarding(None, b"HTTP/1.0 200 OK\r\n\r\n220 mail.example ready\r\n")
    sock = dialler(made).dial("shop.example", 25, SystemClock().now() + 5)
    assert sock.recv(100) == b"220 mail.example ready\r\n"
    sock.close()
    made.close()


@pytest.mark.parametrize(("answer", "error", "says"), [
    (b"HTTP/1.1 403 Forbidden\r\n\r\n", ConnectorError, "answered 403 to CONNECT shop.example:443"),
    (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ConnectorError, "asks for a user and a password"),
    (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", OSError, "answered 502"),
    (b"220 I am no proxy\r\n\r\n", OSError, "did not answer as an HTTP proxy"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * MOST_HEAD_BYTES, OSError, "did not answer as an HTTP proxy"),
    (b"", OSError, "did not answer as an HTTP proxy"),
])
def test_a_proxy_that_does_not_lead_there(answer, error, says):
    made = Forwarding(None, answer)
    with pytest.raises(error, match=says) as caught:
        dialler(made).dial("shop.example", 443, SystemClock().now() + 5)
    if error is ConnectorError:
        assert caught.value.definite
        assert caught.value.code == "ProxyRefused"
    made.close()


def test_a_proxy_that_is_not_there_was_not_reached():
    made = Forwarding(None)
    made.close()
    with pytest.raises(OSError):
        dialler(made).dial("shop.example", 443, SystemClock().now() + 5)


def test_a_user_and_a_password_are_shown_to_the_proxy_and_to_nobody_else(forwarding, use_dialler, landing):
    proxy = read_proxy(forwarding.address.replace("//", "//ann:p%40ss%2Fw%3Ard%C3%A9@"))
    assert "ss/w" not in f"{proxy} {proxy!r}"
    use_dialler(resolve=resolve, proxy=proxy)
    assert get("http://shop.example/a")["status"] == 200
    [head] = forwarding.asked
    line = f"\r\nProxy-Authorization: Basic {base64.b64encode('ann:p@ss/w:rdé'.encode()).decode()}\r\n"
    assert line in head
    assert not [name for name in landing.headers[0] if name.casefold().startswith("proxy")]


def test_a_password_that_the_proxy_does_not_take_is_not_told():
    made = Forwarding(None, b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    proxy = read_proxy(made.address.replace("//", "//ann:s3cret@"))
    with pytest.raises(ConnectorError, match="does not take the user and password that") as caught:
        Dialler(SystemClock(), proxy=proxy, resolve=resolve).dial("shop.example", 443, SystemClock().now() + 5)
    assert "s3cret" not in str(caught.value)
    made.close()


@pytest.mark.parametrize(("text", "shown"), [
    ("http://proxy.internal:3128", "http://proxy.internal:3128"), ("", ""),
    ("http://ann:s3cret@proxy.internal:3128", "http://********@proxy.internal:3128"),
    ("http://ann:s3@cret@proxy.internal:3128", "http://********@proxy.internal:3128"),
])
def test_an_address_is_shown_without_its_password(text, shown):
    assert without_password(text) == shown


@pytest.mark.parametrize("text", [
    "http://ann@proxy.internal:3128", "http://ann:@proxy.internal:3128", "http://:s3cret@proxy.internal:3128",
    "http://ann:s3@cret@proxy.internal:3128", "http://ann:s3/cret@proxy.internal:3128",
])
def test_half_a_password_is_none_and_is_not_told(text):
    with pytest.raises(InvalidDocument, match="it is no proxy's address") as caught:
        read_proxy(text)
    assert "s3" not in str(caught.value)
