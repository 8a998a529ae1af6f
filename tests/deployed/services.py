"""The services that the sample workflows call, on a loopback port, remembering which keys they were sent."""

from __future__ import annotations

import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from functions.server.samples import samples


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class SampleServices:
    """Close with `stop`."""

    def __init__(self, port: int) -> None:
        self.keys: list[str] = []
        self.revoked: set[str] = set()
        self._server = make_server("127.0.0.1", port, self._answer, handler_class=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/samples"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ, start_response):
        sent = environ.get("HTTP_AUTHORIZATION")
        if sent:
            self.keys.append(sent.removeprefix("Bearer "))
            if self.keys[-1] in self.revoked:
                start_response("401 Unauthorized", [("Content-Length", "0")])
                return []
        environ["wsgi.input"] = _Body(environ)
        return samples(environ, start_response)


class _Body:
    """wsgiref's input has no end of its own."""

    def __init__(self, environ) -> None:
        self._data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))

    def read(self) -> bytes:
        return self._data
