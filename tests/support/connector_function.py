"""AWS's side of an exported workflow, in this process: Lambda's Python runtime around the connector function.

A `Tasks` for simulate: Tasks that invoke the function are answered by its own handler, what it raises is told as Lambda
tells it (https://github.com/aws/aws-lambda-python-runtime-interface-client: errorType is the class's name), and a Task
that waits for its token gets it handed over.
"""

from __future__ import annotations

import json
import traceback
from typing import Any

from engine.conversion.step_functions.invocation import FUNCTION, LAMBDA_WITH_TOKEN
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded
from functions.connector import app

Json = Any
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:automate-dev-connector"


class Context:
    """As much of a Lambda context as Powertools and the handler read."""

    function_name = "automate-dev-connector"
    memory_limit_in_mb = 512
    invoked_function_arn = ARN
    aws_request_id = "request-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 300_000


def invoke(event: Json) -> tuple[Json, dict[str, Json] | None]:
    """The function's answer, or None and the error as Lambda's runtime would send it."""
    try:
        answer = app.handler(json.loads(json.dumps(event)), Context())
    except Exception as error:  # noqa: BLE001 - whatever it raises
        return None, {
            "errorMessage": str(error), "errorType": type(error).__name__, "requestId": Context.aws_request_id,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
    return json.loads(json.dumps(answer)), None


class StepFunctionsSide:
    """Answers the invocations; `others` answers everything else."""

    def __init__(self, others: Any = None) -> None:
        self.events: list[Json] = []
        self._others = others

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        waits = call.resource == LAMBDA_WITH_TOKEN
        function = call.arguments["FunctionName"] if waits else call.resource
        if not FUNCTION.fullmatch(function):
            return self._others.call(call)
        event = call.arguments["Payload"] if waits else call.arguments
        self.events.append(event)
        output, error = invoke(event)
        if error is not None:
            return TaskFailed(str(error["errorType"]), json.dumps(error))
        return TaskSucceeded({"StatusCode": 200, "Payload": output} if waits else output)
