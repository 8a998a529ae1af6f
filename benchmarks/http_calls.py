"""What a call of the connector ``http`` costs beside bare httpx: ``python -m benchmarks.http_calls [--count 1000]``.

A server in a process of its own on the loopback answers 1 KB of JSON over connections that are kept. One thread makes
one call after the other, by httpx2 (httpx's continuation, which the MCP SDK brings), by `HttpCalls`, and by a Task's
whole call: inputs checked, dialler, answer parsed, checked and scrubbed. Milliseconds of this process's CPU (user and
system) a call: the least of the rounds, which take turns.
"""

from __future__ import annotations

import argparse
import http.server
import json
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import httpx2

from connectors.builtin.http_calls import HttpCalls
from connectors.egress import in_force
from connectors.egress.allowing import read_entries
from connectors.egress.dialling import Dialler
from connectors.egress.urls import parse_url
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.clock import SystemClock
from engine.governance.masking import Scrubber
from engine.ports.tasks import TaskCall, TaskSucceeded

Json = Any

BODY = json.dumps({"orders": [{"id": number, "name": "x" * 80} for number in range(10)]}).encode()
ROUNDS = 5


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers whatever comes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """Headers and body in one packet."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_GET = do_POST  # noqa: N815  as http.server calls it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
        """Quiet."""


def _serve(told: Connection) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_port)
    server.serve_forever()


def ways(port: int) -> dict[str, Callable[[], Json]]:
    """What makes one call, by its name. A dialler that may call the server is put in force."""
    url, entries = f"http://127.0.0.1:{port}/orders", (f"127.0.0.1:{port}",)
    in_force.use(Dialler(SystemClock(), read_entries(entries), setting=entries))
    client, calls, tasks = httpx2.Client(), HttpCalls(), ConnectorTasks(Registry())
    parsed, nothing = parse_url(url), Scrubber(())
    sent = {"order": 1, "note": "x" * 200}
    body = json.dumps(sent).encode()
    headers = {"content-type": "application/json"}

    def task(arguments: dict[str, Json]) -> Json:
        outcome = tasks.call(TaskCall(
            resource="connector:http:request", arguments=dict(arguments), workspace="default", execution_id="w:n",
            workflow="w", version=1, state="S", attempt=0, idempotency_key="k", budget_seconds=30.0,
        ))
        if not isinstance(outcome, TaskSucceeded):
            raise SystemExit(str(outcome))
        return outcome.output

    return {
        "GET by httpx2": lambda: client.get(url).json(),
        "GET by HttpCalls": lambda: json.loads(calls.send("GET", parsed, {}, None, 30.0, nothing, reads=True)[0].body),
        "GET by a Task": lambda: task({"url": url}),
        "POST by httpx2": lambda: client.post(url, json=sent).json(),
        "POST by HttpCalls": lambda: json.loads(
            calls.send("POST", parsed, dict(headers), body, 30.0, nothing, reads=False)[0].body
        ),
        "POST by a Task": lambda: task({"url": url, "method": "POST", "json": sent}),
    }


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1_000, help="calls a round")
    count = parser.parse_args().count
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    server.start()
    least: dict[str, float] = {}
    try:
        made = ways(here.recv())
        for number in range(ROUNDS + 1):
            for name, call in made.items():
                began = time.process_time()
                for _ in range(count if number else 20):  # the first warms up
                    call()
                used = 1000 * (time.process_time() - began) / count
                if number:
                    least[name] = min(used, least.get(name, used))
    finally:
        server.terminate()
    for name, used in least.items():
        beside = least[f"{name.partition(' ')[0]} by httpx2"]
        print(f"{name:<18} {used:6.3f} ms of CPU a call, {used / beside:4.2f} times httpx2's")


if __name__ == "__main__":
    main()
