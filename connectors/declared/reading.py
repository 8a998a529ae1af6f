"""The text of a connector file, YAML or JSON, read and checked; every fault with its file, line and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from connectors.declared.adapter import MAX_PAGES
from connectors.declared.form import OURS, TOKEN, VARIABLE, Action, Auth, ConnectorFile
from connectors.mcp.tools import digest_of
from engine.errors import InvalidDocument, json_pointer
from engine.language.asl.source import Source, parse_text

Json = Any
Place = tuple[str | int, ...]
Fault = tuple[Place, str]

ADVICE = "docs/connector-files.md describes the form; an editor checks it by docs/connector.schema.json."


def read_file(text: str, name: str) -> ConnectorFile:
    """The file called `name`. Raises InvalidDocument: its `details` have every fault with its place, such as
    ``crm.yaml:12:7``."""
    quick = _quickly(text, name) if name.endswith(".json") else None
    if quick is not None:
        return quick
    try:
        source = parse_text(text, name=name)
    except InvalidDocument as error:
        raise InvalidDocument(
            f"{error.message}" + (f" ({error.where})" if error.where else ""), where=name, advice=error.advice
        ) from None
    try:
        file = ConnectorFile.model_validate(source.value)
    except ValidationError as error:
        raise _refusal(source, [_fault(item, source.value) for item in error.errors(include_url=False)]) from None
    faults = list(_faults(file, name))
    if faults:
        raise _refusal(source, faults)
    return file


def faults_of(value: Json, code: str) -> list[Fault]:
    """What is at fault in a file's value."""
    try:
        file = ConnectorFile.model_validate(value)
    except ValidationError as error:
        return [_fault(item, value) for item in error.errors(include_url=False)]
    return list(_faults(file, code))


def _quickly(text: str, name: str) -> ConnectorFile | None:
    """A JSON file that has no fault; None where there may be one: whoever says it, needs its place."""
    try:
        file = ConnectorFile.model_validate(json.loads(text, object_pairs_hook=_once))
    except ValueError:  # of JSON, of a name that stands twice, of pydantic
        return None
    return None if any(_faults(file, name)) else file


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def compiled(text: str, name: str) -> str:
    """The same as JSON, checked: what a process without PyYAML reads. Raises InvalidDocument."""
    file = read_file(text, name)
    return json.dumps(file.model_dump(mode="json", by_alias=True, exclude_unset=True), separators=(",", ":"))


def _fault(error: Any, value: Json) -> Fault:
    """One of pydantic's, in our words. Its place leaves out the steps that are no members of the value."""
    place: list[str | int] = []
    for step in error["loc"]:
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            value = value[step]
            place.append(step)
        elif error["type"] == "missing":
            return tuple(place), f"{step} is missing"
    last = error["loc"][-1] if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return tuple(place), f"{last} is not known here"
    return tuple(place), str(error["msg"]).removeprefix("Value error, ").replace("Input should", "it should")


def _faults(file: ConnectorFile, name: str) -> Iterator[Fault]:
    """What no single member shows."""
    stem = PurePath(name).name.partition(".")[0]
    if file.code != stem:
        yield ("code",), f"the file is called {stem}, and its code is {file.code}; they must be the same"
    for variable in VARIABLE.findall(file.base_url):
        if variable not in file.variables:
            yield ("base_url",), f"{{{variable}}} is none of the variables; add it to them"
    for code, action in file.actions.items():
        for place, message in _of_action(file, action):
            yield ("actions", code, *place), message


def _of_action(file: ConnectorFile, action: Action) -> Iterator[Fault]:
    for variable in VARIABLE.findall(action.base_url):
        if variable not in file.variables:
            yield ("base_url",), f"{{{variable}}} is none of the variables; add it to them"
    for name, item in action.inputs.items():
        if item.required and item.has_default:
            yield ("inputs", name), f"{name} is required and has a default; it can only be one of them"
    if action.paging is not None and action.paging.input:
        counted = action.inputs.get(action.paging.input)
        if counted is None:
            yield ("paging", "input"), f"{action.paging.input} is no input of the action"
        elif action.paging.kind in ("page", "offset") and counted.type != "integer":
            yield ("paging", "input"), f"{action.paging.input} is counted: its type must be integer"
    yield from _of_auth(file.auth_of(action))
    yield from _of_headers(action)
    yield from _of_tool(file, action)
    yield from _of_path(action)
    yield from _of_body(action)
    yield from _taken_twice(file, action)


