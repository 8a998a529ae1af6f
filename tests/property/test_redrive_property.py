"""A redrive on random definitions: stopped anywhere and redriven, an execution ends as though nobody had stopped it,
and no call that had its answer is made again.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.kernel.history import render
from engine.kernel.snapshot import Status
from engine.kernel.stimulus import Redriven, StopRequested
from engine.ports.tasks import TaskSucceeded
from tests.support.definitions_strategy import Answers, Case, cases
from tests.support.draws import drawn
from tests.support.history_laws import check_history
from tests.support.oracle import FULL, QUICK
from tests.support.restarted import Stepping

ROOM, MOST_STIMULI = 40, 300
timeless = cases(clock=False, timeout=False)


@dataclass(frozen=True)
class Steady(Answers):
    """Answers alike at every attempt, and never with an error: retries begin anew with a redrive."""

    answered: Counter = field(default_factory=Counter, compare=False)

    def call(self, call):
        answer = self.answer(call.state, 0, call.arguments)
        self.answered[call.idempotency_key] += 1
        return TaskSucceeded(answer.get("output"))


class Interrupted(Stepping):
    """Stopped after `stops` stimuli each, and redriven; what would go on and on is no case."""

    stops: tuple[int, ...] = ()

    def feed(self, stimulus):
        super().feed(stimulus)
        while self.stops and len(self.fed) >= self.stops[0] and not self.snapshot.closed:
            self.stops = self.stops[1:]
            at = self.snapshot.last_at
            super().feed(StopRequested(at=at, cause="to see"))
            assert self.snapshot.status is Status.ABORTED
            super().feed(Redriven(at=at, seed=1))
            assert self.snapshot.status is not Status.ABORTED
        assume(len(self.fed) < MOST_STIMULI)


def check_interrupted(case: Case, stops: list[int], *, cold: bool) -> None:
    case = replace(case, answers=Steady(case.answers.outcomes))
    whole = Interrupted(case, room=ROOM).run()
    assume(whole.snapshot.status is Status.SUCCEEDED and "RetryCount" not in json.dumps(case.definition))
    case = replace(case, answers=Steady(case.answers.outcomes))
    run = Interrupted(case, room=ROOM, cold=cold)
    run.stops = tuple(stops)
    run.run()
    assert run.ending == whole.ending
    assert max(case.answers.answered.values(), default=1) == 1
    redriven = [event for event in run.events if event.type == "ExecutionRedriven"]
    assert run.snapshot.redrives == len(redriven) == len(stops) - len(run.stops)
    if not redriven:
        check_history([render(event) for event in run.events])
    assert run.snapshot.redrivable == {}


stops = st.lists(st.integers(1, 40), max_size=3).map(sorted)


@settings(QUICK, max_examples=drawn(50, of=150))
@given(timeless, stops)
def test_stopped_and_redriven_it_ends_as_it_would_have(case, at):
    check_interrupted(case, at, cold=False)


@pytest.mark.full
@settings(FULL, max_examples=2_000)
@given(timeless, stops)
def test_stopped_and_redriven_at_length(case, at):
    check_interrupted(case, at, cold=True)
