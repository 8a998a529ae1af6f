"""Random definitions under random faults end as the reference interpreter says.

A fault delays, and in a definition where one failing branch cuts another short, who is late may not be cut short any
more: there the ending is not compared, everything else is.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ports.executions_index import ExecutionQuery
from engine.testing import SimulationResult
from tests.crash.campaign import SKEWS
from tests.crash.families import Memory
from tests.crash.faults import MODES, Faults
from tests.crash.scenarios import Workflow
from tests.crash.world import World
from tests.support.definitions_strategy import Case, cases
from tests.support.draws import drawn
from tests.support.history_laws import check_history
from tests.support.oracle import FULL, QUICK, agrees, allowed

plans = st.builds(
    Faults,
    at=st.dictionaries(st.integers(0, 60), st.sampled_from([mode for mode in MODES if mode != "news"]), max_size=3),
    loss=st.sampled_from([0, 0, 30]), double=st.sampled_from([0, 30]),
    skews=st.sampled_from([(0.0,), *SKEWS]), seed=st.integers(1, 10**6), deltas=st.booleans(),
)


def check_under_faults(case: Case, faults: Faults) -> None:
    expected = allowed(case)
    world = World(Workflow(
        case.definition, lambda _world, call: case.answers.call(call), input=case.input,
    ), faults, Memory()).complete()
    told = world.describe(world.key)
    events = world.executions.history(world.key, limit=100_000)
    check_history(events)
    assert world.watched.broken == []
    header = world.stores.journal.header(world.key)
    assert (header.status, header.due_at) == (told.status, None)
    assert [row.status for row in world.stores.index.query(ExecutionQuery("default")).rows] == [told.status]
    assert world.stores.journal.inbox(world.key) == []
    if len(expected) > 1 or any(ending.cut for ending in expected):
        return
    ended = SimulationResult(told.status, told.output, told.error, told.cause, events)
    assert agrees(ended, expected[0]), (ended, expected[0], str(faults))


@settings(QUICK, max_examples=drawn(40, of=60))
@given(cases(clock=False, timeout=False), plans)
def test_random_definitions_under_random_faults(case, faults):
    check_under_faults(case, faults)


@pytest.mark.full
@settings(FULL, max_examples=3_000)
@given(cases(clock=False, timeout=False), plans)
def test_random_definitions_under_random_faults_at_length(case, faults):
    check_under_faults(case, faults)
