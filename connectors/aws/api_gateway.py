"""``apigateway:invoke``: one HTTPS request to a stage of an API Gateway API.

    ApiEndpoint, Stage, Path, QueryParameters, Method, Headers, RequestBody, AuthType, AllowNullValues
      ─► {Headers: {name: [values]}, ResponseBody, StatusCode, StatusText}
      or ApiGateway.<status> with the body as its cause

Source: the developer guide, "Create API Gateway REST APIs with Step Functions", and recorded answers. Only API
Gateway's own host names are called, through the dialler (connectors.egress): a signature is not for others. Redirects
are not followed, proxies not used.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from connectors.aws.clients import Clients
from connectors.aws.failures import refused, unfit
from connectors.aws.operations import read_body
from connectors.aws.shapes import json_or_text, text_of
from connectors.egress import in_force
from connectors.egress.http_connection import opened
from connectors.errors import ConnectorError
from engine.clock import Clock
from engine.errors import StateFailure
from engine.governance.secret_refs import in_place
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, TaskSucceeded
from engine.records import dataclass

Json = Any
Connect = Callable[[str, float], http.client.HTTPConnection]
"""To a host, connected, its socket keeping a deadline."""

PREFIX = "ApiGateway"

_HOST = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTHING_DONE = frozenset({429, 503})
_FORBIDDEN = frozenset({
    "authorization", "connection", "content-md5", "expect", "host", "max-forwards", "proxy-authenticate", "server",
    "te", "trailer", "transfer-encoding", "upgrade", "via", "www-authenticate",
})
_FORBIDDEN_PREFIXES = ("x-forwarded", "x-amz", "x-amzn")


def https(host: str, deadline: float) -> http.client.HTTPConnection:
    """A connection that is checked against the system's certificates."""
    return opened(in_force.current(), "https", host, 443, deadline)


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out. `target` is the path with its query."""

    host: str
    region: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None
    signed: bool


def call_api(call: TaskCall, clients: Clients, clock: Clock, connect: Connect = https) -> TaskOutcome:
    """Send the request that `call` describes. Never raises for what the API did."""
    request = _request(in_place(call.arguments, call.secret_refs, call.secrets))
    if isinstance(request, list):
        return unfit(call, request)
    if isinstance(request, TaskFailed):
        return request
    try:
        return _exchange(request, connect, call, clients, clock)
    except StateFailure as failure:
        return TaskFailed(failure.error, failure.cause, definite=False)
    except ValueError as error:  # a header or an address that http.client does not write: before anything is sent
        return unfit(call, [str(error)])


def _exchange(
    request: Request, connect: Connect, call: TaskCall, clients: Clients, clock: Clock
) -> TaskOutcome:
    """Connect, send, read; what fails before sending is definite."""
    deadline = clock.now() + call.budget_seconds
    try:
        headers = _signed(request, clients) if request.signed else request.headers
        connection = connect(request.host, deadline)
    except ConnectorError as refusal:
        return TaskFailed(f"{PREFIX}.SdkClientException", str(refusal), retryable=False)
    except Exception as error:  # noqa: BLE001  no credentials, no connection
        return _broken(error, definite=True)
    try:
        connection.request(request.method, request.target, body=request.body, headers=headers)
        return _answer(request, connection.getresponse(), call, clock, deadline)
    except (OSError, http.client.HTTPException) as error:
        return _broken(error, definite=request.method in _READING)
    finally:
        connection.close()


def _broken(error: Exception, *, definite: bool) -> TaskFailed:
    cause = f"Unable to execute HTTP request: {error or type(error).__name__}"
    return TaskFailed(f"{PREFIX}.SdkClientException", cause, definite=definite)


def _answer(
    request: Request, response: http.client.HTTPResponse, call: TaskCall, clock: Clock, deadline: float
) -> TaskOutcome:
    text = text_of(read_body(response, call, clock, deadline))
    if response.status >= 400:
        definite = response.status < 500 or response.status in _NOTHING_DONE or request.method in _READING
        return TaskFailed(f"{PREFIX}.{response.status}", text, definite=definite)
    headers: dict[str, list[str]] = {}
    for name, value in response.getheaders():
        headers.setdefault(name, []).append(value)
    return TaskSucceeded({
        "Headers": headers,
        "ResponseBody": _body(text, response.headers.get_content_subtype()),
        "StatusCode": response.status,
        "StatusText": response.reason,
    })


def _body(text: str, subtype: str) -> Json:
    """JSON where the answer says it is, else text."""
    if text and (subtype == "json" or subtype.endswith("+json")):
        return json_or_text(text)
    return text


def _request(arguments: Json) -> Request | list[str] | TaskFailed:
    """What `arguments` ask for; or what does not fit, in AWS's words; or a refusal."""
    if not isinstance(arguments, dict):
        return ["The Parameters must be a JSON object"]
    given = {name: value for name, value in arguments.items() if value is not None}
    problems = _problems(given)
    if problems:
        return problems
    if given.get("AuthType") == "RESOURCE_POLICY":
        return refused("AuthType RESOURCE_POLICY admits AWS Step Functions itself. Use IAM_ROLE and admit the role.")
    host = given["ApiEndpoint"]
    headers = {name: ",".join(values) for name, values in given.get("Headers", {}).items()}
    body = _body_bytes(given, headers)
    return Request(
        host=host, region=host.split(".")[2], method=given["Method"], target=_target(given), headers=headers, body=body,
        signed=given.get("AuthType") == "IAM_ROLE",
    )


