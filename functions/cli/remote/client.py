"""A deployment's API over HTTPS. What it refuses comes back as the same error that the local product would raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from engine.errors import InvalidDocument, StoreUnavailable, UserError
from functions.app import large

Json = Any

SECONDS = 40.0
"""API Gateway itself answers after 29 s at the latest."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_SHOWN = 100


class ApiError(UserError):
    """What the API answered, with its own code, place and advice."""

    def __init__(self, status: int, shape: Mapping[str, Json]) -> None:
        super().__init__(
            str(shape.get("message") or f"the API answered {status}"), where=shape.get("where"),
            advice=shape.get("advice"), details=shape.get("details"),
        )
        self._shape = dict(shape)

    def as_dict(self) -> dict[str, Json]:
        """The API's error as it was sent."""
        return self._shape


def check_endpoint(endpoint: str) -> str:
    """The address without its last slash. Raises InvalidDocument: a token goes over TLS, or to this machine alone."""
    try:
        parts = urlsplit(endpoint)
        is_port = parts.port != 0
    except ValueError:  # brackets around no address, a port over 65,535
        is_port = False
    if is_port and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        return endpoint.rstrip("/").removesuffix("/studio")
    raise InvalidDocument(
        f"{endpoint[:_LONGEST_SHOWN]} is no address of a deployment", where="--endpoint",
        advice="It begins with https://: the output StudioUrl or ApiUrl of the deployment.",
    )


class Api:
    """`token` gives the caller's ID token, as it is needed; `warn` says what answers warn of."""

    def __init__(
        self, endpoint: str, token: Callable[[], str], *, pool: urllib3.PoolManager | None = None,
        warn: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:
        self.endpoint = endpoint
        self._token = token
        self._warn = warn
        self._pool = pool or urllib3.PoolManager(retries=urllib3.Retry(connect=2, read=0, redirect=0))

    def get(self, path: str, **query: Json) -> Json:
        """GET; names with the value None are left out of the query."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.ask("GET", path + (f"?{urlencode(given)}" if given else ""))

    def post(self, path: str, body: Json = None) -> Json:
        """POST of JSON."""
        return self.ask("POST", path, body)

    def ask(self, method: str, path: str, body: Json = None, *, signed_in: bool = True) -> Json:
        """The answer, parsed. Raises ApiError for a refusal, StoreUnavailable where no API answers."""
        status, data = self._send(method, path, body, signed_in=signed_in)
        shape = _parsed(status, data, self.endpoint)
        if isinstance(shape, dict):
            self._warn(shape.pop("warnings", ()))
        return shape

    def file(self, path: str) -> bytes:
        """An answer that is a file, as it is. Raises as `ask` does."""
        status, data = self._send("GET", path, None, signed_in=True)
        if status >= 400:
            _parsed(status, data, self.endpoint)
        return data

    def _send(self, method: str, path: str, body: Json, *, signed_in: bool) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"} | ({"Authorization": self._token()} if signed_in else {})
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
            if large.is_too_large(data.decode()):
                data = self._uploaded(data, headers)
        answer = self._request(method, self.endpoint + path, data, headers)
        if answer.headers.get(large.TOO_LARGE):
            answer = self._request("GET", json.loads(answer.data)["$too_large"]["href"], None, {})
            if answer.status >= 400:
                raise StoreUnavailable(f"a large answer could not be fetched: its address answers {answer.status}")
        return answer.status, answer.data

    def _uploaded(self, data: bytes, headers: dict[str, str]) -> bytes | None:
        """Put a body that is too large for a request where the API says, and name it in `headers`; the body again where
        requests may be that large."""
        upload = self.post("/uploads", {"bytes": len(data)})
        if upload["href"] is None:
            return data
        answer = self._request("PUT", upload["href"], data, dict(upload["headers"]))
        if answer.status >= 400:
            raise StoreUnavailable(f"a large body could not be put: its address answers {answer.status}")
        headers[large.UPLOAD] = upload["id"]
        return None

    def _request(
        self, method: str, address: str, data: bytes | None, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method, address, body=data, headers=headers, timeout=urllib3.Timeout(SECONDS)
            )
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(f"{_origin(address)} does not answer: {_without(error, address)}") from None

    def pages(self, path: str, field: str, *, limit: int, **query: Json) -> Iterator[Json]:
        """Up to `limit` entries of a list that comes in pages."""
        token, left = query.pop("next_token", None), limit
        while left > 0:
            page = self.get(path, limit=min(left, 100), next_token=token, **query)
            yield from page[field][:left]
            left -= len(page[field])
            token = page.get("next_token")
            if token is None:
                return


def _origin(address: str) -> str:
    """A presigned address is a right: no message repeats its query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _without(error: Exception, address: str) -> str:
    query = urlsplit(address).query
    return str(error).replace(query, "…") if query else str(error)


def part(value: str | int) -> str:
    """One segment of a path."""
    return quote(str(value), safe="")


def _parsed(status: int, data: bytes, endpoint: str) -> Json:
    try:
        shape = json.loads(data) if data else None
    except ValueError:
        shape = None
        if status < 400:
            raise StoreUnavailable(f"{endpoint} answers no JSON: it is no API of Automate") from None
    if status < 400:
        return shape
    if isinstance(shape, dict) and isinstance(shape.get("error"), dict):
        raise ApiError(status, shape["error"])
    said = str(shape.get("message", "")) if isinstance(shape, dict) else ""  # API Gateway's own
    advice = {401: "Sign in again: automate --endpoint URL login", 403: "There is no such route, or it is not allowed."}
    if status >= 500:
        raise StoreUnavailable(f"{endpoint} answers {status} {said}".rstrip())
    raise ApiError(status, {
        "code": {401: "Unauthorized", 403: "Forbidden", 429: "Throttled"}.get(status, "Refused"),
        "message": f"{endpoint} answers {status} {said}".rstrip(), "advice": advice.get(status),
    })
