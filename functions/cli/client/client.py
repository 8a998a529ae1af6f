"""The application as commands ask it: its routes, whichever way leads there.

    command ──► Client: get, post, put, delete, file, pages ──► Transport ──► in process: a data folder's own routes
                  └── warnings to the screen, refusals as errors           └► over HTTP: a server's or a deployment's

A refusal is the same error through both, and so is a store that did not serve.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from engine import errors
from engine.errors import InvalidDocument, StorageError, StoreUnavailable, UserError
from engine.records import dataclass
from functions.app.sensitive.asked import HEADER

Json = Any

NO_HEADERS: Mapping[str, str] = {}

PAGE = 500
"""Rows asked for at once of what may be many."""

_STORAGE = {
    kind.__name__: kind for kind in (
        StorageError, errors.Throttled, errors.StoreUnavailable, errors.StoreBusy, errors.StoreCorrupt, errors.Fenced,
        errors.SchemaTooNew,
    )
}


_FORBIDDEN = (
    (re.compile(r"Signature (expired|not yet current)"),
     "This machine's clock is off: a signature is good for five minutes."),
    (re.compile(r"security token .* (expired|invalid)"), "The AWS credentials ran out or are no good: get new ones."),
    (re.compile(r"request signature we calculated does not match"),
     "The secret access key is not that of the access key's id, or something on the way has changed the request."),
    (re.compile("Missing Authentication Token"),
     "There is no such route. IAM roles (--iam) start, show and stop executions and answer tasks, and nothing else."),
    (re.compile(""), "There is no such route, or it is not allowed."),
)
"""What a refusal of API Gateway says, and what is to be done: the first that fits."""


class ApiError(UserError):
    """What the application refused, with its own code, place and advice."""

    def __init__(self, status: int, shape: Mapping[str, Json]) -> None:
        super().__init__(
            str(shape.get("message") or f"the API answered {status}"), where=shape.get("where"),
            advice=shape.get("advice"), details=shape.get("details"),
        )
        self._shape = dict(shape)

    def as_dict(self) -> dict[str, Json]:
        """The error as it was sent."""
        return self._shape


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as it is."""

    status: int
    data: bytes


class Transport(Protocol):
    """A way to the routes. `place` is what messages call the other end."""

    @property
    def place(self) -> str:
        """A folder, or an address."""
        ...

    def send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None, *, signed_in: bool = True,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Reply:
        """Ask a route. `path` is encoded, `query` is not. Raises StoreUnavailable where nobody answers."""
        ...

    def wait(self, client: Client, execution_id: str) -> None:
        """Return once the execution has ended or is PAUSED."""
        ...


