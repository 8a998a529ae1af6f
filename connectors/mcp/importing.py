"""A connector file of the tools that an MCP server lists, with the overlays of the file that was there before."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from connectors.builtin.http_calls import HttpCalls
from connectors.egress import in_force
from connectors.errors import ConnectorError
from connectors.mcp.client import BY_SESSION, STATELESS, Server, Sessions
from connectors.mcp.tools import BadTool, definition_of, digest_of, plain, repeated
from connectors.openapi.document import Document
from connectors.openapi.importing import keep_overlays, taken
from connectors.openapi.schemas import brief, field_of
from engine.errors import InvalidDocument
from engine.governance.masking import Scrubber
from engine.language.schema.validation import Unchecked, meta_errors
from engine.records import dataclass

Json = Any

SECONDS = 60.0
"""The whole of an import."""

MOST_TOOLS = 1_000
MOST_CHARACTERS = 128 * 1024
"""Of one tool's definition, as JSON."""

_MOST_STEPS = 20_000
"""References and parts of a schema that are followed to describe one tool's inputs."""

_DIALECTS = re.compile(
    r"https?://json-schema\.org/(?:draft/(?:2020-12|2019-09)/schema|draft-0[4678]/schema)#?"
)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_WIDE = 100
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server says of itself and of its tools."""

    protocol: str
    about: Mapping[str, Json]
    tools: tuple[dict[str, Json], ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The file's value; which tools are not in it and why; what is otherwise than in the file of before, as text."""

    value: dict[str, Json]
    left_out: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str], ...]
    """Tool, what, and the difference as lines of text."""


def listed(url: str, headers: Mapping[str, str], secrets: Scrubber) -> Listing:
    """What the server at `url` lists. Raises ConnectorError."""
    calls = HttpCalls()
    deadline = in_force.current().clock.now() + SECONDS

    def server(protocol: str) -> Server:
        return Server(
            calls, url, {"user-agent": "automate", "accept-encoding": "identity", **headers}, protocol=protocol,
            deadline=deadline, secrets=secrets, sessions=sessions,
        )

    sessions = Sessions()
    asked = server(BY_SESSION[0])
    try:
        try:
            about = asked.about()
            protocol = str(about["protocolVersion"])
            said = about.get("serverInfo")
        except ConnectorError as problem:
            asked = server(STATELESS)
            said, protocol = _without_session(asked, problem), STATELESS
        tools: list[dict[str, Json]] = []
        for tool in asked.tools():
            tools.append(definition_of(tool))
            if len(tools) > MOST_TOOLS:
                raise ConnectorError(f"{url} lists more than {MOST_TOOLS} tools", definite=True)
        asked.end()
    finally:
        calls.close()
    return Listing(protocol, said if isinstance(said, dict) else {}, tuple(tools))


def _without_session(server: Server, problem: ConnectorError) -> Json:
    """What a server says of itself that has no sessions: it refused ``initialize``, which is `problem`."""
    code = problem.code or ""
    refused = code.lstrip("-").isdecimal() and code not in ("401", "403", "408", "429") and not code.startswith("5")
    if not refused:
        raise problem
    try:
        about = server.discovered()
    except ConnectorError:
        raise problem from None
    supported = about.get("supportedVersions")
    if not isinstance(supported, list) or STATELESS not in supported:
        raise problem
    meta = about.get("_meta")
    return meta.get("io.modelcontextprotocol/serverInfo") if isinstance(meta, dict) else None


