"""What a workflow does otherwise once it is a state machine of AWS: each with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.catalog.document import WorkflowDocument
from engine.conversion.step_functions.invocation import CALL_SECONDS, ConnectorCall
from engine.conversion.step_functions.mapping import Around
from engine.errors import Diagnostic

Json = Any

INTERRUPTED = "Automate.TaskInterrupted"

_LEFT = {
    "input_schema": "Step Functions takes any input: check it in the first state, or before the start",
    "business_key": "Step Functions has no business key: executions are found by name; name them by it",
    "triggers": "triggers are no part of a state machine: make EventBridge rules or schedules that start it",
    "cases": "the cases stay here; automate test runs them",
    "tags": "the CDK snippet sets the tags; by other ways they are yours to set",
}


def of_document(document: WorkflowDocument, *, connectors: int, secrets: Sequence[str]) -> Iterator[Diagnostic]:
    """About the workflow as a whole. `connectors` is how many of its Tasks call one."""
    yield remark("DATA_LIMIT", "a state's input and output have at most 256 KiB there: States.DataLimitExceeded", "/")
    if document.kind == "STANDARD":
        yield remark("HISTORY_LIMIT", "an execution has at most 25,000 events there; a long loop must start anew", "/")
    else:
        yield remark("NO_HISTORY", "the history of an EXPRESS execution is in CloudWatch Logs, if logging is on", "/")
    if connectors:
        yield remark(
            "LAMBDA_ERRORS", "connector Tasks can also fail with Lambda's own errors (Lambda.TooManyRequestsException, "
            "Lambda.ServiceException …): let a Retrier name them", "/",
        )
        yield remark(
            "CAUSE", "a connector error has the same name, and Lambda's cause: errorMessage is the same, errorType is "
            "the error's name, retryable and code are not there", "/",
        )
    if secrets:
        yield remark("SECRETS", f"the stage must have the secrets {', '.join(secrets)}", "/")
    for name, message in _LEFT.items():
        if document.as_written.get(name):
            yield remark("NOT_THERE", message, f"/{name}")


def of_connector_task(
    state: dict[str, Json], call: ConnectorCall, around: Around, *, kind: str, once: bool
) -> Iterator[Diagnostic]:
    """About a Task that calls a connector. `once`: it is declared to be called at most once."""
    place = around.place
    if once:
        yield from _at_most_once(state, place, kind)
    elif state.get("Retry"):
        yield remark(
            "RETRIES", "its Retriers also work for errors that the connector calls not retryable, and every attempt "
            "carries the same idempotency key: a service that replays a stored error answers it again",
            f"{place}/Retry",
        )
    if call.waits:
        yield remark(
            "CALLBACK", "the token is one of Step Functions: whoever answers must call its SendTaskSuccess, "
            "SendTaskFailure or SendTaskHeartbeat, with leave to; automate task and our API do not know it",
            f"{place}/Resource",
        )
    elif "TimeoutSecondsPath" in state:
        yield remark(
            "TIMEOUT", f"Step Functions gives the call up then; the function itself goes on for up to {CALL_SECONDS} s",
            f"{place}/TimeoutSecondsPath",
        )
    if around.in_map:
        yield remark(
            "IDEMPOTENCY", "the idempotency keys of a Map's items differ by their arguments: two items with equal ones "
            "that get here in the same millisecond share a key, and arguments that change with each attempt change it",
            place,
        )
    for field in ("Retry", "Catch"):
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and INTERRUPTED in (entry.get("ErrorEquals") or ()):
                yield remark(
                    "NEVER_RAISED", f"{INTERRUPTED} is never raised there; an unknown outcome is States.Timeout or one "
                    "of Lambda's errors", f"{place}/{field}[{index}]/ErrorEquals",
                )


def of_start(workflow: str | None, place: str) -> Diagnostic:
    """About a Task that starts a workflow, or one that an expression names."""
    if workflow is None:
        return remark("START", "what names the state machine must give the ARN of one in AWS", place)
    return remark("START", f"it starts the state machine {workflow} of that account: export {workflow} too", place)


def _at_most_once(state: dict[str, Json], place: str, kind: str) -> Iterator[Diagnostic]:
    if state.get("Retry"):
        yield remark(
            "AT_MOST_ONCE", "declared at most once, but Step Functions repeats it whenever a Retrier names the error, "
            "after an unknown outcome too: drop the Retriers of States.ALL, States.TaskFailed and States.Timeout",
            f"{place}/Retry",
        )
    if kind == "EXPRESS":
        yield remark("AT_MOST_ONCE", "declared at most once; EXPRESS executions are at least once there", place)


def remark(code: str, message: str, place: str) -> Diagnostic:
    """What will be otherwise at `place`: a warning."""
    return Diagnostic(code, message, place, "WARNING")
