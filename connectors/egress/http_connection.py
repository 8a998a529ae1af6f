"""The standard library's HTTP connection over a dialled socket, which it never replaces by one of its own."""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING

from connectors.egress.sockets import tls, under_tls

if TYPE_CHECKING:
    from connectors.egress.dialling import Dialler


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
