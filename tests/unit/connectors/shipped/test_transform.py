"""The connector transform: JSONata with the functions and limits of definitions."""

import json

import pytest

from connectors.registry import Registry
from connectors.shipped.transform import TransformConnector
from connectors.tasks import ConnectorTasks
from connectors.testing import CallFailed, call

LINES = {"lines": [{"price": 2, "quantity": 3}, {"price": 10, "quantity": 1}]}


def value(expression, key="key-1", **params):
    return call(TransformConnector, "jsonata", {"expression": expression, **params}, idempotency_key=key)["value"]


@pytest.mark.parametrize(("expression", "params", "expected"), [
    ("$sum($data.lines.(price * quantity))", {"data": LINES}, 16),
    ("$data.lines[price > $least].price", {"data": LINES, "variables": {"least": 5}}, 10),
    ("$partition($range(1, 4, 1), 2)", {}, [[1, 2], [3, 4]]), ("null", {}, None), ("$data", {"data": [1]}, [1]),
    ("$data", {}, None), ('{"a": $count($data)}', {"data": [[1], [2]]}, {"a": 2}),
])
def test_an_expression_shapes_data(expression, params, expected):
    assert value(expression, **params) == expected


def test_a_repetition_gives_the_same():
    assert value("$uuid()") == value("$uuid()") != value("$uuid()", key="key-2")


@pytest.mark.parametrize(("expression", "code"), [
    ("$sum(", "InvalidExpression"), *((text, "States.QueryEvaluationError") for text in (
        "$data.nothing", "$eval('1')", "$error('no')", "($f := function($n){ $f($n + 1) }; $f(1))",
    )),
])
def test_what_fails_is_definite_and_says_why(expression, code):
    with pytest.raises(CallFailed) as caught:
        value(expression)
    found = json.loads(caught.value.cause)
    assert (found["code"], caught.value.definite, caught.value.retryable) == (code, True, False)


def test_it_declares_that_it_only_computes():
    policy = ConnectorTasks(Registry(installed=tuple)).policy("connector:transform:jsonata")
    assert (policy.computes, policy.at_most_once) == (True, False)
