"""What a contract run gives to an action, and what the service answers: samples of the document's schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from openapi_schema_validator import OAS30WriteValidator, OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from connectors.builtin.http_calls import body_of as body_read
from connectors.declared.form import Action, ConnectorFile
from connectors.openapi.document import Document, Operation
from connectors.openapi.operations import body_of, is_json, parameters_of
from connectors.openapi.schemas import is_coded, merged
from connectors.testing.samples import sample

Json = Any

SECRET = "contract-secret-4711"  # noqa: S105 - the one that must come back nowhere
_REF = {"$secret": "CONTRACT"}


class NoSample(Exception):
    """There is nothing to call the action with; the text says why."""


class Samples:
    """Of one action and its operation."""

    def __init__(self, file: ConnectorFile, action: Action, document: Document, operation: Operation) -> None:
        self._file, self._action, self._document, self._operation = file, action, document, operation
        self._inputs = {(item.place, item.name or name): name for name, item in action.inputs.items()}
        self._sent: dict[str, Json] = {}

    def given(self, *, full: bool) -> dict[str, Json]:
        """The action's inputs: what is required, or everything. Raises NoSample, NotImportable."""
        params: dict[str, Json] = {}
        for auth in self._file.auth_of(self._action):
            params[auth.secret] = _REF
            if auth.kind == "basic":
                params[auth.user_input] = "someone"
        for parameter in parameters_of(self._document, self._operation):
            place, wire = parameter["in"], parameter["name"]
            if not (full or parameter.get("required") is True or place == "path") or self._is_key(place, wire):
                continue
            name = self._inputs.get((place, wire))
            if name is None:
                raise NoSample(f"no input stands for the {place} parameter {wire}")
            params[name] = self._fitting(
                self._schema(parameter), full=full, what=f"the {place} parameter {wire}", listed=True
            )
        params |= self._body(full=full)
        return params

    def answer(self) -> tuple[int, bytes, str]:
        """A status, a body and its content type, as the document describes a call that works."""
        answers = self._operation.given.get("responses") or {}
        status, given = next(
            ((int(status), self._document.whole(given)) for status, given in answers.items() if str(status)[:1] == "2"
             and str(status).isdecimal()), (200, {}),
        )
        content = (given.get("content") if isinstance(given, dict) else None) or {}
        kind = next((name for name in content if is_json(name)), next(iter(content), ""))
        if not kind or status in (204, 205):
            return status, b"", ""
        if not is_json(kind) and kind != "*/*":
            return status, b"a,b", kind if "*" not in kind else "text/plain"
        schema = (content[kind] or {}).get("schema") or {}
        value = sample(self._document, schema, full=True, writes=False)
        return status, json.dumps(value).encode(), "application/json" if "*" in kind else kind

    def read(self, body: bytes, kind: str) -> Json:
        """What an answer gives."""
        return json.loads(body) if is_json(kind) else body_read(body, kind)

    def pages(self) -> Iterator[tuple[Json, tuple[tuple[str, str], ...]]]:
        """The bodies and headers of two pages, and of an empty one."""
        paging = self._action.paging
        assert paging is not None  # noqa: S101 - asked for those that have pages
        json_type = (("Content-Type", "application/json"),)
        for item, more in (("first", True), ("second", False), (None, False)):
            body: Json = [] if item is None else [self.item(item)]
            if paging.items or paging.next or paging.more:
                whole: dict[str, Json] = {}
                _put(whole, paging.items or "/items", body)
                if paging.next and more:
                    kind = self._action.inputs[paging.input].types
                    _put(whole, paging.next, 2 if kind[:1] == ("integer",) else "second-page")
                if paging.more:
                    _put(whole, paging.more, more)
                body = whole
            link = (("Link", '<?page=2>; rel="next"'),) if paging.kind == "link" and more else ()
            yield body, (*json_type, *link)

    def item(self, name: str) -> Json:
        """The item of a page that is called so."""
        paging = self._action.paging
        if paging is None or not paging.last:
            return name
        made: dict[str, Json] = {}
        _put(made, paging.last, name)
        return made

    def differences(self, places: dict[str, dict[str, Json]], body: Json, params: dict[str, Json]) -> Iterator[str]:
        """Where what openapi-core read is not what was given."""
        for name, item in self._action.inputs.items():
            wire = item.name or name
            if name not in params or item.place not in places or item.as_json:
                continue
            read = places[item.place]
            value = read.get(wire, next((one for key, one in read.items() if key.lower() == wire.lower()), None))
            if value is not None and not _same(value, params[name]):
                yield f"{item.place} {wire} was given as {params[name]!r} and is read as {value!r}"[:300]
        same = _same if self._action.body == "json" else _as_read
        for name, item in self._action.inputs.items() if isinstance(body, dict) else ():
            read = body.get(item.name or name)
            if item.place == "field" and name in params and not same(read, params[name]):
                yield f"the member {item.name or name} is read as {read!r}"[:300]

    def _is_key(self, place: str, wire: str) -> bool:
        key = self._action.idempotency
        return key is not None and key.place == place and key.name.lower() == wire.lower()

    def _body(self, *, full: bool) -> dict[str, Json]:
        chosen = body_of(self._document, self._operation)
        if chosen is None or not (full or chosen[3]):
            return {}
        kind, _, media, _ = chosen
        schema = media.get("schema") or {}
        whole = next((name for name, item in self._action.inputs.items() if item.place == "body"), None)
        if kind in ("text", "bytes"):
            if whole is None:
                raise NoSample("no input stands for the body")
            coded = self._action.inputs[whole].base64 or is_coded(merged(self._document, schema))
            return {whole: "YQ==" if coded else "a"}
        value = self._fitting(schema, full=full, what="the body", listed=kind != "json")
        if whole is not None:
            return {whole: value}
        params: dict[str, Json] = {}
        for wire, one in value.items() if isinstance(value, dict) else ():
            name = self._inputs.get(("field", wire))
            if name is not None:
                params[name] = one
            elif not self._is_key("field", wire):
                raise NoSample(f"no input stands for the body's member {wire}")
        return params

    def _schema(self, parameter: dict[str, Json]) -> Json:
        content = parameter.get("content")
        if isinstance(content, dict) and content:
            return next(iter(content.values())).get("schema") or {}
        return parameter.get("schema") or {}

    def _fitting(self, schema: Json, *, full: bool, what: str, listed: bool) -> Json:
        """A sample that the schema's validator takes: with everything, or else with what is required."""
        why = ""
        for everything in (True, False) if full else (False, True):
            value = sample(self._document, schema, full=everything, listed=listed)
            why = self._unfit(schema, value)
            if not why:
                return value
        raise NoSample(f"no sample fits the schema of {what}: {why}")

    def _unfit(self, schema: Json, value: Json) -> str:
        """What the schema's validator says against `value`, in its words; empty where it fits."""
        root = {"x-sample": schema, **{key: item for key, item in self._document.value.items() if key != "x-sample"}}
        registry: Registry[Json] = Registry().with_resource("urn:document", DRAFT202012.create_resource(root))
        kind = OAS31Validator if self._document.is_31 else OAS30WriteValidator
        try:
            found = next(kind({"$ref": "urn:document#/x-sample"}, registry=registry).iter_errors(value), None)
        except re.error as error:
            return f"the pattern {error.pattern!r} is none of Python's: {error}"
        if found is None:
            return ""
        return str(found.message).removeprefix(f"{value!r} " if isinstance(value, dict | list) else "")


def _put(whole: dict[str, Json], pointer: str, value: Json) -> None:
    *parts, last = pointer.split("/")[1:]
    for part in parts:
        whole = whole.setdefault(part, {})
    whole[last] = value


def _as_read(one: Json, other: Json) -> bool:
    """`_same`, for what openapi-core reads of a form: it leaves out what alternatives in a schema leave open."""
    if one is None:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_as_read(one[name], value) for name, value in other.items() if name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_as_read, one, other))
    return _same(one, other)


def _same(one: Json, other: Json) -> bool:
    """Equal, except what openapi-core makes of formats: texts are compared by their beginning."""
    if isinstance(one, str) and isinstance(other, str):
        return one[:10] == other[:10] or {one, other} == {"a", "YQ=="}
    if isinstance(one, dict) and isinstance(other, dict):
        return all(name in one and _same(one[name], value) for name, value in other.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, str) != isinstance(other, str):
        return str(one) == str(other) or json.dumps(one) == other
    return bool(one == other)

