"""What a connection is answered whose request waitress cannot read, or would wait on."""

from __future__ import annotations

import json
import socket
import threading

import pytest
import waitress

from functions.server.parsing import Channel


def _hello(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture
def port():
    server = waitress.create_server(_hello, host="127.0.0.1", port=0, ident="automate", max_request_header_size=1000)
    server.channel_class = Channel
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.effective_port
    server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map))
    thread.join()
    server.task_dispatcher.shutdown()


def answer_to(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        said = b""
        while part := connection.recv(65536):
            said += part
    return said


GET, POST = b"GET / HTTP/1.1\r\nConnection: close\r\n", b"POST / HTTP/1.1\r\nConnection: close\r\n"


@pytest.mark.parametrize("request_", [
    GET + b"Expect: 100-continue\r\n\r\n",
    POST + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
])
def test_a_request_without_a_body_is_answered_at_once_whatever_it_expects(port, request_):
    assert answer_to(port, request_).startswith(b"HTTP/1.1 200 OK")


def test_a_body_that_is_asked_for_is_taken(port):
    said = answer_to(port, POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.parametrize(("request_", "status", "code", "said"), [
    (b"get / HTTP/1.1\r\n\r\n", 400, "BadRequest", 'Malformed HTTP method "get"'),
    (b"GET /\xff HTTP/1.1\r\n\r\n", 400, "BadRequest", "Bad URI"),
    (POST + b"Content-Length: " + b"9" * 600 + b"9" * 300 + b"\r\n\r\n", 413, "PayloadTooLarge", "exceeds max_body"),
    (POST + b"Content-Length: abc\r\n\r\n", 400, "BadRequest", "Content-Length is invalid"),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "BadRequest", "Invalid chunk size"),
    (POST + b"Transfer-Encoding: br\r\n\r\n", 501, "NotImplemented", "Transfer-Encoding requested is not supported."),
    (GET + b"X: " + b"x" * 1000 + b"\r\n\r\n", 431, "HeadersTooLarge", "exceeds max_header of 1000"),
])
def test_what_cannot_be_read_is_refused_in_the_one_shape(port, request_, status, code, said):
    head, _, body = answer_to(port, request_).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"Content-Type: application/json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    error = json.loads(body)["error"]
    assert error["code"] == code
    assert said in error["message"]
    assert error["advice"]
