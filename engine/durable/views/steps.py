"""The steps of an execution, derived from its history: pure, and linear in the number of events.

Every event names the one before it, so each belongs to a run (one visit of one state), whatever ran beside it:

    …StateEntered    begins a run: in a new scope after an event that opens one, else in the scope of the run before
    …StateExited     ends the run of the event before, or the Map or Parallel around it, whichever has the name
    …Started of a Parallel or Map, MapIterationStarted    open scopes: the branches in order, one iteration
    EvaluationFailed names its state, for it may stand beside the run (`engine.kernel.failing` says where)
    anything else    happened to the run of the event before

    root scope ─ run ─ run ─ run(Parallel) ─ run
                               ├─ round 1: scope 0 ─ run ─ run       a round is one attempt of the fan-out:
                               │           scope 1 ─ run             when the next begins, what is left of the
                               └─ round 2: scope 0 ─ …               one before was aborted

Frames that are cancelled deep inside a fan-out leave no event of their own: what is still open when its round, its
container or the execution has ended was aborted then. After an ExecutionRedriven a run that had ended so goes on with
its next event, and with it everything around it; what is entered again is a run of its own. An ExecutionVersionChanged
that names a state leads there from nowhere: it is entered at the top.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from engine.durable.views import step_facts as facts
from engine.durable.views import step_runs as runs
from engine.durable.views.step_facts import Step, Steps
from engine.durable.views.step_runs import Round, Run, Scope
from engine.kernel import changeover
from engine.kernel.history import HistoryEvent

Json = Any

_CLOSING: dict[str, facts.Status] = {
    "ExecutionSucceeded": facts.SUCCEEDED, "ExecutionFailed": facts.FAILED, "ExecutionTimedOut": facts.TIMED_OUT,
    "ExecutionAborted": facts.ABORTED,
}
_OF_NO_RUN = ("Execution", "MapIteration")
"""Events that are not shown with a run: they are the execution's and the iteration's."""

_WITH_CATCH = frozenset({"Task", "Parallel", "Map"})


def steps_of(events: Iterable[HistoryEvent], *, most: int | None = None) -> Steps:
    """The steps of a whole history, or of its beginning: then the last ones run. `most`: those of `facts.within`."""
    reader = _read(events)
    return reader.steps(reader.found if most is None else facts.within(reader.found, most, lambda run: run.parent))


def steps_where(events: Iterable[HistoryEvent], wanted: Callable[[facts.Placed], bool]) -> Iterator[Step]:
    """Those of the steps that are wanted, the last first."""
    return (runs.step_of(run) for run in reversed(_read(events).found) if wanted(run))


def _read(events: Iterable[HistoryEvent]) -> _Reader:
    reader = _Reader()
    with nothing_collected():
        for event in events:
            reader.read(event)
        reader.settle_all()
    return reader


class _Collector:
    """Whether the process collects garbage: not while any thread needs it to wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waits = 0
        self._collects = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """It waits until all who are in here are out."""
        with self._lock:
            if not self._waits:
                self._collects = gc.isenabled()
                gc.disable()
            self._waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._waits -= 1
                if not self._waits and self._collects:
                    gc.enable()


nothing_collected = _Collector().waiting
"""Nothing of what is made of a history is garbage before the end, and the collector would look through all of it at
each turn: half of the time that a long one takes."""


