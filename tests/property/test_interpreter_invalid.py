"""Definitions that went wrong, and data that nobody expected: an answer always, never a crash, never a hang."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidDefinition, UserError
from engine.language.asl.validate import validate
from engine.testing import simulate
from tests.support.broken_definitions import Counted, Enough, broken
from tests.support.definitions_strategy import Answers, cases
from tests.support.draws import drawn
from tests.support.oracle import FULL, QUICK

BROKEN = settings(QUICK, max_examples=drawn(60, of=150))
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "RUNNING"}

texts = st.sampled_from(["", "x", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "$.n", "{% $ %}", "1e999", "-1"])
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
data = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["n", "s", "items", "o", "a", "r"]) | st.text(max_size=2), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value: what json.loads gives for a text that RFC 8259 allows."""


def check_answered(definition: Any, given_input: Any, answers: Answers) -> None:
    """Validation lists findings; simulate ends, or says what is wrong with the definition."""
    assert all(finding.code and finding.message for finding in validate(definition))
    try:
        result = simulate(definition, given_input, tasks=answers, on_event=Counted())
    except (UserError, Enough):
        return
    assert result.status in ENDED


def _one(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"End": True, **fields}, "B": {"Type": "Succeed"}}}


@pytest.mark.parametrize("definition", [
    _one(Type="Wait", Seconds="soon"), _one(Type="Wait", Seconds={}), _one(Type="Wait", Seconds=float("nan")),
    _one(Type="Pass", Assign=True), {**_one(Type="Pass"), "TimeoutSeconds": "never"},
    {**_one(Type="Pass"), "TimeoutSeconds": 10**400},
    _one(Type="Map", MaxConcurrency={}, ItemProcessor=_one(Type="Pass")), _one(Type="Parallel", Branches=True),
])
def test_a_field_of_the_wrong_type_is_refused_before_it_runs(definition):
    with pytest.raises(InvalidDefinition):
        simulate(definition, [1])


def test_time_goes_on_after_the_last_year_that_can_be_written():
    late = _one(Type="Pass", Parameters={"at.$": "$$.State.EnteredTime"})
    late["States"] |= {
        "W": {"Type": "Wait", "Timestamp": "9999-12-31T23:59:59Z", "Next": "X"},
        "X": {"Type": "Wait", "Seconds": 99_999_999, "Next": "A"},
    }
    assert simulate(late | {"StartAt": "W"}, {}).output == {"at": "9999-12-31T23:59:59Z"}


def test_no_timer_is_set_to_what_is_no_number():
    """json.loads makes NaN of the text NaN, which no JSON is: a Wait for it would never end."""
    result = simulate(_one(Type="Wait", SecondsPath="$"), float("nan"))
    assert (result.status, result.error) == ("FAILED", "States.Runtime")


@BROKEN
@given(broken(), data)
def test_a_broken_definition_is_answered(made, given_input):
    check_answered(made[0], given_input, made[1])


@BROKEN
@given(cases(depth=1), data, st.lists(data, min_size=1, max_size=3))
def test_a_valid_definition_takes_any_data(case, given_input, outputs):
    check_answered(case.definition, given_input, Answers(tuple({"output": output} for output in outputs)))


@pytest.mark.full
@settings(FULL, max_examples=4_000)
@given(broken(), data)
def test_a_broken_definition_is_answered_at_length(made, given_input):
    check_answered(made[0], given_input, made[1])


@pytest.mark.full
@settings(FULL, max_examples=4_000)
@given(cases(depth=1), data, st.lists(data, min_size=1, max_size=3))
def test_a_valid_definition_takes_any_data_at_length(case, given_input, outputs):
    check_answered(case.definition, given_input, Answers(tuple({"output": output} for output in outputs)))
