"""One table of routes, behind every door: the API Lambda, the local server and the command line ask through it alone.

    http.Request ──► right ──► parse (model in) ──► handler(Call) ──► Answer (model out) ──► JSON, ETag, 304: Response
                       │          │                    └─ its act, or the refusal of it ──► the audit log
                       └──────────┴─ UserError, StorageError, anything else ──► {"error": {code, message, where, …}}

A module of routes fills a `RouteTable` with its decorators and knows nothing of how it is asked. Each route declares
the right that it needs, which is checked here before anything is read (functions.app.access), and what may change
something its act (functions.app.acts). OpenAPI and /docs are made from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError

from engine.catalog.wording import in_words
from engine.errors import InvalidDocument, json_pointer
from engine.governance.roles import Caller, Right
from engine.ports.keys import Actor
from engine.ports.transfers import Transfers
from engine.records import dataclass
from engine.values import json_writer
from functions.app import etags, large_values
from functions.app.acts import Act, CallActs, Declared, Doing, Recorder
from functions.app.failures import failure_response
from functions.app.http import ANEW, READ, Headers, Request, Response
from functions.app.sensitive.asked import HEADER, reason_in
from functions.app.services import Services
from functions.app.strict_json import read_json
from functions.app.warnings import collected_warnings

Json = Any
NOT_MODIFIED = 304
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
_TEXT = json_writer()
Taken = TypeVar("Taken", bound=BaseModel)
Shown = TypeVar("Shown", bound=BaseModel | str)
Provider = Callable[[], Services]


class Anyone(Enum):
    """Who may call a route that needs no right: whoever is signed in, or anyone at all."""

    SIGNED_IN = "signed in"
    AT_ALL = "at all"


Needed = Right | Anyone


@dataclass(frozen=True, slots=True)
class Also:
    """A further right that a route needs for what some requests ask: those whose body `asks`. `when` says so."""

    right: Right
    when: str
    asks: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Call(Generic[Taken]):
    """One request, read and checked. `given` is the body of a POST or PUT, the query of a GET or DELETE. `acts` are
    those that its handler does one by one. `route` is what was asked for, `reveal` the reason with which what is hidden
    is to be shown. `raw` is the request itself, of a route that reads it by itself. `right` is what the route needs,
    `anew` finds who asks once more. `read` are executions whose data the answer has, where the path names none."""

    services: Services
    caller: Caller
    path: Mapping[str, str]
    given: Taken
    acts: CallActs
    if_match: str | None = None
    if_none_match: str | None = None
    route: str = ""
    reveal: str | None = None
    raw: Request | None = None
    right: Needed | None = None
    anew: Callable[[], Caller] | None = None
    read: list[str] = field(default_factory=list)

    def reads_of(self, execution: str) -> None:
        """The answer has data of this execution, which the path does not name: for the record of who read what."""
        if execution not in self.read:
            self.read.append(execution)

    def check_still(self) -> None:
        """For a request that was held: raises what its caller would be refused with if they asked now. A token that was
        revoked meanwhile is given nothing."""
        if self.anew is not None and isinstance(self.right, Right):
            _admit(self.services, self.anew(), self.right, self.route, self.path)

    @property
    def actor(self) -> Actor:
        """Who asks, as the audit log names them."""
        return self.caller.actor

    def may(self, right: Right) -> bool:
        """Whether who asks holds `right` where the request works."""
        return self.caller.may(right, self.workspace)

    @property
    def act(self) -> Doing:
        """The one act of the route."""
        if self.acts.single is None:
            raise RuntimeError("the route has declared no single act")
        return self.acts.single

    @property
    def expected(self) -> str | None:
        """The etag that If-Match asks for; None for no header and for ``*``."""
        return None if self.if_match == "*" else self.if_match

    @property
    def workspace(self) -> str:
        """The workspace the request works on."""
        return self.services.settings.workspace

    def holds(self, etag: str) -> bool:
        """Whether the asker has the answer of this tag already: then any answer with it becomes a 304."""
        return etags.matches(self.if_none_match, etag)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Shown]):
    """What a handler gives back where it says more than the body, which is a model or a page's text. `etag` is by
    default made from the body; None for the body is for who holds the answer of that etag already. `status` is by
    default the route's."""

    body: Shown | None
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    status: int | None = None


