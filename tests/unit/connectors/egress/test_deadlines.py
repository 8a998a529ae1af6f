"""A server that drips keeps nobody: the request as a whole ends at its deadline. The clock is the test's own: it moves
on by a second each time it is read, so that a drip outlasts a deadline without anybody waiting."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest

from connectors.builtin.http import HttpConnector
from connectors.egress.dialling import Dialler
from connectors.egress.sockets import TimedSocket, TimedTlsSocket, left, under_tls
from connectors.testing import CallFailed, call
from engine.clock import SkipClock, SystemClock
from tests.support import patience


class HurriedClock(SkipClock):
    """A second passes between any two looks at it."""

    def now(self):
        self.sleep(1.0)
        return super().now()


@pytest.fixture
def drip():
    """A server that sends `first`, then `again` for ever, a piece at a time, however long it is listened to."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads, over = [], threading.Event()

    def serve(first, again, piece):
        with suppress(OSError):
            sock, _ = listening.accept()
            with sock, suppress(OSError):
                sock.settimeout(10)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.recv(65536)
                sock.sendall(first)
                while not over.is_set():
                    for at in range(0, len(again), piece):
                        sock.sendall(again[at : at + piece])

    def start(first, again, piece=1):
        thread = threading.Thread(target=serve, args=(first, again, piece))
        thread.start()
        threads.append(thread)
        return listening.getsockname()[1]

    yield start
    over.set()
    listening.close()
    for thread in threads:
        thread.join()


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(("first", "again"), [
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (OK, b"X-Slow: "), (OK + b"X-Slow: ", b"a"),
    (OK + b"Content-Length: 100000000\r\n\r\n", b"x"), (OK + b"\r\n", b"x"),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"e"),
    (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n"),
    (b"HTTP/1.1 404 Not Found\r\n", b"X-Slow: "),
    (b"HTTP/1.1 302 Found\r\nContent-Length: 100000000\r\nLocation: /\r\n\r\n", b"x"),
])
def test_a_drip_ends_at_the_deadline(drip, use_dialler, first, again):
    port = drip(first, again)
    clock = HurriedClock()
    use_dialler(f"127.0.0.1:{port}", clock=clock)
    with pytest.raises(CallFailed) as caught:
        call(HttpConnector, "request", {"url": f"http://127.0.0.1:{port}/", "method": "GET", "timeout_seconds": 30})
    assert "no answer in time" in caught.value.cause or "LineTooLong" in caught.value.cause
    assert caught.value.retryable
    assert clock.now() < 1_700_000_000 + 40


def test_a_name_that_is_never_resolved_ends_at_the_deadline(use_dialler):
    never = threading.Event()

    def resolve(host, port):
        never.wait(patience.SECONDS)
        return []

    use_dialler(resolve=resolve)
    with pytest.raises(CallFailed, match="no connection in time") as caught:
        call(HttpConnector, "request", {"url": "http://slow.example/", "method": "POST", "timeout_seconds": 0.1})
    never.set()
    assert (caught.value.definite, caught.value.retryable) == (True, True)


def test_a_handshake_that_drips_ends_at_the_deadline():
    here, there = socket.socketpair()
    sock = TimedSocket(here.family, here.type, 0, here.detach())
    over = threading.Event()

    def feed():
        with there, suppress(OSError):
            there.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KB, which comes a byte at a time
            while not over.wait(0.005):
                there.sendall(b"\x02")

    thread = threading.Thread(target=feed)
    thread.start()
    clock = SystemClock()
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTlsSocket
    try:
        with pytest.raises(TimeoutError):
            under_tls(sock, "example.com", clock.now() + 0.1, clock, context)
    finally:
        over.set()
        sock.close()
        thread.join()


def test_sending_keeps_the_deadline_too():
    here, there = socket.socketpair()
    sock = TimedSocket(here.family, here.type, 0, here.detach())
    clock = SkipClock()
    with sock, there:
        sock.keep(clock.now() + 5, clock)
        sock.sendall(b"x")
        assert there.recv(1) == b"x"
        clock.sleep(5)
        for operation in (lambda: sock.sendall(b"x"), lambda: sock.send(b"x"), lambda: sock.recv(1),
                          lambda: sock.recv_into(bytearray(1))):
            with pytest.raises(TimeoutError, match="time for the call is over"):
                operation()


def test_a_dead_address_takes_its_share_of_the_time_alone():
    tried = []

    def connect(sock, address):
        tried.append((address[0], sock.gettimeout()))
        raise TimeoutError("nobody")

    clock = SkipClock()
    dialler = Dialler(clock, resolve=lambda host, port: ["93.184.216.34", "93.184.216.35"], connect=connect)
    with pytest.raises(TimeoutError):
        dialler.dial("example.com", 80, clock.now() + 60)
    assert tried == [("93.184.216.34", 10.0), ("93.184.216.35", 10.0)]
    with pytest.raises(TimeoutError, match="time for the call is over"):
        left(clock.now(), clock)


def test_a_kept_connection_gets_the_deadline_of_each_request(landing_kept, use_dialler):
    port, accepted = landing_kept
    clock = SkipClock()
    connector = HttpConnector()
    use_dialler(f"127.0.0.1:{port}", f"a.internal:{port}", clock=clock, resolve=lambda host, port: ["127.0.0.1"])
    context = {"secrets": {}, "timeout_seconds": 60, "idempotency_key": "k"}

    def get(host):
        url = f"http://{host}:{port}/"
        connector.execute("request", {"url": url, "method": "GET", "timeout_seconds": 30}, context)
        clock.sleep(40)

    for _ in range(3):
        get("127.0.0.1")
    assert len(accepted) == 1
    get("a.internal")
    assert len(accepted) == 2, "another host has connections of its own, though it leads to the same address"
    use_dialler(f"127.0.0.1:{port}", clock=clock)
    get("127.0.0.1")
    assert len(accepted) == 3, "what another dialler has checked is not used"
    connector._calls.close()


@pytest.fixture
def landing_kept():
    listening, accepted, threads = socket.create_server(("127.0.0.1", 0)), [], []

    def answer(sock):
        with sock, suppress(OSError):
            while sock.recv(65536):
                sock.sendall(OK + b"Content-Length: 0\r\n\r\n")

    def serve():
        with suppress(OSError):
            while True:
                sock, _ = listening.accept()
                accepted.append(sock)
                threads.append(threading.Thread(target=answer, args=(sock,)))
                threads[-1].start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1], accepted
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()
    for one in threads:
        one.join()
