"""What a webhook costs: ``python -m benchmarks.webhooks [--count 500]``, beside a plain start.

A local server in a process of its own over a new data folder, each write on the disk (synchronous=FULL), no worker. One
client, one connection, one call after the other: signed webhooks of 200 bytes, then starts of the same workflow with
the same input. Milliseconds from the call to its answer, and the server's CPU (user and system) a call.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import now
from benchmarks.over_http import AUTOMATE, ROOT, automate_up

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
SECRET = "a secret that is measured with"  # noqa: S105  of a folder that is thrown away
DOCUMENT = {"name": "hooked", "definition": PASS, "triggers": [
    {"type": "webhook", "path": "order", "auth": {"style": "github", "secrets": [{"$secret": "HOOK"}]}},
]}
FILLER = "x" * 150
WARM_UP = 20
TICKS = os.sysconf("SC_CLK_TCK")

Call = Callable[[int], tuple[str, bytes, dict[str, str], int]]
"""Path, body, headers and the status that is right."""


def webhook(number: int) -> tuple[str, bytes, dict[str, str], int]:
    """One as GitHub sends it."""
    body = json.dumps({"order": number, "filler": FILLER}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return "/hooks/hooked/order", body, {
        "X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Delivery": f"d-{number}",
    }, 202


def cpu(pid: int) -> float:
    """Seconds of CPU of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(name: str, address: str, pid: int, call: Call, count: int) -> str:
    """A line of the table."""
    connection = http.client.HTTPConnection(address)
    taken: list[float] = []
    used = cpu(pid)
    for number in range(-WARM_UP, count):
        if number == 0:
            used = cpu(pid)
        path, body, headers, status = call(number)
        began = now()
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != status:
            raise SystemExit(f"{path} answered {answer.status}: {text.decode()}")
        if number >= 0:
            taken.append(1000 * (now() - began))
    used = 1000 * (cpu(pid) - used) / count
    cuts = statistics.quantiles(taken, n=100)
    return f"{name:<14} p50 {cuts[49]:7.1f} ms   p99 {cuts[98]:7.1f} ms   {used:5.2f} ms of CPU"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=500)
    count = parser.parse_args().count
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        file = Path(scratch) / "hooked.json"
        file.write_text(json.dumps(DOCUMENT), encoding="utf-8")

        def run(*arguments: str, **more: Any) -> None:
            subprocess.run(  # noqa: S603  ourselves
                [*AUTOMATE, "--data-dir", str(data), *arguments], env=environment, cwd=ROOT, check=True,
                capture_output=True, text=True, **more,
            )

        run("secrets", "set", "HOOK", input=SECRET)
        run("secrets", "grant", "HOOK", "--workflow", "hooked")
        run("import", "--file", str(file), "--publish")
        with automate_up(str(data), 0) as server:
            address = f"127.0.0.1:{server.port}"

            def start(number: int) -> tuple[str, bytes, dict[str, str], int]:
                body = {"name": f"n{number + WARM_UP}", "input": {"order": number, "filler": FILLER}}
                return "/workflows/hooked/executions", json.dumps(body).encode(), {
                    "Authorization": f"Bearer {server.token}"}, 201

            print(measured("a webhook", address, server.pid, webhook, count))
            print(measured("a plain start", address, server.pid, start, count))


if __name__ == "__main__":
    main()
