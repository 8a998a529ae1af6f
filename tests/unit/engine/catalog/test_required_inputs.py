"""Required inputs that a Task leaves out or empty."""

import pytest

from connectors.registry import Registry
from connectors.sdk import ActionSpec, ConnectorAdapter
from connectors.tasks import ConnectorTasks
from engine.catalog.required_inputs import input_problems
from engine.catalog.states import states_of


class Shop(ConnectorAdapter):
    code = "shop"
    name = "Shop"
    actions = {  # noqa: RUF012 - as every connector declares them
        "sell": ActionSpec(inputs={
            "item": {"type": "string", "required": True},
            "note": {"type": "string"},
            "remark": {"type": "string", "required": True, "minLength": 0},
            "tone": {"type": "string", "required": True, "enum": ["", "kind"]},
            "buyer": {"type": "object", "properties": {"mail": {"type": "string", "required": True}}},
        }),
    }


FULL = {"item": "tea", "remark": "", "tone": ""}


@pytest.fixture
def found():
    registry = Registry()
    registry.register(Shop)
    tasks = ConnectorTasks(registry)

    def of(language="JSONPath", **fields):
        task = {"Type": "Task", "Resource": "connector:shop:sell", "End": True, **fields}
        [state] = states_of({"QueryLanguage": language, "StartAt": "Sell", "States": {"Sell": task}})
        return [(item.code, item.severity, item.location) for item in input_problems(state, tasks)]

    return of


def test_an_empty_one_and_a_missing_one_are_errors_at_their_place(found):
    for language, field in (("JSONPath", "Parameters"), ("JSONata", "Arguments")):
        assert found(language, **{field: {**FULL, "item": ""}}) == [
            ("REQUIRED_INPUT_EMPTY", "ERROR", f"/States/Sell/{field}/item"),
        ]
        assert found(language, **{field: {"item": "tea", "tone": "", "buyer": {"mail": ""}}}) == [
            ("REQUIRED_INPUT_MISSING", "ERROR", f"/States/Sell/{field}/remark"),
            ("REQUIRED_INPUT_EMPTY", "ERROR", f"/States/Sell/{field}/buyer/mail"),
        ]


@pytest.mark.parametrize("given", [
    FULL, {**FULL, "note": ""}, {**FULL, "item": " "}, {**FULL, "item": {"$secret": "ITEM"}},
    {"item.$": "$.item", "remark.$": "$.remark", "tone.$": "States.Format('')"}, {**FULL, "buyer.$": "$.buyer"},
])
def test_what_may_be_given_is_no_problem_under_jsonpath(found, given):
    assert found(Parameters=given) == []


@pytest.mark.parametrize("given", [FULL, {**FULL, "item": "{% '' %}"}, "{% $states.input %}"])
def test_what_may_be_given_is_no_problem_under_jsonata(found, given):
    assert found("JSONata", Arguments=given) == []


def test_a_task_without_arguments_has_its_whole_input(found):
    assert found() == []
    assert found("JSONata") == []


def test_a_name_with_a_dollar_is_of_jsonpath_alone(found):
    assert found("JSONata", Arguments={**FULL, "item": "tea", "remark.$": "$.a"}) == []
    assert found("JSONata", Arguments={"item.$": "$.item", "remark": "", "tone": ""}) == [
        ("REQUIRED_INPUT_MISSING", "ERROR", "/States/Sell/Arguments/item"),
    ]


@pytest.mark.parametrize("resource", ["connector:shop:none", "arn:aws:lambda:us-east-1:1:function:f", 5, None])
def test_of_what_cannot_be_called_here_others_speak(found, resource):
    assert found(Resource=resource, Parameters={}) == []


def test_a_call_that_waits_for_an_answer_requires_them_too(found):
    assert found(Resource="connector:shop:sell.waitForTaskToken", Parameters={**FULL, "item": ""}) != []
