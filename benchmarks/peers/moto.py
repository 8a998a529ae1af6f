"""moto's interpreter, under mock_aws in this process; nothing is stored.

Its tasks (W3, W4, W5) send a message to moto's own SQS: it runs Lambda functions in Docker only. An execution needs a
name: without one moto calls each "None" and refuses the second.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}

import boto3
import moto
from moto import mock_aws
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from benchmarks import workloads
from benchmarks.measuring import Figure, measure, now

Json = Any

PEER = f"moto {moto.__version__}"
ROLE = "arn:aws:iam::123456789012:role/r"


def run(name: str, repeats: int) -> Figure:
    """The figure of one workload."""
    if name == "W6":
        text = json.dumps(workloads.large_definition())
        measured = measure(lambda: AmazonStateLanguageParser.parse(text) and None, repeats)
        return measured.milliseconds(PEER, "W6", 1, "its parser on the same definition")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        sfn = boto3.client("stepfunctions")
        if name in workloads.PURE:
            workload = workloads.PURE[name]()
            start = _starter(sfn, workload.definition, workload.input)
            measured = measure(lambda: _expect(_finish(sfn, start()), workload.output), repeats)
            return measured.rate(PEER, name, "states", workload.transitions, "in memory, whole history kept")
        return _tasks(sfn, name, repeats)


def _tasks(sfn: Any, name: str, repeats: int) -> Figure:
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    task = {"Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": url, "MessageBody": "x"}}
    note = "in memory; the task is a message to its own SQS"
    if name == "W5":
        start = _starter(sfn, workloads.sequence(task, 1), {})
        return measure(lambda: [_timed(lambda: _finish(sfn, start())) for _ in range(20)], repeats).median_latency(
            PEER, name, note
        )
    definition, count, tasks = {
        "W3": (workloads.sequence(task), 1, workloads.TASKS),
        "W4": (workloads.fan_out(task), 100, workloads.BRANCHES),
    }[name]
    start = _starter(sfn, definition, {})

    def one_round() -> None:
        for arn in [start() for _ in range(count)]:
            _finish(sfn, arn)

    return measure(one_round, repeats, warm_up=1 if count == 1 else 0).rate(PEER, name, "steps", count * tasks, note)


def _starter(sfn: Any, definition: Json, execution_input: Json) -> Callable[[], str]:
    machine = sfn.create_state_machine(name=uuid.uuid4().hex, definition=json.dumps(definition), roleArn=ROLE)
    arn, text = machine["stateMachineArn"], json.dumps(execution_input)
    return lambda: str(sfn.start_execution(stateMachineArn=arn, input=text, name=uuid.uuid4().hex)["executionArn"])


def _finish(sfn: Any, arn: str) -> Json:
    while True:
        found = sfn.describe_execution(executionArn=arn)
        if found["status"] == "SUCCEEDED":
            return json.loads(found["output"])
        if found["status"] != "RUNNING":
            raise SystemExit(f"{found['status']}: {found.get('error')} {found.get('cause')}")
        time.sleep(0.002)


def _timed(act: Callable[[], object]) -> float:
    started = now()
    act()
    return now() - started


def _expect(found: Json, wanted: Json) -> None:
    if found != wanted:
        raise SystemExit(f"a wrong answer: {found!r:.200}")


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2])).line())
