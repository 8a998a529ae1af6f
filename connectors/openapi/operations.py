"""An operation of an OpenAPI document as an action of a connector file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.declared.form import OURS
from connectors.openapi.document import METHODS, Document, Operation, mapping, sequence
from connectors.openapi.schemas import (
    brief,
    field_of,
    is_bytes,
    is_coded,
    merged,
    properties_of,
    required_of,
    types_of,
    writable,
)

Json = Any

IGNORED = frozenset({"accept", "content-type", "authorization"}) | OURS
"""Header parameters that OpenAPI (4.8.12.1) says mean nothing, and those that are sent anyway."""


_BODIES = (
    ("json", re.compile(r"application/json\b")), ("json", re.compile(r"[^;]*\+json\b")),
    ("form", re.compile(r"application/x-www-form-urlencoded")), ("multipart", re.compile(r"multipart/")),
    ("text", re.compile(r"text/")), ("json", re.compile(r"\*/\*")), ("bytes", re.compile(r"")),
)
"""Kinds of bodies, the one that is preferred first."""

_USUAL = {"json": "application/json", "form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}

_ADDING = ("not", "if", "patternProperties", "dependentSchemas")
"""Words of JSON Schema that tell of members which `properties` does not name."""

_ONLY_REQUIRED = frozenset({"required", "title", "description"})
_DEFAULTS = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")
_KEYS = re.compile(r"(x-)?idempotency-key", re.IGNORECASE)


class NotImportable(Exception):
    """The operation asks for what a connector file cannot say; the text says what."""


def action_of(document: Document, operation: Operation) -> dict[str, Json]:
    """The action. Raises NotImportable, InvalidDocument."""
    given = operation.given
    if operation.method not in METHODS:
        raise NotImportable(f"no connector makes a {operation.method.upper()} request")
    if re.search(r"[?#\s\\]", operation.path) or not operation.path.startswith("/"):
        raise NotImportable("its path has a query, a fragment or a space in it, or does not begin with /")
    action: dict[str, Json] = {"method": operation.method.upper(), "path": operation.path}
    title = brief(given.get("summary"))[:120]
    if title:
        action["title"] = title
    said = brief(given.get("description")) or title
    if said and said != title:
        action["description"] = said
    inputs: dict[str, dict[str, Json]] = {}
    for parameter in parameters_of(document, operation):
        if parameter["in"] == "header" and _KEYS.fullmatch(parameter["name"]):
            action["idempotency"] = _idempotency(document, parameter)
            continue
        _put(inputs, parameter["name"], parameter["in"], _input(document, parameter))
    action |= _body(document, operation, inputs)
    action |= _answer(document, operation)
    if inputs:
        action["inputs"] = inputs
    return action


def parameters_of(document: Document, operation: Operation) -> list[dict[str, Json]]:
    """The parameters, an operation's own before those of its path. Raises NotImportable."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    lists = (sequence(part.get("parameters"), "parameters") for part in (operation.item, operation.given))
    for one in [one for listed in lists for one in listed]:
        parameter = document.whole(one)
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            raise NotImportable("a parameter has no name")
        if not isinstance(parameter.get("in"), str) or parameter["in"] not in _DEFAULTS:
            raise NotImportable(f"the parameter {parameter['name']} stands in {parameter.get('in')}")
        if not parameter["name"] and not parameter.get("required"):
            continue  # some tools write down a row of a form that nobody filled in
        if not parameter["name"]:
            raise NotImportable(f"a parameter of its {parameter['in']} has an empty name")
        if parameter["in"] != "header" or parameter["name"].lower() not in IGNORED:
            found[parameter["in"], parameter["name"]] = parameter
    named = set(re.findall(r"\{([^{}]*)\}", operation.path))
    for name in named - {name for place, name in found if place == "path"}:
        raise NotImportable(f"the path has {{{name}}}, and no parameter is called so")
    return [one for (place, name), one in found.items() if place != "path" or name in named]


def _input(document: Document, parameter: Mapping[str, Json]) -> dict[str, Json]:
    place = parameter["in"]
    content = parameter.get("content")
    schema = parameter.get("schema")
    item: dict[str, Json] = {"in": place}
    if isinstance(content, dict) and content:
        kind, media = next(iter(content.items()))
        schema = mapping(media, f"the content of the parameter {parameter['name']}").get("schema")
        nests = bool({"object", "array"} & {*types_of(document, merged(document, schema))})
        if is_json(kind) or (nests and kind == "*/*"):
            item["as_json"] = True
        elif nests or not kind.startswith(("text/", "*/*")):
            raise NotImportable(f"the parameter {parameter['name']} is written as {kind}")
    required = place == "path" or parameter.get("required") is True
    item |= field_of(document, schema or {}, required=required)
    item["description"] = brief(parameter.get("description")) or item.get("description", "")
    if not item["description"]:
        del item["description"]
    style = parameter.get("style", _DEFAULTS[place])
    if style != _DEFAULTS[place]:
        item["style"] = style
    explode = parameter.get("explode", style == "form")
    if style == "deepObject":
        item["explode"] = True  # the only way that there is
    elif explode != (style == "form"):
        item["explode"] = explode
    if parameter.get("allowReserved") is True and place == "query":
        item["allow_reserved"] = True
    return item


def _idempotency(document: Document, parameter: Mapping[str, Json]) -> dict[str, Json]:
    schema = merged(document, parameter.get("schema") or {})
    more = {"format": "uuid"} if schema.get("format") == "uuid" else {}
    return {"in": "header", "name": parameter["name"], **more}


