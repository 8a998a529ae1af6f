"""Restate: one node as it comes (RocksDB log with fsync) and the Python SDK under hypercorn, HTTP/2 and uvloop.

The second argument after the rounds is how many service workers there are. Executions are started over its ingress,
request and response, by a client that does no more than that: a general HTTP library takes 10 ms of CPU a request at a
hundred connections, and would be what is measured.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from benchmarks import workloads
from benchmarks.measuring import Figure, Rounds, measure, now
from benchmarks.peers.serving import free_port, served

SERVERS = Path(sys.prefix) / "node_modules" / "@restatedev"
SINGLES = 100


class Ingress:
    """Posts without a body, over connections that stay open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, handler: str, wanted: int) -> None:
        """Call a handler of the service; ends the process where the answer is another."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        host = f"127.0.0.1:{self._port}"
        writer.write(f"POST /Bench/{handler} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        body = await reader.readexactly(length)
        if head.split()[1] != "200" or json.loads(body) != wanted:
            raise SystemExit(f"a wrong answer: {head.splitlines()[0]} {body[:200]!r}")
        self._idle.append((reader, writer))


def run(name: str, repeats: int, workers: int) -> Figure:
    """The figure of one workload."""
    server = str(next(SERVERS.glob("restate-server-*/bin/restate-server")))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ingress, admin, service, fabric = (free_port() for _ in range(4))
        environment = {
            "RESTATE_BASE_DIR": folder, "RESTATE_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "RUST_LOG": "warn",
            "RESTATE_LISTEN_MODE": "tcp", "RESTATE_BIND_IP": "127.0.0.1", "RESTATE_BIND_PORT": str(fabric),
            "RESTATE_ADVERTISED_HOST": "127.0.0.1", "RESTATE_INGRESS__BIND_PORT": str(ingress),
            "RESTATE_ADMIN__BIND_PORT": str(admin),
        }
        hypercorn = [
            sys.executable, "-m", "hypercorn", "benchmarks.peers.restate_services:app", "--bind",
            f"127.0.0.1:{service}", "--worker-class", "uvloop", "--workers", str(workers),
        ]
        with served([server, "--no-logo"], ingress, folder, environment), served(hypercorn, service, folder, {}):
            _register(admin, service)
            client = Ingress(ingress)
            with asyncio.Runner() as runner:
                measured = measure(lambda: runner.run(_round(name, client)), repeats, warm_up=2)
    said = subprocess.run([server, "--version"], capture_output=True, text=True, check=True)  # noqa: S603  the peer
    peer = f"Restate {said.stdout.split()[-1]}" + ("" if workers == 1 else f" ({workers} service workers)")
    return _figure(name, measured, peer)


def _register(admin: int, service: int) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{admin}/deployments", method="POST",
        data=json.dumps({"uri": f"http://127.0.0.1:{service}"}).encode(), headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).read()  # noqa: S310  on loopback


async def _round(name: str, client: Ingress) -> list[float] | None:
    sequence = 55 * workloads.TASKS
    match name:
        case "W3":
            await client.ask("sequence", sequence)
        case "W3x50":
            await asyncio.gather(*(client.ask("sequence", sequence) for _ in range(50)))
        case "W4":
            await asyncio.gather(*(client.ask("fan_out", 55 * workloads.BRANCHES) for _ in range(100)))
        case _:
            found: list[float] = []
            for _ in range(SINGLES):
                started = now()
                await client.ask("single", 55)
                found.append(now() - started)
            return found
    return None


def _figure(name: str, measured: Rounds, peer: str) -> Figure:
    note = f"SDK {importlib.metadata.version('restate-sdk')}; its log on disk (RocksDB, fsync), as it comes"
    if name == "W5":
        return measured.median_latency(peer, name, note)
    steps = {"W3": workloads.TASKS, "W3x50": 50 * workloads.TASKS, "W4": 100 * workloads.BRANCHES}[name]
    return measured.rate(peer, name, "steps", steps, note)


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).line())