def imported(
    listing: Listing, code: str, url: str, *, auth: list[dict[str, Json]], headers: Mapping[str, str],
    before: Json = None,
) -> Imported:
    """The connector file `code` of a server's tools. `before` is the file's value of the last import: names of actions
    and overlays are kept. Raises InvalidDocument where no tool is left."""
    address, _, query = url.partition("?")
    known = {
        action["tool"]["definition"]["name"]: name
        for name, action in (before or {}).get("actions", {}).items() if "tool" in action
    }
    actions: dict[str, Json] = {}
    left_out: list[tuple[str, str]] = []
    names: set[str] = set()
    for definition in listing.tools:
        name = definition["name"]
        try:
            if name in names:
                raise BadTool("comes twice; the first one counts")
            names.add(name)
            action = _action(definition, parse_qsl(query, keep_blank_values=True), auth)
        except BadTool as problem:
            left_out.append((plain(name)[:200], str(problem)))
            continue
        actions[known.get(name) or _name(name, {*actions, *known.values()})] = action
    if not actions:
        raise InvalidDocument(
            f"{address} lists no tool that can be imported", where="URL",
            details=[{"place": place, "message": text} for place, text in left_out],
        )
    about = {name: plain(text) for name, text in listing.about.items() if isinstance(text, str)}
    value: dict[str, Json] = {
        "connector": 1, "code": code, "name": (brief(about.get("title") or about.get("name")) or code)[:120],
        "description": f"Tools of the MCP server at {address}.", "version": about.get("version", "")[:120],
        "base_url": address, "auth": auth, "headers": dict(headers),
        "errors": {"code": "/error/code", "message": "/error/message"},
        "mcp": {"protocol": listing.protocol},
    }
    for name in ("auth", "headers"):
        if not value[name]:
            del value[name]
    digests = sorted(action["tool"]["digest"] for action in actions.values())
    value["imported"] = {
        "source": url, "version": value["version"], "digest": hashlib.sha256("".join(digests).encode()).hexdigest(),
    }
    value["actions"] = actions
    if before is not None:
        keep_overlays(value, before)
        value |= {"headers": dict(headers)} if headers else {}
    return Imported(value, tuple(left_out), tuple(_changes(before, value)) if before is not None else ())


def _action(definition: dict[str, Json], query: list[tuple[str, str]], auth: list[dict[str, Json]]) -> dict[str, Json]:
    """A tool as an action. Raises BadTool."""
    _check(definition)
    inputs = _inputs(definition)
    for name, value in query:
        inputs[name if name not in inputs else f"{name}_of_address"] = {
            "in": "query", "name": name, "type": "string", "default": value,
        }
    annotations = definition.get("annotations")
    title = definition.get("title") or (annotations.get("title") if isinstance(annotations, dict) else None)
    action: dict[str, Json] = {}
    if brief(title):
        action["title"] = plain(brief(title))[:120]
    if brief(definition.get("description")):
        action["description"] = plain(brief(definition["description"]))
    action |= {"method": "POST", "path": "", "tool": {"definition": definition, "digest": digest_of(definition)}}
    if inputs:
        action["inputs"] = inputs
    for name in taken({}, auth, action):
        item = inputs.pop(name)
        inputs[f"{name}_of_tool"] = {"name": name, **item}
    outputs = _outputs(definition)
    if outputs:
        action["outputs"] = outputs
    return action


def _check(definition: dict[str, Json]) -> None:
    """Raises BadTool for a definition that cannot be held against what is sent and what comes."""
    if not digest_of(definition) or len(json.dumps(definition)) > MOST_CHARACTERS:
        raise BadTool(f"has a definition of more than {MOST_CHARACTERS} characters")
    schema = definition.get("inputSchema")
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        raise BadTool("has no inputSchema of an object")
    for name in ("inputSchema", "outputSchema"):
        if name in definition:
            _check_schema(name, definition[name])
    repeated(definition)


def _check_schema(name: str, schema: Json) -> None:
    dialect = schema.get("$schema") if isinstance(schema, dict) else None
    if dialect is not None and not (isinstance(dialect, str) and _DIALECTS.fullmatch(dialect)):
        raise BadTool(f"has an {name} in a dialect that is not known: {plain(str(dialect))[:100]}")
    try:
        wrong = meta_errors(schema)
    except Unchecked as problem:
        raise BadTool(f"has an {name} that cannot be checked: that {problem}") from None
    if wrong:
        raise BadTool(f"has an {name} that is none: {plain(wrong[0].message)[:200]}")
    for reference in _references(schema):
        if not reference.startswith("#"):
            raise BadTool(f"has an {name} that refers to {plain(reference)[:100]}, which is not fetched")


def _references(schema: Json) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name in _REFERENCES and isinstance(value, str):
                yield value
            yield from _references(value)
    elif isinstance(schema, list):
        for one in schema:
            yield from _references(one)


