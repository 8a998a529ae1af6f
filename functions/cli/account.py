"""An account of an execution for people, from its steps: which states ran, how long each took, and what went wrong.

Steps are taken in the shape of GET /executions/{id}/steps. What a status means `engine.durable.views.steps` decides.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.durable.views import step_facts as facts
from engine.governance.audit.entry import parse_time
from engine.records import dataclass
from functions.cli.traces import folded

Json = Any

OK = "ok"
_WORDS: Mapping[str, str] = {
    facts.SUCCEEDED: OK, facts.CAUGHT: "caught", facts.FAILED: "failed", facts.TIMED_OUT: "timed out",
    facts.ABORTED: "stopped", facts.RUNNING: "running", facts.WAITING: "waiting", facts.RETRYING: "retrying",
}
_WAITED_FOR = {"wait": "timer", "retry": "retry", "callback": "answer"}
_FAILED = frozenset({"failed", "timed out"})


@dataclass(frozen=True, slots=True)
class StateRun:
    """One visit of one state, `depth` Maps and Parallels deep, of which `parent` is the innermost; `branch` and
    `iteration` count from 0.

    `entered_at` is a time in the API's shape. `status` is ok, caught, failed, timed out or stopped, or while it lasts
    running, waiting or retrying. `seconds` then count on; the time in which the execution had ended and was not
    redriven is not in them. `waits_for` is a timer, an answer from outside (a task token's, an activity's, a job's) or
    the next retry. `error` and `cause` are of the attempt that failed last, whose number is `failed_attempt`, until one
    succeeds; `by_inner` says that a state inside tells the same.
    """

    step: str
    parent: str | None
    state: str
    type: str
    depth: int
    branch: int | None
    iteration: int | None
    status: str
    entered_at: str
    seconds: float
    attempts: int
    waits_for: str | None
    error: str | None
    cause: str | None
    failed_attempt: int | None
    by_inner: bool

    @property
    def label(self) -> str:
        """The name, with the item's number inside a Map and the branch's inside a Parallel."""
        if self.iteration is not None:
            return f"{self.state} [{self.iteration}]"
        return self.state if self.branch is None else f"{self.state} [branch {self.branch}]"

    @property
    def failed(self) -> bool:
        """Whether its error ended it, or will unless a retry helps."""
        return self.status in _FAILED or self.status in ("caught", "retrying")

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of ``--json show``."""
        shape = asdict(self) | {"seconds": round(self.seconds, 3)}
        del shape["by_inner"], shape["failed_attempt"]
        return shape


@dataclass(frozen=True, slots=True)
class Account:
    """`runs` in the order in which they began, those inside a Map or Parallel after it. `rested` is how many seconds
    the execution had ended before it was redriven."""

    runs: list[StateRun]
    rested: float


def account(steps: Sequence[Json], rests: Sequence[Json], *, now: float, causes: Mapping[str, str]) -> Account:
    """The account of `steps` and `rests` as the API gives them; `causes` are by the steps' ids, `now` in epoch
    seconds."""
    known = {step["id"] for step in steps}
    inside: dict[str | None, list[Json]] = {}
    for step in steps:
        inside.setdefault(step["parent"] if step["parent"] in known else None, []).append(step)
    times = [(parse_time(rest["from"]), parse_time(rest["to"])) for rest in rests]
    runs = [
        _run(step, depth, inside.get(step["id"], ()), _seconds(step, times, now), causes.get(step["id"]))
        for step, depth in _as_tree(inside)
    ]
    return Account(runs, sum(to - since for since, to in times))


def readable_cause(cause: str | None) -> str:
    """A cause for people: a connector's JSON cause becomes its message and its stack trace, line by line, the frames of
    libraries folded."""
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
    frames = [str(frame) for frame in (trace if isinstance(trace, list) else [trace])]
    return "\n".join([*lines, *(f"  {line}" for line in folded(frames))])


def _as_tree(inside: Mapping[str | None, list[Json]]) -> Iterator[tuple[Json, int]]:
    """Each step with its depth, followed by those inside it: of a Parallel or Map one attempt after the other, in each
    the branches or items by their number. By a stack: Maps may be nested deeply."""
    waiting = [(step, 0) for step in reversed(inside.get(None, []))]
    while waiting:
        step, depth = waiting.pop()
        yield step, depth
        rounds = [attempt["started_at"] for attempt in step["attempts"]]
        inner = sorted(inside.get(step["id"], ()), key=lambda item: (
            bisect_right(rounds, item["entered_at"]),
            item["branch"] if item["item"] is None else item["item"],
        ))
        waiting += [(item, depth + 1) for item in reversed(inner)]


def _run(step: Json, depth: int, inner: Sequence[Json], seconds: float, cause: str | None) -> StateRun:
    failed, waited = _last_failed(step), next((item for item in step["waits"] if item["to"] is None), None)
    return StateRun(
        step=step["id"], parent=step["parent"], state=step["name"], type=step["type"], depth=depth,
        branch=step["branch"], iteration=step["item"], status=_WORDS[step["status"]],
        entered_at=step["entered_at"], seconds=seconds,
        attempts=len(step["attempts"]), waits_for=None if waited is None else _WAITED_FOR[waited["why"]],
        error=step["error"], cause=cause, failed_attempt=None if failed is None else failed["number"],
        by_inner=any(_WORDS[item["status"]] in _FAILED and item["error"] == step["error"] for item in inner),
    )


def _seconds(step: Json, rests: Sequence[tuple[float, float]], now: float) -> float:
    """How long it took, or takes so far; never less than nothing, whatever another machine's clock says."""
    began, exited = parse_time(step["entered_at"]), step["exited_at"]
    ended = now if exited is None else parse_time(exited)
    resting = sum(max(0.0, min(ended, to) - max(began, since)) for since, to in rests)
    return max(0.0, ended - began - resting)


def _last_failed(step: Json) -> Json:
    """The attempt that failed last; None where none did."""
    failed = (facts.FAILED, facts.TIMED_OUT)
    return next((item for item in reversed(step["attempts"]) if item["status"] in failed), None)
