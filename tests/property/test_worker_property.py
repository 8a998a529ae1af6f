"""The durable worker and the pure core on random definitions: restarts, yields and replays change nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from engine.kernel.history import render
from engine.kernel.step import step
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from engine.testing import SimulationResult, simulate
from tests.support.definitions_strategy import Case, cases
from tests.support.draws import drawn
from tests.support.durable import Product
from tests.support.history_laws import check_history
from tests.support.oracle import FULL, QUICK, agrees, allowed, canonical
from tests.support.restarted import Stepping, encoded, initial

DURABLE = settings(QUICK, max_examples=drawn(30, of=60))
timeless = cases(clock=False)
"""Expressions that print the time would differ: the worker's clock goes on while it works."""


# ---------------------------------------------------------------- through the worker


def through_the_worker(case: Case) -> SimulationResult:
    product = Product(case.definition, tasks=case.answers)
    key = product.start(case.input, name="simulation")
    product.drain(limit=5_000)
    told = product.describe(key)
    events = product.executions.history(key, limit=100_000)
    return SimulationResult(told.status, told.output, told.error, told.cause, events)


def check_durable(case: Case) -> None:
    expected = allowed(case)
    durable = through_the_worker(case)
    check_history(durable.events)
    assert any(agrees(durable, ending) for ending in expected), (durable, expected)
    if len(expected) > 1:
        return  # which of several failures of one moment comes first is nobody's promise
    simulated = simulate(case.definition, case.input, tasks=case.answers)
    for name in ("status", "output", "error", "cause"):
        assert canonical(getattr(durable, name)) == canonical(getattr(simulated, name))
    here, there = ([event["type"] for event in run.events] for run in (durable, simulated))
    if not case.fans_out:
        assert here == there
    elif not expected[0].cut:
        assert sorted(here) == sorted(there)


@DURABLE
@given(timeless)
def test_the_worker_ends_as_simulate(case):
    check_durable(case)


@pytest.mark.full
@settings(FULL, max_examples=1_500)
@given(timeless)
def test_the_worker_ends_as_simulate_at_length(case):
    check_durable(case)


# ---------------------------------------------------------------- through the core alone


def check_stepping(case: Case, room: int) -> None:
    expected = allowed(case)
    whole = Stepping(case).run()
    cold = Stepping(case, cold=True).run()
    assert cold.events == whole.events
    assert encoded(cold.snapshot) == encoded(whole.snapshot)
    one = Stepping(case, room=room).run()
    cold_one = Stepping(case, room=room, cold=True).run()
    assert cold_one.events == one.events
    assert encoded(cold_one.snapshot) == encoded(one.snapshot)
    check_history([render(event) for event in one.events])
    if not case.fans_out:
        assert one.events == whole.events  # with one frame there is no turn to take
    elif len(expected) == 1 and not expected[0].cut:
        assert one.ending == whole.ending
        assert sorted(event.type for event in one.events) == sorted(event.type for event in whole.events)
    check_replay(cold_one)


def check_replay(run: Stepping) -> None:
    """The recorded stimuli, stepped again from the start by a fresh plan, give the same bytes."""
    plan: Plan = compile_definition(run.case.definition)
    snapshot, events = initial(run.case), []
    for stimulus in run.fed:
        stepped = step(plan, snapshot, [stimulus], max_transitions=run.room)
        again = step(plan, snapshot, [stimulus], max_transitions=run.room)
        assert encoded(again.snapshot) == encoded(stepped.snapshot)
        snapshot = stepped.snapshot
        events += stepped.events
    assert encoded(snapshot) == encoded(run.snapshot)
    assert events == run.events


@DURABLE
@given(cases())
def test_stepping_one_by_one_from_the_journal_and_again_is_the_same(case):
    check_stepping(case, room=1)


@pytest.mark.full
@settings(FULL, max_examples=1_200)
@given(cases())
def test_stepping_is_the_same_at_length(case):
    check_stepping(case, room=1)
    check_stepping(case, room=3)
