"""Whether a request is one that an OpenAPI document describes: openapi-core's word, of one operation at a time.

``deepObject`` of lists, and of objects in objects, OpenAPI does not describe and openapi-core does not read. Who
declares it means brackets as qs has them (``a[b][0]=1``): qs_codec, a port of it, reads those, openapi-core judges the
values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
from connectors.openapi.operations import IGNORED
from engine.records import dataclass

Json = Any


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
                part["parameters"] = [one for one in part["parameters"] if not _is_ignored(document.whole(one))]
        others = document.value["paths"] if document.refers_to_paths else {}  # all are slow to look through
        value = {**document.value, "servers": [{"url": address}], "paths": {**others, operation.path: item}}
        body = document.whole(operation.given.get("requestBody")) or {}
        kinds = [kind for kind in body.get("content") or {} if "json" in kind or kind == "*/*"]
        self._api = OpenAPI.from_dict(value, config=Config(
            spec_validator_cls=None,  # the document itself is not judged
            extra_media_type_deserializers=dict.fromkeys(kinds, json.loads),
            style_deserializers_factory=StyleDeserializersFactory(
                oas31_schema_casters_factory if document.is_31 else oas30_write_schema_casters_factory,
                {**style_deserializers, "deepObject": _in_brackets},
            ),
        ))

    def faults(self, arrived: Arrived) -> list[str]:
        """What is wrong with the request; empty where it is one that the document describes."""
        try:
            return [_told(error) for error in self._api.iter_request_errors(_Request(arrived, self._host))]
        except OpenAPIError as error:
            return [_told(error)]

    def read(self, arrived: Arrived) -> tuple[dict[str, dict[str, Json]], Json]:
        """The parameters by their place, and the body, as openapi-core reads them. Raises OpenAPIError."""
        found = self._api.unmarshal_request(_Request(arrived, self._host))
        places = {
            place: {name: _plain(value) for name, value in dict(getattr(found.parameters, place)).items()}
            for place in ("path", "query", "header", "cookie")
        }
        return places, _plain(found.body)


def _is_ignored(parameter: Json) -> bool:
    """Whether OpenAPI says of a parameter that its definition is ignored: a header that something else decides."""
    return (
        isinstance(parameter, dict) and parameter.get("in") == "header"
        and str(parameter.get("name")).lower() in IGNORED
    )


def _in_brackets(explode: bool, name: str, schema_type: str, location: Mapping[str, Json]) -> Json:
    """What openapi-core asks of the style deepObject. Raises KeyError where the name is not there."""
    del explode, schema_type
    pairs = [(key, text) for key, text in _pairs(location) if key == name or key.startswith(f"{name}[")]
    if not pairs:
        raise KeyError(name)
    options = qs_codec.DecodeOptions(depth=50, list_limit=10_000, parameter_limit=100_000)
    return qs_codec.decode(urlencode(pairs), options)[name]


def _pairs(location: Any) -> list[tuple[str, str]]:
    return list(location.items(multi=True))


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
