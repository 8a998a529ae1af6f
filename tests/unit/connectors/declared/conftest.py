import http.server
import json
import threading

import pytest

from connectors.declared.adapter import connector_class
from connectors.declared.form import ConnectorFile
from connectors.testing import CallFailed, call


class Handler(http.server.BaseHTTPRequestHandler):
    """Gives the next of `server.answers`: status, body and headers; keeps each request in `server.seen`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        status, given, headers = self.server.answers.pop(0)
        if status is None:
            self.close_connection = True
            return
        data = given if isinstance(given, bytes) else json.dumps(given).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", **headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815


@pytest.fixture
def service(use_dialler):
    """A service that answers as it is told, and `call` of a connector file there."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.answers, made = [], [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    use_dialler(f"127.0.0.1:{server.server_address[1]}")

    def ask(action, params=None, *answers, secrets=None, **file):
        whole = {"connector": 1, "code": "crm", "name": "CRM", "base_url": "https://api.example.com", **file}
        document = ConnectorFile.model_validate(
            {**whole, "actions": {"do": {"method": "GET", "path": "/things", **action}}}
        )
        base = connector_class(document, base_url=f"http://127.0.0.1:{server.server_address[1]}/v1")

        class Closing(base):
            def __init__(self):
                super().__init__()
                made.append(self)

        server.answers[:] = [(*answer, {})[:3] if len(answer) < 3 else answer for answer in answers]
        return call(Closing, "do", params or {}, secrets=secrets, idempotency_key="key-1")

    def fails(*args, **named):
        with pytest.raises(CallFailed) as caught:
            ask(*args, **named)
        return caught.value

    server.ask, server.fails = ask, fails
    yield server
    for connector in made:
        connector._calls.close()
    server.shutdown()
    server.server_close()
    thread.join()