def _put(inputs: dict[str, dict[str, Json]], wire: str, place: str, item: dict[str, Json]) -> None:
    """Add an input under a name that is its own, `wire` where that can be one."""
    name = re.sub(r"\W+", "_", wire, flags=re.ASCII).strip("_") or "value"
    if name in inputs:
        others = (f"{name}_{place}{'' if number == 1 else number}" for number in range(1, 1000))
        name = next(other for other in others if other not in inputs)
    inputs[name] = item if name == wire else {**item, "name": wire}


def body_of(document: Document, operation: Operation) -> tuple[str, str, dict[str, Json], bool] | None:
    """The body that is sent: its kind, its content type, its media type object, whether it is required."""
    given = document.whole(operation.given.get("requestBody"))
    content = given.get("content") if isinstance(given, dict) else None
    if not isinstance(content, dict) or not content:
        return None
    kind, name = next((kind, name) for kind, like in _BODIES for name in content if like.match(str(name)))
    media = content[name] if isinstance(content[name], dict) else {}
    if kind == "bytes" and is_coded(merged(document, media.get("schema") or {})):
        kind = "text"
    return kind, name, media, given.get("required") is True


def _body(document: Document, operation: Operation, inputs: dict[str, dict[str, Json]]) -> dict[str, Json]:
    """The body's inputs into `inputs`, and what the action says of it."""
    chosen = body_of(document, operation)
    if chosen is None:
        return {}
    kind, name, media, required = chosen
    declared = media.get("schema") or {}
    schema = merged(document, declared)
    action: dict[str, Json] = {} if kind == "json" else {"body": kind}
    if name != _USUAL.get(kind) and "*" not in name:
        action["content_type"] = name
    if kind in ("json", "form", "multipart") and _has_members(schema) and not _is_one_of_many(document, declared):
        needed = required_of(schema) if required else []
        encoding = mapping(media.get("encoding"), "encoding")
        for member, item in writable(document, schema).items():
            field = {"in": "field", **field_of(document, item, required=member in needed)}
            field |= _written(document, kind, item, encoding.get(member))
            _put(inputs, member, "body", field)
        if required:
            action["body_required"] = True
        return action
    if kind == "multipart":
        raise NotImportable("its multipart body has no members that are named")
    field = {"in": "body", **field_of(document, media.get("schema") or {}, required=required)}
    if kind == "bytes":
        field |= {"base64": True, "type": "string"}
        field.pop("format", None)
    elif kind == "text":
        field["type"] = "string"
    _put(inputs, "body", "body", field)
    return action


def is_json(kind: str) -> bool:
    """Whether a media type's bodies are JSON texts: not those of ``application/json-seq``, for one."""
    return re.match(r"\s*(application/json|[^;]*\+json)\s*(;|$)", kind) is not None


def _has_members(schema: Mapping[str, Json]) -> bool:
    """Whether an object's members can be inputs of their own: all are known."""
    if not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        return False
    if schema.get("additionalProperties") not in (None, False) or schema.get("nullable") is True:
        return False
    if any(word in schema for word in _ADDING):
        return False
    if schema.get("type", "object") != "object":
        return False
    return all(
        isinstance(part, dict) and set(part) <= _ONLY_REQUIRED
        for word in ("oneOf", "anyOf") for part in schema.get(word) or []
    )


def _is_one_of_many(document: Document, schema: Json) -> bool:
    """Whether a body is of a schema that others extend: they have members that it does not name."""
    found = document.whole(schema)
    return isinstance(found, dict) and "discriminator" in found


def _written(document: Document, kind: str, schema: Json, encoding: Json) -> dict[str, Json]:
    """How a member of a form is written."""
    more: dict[str, Json] = {}
    whole = merged(document, schema)
    items = merged(document, whole.get("items") or {})
    if kind == "multipart" and (is_bytes(whole) or is_bytes(items)):
        more["base64"] = True
    if not isinstance(encoding, dict):
        return more
    media = str(encoding.get("contentType", ""))
    style, explode = encoding.get("style"), encoding.get("explode")
    if kind == "form" and (style in _STYLES or isinstance(explode, bool)):  # then contentType is ignored (4.8.15.1)
        more["explode"] = explode if isinstance(explode, bool) else style == "form"
        return more | ({"style": style} if style in _STYLES else {})
    if kind in ("form", "multipart") and is_json(media):
        more["as_json"] = True
    elif kind == "multipart" and re.fullmatch(r"[\w.+-]+/[\w.+-]+(\s*;[ -~]*)?", media, re.ASCII):
        more["content_type"] = media
    return more


def _answer(document: Document, operation: Operation) -> dict[str, Json]:
    """What the action says of its answers."""
    action: dict[str, Json] = {}
    responses = mapping(operation.given.get("responses"), "responses")
    answers = {str(status): document.whole(given) for status, given in responses.items()}
    others = [int(status) for status in answers if status.startswith("3") and status.isdecimal()]
    if others:
        action["success"] = others
    content = [
        pair for status, given in answers.items() if status.startswith("2") and isinstance(given, dict)
        for pair in mapping(given.get("content"), "the content of an answer").items()
    ]
    kinds = [str(name) for name, _ in content]
    schema = next(
        (media.get("schema") for name, media in content if is_json(str(name)) and isinstance(media, dict)), None
    )
    outputs = dict(_outputs(document, merged(document, schema or {})))
    if kinds and all(map(is_json, kinds)):
        action["answers"] = "json"
        if kinds[0] != "application/json" and "*" not in kinds[0]:
            action["accept"] = kinds[0]
    elif kinds and not any(map(is_json, kinds)):
        action["accept"] = "*/*"
    if outputs:
        action["outputs"] = outputs
    return action


def _outputs(document: Document, schema: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The members of an answer, for the reader: one level, types and descriptions."""
    for name, item in properties_of(schema).items():
        field = field_of(document, item, deepest=0)
        yield str(name), {key: value for key, value in field.items() if key in ("type", "description")}
