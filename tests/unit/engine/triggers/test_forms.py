"""A form of an input schema: its fields, and what was typed as a value."""

import pytest

from engine.triggers.forms import fields_of, filled

SCHEMA = {
    "type": "object", "required": ["name", "size"],
    "properties": {
        "name": {"type": "string", "title": "Your name", "description": "As on the card.", "minLength": 2},
        "size": {"enum": ["small", "large", 3]},
        "count": {"type": "integer", "default": 1, "minimum": 1}, "share": {"type": "number"},
        "gift": {"type": "boolean", "default": False}, "day": {"type": "string", "format": "date"},
        "note": {"type": "string", "maxLength": 4000}, "tags": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
        "address": {"$ref": "#/$defs/address", "title": "Where to"},
    },
    "$defs": {"address": {"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]+$"}}}},
}


def test_each_property_is_a_field_of_its_kind():
    found = {field.name: field for field in fields_of(SCHEMA)}
    assert list(found) == list(SCHEMA["properties"])
    assert {name: (field.kind, field.of) for name, field in found.items()} == {
        "name": ("line", "string"), "size": ("choice", "any"), "count": ("line", "integer"),
        "share": ("line", "number"), "gift": ("choice", "boolean"), "day": ("line", "string"),
        "note": ("lines", "string"), "tags": ("list", "string"), "numbers": ("list", "integer"),
        "address": ("json", "any"),
    }
    assert (found["name"].title, found["name"].description, found["name"].required) == (
        "Your name", "As on the card.", True
    )
    assert (found["count"].default, found["gift"].default, found["day"].look) == ("1", "no", "date")
    assert found["address"].title == "Where to"


def test_what_a_choice_begins_with_is_one_of_its_choices():
    schema = {"type": "object", "properties": {
        "flag": {"enum": [True, False], "default": True}, "gift": {"type": "boolean", "default": True},
        "size": {"enum": ["small", 3], "default": 3},
    }}
    for field in fields_of(schema):
        assert field.default in [said for said, _ in field.choices], field


def test_a_choice_gives_the_value_of_its_own_type():
    """A number is sent as a number; where a text reads as another choice, each has a label of its own."""
    schema = {"type": "object", "properties": {"level": {"enum": [1, "1", "2", True, "true", None], "default": "1"}}}
    (field,) = fields_of(schema)
    assert [said for said, _ in field.choices] == ["1", '"1"', "2", "true", '"true"', "null"]
    assert field.default == '"1"'
    for said, value in field.choices:
        found = filled([field], {"level": said}, schema).value["level"]
        assert (found, type(found)) == (value, type(value))


def test_a_format_is_checked_of_a_line_and_of_each_line_of_a_list():
    schema = {"type": "object", "required": ["day"], "properties": {
        "day": {"type": "string", "format": "date"},
        "mails": {"type": "array", "items": {"type": "string", "format": "email"}},
        "note": {"type": "string", "format": "date", "maxLength": 4000},
    }}
    fields = fields_of(schema)
    found = filled(fields, {"day": "tomorrow", "mails": "jane@example.com\njoe", "note": "any"}, schema)
    assert found.faults == {"day": "A date, as 2027-01-31.", "mails": "An address of mail, as jane@example.com."}
    typed = {"day": "2027-01-31", "mails": "jane@example.com\n\njoe@example.com"}
    assert filled(fields, typed, schema).faults == {}
    assert filled(fields, {**typed, "mails": ""}, schema).faults == {}


@pytest.mark.parametrize("schema", [
    None, {}, {"type": "array"}, {"type": "object"}, {"properties": []},
    {"properties": {str(n): {} for n in range(101)}},
])
def test_what_is_no_object_is_one_field(schema):
    (field,) = fields_of(schema)
    assert (field.name, field.kind) == ("", "json")
    assert filled([field], {"": '{"a": 1}'}, None).value == {"a": 1}
    assert "not JSON" in filled([field], {"": "{"}, None).faults[""]


def typed(**given):
    return filled(fields_of(SCHEMA), {"name": "Ada", "size": "small", **given}, SCHEMA)


def test_what_is_typed_becomes_a_value_of_the_schema():
    found = typed(
        size="3", count=" 7 ", share="0.5", gift="yes", day="2026-11-27", note="a\r\nb", tags="x\r\n\r\n y ",
        numbers="1\n2", address='{"zip": "10115"}',
    )
    assert found.faults == {}
    assert found.value == {
        "name": "Ada", "size": 3, "count": 7, "share": 0.5, "gift": True, "day": "2026-11-27", "note": "a\nb",
        "tags": ["x", "y"], "numbers": [1, 2], "address": {"zip": "10115"},
    }


def test_an_empty_field_is_none():
    found = typed(count="", gift="", tags=" ", address="")
    assert (found.value, found.faults) == ({"name": "Ada", "size": "small"}, {})


@pytest.mark.parametrize(("given", "place", "said"), [
    ({"name": ""}, "name", "needed"), ({"name": "A"}, "name", "At least 2 characters: here is 1."),
    ({"size": "huge"}, "size", "Choose"),
    ({"count": "x"}, "count", "no number"), ({"count": "1.5"}, "count", "whole number"),
    ({"count": "0"}, "count", "1 or more."), ({"share": "true"}, "share", "no number"),
    ({"gift": "maybe"}, "gift", "Choose"),
    ({"numbers": "1\nx"}, "numbers", "'x' is no number"), ({"address": "{"}, "address", "not JSON"),
    ({"address": '{"zip": "x"}'}, "address", "zip: This is not written as it is wanted (the pattern ^[0-9]+$)."),
    ({"address": "5"}, "address", "This has to be an object."), ({"numbers": "1\n1\n2"}, "numbers", "only once"),
])
def test_what_will_not_do_is_said_at_its_field(given, place, said):
    faults = typed(**given).faults
    assert list(faults) == [place]
    assert said in faults[place]
