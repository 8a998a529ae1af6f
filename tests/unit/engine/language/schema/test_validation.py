"""JSON Schema within bounds of work, time and depth, by way of the inputs that it is for."""

import itertools
from dataclasses import replace

import pytest

from engine.durable.lifecycle.start_checks import check_input
from engine.errors import InvalidDocument
from engine.language.expr import limits
from engine.language.schema import validation

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def test_references_outside_are_not_followed():
    with pytest.raises(InvalidDocument, match="finds a reference to 'http://127"):
        check_input({"$ref": "http://127.0.0.1:9/schema.json"}, {})


def test_another_draft():
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    with pytest.raises(InvalidDocument):
        check_input(schema, 1)


def refusal(schema, value):
    with pytest.raises(InvalidDocument) as raised:
        check_input(schema, value)
    assert raised.value.where == "/input_schema"
    assert len(raised.value.message) < 400
    return raised.value.message


BOMB, FUSE = "^(a|a)*$", "a" * 40 + "!"


@pytest.mark.parametrize(("schema", "value"), [
    ({"pattern": BOMB}, FUSE),
    ({"$schema": DRAFT, "properties": {"x": {"$ref": "#/$defs/p"}}, "$defs": {"p": {"pattern": BOMB}}}, {"x": FUSE}),
    ({"patternProperties": {BOMB: {}}}, {FUSE: 1}),
    ({"patternProperties": {BOMB: {}}, "additionalProperties": False}, {FUSE: 1}),
    ({"additionalProperties": False, "patternProperties": {BOMB: {}}}, {FUSE: 1}),
    ({"unevaluatedProperties": False, "patternProperties": {BOMB: {}}}, {FUSE: 1}),
    ({"$schema": "https://json-schema.org/draft/2019-09/schema", "unevaluatedProperties": False,
      "patternProperties": {BOMB: {}}}, {FUSE: 1}),
    ({"propertyNames": {"pattern": BOMB}}, {FUSE: 1}),
    ({"anyOf": [{"not": {"pattern": BOMB}}, {"type": "string"}]}, FUSE),
])
def test_a_pattern_that_takes_too_long_is_given_up(schema, value):
    limits.use(replace(limits.current(), seconds=0.02, clock=itertools.count().__next__))
    assert "takes too long: the pattern" in refusal(schema, value)


def test_a_pattern_that_backtracks_does_not_hang():
    with pytest.raises(InvalidDocument, match="does not match"):
        check_input({"pattern": "^(a+)+$"}, "a" * 40 + "!")


MANY = 20_000


@pytest.mark.parametrize("items", [
    [{"a": n} for n in range(MANY)],
    [n if n % 2 else {"a": [n]} for n in range(MANY)],
    [n * (2**61 - 1) for n in range(MANY)],  # Python hashes each of them to 0
], ids=["objects", "mixed", "colliding"])
def test_unique_items_of_many_objects(items):
    assert check_input({"uniqueItems": True}, items) is None
    with pytest.raises(InvalidDocument, match=f"non-unique elements: 0 and {MANY}"):
        check_input({"uniqueItems": True}, [*items, items[0]])


@pytest.mark.parametrize(("items", "unique"), [
    ([1, True, "1", [1], [True], {"a": 1}, {"a": True}, 0, False, None, "null"], True),
    ([1, 1.0], False), ([0, -0.0], False), ([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}], False),
    ([10**400, 10**400 + 1], True), ([2**53, float(2**53)], False), ([2**53 + 1, float(2**53)], True),
    (["\u00e9", "e\u0301"], True), ([[], {}], True), ([[1, 2], [2, 1]], True), ([1e300, 10**300], True),
])
def test_items_are_the_same_as_json_schema_says(items, unique):
    if unique:
        assert check_input({"uniqueItems": True}, items) is None
        assert check_input({"items": False, "prefixItems": [{"enum": [item]} for item in items]}, items) is None
    else:
        with pytest.raises(InvalidDocument, match="non-unique"):
            check_input({"uniqueItems": True}, items)
        assert check_input({"items": {"enum": [items[0]]}}, items) is None


def doubling(step, last):
    """Schemas that apply the next one twice, forty deep: 2^40 applications."""
    return {**{f"a{n}": step({"$ref": f"#/$defs/a{n + 1}"}) for n in range(40)}, "a40": last}


@pytest.mark.parametrize(("schema", "value"), [
    ({"$ref": "#/$defs/a0", "$defs": doubling(lambda ref: {"allOf": [ref, ref]}, {})}, 1),
    ({"$schema": DRAFT, "unevaluatedProperties": False, "$ref": "#/$defs/a0",
      "$defs": doubling(lambda ref: {"dependentSchemas": {"p": ref, "q": ref}}, {})}, {"p": 1, "q": 1}),
    ({"allOf": [{"type": "string"}] * 2_000}, ["y" * 100] * 1_000),
    ({"allOf": [False] * 2_000}, ["y" * 100] * 1_000),
    ({"items": {"enum": [{"a": n} for n in range(1_000)]}}, [{"a": -1}] * 1_000),
    ({"items": {"items": {"type": "integer"}}}, [list(range(1_000))] * 100),
])
def test_work_is_bounded(monkeypatch, schema, value):
    monkeypatch.setattr(validation, "UNITS", 100_000)
    assert "takes too many steps" in refusal(schema, value)