class _Schema(Document):
    """A tool's schema, of which references are followed for a while. Raises BadTool past it."""

    def __init__(self, schema: dict[str, Json]) -> None:
        super().__init__(schema, "the schema")
        self._steps = 0
        self._under_way: set[tuple[str, int]] = set()

    @property
    def is_31(self) -> bool:
        """MCP's schemas are those of OpenAPI 3.1: JSON Schema's of 2020-12, where a tool names no other."""
        return True

    def once(self, what: str, part: Json, of: Callable[[], Json], meanwhile: Json) -> Json:
        """As a document's. A schema that applies itself is refused: no arguments can be held against it."""
        key = (what, id(part))
        if key in self._under_way:
            raise BadTool("has an inputSchema that applies itself within itself")
        self._under_way.add(key)
        try:
            return super().once(what, part, of, meanwhile)
        finally:
            self._under_way.discard(key)

    def whole(self, part: Json) -> Json:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise BadTool("has an inputSchema that is too large, or applies itself within itself")
        return super().whole(part)


def _inputs(definition: dict[str, Json]) -> dict[str, Json]:
    """The arguments as inputs of their own, or all of them as one where the schema does not name them."""
    schema = definition["inputSchema"]
    named = schema.get("properties")
    others = [
        name for name in ("allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "if", "patternProperties") if name in schema
    ]
    try:
        whole = _Schema(schema)
        if others or isinstance(schema.get("additionalProperties"), dict) or not isinstance(named, dict):
            if schema.get("additionalProperties") is False and not others:
                return {}
            return {"arguments": {
                "in": "body", "type": "object", "required": bool(schema.get("required")),
                "description": "The tool's arguments.",
            }}
        needed = schema.get("required", [])
        return {
            name: {"in": "field", **_plain(field_of(whole, item, required=name in needed))}
            for name, item in named.items()
        }
    except InvalidDocument as problem:
        raise BadTool(f"has an inputSchema with a fault: {plain(problem.message)[:200]}") from None
    except RecursionError:
        raise BadTool("has an inputSchema that nests too deep") from None


def _outputs(definition: dict[str, Json]) -> dict[str, Json]:
    """What the result has, for the reader."""
    schema = definition.get("outputSchema")
    if schema is None:
        return {
            "content": {"type": "array", "description": "The parts that the tool gave, as MCP has them."},
            "text": {"type": "string", "description": "The texts among them."},
        }
    named = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(named, dict):
        return {}
    try:
        whole = _Schema(schema)
        return {name: _plain(field_of(whole, item)) for name, item in named.items()}
    except (InvalidDocument, RecursionError):
        return {}


def _plain(field: dict[str, Json]) -> dict[str, Json]:
    """A field whose descriptions hide nothing."""
    if isinstance(field.get("description"), str):
        field["description"] = plain(field["description"])
    if "items" in field:
        _plain(field["items"])
    for item in field.get("properties", {}).values():
        _plain(item)
    return field


def _name(tool: str, used: set[str]) -> str:
    """The action's name: the tool's, as far as an action's may have its characters."""
    name = re.sub(r"[^A-Za-z0-9-]+", "_", tool).strip("_-")
    name = (name if name[:1].isalpha() else f"tool_{name}")[:_LONGEST_NAME]
    whole, number = name, 2
    while name in used:
        name = f"{whole[: _LONGEST_NAME - 4]}_{number}"
        number += 1
    return name


def _changes(before: Json, after: Json) -> Iterator[tuple[str, str, str]]:
    """What of the tools, the address and the protocol is otherwise: action, what, and how, as text."""
    for name in ("base_url", "mcp", "auth", "headers"):
        if before.get(name) != after.get(name):
            yield "", f"{name} is another", _difference(before.get(name), after.get(name))
    old, new = before.get("actions", {}), after["actions"]
    for name in old:
        if name not in new:
            yield name, "is gone", _difference(old[name].get("tool", {}).get("definition"), None)
    for name, action in new.items():
        definition = action["tool"]["definition"]
        if name not in old:
            yield name, "is new", _difference(None, definition)
        elif old[name].get("tool", {}).get("digest") != action["tool"]["digest"]:
            yield name, "is another", _difference(old[name].get("tool", {}).get("definition"), definition)


def _difference(before: Json, after: Json) -> str:
    """Two values as JSON, line by line: what was with -, what is with +."""
    lines = difflib.unified_diff(_lines(before), _lines(after), n=1, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def _lines(value: Json) -> list[str]:
    """JSON in lines that a screen holds; a text's own lines stay such."""
    if value is None:
        return []
    found = []
    for line in re.split(r"\n|(?<=\\n)", json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)):
        found += textwrap.wrap(plain(line), _WIDE, drop_whitespace=False, break_on_hyphens=False)
    return found
