"""The API's models as TypeScript, for the Studio: ``studio_static/src/api/schema.ts``, made from the OpenAPI document.

A deliberately small reader of JSON Schema: it knows what pydantic writes for the models of functions.app.shapes
(objects, arrays, unions, enumerations, references, any JSON) and refuses a keyword it would have to ignore. Run by
``python -m functions.cli.reference``; a test holds the file current.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_OPENING = """\
// Made by python -m functions.cli.reference from the OpenAPI document: edit functions/app/shapes, not this.

/** Any JSON value. */
export type Json = unknown;
"""
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_REFERENCE = "#/components/schemas/"


def typescript(document: Schema) -> str:
    """The types of every model in an OpenAPI document, by name.

    Raises:
        ValueError: a schema says something that this cannot express.
    """
    schemas: Schema = document["components"]["schemas"]
    return _OPENING + "".join(_declaration(name, schemas[name]) for name in sorted(schemas))


def _declaration(name: str, schema: Schema) -> str:
    said = _comment(schema.get("description"), "")
    if schema.get("type") == "object" and "properties" in schema:
        return f"\n{said}export interface {_name(name)} {_members(schema, '')}\n"
    return f"\n{said}export type {_name(name)} = {_type(schema, '')};\n"


def _type(schema: Schema | bool, indent: str) -> str:  # noqa: C901, PLR0911 - one case for each shape pydantic writes
    match schema:
        case bool():
            return "Json"
        case {"$ref": str(reference)}:
            return _name(reference.removeprefix(_REFERENCE))
        case {"const": value}:
            return json.dumps(value)
        case {"enum": list(values)}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": list(parts)} | {"oneOf": list(parts)}:
            return " | ".join(dict.fromkeys(_type(part, indent) for part in parts))
        case {"allOf": [part]}:
            return _type(part, indent)
        case {"type": "array", "prefixItems": list(parts)}:
            return f"[{', '.join(_type(part, indent) for part in parts)}]"
        case {"type": "array"}:
            return _array(_type(schema.get("items", True), indent))
        case {"type": "object", "properties": _}:
            return _members(schema, indent)
        case {"type": "object"}:
            return f"Record<string, {_type(schema.get('additionalProperties', True), indent)}>"
        case {"type": str(kind)}:
            return _PLAIN[kind]
        case dict() if not {"allOf", "not", "if", "patternProperties"} & set(schema):
            return "Json"  # only words about it: a title, a description, a default
    raise ValueError(f"no TypeScript for {json.dumps(schema)}")


def _array(item: str) -> str:
    return f"({item})[]" if " | " in item else f"{item}[]"


def _members(schema: Schema, indent: str) -> str:
    required = schema.get("required", ())
    inner = indent + "  "
    lines = []
    for name, member in schema["properties"].items():
        shown = name if _IDENTIFIER.match(name) else json.dumps(name)
        optional = "" if name in required else "?"
        said = _comment(member.get("description"), inner) if isinstance(member, dict) else ""
        lines.append(f"{said}{inner}{shown}{optional}: {_type(member, inner)};\n")
    if isinstance(schema.get("additionalProperties"), dict) or schema.get("additionalProperties") is True:
        lines.append(f"{inner}[name: string]: Json;\n")
    return "{\n" + "".join(lines) + indent + "}"


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    lines = text.strip().replace("*/", "*\u200b/").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _name(name: str) -> str:
    return re.sub(r"\W", "_", name)
