"""An HTTP proxy of a few lines: what it is told to reach it leads to one server."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Forwarding:
    """Reads a CONNECT, answers `answer`, and then joins the caller to `target`, the address of a server."""

    def __init__(self, target, answer=b"HTTP/1.1 200 Connection established\r\nVia: 1.1 us\r\n\r\n"):
        self.asked, self.target, self.answer = [], target, answer
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self):
        return f"http://proxy.internal:{self.listening.getsockname()[1]}"

    def _serve(self):
        with suppress(OSError):
            while True:
                caller, _ = self.listening.accept()
                threading.Thread(target=self._forward, args=(caller,), daemon=True).start()

    def _forward(self, caller):
        with caller, suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += caller.recv(1)
            self.asked.append(head.decode())
            caller.sendall(self.answer)
            if self.answer.startswith(b"HTTP/1.1 2") and self.target:
                with socket.create_connection(self.target) as host:
                    threading.Thread(target=self._pump, args=(host, caller), daemon=True).start()
                    self._pump(caller, host)

    @staticmethod
    def _pump(source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.listening.close()
