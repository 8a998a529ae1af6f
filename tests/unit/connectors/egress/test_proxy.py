"""Public hosts through a proxy. It is a real one, of a few lines: what it is told to reach it leads to one server."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

import pytest

from connectors.builtin.http import HttpConnector
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.egress.proxy import MOST_HEAD_BYTES, read_proxy
from connectors.errors import ConnectorError
from connectors.testing import CallFailed, call
from engine.clock import SystemClock


class Forwarding:
    """Reads a CONNECT, answers `answer`, and then joins the caller to `target`, the address of a server."""

    def __init__(self, target, answer=b"HTTP/1.1 200 Connection established\r\nVia: 1.1 us\r\n\r\n"):
        self.asked, self.target, self.answer = [], target, answer
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self):
        return f"http://proxy.internal:{self.listening.getsockname()[1]}"

    def _serve(self):
        with suppress(OSError):
            while True:
                caller, _ = self.listening.accept()
                threading.Thread(target=self._forward, args=(caller,), daemon=True).start()

    def _forward(self, caller):
        with caller, suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += caller.recv(1)
            self.asked.append(head.decode())
            caller.sendall(self.answer)
            if self.answer.startswith(b"HTTP/1.1 2") and self.target:
                with socket.create_connection(self.target) as host:
                    threading.Thread(target=self._pump, args=(host, caller), daemon=True).start()
                    self._pump(caller, host)

    @staticmethod
    def _pump(source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.listening.close()


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
