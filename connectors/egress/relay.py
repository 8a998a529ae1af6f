"""For a library that connects by itself: an address of this machine that leads, once, to where a socket is connected.

The library connects to it, and two threads carry what is said both ways:

    library ──► 127.0.0.1:port ──two threads──► the dialler's socket, through the proxy
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
_PIECE = 65_536
_COMES_WITHIN_SECONDS = 10.0


@contextmanager
def relayed(far: socket.socket) -> Iterator[int]:
    """The port of HOST whose first caller is joined to `far`; nobody else is let in. Both ends are closed with the
    block, and `far` ends what waits for it at its own deadline."""
    listening = socket.create_server((HOST, 0), backlog=1)
    listening.settimeout(_COMES_WITHIN_SECONDS)  # some systems wake nobody who waits for a caller
    joined = threading.Thread(target=_join, args=(listening, far), name="relay", daemon=True)
    joined.start()
    try:
        yield listening.getsockname()[1]
    finally:
        _end(listening)
        _end(far)
        joined.join()
        far.close()


def _join(listening: socket.socket, far: socket.socket) -> None:
    with listening, suppress(OSError):
        near, _ = listening.accept()
        listening.close()
        with near:
            back = threading.Thread(target=_pump, args=(far, near), name="relay", daemon=True)
            back.start()
            _pump(near, far)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Until `source` says no more: then `sink` hears that. A failure ends both."""
    try:
        while data := source.recv(_PIECE):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        _end(source)
        _end(sink)


def _end(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
