"""The application behind WSGI: a request becomes the application's, its answer becomes WSGI's."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs, quote

from functions.app import http
from functions.app.routing import Provider, answer
from functions.app.table import find, not_found
from functions.server import callers, guard
from functions.server.wsgi import Environ, StartResponse, respond


class Gateway:
    """A WSGI application over the table of routes. Safe for a server with threads, as the table is."""

    def __init__(self, provider: Provider, *, principal: str) -> None:
        self._provider = provider
        self._principal = principal

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. A HEAD is answered as the GET of its address, without the body."""
        answered = self._answer(environ)
        body = respond(start_response, answered.status, answered.body, answered.headers, environ)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def _answer(self, environ: Environ) -> http.Response:
        raw = str(environ["PATH_INFO"]).encode("latin-1")  # WSGI hands bytes over as Latin-1 text
        try:
            path = raw.decode()
        except UnicodeDecodeError:
            return not_found(f"there is nothing at {quote(raw)}, which is not UTF-8")
        method = environ["REQUEST_METHOD"]
        found = find("GET" if method == "HEAD" else method, path)
        if isinstance(found, http.Response):
            return found
        route, parameters = found
        body = environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") else b""
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return answer(route, http.Request(
            route.method, path, parameters, {name: values[-1] for name, values in query.items()}, _headers(environ),
            body, {
                "identity": {"sourceIp": environ.get("REMOTE_ADDR", "")},
                "authorizer": {"principalId": self._principal}, callers.CALLER: environ.get(guard.CALLER),
                callers.ANEW: environ.get(guard.ANEW),
            }, tuple(name for name, values in query.items() if len(values) > 1),
        ), self._provider)


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers
