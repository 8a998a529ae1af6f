"""A form made from an input schema: its fields, and the value that what was typed into them gives.

    string              a line; a choice with `enum`; several lines where it may be long
    number, integer     a line          boolean     yes or no
    an array of those   one a line      anything else     JSON text

What was typed is kept as text, so that a form that is shown again has lost nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.language.schema.validation import Unchecked, errors
from engine.records import dataclass
from engine.triggers.form_faults import format_fault, in_words
from engine.values import loads

Json = Any

FORM = "form"
"""The trigger's type."""

MOST_FIELDS = 100
LONG = 200
"""Characters: what may be longer has several lines."""

_SCALARS = frozenset({"string", "number", "integer", "boolean"})
_LINES = {"date": "date", "date-time": "text", "time": "time", "email": "email", "uri": "url"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is the property's, "" for the whole value. `kind` is line, lines, choice, list or json; `of` is
    the JSON type of the value, or of a list's elements. `look` is an HTML input's type for a line. `choices` are what
    the texts of a choice stand for. `default` is what it begins with. `format` is the schema's for a text, or for each
    of a list."""

    name: str
    title: str
    description: str
    required: bool
    kind: str
    of: str = "string"
    look: str = "text"
    choices: tuple[tuple[str, Json], ...] = ()
    default: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed. `faults` are by field's name, "" for what is about the whole."""

    value: Json
    faults: Mapping[str, str]


def fields_of(schema: Mapping[str, Json] | None) -> tuple[Field, ...]:
    """The fields of a form for inputs that fit `schema`; a single one for JSON where it describes no object."""
    properties = None if schema is None else schema.get("properties")
    simple = isinstance(properties, dict) and 0 < len(properties) <= MOST_FIELDS
    if schema is None or not simple or schema.get("type", "object") != "object" or not isinstance(properties, dict):
        return (Field("", "Input", "JSON.", required=True, kind="json", of="any", default="{}"),)
    required = schema.get("required", [])
    return tuple(
        _field(name, _resolved(schema, found), required=name in required) for name, found in properties.items()
    )


def filled(fields: Sequence[Field], typed: Mapping[str, str], schema: Json) -> Filled:
    """The value that `typed`, by field's name, gives, and what is wrong with it."""
    faults: dict[str, str] = {}
    value: dict[str, Json] = {}
    whole: Json = value
    for field in fields:
        text = typed.get(field.name, "")
        if not text.strip() and field.name and not (field.required and field.kind == "line" and text):
            continue  # an empty field is none: a required one is missed below
        try:
            found = _read(field, text)
        except ValueError as error:
            faults[field.name] = str(error)
            continue
        if field.name:
            value[field.name] = found
        else:
            whole = found
    if not faults or schema is not None:
        for name, said in _schema_faults(schema, whole, {field.name for field in fields}).items():
            faults.setdefault(name, said)
    return Filled(whole, faults)


def _schema_faults(schema: Json, value: Json, names: set[str]) -> dict[str, str]:
    if schema is None:
        return {}
    found: dict[str, str] = {}
    try:
        for error in errors(schema, value):
            if error.validator == "required" and not error.absolute_path:
                for name in error.validator_value:
                    if name in names and name not in value:
                        found.setdefault(name, "This is needed.")
                continue
            first = str(error.absolute_path[0]) if error.absolute_path else ""
            place = first if first in names else ""
            inner = "/".join(str(part) for part in list(error.absolute_path)[1:])
            said = in_words(str(error.validator), error.validator_value, error.instance)
            found.setdefault(place, f"{inner}: {said}" if inner and place else said)
    except Unchecked as error:
        found.setdefault("", f"It cannot be checked: {error}.")
    return found


def _field(name: str, schema: Json, *, required: bool) -> Field:
    said = schema if isinstance(schema, dict) else {}
    title, description = str(said.get("title") or name), str(said.get("description") or "")
    kind, of, look, choices = _kind(said)
    default = said.get("default")
    text = "" if default is None else _text(default, kind, of)
    text = next((label for label, value in choices if value == default and type(value) is type(default)), text)
    texts = said["items"] if kind == "list" else said
    return Field(name, title, description, required, kind, of, look, choices, text, str(texts.get("format") or ""))


def _kind(schema: Mapping[str, Json]) -> tuple[str, str, str, tuple[tuple[str, Json], ...]]:
    given = schema.get("type")
    enum = schema.get("enum")
    if isinstance(enum, list) and enum and not any(isinstance(each, dict | list) for each in enum):
        return "choice", "any", "text", _choices(enum)
    if given == "boolean":
        return "choice", "boolean", "text", (("yes", True), ("no", False))
    if given in ("number", "integer"):
        return "line", str(given), "text", ()
    if given == "string":
        long = int(schema.get("maxLength") or 0) > LONG or schema.get("format") == "textarea"
        return ("lines" if long else "line"), "string", _LINES.get(str(schema.get("format")), "text"), ()
    items = schema.get("items")
    if given == "array" and isinstance(items, dict) and items.get("type") in _SCALARS:
        return "list", str(items["type"]), "text", ()
    return "json", "any", "text", ()


def _resolved(root: Mapping[str, Json], schema: Json) -> Json:
    """A local reference followed once; what it stands beside stays."""
    if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
        return schema
    at: Json = root
    for part in schema["$ref"].removeprefix("#").strip("/").split("/"):
        at = at.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
    rest = {name: value for name, value in schema.items() if name != "$ref"}
    return {**at, **rest} if isinstance(at, dict) else schema


def _read(field: Field, text: str) -> Json:
    """Raises ValueError with a sentence."""
    text = text.replace("\r\n", "\n")
    if field.kind == "choice":
        for said, value in field.choices:
            if said == text:
                return value
        raise ValueError("Choose one of these.")
    if field.kind == "list":
        return [_scalar(field, line.strip()) for line in text.split("\n") if line.strip()]
    if field.kind == "json":
        try:
            return loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"This is not JSON: {error}") from None
    return text if field.kind == "lines" else _scalar(field, text)


def _scalar(field: Field, text: str) -> Json:
    of = field.of
    if of == "string":
        fault = format_fault(field.format, text)
        if fault is not None:
            raise ValueError(fault)
        return text
    if of == "boolean":
        if text.lower() in ("yes", "true", "no", "false"):
            return text.lower() in ("yes", "true")
        raise ValueError(f"{text!r} is neither yes nor no.")
    try:
        value = loads(text.strip())
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{text!r} is no number.")  # noqa: TRY004  what was typed, not what this was given
    if of == "integer" and value != int(value):
        raise ValueError(f"{text!r} is no whole number.")
    return value


def _choices(enum: Sequence[Json]) -> tuple[tuple[str, Json], ...]:
    """Each by a text of its own: a string that reads as another of them does (1 and "1") stands in quotes."""
    others = {json.dumps(each) for each in enum if not isinstance(each, str)}
    return tuple(
        (json.dumps(each) if isinstance(each, str) and each in others else _label(each), each) for each in enum
    )


def _label(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _text(value: Json, kind: str, of: str) -> str:
    if (kind, of) == ("choice", "boolean") and isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "list" and isinstance(value, list):
        return "\n".join(_label(each) for each in value)
    return _label(value) if kind != "json" else json.dumps(value, indent=2, ensure_ascii=False)
