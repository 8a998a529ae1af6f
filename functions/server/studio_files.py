"""The Studio's files over WSGI: what `npm run build` left in studio_static/dist, served at /studio/.

    /studio/assets/NAME-HASH.js    the file, for a year: another content has another name
    /studio/icon.svg, ahead.js     the file, asked for anew each time (304 while it is the same)
    /studio/config.json            how one signs in: by the cookie. A deployment writes its own beside its build
    /studio/anything/else          index.html: the page reads the address itself

Files are read as they are asked for, so that a new build needs no new server. Who may have them, the guard decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Final

from functions.app import etags
from functions.server.wsgi import SECURITY_HEADERS, Environ, StartResponse, packed, respond

STUDIO: Final = "/studio"
CONFIGURATION: Final = "/config.json"
DIST: Final = Path(__file__).parents[2] / "studio_static" / "dist"
POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
"""Inline styles are CodeMirror's; nothing else that is not ours and from here is taken."""

_TYPES: Final = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
}
_FOREVER: Final = "private, max-age=31536000, immutable"
_NOT_KEPT: Final = {"Content-Type": _TYPES[".txt"], "Cache-Control": "no-store"}
_BY_COOKIE: Final = '{"auth": "cookie"}'
_NOT_BUILT: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Automate</title>'
    '<meta name="color-scheme" content="light dark"></head><body><h1>Automate</h1>'
    "<p>The Studio is not built. This builds it: <code>make studio</code></p>"
    '<p>The API describes itself at <a href="/docs">/docs</a>.</p></body></html>'
)


class StudioFiles:
    """A WSGI application over the folder of a build."""

    def __init__(self, dist: Path = DIST) -> None:
        self._dist = dist.resolve()

    @property
    def is_built(self) -> bool:
        """Whether there is a Studio to serve."""
        return (self._dist / "index.html").is_file()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request for a path at or under /studio."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return respond(start_response, 405, "", {"Allow": "GET, HEAD"})
        within = str(environ["PATH_INFO"]).removeprefix(STUDIO)
        if not within:
            return respond(start_response, 302, "", {"Location": f"{STUDIO}/"})
        if not self.is_built:
            return respond(start_response, 503, _NOT_BUILT, {**_NOT_KEPT, "Content-Type": _TYPES[".html"]})
        is_asset = within.startswith("/assets/")
        file = self._file(within)
        if within == CONFIGURATION:
            return respond(start_response, 200, _BY_COOKIE, {"Cache-Control": "no-store"})
        if file is None and is_asset:
            return respond(start_response, 404, "", _NOT_KEPT)
        return _send(environ, start_response, file or self._dist / "index.html", _FOREVER if is_asset else "no-cache")

    def _file(self, within: str) -> Path | None:
        """The file of a path, when it is one of the build's: nothing above the folder, and no link out of it."""
        try:
            found = (self._dist / within.lstrip("/")).resolve()
            is_ours = found.is_relative_to(self._dist) and found.suffix in _TYPES and found.is_file()
        except (OSError, ValueError):  # a NUL, a name that is too long
            return None
        return found if is_ours else None


def _send(environ: Environ, start_response: StartResponse, file: Path, caching: str) -> Iterable[bytes]:
    headers = {
        **SECURITY_HEADERS, "Content-Type": _TYPES[file.suffix], "Cache-Control": caching,
        "Content-Security-Policy": POLICY,
    }
    try:
        data = file.read_bytes()
    except OSError:  # a build of this moment took it away
        return respond(start_response, 404, "", _NOT_KEPT)
    tag = hashlib.sha256(data).hexdigest()[:32]
    headers["ETag"] = f'"{tag}"'
    if etags.matches(environ.get("HTTP_IF_NONE_MATCH"), tag):
        start_response(_status(HTTPStatus.NOT_MODIFIED), list(headers.items()))
        return []
    data = packed(environ, headers, data)
    headers["Content-Length"] = str(len(data))
    start_response(_status(HTTPStatus.OK), list(headers.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [data]


def _status(status: HTTPStatus) -> str:
    return f"{status} {status.phrase}"
