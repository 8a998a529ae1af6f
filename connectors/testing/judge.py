"""Whether a request is one that an OpenAPI document describes: openapi-core's word, of one operation at a time.

``deepObject`` of lists, and of objects in objects, OpenAPI does not describe and openapi-core does not read. Who
declares it means brackets as qs has them (``a[b][0]=1``): qs_codec, a port of it, reads those, openapi-core judges the
values.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import qs_codec
from openapi_core import Config, OpenAPI
from openapi_core.casting.schemas import oas30_write_schema_casters_factory, oas31_schema_casters_factory
from openapi_core.datatypes import RequestParameters
from openapi_core.deserializing.styles import StyleDeserializersFactory, style_deserializers
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from connectors.openapi.document import Document, Operation
from connectors.openapi.operations import IGNORED, is_json
from connectors.openapi.schemas import is_bytes, is_coded, merged, types_of
from engine.records import dataclass

Json = Any

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class _Request:
    """The shape that openapi-core takes."""

    def __init__(self, arrived: Arrived, host_url: str) -> None:
        parts = urlsplit(arrived.target)
        cookies = SimpleCookie(arrived.headers.get("cookie", ""))
        path = "%2F".join(unquote(part) for part in re.split("%2F", parts.path, flags=re.IGNORECASE))
        self.host_url, self.path, self.method = host_url, path, arrived.method.lower()  # as a server hands it on
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)), header=Headers(arrived.headers),
            cookie=ImmutableMultiDict({name: item.value for name, item in cookies.items()}),
        )
        self.content_type = arrived.headers.get("content-type", "")
        self.body = arrived.body or None


class Judge:
    """Judges requests to one operation at `address`."""

    def __init__(self, document: Document, operation: Operation, address: str) -> None:
        parts = urlsplit(address)
        self._host = f"{parts.scheme}://{parts.netloc}"
        item = {key: value for key, value in operation.item.items() if key not in ("servers", "$ref")}
        item[operation.method] = {key: value for key, value in operation.given.items() if key != "servers"}
        for part in (item, item[operation.method]):
            if part.get("parameters"):
                whole = (document.whole(one) for one in part["parameters"])
                part["parameters"] = [_one_typed(document, one) for one in whole if not _is_ignored(one)]
        body = document.whole(operation.given.get("requestBody")) or {}
        if body.get("content"):
            content = {kind: _form(document, kind, media) for kind, media in body["content"].items()}
            item[operation.method]["requestBody"] = {**body, "content": content}
        others = document.closed["paths"] if document.refers_to_paths else {}  # all are slow to look through
        value = {**document.closed, "servers": [{"url": address}], "paths": {**others, operation.path: item}}
        if schemes := (value.get("components") or {}).get("securitySchemes"):
            known = {name: _sent(document.whole(scheme)) for name, scheme in schemes.items()}
            value["components"] = {**value["components"], "securitySchemes": known}
        kinds = [kind for kind in body.get("content") or {} if "json" in kind or kind == "*/*"]
        coded = [kind for kind, media in (body.get("content") or {}).items() if _is_coded(document, media)]
        self._api = OpenAPI.from_dict(value, config=Config(
            spec_validator_cls=None,  # the document itself is not judged
            extra_media_type_deserializers=dict.fromkeys(coded, bytes.decode) | dict.fromkeys(kinds, json.loads),
            style_deserializers_factory=StyleDeserializersFactory(
                oas31_schema_casters_factory if document.is_31 else oas30_write_schema_casters_factory,
                {**style_deserializers, **_OWN_READERS},
            ),
        ))

    def faults(self, arrived: Arrived) -> list[str]:
        """What is wrong with the request; empty where it is one that the document describes."""
        try:
            with _unwarned():
                return [_told(error) for error in self._api.iter_request_errors(_Request(arrived, self._host))]
        except OpenAPIError as error:
            return [_told(error)]

    def read(self, arrived: Arrived) -> tuple[dict[str, dict[str, Json]], Json]:
        """The parameters by their place, and the body, as openapi-core reads them. Raises OpenAPIError."""
        with _unwarned():
            found = self._api.unmarshal_request(_Request(arrived, self._host))
        places = {
            place: {name: _plain(value) for name, value in dict(getattr(found.parameters, place)).items()}
            for place in ("path", "query", "header", "cookie")
        }
        return places, _plain(found.body)


@contextmanager
def _unwarned() -> Iterator[None]:
    """What a document calls deprecated is judged as anything else: openapi-core warns of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="openapi_core")
        yield


def _sent(scheme: Json) -> Json:
    """A security scheme as openapi-core can look for it: what OAuth2 and OpenID Connect give is sent as a bearer token
    (RFC 6750)."""
    is_bearer = isinstance(scheme, dict) and scheme.get("type") in ("oauth2", "openIdConnect")
    return {"type": "http", "scheme": "bearer"} if is_bearer else scheme


def _is_ignored(parameter: Json) -> bool:
    """Whether OpenAPI says of a parameter that its definition is ignored: a header that something else decides."""
    return (
        isinstance(parameter, dict) and parameter.get("in") == "header"
        and str(parameter.get("name")).lower() in IGNORED
    )


