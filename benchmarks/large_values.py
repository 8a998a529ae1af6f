"""What a large value costs: ``python -m benchmarks.large_values [--schema N] [--megabytes 5] [--on-aws]``.

An HTTP call is answered with so much JSON, of numbers that do not deflate well. It goes through a Task, a Pass and a
Wait to the execution's output. Each child process has its own data folder; a line gives the bytes of the segments in
SQLite, what the worker took of memory at the most, and its CPU time, for a small value and for that one. `--on-aws`:
the same states over moto, with a scripted task; a line gives the bytes of the execution's items, those of its blobs,
and the requests and write units that it took.
"""

from __future__ import annotations

import argparse
import http.server
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

from benchmarks.measuring import MEGABYTE, peak_mb

Json = Any

PAYLOADS = "automate-test-payloads"
_PATIENCE_SECONDS = 120.0


def answer(megabytes: float) -> bytes:
    """So much JSON: rows of numbers drawn by chance."""
    draw = random.Random(5)  # noqa: S311  no secret
    rows = int(megabytes * MEGABYTE) // 100
    return json.dumps({"rows": [
        {"id": number, "key": f"{draw.getrandbits(256):064x}", "of": draw.getrandbits(20)} for number in range(rows)
    ]}, separators=(",", ":")).encode()


def flow(task: dict[str, Json]) -> dict[str, Json]:
    """Task, Pass, Wait; the result stands beside the input."""
    return {"StartAt": "Call", "States": {
        "Call": {"Type": "Task", **task, "ResultPath": "$.found", "Next": "Keep"},
        "Keep": {"Type": "Pass", "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 1, "End": True},
    }}


def _served(body: bytes) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def on_sqlite(schema: int, port: int) -> dict[str, Json]:
    """One execution to its end, in this process."""
    from benchmarks.durability import Bench  # noqa: PLC0415  the parent measures nothing
    from engine.settings import Settings  # noqa: PLC0415
    from functions.server.product import Product  # noqa: PLC0415

    call = {"Resource": "connector:http:request", "Parameters": {"url": f"http://127.0.0.1:{port}/", "method": "GET"}}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=folder, egress_allow=(f"127.0.0.1:{port}",), snapshot_schema=schema)
        product = Product.open(settings, command="benchmark", environment={})
        try:
            bench = Bench(product, flow(call))
            before, began, until = peak_mb(), time.process_time(), time.monotonic() + _PATIENCE_SECONDS
            one = bench.start()
            product.work(lambda: time.monotonic() > until or not product.runs(product.key(one)))
            taken, peak = time.process_time() - began, peak_mb()
            found = product.services.executions.describe(product.key(one))
            if found.status != "SUCCEEDED":
                raise AssertionError(f"{found.status}: {found.error}: {found.cause}")
            sizes = [len(segment.body) for segment in product.stores.journal.segments(product.key(one))]
        finally:
            product.close()
    return {
        "segments": sizes, "mb": round(sum(sizes) / MEGABYTE, 1), "peak_mb": round(peak, 1),
        "peak_before_mb": round(before, 1), "cpu_s": round(taken, 2),
    }


def on_aws(schema: int, megabytes: float) -> dict[str, Json]:
    """One execution to its end, over moto."""
    from dataclasses import replace  # noqa: PLC0415  where nothing is measured none of these is needed

    from benchmarks.ageing_stage import TABLE, held  # noqa: PLC0415
    from engine.clock import SkipClock  # noqa: PLC0415
    from tests.support.durable import Product, ScriptedTasks  # noqa: PLC0415
    from tests.support.moto_stores import open_aws  # noqa: PLC0415
    from tools.cost.meter import Meter  # noqa: PLC0415

    clock, task = SkipClock(), "connector:bench:get"
    with open_aws(clock) as stores:
        stores.clock = clock
        given = json.loads(answer(megabytes))
        product = Product(flow({"Resource": task}), ScriptedTasks({task: [given]}), backend=stores)
        product.settings = replace(product.settings, snapshot_schema=schema)
        meter = Meter(stores.clients.dynamodb, TABLE, stores.clients.sqs, stores.clients.s3)
        key = product.start({})
        product.drain()
        requests, units = dict(meter.calls), meter.units
        meter.close()
        if product.describe(key).output != {"found": given}:
            raise AssertionError("it came to something else")
        listed = stores.clients.s3.list_objects_v2(Bucket=PAYLOADS, Prefix="blobs/").get("Contents", [])
        found = {
            "item_bytes": held()["bytes"], "blobs": len(listed), "blob_bytes": sum(each["Size"] for each in listed),
            "s3_puts": requests.get("PutObject", 0), "s3_gets": requests.get("GetObject", 0), "write_units": units,
        }
        stores.close()
    return found


def main() -> None:
    """Print a line for a small and for the large value."""
    parser = argparse.ArgumentParser(description="What a large value costs.")
    parser.add_argument("--schema", type=int, default=0, help="as AUTOMATE_SNAPSHOT_SCHEMA")
    parser.add_argument("--megabytes", type=float, default=5.0)
    parser.add_argument("--on-aws", action="store_true", help="over moto")
    parser.add_argument("--child", type=int, metavar="PORT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(on_sqlite(arguments.schema, arguments.child)))
        return
    for megabytes in (0.001, arguments.megabytes):
        if arguments.on_aws:
            print(json.dumps({"value_mb": megabytes, **on_aws(arguments.schema, megabytes)}), flush=True)
            continue
        server = _served(answer(megabytes))
        command = [
            sys.executable, "-m", "benchmarks.large_values", "--schema", str(arguments.schema),
            "--child", str(server.server_port),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  ourselves
        server.shutdown()
        print(json.dumps({"value_mb": megabytes, **json.loads(done.stdout)}), flush=True)


if __name__ == "__main__":
    main()
