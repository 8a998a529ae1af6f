"""HTTP/1.1 over dialled sockets: one request and its whole answer, within a deadline. Connections are kept for reuse.

A kept connection belongs to the dialler, scheme, host and port that it was made for, and goes to the address that was
checked then.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from connectors.egress.http_connection import opened
from connectors.egress.sockets import TimedSocket, TimedTlsSocket, left
from engine.records import dataclass

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler
    from connectors.egress.urls import Url

CHUNK_BYTES = 64 * 1024
MOST_KEPT = 32
"""Of one origin."""
MOST_ORIGINS = 50

_Key = tuple["Dialler", tuple[str, str, int]]

Enough = Callable[[int, Mapping[str, str], bytearray], bool]
"""Asked with an answer's status, its headers and the body so far whether that is enough: a stream may have no end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case, the values of one that was sent repeatedly joined."""

    status: int
    headers: dict[str, str]
    body: bytes


class NoConnection(Exception):
    """Nothing was sent: the text says why. `untrusted`: the certificate is not."""

    def __init__(self, message: str, *, untrusted: bool = False) -> None:
        super().__init__(message)
        self.untrusted = untrusted


class NoAnswer(Exception):
    """The request may have arrived, and no whole answer came: the text says why."""


class Connections:
    """Safe to share between threads."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._kept: dict[_Key, list[http.client.HTTPConnection]] = {}
        self._lock = threading.Lock()

    def exchange(
        self, dialler: Dialler, method: str, url: Url, headers: dict[str, str], body: bytes | None, deadline: float,
        *, most_bytes: int, enough: Enough | None = None,
    ) -> Answer:
        """Send the request, read the answer, up to where it is `enough`. Raises ConnectorError for what may not be
        called, NoConnection, NoAnswer, and TooLarge for a body over `most_bytes`; and what `enough` raises."""
        dialler.check_granted(url.host)
        key = (dialler, url.origin)
        connection = self._taken(key) or _opened(dialler, url, deadline, self._context)
        finished = False
        try:
            answer, finished = _exchanged(
                connection, dialler, method, url, headers, body, deadline, most_bytes, enough
            )
        finally:
            if finished and connection.sock is not None:
                self._keep(key, connection)
            else:
                connection.close()
        return answer

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            kept = [connection for connections in self._kept.values() for connection in connections]
            self._kept.clear()
        for connection in kept:
            connection.close()

    def _taken(self, key: _Key) -> http.client.HTTPConnection | None:
        """A kept connection that the other side has not closed."""
        from urllib3.util import wait_for_read  # noqa: PLC0415  who only reads what HTTP can do does not call

        while True:
            with self._lock:
                kept = self._kept.get(key)
                if not kept:
                    return None
                connection = kept.pop()
            if connection.sock is not None and not wait_for_read(connection.sock, timeout=0.0):
                return connection
            connection.close()

    def _keep(self, key: _Key, connection: http.client.HTTPConnection) -> None:
        left_over = [connection]
        with self._lock:
            kept = self._kept.setdefault(key, [])
            if len(kept) < MOST_KEPT:
                kept.append(left_over.pop())
            if len(self._kept) > MOST_ORIGINS:
                left_over += self._kept.pop(next(iter(self._kept)))
        for one in left_over:
            one.close()


class TooLarge(Exception):
    """The body is over its limit."""


def _opened(
    dialler: Dialler, url: Url, deadline: float, context: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    """A connection that is made. Raises ConnectorError for what may not be called, NoConnection."""
    try:
        return opened(dialler, url.scheme, url.host.text, url.port, deadline, context)
    except ssl.SSLCertVerificationError as error:
        raise NoConnection(f"its certificate is not trusted ({error})", untrusted=True) from error
    except TimeoutError as error:
        raise NoConnection("no connection in time") from error
    except OSError as error:
        raise NoConnection(f"no connection ({error})") from error


def _exchanged(
    connection: http.client.HTTPConnection, dialler: Dialler, method: str, url: Url, headers: dict[str, str],
    body: bytes | None, deadline: float, most_bytes: int, enough: Enough | None,
) -> tuple[Answer, bool]:
    """The answer, and whether all of it was read."""
    from urllib3 import HTTPHeaderDict  # noqa: PLC0415  as above
    from urllib3.exceptions import HTTPError  # noqa: PLC0415
    from urllib3.exceptions import TimeoutError as HTTPTimeoutError  # noqa: PLC0415
    from urllib3.response import HTTPResponse  # noqa: PLC0415

    sock = connection.sock
    assert isinstance(sock, TimedSocket | TimedTlsSocket)  # noqa: S101  it was dialled
    try:
        sock.keep(deadline, dialler.clock)
        connection.request(method, url.target, body=body, headers=headers)
        raw = connection.getresponse()
        named = HTTPHeaderDict((name, value) for name, value in raw.msg.items())
        response = HTTPResponse(
            raw, headers=named, status=raw.status, preload_content=False, decode_content=True, original_response=raw,
            request_method=method, enforce_content_length=True,
        )
        answer = {name.lower(): ", ".join(named.getlist(name)) for name in named}
        data, finished = bytearray(), True
        while chunk := response.read1(CHUNK_BYTES):
            data += chunk
            if len(data) > most_bytes:
                raise TooLarge
            if enough is not None and enough(raw.status, answer, data):
                finished = False
                break
            left(deadline, dialler.clock)
    except (TimeoutError, HTTPTimeoutError) as error:
        raise NoAnswer("no answer in time") from error
    except (OSError, http.client.HTTPException, HTTPError) as error:
        raise NoAnswer(f"the connection broke ({error or type(error).__name__})") from error
    return Answer(raw.status, answer, bytes(data)), finished
