"""The runs that the steps of an execution are put together from, and what may become of one.

A run is one visit of one state; a scope is where one follows another (the execution, a branch, an iteration); a round
is one attempt of a Parallel or Map. `engine.durable.views.steps` reads the history into them and never lets them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.durable.views import step_facts as facts
from engine.durable.views.step_facts import Attempt, Caught, Step, Waited
from engine.kernel.history import HistoryEvent
from engine.records import dataclass

Json = Any

TIMEOUT = "States.Timeout"
NOTHING: Mapping[str, Json] = {}


_ESCAPES = str.maketrans({"~": "~0", "/": "~1", ":": "~2", "%": "~3", "#": "~4"})
"""What an id's own marks, and an address, would misread in a state's name."""


@dataclass(slots=True)
class Try:
    """An attempt under way."""

    started_at: float
    ended_at: float | None = None
    status: facts.Status = facts.RUNNING
    error: str | None = None
    cause: str | None = None

    def end(self, at: float, status: facts.Status, error: str | None = None, cause: str | None = None) -> None:
        """It is over, unless it was already."""
        if self.ended_at is None:
            self.ended_at, self.status, self.error, self.cause = at, status, error, cause


@dataclass(slots=True)
class Round:
    """One attempt of a fan-out. `ended_at` is when it was known to be over."""

    of: Run
    ended_at: float | None = None
    broken_by: Run | None = None
    branches: int = 0
    entered: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """Where one run follows another: the execution itself, a branch, an iteration."""

    round: Round | None
    index: int | None
    prefix: str
    path: str
    variables: Mapping[str, Json]
    visits: dict[str, int]
    current: Run | None = None


@dataclass(slots=True)
class Run:
    """One visit of a state, being put together."""

    scope: Scope
    name: str
    type: str
    id: str
    visit: int
    entered: HistoryEvent
    variables: Mapping[str, Json]
    events: list[HistoryEvent]
    tries: tuple[Try, ...] = ()
    waits: tuple[Waited, ...] = ()
    waiting: tuple[float, str] | None = None
    round: Round | None = None
    visits: dict[int, dict[str, int]] | None = None  # of what is in it: by branch or item, then by name
    exited: HistoryEvent | None = None
    ended_at: float | None = None
    status: facts.Status | None = None
    error: str | None = None
    cause: str | None = None
    failing: bool = False
    given_up: bool = False
    scheduled: HistoryEvent | None = None
    result: HistoryEvent | None = None
    map_run: str | None = None
    next: str | None = None

    @property
    def parent(self) -> Run | None:
        """The Parallel or Map around it."""
        return None if self.scope.round is None else self.scope.round.of

    def wait(self, at: float, why: str) -> None:
        """Nothing is done from `at` on."""
        self.resume(at)
        self.waiting = (at, why)

    def end_try(self, at: float, status: facts.Status) -> None:
        """The attempt under way is over, with the error of the run."""
        if self.tries:
            self.tries[-1].end(at, status, self.error, self.cause)

    def resume(self, at: float) -> None:
        """What was waited for is over."""
        if self.waiting is not None:
            self.waits += (Waited(self.waiting[0], at, self.waiting[1]),)
            self.waiting = None


def inner_scope(opened: Round, index: int) -> Scope:
    """The scope of a branch or an item. Its visits count on over the rounds, so that ids stay unlike."""
    run = opened.of
    run.visits = run.visits or {}
    visits = run.visits.setdefault(index, {})
    path = f"{path_of(run)}/{index}" if run.type == "Parallel" else path_of(run)
    return Scope(opened, index, f"{run.id}:{index}:", path, run.variables, visits)


def path_of(run: Run) -> str:
    """The states' names on the way to it, with the numbers of branches."""
    return f"{run.scope.path}/{run.name}" if run.scope.path else run.name


def named_around(run: Run | None, name: Json) -> Run | None:
    """`run`, or the one around it, that is called `name` and has not ended."""
    while run is not None and (run.name != name or run.exited is not None):
        run = run.parent
    return run


def fan_out_around(run: Run, kind: str) -> Run:
    """The fan-out that begins: `run`, or after a Retrier's interval the one that `run` broke."""
    found: Run | None = run
    while found is not None and not (found.type == kind and found.status is None):
        found = found.parent
    return found or run


