"""The Lambda functions that some recorded cases call, where the recording does not hold what they answered.

A case names the handler's file for each function (`lambdas`). What a handler does is its name's meaning, and is seen in
the recordings that do hold its answers; one that is not in HANDLERS stays unanswered. `Lambdas` answers as the service
does: the function's result by its ARN, the whole response of Invoke by ``lambda:invoke``, an exception as an error
named by its class.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded

Case = dict[str, Any]

INVOKE = "arn:aws:states:::lambda:invoke"
REQUEST = "11111111-2222-4333-8444-555555555555"
RAISED = "Some exception was raised."


def _raise(_event: Any) -> Any:
    raise RuntimeError(RAISED)


HANDLERS: dict[str, Callable[[Any], Any]] = {
    "id_function.py": lambda event: event,
    "return_decorated_input.py": lambda event: f"input-event-{event}",
    "raise_exception.py": _raise,
}


class Lambdas:
    """The functions of one case, as engine.ports.tasks.Tasks."""

    def __init__(self, case: Case) -> None:
        self._handlers = {
            function["name"]: HANDLERS[file]
            for function in case["lambdas"]
            if (file := PurePosixPath(function["handler_file"]).name) in HANDLERS
        }

    def policy(self, _resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        """Nothing is known of the functions."""
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        """The function's answer to its event; Lambda makes an empty object of no payload."""
        by_invoke = call.resource == INVOKE
        name = call.arguments.get("FunctionName", "") if by_invoke else call.resource
        handler = self._handlers.get(str(name).rpartition(":")[2])
        if handler is None:
            return TaskFailed("Lambda.ResourceNotFoundException", f"Function not found: {name}")
        event = call.arguments.get("Payload") if by_invoke else call.arguments
        try:
            result = handler({} if event is None else event)
        except RuntimeError as error:
            return TaskFailed("Exception", _compact({
                "errorMessage": str(error), "errorType": "Exception", "requestId": REQUEST,
                "stackTrace": [f'  File "/var/task/handler.py", line 2, in handler\n    raise Exception("{RAISED}")\n'],
            }))
        return TaskSucceeded(_invoked(result) if by_invoke else result)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _invoked(result: Any) -> Case:
    """The response of Invoke as the optimised integration hands it on; recordings mask what differs from call to call,
    and there the list of a header's values too."""
    steady = {
        "Connection": "keep-alive", "Content-Length": str(len(json.dumps(result))), "Content-Type": "application/json",
        "X-Amz-Executed-Version": "$LATEST", "x-amzn-Remapped-Content-Length": "0",
    }
    masked = {"Date": "date", "x-amzn-RequestId": "x-amzn-RequestId", "X-Amzn-Trace-Id": "X-Amzn-Trace-Id"}
    return {
        "ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in steady.items()} | masked,
            "HttpHeaders": steady | masked, "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": REQUEST},
    }
