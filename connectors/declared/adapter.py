"""A connector file as a ConnectorAdapter class: to registry, palette, copilot and tests it is one like the others."""

from __future__ import annotations

import json
import threading
from typing import Any, ClassVar
from urllib.parse import urljoin

from connectors.builtin.http_calls import MAX_BODY_BYTES, HttpCalls, url_of
from connectors.builtin.http_connections import Answer
from connectors.connections import CONNECTION
from connectors.declared.answers import at, next_link, output_of
from connectors.declared.form import VARIABLE, Action, ConnectorFile, Paging, Tool
from connectors.declared.pacing import Pace
from connectors.declared.wire import Request, request_of
from connectors.egress import in_force
from connectors.egress.urls import Url
from connectors.errors import ConnectorError
from connectors.mcp.calling import result_of
from connectors.mcp.client import Server, Sessions
from connectors.sdk import ActionSpec, ConnectorAdapter, Field, RateLimit, Sent
from engine.governance.masking import Scrubber

Json = Any

MAX_PAGES = "max_pages"
"""The input of every action with pages: how many of them one call asks for."""

LIMITED = "RateLimited"
"""The `code` of a call whose turn would come after its time."""

_FIELDS = frozenset(Field.model_fields)


class DeclaredConnector(ConnectorAdapter):
    """What the classes of `connector_class` share."""

    file: ClassVar[ConnectorFile]

    def __init__(self) -> None:
        self._calls = HttpCalls()
        self._paces: dict[RateLimit, Pace] = {}
        self._lock = threading.Lock()
        self._sessions = Sessions()

    def beside(self, other: DeclaredConnector) -> DeclaredConnector:
        """Itself, with the connections, the pace and the sessions of `other`: the same service by another file."""
        self._calls, self._paces, self._lock, self._sessions = other._calls, other._paces, other._lock, other._sessions
        return self

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> Json:
        """Make the request, or those of all its pages, and give what came back."""
        spec = self.file.actions[action]
        secrets = Scrubber(context["secrets"].values())
        clock = in_force.current().clock
        call = _Call(self, spec, secrets, clock.now() + context["timeout_seconds"])
        if spec.paging is not None:
            return call.pages(spec.paging, params, context["idempotency_key"])
        if spec.tool is not None:
            return call.tool(spec.tool, request_of(self.file, spec, params, context["idempotency_key"]), context)
        return call.one(request_of(self.file, spec, params, context["idempotency_key"]))[0]

    def _wait_for_turn(self, spec: Action, deadline: float) -> None:
        limit = spec.rate_limit or self.file.rate_limit  # of all workers the engine keeps it; here it is each page's
        if limit is None:
            return
        with self._lock:
            pace = self._paces.setdefault(limit, Pace(limit, in_force.current().clock))
        wait = pace.take(deadline)
        if wait is None:
            raise ConnectorError(
                f"{limit.requests} calls in {limit.per_seconds:g} s are made already, and no turn comes in time",
                retryable=True, definite=True, code=LIMITED,
            )
        if wait:
            in_force.current().clock.sleep(wait)


class _Call:
    """One call: its requests until `deadline`."""

    def __init__(self, connector: DeclaredConnector, spec: Action, secrets: Scrubber, deadline: float) -> None:
        self._connector, self._spec, self._secrets, self._deadline = connector, spec, secrets, deadline
        self._bytes = 0

    def one(self, request: Request) -> tuple[Json, Answer, Url]:
        """What one request gave. Raises ConnectorError."""
        connector, spec = self._connector, self._spec
        connector._wait_for_turn(spec, self._deadline)  # noqa: SLF001 - the two are one
        seconds = self._deadline - in_force.current().clock.now()
        if seconds <= 0:
            raise ConnectorError("the time for the call is over", retryable=True, definite=True)
        answer, url = connector._calls.send(  # noqa: SLF001
            request.method, url_of(request.url, self._secrets), request.headers, request.body, seconds, self._secrets,
            reads=spec.reads,
        )
        output = output_of(spec, connector.file.errors_of(spec), answer, url, self._secrets)
        self._bytes += len(answer.body)
        return output, answer, url

    def tool(self, tool: Tool, request: Request, context: dict[str, Any]) -> Json:
        """What a tool of an MCP server gave: the tool is still the one that was accepted. Raises ConnectorError."""
        connector = self._connector
        assert connector.file.mcp is not None  # noqa: S101  reading.py checks it
        connector._wait_for_turn(self._spec, self._deadline)  # noqa: SLF001 - the two are one
        server = Server(
            connector._calls, request.url, request.headers, protocol=connector.file.mcp.protocol,  # noqa: SLF001
            deadline=self._deadline, secrets=self._secrets, sessions=connector._sessions,  # noqa: SLF001
            workspace=context["workspace"],
        )
        return result_of(
            server, tool.definition, json.loads(request.body or b"{}"), digest=tool.digest, action=self._spec,
            errors=connector.file.errors_of(self._spec),
        )

    def pages(self, paging: Paging, params: dict[str, Json], key: str) -> Json:
        """The items of up to `max_pages` pages, and where the rest begins: what to give to the paging's input."""
        params = dict(params)
        most = params.pop(MAX_PAGES)
        given = params.get(paging.input)
        counted = given if given is not None else (paging.first if paging.kind == "page" else 0)
        request = request_of(self._connector.file, self._spec, params, key)
        items: list[Json] = []
        for number in range(1, most + 1):
            body, answer, url = self.one(request)
            found = at(body, paging.items)
            found = found if isinstance(found, list) else [] if found is None else [found]
            items += found
            following: Json
            if paging.kind == "link":
                following = next_link(answer)
                if following is not None:
                    request = self._linked(request, url, following)
            else:
                counted = counted + (1 if paging.kind == "page" else len(found)) if paging.kind != "cursor" else None
                following = _cursor(paging, body, found) if paging.kind == "cursor" else counted if found else None
                if following in (None, "", False) or (paging.more and at(body, paging.more) is not True):
                    following = None
                else:
                    request = request_of(self._connector.file, self._spec, {**params, paging.input: following}, key)
            if following is None or number == most or self._bytes > MAX_BODY_BYTES:
                return {"items": items, "pages": number, "next": following}
        raise AssertionError("max_pages is at least 1")

    def _linked(self, request: Request, url: Url, place: str) -> Request:
        """The request of the next page. Raises ConnectorError for one of another origin: it would get the secrets."""
        target = urljoin(f"{url.scheme}://{url.authority}{url.target}", place)
        if url_of(target, self._secrets).origin != url.origin:
            raise ConnectorError(f"{url} names a next page of another origin, which is not called", definite=True)
        return Request(request.method, target, request.headers, request.body)