def _one_typed(document: Document, part: Json, depth: int = 0) -> Json:
    """`part` with one type where it has a list of them (OpenAPI 3.1), which openapi-core cannot read out of a parameter
    or a form: the one that is not null, or none where there are several. null cannot be written in either."""
    part = document.whole(part)
    if not document.is_31 or depth > _DEEPEST or not isinstance(part, dict):
        return part
    found = dict(part)
    for name, one in part.items():
        if name in ("schema", "items"):
            found[name] = _one_typed(document, one, depth + 1)
        elif name == "properties" and isinstance(one, dict):
            found[name] = {key: _one_typed(document, value, depth + 1) for key, value in one.items()}
        elif name in ("allOf", "oneOf", "anyOf") and isinstance(one, list):
            found[name] = [_one_typed(document, value, depth + 1) for value in one]
    if isinstance(found.get("type"), list):
        kinds = [kind for kind in found.pop("type") if kind != "null"]
        found |= {"type": kinds[0]} if len(kinds) == 1 else {}
    return found


def _form(document: Document, kind: str, media: Json) -> Json:
    """The media type object of a form as openapi-core can read it. Of a multipart body it takes every part for a text:
    numbers and truth values are written as JSON writes them, and are read as that, and files as texts."""
    if not isinstance(media, dict) or not kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
        return media
    schema = _one_typed(document, media.get("schema") or {})
    if not kind.startswith("multipart/") or not isinstance(schema.get("properties"), dict):
        return {**media, "schema": schema}
    parts, encoding = dict(schema["properties"]), dict(media.get("encoding") or {})
    for name, one in parts.items():
        part = merged(document, one)
        items = merged(document, part.get("items") or {})
        if not is_json(str((encoding.get(name) or {}).get("contentType", "application/json"))):
            encoding[name] = {"contentType": "text/plain"}  # of others it makes bytes, or what XML says
        if is_bytes(part):
            parts[name] = {"type": "string"}
        elif is_bytes(items):
            parts[name] = {"type": "array", "items": {"type": "string"}}
        elif {*types_of(document, part), *types_of(document, items)} & {"integer", "number", "boolean"}:
            encoding.setdefault(name, {"contentType": "application/json"})
    return {**media, "schema": {**schema, "properties": parts}, "encoding": encoding}


def _is_coded(document: Document, media: Json) -> bool:
    """Whether a body is a text that stands for bytes; of an image's openapi-core takes it for the bytes."""
    return isinstance(media, dict) and is_coded(merged(document, media.get("schema") or {}))


def _in_brackets(explode: bool, name: str, schema_type: str, location: Mapping[str, Json]) -> Json:
    """What openapi-core asks of the style deepObject. Raises KeyError where the name is not there."""
    del explode, schema_type
    pairs = [(key, text) for key, text in _pairs(location) if key == name or key.startswith(f"{name}[")]
    if not pairs:
        raise KeyError(name)
    options = qs_codec.DecodeOptions(depth=50, list_limit=10_000, parameter_limit=100_000)
    return qs_codec.decode(urlencode(pairs), options)[name]


def _by_sign(style: str, sign: str) -> Any:
    """openapi-core's reader of a style in paths: it looks for the value under RFC 6570's word for it (``;name*``)."""
    def read(explode: bool, name: str, schema_type: str, location: Mapping[str, Json]) -> Json:
        value = location[name]
        quoted = {f"{sign}{name}": value, f"{sign}{name}*": value}
        return style_deserializers[style](explode, name, schema_type, quoted)

    return read


def _spaced(explode: bool, name: str, schema_type: str, location: Mapping[str, Json]) -> Json:
    """openapi-core's reader of spaceDelimited, which wants the spaces as they were on the wire."""
    quoted = {name: str(location[name]).replace(" ", "%20")}
    return style_deserializers["spaceDelimited"](explode, name, schema_type, quoted)


def _or_json(explode: bool, name: str, schema_type: str, location: Mapping[str, Json]) -> Json:
    """openapi-core's reader of the style form. An object in a form for which no style is given is JSON (OpenAPI 3.0.4,
    3.1.1: Encoding Object), and so is one in a list."""
    texts = [text for key, text in _pairs(location) if key == name] if explode else []
    if texts and all(text.startswith("{") for text in texts) and schema_type in ("object", "array"):
        values = [json.loads(text) for text in texts]
        return values if schema_type == "array" else values[0]
    return style_deserializers["form"](explode, name, schema_type, location)


_OWN_READERS = {
    "matrix": _by_sign("matrix", ";"), "label": _by_sign("label", "."), "spaceDelimited": _spaced, "form": _or_json,
    "deepObject": _in_brackets,
}


def _pairs(location: Any) -> list[tuple[str, str]]:
    return list(location.items(multi=True) if hasattr(location, "getlist") else location.items())


def _told(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    cause = error.__cause__
    while cause is not None:
        more = getattr(cause, "schema_errors", None)
        if more:
            text += f": {'; '.join(str(one.message) for one in list(more)[:3])}"
        cause = cause.__cause__
    return " ".join(f"{type(error).__name__}: {text}".split())[:400]


def _plain(value: Json) -> Json:
    """What openapi-core made of formats, as JSON has it."""
    if hasattr(value, "__dataclass_fields__"):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if value is None or isinstance(value, str | int | float) else str(value)
