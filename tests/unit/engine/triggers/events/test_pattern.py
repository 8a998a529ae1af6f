"""Patterns that are refused: each with its place, why, and what to write."""

import pytest

from engine.errors import json_pointer
from engine.triggers.events.pattern import MOST_ALTERNATIVES, compile_pattern
from engine.triggers.faults import TriggerFault


def faults(pattern):
    with pytest.raises(TriggerFault) as caught:
        compile_pattern(pattern)
    return [(json_pointer(fault.path), fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(("pattern", "place", "says"), [
    ([], "/", "a pattern is an object, not an array"),
    ({}, "/", "a pattern is an object with a field or more"),
    ({"detail": {}}, "/detail", "an object with a field or more"),
    ({"source": "aws.ec2"}, "/source", "'source' has an array of what matches, or an object: write [\"aws.ec2\"]"),
    ({"source": []}, "/source", "the array is empty, so nothing can match"),
    ({"a": [["x"]]}, "/a/0", "an array in an array"),
    ({"a": ["x", {"prefix": "a", "suffix": "b"}]}, "/a/1", "one comparison, and this has 'prefix', 'suffix'"),
    ({"a": [{}]}, "/a/0", "one comparison, and this has none"),
    ({"a": [{"starts-with": "x"}]}, "/a/0", "'starts-with' is no comparison; known are prefix, suffix"),
    ({"a": [{"prefix": 5}]}, "/a/0/prefix", "prefix: a string stands here, not a number"),
    ({"a": [{"prefix": {"ignore": "x"}}]}, "/a/0/prefix", "the one member 'equals-ignore-case'"),
    ({"a": [{"suffix": {"equals-ignore-case": 1}}]}, "/a/0/suffix/equals-ignore-case", "a string stands here"),
    ({"a": [{"exists": "yes"}]}, "/a/0/exists", "true or false stands here, not a string"),
    ({"a": [{"wildcard": "a**b"}]}, "/a/0/wildcard", "two asterisks stand together. Write one"),
    ({"a": [{"wildcard": r"a\b"}]}, "/a/0/wildcard", "behind a backslash stands * or another backslash"),
    ({"a": [{"cidr": "10.0.0.0"}]}, "/a/0/cidr", "'10.0.0.0' is no block of addresses. Write one such as 10.0.0.0/24"),
    ({"a": [{"cidr": "10.0.0.0/33"}]}, "/a/0/cidr", "is no block of addresses"),
    ({"a": [{"numeric": [">", 5, "<", 3]}]}, "/a/0/numeric", "no number is > 5 and < 3"),
    ({"a": [{"numeric": [">", 5, "<=", 5]}]}, "/a/0/numeric", "no number is > 5 and <= 5"),
    ({"a": [{"numeric": ["<", 5, ">", 3]}]}, "/a/0/numeric", "a range has > or >= first and < or <= after it"),
    ({"a": [{"numeric": ["!=", 5]}]}, "/a/0/numeric/0", '"!=" is not one of <, <=, >, >=, ='),
    ({"a": [{"numeric": ["=", "5"]}]}, "/a/0/numeric/1", "a number from -5.0e+09 to 5.0e+09 stands here"),
    ({"a": [{"numeric": ["<", 6e9]}]}, "/a/0/numeric/1", "a number from"),
    ({"a": [{"numeric": ["=", True]}]}, "/a/0/numeric/1", "a number from"),
    ({"a": [{"numeric": [">"]}]}, "/a/0/numeric", "a comparison and a number, or two of both"),
    ({"a": [{"anything-but": []}]}, "/a/0/anything-but", "the array is empty"),
    ({"a": [{"anything-but": ["a", 1]}]}, "/a/0/anything-but", "only strings or only numbers"),
    ({"a": [{"anything-but": None}]}, "/a/0/anything-but", "only strings or only numbers"),
    ({"a": [{"anything-but": {"numeric": ["=", 1]}}]}, "/a/0/anything-but", "one member, of prefix, suffix"),
    ({"a": [{"anything-but": {"prefix": ""}}]}, "/a/0/anything-but/prefix", "the text is empty"),
    ({"a": [{"anything-but": {"wildcard": ["a", "b**"]}}]}, "/a/0/anything-but/wildcard/1", "two asterisks"),
    ({"$or": [{"a": [1]}]}, "/$or", "$or has an array of two or more patterns"),
    ({"detail": {"$or": {"a": [1]}}}, "/detail/$or", "two or more patterns"),
    ({"$or": [{"a": [1]}, {"b": 2}]}, "/$or/1/b", "write [2]"),
    ({"a": [{"exists": False}], "$or": [{"a": [1]}, {"a": [2]}]}, "/a", "absent here and to have a value in $or"),
])
def test_what_is_refused_has_its_place(pattern, place, says):
    (found,) = faults(pattern)
    assert found[0] == place
    assert says in found[1]


def test_all_that_is_wrong_is_listed():
    found = faults({"source": "x", "detail": {"a": [], "b": [{"cidr": "x"}]}})
    assert [place for place, _ in found] == ["/source", "/detail/a", "/detail/b/0/cidr"]


def test_alternatives_are_multiplied_out_within_a_limit():
    ten = [{"a": [number]} for number in range(10)]
    pattern = {"$or": ten, "b": {"$or": ten, "c": {"$or": ten}}}
    assert len(compile_pattern(pattern).alternatives) == MOST_ALTERNATIVES
    ((place, message),) = faults({**pattern, "d": {"$or": ten[:2]}})
    assert (place, "more than 1000 alternatives" in message) == ("/", True)


def test_an_alternative_that_contradicts_itself_is_left_out():
    pattern = compile_pattern({"a": [{"exists": False}], "$or": [{"a": [1]}, {"b": [2]}]})
    assert len(pattern.alternatives) == 1
