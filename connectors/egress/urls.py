r"""One parser of URLs for every connector: RFC 3986's shape, read strictly.

``http://127.0.0.1\@example.com/`` is one host to a browser and another to most libraries. What can be read in two ways
is refused, and nobody parses the text a second time: who dials, shows or sends takes the parts from here.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin

from connectors.egress.hosts import BadHost, Host, parse_host
from engine.records import dataclass

PORTS = {"http": 80, "https": 443}

_PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?", re.IGNORECASE
)
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^@:\[\]\\]*)(?::(?P<password>[^@\\]*))?@)?(?P<host>\[[^\[\]]*\]|[^:@\[\]]*)(?::(?P<port>[0-9]{0,5}))?"
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
_SAFE = "/:@!$&'()*+,;=~-._%"


class BadUrl(ValueError):
    """It is no http:// or https:// URL; the text says why, to stand behind the URL."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL's parts. `target` is path and query as they are sent; `user` and `password` are for the first request."""

    scheme: str
    host: Host
    port: int
    target: str
    user: str | None = None
    password: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454)."""
        return self.scheme, self.host.text, self.port

    @property
    def authority(self) -> str:
        """Host and port, the port where it is not the scheme's own."""
        return str(self.host) if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """For messages: without user, password and query, where credentials stand."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"

    def joined(self, place: str) -> Url:
        """Where a redirect from here to `place` leads. Raises BadUrl."""
        return parse_url(urljoin(f"{self.scheme}://{self.authority}{self.target}", place))


def parse_url(text: str) -> Url:
    """`text` as a URL. Raises BadUrl."""
    text = text.strip(" ")
    if _UNSEEN.search(text):
        raise BadUrl("holds a control character")
    match = _PARTS.fullmatch(text)
    if match is None:
        raise BadUrl("is not an http:// or https:// URL")
    authority = _AUTHORITY.fullmatch(match["authority"])
    if "\\" in match["authority"] or "\\" in match["path"] or authority is None:
        raise BadUrl("is not an http:// or https:// URL: its host can be read in two ways")
    scheme = match["scheme"].lower()
    port = int(authority["port"] or PORTS[scheme])
    if not 0 < port < 65536:
        raise BadUrl("names a port that there is not")
    if not authority["host"]:
        raise BadUrl("is not an http:// or https:// URL: it names no host")
    try:
        host = parse_host(authority["host"])
    except BadHost as error:
        raise BadUrl(f"cannot be called: its host {error}") from None
    target = _sent(match["path"] or "/") + ("" if match["query"] is None else f"?{_sent(match['query'], more='?')}")
    user, password = authority["user"], authority["password"] or ""
    return Url(scheme, host, port, target, None if user is None else unquote(user), unquote(password))


def shown(text: str) -> str:
    """`text` for a message, when it is no URL that can be read: without user, password, query and fragment."""
    scheme, slashes, rest = text.partition("?")[0].partition("#")[0].rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def _sent(text: str, more: str = "") -> str:
    """`text` with what no request line may hold percent-encoded."""
    return quote(text, safe=_SAFE + more, errors="replace")
