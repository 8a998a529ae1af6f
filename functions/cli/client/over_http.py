"""The routes of a local server or of a deployment, asked over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from engine.errors import InvalidDocument, StoreUnavailable
from functions.app import large_values
from functions.cli.client.client import NO_HEADERS, Client, Reply, part

if TYPE_CHECKING:
    from functions.cli.client.signed import Signing

CONNECT_SECONDS = 10.0
SECONDS = 70.0
"""API Gateway itself answers after 29 s at the latest; a local server waits up to a minute for an activity's task."""

FIRST_POLL_SECONDS, POLL_SECONDS = 0.05, 1.0
"""Between two questions whether an execution has ended: twice as long each time, up to the second."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_SHOWN = 100


def check_endpoint(endpoint: str) -> str:
    """The address without its last slash. Raises InvalidDocument: a token goes over TLS, or to this machine alone."""
    try:
        parts = urlsplit(endpoint)
        is_port = parts.port != 0
    except ValueError:  # brackets around no address, a port over 65,535
        is_port = False
    if is_port and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return endpoint.rstrip("/").removesuffix("/studio")
    raise InvalidDocument(
        f"{endpoint[:_LONGEST_SHOWN]} is not the address of a server or a deployment", where="--endpoint",
        advice="A deployment's address is its output StudioUrl or ApiUrl, and begins with https://. A server of this "
               "machine has http://127.0.0.1:PORT.",
    )


class OverHttp:
    """functions.cli.client.client.Transport to `endpoint`. `authorization` gives the header's value as it is needed;
    `signing` signs requests in its place."""

    def __init__(
        self, endpoint: str, authorization: Callable[[], str], *, signing: Signing | None = None,
        pool: urllib3.PoolManager | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._authorization = authorization
        self._signing = signing
        self._sleep = sleep
        self._pool = pool or urllib3.PoolManager(retries=urllib3.Retry(connect=2, read=0, redirect=0))

    @property
    def place(self) -> str:
        """The address."""
        return self._endpoint

    def send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None, *, signed_in: bool = True,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Reply:
        """Ask a route; bodies and answers that are too large go by an address."""
        headers = {"Accept": "application/json", **headers}
        if signed_in and self._signing is None:
            headers["Authorization"] = self._authorization()
        if body is not None:
            headers["Content-Type"] = "application/json"
            if large_values.is_too_large(body.decode()):
                body = self._uploaded(body, headers)
        address = self._endpoint + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        if self._signing is not None:
            headers = self._signing.headers(method, address, body, headers)
        answer = self._request(method, address, body, headers)
        if answer.headers.get(large_values.TOO_LARGE):
            answer = self._request("GET", json.loads(answer.data)["$too_large"]["href"], None, {})
            if answer.status >= 400:
                raise StoreUnavailable(f"a large answer could not be fetched: its address answers {answer.status}")
        return Reply(answer.status, answer.data)

    def wait(self, client: Client, execution_id: str) -> None:
        """Ask now and again: soon at first, for most are short, and then seldom."""
        seconds = FIRST_POLL_SECONDS
        while client.get(f"/executions/{part(execution_id)}")["status"] == "RUNNING":
            self._sleep(seconds)
            seconds = min(2 * seconds, POLL_SECONDS)

    def _uploaded(self, data: bytes, headers: dict[str, str]) -> bytes | None:
        """Put a body that is too large for a request where the API says, and name it in `headers`; the body again where
        requests may be that large."""
        upload = Client(self).post("/uploads", {"bytes": len(data)})
        if upload["href"] is None:
            return data
        answer = self._request("PUT", upload["href"], data, dict(upload["headers"]))
        if answer.status >= 400:
            raise StoreUnavailable(f"a large body could not be put: its address answers {answer.status}")
        headers[large_values.UPLOAD] = upload["id"]
        return None

    def _request(
        self, method: str, address: str, data: bytes | None, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method, address, body=data, headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=SECONDS),
            )
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(f"{_origin(address)} does not answer: {_without(error, address)}") from None


def _origin(address: str) -> str:
    """A presigned address is a right: no message repeats its query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _without(error: Exception, address: str) -> str:
    query = urlsplit(address).query
    return str(error).replace(query, "…") if query else str(error)
