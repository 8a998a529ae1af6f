"""One address on loopback in front of several servers, as a browser sees a deployment."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping

import waitress

from functions.server.wsgi import respond
from tests.support import patience

_HEADERS_FORWARDED = {
    "HTTP_IF_MATCH": "If-Match", "HTTP_IF_NONE_MATCH": "If-None-Match", "CONTENT_TYPE": "Content-Type",
    "HTTP_AUTHORIZATION": "Authorization", "HTTP_X_AMZ_TARGET": "X-Amz-Target",
}
_HEADERS_TO_THE_PAGE = ("Content-Type", "ETag", "Location")
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class OneOrigin:
    """Answers on a free port until `stop`. What answers is `answer`, a WSGI application."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        """Every address that was asked for, with its query."""
        self._server = waitress.create_server(self._answer, host="127.0.0.1", port=0, threads=8)
        self.url = f"http://127.0.0.1:{self._server.effective_port}"
        self._stopped = False
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Lets requests that are on their way end first, of a page that was closed meanwhile."""
        self._server.task_dispatcher.shutdown(timeout=patience.SECONDS)
        self._stopped = True
        self._server.close()

    def _serve(self) -> None:
        try:
            self._server.run()
        except OSError:  # its socket was closed while it was waited for
            if not self._stopped:
                raise

    def answer(self, environ, start_response) -> Iterable[bytes]:
        raise NotImplementedError

    def _answer(self, environ, start_response):
        self.addresses.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        return self.answer(environ, start_response)


def forward(environ, start_response, server: str, *, path: str | None = None, **headers: str) -> Iterable[bytes]:
    """`server`'s answer to the request: to its own path or to `path`, with its own headers or these."""
    status, kept, body = ask(environ, server, path, headers)
    return respond(start_response, status, body.decode(), kept)


def ask(environ, server: str, path: str | None, more: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, the headers that the page gets, and the body of what `forward` would answer."""
    headers = {sent: environ[name] for name, sent in _HEADERS_FORWARDED.items() if environ.get(name)} | dict(more)
    query = environ.get("QUERY_STRING")
    address = environ["PATH_INFO"].encode("latin-1") if path is None else path  # PEP 3333: bytes in a str
    request = urllib.request.Request(  # noqa: S310  our own address
        server + urllib.request.quote(address) + (f"?{query}" if query else ""),
        body_of(environ) or None, headers, method=environ["REQUEST_METHOD"],
    )
    try:
        with _DIRECTLY.open(request, timeout=patience.SECONDS) as answer:
            status, found, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, found, body = error.code, error.headers, error.read()
    return status, {name: found[name] for name in _HEADERS_TO_THE_PAGE if found[name] is not None}, body


def body_of(environ) -> bytes:
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
