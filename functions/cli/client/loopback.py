"""Where a browser comes back to after signing in: a listener on 127.0.0.1 that takes one answer, and then is gone.

An answer with another state is refused and changes nothing: any page may send a browser here. What the browser is shown
says how it went; its address, which holds the code, is in no log.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from engine.errors import AutomateError, InvalidDocument
from functions.cli.client.hosted import PATH, PORTS, AnotherState

T = TypeVar("T")

SECONDS = 600
"""So long a person may take on the sign-in page."""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title} · Automate</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


class Loopback:
    """Listens from the first on; leave it as a context manager. Raises InvalidDocument where no port is free."""

    def __init__(self, ports: tuple[int, ...] = PORTS) -> None:
        self._server = _listening(ports)
        self._server.answer = self._answer
        self._take: Callable[[str], object] = str
        self._lock = threading.Lock()
        self._is_over = False
        self._outcomes: queue.Queue[object] = queue.Queue()

    @property
    def redirect(self) -> str:
        """Which of CALLBACKS it is."""
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def wait(self, take: Callable[[str], T], *, seconds: float = SECONDS) -> T:
        """What `take` makes of the query of the answer; its error is raised, here and on the page. An AnotherState
        leaves the listener waiting. Raises InvalidDocument when nobody came within so many seconds."""
        self._take = take
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            outcome: Any = self._outcomes.get(timeout=seconds)
        except queue.Empty:
            raise InvalidDocument(
                f"nobody signed in within {seconds:g} s", where="sign-in",
                advice="Run it again. Where the browser is on another machine: --no-browser.",
            ) from None
        finally:
            self._server.shutdown()
        if isinstance(outcome, Exception):
            raise outcome
        made: T = outcome
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def _answer(self, query: str) -> tuple[HTTPStatus, str, str, Callable[[], None]]:
        """Status, title and text of the page, and what is to be done once it was sent."""
        with self._lock:
            if self._is_over:
                return HTTPStatus.GONE, "This sign-in is over", "Begin another one on the command line.", _nothing
            try:
                outcome: object = self._take(query)
            except AnotherState as error:
                return HTTPStatus.BAD_REQUEST, "Another sign-in waits here", _sentence(error), _nothing
            except Exception as error:  # noqa: BLE001 - raised again where the command waits
                said = _sentence(error) if isinstance(error, AutomateError) else "The command line says why."
                self._is_over, outcome = True, error
                status, title, text = HTTPStatus.BAD_REQUEST, "You are not signed in", said
            else:
                self._is_over = True
                status, title, text = HTTPStatus.OK, "You are signed in", "You can close this page."
        return status, title, text, lambda: self._outcomes.put(outcome)


class _Server(ThreadingHTTPServer):
    """A browser opens connections ahead that it does not use: each request has a thread."""

    daemon_threads = True
    block_on_close = False
    answer: Callable[[str], tuple[HTTPStatus, str, str, Callable[[], None]]]


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        """The one page, or that there is none."""
        parts = urlsplit(self.path)
        # By another name (DNS rebinding) a page of somebody else's would be of one origin with this one.
        if self.headers.get("Host") != f"127.0.0.1:{self.server.server_port}" or parts.path != PATH:
            self._show(HTTPStatus.NOT_FOUND, "There is nothing here", "The command line waits for a sign-in.")
            return
        status, title, text, then = self.server.answer(parts.query)
        try:
            self._show(status, title, text)
        finally:
            then()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Nothing: an address holds the code."""

    def _show(self, status: HTTPStatus, title: str, text: str) -> None:
        body = _PAGE.format(title=escape(title), text=escape(text)).encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _listening(ports: tuple[int, ...]) -> _Server:
    for port in ports:
        try:
            return _Server(("127.0.0.1", port), _Handler)
        except OSError:
            continue
    raise InvalidDocument(
        f"none of the ports {', '.join(map(str, ports))} of 127.0.0.1 is free", where="sign-in",
        advice="Another sign-in may wait there: end it. Or sign in with --no-browser.",
    )


def _nothing() -> None:
    pass


def _sentence(error: Exception) -> str:
    text = str(getattr(error, "message", error))
    advice = getattr(error, "advice", None)
    return f"{text[:1].upper()}{text[1:]}. {advice or ''}".strip()



