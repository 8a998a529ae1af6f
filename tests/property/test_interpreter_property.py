"""The engine against the reference interpreter: random valid definitions end alike, with a sound history."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.language.asl.validate import validate
from engine.testing import simulate
from tests.support.definitions_strategy import Answers, Case, cases
from tests.support.history_laws import check_history, entered_by_machine, homes_of
from tests.support.oracle import FULL, QUICK, agrees, allowed
from tests.support.reference_interpreter import Ending, endings


def same_states(case: Case, events: list[dict], ending: Ending) -> bool:
    """The states entered, in order where one comes after the other; of machines cut short nothing is known."""
    found = entered_by_machine(events, homes_of(case.definition))
    for pointer in (found.keys() | ending.entered.keys()) - ending.cut:
        mine, its = found.get(pointer, []), ending.entered.get(pointer, [])
        if "ItemProcessor" in pointer:
            mine, its = sorted(mine), sorted(its)
        if mine != its:
            return False
    return True


def compare(case: Case) -> None:
    assert [finding for finding in validate(case.definition) if finding.severity == "ERROR"] == []
    expected = allowed(case)
    result = simulate(case.definition, case.input, tasks=case.answers)
    check_history(result.events)
    ended_at = result.events[-1]["timestamp"]
    fitting = [ending for ending in expected if agrees(result, ending) and abs(ended_at - ending.at) < 1e-3]
    assert fitting, f"{result.status} {result.output} {result.error} {result.cause} at {ended_at}; allowed: {expected}"
    assert any(same_states(case, result.events, ending) for ending in fitting), f"states entered: {expected}"


@QUICK
@given(cases())
def test_simulate_ends_as_the_reference_interpreter(case):
    compare(case)


@pytest.mark.full
@FULL
@given(cases(most=5))
def test_simulate_ends_as_the_reference_interpreter_at_length(case):
    compare(case)


def test_the_reference_interpreter_tells_ties_apart():
    """Two branches that fail at once may win each; one that fails later may not."""
    def fails(error, seconds):
        return {"StartAt": f"W{error}", "States": {
            f"W{error}": {"Type": "Wait", "Seconds": seconds, "Next": error},
            error: {"Type": "Fail", "Error": error}}}

    both = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": True, "Branches": [
        fails("A", 1), fails("B", 1), fails("C", 2)]}}}
    assert {ending.error for ending in endings(both, {}, lambda *_: {})} == {"A", "B"}
    timed = {"StartAt": "W", "TimeoutSeconds": 2, "States": {"W": {"Type": "Wait", "Seconds": 2, "End": True}}}
    assert {ending.status for ending in endings(timed, {}, lambda *_: {})} == {"SUCCEEDED", "TIMED_OUT"}


@pytest.mark.parametrize("second", [
    {"Type": "Wait", "Seconds": 100, "End": True}, {"Type": "Task", "Resource": "connector:erp:order", "End": True},
])
def test_a_timer_is_not_anothers_who_took_the_place(second):
    """Two Waits end at once, the first branch fails, and a new fan-out opens frames at the same paths."""
    def branch(name, then):
        wait = {"Type": "Wait", "Seconds": 1, "Next": name}
        return {"StartAt": f"W{name}", "States": {f"W{name}": wait, name: then}}

    definition = {"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Next": "Q", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Q"}],
              "Branches": [branch("A", {"Type": "Fail", "Error": "Odd"}), branch("B", {"Type": "Succeed"})]},
        "Q": {"Type": "Parallel", "End": True, "Branches": [
            {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": True}}},
            {"StartAt": "D", "States": {"D": second}}]},
    }}
    case = Case(definition, {}, Answers(({"output": 1},)))
    compare(case)
    result = simulate(definition, {}, tasks=case.answers)
    assert result.status == "SUCCEEDED"
    assert result.events[-1]["timestamp"] == allowed(case)[0].at