def _of_auth(auth: Sequence[Auth]) -> Iterator[Fault]:
    """All of a list are sent, and a header is sent once: of those that share one, a call must be able to do without."""
    headers = [one.header for one in auth if one.header is not None and not one.optional]
    for name in sorted({name for name in headers if headers.count(name) > 1}):
        yield ("auth",), f"two of auth are sent in the header {name.title()}, which a request has once: leave one out"


def _of_headers(action: Action) -> Iterator[Fault]:
    key = action.idempotency
    given: list[tuple[Place, str]] = [
        (("inputs", name), item.name or name) for name, item in action.inputs.items() if item.place == "header"
    ]
    given += [(("idempotency", "name"), key.name)] if key is not None and key.place == "header" else []
    for place, name in given:
        if not re.match(TOKEN, name):
            yield place, f"{name!r} is no name of a header"
        elif name.lower() in OURS:
            yield place, f"the header {name} follows from the address and the body; it cannot be given"


def _of_tool(file: ConnectorFile, action: Action) -> Iterator[Fault]:
    tool = action.tool
    if tool is None:
        if file.mcp is not None:
            yield ("method",), "mcp of the file says that each action calls a tool; this one has none"
    elif file.mcp is None:
        yield ("tool",), "the file has no mcp, which says that its address is an MCP server's"
    else:
        if tool.digest != digest_of(tool.definition):
            yield ("tool", "digest"), (
                "it is not the definition's: what a server says of a tool is accepted by automate connectors import mcp"
            )
        if action.method != "POST" or action.paging is not None or action.body != "json":
            yield ("method",), "a tool is called by POST with JSON, and has no pages"


def _of_path(action: Action) -> Iterator[Fault]:
    inputs = {name: item for name, item in action.inputs.items() if item.place == "path"}
    placed, names = VARIABLE.findall(action.path), [item.name or name for name, item in inputs.items()]
    for name in placed:
        if name not in names:
            yield ("path",), f"{{{name}}} is no input of the action; add it to its inputs with in: path"
    for name, item in inputs.items():
        if (item.name or name) not in placed:
            yield ("inputs", name), f"{name} stands nowhere in the path; write {{{item.name or name}}} there"
        elif not (item.required or item.has_default):
            yield ("inputs", name), f"{name} stands in the path, so it must be required or have a default"


def _of_body(action: Action) -> Iterator[Fault]:
    whole = [name for name, item in action.inputs.items() if item.place == "body"]
    fields = [name for name, item in action.inputs.items() if item.place == "field"]
    if whole and fields:
        yield ("inputs", fields[0]), f"{whole[0]} is the whole body, so {fields[0]} cannot be a member of it"
    if len(whole) > 1:
        yield ("inputs", whole[1]), f"{whole[0]} is the whole body already"
    if action.body in ("text", "bytes") and fields:
        yield ("body",), f"a body of the kind {action.body} has no members: declare one input with in: body"


def _taken_twice(file: ConnectorFile, action: Action) -> Iterator[Fault]:
    """Inputs that the action has beside its own, under the same names."""
    ours = list(VARIABLE.findall(file.address_of(action)))
    for auth in file.auth_of(action):
        ours += [auth.secret] + ([auth.user_input] if auth.kind == "basic" else [])
    ours += [MAX_PAGES] if action.paging is not None else []
    for name in sorted({name for name in ours if name in action.inputs or ours.count(name) > 1}):
        yield ("inputs", name), (
            f"{name} is also an input for the address, for authentication or for pages; rename one of them (auth has "
            "`input`, an input `name`)"
        )


def _refusal(source: Source, faults: list[Fault]) -> InvalidDocument:
    details = [
        {"place": source.place(json_pointer(place)), "location": json_pointer(place), "message": message}
        for place, message in faults
    ]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return InvalidDocument(
        f"{details[0]['place']}: {faults[0][1]}{more}", where=details[0]["place"], advice=ADVICE, details=details
    )