def _problems(given: dict[str, Json]) -> list[str]:
    """Everything that does not fit."""
    fits: dict[str, Callable[[Json], bool]] = {
        "ApiEndpoint": lambda value: isinstance(value, str) and _HOST.fullmatch(value) is not None,
        "Method": lambda value: value in _METHODS,
        "Headers": _is_multi_map,
        "QueryParameters": _is_multi_map,
        "Stage": lambda value: isinstance(value, str),
        "Path": lambda value: isinstance(value, str),
        "AllowNullValues": lambda value: isinstance(value, bool),
        "AuthType": lambda value: value in ("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"),
        "RequestBody": lambda _: True,
    }
    required = [name for name in ("ApiEndpoint", "Method") if name not in given]
    wrong = [name for name, value in given.items() if name in fits and not fits[name](value)]
    names = given.get("Headers", {}) if "Headers" not in wrong else {}
    return [
        *(f"The field '{name}' is not supported by Step Functions" for name in given if name not in fits),
        *(f"The field '{name}' is required but was missing" for name in required),
        *(f"The value of the field '{name}' has an invalid format" for name in wrong),
        *(f"The header '{name}' is not supported by Step Functions" for name in names if _is_forbidden(name)),
    ]


def _target(given: dict[str, Json]) -> str:
    parts = [given.get(name, "").strip("/") for name in ("Stage", "Path")]
    path = "/" + "/".join(quote(part, safe="/%:@!$&'()*+,;=~-._") for part in parts if part)
    query = urlencode(given.get("QueryParameters", {}), doseq=True)
    return f"{path}?{query}" if query else path


def _body_bytes(given: dict[str, Json], headers: dict[str, str]) -> bytes | None:
    """The body: JSON, unless the headers give a text another type. Sets the type where they give none."""
    if "RequestBody" not in given:
        return None
    body = given["RequestBody"]
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    if isinstance(body, str) and kind is not None and "json" not in kind.lower():
        return body.encode(errors="replace")
    if kind is None:
        headers["Content-Type"] = "application/json"
    return json.dumps(body if given.get("AllowNullValues") else _without_nulls(body), separators=(",", ":")).encode()


def _without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _signed(request: Request, clients: Clients) -> dict[str, str]:
    """The headers with AWS's signature, version 4. Raises botocore's errors without credentials."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415  botocore only for those who use it
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415

    url = f"https://{request.host}{request.target}"
    unsigned = AWSRequest(method=request.method, url=url, data=request.body or b"", headers=request.headers)
    SigV4Auth(clients.credentials(), "execute-api", request.region).add_auth(unsigned)
    return dict(unsigned.headers.items())


def _is_multi_map(value: Json) -> bool:
    """Names to lists of texts: recorded, a plain text is refused."""
    return isinstance(value, dict) and all(
        isinstance(items, list) and all(isinstance(item, str) for item in items) for items in value.values()
    )


def _is_forbidden(name: str) -> bool:
    return name.lower() in _FORBIDDEN or name.lower().startswith(_FORBIDDEN_PREFIXES)
