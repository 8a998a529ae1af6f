"""Cases: what is compared, what is not, and where they are found."""

from __future__ import annotations

import json

import pytest

from engine.catalog.cases import Case
from engine.catalog.document import parse_document
from engine.clock import SkipClock
from engine.errors import InvalidDocument, NotFound
from engine.testing.cases import cases_beside, chosen_cases, first_difference, run_case, run_cases

CALL = "connector:crm:save"
DEFINITION = {"StartAt": "Save", "States": {
    "Save": {"Type": "Task", "Resource": CALL, "Next": "Done"}, "Done": {"Type": "Pass", "End": True},
}}


def case(expect, name="one", **more):
    return {"name": name, "input": {}, "stubs": {CALL: [{"output": {"n": 1.0}}]}, "expect": expect, **more}


def document(*cases, definition=DEFINITION, **more):
    return parse_document({"name": "flow", "definition": definition, "cases": list(cases), **more})


def result(expect, **more):
    flow = document(case(expect, **more))
    return run_case(flow, flow.cases[0], clock=SkipClock())


def test_a_case_passes_when_all_that_it_names_is_so():
    passed = result({"status": "SUCCEEDED", "output": {"n": 1}, "states": ["Save", "Done"]})
    assert (passed.passed, passed.status, passed.states) == (True, "SUCCEEDED", ("Save", "Done"))


def test_a_case_says_what_is_otherwise():
    failed = result({"status": "FAILED", "error": "CRM.Down", "output": {"n": True}})
    assert {(item.what, json.dumps(item.expected), json.dumps(item.actual)) for item in failed.differences} == {
        ("status", '"FAILED"', '"SUCCEEDED"'), ("error", '"CRM.Down"', "null"), ("output", '{"n": true}', '{"n": 1.0}'),
    }
    assert not failed.passed


def test_what_is_left_out_is_not_looked_at():
    assert result({"status": "SUCCEEDED"}).passed
    assert not result({"status": "SUCCEEDED", "output": None}).passed


def test_a_call_without_a_stub_fails_the_case():
    failed = result({"status": "SUCCEEDED"}, stubs={})
    assert (failed.status, failed.passed) == ("FAILED", False)
    assert failed.error is not None


def test_a_call_without_a_stub_is_told_of_where_the_workflow_caught_it():
    save = {**DEFINITION["States"]["Save"], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]}
    flow = document(
        case({"status": "FAILED"}, stubs={}), case({"status": "SUCCEEDED"}, name="two"),
        definition={**DEFINITION, "States": {**DEFINITION["States"], "Save": save}},
    )
    caught, answered = run_cases(flow, flow.cases, clock=SkipClock())
    assert (caught.status, caught.error) == ("SUCCEEDED", None)
    assert caught.unanswered.startswith(f"No stub is left for the resource '{CALL}' in the state 'Save'.")
    assert answered.unanswered is None
    assert result({"status": "FAILED"}, stubs={}).unanswered is None, "its error says so already"


def test_an_endless_case_is_left():
    class Ticking(SkipClock):
        def now(self):
            self.sleep(1.0)
            return super().now()

    loop = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}
    flow = document(case({"status": "SUCCEEDED"}, stubs={}), definition=loop, kind="EXPRESS")
    left = run_case(flow, flow.cases[0], clock=Ticking(), seconds=5.0)
    assert (left.status, left.error, left.passed) == ("RUNNING", "Automate.TestTookTooLong", False)


def test_cases_have_a_time_together_and_say_which_were_not_run():
    class Slow(SkipClock):
        def now(self):
            self.sleep(1.0)
            return super().now()

    flow = document(*(case({"status": "SUCCEEDED"}, name=f"c{number}") for number in range(30)))
    results = run_cases(flow, flow.cases, clock=Slow(), seconds=60.0)
    assert (results[0].passed, results[-1].passed) == (True, False)
    assert (results[-1].status, results[-1].error, results[-1].states) == ("NOT_RUN", "Automate.TestTookTooLong", ())
    assert "60 s that all have together" in results[-1].cause
    assert [item.what for item in results[-1].differences] == ["status"]


@pytest.mark.parametrize(("expected", "actual", "path"), [
    ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ("a", 1, "b")),
    ({"a": 1}, {"a": 1, "b": 2}, ()),
    ([1, 2], [1], ()),
    ({"a": 1.0, "b": True}, {"a": 1, "b": 1}, ("b",)),
    ("x", None, ()),
])
def test_the_first_place_where_two_values_differ(expected, actual, path):
    assert first_difference(expected, actual) == path


def test_cases_are_chosen_by_name():
    cases = document(case({"status": "SUCCEEDED"}), case({"status": "FAILED"}, name="two")).cases
    assert [item.name for item in chosen_cases(cases, None)] == ["one", "two"]
    assert [item.name for item in chosen_cases(cases, ["two"])] == ["two"]
    with pytest.raises(NotFound, match="no case is called 'three'") as caught:
        chosen_cases(cases, ["three"])
    assert "one, two" in caught.value.advice


def test_cases_stand_in_the_document_and_beside_it(tmp_path):
    folder = tmp_path / "flow" / "cases"
    folder.mkdir(parents=True)
    (folder / "b.json").write_text(json.dumps(case({"status": "SUCCEEDED"}, name="beside")))
    flow = document(case({"status": "SUCCEEDED"}))
    assert [item.name for item in cases_beside(tmp_path / "flow.json", flow)] == ["one", "beside"]
    (folder / "a.json").write_text('{"name": "broken"}')
    with pytest.raises(InvalidDocument, match=r"a\.json is no case"):
        cases_beside(tmp_path / "flow.json", flow)


def test_a_case_is_checked_as_it_is_read():
    with pytest.raises(ValueError, match="either an output, or an error"):
        Case.model_validate(case({"status": "SUCCEEDED"}, stubs={CALL: [{"output": 1, "error": "x"}]}))
