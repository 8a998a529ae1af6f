"""The address by which a tunnel or reverse proxy brings calls from outside (AUTOMATE_PUBLIC_URL).

    Host      the address's own, or 127.0.0.1 where the proxy writes it anew
    Origin    the address's own: a form that a browser opened there is submitted from there
    paths     /hooks/, /forms and /health: what needs no sign-in

No header that a proxy may add is believed (X-Forwarded-Host, Forwarded): whoever reaches the server could send one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from engine.errors import InvalidDocument
from engine.records import dataclass

SETTING = "AUTOMATE_PUBLIC_URL"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """`hosts` are what `Host` may say of it, `origin` what `Origin` does, both in lower case."""

    hosts: frozenset[str]
    origin: str


def public_address(url: str) -> PublicAddress | None:
    """The address that the setting names; None where it names none. Raises InvalidDocument."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _PORTS or not host or parts.query or parts.fragment or parts.username is not None:
        raise InvalidDocument(
            f"{url!r} is no address of a tunnel or reverse proxy", where=SETTING,
            advice="Write it as https://hooks.example.com, with a port where it has one.",
        )
    name = f"[{host}]" if ":" in host else host
    usual = _PORTS[parts.scheme]
    if port is None or port == usual:
        return PublicAddress(frozenset({name, f"{name}:{usual}"}), f"{parts.scheme}://{name}")
    return PublicAddress(frozenset({f"{name}:{port}"}), f"{parts.scheme}://{name}:{port}")


def is_for_anybody(path: str) -> bool:
    """Whether what is at `path` asks nobody to sign in, so that the public address brings calls of it."""
    return path.startswith("/hooks/") or path in ("/forms", "/health")