class _Reader:
    """Reads events one after the other."""

    def __init__(self) -> None:
        self.root = Scope(None, None, "", "", runs.NOTHING, {})
        self.found: list[Run] = []
        self.edges: list[tuple[str, str]] = []
        self.status: facts.Status = facts.RUNNING
        self.ended_at: float | None = None
        self.last_event = 0
        self.rests: list[tuple[float, float]] = []
        self._anew: str | None = None
        self._run_of: dict[int, Run | None] = {0: None}
        self._opened: dict[int, Round | Scope] = {}

    def read(self, event: HistoryEvent) -> None:
        """Take in the next event."""
        reading = _reading_of(event.type)
        before = self._run_of.get(event.previous)
        if self.rests and before is not None and reading.goes_on:
            runs.reopen(before.parent if reading.take is _Reader.enter else before)
        run = None if before is None and reading.needs_run else reading.take(self, event, before)
        self.last_event = event.id
        self._run_of[event.id] = run
        if run is not None and reading.is_shown:
            run.events.append(event)

    # ---------------------------------------------------------------- into a state and out of it

    def enter(self, event: HistoryEvent, before: Run | None) -> Run:
        name = str((event.details or {}).get("name", ""))
        run = runs.entered(self._scope(event, before, name), name, event)
        if run.scope.current is not None:
            run.scope.current.next = name
            self.edges.append((run.scope.current.id, run.id))
        run.scope.current = run
        self.found.append(run)
        return run

    def _scope(self, event: HistoryEvent, before: Run | None, name: str) -> Scope:
        if self._anew == name:  # no transition leads there: what waits stands where it failed
            self._anew = self.root.current = None
            return self.root
        opened = self._opened.get(event.previous)
        if isinstance(opened, Round):
            scope = runs.inner_scope(opened, opened.branches)
            opened.branches += 1
            opened.entered.setdefault(name, scope)
            return scope
        if opened is not None:
            return opened
        return self.root if before is None else before.scope

    def exit(self, event: HistoryEvent, before: Run) -> Run:
        run = runs.named_around(before, (event.details or {}).get("name"))
        if run is None:
            return before
        runs.exited(run, event)
        return run

    # ---------------------------------------------------------------- fan-outs

    def open_round(self, event: HistoryEvent, before: Run) -> Run:
        run = runs.fan_out_around(before, event.type.removesuffix("StateStarted"))
        runs.begin_round(run, event.at)
        if event.type == "ParallelStateStarted" and run.round is not None:
            self._opened[event.id] = run.round
        return run

    def open_iteration(self, event: HistoryEvent, before: Run) -> Run:
        details = event.details or {}
        run = runs.named_around(before, details.get("name"))
        if run is None or run.round is None:
            return before
        self._opened[event.id] = runs.inner_scope(run.round, int(details.get("index", 0)))
        return run

    # ---------------------------------------------------------------- failures, and the end

    def evaluation_failed(self, event: HistoryEvent, before: Run | None) -> Run | None:
        name = (event.details or {}).get("state")
        opened = self._opened.get(event.previous)
        scope = opened.entered.get(str(name)) if isinstance(opened, Round) else opened
        if scope is None:
            scope = self.root if before is None else before.scope
        while True:
            run = scope.current
            if run is not None and run.name == name and run.exited is None:
                runs.erred(run, event)
                if run.type not in _WITH_CATCH:
                    runs.broken(run, event)
                return run
            if scope.round is None:
                return before
            scope = scope.round.of.scope

    def close(self, event: HistoryEvent, before: Run | None) -> Run | None:
        self.status, self.ended_at = _CLOSING[event.type], event.at
        run = before if event.type == "ExecutionFailed" else None
        while run is not None:
            if run.exited is None:
                runs.failed_for_good(run, event)
            run = run.parent
        return before  # a redrive may follow on the end

    def redrive(self, event: HistoryEvent, before: Run | None) -> Run | None:
        """What ended with the execution had ended; it runs again."""
        self.settle_all()
        self.rests.append((event.at if self.ended_at is None else self.ended_at, event.at))
        self.status, self.ended_at = facts.RUNNING, None
        return before

    def change_over(self, event: HistoryEvent, before: Run | None) -> Run | None:
        self._anew = (event.details or {}).get("fromState", self._anew)
        return before

    # ---------------------------------------------------------------- the result

    def steps(self, shown: Sequence[Run]) -> Steps:
        """What was read, with the steps of `shown` alone."""
        return Steps(
            tuple(map(runs.step_of, shown)), tuple(self.edges), self.status, self.last_event, tuple(self.rests),
            len(self.found) - len(shown),
        )

    def settle_all(self) -> None:
        """What has no end of its own is told by what is around it."""
        for run in self.found:  # a fan-out stands before what is in it, and is settled first
            if run.status is None:
                self._settle(run)

    def _settle(self, run: Run) -> None:
        """A run without an exit: it runs, or what is around it has ended."""
        around = run.scope.round
        ends = [self.ended_at] if around is None else [around.ended_at, around.of.ended_at, self.ended_at]
        ended_at = next((at for at in ends if at is not None), None)
        if ended_at is None:
            run.status = facts.RUNNING if run.waiting is None else facts.WAITING
            if run.failing:
                run.status = facts.RETRYING
        elif run.failing:
            runs.end(run, ended_at, runs.failure(run))
        else:
            timed_out = self.status == facts.TIMED_OUT and run.round is None
            runs.end(run, ended_at, facts.TIMED_OUT if timed_out else facts.ABORTED)


_HAPPENS: dict[str, Callable[[Run, HistoryEvent], None]] = {
    **dict.fromkeys(("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"), runs.scheduled),
    **dict.fromkeys(("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"), runs.succeeded),
    **dict.fromkeys((
        "TaskFailed", "TaskTimedOut", "TaskSubmitFailed", "TaskStartFailed", "LambdaFunctionFailed",
        "LambdaFunctionTimedOut", "LambdaFunctionScheduleFailed", "LambdaFunctionStartFailed", "ActivityFailed",
        "ActivityTimedOut", "ActivityScheduleFailed", "MapRunFailed",
    ), runs.erred),
    **{f"{kind}StateAborted": runs.cancelled for kind in ("Task", "Parallel", "Map", "Pass", "Choice", "Wait")},
    "TaskSubmitted": runs.submitted, "MapRunStarted": runs.map_run_started, "MapIterationFailed": runs.broken,
    "MapIterationAborted": runs.iteration_cancelled,
}


class _Reading(NamedTuple):
    """What events of a type mean. `goes_on`: after a redrive, what the execution's end had ended goes on with it."""

    take: Callable[[_Reader, HistoryEvent, Any], Run | None]
    needs_run: bool = True
    goes_on: bool = True
    is_shown: bool = True


@cache
def _reading_of(kind: str) -> _Reading:
    if kind.endswith("StateEntered"):
        return _Reading(_Reader.enter, needs_run=False)
    if kind.endswith("StateExited"):
        return _Reading(_Reader.exit)
    if kind in _CLOSING:
        return _Reading(_Reader.close, needs_run=False, goes_on=False, is_shown=False)
    if kind in _READINGS:
        return _READINGS[kind]
    happened = _HAPPENS.get(kind)

    def take(_reader: _Reader, event: HistoryEvent, before: Run) -> Run:
        if happened is not None:
            happened(before, event)
        return before

    return _Reading(take, is_shown=not kind.startswith(_OF_NO_RUN))


_READINGS = {
    "EvaluationFailed": _Reading(_Reader.evaluation_failed, needs_run=False),
    "MapIterationStarted": _Reading(_Reader.open_iteration, is_shown=False),
    **dict.fromkeys(("ParallelStateStarted", "MapStateStarted"), _Reading(_Reader.open_round)),
    **dict.fromkeys(("ParallelStateFailed", "MapStateFailed"), _Reading(
        lambda _reader, event, before: runs.fan_out_failed(before, event)
    )),
    "ExecutionRedriven": _Reading(_Reader.redrive, needs_run=False, goes_on=False, is_shown=False),
    changeover.EVENT: _Reading(_Reader.change_over, needs_run=False, goes_on=False, is_shown=False),
}
