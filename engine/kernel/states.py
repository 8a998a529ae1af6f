"""Running a frame: enter a state, do what its type does, leave it for the next, until something must be waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from engine.errors import StateFailure
from engine.kernel import fanout, flow, tasks
from engine.kernel.builder import Builder
from engine.kernel.completing import exited
from engine.kernel.failing import evaluation_failed, failed
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Phase, Status
from engine.language.asl import model
from engine.language.asl.fields import LONGEST_SECONDS

Json = Any


def advance(builder: Builder, frame: OpenFrame) -> None:
    """Run `frame` until it is blocked or has ended, or the step's room is used up (then it is READY)."""
    states = builder.plan.machines[frame.machine].states
    while True:
        if builder.room == 0:
            frame.phase = Phase.READY
            builder.ready.appendleft(frame)
            return
        builder.room -= 1
        state = states[frame.state]
        frame.visit = builder.next_visit
        builder.next_visit += 1
        frame.entered_at = builder.at
        frame.before = frame.last_event
        frame.entered_event = builder.emit(frame, state.entered, {"name": state.name, "input": frame.input})
        try:
            moved = _RUN[type(state)](builder, frame, state)
        except StateFailure as failure:
            moved = evaluation_failed(builder, frame, state, failure)
        if not moved:
            return


def resume(builder: Builder, frame: OpenFrame) -> None:
    """What `frame` waited for is over: a Wait, or a Retrier's interval."""
    state = builder.plan.state(frame.machine, frame.state)
    frame.due_at = None
    try:
        if isinstance(state, model.Wait):
            moved = _pass_on(builder, frame, state, state.next)
        elif isinstance(state, model.Task):
            moved = tasks.schedule(builder, frame, state)
        else:
            moved = fanout.restart(builder, frame, cast("model.Parallel | model.Map", state))
    except StateFailure as failure:
        moved = evaluation_failed(builder, frame, state, failure)
    if moved:
        builder.ready.append(frame)


def _pass(builder: Builder, frame: OpenFrame, state: model.Pass) -> bool:
    scope = builder.scope(frame)
    result = flow.arguments(state, scope)
    if state.has_result:
        result = state.result
    output, assigned = flow.leaving(state, scope, frame.input, result)
    return exited(builder, frame, state, state.next, output, assigned)


def _choice(builder: Builder, frame: OpenFrame, state: model.Choice) -> bool:
    scope = builder.scope(frame)
    flow.arguments(state, scope)
    for rule in state.rules:
        if rule.holds(scope):
            output, assigned = flow.passing(state, scope, rule.output, rule.assign)
            return exited(builder, frame, state, rule.next, output, assigned)
    if state.default is None:
        cause = "No choice rule matched and the state has no Default."
        return failed(builder, frame, state, "States.NoChoiceMatched", cause)
    output, assigned = flow.passing(state, scope, state.output, state.assign)
    return exited(builder, frame, state, state.default, output, assigned)


def _wait(builder: Builder, frame: OpenFrame, state: model.Wait) -> bool:
    frame.before = frame.last_event  # a Wait is entered before its time is evaluated (recorded)
    scope = builder.scope(frame)
    flow.arguments(state, scope)
    if state.until is not None:
        due = state.until(scope)
    else:
        due = builder.at + min(state.seconds(scope) if state.seconds is not None else 0, LONGEST_SECONDS)
    if due <= builder.at:
        return _pass_on(builder, frame, state, state.next)
    frame.phase = Phase.WAITING
    frame.due_at = due
    return False


def _succeed(builder: Builder, frame: OpenFrame, state: model.Succeed) -> bool:
    return _pass_on(builder, frame, state, None)


def _pass_on(builder: Builder, frame: OpenFrame, state: model.State, following: str | None) -> bool:
    """Leave a state that has done nothing to its input."""
    scope = builder.scope(frame)
    flow.arguments(state, scope)
    output, assigned = flow.passing(state, scope, state.output, state.assign)
    return exited(builder, frame, state, following, output, assigned)


def _fail(builder: Builder, frame: OpenFrame, state: model.Fail) -> bool:
    scope = builder.scope(frame)
    error = None if state.error is None else state.error(scope)
    cause = None if state.cause is None else state.cause(scope)
    return failed(builder, frame, state, error, cause)


_RUN: dict[type[model.State], Callable[[Builder, OpenFrame, Any], bool]] = {
    model.Pass: _pass, model.Choice: _choice, model.Wait: _wait, model.Succeed: _succeed, model.Fail: _fail,
    model.Task: tasks.schedule, model.Parallel: fanout.open_parallel, model.Map: fanout.open_map,
}


def time_out(builder: Builder, root: OpenFrame | None) -> None:
    """The execution's TimeoutSeconds are over: neither error nor cause, as AWS."""
    if root is not None:
        builder.emit(root, "ExecutionTimedOut", {})
    builder.close(Status.TIMED_OUT)
