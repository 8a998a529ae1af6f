"""A plain schema is one that the draft has nothing against."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.input_schema import SchemaFault, check_schema
from engine.language.schema.plain import _FORMS, MOST_DEPTH, MOST_NODES, plain_nodes
from engine.language.schema.validation import meta_errors

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["string", "array", "a", "^a$", ""]),
    st.lists(st.sampled_from(["string", "null", "a", 1]), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=1),
)
KEYWORDS = st.sampled_from([
    *_FORMS, "properties", "items", "additionalProperties", "$ref", "$schema", "allOf", "other",
])
SCHEMAS = st.recursive(
    st.one_of(st.booleans(), st.dictionaries(KEYWORDS, VALUES, max_size=4)),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["items", "additionalProperties"]), inner, max_size=2),
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2)}),
    ),
    max_leaves=6,
)


@given(SCHEMAS)
def test_the_draft_has_nothing_against_what_is_plain(schema):
    if plain_nodes(schema) is not None:
        assert meta_errors(schema) == []


@pytest.mark.parametrize(("keyword", "value"), [
    ("type", "text"), ("type", []), ("type", ["string", "string"]), ("required", ["a", "a"]), ("required", [1]),
    ("minLength", -1), ("minLength", True), ("minimum", "1"), ("minimum", True), ("enum", "a"), ("title", 1),
    ("uniqueItems", 1), ("properties", []), ("properties", {"a": 1}), ("items", []), ("items", None), ("$ref", "#"),
    ("$schema", "http://json-schema.org/draft-07/schema#"), ("oneOf", [{}]), ("unknown", 1),
])
def test_what_is_not_of_its_form_is_not_plain(keyword, value):
    assert plain_nodes({keyword: value}) is None
    assert plain_nodes({"properties": {"a": {"items": {keyword: value}}}}) is None


def test_every_schema_within_is_found_with_its_way():
    schema = {"properties": {"a": {"items": {"pattern": "x"}}, "b": True}, "additionalProperties": False}
    assert {path for _, path in plain_nodes(schema)} == {(), ("properties", "a"), ("properties", "a", "items")}


@pytest.mark.parametrize("schema", [True, [], None])
def test_a_schema_is_an_object(schema):
    assert plain_nodes(schema) is None


def test_a_large_or_deep_schema_is_not_plain():
    deep = {}
    for _ in range(MOST_DEPTH + 1):
        deep = {"items": deep}
    assert plain_nodes(deep) is None
    assert plain_nodes({"properties": {str(number): {} for number in range(MOST_NODES)}}) is None
    assert plain_nodes({"properties": {str(number): {} for number in range(MOST_NODES - 1)}}) is not None


def test_a_pattern_of_a_plain_schema_compiles():
    with pytest.raises(SchemaFault, match="the pattern") as found:
        check_schema({"properties": {"a": {"pattern": "("}}})
    assert found.value.path == ("properties", "a", "pattern")
