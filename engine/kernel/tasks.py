"""A Task state, from its arguments to its result, and the history events of each kind of resource.

    SCHEDULED ─TaskStarted─► RUNNING ─TaskReturned─► done
                                     ─TaskReturned (.sync, .waitForTaskToken)─► CALLBACK ─Callback…─► done

An activity waits in SCHEDULED for a worker to poll it: TaskStarted leads to CALLBACK, and only then its time limits
begin (AWS: "the count begins when GetActivityTask receives a token"). A job is asked how it stands by calls of its own
(engine.kernel.jobs).
"""

from __future__ import annotations

from typing import Any

from engine.errors import StateFailure
from engine.kernel import flow, jobs
from engine.kernel.builder import Builder
from engine.kernel.children import nested
from engine.kernel.children.child_ids import started_id
from engine.kernel.children.outcomes import SWEEP_SECONDS
from engine.kernel.completing import completed
from engine.kernel.failing import failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.retry import HEARTBEAT_TIMEOUT, RUNTIME, TIMEOUT
from engine.kernel.snapshot import Phase
from engine.kernel.tokens import TokenPlace, make_token
from engine.language.asl.integrations import unfit_arguments
from engine.language.asl.model import Pattern, Resource, Task
from engine.language.expr.java_text import json_text
from engine.language.expr.scope import Scope

Json = Any

LONGEST_SWEEP_SECONDS = 3600.0
"""The longer an activity's task has waited, the more seldom its work item is looked at; so often at least."""

_NO_SCOPE = Scope()
"""Of a call whose arguments stand in the definition as they are."""

_WITH_TOKEN = (Pattern.CALLBACK, Pattern.ACTIVITY)
HANDED_OVER = (Pattern.CALLBACK, Pattern.SYNC)
"""The patterns whose call only hands the work over."""


def schedule(builder: Builder, frame: OpenFrame, state: Task) -> bool:
    """Evaluate everything the call needs and record it as scheduled; a Retrier's attempt begins here too."""
    resource = state.resource
    facts = builder.facts
    if resource.pattern in _WITH_TOKEN:
        place = TokenPlace(facts.workspace, facts.execution_id, frame.path, frame.visit, frame.attempt)
        frame.token = make_token(place, builder.seed)
    scope = _NO_SCOPE if _evaluates_nothing(state) else builder.scope(frame)
    frame.arguments = _fit(resource, flow.arguments(state, scope))
    frame.timeout_seconds = None if state.timeout is None else state.timeout(scope)
    frame.heartbeat_seconds = None if state.heartbeat is None else state.heartbeat(scope)
    frame.credentials = None if state.credentials is None else state.credentials(scope)
    builder.emit(frame, _type(resource, "Scheduled"), _scheduled(builder, frame, resource))
    frame.phase = Phase.SCHEDULED
    if resource.pattern is Pattern.ACTIVITY:
        look_again(builder, frame)
    return False


def _evaluates_nothing(state: Task) -> bool:
    return (
        state.fixed and state.input_path is None and state.timeout is None and state.heartbeat is None
        and state.credentials is None
    )


def _fit(resource: Resource, arguments: Json) -> Json:
    """`arguments`, if the optimised integration can be started with them. Raises StateFailure, as AWS does."""
    problems = unfit_arguments(resource.service, resource.action.partition(".")[0], arguments)
    if problems:
        shown = json_text(arguments)
        words = ", ".join(problems)
        raise StateFailure(RUNTIME, f"The Parameters '{shown}' could not be used to start the Task: [{words}]")
    return arguments


def started(builder: Builder, frame: OpenFrame, state: Task, lease_until: float, worker: str | None) -> None:
    """The call is about to be made, or a worker took the activity."""
    resource = state.resource
    details = _details(resource)
    if resource.pattern is Pattern.ACTIVITY:
        details = {} if worker is None else {"workerName": worker}
        frame.phase = Phase.CALLBACK
        frame.due_at = None
    else:
        frame.phase = Phase.RUNNING
        frame.lease_until = lease_until
    if frame.job is None:
        _arm(builder, frame)
    # A taken-over call starts again without a second event: AWS has none for it.
    if not frame.started_event:
        frame.started_event = builder.emit(frame, _type(resource, "Started"), details)


def taken_over(frame: OpenFrame) -> None:
    """The owner of the call is gone; another will make it, with the time limits anew."""
    frame.phase = Phase.SCHEDULED
    frame.lease_until = 0.0
    if frame.job is None:
        frame.deadline = frame.heartbeat_at = None


def returned(
    builder: Builder, frame: OpenFrame, state: Task, output: Json, *, handed_over: bool = False,
    again_in: float | None = None,
) -> bool:
    """The call succeeded; where it only handed the work over, the frame waits on (engine.kernel.jobs)."""
    resource = state.resource
    frame.lease_until = 0.0
    if resource.pattern in HANDED_OVER and frame.job is None:
        builder.emit(frame, "TaskSubmitted", {**(_details(resource) or {}), "output": output})
        frame.phase = Phase.CALLBACK
        if resource.pattern is Pattern.SYNC and started_id(builder.plan, builder.facts, frame) is None:
            jobs.began(frame, output, builder.at)
        elif handed_over:
            jobs.handed_over(frame, output, builder.at, again_in)
        else:
            nested.look_again(builder, frame)
        return False
    return succeeded(builder, frame, state, output)


