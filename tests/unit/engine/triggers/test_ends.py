"""Which triggers hear an end."""

import pytest

from engine.triggers.ends import MOST_IN_A_CHAIN, hears, matches, too_long


def spec(workflow="orders", **more):
    return {"type": "workflow_end", "workflow": workflow, **more}


@pytest.mark.parametrize(("given", "ended", "heard"), [
    (spec(), ("orders", "SUCCEEDED", None), True),
    (spec(), ("others", "SUCCEEDED", None), False),
    (spec(), ("orders", "PAUSED", None), False),
    (spec("*"), ("others", "ABORTED", None), True),
    (spec("*"), ("own", "FAILED", "E"), False),
    (spec("own"), ("own", "FAILED", "E"), False),
    (spec(statuses=["FAILED"]), ("orders", "FAILED", None), True),
    (spec(statuses=["FAILED"]), ("orders", "TIMED_OUT", "States.Timeout"), False),
    (spec(errors=["Payment*"]), ("orders", "FAILED", "PaymentDeclined"), True),
    (spec(errors=["Payment*", "States.Timeout"]), ("orders", "TIMED_OUT", "States.Timeout"), True),
    (spec(errors=["Payment*"]), ("orders", "FAILED", "CardDeclined"), False),
    (spec(errors=["*"]), ("orders", "SUCCEEDED", None), False),
])
def test_an_end_is_heard_by_workflow_status_and_error(given, ended, heard):
    assert hears(given, "own", *ended) is heard


@pytest.mark.parametrize(("pattern", "error", "same"), [
    ("A.B", "A.B", True), ("A.B", "AxB", False), ("A*", "A\nB", True), ("*", "", True), ("*Error", "MyError", True),
    ("[ab]", "a", False), ("a?", "ab", False), ("A", "a", False),
])
def test_a_star_stands_for_any_characters_and_nothing_else_does(pattern, error, same):
    assert matches(pattern, error) is same


def test_a_chain_may_be_so_long_and_no_longer():
    chain = [f"w:{number}" for number in range(MOST_IN_A_CHAIN)]
    assert too_long(chain) is None
    assert "w:8, w:9, w:x" in too_long([*chain, "w:x"])
