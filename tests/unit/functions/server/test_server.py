"""How a server is found from the outside."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from functions.server.server import ADDRESS, port_in_use


class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"product": self.server.product}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def answering(tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Health)
    server.product = "automate"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / ADDRESS).write_text(json.dumps({"port": server.server_port}))
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_is_found_whatever_proxy_is_set(answering, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert port_in_use(tmp_path) == answering.server_port


def test_another_program_at_the_port_is_no_server(answering, tmp_path):
    answering.product = "another"
    assert port_in_use(tmp_path) is None


@pytest.mark.parametrize("text", [
    "", "[]", '{"port": "x"}', '{"port": null}', '{"port": 1e400}', f'{{"port": {"9" * 5000}}}', '{"port": 99999999}',
    '{"port": -1}', '{"port": "\u0663"}',
])
def test_a_damaged_address_is_none(tmp_path, text):
    (tmp_path / ADDRESS).write_text(text)
    assert port_in_use(tmp_path) is None
