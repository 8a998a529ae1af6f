"""The API describes itself: OpenAPI 3.1 from the table of routes and the models, and the routes that serve it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions.app import docs_page
from functions.app.routing import Answer, Anyone, Call, Route, RouteTable
from functions.app.sensitive.asked import HEADER
from functions.app.shapes import base
from functions.app.shapes.triggers import AlertMessage

Json = Any

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_PARAMETERS = {
    "name": "The workflow's name.", "id": "The execution's id: <workflow>:<name>, its colon written %3A.",
    "number": "The version's number.", "step": "The step's id.",
    "key": "The secret's key.", "token": "The token's name.", "grant": "The IAM role's name.",
    "activity": "The activity's name.", "approval": "The approval's id.", "view": "The view's name.",
    "workflow": "The workflow's name.", "trigger": "The trigger's name.", "path": "The webhook's path.",
    "delivery": "The delivery's id: <workflow>:<trigger>.<mark>, its colon written %3A.",
    "run": "The Map Run: its ARN, or the last part of it.",
}


def describing(routes: Callable[[], Sequence[Route]]) -> RouteTable:
    """The routes about `routes`, which are asked for when somebody looks; these are among them."""
    table = RouteTable("About")

    @table.route("GET", "/health", right=Anyone.AT_ALL)
    def health(call: Call[base.Nothing]) -> base.Health:  # noqa: ARG001 - a handler's shape
        """Say that the server answers."""
        return base.Health()

    @table.route("GET", "/openapi.json", right=Anyone.SIGNED_IN)
    def openapi(call: Call[base.Nothing]) -> str:  # noqa: ARG001
        """Describe the API in OpenAPI 3.1."""
        return _text()

    @table.route("GET", "/docs", right=Anyone.SIGNED_IN)
    def documentation(call: Call[base.Nothing]) -> Answer[str]:  # noqa: ARG001
        """Describe the API on a page for people."""
        headers = {"Content-Security-Policy": docs_page.POLICY}
        return Answer(_page(), content_type="text/html; charset=utf-8", headers=headers)

    @cache
    def _text() -> str:
        return json.dumps(document(routes()), separators=(",", ":"))

    @cache
    def _page() -> str:
        return docs_page.render(routes())

    return table


def document(routes: Sequence[Route]) -> dict[str, Json]:
    """The OpenAPI document of `routes`."""
    paths: dict[str, dict[str, Json]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Automate", "version": "1",
            "description": "Workflows in the Amazon States Language: import, publish, run, look. Every answer to a GET "
            "has an ETag and honours If-None-Match.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "webhooks": {"alert": {"post": _alert()}},
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas(routes: Sequence[Route]) -> dict[str, Json]:
    taken = [(route.takes, "validation") for route in routes if route.has_body]
    given = [(route.answers, "serialization") for route in routes if route.answers is not None]
    wanted: list[Any] = list(dict.fromkeys([*taken, *given, (base.ErrorAnswer, "serialization"),
                                           (AlertMessage, "serialization")]))
    _, schema = models_json_schema(wanted, ref_template=_REF)
    return dict(schema["$defs"])


def _alert() -> dict[str, Json]:
    """What the webhook of an alert is called with."""
    return {
        "operationId": "alert", "summary": "Tell an alert to the webhook that a workflow's document names.",
        "tags": ["Triggers"], "security": [],
        "parameters": [{**_header("Idempotency-Key", "The same each time the same alert is sent."), "required": True}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _reference(AlertMessage)}}},
        "responses": {
            "2XX": {"description": "The alert is taken."},
            "default": {"description": "It is sent again for 15 minutes, or given up where that cannot help."},
        },
    }


def _operation(route: Route) -> dict[str, Json]:
    operation: dict[str, Json] = {
        "operationId": route.handler.__name__, "summary": route.summary, "description": route.description,
        "tags": [route.tag], "parameters": _parameters(route), "responses": _responses(route),
    }
    if route.right is Anyone.AT_ALL:
        operation["security"] = []
    if route.has_body:
        body: dict[str, Json] = {"schema": _reference(route.takes)}
        if route.example is not None:
            body["example"] = route.example
        if route.raw:
            operation["requestBody"] = {"required": False, "content": {"*/*": {"schema": {}}}}
            return operation
        required = any(field.is_required() for field in route.takes.model_fields.values())
        operation["requestBody"] = {"required": required, "content": {"application/json": body}}
    return operation


def _parameters(route: Route) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "description": _PARAMETERS[name], "schema": {"type": "string"}}
        for name in _PARAMETER.findall(route.path)
    ]
    if not route.has_body:
        schema = route.takes.model_json_schema(by_alias=True)
        found += [
            {"name": name, "in": "query", "required": name in schema.get("required", ()),
             "description": item.get("description", ""), "schema": item}
            for name, item in schema["properties"].items()
        ]
    if route.method == "GET":
        found.append(_header("If-None-Match", "The ETag you hold: 304 when nothing changed."))
    if route.reveals:
        found.append(_header(HEADER, "Why what is hidden is to be shown, percent-encoded: needs the right reveal."))
    if route.conditional:
        found.append(_header("If-Match", "The ETag you read: 412 when it was changed meanwhile."))
    return found


def _responses(route: Route) -> dict[str, Json]:
    good: dict[str, Json] = {"description": "Done"}
    if route.answers is not None:
        good["content"] = {"application/json": {"schema": _reference(route.answers)}}
    elif route.path == "/docs":
        good["content"] = {"text/html": {"schema": {"type": "string"}}}
    else:
        good["content"] = {"application/json": {"schema": {"type": "object"}}}
    answers: dict[str, Json] = {str(route.status): good}
    if route.method == "GET":
        good["headers"] = {"ETag": {"schema": {"type": "string"}}}
        answers["304"] = {"description": "Nothing changed"}
    wrong = {"application/json": {"schema": _reference(base.ErrorAnswer)}}
    answers["default"] = {"description": "What is wrong, where, and what to do", "content": wrong}
    return answers


def _header(name: str, description: str) -> dict[str, Json]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
