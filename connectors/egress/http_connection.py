"""The standard library's HTTP connection over a dialled socket, which it never replaces by one of its own."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

from connectors.egress.sockets import tls, under_tls

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler


class FinalResponse(http.client.HTTPResponse):
    """The final answer: the standard library takes any interim one but 100 for it, and leaves the final one to whoever
    sends the next request on this connection. 101 answers an Upgrade, which nobody here asks for."""

    def begin(self) -> None:
        """Read up to the end of the final answer's headers (RFC 9110, 15.2)."""
        super().begin()
        while 100 < self.status < 200:
            if self.status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("it switched to another protocol, which nobody asked for")
            self.headers = self.msg = None  # type: ignore[assignment]  # what `begin` itself looks at
            super().begin()


def opened(
    dialler: Dialler, scheme: str, host: str, port: int, deadline: float, context: ssl.SSLContext | None = None
) -> http.client.HTTPConnection:
    """A connection to `host` whose socket keeps `deadline`; under https the certificate is for `host`.

    Raises ConnectorError for what may not be called; OSError, ssl.SSLError and TimeoutError among them, for what is not
    reached. Nothing was sent then.
    """
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port)
    connection.auto_open = 0
    connection.response_class = FinalResponse
    sock = dialler.dial(host, port, deadline)
    if scheme == "http":
        connection.sock = sock
        return connection
    try:
        connection.sock = under_tls(sock, host, deadline, dialler.clock, context or tls())
    except BaseException:
        sock.close()
        raise
    return connection
