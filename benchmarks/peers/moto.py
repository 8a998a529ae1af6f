"""moto's interpreter, under mock_aws in this process; nothing is stored.

Its tasks (W3, W4, W5) send a message to moto's own SQS: it runs Lambda functions in Docker only.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}

import boto3
import moto
from moto import mock_aws
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from benchmarks import workloads
from benchmarks.measuring import Figure, measure
from benchmarks.peers.stepping import expect, finish, machine, start, timed

PEER = f"moto {moto.__version__}"
LOOK = 0.002
"""Seconds between two looks at an execution."""


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
            arn = machine(sfn, workload.definition)
            measured = measure(
                lambda: expect(finish(sfn, start(sfn, arn, workload.input), every=LOOK), workload.output), repeats
            )
            return measured.rate(PEER, name, "states", workload.transitions, "in memory, whole history kept")
        return _tasks(sfn, name, repeats)


def _tasks(sfn: Any, name: str, repeats: int) -> Figure:
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    task = {"Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": url, "MessageBody": "x"}}
    note = "in memory; the task is a message to its own SQS"
    if name == "W5":
        arn = machine(sfn, workloads.sequence(task, 1))
        return measure(lambda: [timed(sfn, arn, every=LOOK) for _ in range(20)], repeats).median_latency(
            PEER, name, note
        )
    definition, count, tasks = {
        "W3": (workloads.sequence(task), 1, workloads.TASKS),
        "W4": (workloads.fan_out(task), 100, workloads.BRANCHES),
    }[name]
    arn = machine(sfn, definition)

    def one_round() -> None:
        for execution in [start(sfn, arn, {}) for _ in range(count)]:
            finish(sfn, execution, every=LOOK)

    return measure(one_round, repeats, warm_up=1 if count == 1 else 0).rate(PEER, name, "steps", count * tasks, note)


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2])).line())
