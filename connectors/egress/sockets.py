"""Sockets that keep a deadline. A socket's own time-out begins anew with each byte, so a server that drips holds a call
for as long as it likes; these set what is left before each operation, and fail once nothing is."""

from __future__ import annotations

import socket
import ssl
from functools import lru_cache
from typing import Any

from engine.clock import Clock


class _Timed:
    """What both kinds share. `keep` says until when."""

    _clock: Clock | None = None
    _deadline = 0.0

    def keep(self, deadline: float, clock: Clock) -> None:
        """From now on operations end at `deadline` of `clock`."""
        self._clock, self._deadline = clock, deadline
        self._hurry()

    def _hurry(self) -> None:
        if self._clock is not None:
            self.settimeout(left(self._deadline, self._clock))  # type: ignore[attr-defined]  # the socket's


class TimedSocket(_Timed, socket.socket):
    """A plain one."""

    def recv(self, *args: Any) -> bytes:
        """As a socket's, until the deadline."""
        self._hurry()
        return super().recv(*args)

    def recv_into(self, *args: Any, **named: Any) -> int:
        """As a socket's, until the deadline."""
        self._hurry()
        return super().recv_into(*args, **named)

    def send(self, *args: Any) -> int:
        """As a socket's, until the deadline."""
        self._hurry()
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        """As a socket's, until the deadline: it is one for all that is sent."""
        self._hurry()
        super().sendall(*args)


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """One under TLS. What it receives goes through `read`, what it sends through `send`."""

    def read(self, *args: Any, **named: Any) -> Any:
        """As an SSLSocket's, until the deadline."""
        self._hurry()
        return super().read(*args, **named)

    def send(self, *args: Any, **named: Any) -> int:
        """As an SSLSocket's, until the deadline."""
        self._hurry()
        return super().send(*args, **named)


def left(deadline: float, clock: Clock) -> float:
    """The seconds until `deadline`. Raises TimeoutError when there are none."""
    seconds = deadline - clock.now()
    if seconds <= 0:
        raise TimeoutError("the time for the call is over")
    return seconds


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """How connectors use TLS: 1.2 at least, certificates and names checked against the system's authorities."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # else it is the system's OpenSSL that decides
    context.sslsocket_class = TimedTlsSocket
    return context


def under_tls(sock: TimedSocket, name: str, deadline: float, clock: Clock, context: ssl.SSLContext) -> TimedTlsSocket:
    """`sock` under TLS to the host called `name`, which its certificate must be for. Raises OSError, TimeoutError."""
    sock.keep(deadline, clock)  # OpenSSL's handshake keeps the socket's time-out for all its reads together
    wrapped = context.wrap_socket(sock, server_hostname=name)
    assert isinstance(wrapped, TimedTlsSocket)  # noqa: S101  the context makes no other
    wrapped.keep(deadline, clock)
    return wrapped
