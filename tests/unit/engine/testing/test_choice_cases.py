"""Cases of one Choice: which branch an input takes."""

import pytest

from engine.catalog.document import parse_document
from engine.clock import SkipClock
from engine.errors import InvalidDocument
from engine.testing.cases import NO_SUCH_CHOICE, run_case

DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Split",
    "States": {
        "Split": {
            "Type": "Parallel", "End": True,
            "Branches": [{"StartAt": "High?", "States": {
                "High?": {
                    "Type": "Choice", "Default": "Charge",
                    "Choices": [{"Condition": "{% $states.input.total > $limit %}", "Next": "Ask"}],
                },
                "Ask": {"Type": "Succeed"}, "Charge": {"Type": "Succeed"},
            }}],
        },
    },
}


def run(case, definition=DEFINITION):
    document = parse_document({"name": "orders", "definition": definition, "cases": [{"name": "one", **case}]})
    return run_case(document, document.cases[0], clock=SkipClock())


@pytest.mark.parametrize(("total", "expected"), [(101, "Ask"), (100, "Charge")])
def test_it_passes_where_the_choice_goes_there(total, expected):
    result = run({
        "state": "High?", "input": {"total": total}, "variables": {"limit": 100}, "expect": {"next": expected}
    })
    assert result.passed
    assert result.states == ("High?", expected)


def test_another_branch_is_a_difference():
    result = run({"state": "High?", "input": {"total": 5}, "variables": {"limit": 1}, "expect": {"next": "Charge"}})
    [difference] = result.differences
    assert (difference.what, difference.expected, difference.actual) == ("next", "Charge", "Ask")


def test_an_error_can_be_expected():
    case = {"state": "High?", "input": {"total": "much"}, "variables": {"limit": 1}}
    assert run({**case, "expect": {"error": "States.QueryEvaluationError"}}).passed
    failed = run({**case, "expect": {"next": "Ask"}})
    assert (failed.passed, failed.status, failed.error) == (False, "FAILED", "States.QueryEvaluationError")


@pytest.mark.parametrize("state", ["Gone?", "Ask"])
def test_a_choice_that_is_gone_fails_its_case_and_is_named(state):
    result = run({"state": state, "input": {}, "expect": {"next": "Ask"}})
    assert (result.passed, result.error) == (False, NO_SUCH_CHOICE)
    assert repr(state) in result.cause


@pytest.mark.parametrize(("case", "says"), [
    ({"input": 1, "expect": {}}, "expect needs a status"),
    ({"input": 1, "expect": {"status": "SUCCEEDED", "next": "Ask"}}, "belong to a case with a state"),
    ({"input": 1, "variables": {"a": 1}, "expect": {"status": "SUCCEEDED"}}, "belong to a case with a state"),
    ({"input": 1, "state": "High?", "expect": {}}, "expects next or error"),
    ({"input": 1, "state": "High?", "expect": {"status": "SUCCEEDED"}}, "expects next or error"),
    ({"input": 1, "state": "High?", "stubs": {"r": [{"output": 1}]}, "expect": {"next": "Ask"}}, "has no stubs"),
])
def test_a_case_is_of_one_kind(case, says):
    with pytest.raises(InvalidDocument, match=says):
        run(case)
