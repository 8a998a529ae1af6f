"""Measures the worker's own computing on AWS: ``python -m tools.cost.cpu`` writes engine/cost/cpu.json.

    this process: the worker's handler as deployed, botocore, HTTP ──► another process: moto

moto's work is in the other process and is not counted; what is counted is this process's CPU time while the handler
runs: the interpreter, deflating, Powertools, building, signing and sending requests, reading answers. Not counted: TLS
(the connection is plain), the tasks themselves (they answer at once), start-up. One act is the difference of two shapes
in batches of ten, as in tools.cost.count; of each shape the least of some rounds is taken: what else
a shared machine does can only add to it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

import requests
from moto import mock_aws

from engine.adapters.aws.queue import encode_wake
from engine.cost import cpu
from functions.api import aws
from functions.worker import app
from tools.cost.deployment import ENVIRONMENT, REGION, WORKSPACE, Context, own_stores, publish, record
from tools.cost.shapes import BY_NAME, Shape, chain

Json = Any

BATCH, ROUNDS = 10, 5
WAIT = Shape("cpu_wait", chain([("Wait", {"Type": "Wait", "Seconds": 1})]), {}, 1)
_EVERYWHERE = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
_HOSTS = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}


class _Moto(BaseHTTPRequestHandler):
    """Hands every request to moto, which takes those that go to AWS's hosts."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    lock = threading.Lock()

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service = _HOSTS.get(self.headers.get("X-Amz-Target", "").partition(".")[0], "s3")
        headers = {name: value for name, value in self.headers.items() if name not in ("Host", "Expect", "Connection")}
        with self.lock:
            answer = requests.request(
                self.command, f"https://{service}.{REGION}.amazonaws.com{self.path}", headers=headers, data=body,
                timeout=60,
            )
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_PUT = do_GET = do_HEAD = _forward  # noqa: N815  the server's own names

    def log_message(self, *_: object) -> None:
        """Nothing."""


def serve() -> None:
    """Be the other process: print the port, serve until standard input ends."""
    _keep_to(-1)
    with mock_aws():
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Moto)
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


def _keep_to(number: int) -> None:
    """Run on one processor: the first for the worker, which has no more on Lambda, and the last for moto."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[number]})


@contextmanager
def _deployed() -> Iterator[None]:
    """Services and worker, unchanged, over a fresh moto in another process."""
    command = [sys.executable, "-m", "tools.cost.cpu", "--serve"]
    if _EVERYWHERE is not None:
        os.sched_setaffinity(0, _EVERYWHERE)  # for the other process to choose from
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
        mock.patch.dict(os.environ, ENVIRONMENT),
    ):
        _keep_to(0)
        if other.stdout is None or other.stdin is None:
            raise RuntimeError("the other process has no pipes")
        os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{other.stdout.readline().strip()}"
        with own_stores():
            yield
        other.stdin.close()


def _seconds(shape: Shape, batch: int) -> float:
    """CPU seconds of one execution in batches of so many: the least of some rounds, after one that warms up."""
    with _deployed():
        services = aws.services()
        publish(services, shape.name, shape.definition, shape.kind)
        found = []
        for number in range(ROUNDS + 1):
            keys = [
                services.executions.start(WORKSPACE, shape.name, shape.input, name=f"{number}-{n}").key
                for n in range(batch)
            ]
            event = {"Records": [record(key.id, encode_wake(key)) for key in keys]}
            spent = 0.0
            for look in range(3):
                time.sleep(1.2 if look else 0.0)  # a wait of a second is over
                began = time.process_time()
                with redirect_stdout(io.StringIO()):
                    failures = app.handler(event, Context())["batchItemFailures"]
                spent += time.process_time() - began
                if failures:
                    raise RuntimeError(f"{shape.name}: {failures}")
                ended = {services.executions.describe(key).status for key in keys}
                if ended == {"SUCCEEDED"}:
                    break
            else:
                raise RuntimeError(f"{shape.name} ended {ended}")
            found.append(spent / batch)
        print(f"{shape.name} x {batch}: {1000 * min(found[1:]):.2f} ms", file=sys.stderr, flush=True)
        return min(found[1:])


def measure() -> dict[str, float]:
    """CPU seconds of each act."""
    alone, ten = _seconds(BY_NAME["task_1"], 1), _seconds(BY_NAME["task_1"], BATCH)
    invocation = max(0.0, (alone - ten) * BATCH / (BATCH - 1))
    found = {
        name: _seconds(BY_NAME[name], BATCH)
        for name in (
            "task_10", "task_40", "loop_50", "loop_500", "map_pass_10", "map_pass_100", "express_1", "express_10",
        )
    }
    task = (found["task_40"] - found["task_10"]) / 30
    pure = (found["loop_500"] - found["loop_50"]) / 900
    run = ten - task - invocation / BATCH
    return {
        "invocation": invocation, "run": run, "task": task, "pure": pure,
        "item": max(0.0, (found["map_pass_100"] - found["map_pass_10"]) / 90 - pure),
        "wait": _seconds(WAIT, BATCH) - run - 2 * invocation / BATCH,
        "express_task": (found["express_10"] - found["express_1"]) / 9,
        "express": found["express_1"] - (found["express_10"] - found["express_1"]) / 9 - invocation / BATCH,
    }


def main() -> None:
    """Write the figures."""
    parser = argparse.ArgumentParser(description="Measure the worker's CPU on the AWS adapters.")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().serve:
        serve()
        return
    before = os.getloadavg()[0]
    seconds = measure()
    table = {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),  # noqa: TID251  a date for people
        "machine": f"{platform.machine()}, {os.cpu_count()} shared cores, {platform.system()}, Python "
                   f"{platform.python_version()}",
        "load": [round(before, 2), round(os.getloadavg()[0], 2)], "rounds": ROUNDS, "batch": BATCH,
        "seconds": {name: round(value, 9) for name, value in seconds.items()},
    }
    cpu.PATH.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
