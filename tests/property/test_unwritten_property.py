"""What is said never to be there is never there: no state that reads it ends well, whatever comes."""

from __future__ import annotations

import re

import pytest
from hypothesis import event, given

from engine.catalog.states import states_of
from engine.catalog.unwritten import UNWRITTEN, unwritten_problems
from engine.testing import simulate
from tests.support.definitions_strategy import cases
from tests.support.oracle import FULL, QUICK

_FIELD = re.compile(r".*/States/([^/]+)/([^/\[]+)")


def compare(case):
    states = {state.name: state.state for state in states_of(case.definition)}
    readers = {}
    for problem in unwritten_problems(case.definition):
        name, field = _FIELD.match(problem.location).groups()
        state = states[name]
        reads = field != "Catch" and state["Type"] != "Choice"  # a Choice reads only what is on its way
        if problem.code == UNWRITTEN and reads and not state.get("Catch"):
            readers[name] = problem
    result = simulate(case.definition, case.input, tasks=case.answers, limits="aws")  # some loop for ever
    exits = (found.get("stateExitedEventDetails") for found in result.events)
    left = {details["name"] for details in exits if details}
    event(f"said: {bool(readers)}")
    assert not readers.keys() & left, [readers[name] for name in readers.keys() & left]


@QUICK
@given(cases())
def test_no_state_ends_well_that_reads_what_is_not_there(case):
    compare(case)


@pytest.mark.full
@FULL
@given(cases(most=5))
def test_no_state_ends_well_that_reads_what_is_not_there_at_length(case):
    compare(case)
