"""Step Functions as boto3 asks for it, of a peer that answers as AWS does."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from benchmarks.measuring import now

Json = Any

ROLE = "arn:aws:iam::123456789012:role/r"


def machine(sfn: Any, definition: Json) -> str:
    """The ARN of a new state machine."""
    made = sfn.create_state_machine(name=uuid.uuid4().hex, definition=json.dumps(definition), roleArn=ROLE)
    return str(made["stateMachineArn"])


def start(sfn: Any, arn: str, execution_input: Json) -> str:
    """The ARN of a new execution. It has a name: without one moto calls each "None" and refuses the second."""
    started = sfn.start_execution(stateMachineArn=arn, input=json.dumps(execution_input), name=uuid.uuid4().hex)
    return str(started["executionArn"])


def finish(sfn: Any, execution: str, *, every: float) -> Json:
    """The output of an execution, which is looked at `every` so many seconds. Ends the process where it failed."""
    while (found := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(every)
    if found["status"] != "SUCCEEDED":
        raise SystemExit(f"{found['status']}: {found.get('error')} {found.get('cause')}")
    return json.loads(found["output"])


def timed(sfn: Any, arn: str, *, every: float) -> float:
    """Seconds of one execution without an input."""
    started = now()
    finish(sfn, start(sfn, arn, {}), every=every)
    return now() - started


def expect(found: Json, wanted: Json) -> None:
    """A wrong answer has no speed: it ends the process."""
    if found != wanted:
        raise SystemExit(f"a wrong answer: {found!r:.200}")
