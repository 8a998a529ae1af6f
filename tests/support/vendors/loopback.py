"""A service on loopback: what the vendors' servers beside this module share."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, dict[str, str], bytes | Iterable[bytes]]
"""Status, headers and body; a body in pieces has no length, and ends with its connection."""


@dataclass(frozen=True)
class Arrived:
    """A request as it came; header names in lower case, `path` as it was sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query's."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def bearer(self) -> str:
        """The token; "" for none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else ""


class _Server(http.server.ThreadingHTTPServer):
    """Says nothing of those who go before they have read all."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """What else happens in a handler is told as it is by default."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Loopback:
    """`seen` are the requests. `next` are answers to come instead of `answer`'s: (status, headers, body); None does
    what is asked and closes the connection without a word."""

    def __init__(self) -> None:
        self.seen: list[Arrived] = []
        self.next: list[Any] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, arrived: Arrived) -> Answer:
        """What a request is answered."""
        raise NotImplementedError

    def _told(self, arrived: Arrived) -> Answer | None:
        self.seen.append(arrived)
        if not self.next:
            return self.answer(arrived)
        told: Answer | None = self.next.pop(0)
        if told is None:
            self.answer(arrived)
        return told

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

            def handle_one(self) -> None:
                """Keep the request and answer it."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                told = service._told(Arrived(
                    self.command, parts.path, parts.query,
                    {name.lower(): text for name, text in self.headers.items()}, body,
                ))
                if told is None:
                    self.close_connection = True
                    return
                status, headers, data = told
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                if isinstance(data, bytes):
                    if status != 204:
                        self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                    return
                self.close_connection = True
                self.send_header("Connection", "close")
                self.end_headers()
                with suppress(OSError):  # whoever has read enough goes
                    for piece in data:
                        self.wfile.write(piece)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815

        return Handler


def given(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; of a header's name each ``_`` is a dash."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"Content-Type": "application/json; charset=utf-8", **named}, json.dumps(value).encode()
