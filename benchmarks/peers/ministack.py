"""ministack, an AWS emulator with its own interpreter of the language, in memory.

Whole: its server on loopback, driven by boto3; W3 and W5 call a real Lambda function, which it runs in warm worker
processes. With `alone` as the third argument: its interpreter in this process, in the thread that starts it, and
without the 150 ms that it sleeps before each execution.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import sys
import tempfile
import threading
import time
import types
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import workloads
from benchmarks.measuring import Figure, measure
from benchmarks.peers.serving import free_port, served
from benchmarks.peers.stepping import ROLE, expect, finish, machine, start, timed

PEER = f"ministack {importlib.metadata.version('ministack')}"
LOOK = 0.005
"""Seconds between two looks at an execution."""
CODE = """
def fibonacci(n):
    return n if n <= 1 else fibonacci(n - 1) + fibonacci(n - 2)

def handler(event, context):
    return fibonacci(10)
"""


def whole(name: str, repeats: int) -> Figure:
    """The figure of one workload, by its API. Made after the server has ended, so that its memory counts."""
    note = "its API on loopback; sleeps 150 ms before each execution"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with _server(folder) as port:
            sfn = _client("stepfunctions", port)
            if name in workloads.PURE:
                workload = workloads.PURE[name]()
                arn = machine(sfn, workload.definition)
                measured = measure(
                    lambda: expect(finish(sfn, start(sfn, arn, workload.input), every=LOOK), workload.output), repeats
                )
            else:
                tasks = workloads.TASKS if name == "W3" else 1
                arn = machine(sfn, workloads.sequence({"Resource": _function(_client("lambda", port))}, tasks))
                times = 1 if name == "W3" else 10
                measured = measure(lambda: [timed(sfn, arn, every=LOOK) for _ in range(times)], repeats)
        if name in workloads.PURE:
            return measured.rate(PEER, name, "states", workload.transitions, note)
        if name == "W3":
            return measured.rate(PEER, name, "steps", tasks, note)
        return measured.median_latency(PEER, name, note)


def alone(name: str, repeats: int) -> Figure:
    """The figure of one workload, by its interpreter alone."""
    from ministack.services import stepfunctions  # noqa: PLC0415  not wanted beside its server

    class Inline(threading.Thread):
        """Runs where it is started."""

        def start(self) -> None:
            self.run()

    stepfunctions.threading = types.SimpleNamespace(**{**vars(threading), "Thread": Inline})
    stepfunctions.time = types.SimpleNamespace(**{**vars(time), "sleep": lambda _seconds: None})
    workload = workloads.PURE[name]()
    made = stepfunctions._create_state_machine(  # noqa: SLF001  it has no other door
        {"name": "m", "definition": json.dumps(workload.definition), "roleArn": ROLE}
    )
    arn, text = json.loads(made[2])["stateMachineArn"], json.dumps(workload.input)

    def one_round() -> None:
        started = stepfunctions._start_execution({"stateMachineArn": arn, "input": text})  # noqa: SLF001
        found = stepfunctions._executions[json.loads(started[2])["executionArn"]]  # noqa: SLF001
        if found["status"] != "SUCCEEDED":
            raise SystemExit(f"{found['status']}: {found.get('error')} {found.get('cause')}")
        expect(json.loads(found["output"]), workload.output)

    note = "its interpreter in this process, without its sleep; in memory, whole history kept"
    return measure(one_round, repeats).rate(f"{PEER} (interpreter)", name, "states", workload.transitions, note)


@contextmanager
def _server(folder: str) -> Iterator[int]:
    port = free_port()
    environment = {
        "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "localhost", "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0", "DOCKER_HOST": "unix:///nonexistent", "LOG_LEVEL": "WARNING", "TMPDIR": folder,
    }
    with served([str(Path(sys.prefix) / "bin" / "ministack")], port, folder, environment):
        yield port


def _client(service: str, port: int) -> Any:
    import boto3  # noqa: PLC0415  the interpreter alone does without it

    return boto3.client(
        service, endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  an emulator's
    )


def _function(client: Any) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", CODE)
    made = client.create_function(
        FunctionName="fib", Runtime="python3.11", Handler="app.handler", Timeout=60, Role=ROLE,
        Code={"ZipFile": code.getvalue()},
    )
    return str(made["FunctionArn"])


if __name__ == "__main__":
    figure = alone if "alone" in sys.argv[3:] else whole
    print(figure(sys.argv[1], int(sys.argv[2])).line())
