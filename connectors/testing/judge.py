"""Whether a request is one that an OpenAPI document describes: openapi-core's word, of one operation at a time."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from connectors.openapi.document import Document, Operation
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
        others = document.value["paths"] if document.refers_to_paths else {}  # all are slow to look through
        value = {**document.value, "servers": [{"url": address}], "paths": {**others, operation.path: item}}
        body = document.whole(operation.given.get("requestBody")) or {}
        kinds = [kind for kind in body.get("content") or {} if "json" in kind or kind == "*/*"]
        self._api = OpenAPI.from_dict(value, config=Config(
            spec_validator_cls=None,  # the document itself is not judged
            extra_media_type_deserializers=dict.fromkeys(kinds, json.loads),
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