def entered(scope: Scope, name: str, event: HistoryEvent) -> Run:
    """A state is entered."""
    visit = scope.visits[name] = scope.visits.get(name, 0) + 1
    kind = event.type.removesuffix("StateEntered")
    run_id = f"{scope.prefix}{name.translate(_ESCAPES)}#{visit}"
    run = Run(scope, name, kind, run_id, visit, event, scope.variables, [])
    if kind == "Wait":
        run.wait(event.at, "wait")
    elif kind == "Fail":
        run.failing = True
        broken(run, event)
    return run


def exited(run: Run, event: HistoryEvent) -> None:
    """The state is left, by a Catcher where it failed."""
    details = event.details or {}
    run.resume(event.at)
    run.exited, run.ended_at = event, event.at
    run.status = facts.CAUGHT if run.failing else facts.SUCCEEDED
    if not run.failing:
        run.error = run.cause = None
    elif run.error is None:
        _read_caught(run, details.get("output"))
    if run.round is not None and run.round.ended_at is None:
        run.round.ended_at = event.at
    run.end_try(event.at, facts.FAILED if run.failing else facts.SUCCEEDED)
    assigned = details.get("assignedVariables")
    if assigned:
        run.scope.variables = {**run.scope.variables, **assigned}


def scheduled(run: Run, event: HistoryEvent) -> None:
    """An attempt of a Task begins."""
    run.resume(event.at)
    run.scheduled, run.failing = event, False
    run.tries += (Try(event.at),)
    if event.type == "ActivityScheduled":
        run.wait(event.at, "callback")


def submitted(run: Run, event: HistoryEvent) -> None:
    """The work was handed over; somebody else says when it is done."""
    run.wait(event.at, "callback")


def succeeded(run: Run, event: HistoryEvent) -> None:
    """The Task has its result."""
    run.resume(event.at)
    run.result, run.error, run.cause, run.failing = event, None, None, False
    run.end_try(event.at, facts.SUCCEEDED)


def erred(run: Run, event: HistoryEvent) -> None:
    """An attempt failed. What waits now is a Retrier's interval, unless something ends the run."""
    details = event.details or {}
    timed_out = event.type.endswith("TimedOut")
    run.error, run.cause = details.get("error") or (TIMEOUT if timed_out else None), details.get("cause")
    run.failing = True
    run.end_try(event.at, failure(run))
    run.wait(event.at, "retry")


def map_run_started(run: Run, event: HistoryEvent) -> None:
    """A distributed Map's children are executions of their own, in this run."""
    run.map_run = (event.details or {}).get("mapRunArn")


def reopen(run: Run | None) -> None:
    """After a redrive `run` goes on, and everything around it, where the execution's end had ended it."""
    while run is not None:
        if run.exited is None and run.status is not None:
            run.status = run.ended_at = None
            run.failing = run.given_up = False
            if run.round is not None:
                run.round.ended_at = run.round.broken_by = None
                if run.tries:
                    run.tries[-1].ended_at, run.tries[-1].status = None, facts.RUNNING
                    run.tries[-1].error = run.tries[-1].cause = run.error = run.cause = None
        run = run.parent


def begin_round(run: Run, at: float) -> None:
    """A fan-out begins, or begins anew: then what is left of the round before was cancelled."""
    run.resume(at)
    if run.round is not None and run.round.ended_at is None:
        run.round.ended_at = at
    run.end_try(at, facts.FAILED)
    run.failing = False
    run.round = Round(run)
    run.tries += (Try(at),)


def broken(run: Run, event: HistoryEvent) -> None:
    """Nothing in the scope of `run` takes its error: the fan-out around it fails with it, or the execution."""
    run.failing = True
    end(run, event.at, failure(run))
    around = run.scope.round
    if around is not None and around.ended_at is None:
        around.ended_at, around.broken_by = event.at, run
        fan_out = around.of
        fan_out.failing, fan_out.error, fan_out.cause = True, run.error, run.cause
        fan_out.end_try(event.at, facts.FAILED)
        fan_out.wait(event.at, "retry")