Handler = Callable[[Call[Taken]], Shown | Answer[Shown]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. `takes` and `answers` are the models that its handler is annotated with; `answers` is None
    for pages that are not JSON. `right` is what a caller needs, `also` what some bodies need besides. `reads` names the
    data of executions in the answer, for the record of who read what; empty where there is none. It is of the execution
    `id` in the path, or of those that the handler names (`Call.reads_of`). `reveals`: what of it is hidden may be
    revealed. `example` is a body, or a query string for a GET. `flags` are fields of a body that may stand in the query
    instead. `act` is None for a GET alone. `raw`: its handler reads the request by itself, whose body may be anything.
    `by_iam`: IAM roles may call it too, below /iam/."""

    method: str
    path: str
    tag: str
    right: Needed
    takes: type[BaseModel]
    answers: type[BaseModel] | None
    handler: Handler[Any, Any]
    act: Declared | None = None
    status: int = 200
    example: Json = None
    conditional: bool = False
    flags: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    reads: str = ""
    reveals: bool = False
    raw: bool = False
    by_iam: bool = False

    @property
    def name(self) -> str:
        """How messages and records call it."""
        return f"{self.method} {self.path}"

    @property
    def summary(self) -> str:
        """The first sentence of the handler's docstring."""
        return self.description.partition("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        """The handler's docstring, its lines joined."""
        lines = [line.strip() for line in (self.handler.__doc__ or "").strip().splitlines()]
        return "\n".join(lines)

    @property
    def has_body(self) -> bool:
        """Whether `takes` is read from the body rather than from the query."""
        return self.method in ("POST", "PUT")


class RouteTable:
    """The routes of one module, in the order in which they are shown."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.routes: list[Route] = []

    def route(
        self, method: str, path: str, *, right: Needed | None = None, act: Declared | None = None, status: int = 200,
        example: Json = None, conditional: bool = False, flags: tuple[str, ...] = (), also: tuple[Also, ...] = (),
        reads: str = "", reveals: bool = False, raw: bool = False, by_iam: bool = False,
    ) -> Callable[[Handler[Taken, Shown]], Handler[Taken, Shown]]:
        """Put the decorated handler in the table. What it takes and answers its annotations say.

        `right` is what a caller needs. `act` is what of it the audit log records: each route but a GET declares it.
        `conditional` says that the route honours If-Match: a Conflict of what was done under a named etag is answered
        412. `by_iam` lets sessions of IAM roles call it, below /iam/. Raises TypeError for a route that declares no
        right, for one that may change something and declares no act, and for a GET that declares one.
        """
        if (method == "GET") != (act is None):
            why = "a GET does no act" if method == "GET" else "it declares neither an act nor that it does none"
            raise TypeError(f"{method} {path}: {why} (functions.app.acts)")
        if right is None:
            raise TypeError(f"{method} {path}: it declares no right that its caller needs (engine.governance.roles)")

        def register(handler: Handler[Taken, Shown]) -> Handler[Taken, Shown]:
            takes, answers = _annotated(handler)
            self.routes.append(
                Route(
                    method, path, self.tag, right, takes, answers, handler, act, status, example, conditional, flags,
                    also, reads, reveals, raw, by_iam,
                )
            )
            return handler

        return register


def _annotated(handler: Handler[Any, Any]) -> tuple[type[BaseModel], type[BaseModel] | None]:
    """The models of what a handler takes and answers: ``(call: Call[A]) -> B``, or ``-> Answer[B]``."""
    hints = get_type_hints(handler)
    shown = hints["return"]
    body = get_args(shown)[0] if get_origin(shown) is Answer else shown
    return get_args(hints["call"])[0], None if body is str else body


def answer(route: Route, request: Request, provider: Provider) -> Response:
    """The answer of a route. Never raises: what went wrong is an answer as well."""
    try:
        services = provider()
        caller = services.caller_of(request.context, request.headers)
        if isinstance(route.right, Right):
            _admit(services, caller, route.right, route.name, request.parameters)
        reveal = reason_in(request.headers, route.name, reveals=route.reveals)
        if reveal is not None:
            _admit(services, caller, Right.REVEAL, f"{route.name} with a reveal", request.parameters)
        given = _given(route, request, services)
        for also in route.also:
            if also.asks(given):
                _admit(services, caller, also.right, f"{route.name} {also.when}", request.parameters)
        call = Call(
            services, caller, request.parameters, given,
            CallActs(route.act, Recorder(services.audit, services.clock), services.settings.workspace, caller.actor),
            if_match=etags.given(request.headers.get("if-match")), if_none_match=request.headers.get("if-none-match"),
            route=route.name, reveal=reveal, raw=request if route.raw else None, right=route.right,
            anew=partial(services.caller_of, {**request.context, ANEW: True}, request.headers),
        )
        return _answered(route, call, request)
    except Exception as error:  # noqa: BLE001  the one place where errors become answers
        return failure_response(error, path=request.path)


def _answered(route: Route, call: Call[Any], request: Request) -> Response:
    """Ask the handler; what of executions' data is in its answer is recorded as read."""
    with collected_warnings() as warnings, _under(route, call):
        found = route.handler(call)
    services = call.services
    response = _response(found if isinstance(found, Answer) else Answer(found), route, request, warnings, services)
    whose = call.read or ([request.parameters["id"]] if "id" in request.parameters else [])
    if route.reads and services.open_reads is not None and response.status != NOT_MODIFIED:
        for execution in whose:
            services.open_reads().record(call.caller, route.name, route.reads, {**request.parameters, "id": execution})
    if call.read and isinstance(request.context, dict):
        request.context[READ] = call.read
    return response


def _admit(services: Services, caller: Caller, right: Right, what: str, parameters: Mapping[str, str]) -> None:
    workspace = services.settings.workspace
    if not caller.may(right, workspace):
        services.open_refusing().check(caller, right, workspace, what=what, parameters=parameters)


@contextmanager
def _under(route: Route, call: Call[Any]) -> Iterator[None]:
    """The act that the route declares is under way; the etag that the call names is a condition of it."""
    with etags.precondition(call.if_match if route.conditional else None):
        if isinstance(route.act, Act):
            with call.acts.doing_single(route.act.name, route.act.target(call)):
                yield
        else:
            yield
            call.acts.ended()


def _response(
    found: Answer[Any], route: Route, request: Request, warnings: list[str], services: Services
) -> Response:
    body = _dump(found.body, warnings) if isinstance(found.body, BaseModel) else found.body or ""
    kept = "no-store" if HEADER.lower() in request.headers else "no-cache"
    headers: Headers = {"Content-Type": found.content_type, "Cache-Control": kept, **found.headers}
    if request.method == "GET" or found.etag is not None:
        tag = found.etag or etags.of(body)
        headers["ETag"] = f'"{tag}"'
        if request.method == "GET" and etags.matches(request.headers.get("if-none-match"), tag):
            return Response(NOT_MODIFIED, "", headers)
    if services.transfers is not None and large_values.is_too_large(body):
        body = _by_address(body, headers, services.settings.workspace, services.transfers)
    return Response(found.status or route.status, body, headers)


def _by_address(body: str, headers: Headers, workspace: str, transfers: Transfers) -> str:
    """What stands in the place of a body that Lambda would not hand over; `headers` say so."""
    data = body.encode("utf-8", "surrogatepass")
    disposition = headers.pop("Content-Disposition", None)
    found = transfers.give(workspace, data, content_type=headers["Content-Type"], disposition=disposition)
    headers |= {"Content-Type": "application/json", large_values.TOO_LARGE: "1"}
    return large_values.json_text({"$too_large": {"bytes": len(data), "href": found.href, "expires_in": found.seconds}})


def _dump(model: BaseModel, warnings: list[str]) -> str:
    """The model as JSON, with `warnings` where there are any. Not pydantic's own writer: that refuses lone surrogates,
    which JSON text may hold."""
    shape = model.model_dump(by_alias=True)
    return _TEXT({**shape, "warnings": warnings} if warnings else shape)


def _given(route: Route, request: Request, services: Services) -> BaseModel:
    if route.raw:
        return route.takes()
    if request.repeated:
        raise InvalidDocument.listing(
            [((name,), f"{name} stands more than once in the query") for name in request.repeated],
            advice="Give each parameter of the query once.",
        )
    return _read_body(route, request, services) if route.has_body else _read_query(route.takes, request)


def _read_query(model: type[Taken], request: Request) -> Taken:
    given = {name: value for name, value in request.query.items() if value != ""}  # ?from=&to=2
    return _validated(model, given, place="query")


def _read_body(route: Route, request: Request, services: Services) -> BaseModel:
    raw = request.body
    upload = request.headers.get(large_values.UPLOAD.lower())
    if upload is not None and services.transfers is not None:
        raw = services.transfers.take(services.settings.workspace, upload)
    body: Json = {}
    if raw:
        content_type = request.headers.get("content-type", "application/json")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise InvalidDocument(
                f"the body is {content_type}, not application/json", where="Content-Type",
                advice="Send JSON with the header Content-Type: application/json.",
            )
        body = read_json(raw)
    flags = {name: _flag(request.query[name]) for name in route.flags if name in request.query}
    if flags and isinstance(body, dict):
        body = {**body, **flags}
    return _validated(route.takes, body, place="body")


def _flag(text: str) -> bool | str:
    """True or false as an address says it; any other text as it is, which the body's field then refuses."""
    said = text.lower()
    return said in _TRUE if said in _TRUE | _FALSE else text


def _validated(model: type[Taken], value: Json, *, place: str) -> Taken:
    """A body has JSON's own types: true is no number there, and "1" is none. A query has nothing but text."""
    try:
        return model.model_validate(value, strict=place == "body")
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [(item["loc"], in_words(item, json_pointer(item["loc"]).strip("/") or "the body")) for item in found]
        known = ", ".join(item.alias or name for name, item in model.model_fields.items())
        advice = f"The {place} takes: {known}." if known else f"This route takes no {place}."
        of_fields = any(item["type"] in ("missing", "extra_forbidden") or not item["loc"] for item in found)
        raise InvalidDocument.listing(problems, advice=advice if of_fields else None) from None

