"""An account of an execution for people, made from its history: which states ran, how long, and what went wrong.

Events name the event before them, so every event leads back to the state it belongs to, whatever ran beside it:

    …StateEntered            begins a run, inside a Map or Parallel when the event before began an iteration or branch
    …StateExited             ends the run that the event before belongs to, or the Map or Parallel around it
    …StateFailed             of a Map or Parallel: the run before it failed, and so did the Map or Parallel around it
    anything with an error   is what went wrong in that run, until a later attempt succeeds
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from engine.records import dataclass

Json = Any
Event = dict[str, Json]

_OPENING = ("MapIterationStarted", "ParallelStateStarted", "MapStateStarted")
_CONTAINER_FAILED = {"ParallelStateFailed": "Parallel", "MapStateFailed": "Map", "MapIterationFailed": ""}
_CLOSING_EXECUTION = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
FRAMES_FIRST = 2
_ATTEMPTS = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")


@dataclass(slots=True)
class StateRun:
    """One state that was entered. `status` is ok, caught, failed, stopped, or while it lasts running or waiting (for a
    time, or for its task token); `seconds` then count on."""

    name: str
    type: str
    depth: int
    entered_at: float
    inside: StateRun | None
    index: int | None = None
    seconds: float = 0.0
    status: str = "running"
    attempts: int = 0
    error: str | None = None
    cause: str | None = None
    broken: bool = False
    handed_over: bool = False

    @property
    def label(self) -> str:
        """The name, with the iteration's number inside a Map."""
        return self.name if self.index is None else f"{self.name} [{self.index}]"

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of ``--json show``."""
        return {
            "state": self.name, "type": self.type, "depth": self.depth, "iteration": self.index,
            "status": self.status, "seconds": round(self.seconds, 3), "attempts": self.attempts,
            "error": self.error, "cause": self.cause,
        }


def account(events: Sequence[Event], *, now: float) -> list[StateRun]:
    """Every state run in the order in which they began, those inside a Map or Parallel after it. `events` are a whole
    history."""
    runs: list[StateRun] = []
    of_event: dict[int, StateRun | None] = {0: None}
    opened: dict[int, tuple[StateRun | None, int | None]] = {}
    for event in events:
        number, kind, before = event["id"], event["type"], event["previousEventId"]
        run = of_event.get(before)
        details = _details(event)
        if kind.endswith("StateEntered"):
            run = _entered(event, details, run, opened.get(before))
            runs.append(run)
        elif kind.endswith("StateExited"):
            run = _named(run, details.get("name"))
            _exited(run, event)
        elif kind in _CONTAINER_FAILED:
            _ended(run, event, "failed")
            run = _container(run, kind)
        elif kind.endswith("StateAborted"):
            _ended(run, event, "stopped")
        elif kind in _OPENING:
            opened[number] = (run, details.get("index") if kind == "MapIterationStarted" else None)
        else:
            _happened(run, kind, details)
        of_event[number] = run
    ended_at = next((event["timestamp"] for event in events if event["type"] in _CLOSING_EXECUTION), None)
    for run in runs:
        if run.status == "running":
            _left_open(run, ended_at, now)
    return list(_as_tree(runs))


def readable_cause(cause: str | None) -> str:
    """A cause for people: a connector's JSON cause becomes its message and its stack trace, line by line. Of the frames
    of each exception the middle is left out: the first are the connector's own, the last is where it happened."""
    if cause is None:
        return "no cause was given"
    try:
        shape = json.loads(cause)
    except ValueError:
        return cause
    if not isinstance(shape, dict) or "errorMessage" not in shape:
        return cause
    lines = [f"{shape.get('errorType', 'Error')}: {shape['errorMessage']}"]
    trace = shape.get("stackTrace") or []
    for frame in _without_the_middle([str(frame) for frame in (trace if isinstance(trace, list) else [trace])]):
        lines += [f"  {line}" for line in frame.rstrip("\n").splitlines() if line.strip(" ~^")]
    return "\n".join(lines)


def _without_the_middle(frames: Sequence[str]) -> Iterator[str]:
    """The frames of each exception; a text that is no frame (``from TypeError: …``) begins the next exception."""
    section: list[str] = []
    for frame in [*frames, ""]:
        if frame.lstrip().startswith("File "):
            section.append(frame)
            continue
        left_out = len(section) - FRAMES_FIRST - 1
        if left_out > 1:
            section[FRAMES_FIRST:-1] = [f"  … {left_out} more; --json shows all"]
        yield from section
        section.clear()
        yield frame


def _as_tree(runs: Sequence[StateRun]) -> Iterator[StateRun]:
    """Each run followed by those inside it, iterations one after the other. By a stack: Maps may be nested deeply."""
    inside: dict[int, list[StateRun]] = {}
    for run in runs:
        inside.setdefault(id(run.inside), []).append(run)
    waiting = _last_first(inside.get(id(None), []))
    while waiting:
        run = waiting.pop()
        yield run
        waiting += _last_first(inside.get(id(run), []))


def _last_first(runs: list[StateRun]) -> list[StateRun]:
    return sorted(runs, key=lambda run: -1 if run.index is None else run.index)[::-1]


def _details(event: Event) -> dict[str, Json]:
    return next((value for name, value in event.items() if name.endswith("EventDetails")), None) or {}


def _entered(
    event: Event, details: dict[str, Json], before: StateRun | None, opening: tuple[StateRun | None, int | None] | None
) -> StateRun:
    if opening is not None:
        inside, index = opening
        depth = 0 if inside is None else inside.depth + 1
    else:
        inside, index = (None, None) if before is None else (before.inside, before.index)
        depth = 0 if before is None else before.depth
    kind = event["type"].removesuffix("StateEntered")
    return StateRun(str(details.get("name", "")), kind, depth, event["timestamp"], inside, index)


def _named(run: StateRun | None, name: str | None) -> StateRun | None:
    """`run`, or the run around it, that is called `name`."""
    while run is not None and run.name != name:
        run = run.inside
    return run


def _container(run: StateRun | None, kind: str) -> StateRun | None:
    """The Map or Parallel around `run` whose failure `kind` is; an iteration's failure stays where it happened."""
    wanted = _CONTAINER_FAILED[kind]
    while run is not None and wanted and run.type != wanted:
        run = run.inside
    if run is not None and wanted:
        run.broken = True
    return run


def _exited(run: StateRun | None, event: Event) -> None:
    if run is not None:
        run.status = "running"
        _ended(run, event, "caught" if run.broken or run.error is not None else "ok")


def _ended(run: StateRun | None, event: Event, status: str) -> None:
    if run is not None and run.status == "running":
        run.seconds = event["timestamp"] - run.entered_at
        run.status = status


def _happened(run: StateRun | None, kind: str, details: dict[str, Json]) -> None:
    if run is None:
        return
    run.handed_over = kind == "TaskSubmitted"
    if kind in _ATTEMPTS:
        run.attempts += 1
    if kind in ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"):
        run.error = run.cause = None
    elif "error" in details or "cause" in details:
        run.error, run.cause = details.get("error"), details.get("cause")


def _left_open(run: StateRun, ended_at: float | None, now: float) -> None:
    """A run without an exit: it runs, or the execution ended in it."""
    run.seconds = (now if ended_at is None else ended_at) - run.entered_at
    if ended_at is None:
        run.status = "waiting" if run.type == "Wait" or run.handed_over else "running"
    else:
        failed = run.broken or run.type == "Fail" or run.error is not None or run.cause is not None
        run.status = "failed" if failed else "stopped"
