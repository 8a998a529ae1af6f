"""The Studio's types are the API's models."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.cli import reference
from functions.cli.typescript import typescript

ROOT = Path(__file__).parents[4]


def of(schema):
    text = typescript({"components": {"schemas": {"Thing": schema}}})
    return text.partition("export type Json = unknown;\n")[2].strip()


def test_the_types_are_current():
    assert (ROOT / reference.SCHEMA).read_text() == reference.schema(), "run: python -m functions.cli.reference"


@pytest.mark.parametrize(("schema", "written"), [
    ({"type": "string"}, "string"),
    ({"type": "integer", "minimum": 1}, "number"),
    ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
    ({"const": 1}, "1"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
    ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "(string | null)[]"),
    ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}, "[string, number]"),
    ({"type": "array"}, "Json[]"),
    ({"$ref": "#/components/schemas/Other"}, "Other"),
    ({"allOf": [{"$ref": "#/components/schemas/Other"}], "default": None}, "Other"),
    ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
    ({"type": "object"}, "Record<string, Json>"),
    ({"title": "Anything", "default": None}, "Json"),
])
def test_a_shape(schema, written):
    assert of(schema) == f"export type Thing = {written};"


def test_an_object_with_what_is_said_of_it():
    assert of({
        "type": "object", "description": "A thing.", "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "What it is called."}, "of-what": {"type": "string"},
            "in": {"type": "object", "properties": {"x": {"type": "number"}}},
        },
    }) == """\
/** A thing. */
export interface Thing {
  /** What it is called. */
  name: string;
  "of-what"?: string;
  in?: {
    x?: number;
  };
}"""


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="no TypeScript"):
        of({"not": {"type": "string"}})
