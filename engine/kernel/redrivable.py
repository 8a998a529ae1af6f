"""What an execution that did not succeed keeps, so that a redrive can go on with it.

When it ends, each frame is put into the phase from which it will go on:

    DONE                                          as it is: what succeeded is not run again
    a fan-out that waits for its children         JOINING, with the children that it had, put so themselves
    a fan-out whose outputs could not be joined   JOINING, with its children DONE: it joins them again
    a Map Run                                     JOINING, with its children that succeeded; the others are
                                                  redriven themselves as the run goes over them once more
    a Task, Parallel or Map that had begun        BACKOFF: begun again as a Retrier would, with all its retries anew
    any other state, and what had not begun       READY: entered again

(AWS, "Restarting state machine executions with redrive": what succeeded is preserved, only the branches and iterations
that failed or were aborted run again, the retry counts and time-outs begin anew. Where joining failed AWS runs the
whole Parallel or Map; here what its children did is not done twice.)

The idempotency key of a Task's call stays over a redrive where nobody knows what came of the call, and changes after a
definite failure. A call that may still be under way is not made again before its lease is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.kernel.children.child_ids import AGAIN, RUNS, SUCCEEDED
from engine.kernel.open_frame import OpenFrame
from engine.kernel.snapshot import Fanout, Frame, Phase
from engine.language.asl.model import Fallible, Map, Parallel, Pattern, Plan, State, Task

Json = Any

FIRST_LOOK_SECONDS = 5.0
"""So soon after a redrive a Map Run looks for children that have ended without a notice."""

_OF_ONE_ATTEMPT: dict[str, Any] = {
    "retries": (), "arguments": None, "credentials": None, "due_at": None, "timeout_seconds": None, "deadline": None,
    "heartbeat_seconds": None, "heartbeat_at": None, "lease_until": 0.0, "started_event": 0, "token": None, "job": None,
}


def redrivable(plan: Plan, frame: Frame, *, gives_up: bool, joined: list[Json] | None) -> dict[str, Frame]:
    """`frame` in the phase from which it goes on, by its path. `joined` are the outputs of its children, where it could
    not be left with them. `gives_up`: what it started and waits for is being stopped."""
    if frame.phase is Phase.CHILDREN:
        return {frame.path: replace(frame, due_at=None, output=_to_go_over(frame.output))}
    state = plan.state(frame.machine, frame.state)
    if joined is not None and isinstance(state, Map | Parallel):
        fanout = Fanout(len(joined), max(len(joined), 1))
        children = _children(plan, frame, state, joined)
        joining = replace(frame, **_OF_ONE_ATTEMPT, phase=Phase.JOINING, fanout=fanout)
        return {item.path: item for item in (joining, *children)}
    return {frame.path: _redrivable(frame, state, gives_up=gives_up)}


def _redrivable(frame: Frame, state: State, *, gives_up: bool) -> Frame:
    if frame.phase is Phase.DONE:
        return frame
    if is_begun_run(state, frame) and frame.phase is not Phase.BACKOFF:
        return joining_again(frame)
    if frame.phase is Phase.JOINING and frame.fanout is not None and not _is_map_run(state):
        return joining_again(frame)
    if frame.phase is Phase.READY or not isinstance(state, Fallible):
        return replace(frame, **_OF_ONE_ATTEMPT, phase=Phase.READY, fanout=None)
    return _to_begin_again(frame, state, gives_up=gives_up)


def joining_again(frame: Frame) -> Frame:
    """A fan-out, or a Map Run, under way. The results of a run are written once more when it ends."""
    run = None
    if frame.arguments is not None:
        run = {name: value for name, value in frame.arguments.items() if name not in ("writing", "written")}
    return replace(
        frame, **{**_OF_ONE_ATTEMPT, "arguments": run}, phase=Phase.JOINING, first_attempt=frame.attempt
    )


def _to_begin_again(frame: Frame, state: State, *, gives_up: bool) -> Frame:
    """A new attempt: an answer to the old one, or its token, is nobody's any more."""
    handed_over = (  # or may have been: with the old key it would be the old token's, or a job that was stopped
        frame.phase in (Phase.CALLBACK, Phase.RUNNING) and isinstance(state, Task)
        and state.resource.pattern in (Pattern.CALLBACK, Pattern.SYNC)
    )
    lease = frame.lease_until if frame.phase in (Phase.RUNNING, Phase.BACKOFF) else 0.0
    attempt = frame.attempt + (frame.phase is not Phase.BACKOFF)
    return replace(
        frame, **{**_OF_ONE_ATTEMPT, "lease_until": lease}, phase=Phase.BACKOFF, fanout=None, attempt=attempt,
        first_attempt=attempt, epoch=frame.epoch + (gives_up or handed_over),
    )


def _to_go_over(hundred: Json) -> Json:
    """The outcomes of a hundred children, none of them out: those that did not succeed are redriven, or started."""
    codes = "".join([
        code if code == SUCCEEDED else AGAIN if at < hundred["dispatched"] or code != RUNS else RUNS
        for at, code in enumerate(hundred["fates"])
    ])
    return {**hundred, "dispatched": 0, "fates": codes, "look": FIRST_LOOK_SECONDS}


def _is_map_run(state: State) -> bool:
    return isinstance(state, Map) and state.distributed is not None


def is_begun_run(state: State, frame: Frame | OpenFrame) -> bool:
    """Whether `frame` stands at a distributed Map whose children's inputs are made."""
    return _is_map_run(state) and bool((frame.arguments or {}).get("opened"))


def _children(plan: Plan, frame: Frame, state: Map | Parallel, outputs: list[Json]) -> list[Frame]:
    pointers = [state.processor] * len(outputs) if isinstance(state, Map) else state.branches
    return [
        Frame(f"{frame.path}/{index}", pointer, plan.machines[pointer].start_at, Phase.DONE, output=output)
        for index, (pointer, output) in enumerate(zip(pointers, outputs, strict=True))
    ]


def lost_map_run(plan: Plan, frames: Mapping[str, Frame]) -> str | None:
    """The name of a distributed Map among `frames` that cannot be taken up: its children are EXPRESS executions, which
    keep nothing to go on with, or all had ended and what they wrote could not be used."""
    for frame in frames.values():
        run = frame.arguments if frame.phase is Phase.JOINING else None
        if run is not None and (run["kind"] == "EXPRESS" or frame.fanout is None):
            return plan.state(frame.machine, frame.state).name
    return None
