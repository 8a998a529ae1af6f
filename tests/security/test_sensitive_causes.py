"""What the engine says of an expression or a path that failed quotes no marked value, however short it is."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.governance.roles import Role
from tests.support.api import api_over
from tests.support.memory.stores import MemoryStores

PIN = "Zq7"
ITEMS = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}


def jsonata(kind, field, expression, **more):
    return {"Type": kind, "QueryLanguage": "JSONata", field: f"{{% {expression} %}}", "End": True, **more}


FAILING = [
    jsonata("Pass", "Output", "$number($states.input.pin)"), jsonata("Pass", "Output", "-$states.input.pin"),
    jsonata("Pass", "Output", "$states.input.pin > 5"), jsonata("Pass", "Output", "$error($states.input.pin)"),
    jsonata("Wait", "Seconds", "$states.input.pin"),
    jsonata("Map", "Items", "$states.input.pin", ItemProcessor=ITEMS),
    {"Type": "Wait", "SecondsPath": "$.pin", "End": True}, {"Type": "Wait", "TimestampPath": "$.pin", "End": True},
    {"Type": "Fail", "CausePath": "States.Array($.pin)"},
    {"Type": "Map", "ItemsPath": "$.l", "MaxConcurrencyPath": "$.pin", "ItemProcessor": ITEMS, "End": True},
    {"Type": "Pass", "InputPath": "$.pin", "Parameters": {"a.$": "$.b"}, "End": True},
    {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
     "Parameters": {"StateMachineArn.$": "$.pin"}},
]


def test_a_cause_that_a_catcher_keeps_has_none_either():
    clock = SkipClock()
    api = api_over(MemoryStores(clock), clock)
    failing = {**jsonata("Task", "Arguments", "$number($states.input.pin)"), "Resource": "connector:log:write"}
    del failing["End"]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": {"why": "{% $states.errorOutput.Cause %}"}}]
    definition = {"StartAt": "A", "States": {"A": {**failing, "Next": "B", "Catch": catch}, "B": {"Type": "Succeed"}}}
    document = {"name": "flow", "definition": definition, "sensitive": {"input": ["/pin"]}}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    api("POST", "/workflows/flow/executions", {"input": {"pin": PIN}, "name": "one"})
    api.work()
    assert "D3030" in api("GET", "/executions/flow%3Aone").json["output"]["why"]
    for path in ("", "/history", "/steps/A%231", "/steps/B%231"):
        assert PIN not in api("GET", f"/executions/flow%3Aone{path}").text, path


@pytest.mark.parametrize("state", FAILING, ids=range(len(FAILING)))
def test_a_failure_s_words_have_no_marked_value(state):
    clock = SkipClock()
    api = api_over(MemoryStores(clock), clock)
    document = {
        "name": "flow", "definition": {"StartAt": "A", "States": {"A": state}}, "sensitive": {"input": ["/pin"]},
    }
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    api("POST", "/workflows/flow/executions", {"input": {"pin": PIN, "l": [1]}, "name": "one"})
    api.work()
    at = "/executions/flow%3Aone"
    assert api("GET", at).json["status"] == "FAILED"
    assert PIN in api("GET", at, automate_reveal="ticket").json["cause"]
    api.roles = (Role.VIEWER,)
    for path in ("", "/history", "/steps?causes=true", "/steps/A%231", "/explanation?state=A"):
        assert PIN not in api("GET", at + path).text, path
