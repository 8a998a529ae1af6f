import collections
import datetime as dt
import decimal

import pytest

from connectors import ActionSpec
from connectors.checking import NotJson, check_inputs, json_copy


def problems(inputs, params):
    return [str(problem) for problem in check_inputs(ActionSpec(inputs=inputs), params)[1]]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", ["", "a"], [1, None, [], {}, True]),
        ("number", [1, 1.5, -2], ["1", True, None]),
        ("integer", [1, 2.0, -3], [1.5, "1", False]),
        ("boolean", [True, False], [0, 1, "true"]),
        ("object", [{}, {"$secret": "K"}], [[], "x"]),
        ("array", [[], [1]], [{}, "x"]),
        ("null", [None], [0, "", False]),
    ],
)
def test_types_are_those_of_json_schema(kind, good, bad):
    for value in good:
        assert problems({"a": {"type": kind}}, {"a": value}) == []
    for value in bad:
        (problem,) = problems({"a": {"type": kind}}, {"a": value})
        assert problem.startswith("/a: must be ")


def test_several_types_and_none():
    assert problems({"a": {"type": ["string", "null"]}}, {"a": None}) == []
    assert problems({"a": {"type": ["string", "null"]}}, {"a": 1}) == ["/a: must be a string or null, not number"]
    assert problems({"a": {}}, {"a": [object]}) == []


def test_all_problems_are_listed_each_with_its_pointer():
    inputs = {
        "id": {"type": "string", "required": True},
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "sku": {"type": "string", "required": True}, "n/o": {"type": "integer", "minimum": 1, "maximum": 9},
        }}},
        "level": {"enum": ["low", "high", 1]},
        "note": {"type": "string", "minLength": 2, "maxLength": 3},
    }
    params = {
        "lines": [{"sku": "a", "n/o": 0}, {"n/o": 10}, 7], "level": True, "note": "abcd", "idd": 1, "x~y": 2,
    }
    assert problems(inputs, params) == [
        "/idd: is not an input of this action; did you mean id?",
        "/x~0y: is not an input of this action, which takes id, lines, level, note",
        "/id: is required",
        "/lines/0/n~1o: must be 1 or more",
        "/lines/1/sku: is required",
        "/lines/1/n~1o: must be 9 or less",
        "/lines/2: must be an object, not number",
        "/level: must be one of low, high, 1",
        "/note: must have at most 3 characters",
    ]
    assert problems(inputs, {"id": "x", "note": "a"}) == ["/note: must have at least 2 characters"]


def test_no_problem_quotes_a_value():
    inputs = {"a": {"type": "integer"}, "b": {"enum": ["x"]}, "c": {"type": "string", "maxLength": 1}}
    assert "hush" not in str(problems(inputs, {"a": "hush-hush", "b": "hush-hush", "c": "hush-hush"}))


def test_defaults_fill_in_what_is_absent():
    spec = ActionSpec(inputs={"a": {"default": 3}, "b": {"default": None}, "c": {}, "d": {"default": 1}})
    assert check_inputs(spec, {"d": 2}) == ({"a": 3, "b": None, "d": 2}, [])


@pytest.mark.parametrize(("value", "kind"), [([1], "array"), ("x", "string"), (None, "null")])
def test_inputs_that_are_no_object_are_refused(value, kind):
    assert problems({}, value) == [f"/: must be an object with the action's inputs, not {kind}"]


def test_an_action_without_inputs_takes_none():
    assert problems({}, {}) == []
    assert problems({}, {"a": 1}) == ["/a: is not an input of this action, which takes none"]


def test_json_is_copied():
    value = {"a": [1, 2.5, None, True, "ö", {"b": ()}]}
    copy = json_copy(value)
    assert copy == {"a": [1, 2.5, None, True, "ö", {"b": []}]}
    assert copy is not value
    assert copy["a"] is not value["a"]


class Loop(dict):
    pass


LOOP = Loop()
LOOP["self"] = LOOP


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "a datetime.datetime at /at"),
        ([decimal.Decimal(1)], "a decimal.Decimal at /0"),
        ({"a": {1, 2}}, "a set at /a"),
        (b"x", "a bytes at /,"),
        ({"a": float("nan")}, "nan at /a"),
        ({"a": {1: "x"}}, "a member at /a whose name is no string: a int"),
        ({"a": "\ud800"}, "half a surrogate pair at /a"),
        ({"\ud800": 1}, "half a surrogate pair at /"),
        (collections.deque(), "a collections.deque at /"),
        (LOOP, "holds itself"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(value, message):
    with pytest.raises(NotJson, match=message):
        json_copy(value)


def test_a_bound_that_no_float_can_hold_is_exact():
    spec = ActionSpec(inputs={"n": {"type": "integer", "minimum": -9223372036854776001, "maximum": 2**60 + 1}})
    for value, well in ((-9223372036854776001, True), (-9223372036854776002, False), (2**60 + 1, True),
                        (2**60 + 2, False)):
        assert (check_inputs(spec, {"n": value})[1] == []) is well
