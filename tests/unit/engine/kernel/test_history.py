"""Events as GetExecutionHistory shows them."""

from __future__ import annotations

import pytest

from engine.kernel.history import HistoryEvent, render


def test_inputs_and_outputs_are_json_text():
    event = HistoryEvent(2, 0, "PassStateEntered", 5.5, {"name": "A", "input": {"k": ["é", None]}})
    assert render(event) == {
        "id": 2, "previousEventId": 0, "type": "PassStateEntered", "timestamp": 5.5,
        "stateEnteredEventDetails": {
            "name": "A", "input": '{"k":["é",null]}', "inputDetails": {"truncated": False}},
    }


def test_each_assigned_variable_is_json_text():
    event = HistoryEvent(3, 2, "PassStateExited", 1.0, {"name": "A", "output": 1, "assignedVariables": {"v": "t"}})
    shown = render(event)["stateExitedEventDetails"]
    assert (shown["output"], shown["assignedVariables"]) == ("1", {"v": '"t"'})
    assert shown["assignedVariablesDetails"] == {"truncated": False}


@pytest.mark.parametrize(("event_type", "details", "name"), [
    ("ExecutionFailed", {}, "executionFailedEventDetails"),
    ("ExecutionAborted", None, "executionAbortedEventDetails"),
    ("TaskStarted", {"resource": "r"}, "taskStartedEventDetails"),
    ("MapIterationStarted", {"index": 0}, "mapIterationStartedEventDetails"),
])
def test_details_are_named_after_the_type(event_type, details, name):
    assert render(HistoryEvent(1, 0, event_type, 0.0, details))[name] == (details or {})


@pytest.mark.parametrize("event_type", ["MapStateSucceeded", "ParallelStateStarted", "LambdaFunctionStarted"])
def test_some_events_have_no_details(event_type):
    assert set(render(HistoryEvent(1, 0, event_type, 0.0))) == {"id", "previousEventId", "type", "timestamp"}


def test_parameters_have_no_truncation_beside_them():
    event = HistoryEvent(1, 0, "TaskScheduled", 0.0, {"parameters": {"a": 1}, "resource": "x"})
    assert render(event)["taskScheduledEventDetails"] == {"parameters": '{"a":1}', "resource": "x"}