class Client:
    """`warn` is told what answers warn of. `option_of` says which option a field of a request came from: refusals of
    such a field name the option."""

    def __init__(
        self, transport: Transport, *, warn: Callable[[Sequence[str]], None] = lambda _: None,
        option_of: Callable[[str], str | None] = lambda _: None, headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        self._headers = headers
        self._transport = transport
        self._warn = warn
        self._option_of = option_of

    @property
    def place(self) -> str:
        """What messages call the other end: a folder, or an address."""
        return self._transport.place

    def revealing(self, reason: str | None) -> Client:
        """The same, which shows what is hidden for `reason`; None: it stays hidden. For routes that reveal."""
        headers = NO_HEADERS if reason is None else {HEADER: quote(reason)}
        return Client(self._transport, warn=self._warn, option_of=self._option_of, headers=headers)

    def get(self, path: str, **query: Json) -> Json:
        """GET; names with the value None are left out of the query."""
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: Json = None) -> Json:
        """POST of JSON."""
        return self.ask("POST", path, body)

    def put(self, path: str, body: Json) -> Json:
        """PUT of JSON."""
        return self.ask("PUT", path, body)

    def delete(self, path: str, **query: Json) -> Json:
        """DELETE."""
        return self.ask("DELETE", path, query=query)

    def ask(
        self, method: str, path: str, body: Json = None, *, query: Mapping[str, Json] | None = None,
        signed_in: bool = True,
    ) -> Json:
        """The answer, parsed. Raises ApiError for a refusal, a StorageError where the store or the API did not
        serve."""
        reply = self._transport.send(
            method, path, _texts(query), _written(body), signed_in=signed_in, headers=self._headers
        )
        shape = self._parsed(reply, _fields(body) if query is None else query)
        if isinstance(shape, dict):
            self._warn(shape.pop("warnings", ()))
        return shape

    def file(self, path: str, **query: Json) -> bytes:
        """An answer that is a file, as it is. Raises as `ask` does."""
        reply = self._transport.send("GET", path, _texts(query), None, headers=self._headers)
        if reply.status >= 400:
            self._parsed(reply, query)
        return reply.data

    def pages(self, path: str, field: str, *, limit: int, **query: Json) -> tuple[list[Json], str | None]:
        """Up to `limit` entries of a list that comes in pages, and the token of the page after them."""
        found: list[Json] = []
        token: str | None = query.pop("next_token", None)
        while True:
            page = self.get(path, limit=min(limit - len(found), PAGE), next_token=token, **query)
            found, token = [*found, *page[field]], page["next_token"]
            if token is None or len(found) >= limit:
                return found, token

    def every(self, path: str, body: Mapping[str, Json]) -> list[Json]:
        """The answers to a POST that does a page of many at a time, until all is done."""
        answers: list[Json] = []
        token: str | None = None
        while not answers or token is not None:
            answers.append(self.post(path, {**body, "limit": PAGE, "next_token": token}))
            token = answers[-1]["next_token"]
        return answers

    def events(self, execution_id: str, *, after: int = 0, most: int | None = None) -> list[Json]:
        """An execution's events with an id over `after`, page by page; `most` of them at the most."""
        found: list[Json] = []
        while most is None or len(found) < most:
            limit = PAGE if most is None else min(PAGE, most - len(found))
            page = self.get(
                f"/executions/{part(execution_id)}/history", after=found[-1]["id"] if found else after, limit=limit
            )["events"]
            if not page:
                break
            found += page
        return found

    def whole(self, execution: Json) -> Json:
        """An execution as a route gives it, with the input and output that were left out as too large."""
        at = f"/executions/{part(execution['id'])}/payload"
        left_out = [
            name for name in ("input", "output")
            if isinstance(execution.get(name), dict) and execution[name].keys() == {"$too_large"}
        ]
        return {**execution, **{name: json.loads(self.file(at, part=name)) for name in left_out}}

    def ended(self, execution_id: str) -> Json:
        """Wait until the execution has ended or is PAUSED, and give it. In process, where no worker serves the folder,
        this is one meanwhile."""
        self._transport.wait(self, execution_id)
        return self.get(f"/executions/{part(execution_id)}")

    def _parsed(self, reply: Reply, asked: Collection[str]) -> Json:
        """The answer. `asked` are the request's fields."""
        status = reply.status
        try:
            shape = json.loads(reply.data) if reply.data else None
        except ValueError:
            shape = None
            if status < 400:
                raise StoreUnavailable(f"{self.place} does not answer in JSON: it is not an API of Automate") from None
        if status < 400:
            return shape
        place = self.place
        if isinstance(shape, dict) and isinstance(shape.get("error"), dict):
            raise _refusal(status, self._by_options(shape["error"], asked))
        said = str(shape.get("message", "")) if isinstance(shape, dict) else ""  # API Gateway's own
        if status >= 500:
            raise StoreUnavailable(f"{place} answers {status} {said}".rstrip())
        advice = {
            401: "Sign in again: automate --endpoint URL login",
            403: next(advice for pattern, advice in _FORBIDDEN if pattern.search(said)),
        }
        raise ApiError(status, {
            "code": {401: "Unauthorized", 403: "Forbidden", 429: "Throttled"}.get(status, "Refused"),
            "message": f"{place} answers {status} {said}".rstrip(), "advice": advice.get(status),
        })


    def _by_options(self, error: Mapping[str, Json], asked: Collection[str]) -> Mapping[str, Json]:
        """`error`, and each of its details, with an option in the place of the field that came from it, and the way
        within that field."""
        field, _, within = str(error.get("where")).removeprefix("/").partition("/")
        option = self._option_of(field) if field in asked else None
        place = f"{option}: /{within}" if within else option
        shape = dict(error) if option is None else {**error, "where": place}
        if isinstance(error.get("details"), list):
            shape["details"] = [
                self._by_options(item, asked) if isinstance(item, dict) else item for item in error["details"]
            ]
        return shape


def part(value: str | int) -> str:
    """One segment of a path. Raises InvalidDocument for what would be another path: an empty name, and dots."""
    if value in ("", ".", ".."):
        raise InvalidDocument(f"{value!r} is not a name", advice="Name a workflow, an execution or a key.")
    return quote(str(value), safe="")


def _refusal(status: int, shape: Mapping[str, Json]) -> UserError | StorageError:
    kind = _STORAGE.get(str(shape.get("code")))
    return ApiError(status, shape) if kind is None else kind(str(shape.get("message")))


def _fields(body: Json) -> set[str]:
    """Those of a body; what an execution's input has too may be meant by a pointer into that."""
    fields = dict(body) if isinstance(body, dict) else {}
    given = fields.get("input")
    return set(fields) - set(given if isinstance(given, dict) else ())


def _texts(query: Mapping[str, Json] | None) -> dict[str, str]:
    """A query's values as its texts: true is `true`."""
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return {name: json.dumps(value) if isinstance(value, bool) else str(value) for name, value in given.items()}


def _written(body: Json) -> bytes | None:
    try:
        return None if body is None else json.dumps(body).encode()
    except RecursionError:
        raise InvalidDocument("nested too deeply", where="/") from None
