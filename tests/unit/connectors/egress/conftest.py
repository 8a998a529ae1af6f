import http.server
import socket
import threading

import pytest

from connectors.builtin.http import HttpConnector
from connectors.testing import call

PUBLIC = "93.184.216.34"
NAMES = {
    "localhost": ["127.0.0.1", "::1"], "internal.example.com": ["10.0.0.6"], "internal.example": ["10.0.0.5"],
    "metadata.google.internal": ["169.254.169.254"],
    "mixed.example": [PUBLIC, "192.168.1.1"], "six.example": ["2606:2800:220:1:248:1893:25c8:1946", PUBLIC],
    "mapped.example": ["::ffff:10.0.0.5"], "zone.example": ["fe80::1%eth0"], "ula.example": ["fd12::7"],
    "nat64.example": ["64:ff9b::a00:5"], "127.0.0.1.nip.io": ["127.0.0.1"], "ec2.example": ["fd00:ec2::254"],
    "linode.example": ["fd00:a9fe:a9fe::1"], "isatap.example": ["2a00:1450:7::5efe:a00:5"],
}


class Landing:
    """The only place where anything arrives: each connection made to a checked address ends here."""

    def __init__(self):
        self.dialled, self.seen, self.headers, self.redirect_to = [], [], [], None
        landing = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                landing.seen.append((self.headers["Host"], self.path))
                landing.headers.append(dict(self.headers))
                if landing.redirect_to:
                    self.send_response(302)
                    self.send_header("Location", landing.redirect_to)
                else:
                    self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def connect(self, sock, address):
        self.dialled.append(address[:2])
        if sock.family == socket.AF_INET6:
            raise OSError("this test lands IPv4 alone")
        socket.socket.connect(sock, self.server.server_address)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def resolve(host, port):
    """The names above; any other is a public host."""
    return NAMES.get(host, [PUBLIC])


@pytest.fixture
def landed(landing, use_dialler):
    """Names are those above, and everything that is dialled lands at `landing`."""
    use_dialler(resolve=resolve, connect=landing.connect)


@pytest.fixture
def landing():
    landing = Landing()
    yield landing
    landing.close()


@pytest.fixture
def fetch(landing, use_dialler):
    """GET a URL as a Task would, names from NAMES, everything that is dialled landing at `landing`."""
    made = []

    class Closing(HttpConnector):
        def __init__(self):
            super().__init__()
            made.append(self)

    def get(url, *allow, runtime_api="", resolve=resolve, **params):
        use_dialler(*allow, runtime_api=runtime_api, resolve=resolve, connect=landing.connect)
        return call(Closing, "request", {"url": url, **params})

    yield get
    for connector in made:
        connector._calls.close()
