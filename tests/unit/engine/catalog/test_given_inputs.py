"""What a Task gives its connector, held against the action's inputs."""

import pytest

from connectors.registry import Registry
from connectors.sdk import ActionSpec, ConnectorAdapter
from connectors.tasks import ConnectorTasks
from engine.catalog.given_inputs import input_problems
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
            "count": {"type": "integer"},
            "size": {"type": "integer", "required": True},
            "price": {"type": ["number", "string"]},
            "more": {},
        }),
    }


FULL = {"item": "tea", "remark": "", "tone": "", "size": 1}


@pytest.fixture
def problems():
    registry = Registry()
    registry.register(Shop)
    tasks = ConnectorTasks(registry)

    def of(language="JSONPath", **fields):
        task = {"Type": "Task", "Resource": "connector:shop:sell", "End": True, **fields}
        [state] = states_of({"QueryLanguage": language, "StartAt": "Sell", "States": {"Sell": task}})
        return list(input_problems(state, tasks))

    return of


@pytest.fixture
def found(problems):
    def of(language="JSONPath", **fields):
        return [(item.code, item.severity, item.location) for item in problems(language, **fields)]

    return of


@pytest.fixture
def messages(problems):
    return lambda **fields: [item.message for item in problems("JSONata", **fields)]


def test_an_empty_one_and_a_missing_one_are_errors_at_their_place(found):
    for language, field in (("JSONPath", "Parameters"), ("JSONata", "Arguments")):
        assert found(language, **{field: {**FULL, "item": ""}}) == [
            ("REQUIRED_INPUT_EMPTY", "ERROR", f"/States/Sell/{field}/item"),
        ]
        assert found(language, **{field: {"item": "tea", "tone": "", "size": 1, "buyer": {"mail": ""}}}) == [
            ("REQUIRED_INPUT_MISSING", "ERROR", f"/States/Sell/{field}/remark"),
            ("REQUIRED_INPUT_EMPTY", "ERROR", f"/States/Sell/{field}/buyer/mail"),
        ]


@pytest.mark.parametrize("given", [
    FULL, {**FULL, "note": ""}, {**FULL, "item": " "}, {**FULL, "item": {"$secret": "ITEM"}},
    {"item.$": "$.item", "remark.$": "$.remark", "tone.$": "States.Format('')", "size.$": "$.size"},
    {**FULL, "buyer.$": "$.buyer"},
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
    assert found("JSONata", Arguments={"item.$": "$.item", "remark": "", "tone": "", "size": 1}) == [
        ("REQUIRED_INPUT_MISSING", "ERROR", "/States/Sell/Arguments/item"),
        ("UNKNOWN_INPUT", "ERROR", "/States/Sell/Arguments/item.$"),
    ]


@pytest.mark.parametrize("resource", ["connector:shop:none", "arn:aws:lambda:us-east-1:1:function:f", 5, None])
def test_of_what_cannot_be_called_here_others_speak(found, resource):
    assert found(Resource=resource, Parameters={}) == []


def test_a_call_that_waits_for_an_answer_requires_them_too(found):
    assert found(Resource="connector:shop:sell.waitForTaskToken", Parameters={**FULL, "item": ""}) != []


def test_a_name_that_is_no_input_is_an_error(found):
    assert found("JSONata", Arguments={**FULL, "amout": "{% $states.input.a %}"}) == [
        ("UNKNOWN_INPUT", "ERROR", "/States/Sell/Arguments/amout"),
    ]
    assert found(Parameters={**FULL, "cuont.$": "$.count"}) == [
        ("UNKNOWN_INPUT", "ERROR", "/States/Sell/Parameters/cuont.$"),
    ]


def test_it_says_which_name_is_meant_or_which_there_are(messages):
    assert messages(Arguments={**FULL, "cuont": 1}) == [
        "state 'Sell': 'cuont' is no input of connector:shop:sell: every call would fail. Did you mean 'count'?",
    ]
    [message] = messages(Arguments={**FULL, "xyz": 1})
    assert message.endswith("It takes item, note, remark, tone, buyer, count, size, price, more")


def test_a_secret_for_the_context_alone_is_no_input(found):
    assert found("JSONata", Arguments={**FULL, "api_key": {"$secret": "SHOP"}}) == []


@pytest.mark.parametrize(("name", "value", "kind"), [
    ("count", "5", "an integer, not a string"), ("count", 1.5, "an integer, not a number"),
    ("count", True, "an integer, not a boolean"), ("price", True, "a number or a string, not a boolean"),
    ("item", 5, "a string, not a number"), ("item", None, "a string, not null"),
    ("buyer", ["a"], "an object, not an array"),
])
def test_a_value_of_another_type_is_an_error_that_does_not_quote_it(found, messages, name, value, kind):
    assert found("JSONata", Arguments={**FULL, name: value}) == [
        ("INPUT_OF_OTHER_TYPE", "ERROR", f"/States/Sell/Arguments/{name}"),
    ]
    assert messages(Arguments={**FULL, name: value}) == [
        f"state 'Sell': the input {name!r} of connector:shop:sell must be {kind}: every call would fail",
    ]


def test_an_empty_text_for_a_required_number_is_told_of_once(found):
    assert found("JSONata", Arguments={**FULL, "size": ""}) == [
        ("REQUIRED_INPUT_EMPTY", "ERROR", "/States/Sell/Arguments/size"),
    ]


def test_a_member_of_another_type_is_one(found):
    assert found(Parameters={**FULL, "buyer": {"mail": 5}}) == [
        ("INPUT_OF_OTHER_TYPE", "ERROR", "/States/Sell/Parameters/buyer/mail"),
    ]


@pytest.mark.parametrize("more", [
    {"count": 5}, {"count": 5.0}, {"count": "{% 5 %}"}, {"price": "5"}, {"price": 5}, {"more": None}, {"more": [True]},
    {"note": {"$secret": "NOTE"}}, {"buyer": "{% $states.input %}"},
])
def test_a_value_that_may_be_given_is_none(found, more):
    assert found("JSONata", Arguments={**FULL, **more}) == []
