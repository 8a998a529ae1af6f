"""When a state fails: its Retriers, its Catchers, the fan-out around it, and in the end the execution.

    evaluation_failed   an expression or a path of the state failed: words the cause, records EvaluationFailed
    failed              ─► Retrier: BACKOFF ─► Catcher: go on ─► frame_failed
    frame_failed        the root: ExecutionFailed;  a child: its fan-out hears of it (engine.kernel.fanout)

Each answers whether the frame it was called for goes on at once.
"""

from __future__ import annotations

from typing import Any

from engine.errors import StateFailure
from engine.kernel import flow
from engine.kernel.builder import Builder, Failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.retry import RUNTIME, asked_seconds, counted, delay_seconds, find_catcher, find_retrier
from engine.kernel.snapshot import Phase, Status
from engine.language.asl.model import Fallible, Map, Parallel, State

Json = Any

QUERY_EVALUATION = "States.QueryEvaluationError"


def evaluation_failed(builder: Builder, frame: OpenFrame, state: State, failure: StateFailure) -> bool:
    """A field of `state` could not be evaluated.

    JSONPath failures (States.Runtime) end the execution at once; JSONata's are recorded and can be caught.
    """
    cause = _record(builder, frame, state, failure)
    return failed(builder, frame, state, failure.error, cause)


def failed(
    builder: Builder, frame: OpenFrame, state: State, error: str | None, cause: str | None, *,
    definite: bool | None = None, retryable: bool = True, matched_as: str | None = None, retry_after: float = 0.0,
) -> bool:
    """`state` failed. True when its frame goes on by a Catcher.

    `definite` says of a Task's call whether it is known that it failed; None where it is no call that did. `matched_as`
    is the name that Retry and Catch look at where it is another than the one that is shown. `retry_after`: a Retrier
    waits for so many seconds at least.
    """
    name = matched_as or error
    if error == RUNTIME or not isinstance(state, Fallible):
        frame.epoch += 1 if definite else 0
        return frame_failed(builder, frame, error, cause)
    frame.fanout = None
    if retryable and _retry(
        builder, frame, state, name, definite=definite is not False, retry_after=retry_after
    ):
        builder.forget(frame.path)
        return False
    frame.epoch += 1 if definite else 0  # for a redrive
    if isinstance(state, Map | Parallel):
        builder.emit(frame, f"{state.TYPE}StateFailed")
    catcher = find_catcher(state.catch, name)
    if catcher is None:
        return frame_failed(builder, frame, error, cause)
    frame.before = frame.last_event
    error_output = {"Error": error, "Cause": cause}
    scope = builder.scope(frame, error_output=error_output)
    try:
        output, assigned = flow.caught(state, catcher, scope, frame.input, error_output)
    except StateFailure as failure:  # the Catcher's own fields: nothing catches that
        return frame_failed(builder, frame, failure.error, _record(builder, frame, state, failure))
    builder.leave(frame, state, output, assigned)
    builder.forget(frame.path)
    frame.forget_visit()
    frame.state, frame.input, frame.phase = catcher.next, output, Phase.READY
    return True


def _record(builder: Builder, frame: OpenFrame, state: State, failure: StateFailure) -> str:
    """The failure's cause in AWS's words; EvaluationFailed for a JSONata one."""
    cause = (
        f"An error occurred while executing the state '{state.name}' "
        f"(entered at the event id #{frame.entered_event}). {failure.cause}"
    )
    if failure.error == QUERY_EVALUATION:
        details = {"cause": cause, "error": failure.error, "state": state.name}
        if failure.field is not None:
            details["location"] = failure.field
        frame.last_event = builder.emit_beside(frame.before, "EvaluationFailed", details)
    return cause


def _retry(
    builder: Builder, frame: OpenFrame, state: Fallible, error: str | None, *, definite: bool, retry_after: float
) -> bool:
    index = find_retrier(state.retry, frame.retries, error)
    if index is None:
        return False
    retrier = state.retry[index]
    used = frame.retries[index] if index < len(frame.retries) else 0
    fraction = builder.scope(frame).random_fraction(f"Retry/{frame.attempt}") if retrier.jitter else 1.0
    delay = max(delay_seconds(retrier, used, fraction), asked_seconds(retrier, retry_after))
    frame.forget_attempt()
    frame.retries = counted(frame.retries, index, len(state.retry))
    frame.attempt += 1
    frame.epoch += 1 if definite else 0
    frame.phase = Phase.BACKOFF
    frame.due_at = builder.at + delay
    return True


def frame_failed(builder: Builder, frame: OpenFrame, error: str | None, cause: str | None) -> bool:
    """Nothing in `frame` takes the error: its fan-out will hear of it, or the execution fails. Always False."""
    if frame.path:
        builder.ended.append((frame, Failed(error, cause)))
        return False
    details = {name: value for name, value in (("error", error), ("cause", cause)) if value is not None}
    builder.emit(frame, "ExecutionFailed", details)
    builder.close(Status.FAILED, error=error, cause=cause)
    return False
