"""A service on loopback that answers as it is told: well, late, cut off, or not at all."""

from __future__ import annotations

import gzip
import http.server
import threading
from contextlib import suppress
from typing import Any

from connectors.testing.judge import Arrived
from engine.records import dataclass

HANG, DROP, CUT = "hang", "drop", "cut"
"""Not answering, closing the connection instead of answering, and in the middle of the answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `how` is "", HANG, DROP or CUT; `packed` sends the body compressed."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    how: str = ""
    packed: bool = False

    @property
    def data(self) -> bytes:
        """The body as it is sent."""
        if self.status in (204, 304):
            return b""
        return gzip.compress(self.body, 1) if self.packed else self.body

    def head(self) -> list[tuple[str, str]]:
        """The headers."""
        found = [*self.headers, *([("Content-Encoding", "gzip")] if self.packed else [])]
        if self.status not in (204, 304):
            found.append(("Content-Length", str(len(self.data) + (10 if self.how == CUT else 0))))
        return found


class Service:
    """Gives `replies` one after the other, the last one again and again; `seen` are the requests since `tell`."""

    def __init__(self) -> None:
        self.seen: list[Arrived] = []
        self._replies: list[Reply] = []
        self._released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def tell(self, *replies: Reply) -> None:
        """From now on answer so."""
        self._released.clear()
        self.seen = []
        self._replies = list(replies)

    def next_reply(self) -> Reply:
        """What the request that arrived is answered."""
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def release(self) -> None:
        """Let go of requests that hang."""
        self._released.set()

    def close(self) -> None:
        """End it."""
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        service, released = self, self._released

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

            def answer(self) -> None:
                """Keep the request and give the next reply."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.seen.append(Arrived(self.command, self.path, headers, body))
                reply = service.next_reply()
                if reply.how == HANG:
                    released.wait(60)
                if reply.how in (HANG, DROP):
                    self.close_connection = True
                    return
                with suppress(ConnectionError):
                    self._give(reply)

            def _give(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.head():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.data)
                self.close_connection = reply.how == CUT

            do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        return Handler
