"""Sixty executions at batch sizes 1, 10 and 50 on an emulator of AWS: ``python -m benchmarks.deployed_load``.

    deploy     the stage anew for each size, by the context as a person does: -c batch_size=50 -c batch_window_seconds=1
    backlog    the worker's event source is switched off, the executions are started through the API
    run        until all have ended; each has two connector calls and a wait of a second between them

The emulator hands a function at most ten messages and knows no window. So it is this command that takes from the queue
here, by the mapping's own settings (BatchSize, MaximumBatchingWindowInSeconds, MaximumConcurrency), as AWS documents it
for standard queues but with one poller where AWS begins with five, and invokes the deployed worker. Two seconds before
it counts, the worker is invoked once without work: the first invocation of a size is no colder than another's.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.support.deployed.emulator import Emulator
from tests.support.deployed.stage import Stage

EXECUTIONS = 60
SIZES = {1: 0, 10: 0, 50: 1}
"""Batch size to window in seconds; SQS wants a window above ten."""
RECEIVED_AT_ONCE = 10
ENDED_WITHIN_SECONDS = 240
WORKFLOW = {
    "name": "load",
    "definition": {
        "QueryLanguage": "JSONata",
        "StartAt": "First",
        "States": {
            "First": {
                "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "first"}, "Next": "Rest",
            },
            "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Second"},
            "Second": {
                "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "second"}, "End": True,
            },
        },
    },
}


@dataclass
class Load:
    """What one batch size gave. `receives` are ReceiveMessage calls that brought something; `records` are the records
    of each invocation in their order; `worker_seconds` is how long the invocations took together, elapsed."""

    batch_size: int
    window: int
    executions: int = EXECUTIONS
    seconds: float = 0.0
    receives: int = 0
    records: list[int] = field(default_factory=list)
    worker_seconds: float = 0.0
    writes: int = 0
    """Segments in the journals of the executions: each is one conditional write."""
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])


class EventSource:
    """What Lambda does for a queue, by the settings of the mapping that is deployed. Ends with `stop`."""

    def __init__(self, stage: Stage, mapping: dict[str, Any], load: Load) -> None:
        self._sqs, self._lambda = stage.emulator.client("sqs"), stage.emulator.client("lambda")
        self._queue = stage.output("engine", "QueueUrl")
        self._function = stage.output("engine", "WorkerName")
        self._arn = mapping["EventSourceArn"]
        self._size, self._window = mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]
        most = mapping["ScalingConfig"]["MaximumConcurrency"]
        self._load, self._lock = load, threading.Lock()
        self._ended = threading.Event()
        self._free = threading.Semaphore(most)
        self._pool = ThreadPoolExecutor(most)
        self._invocations: list[Future[None]] = []
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Raises what an invocation raised."""
        self._ended.set()
        self._thread.join(30)
        self._pool.shutdown()
        for invocation in self._invocations:
            invocation.result()

    def _poll(self) -> None:
        while not self._ended.is_set():
            self._free.acquire()
            batch = self._gather()
            if batch:
                self._invocations.append(self._pool.submit(self._invoke, batch))
            else:
                self._free.release()

    def _gather(self) -> list[dict[str, Any]]:
        """A batch: full, or what came within the window that its first message opens."""
        batch = self._receive(self._size)
        until = time.monotonic() + self._window
        while batch and len(batch) < self._size and time.monotonic() < until:
            batch += self._receive(self._size - len(batch))
        return batch

    def _receive(self, most: int) -> list[dict[str, Any]]:
        found = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=min(most, RECEIVED_AT_ONCE), AttributeNames=["All"],
            WaitTimeSeconds=0,
        ).get("Messages", [])
        self._load.receives += bool(found)
        if not found:
            time.sleep(0.05)
        return list(found)

    def _invoke(self, batch: list[dict[str, Any]]) -> None:
        records = [{
            "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
            "attributes": message["Attributes"], "messageAttributes": {}, "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs", "eventSourceARN": self._arn, "awsRegion": "us-east-1",
        } for message in batch]
        started = time.monotonic()
        try:
            answer = self._lambda.invoke(FunctionName=self._function, Payload=json.dumps({"Records": records}))
        finally:
            self._free.release()
        with self._lock:
            self._load.records.append(len(batch))
            self._load.worker_seconds += time.monotonic() - started
        said = json.load(answer["Payload"])
        assert "FunctionError" not in answer, said
        failed = {each["itemIdentifier"] for each in said["batchItemFailures"]}
        for message in batch:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])


