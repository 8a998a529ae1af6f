"""Marks in a JSON Schema: which places they mark, and whether a pointer leads anywhere."""

from __future__ import annotations

import pytest

from engine.language.sensitive.places import parse_pointer, written
from engine.language.sensitive.schemas import misplaced, missing_part, schema_marks

YES = {"x-sensitive": True}


def marks(schema):
    return sorted(map(written, schema_marks(schema)))


@pytest.mark.parametrize(("schema", "places"), [
    (YES, [""]),
    ({"x-sensitive": False, "properties": {"a": {"x-sensitive": False}}}, []),
    ({"properties": {"a": {"properties": {"b/c": YES}}}}, ["/a/b~1c"]),
    ({"items": YES}, ["/*"]),
    ({"prefixItems": [{}, YES], "items": {"properties": {"x": YES}}}, ["/*/x", "/1"]),
    ({"items": [YES, {}], "$schema": "http://json-schema.org/draft-07/schema#"}, ["/0"]),
    ({"additionalProperties": {"properties": {"x": YES}}}, ["/*/x"]),
    ({"patternProperties": {"^k": YES}}, ["/*"]),
    ({"allOf": [{"properties": {"a": YES}}], "anyOf": [{"properties": {"b": YES}}]}, ["/a", "/b"]),
    ({"if": {}, "then": {"properties": {"a": YES}}, "else": {"properties": {"b": YES}}}, ["/a", "/b"]),
    ({"dependentSchemas": {"k": {"properties": {"a": YES}}}}, ["/a"]),
    ({"properties": {"p": {"$ref": "#/$defs/P"}}, "$defs": {"P": {"properties": {"ssn": YES}}}}, ["/p/ssn"]),
    ({"properties": {"p": {"$ref": "#who"}}, "$defs": {"P": {"$anchor": "who", **YES}}}, ["/p"]),
    ({"properties": {"p": {"$ref": "#/$defs/a~1b%20c"}}, "$defs": {"a/b c": YES}}, ["/p"]),
    ({"properties": {"a": {"properties": {"inner": YES}, **YES}}}, ["/a"]),  # the whole covers its parts
])
def test_it_marks_what_it_is_applied_to(schema, places):
    assert marks(schema) == places


def test_a_schema_that_applies_itself_marks_at_any_depth():
    tree = {"$ref": "#/$defs/node", "$defs": {"node": {"properties": {
        "secret": YES, "children": {"items": {"$ref": "#/$defs/node"}},
    }}}}
    assert marks(tree) == ["/**/secret", "/secret"]


def test_schemas_that_refer_to_one_another_many_times_are_walked_once():
    definitions = {str(at): {"properties": {"a": {"$ref": f"#/$defs/{at + 1}"}, "b": {"$ref": f"#/$defs/{at + 1}"}}}
                   for at in range(8)}
    found = schema_marks({"$ref": "#/$defs/0", "$defs": {**definitions, "8": YES}})
    assert found  # 256 places
    assert schema_marks({"$ref": "#/$defs/0", "$defs": {**definitions, "8": {}}}) == frozenset()


@pytest.mark.parametrize(("schema", "at", "says"), [
    ({"$defs": {"lost": YES}}, ("$defs", "lost", "x-sensitive"), "marks nothing: no input is held against"),
    ({"propertyNames": YES}, ("propertyNames", "x-sensitive"), "marks the names of members"),
    ({"properties": {"a": {"x-sensitive": "yes"}}}, ("properties", "a", "x-sensitive"), "is true or false"),
])
def test_a_mark_that_marks_nothing_is_told(schema, at, says):
    [fault] = misplaced(schema)
    assert fault.path == at
    assert says in fault.why


KNOWN = {
    "properties": {
        "card": {"properties": {"number": {"type": "string"}}},
        "people": {"items": {"$ref": "#/$defs/P"}}, "free": {"type": "object"}, "any": {},
        "more": {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        "keyed": {"properties": {"a": {}}, "patternProperties": {"^x-": {"type": "string"}}},
        "either": {"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
    },
    "$defs": {"P": {"properties": {"ssn": {"type": "string"}}}},
}


@pytest.mark.parametrize("pointer", [
    "", "/card", "/card/number", "/people", "/people/*", "/people/*/ssn", "/people/0/ssn", "/free/what/ever", "/any/x",
    "/more/other", "/keyed/x-1", "/either/a", "/either/b",
])
def test_a_pointer_that_leads_somewhere(pointer):
    assert missing_part(KNOWN, parse_pointer(pointer)) is None


@pytest.mark.parametrize(("pointer", "part", "known"), [
    ("/crad/number", 0, "card"), ("/card/numbr", 1, "number"), ("/people/*/sn", 2, "ssn"), ("/keyed/y", 1, "a"),
    ("/card/number/deeper", 2, None), ("/either/c", 1, "a"),
])
def test_a_pointer_that_leads_nowhere(pointer, part, known):
    missing = missing_part(KNOWN, parse_pointer(pointer))
    assert missing is not None
    assert missing[0] == part
    assert known is None or known in missing[1]