def cancelled(run: Run, event: HistoryEvent) -> None:
    """Something beside it failed. The Task that broke a Parallel has this event too, and is the first that has it."""
    around = run.scope.round
    if run.failing and around is not None and around.ended_at is None:
        broken(run, event)
    else:
        end(run, event.at, facts.ABORTED)


def iteration_cancelled(run: Run, event: HistoryEvent) -> None:
    """An iteration of a Map ended early; where it had entered no state yet, the event before was the Map's own."""
    if run.name != (event.details or {}).get("name"):
        end(run, event.at, facts.ABORTED)


def fan_out_failed(run: Run, event: HistoryEvent) -> Run:
    """No Retrier helps a fan-out of the event's kind: `run` itself, or the nearest around it that `run` broke."""
    kind = event.type.removesuffix("StateFailed")
    found: Run | None = run
    while found is not None and (found.type != kind or found.round is None or found.given_up or found.exited):
        broken(found, event)
        found = found.parent
    if found is None:
        return run
    found.failing = found.given_up = True
    if found.round is not None and found.round.ended_at is None:
        found.round.ended_at = event.at
    found.end_try(event.at, facts.FAILED)
    return found


def failed_for_good(run: Run, event: HistoryEvent) -> None:
    """The execution failed with `run`, and says with which error."""
    details = event.details or {}
    if run.error is None and run.cause is None:
        run.error, run.cause = details.get("error"), details.get("cause")
    run.failing = True
    end(run, event.at, failure(run))
    _tell_inside(run)


def failure(run: Run) -> facts.Status:
    """How a failed run is called."""
    return facts.TIMED_OUT if run.error == TIMEOUT else facts.FAILED


def end(run: Run, at: float, status: facts.Status) -> None:
    """`run` ends without an exit."""
    if run.status is not None:
        return
    run.status, run.ended_at = status, at
    if run.waiting is not None and run.waiting[1] == "retry" and status != facts.ABORTED:
        run.waiting = None  # it failed for good: no Retrier took it
    run.resume(at)
    run.end_try(at, status)


def _read_caught(run: Run, output: Json) -> None:
    """No event has the words of a Fail that was caught; the Catcher's output has, where it was left as it is."""
    if isinstance(output, dict) and isinstance(output.get("Error"), str):
        run.error, run.cause = output["Error"], output.get("Cause")
        _tell_inside(run)


def _tell_inside(run: Run) -> None:
    """A Fail's own words are known only once what is around it failed with them: tell those that it broke through."""
    inner = run.round.broken_by if run.round is not None else None
    while inner is not None and inner.error is None and inner.cause is None:
        inner.error, inner.cause = run.error, run.cause
        inner = inner.round.broken_by if inner.round is not None else None


def step_of(run: Run) -> Step:
    """The run as it is told."""
    entered, exited = run.entered.details or {}, (run.exited.details or {}) if run.exited is not None else {}
    scheduled = (run.scheduled.details or {}) if run.scheduled is not None else {}
    around = run.scope.round
    kind = None if around is None else around.of.type
    waits = (*run.waits, Waited(run.waiting[0], None, run.waiting[1])) if run.waiting is not None else run.waits
    status = run.status or facts.RUNNING
    return Step(
        id=run.id, path=path_of(run), name=run.name, type=run.type, parent=None if around is None else around.of.id,
        branch=run.scope.index if kind == "Parallel" else None, item=run.scope.index if kind == "Map" else None,
        visit=run.visit, status=status, entered_at=run.entered.at, exited_at=run.ended_at,
        attempts=tuple(
            Attempt(number, item.started_at, item.ended_at, item.status, item.error, item.cause)
            for number, item in enumerate(run.tries, 1)
        ),
        waits=tuple(item for item in waits if item.until is None or item.until > item.since),
        next=run.next, caught=Caught(run.error, run.next) if status == facts.CAUGHT else None,
        first_event=run.entered.id, last_event=run.events[-1].id, error=run.error, cause=run.cause,
        input=entered.get("input"), has_output=run.exited is not None, output=exited.get("output"),
        arguments=scheduled.get("parameters", scheduled.get("input")),
        result=None if run.result is None else (run.result.details or {}).get("output"),
        assigned=exited.get("assignedVariables") or NOTHING, variables=run.variables, map_run=run.map_run,
        events=tuple(run.events),
    )