def test_a_million_errors_are_not_collected():
    with pytest.raises(InvalidDocument, match=r"'x' is not of type 'integer' \(and 19 more\)"):
        check_input({"items": {"type": "integer"}}, ["x"] * 1_000_000)


def test_a_large_value_is_not_written_out():
    value = {"k": "v" * 10_000_000}
    for schema in ({"properties": {"k": {"pattern": "w"}}}, {"properties": {"k": {"enum": ["w"]}}}, {"enum": [1]}):
        with pytest.raises(InvalidDocument) as raised:
            check_input(schema, value)
        assert len(raised.value.message) < 400


@pytest.mark.parametrize("schema", [
    {"$ref": "#"}, {"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
    {"$dynamicRef": "#n", "$dynamicAnchor": "n"},
])
def test_a_schema_that_was_published_and_never_ends_is_refused(schema):
    assert "nests too deep" in refusal(schema, 1)


def nested(levels):
    value = {}
    for _ in range(levels):
        value = {"children": [value]}
    return value


TREE = {"$ref": "#/$defs/t", "$defs": {"t": {"properties": {"children": {"items": {"$ref": "#/$defs/t"}}}}}}


def test_a_tree_is_followed_and_one_too_deep_refused():
    assert check_input(TREE, nested(40)) is None
    assert "nests too deep" in refusal(TREE, nested(2_000))


@pytest.mark.parametrize(("schema", "value", "said"), [
    ({"pattern": "(a"}, "a", "finds a pattern that is not a regular expression"),
    ({"$ref": "#/required", "required": ["a"]}, {}, "follows a reference to something that is not a schema"),
    ({"$ref": "#/properties", "properties": {"type": {"type": "string"}}}, {}, "finds an unknown type"),
    ({"multipleOf": 0.1}, 10**400, "meets a number it cannot take"),
    pytest.param({"type": "string"}, 10**5_000, "meets a number it cannot take", id="digits"),
])
def test_what_cannot_be_checked_is_refused_in_words(schema, value, said):
    assert said in refusal(schema, value)


@pytest.mark.parametrize(("schema", "value", "fits"), [
    ({"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]}, {"a": 1}, True),
    ({"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]}, {"a": 1, "b": 2}, False),
    ({"unevaluatedProperties": {"type": "string"}, "properties": {"a": {}}}, {"a": 1, "b": "x"}, True),
    ({"unevaluatedProperties": {"type": "string"}, "properties": {"a": {}}}, {"a": 1, "b": 2}, False),
    ({"unevaluatedProperties": False, "anyOf": [{"properties": {"a": {"const": 2}}}, {"properties": {"b": {}}}]},
     {"a": 1}, False),
    ({"unevaluatedProperties": False, "$ref": "#/$defs/x", "$defs": {"x": {"patternProperties": {"^x": {}}}}},
     {"x1": 1}, True),
    ({"unevaluatedProperties": False, "if": {"required": ["a"]}, "then": {"properties": {"a": {}}}}, {"a": 1}, True),
    ({"unevaluatedProperties": False, "if": {"properties": {"a": {"const": 1}}},
      "else": {"properties": {"a": {}}}}, {"a": 2}, True),
    ({"unevaluatedProperties": False, "dependentSchemas": {"a": {"properties": {"a": {}, "b": {}}}}},
     {"a": 1, "b": 1}, True),
    ({"unevaluatedProperties": False, "not": {"not": {"properties": {"a": {}}}}}, {"a": 1}, False),
    ({"unevaluatedProperties": False, "allOf": [{"additionalProperties": True}]}, {"a": 1}, True),
    ({"unevaluatedProperties": False, "properties": {"p": {"properties": {"a": {}}}}}, {"p": {"a": 1}, "a": 1}, False),
    ({"unevaluatedItems": False, "prefixItems": [{}], "contains": {"type": "string"}}, [1, "a"], True),
    ({"unevaluatedItems": False, "prefixItems": [{}], "contains": {"type": "string"}}, [1, "a", 2], False),
    ({"unevaluatedItems": False, "allOf": [{"items": {}}]}, [1, 2], True),
    ({"unevaluatedItems": {"type": "integer"}, "prefixItems": [{}]}, ["a", 1], True),
    ({"unevaluatedItems": {"type": "integer"}, "prefixItems": [{}]}, ["a", "b"], False),
    ({"additionalProperties": {"type": "string"}, "patternProperties": {"^n": {"type": "number"}}},
     {"n": 1, "s": "x"}, True),
    ({"additionalProperties": {"type": "string"}, "patternProperties": {"^n": {"type": "number"}}},
     {"n": "x"}, False),
    ({"additionalProperties": False, "properties": {"a": {}}}, {"b": 1}, False),
])
def test_what_is_left_over(schema, value, fits):
    if fits:
        assert check_input(schema, value) is None
    else:
        with pytest.raises(InvalidDocument):
            check_input(schema, value)
