"""W4 by `automate up` and over HTTP, with a client that is no more than its requests.

A general HTTP library takes as much CPU a request as the server does, and would be what is measured.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import workloads
from benchmarks.connector import TASK
from benchmarks.measuring import Figure, measure
from engine.records import dataclass
from functions.app.runs.watching import MOST_SECONDS

Json = Any

ROOT = Path(__file__).parents[1]
AUTOMATE = (sys.executable, "-m", "functions.cli.main", "--json")
WAITING_CLIENTS = 40
"""Who starts an execution and waits for its end: fewer than the server holds requests (functions.server.product)."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers: its process, its port, and its owner's token."""

    pid: int
    port: int
    token: str


@contextmanager
def automate_up(data_dir: str, workers: int, **settings: str) -> Iterator[Served]:
    """`automate up` in a process of its own on the folder, on any free port, without the settings of who measures."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")} | settings
    server = subprocess.Popen(  # noqa: S603  ourselves
        [*AUTOMATE, "--data-dir", data_dir, "up", "--port", "0", "--workers", str(workers)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT, text=True,
    )
    try:
        shown = ""
        for line in server.stdout or ():
            shown += line
            if line == "}\n":
                break
        token = (Path(data_dir) / "token").read_text(encoding="utf-8").strip()
        yield Served(server.pid, urlsplit(json.loads(shown)["url"]).port or 0, token)
    finally:
        server.terminate()
        server.communicate()


class Connection:
    """One that stays open, with one request at a time."""

    def __init__(self, server: Served) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"host: 127.0.0.1:{server.port}\r\nauthorization: Bearer {server.token}\r\n"

    def ask(self, method: str, path: str, value: Json = None) -> Json:
        """The answer's body. Raises AssertionError for a refusal."""
        body = b"" if value is None else json.dumps(value).encode()
        self._socket.sendall(
            f"{method} {path} HTTP/1.1\r\n{self._head}content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n".encode() + body
        )
        head, _, rest = self._until(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(rest) < length:
            rest += self._more()
        if not head.split()[1].startswith(b"2"):
            raise AssertionError(f"{method} {path} answers {head.split()[1].decode()}: {rest.decode()}")
        return json.loads(rest)

    def _until(self, end: bytes) -> tuple[bytes, bytes, bytes]:
        read = self._more()
        while end not in read:
            read += self._more()
        return read.partition(end)

    def _more(self) -> bytes:
        read = self._socket.recv(65536)
        if not read:
            raise AssertionError("the server closed the connection")
        return read

    def close(self) -> None:
        """Nothing more is asked."""
        self._socket.close()


def parallel(repeats: int, folder: str | None = None, *, executions: int = 100) -> Figure:
    """W4h."""
    branches = workloads.BRANCHES
    document = {"name": "bench", "document": workloads.fan_out(TASK, branches), "publish": True}
    with (
        tempfile.TemporaryDirectory(dir=folder) as data_dir,
        automate_up(data_dir, 1, AUTOMATE_CONNECTORS="benchmarks.connector") as server,
        ThreadPoolExecutor(WAITING_CLIENTS) as clients,
    ):
        idle = [Connection(server) for _ in range(WAITING_CLIENTS)]

        def ended(_number: int) -> Json:
            connection = idle.pop()
            found = connection.ask("POST", "/workflows/bench/executions", {"input": {}, "wait": MOST_SECONDS})
            idle.append(connection)
            return found

        def one_round() -> None:
            for found in clients.map(ended, range(executions)):
                if found["status"] != "SUCCEEDED" or found["output"] != [55] * branches:
                    raise AssertionError(f"{found['id']} came to {found['status']}")

        idle[0].ask("POST", "/workflows/import", document)
        measured = measure(one_round, repeats)
        for connection in idle:
            connection.close()
    note = f"automate up, one worker; {WAITING_CLIENTS} connections start and wait; on disk before the next call"
    return measured.rate("automate", "W4h", "steps", executions * branches, note)