def _cursor(paging: Paging, body: Json, found: list[Json]) -> Json:
    """Where the next page begins, None where nothing says so."""
    if paging.last:
        return at(found[-1], paging.last) if found else None
    return at(body, paging.next)


def connector_class(file: ConnectorFile, *, base_url: str | None = None) -> type[DeclaredConnector]:
    """The class of a connector file. `base_url` is called instead of the file's: a test's server, a sandbox."""
    if base_url is not None:
        actions = {name: action.model_copy(update={"base_url": ""}) for name, action in file.actions.items()}
        file = file.model_copy(update={"base_url": base_url, "actions": actions, "variables": {}})
    return type(file.code, (DeclaredConnector,), {
        "code": file.code, "name": file.name, "description": file.description, "icon": file.icon, "file": file,
        "actions": {name: spec_of(file, action) for name, action in file.actions.items()},
        "__doc__": file.description or file.name,
    })


def spec_of(file: ConnectorFile, action: Action) -> ActionSpec:
    """What the engine, the Studio and the copilot know of an action."""
    return ActionSpec(
        title=action.title, description=action.description, kind="read" if action.reads else "write",
        at_most_once=action.at_most_once, timeout_seconds=action.timeout_seconds, inputs=_inputs(file, action),
        one_of=action.one_of, id_field=action.id_field, means=action.means,
        rate_limit=action.rate_limit or file.rate_limit,
        connections=_connections(file, action),
        outputs=action.outputs if action.paging is None else {
            "items": {"type": "array", "description": "The items of all pages."},
            "pages": {"type": "integer", "description": "How many pages there were."},
            "next": {"description": "Where the next page begins; null after the last."},
        },
    )


def _connections(file: ConnectorFile, action: Action) -> dict[Sent, dict[str, str]]:
    """The kinds of connection that fit the action's auth, each by the first part of it that takes such a one."""
    found: dict[Sent, dict[str, str]] = {}
    if CONNECTION in action.inputs or CONNECTION in file.variables:
        return found
    for auth in file.auth_of(action):
        filled = {auth.secret: "secret"}
        if auth.kind == "basic":
            found.setdefault("basic", {auth.user_input: "user", **filled})
            continue
        found.setdefault("api_key", filled)
        if auth.kind == "bearer" or (auth.kind == "header" and auth.name.lower() == "authorization"):
            found.setdefault("bearer", filled)
    return found


def _inputs(file: ConnectorFile, action: Action) -> dict[str, Field | dict[str, Any]]:
    inputs: dict[str, Field | dict[str, Any]] = {}
    for name in VARIABLE.findall(file.address_of(action)):
        variable = file.variables[name]
        values: dict[str, Any] = {"type": "string", "description": variable.description, "enum": variable.enum}
        values |= {"required": True} if variable.default is None else {"default": variable.default}
        inputs[name] = values
    for name, item in action.inputs.items():
        inputs[name] = Field.model_construct(
            item.model_fields_set & _FIELDS, **{key: getattr(item, key) for key in _FIELDS}
        )
    for auth in file.auth_of(action):
        if auth.kind == "basic":
            inputs[auth.user_input] = {"type": "string", "required": not auth.optional, "description": "The user."}
        inputs[auth.secret] = {
            "type": "string", "secret": True, "required": not auth.optional,
            "description": auth.description or "How the service knows you.",
        }
    if action.paging is not None:
        inputs[MAX_PAGES] = {
            "type": "integer", "default": min(10, action.paging.most), "minimum": 1, "maximum": action.paging.most,
            "description": "The most pages to ask for.",
        }
    return inputs
