"""A peer's server beside its script: started on loopback, waited for, and ended with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(command: list[str], port: int, folder: str, environment: Mapping[str, str]) -> Iterator[None]:
    """The server that `command` starts, once it takes connections on `port`. Ends this process with the server's last
    words where it does not."""
    log = Path(folder) / f"server-{port}.log"
    with log.open("w") as output:
        server = subprocess.Popen(  # noqa: S603  the peer
            command, env=os.environ | environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=folder,
        )
        try:
            _wait(server, port, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    print(log.read_text(encoding="utf-8", errors="replace")[-2000:], file=sys.stderr)
    raise SystemExit(f"the server does not answer on port {port}")
