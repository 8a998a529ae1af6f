from __future__ import annotations

import pytest

from engine.errors import StateFailure
from engine.language.expr.bounds import MOST_CHARACTERS, MOST_LEVELS, MOST_NODES, excess
from engine.language.expr.scope import Scope
from engine.language.expr.template import compile_payload_template


def nested(levels, leaf=1):
    value = leaf
    for _ in range(levels):
        value = [value]
    return value


def doubled(rounds):
    value = "x"
    for _ in range(rounds):
        value = [value, value]
    return value


@pytest.mark.parametrize("value", [
    None, 1, "text", {}, [], nested(MOST_LEVELS), [1] * (MOST_NODES - 1), "x" * MOST_CHARACTERS,
])
def test_within_bounds(value):
    assert excess(value) is None


@pytest.mark.parametrize(("value", "words"), [
    (nested(MOST_LEVELS + 1), "nests more than 500"),
    ([1] * MOST_NODES, "holds more than 500,000 values"),
    (doubled(60), "holds more than 500,000 values"),
    (["x" * MOST_CHARACTERS, "y"], "characters"),
    ({"k" * MOST_CHARACTERS: "y"}, "characters"),
])
def test_too_large(value, words):
    assert words in excess(value)


def test_a_template_that_makes_too_much_fails_and_one_that_hands_on_does_not_look():
    scope = Scope(input=doubled(60))
    with pytest.raises(StateFailure) as failure:
        compile_payload_template({"a.$": "$"}, "Parameters").render(scope)
    assert failure.value.error == "States.DataLimitExceeded"
    assert failure.value.cause == "The value of the field 'Parameters' holds more than 500,000 values."
