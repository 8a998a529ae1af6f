"""Choice rules in JSONPath."""

from __future__ import annotations

import pytest

from engine.errors import StateFailure
from engine.language.asl.choice import compile_rule
from engine.language.expr.scope import Scope

GIVEN = {"n": 5, "f": 1.5, "s": "abc", "t": True, "z": None, "d": "2024-05-01T12:00:00Z",
         "e": "2024-05-01T14:00:00+02:00", "star": "a*b", "o": {}}


@pytest.mark.parametrize(("rule", "holds"), [
    ({"Variable": "$.n", "NumericEquals": 5}, True),
    ({"Variable": "$.n", "NumericEquals": 5.0}, True),
    ({"Variable": "$.t", "NumericEquals": 1}, False),
    ({"Variable": "$.n", "NumericEqualsPath": "$.f"}, False),
    ({"Variable": "$.n", "NumericGreaterThanPath": "$.f"}, True),
    ({"Variable": "$.s", "NumericLessThan": 9}, False),
    ({"Variable": "$.n", "NumericLessThanEquals": 5}, True),
    ({"Variable": "$.s", "StringEquals": "abc"}, True),
    ({"Variable": "$.s", "StringLessThan": "abd"}, True),
    ({"Variable": "$.s", "StringGreaterThanEquals": "b"}, False),
    ({"Variable": "$.n", "StringEquals": "5"}, False),
    ({"Variable": "$.t", "BooleanEquals": True}, True),
    ({"Variable": "$.n", "BooleanEquals": True}, False),
    ({"Variable": "$.s", "StringMatches": "a*"}, True),
    ({"Variable": "$.s", "StringMatches": "*b"}, False),
    ({"Variable": "$.star", "StringMatches": "a\\*b"}, True),
    ({"Variable": "$.s", "StringMatches": "a\\*c"}, False),
    ({"Variable": "$.d", "TimestampEqualsPath": "$.e"}, True),
    ({"Variable": "$.d", "TimestampLessThan": "2024-05-01T12:00:01Z"}, True),
    ({"Variable": "$.s", "TimestampEquals": "2024-05-01T12:00:01Z"}, False),
    ({"Variable": "$.z", "IsNull": True}, True),
    ({"Variable": "$.n", "IsNull": False}, True),
    ({"Variable": "$.z", "IsPresent": True}, True),
    ({"Variable": "$.no.way", "IsPresent": False}, True),
    ({"Variable": "$.t", "IsNumeric": True}, False),
    ({"Variable": "$.f", "IsNumeric": True}, True),
    ({"Variable": "$.s", "IsString": True}, True),
    ({"Variable": "$.t", "IsBoolean": True}, True),
    ({"Variable": "$.d", "IsTimestamp": True}, True),
    ({"Variable": "$.s", "IsTimestamp": True}, False),
    ({"Not": {"Variable": "$.n", "NumericEquals": 5}}, False),
    ({"And": [{"Variable": "$.n", "IsNumeric": True}, {"Variable": "$.s", "IsNumeric": True}]}, False),
    ({"Or": [{"Variable": "$.s", "IsNumeric": True}, {"Not": {"Variable": "$.s", "IsNumeric": True}}]}, True),
])
def test_rules(rule, holds):
    assert compile_rule(rule)(Scope(GIVEN)) is holds


def test_and_stops_at_the_first_that_does_not_hold():
    rule = {"And": [{"Variable": "$.no", "IsPresent": True}, {"Variable": "$.no", "NumericEquals": 1}]}
    assert compile_rule(rule)(Scope(GIVEN)) is False


@pytest.mark.parametrize("rule", [
    {"Variable": "$.no", "StringEquals": "x"}, {"Variable": "$.s", "StringEqualsPath": "$.no"},
])
def test_a_path_that_names_nothing_is_an_error(rule):
    with pytest.raises(StateFailure) as failure:
        compile_rule(rule)(Scope(GIVEN))
    assert failure.value.error == "States.Runtime"
    assert "references an invalid value" in failure.value.cause


@pytest.mark.parametrize("pattern", ["a\\b", "abc\\", "\\abc", "*\\\\\\"])
def test_a_backslash_of_string_matches_that_escapes_nothing_fails(pattern):
    """ASL specification: "If an open escape backslash is found … the interpreter will throw a runtime error"."""
    with pytest.raises(StateFailure, match="stands before neither") as failure:
        compile_rule({"Variable": "$.s", "StringMatches": pattern})(Scope(GIVEN))
    assert failure.value.error == "States.Runtime"
