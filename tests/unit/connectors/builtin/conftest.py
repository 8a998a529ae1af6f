"""A server that answers as a request asks it to, and the connector that asks it."""

import gzip
import http.server
import threading
from contextlib import suppress

import pytest

from connectors.builtin.http import HttpConnector
from connectors.testing import call
from tests.support import patience


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the path says, and keeps each request in `server.seen`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.seen.append((self.command, self.path, dict(self.headers.items()), self.rfile.read(length)))
        kind, _, rest = self.path.lstrip("/").partition("?")[0].partition("/")
        with suppress(ConnectionError):  # a client that gave up is what some of these tests are about
            getattr(self, f"do_{kind}")(rest)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer  # noqa: N815

    def give(self, status, body=b"", content_type="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_json(self, rest):
        self.give(200, b'{"ok": [1, "\xc3\xb6"]}')

    def do_text(self, rest):
        self.give(200, "grüezi".encode("latin-1"), "text/plain; charset=ISO-8859-1")

    def do_odd(self, rest):
        bodies = {
            "nan": b"[NaN]", "cut": b'{"a":', "deep": b"[" * 100_000, "number": b"9" * 5_000, "bytes": b"\xff\xfe",
            "half": b'{"cut": "a\\ud83d", "whole": "\\ud83d\\ude00"}', "huge": b"[1e400, -1e400]",
        }
        kinds = {"bytes": "text/plain; charset=nonsense"}
        self.give(200, bodies[rest], kinds.get(rest, "application/json"))

    def do_status(self, rest):
        self.give(int(rest), b'{"why": "because"}')

    def do_wait(self, rest):
        self.give(429, b"{}", Retry_After=rest)

    def do_padded(self, rest):
        """An error that ends with what came as X-Key, from the character `rest` on."""
        self.give(400, b"." * int(rest) + self.headers["X-Key"].encode(), "text/plain")

    def do_early(self, rest):
        """Interim answers before the final one."""
        for status in rest.split(","):
            self.wfile.write(f"HTTP/1.1 {status} Interim\r\nLink: </style.css>\r\nContent-Length: 7\r\n\r\n".encode())
        self.give(200, b'{"final": true}')

    def do_bare(self, rest):
        self.give(int(rest))

    def do_redirect(self, rest):
        targets = self.server.targets
        self.give(302, Location=targets.pop(0) if targets else self.server.target)

    def do_see(self, rest):
        self.give(303, b"null", Location="/json")

    def do_loop(self, rest):
        self.give(302, Location="/loop")

    def do_huge(self, rest):
        self.give(200, b"x" * 5_000, "text/plain")

    def do_texts(self, rest):
        """A list of so many texts, each of 10,000 bytes with its comma."""
        text = b',"' + b"x" * 9_997 + b'"'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(int(rest) * len(text) + 1))
        self.end_headers()
        self.wfile.write(b"[" + text[1:])
        for _ in range(int(rest) - 1):
            self.wfile.write(text)
        self.wfile.write(b"]")

    def do_packed(self, rest):
        self.give(200, gzip.compress(b"x" * int(rest)), "text/plain", Content_Encoding="gzip")

    def do_slow(self, rest):
        self.server.release.wait(patience.SECONDS)
        self.give(200)

    def do_drip(self, rest):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            while not self.server.release.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            pass
        self.close_connection = True

    def do_hangup(self, rest):
        self.close_connection = True

    def do_half(self, rest):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.release, server.target = [], threading.Event(), "/json"
    server.targets = []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def request_(server, use_dialler):
    """Send a request as a Task would; the connector's sockets are closed afterwards."""
    made = []

    class Closing(HttpConnector):
        def __init__(self):
            super().__init__()
            made.append(self)

    port = server.server_address[1]
    use_dialler(f"127.0.0.1:{port}", f"localhost:{port}")

    def send(path, *, secrets=None, **params):
        params = {"url": server.url + path, **params}
        return call(Closing, "request", params, secrets=secrets, idempotency_key="w:n:S:1")

    yield send
    for connector in made:
        connector._calls.close()