def succeeded(builder: Builder, frame: OpenFrame, state: Task, output: Json) -> bool:
    """The task has its result."""
    settle(builder, frame, output)
    builder.emit(frame, _type(state.resource, "Succeeded"), {**(_details(state.resource) or {}), "output": output})
    return completed(builder, frame, state, output)


def settle(builder: Builder, frame: OpenFrame, answered: Json = None) -> None:
    """Somebody has answered what the frame's call had handed over: its connector is told."""
    if jobs.is_handed_over(frame):
        builder.stops.append(jobs.stop_of(builder.plan, builder.facts, frame, answered=answered))
        frame.job = None


def erred(
    builder: Builder, frame: OpenFrame, state: Task, error: str | None, cause: str | None, *,
    definite: bool = True, retryable: bool = True, retry_after: float = 0.0,
) -> bool:
    """The task failed. Nobody knows how a job stands that could not be asked: it is asked again."""
    if frame.job is not None and (not definite or jobs.is_handed_over(frame)):
        jobs.goes_on(frame, builder.at, frame.job.get("again_in"))
        return False
    frame.job = None
    frame.lease_until = 0.0
    details = dict(_details(state.resource) or {})
    details.update({name: value for name, value in (("error", error), ("cause", cause)) if value is not None})
    builder.emit(frame, _type(state.resource, "TimedOut" if error == TIMEOUT else "Failed"), details)
    return failed(
        builder, frame, state, error, cause, definite=definite, retryable=retryable, retry_after=retry_after
    )


def timed_out(builder: Builder, frame: OpenFrame, state: Task) -> bool:
    """TimeoutSeconds or HeartbeatSeconds is over. Nobody knows what came of the call, so the key stays.

    Both are shown as States.Timeout (recorded); Retry and Catch may name States.HeartbeatTimeout for the latter.
    """
    beat, deadline = frame.heartbeat_at, frame.deadline
    missed_heartbeat = beat is not None and (deadline is None or beat < deadline)
    builder.emit(frame, _type(state.resource, "TimedOut"), {**(_details(state.resource) or {}), "error": TIMEOUT})
    name = HEARTBEAT_TIMEOUT if missed_heartbeat else None
    child = started_id(builder.plan, builder.facts, frame)
    had_job = frame.job is not None
    if had_job:
        builder.stops.append(jobs.stop_of(builder.plan, builder.facts, frame))
        frame.job = None
    moved = failed(builder, frame, state, TIMEOUT, None, definite=had_job, matched_as=name)
    goes_on_waiting = frame.phase is Phase.BACKOFF  # a Retrier's attempt waits for the same execution
    if child is not None and not goes_on_waiting and child not in builder.abandoned:
        builder.abandoned.append(child)
    return moved


def look_again(builder: Builder, frame: OpenFrame) -> None:
    """What the task waits for was looked at, or is to be: a child's header, a work item; a job is to be asked."""
    if frame.job is not None:
        jobs.ask(frame)
    elif frame.phase is Phase.SCHEDULED:
        frame.due_at = builder.at + min(max(builder.at - frame.entered_at, SWEEP_SECONDS), LONGEST_SWEEP_SECONDS)
    else:
        nested.look_again(builder, frame)


def missing(frame: OpenFrame, state: Task) -> StateFailure:
    """There is no such activity (recorded; AWS finds out before it records ActivityScheduled)."""
    frame.due_at = None
    return StateFailure(RUNTIME, f"The activity {state.resource.text} does not exist.")


def heartbeat(builder: Builder, frame: OpenFrame) -> None:
    """The work goes on: the heartbeat's time begins anew."""
    if frame.heartbeat_seconds is not None:
        frame.heartbeat_at = builder.at + frame.heartbeat_seconds


def _arm(builder: Builder, frame: OpenFrame) -> None:
    if frame.timeout_seconds is not None:
        frame.deadline = builder.at + frame.timeout_seconds
    heartbeat(builder, frame)


def _type(resource: Resource, what: str) -> str:
    if resource.pattern is Pattern.ACTIVITY:
        return f"Activity{what}"
    return f"LambdaFunction{what}" if resource.function else f"Task{what}"


def _details(resource: Resource) -> dict[str, Json] | None:
    """What every event of a service integration carries; functions and activities carry nothing."""
    if resource.function or resource.pattern is Pattern.ACTIVITY:
        return None
    return {"resource": resource.action, "resourceType": resource.service}


def _scheduled(builder: Builder, frame: OpenFrame, resource: Resource) -> dict[str, Json]:
    details: dict[str, Json]
    if resource.function or resource.pattern is Pattern.ACTIVITY:
        details = {"resource": resource.text, "input": frame.arguments}
    else:
        details = {
            "resource": resource.action, "resourceType": resource.service, "region": builder.facts.region,
            "parameters": frame.arguments,
        }
    if frame.timeout_seconds is not None:
        details["timeoutInSeconds"] = frame.timeout_seconds
    if frame.heartbeat_seconds is not None:
        details["heartbeatInSeconds"] = frame.heartbeat_seconds
    if isinstance(frame.credentials, dict):
        role = frame.credentials.get("RoleArn")
        details["taskCredentials"] = {"roleArn": role if isinstance(role, str) else json_text(role)}
    return details
