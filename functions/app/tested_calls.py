"""What the audit log keeps of the calls that a test really made: what was called, where, with which secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url as parse_any

from connectors.egress.urls import BadUrl, parse_url
from engine.ports.tasks import TaskCall

Json = Any

MOST_NAMED = 100
"""So many resources, secrets and hosts an entry names each; `calls` counts all of the calls."""

_ADDRESS = {"connector:http:request": "url", "arn:aws:states:::apigateway:invoke": "ApiEndpoint"}
"""Where a resource's arguments say which host is called. An AWS service's is its own."""


def shape_of_calls(digest: str, calls: Sequence[TaskCall]) -> dict[str, Json]:
    """`digest` is the one that a version of the same definition has. `hosts` are those that the arguments
    name; where an address is a secret, its key stands for it."""
    return {
        "called": _distinct(call.resource for call in calls),
        "calls": len(calls),
        "definition_digest": digest,
        "secrets": _distinct(key for call in calls for _, key in call.secret_refs),
        "hosts": _distinct(host for call in calls for host in _hosts(call)),
    }


def _distinct(found: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(found))[:MOST_NAMED]


def _hosts(call: TaskCall) -> Iterator[str]:
    bare, _, _ = call.resource.partition(".waitForTaskToken")
    if bare in _ADDRESS:
        arguments = call.arguments if isinstance(call.arguments, dict) else {}
        yield from _named(arguments.get(_ADDRESS[bare]), bare=True)
    elif not bare.startswith("arn:"):
        yield from _named(call.arguments, bare=False)


def _named(value: Json, *, bare: bool) -> Iterator[str]:
    """The hosts of the addresses within `value`; `bare`: it is an address, also without a scheme."""
    if isinstance(value, dict) and set(value) == {"$secret"}:
        if bare:
            yield f"(the secret {value['$secret']})"
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _named(item, bare=bare)
    elif isinstance(value, str) and (bare or "://" in value):
        host = _host(value)
        if host is not None:
            yield host


def _host(address: str) -> str | None:
    """Host, and port where one is given: those of the web as the dialler reads them, so that what is named is what was
    called; those of other schemes (a database's) and bare ones by a common library."""
    try:
        return parse_url(address).authority
    except BadUrl:
        pass
    try:
        url = parse_any(address)
    except LocationParseError:
        return None
    if not url.host:
        return None
    return url.host if url.port is None else f"{url.host}:{url.port}"