def measure(stage: Stage, size: int, window: int) -> Load:
    """Deploy `size`, start the executions as a backlog, and let them run."""
    stage.context |= {"batch_size": str(size), "batch_window_seconds": str(window)}
    stage.deploy()
    if not stage.token:
        stage.sign_in()
        stage.answer("POST", "/workflows/import", {"document": WORKFLOW, "publish": True})
    lambdas = stage.emulator.client("lambda")
    worker = stage.output("engine", "WorkerName")
    (found,) = lambdas.list_event_source_mappings(FunctionName=worker)["EventSourceMappings"]
    mapping = lambdas.update_event_source_mapping(UUID=found["UUID"], Enabled=False)
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (size, window)
    executions = [stage.start("load", {}, name=f"at-{size}-{number}") for number in range(EXECUTIONS)]
    lambdas.invoke(FunctionName=worker, Payload=json.dumps({"Records": []}))
    time.sleep(2)
    load = Load(size, window)
    source, started = EventSource(stage, mapping, load), time.monotonic()
    try:
        _wait_until(lambda: not _running(stage))
        load.seconds = time.monotonic() - started
    finally:
        source.stop()
    statuses = {stage.answer("GET", execution)["status"] for execution in executions}
    assert statuses == {"SUCCEEDED"}, statuses
    load.writes = _segments(stage, size)
    return load


def _running(stage: Stage) -> list[Any]:
    return list(stage.answer("GET", "/executions?workflow=load&status=RUNNING&limit=1")["executions"])


def _wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + ENDED_WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < until, f"executions still ran after {ENDED_WITHIN_SECONDS} s"
        time.sleep(0.5)


def _segments(stage: Stage, size: int) -> int:
    """The items S#… of the executions' partitions (docs/architecture.md, the journal)."""
    name = stage.output("data", "TableName")
    pages = stage.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=name)
    ours = f"#load:at-{size}-"
    return sum(ours in item["pk"]["S"] and item["sk"]["S"].startswith("S#") for page in pages for item in page["Items"])


def table(loads: list[Load]) -> str:
    """The figures as the documentation has them."""
    columns = (
        "batch size, window", "all ended after", "worker invocations", "records each: mean, most", "receives",
        "worker time, together", "journal writes",
    )
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for load in loads:
        invocations = len(load.records)
        lines.append(
            f"| {load.batch_size}, {load.window} s | {load.seconds:.1f} s | {invocations} | "
            f"{sum(load.records) / invocations:.1f}, {max(load.records)} | {load.receives} | "
            f"{load.worker_seconds:.1f} s | {load.writes} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Sixty executions on an emulator of AWS at several batch sizes.")
    parser.add_argument("--sizes", type=int, nargs="+", choices=SIZES, default=list(SIZES), help="which batch sizes")
    parser.add_argument("-c", metavar="NAME=VALUE", action="append", default=[], help="more of the context, as for cdk")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder))
        try:
            stage = Stage(emulator, Path(folder), "load", **dict(given.split("=", 1) for given in arguments.c))
            stage.bootstrap()
            loads = []
            for size in arguments.sizes:
                print(f"deploying and running with batch size {size} …", file=sys.stderr, flush=True)
                loads.append(measure(stage, size, SIZES[size]))
        finally:
            emulator.stop()
    print(table(loads))
    print(f"{EXECUTIONS} executions each, {os.cpu_count()} processors, load "
          f"{', '.join(f'{load.load_before:.1f}' for load in loads)} before each")
    if arguments.json:
        text = json.dumps([asdict(load) for load in loads], indent=1)
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
