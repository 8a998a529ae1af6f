"""AUTOMATE_EGRESS_PROXY: an HTTP proxy through which public hosts are reached, each by a tunnel (RFC 9110, 9.3.6).

    connected to the proxy ──► CONNECT host:port ──► 2xx: the socket now leads to the host
                                                     4xx: the proxy does not want it     5xx: it is not reached

What is said to the host goes through the tunnel as it would go without one: TLS and its check of the certificate too.
"""

from __future__ import annotations

import base64
import re
import socket
from dataclasses import field
from urllib.parse import unquote

from connectors.egress.hosts import BadHost, Host, parse_host
from connectors.errors import ConnectorError
from engine.errors import InvalidDocument
from engine.records import dataclass

SETTING = "AUTOMATE_EGRESS_PROXY"

REFUSED = "ProxyRefused"
"""The `code` of what the proxy does not want."""

MOST_HEAD_BYTES = 16_384

_ADDRESS = re.compile(r"http://(?:(?P<user>[^/@:\s]+):(?P<password>[^/@\s]+)@)?(?P<host>[^/@:\[\]]+|\[[^\]]+\]):(?P<port>[0-9]{1,5})/?")
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: ([^\r\n]*))?\r?\n")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens, and what it is shown: ``user:password`` or nothing."""

    host: Host
    port: int
    shown: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"http://{self.host}:{self.port}"


def read_proxy(text: str) -> Proxy | None:
    """The proxy that a setting names; None for an empty one. Raises InvalidDocument."""
    if not text:
        return None
    match = _ADDRESS.fullmatch(text)
    try:
        if match is not None and 0 < int(match["port"]) < 65536:
            shown = "" if match["user"] is None else f"{unquote(match['user'])}:{unquote(match['password'])}"
            return Proxy(parse_host(match["host"]), int(match["port"]), shown)
    except BadHost:
        pass
    shown = "it" if "@" in text else repr(text)  # what stands before an @ is a password
    raise InvalidDocument(
        f"{shown} is no proxy's address", where=SETTING,
        advice="Write http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with %40 for an @ in them and %2F for a /: "
        "http://proxy.internal:3128.",
    )


def without_password(text: str) -> str:
    """A proxy's address as it may be shown; what is none stays as it is, except what stands before an @."""
    before, at, after = text.rpartition("@")
    return f"{before.partition('//')[0]}//********@{after}" if at else text


def tunnel(sock: socket.socket, proxy: Proxy, host: Host, port: int) -> None:
    """Let `sock`, which leads to `proxy`, lead to `host` at `port`.

    Raises ConnectorError where the proxy does not want it, OSError where it does not reach the host or is no proxy.
    """
    target = f"{host}:{port}"
    who = base64.b64encode(proxy.shown.encode()).decode()
    shown = f"Proxy-Authorization: Basic {who}\r\n" if who else ""
    sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{shown}\r\n".encode("ascii"))
    match = _STATUS.match(_head(sock, proxy))
    if match is None:
        raise OSError(f"{proxy} did not answer as an HTTP proxy")
    status = int(match[1])
    if 200 <= status < 300:
        return
    said = f"the proxy {proxy} answered {status} to CONNECT {target}"
    if status == 407:
        why = "does not take the user and password that" if who else "asks for a user and a password, which"
        raise ConnectorError(
            f"{said}: it {why} {SETTING} has{'' if who else ' not'}", definite=True, code=REFUSED
        )
    if 400 <= status < 500:
        raise ConnectorError(f"{said}. Let it connect to that host and port.", definite=True, code=REFUSED)
    raise OSError(said)


def _head(sock: socket.socket, proxy: Proxy) -> bytes:
    """The answer up to its empty line, and no byte more: what follows is the host's."""
    head = bytearray()
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        byte = sock.recv(1)
        if not byte or len(head) >= MOST_HEAD_BYTES:
            raise OSError(f"{proxy} did not answer as an HTTP proxy")
        head += byte
    return bytes(head)
