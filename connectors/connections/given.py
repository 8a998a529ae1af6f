"""A connection in a call's arguments: what it hands over goes into the inputs that the action's spec says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from connectors.checking import Problem
from connectors.connections import CONNECTION

if TYPE_CHECKING:
    from connectors.sdk import Sent

Json = Any

_AT = "{at}"


def connect(connections: Mapping[Sent, Mapping[str, str]], arguments: dict[str, Json]) -> Problem | None:
    """Put what `arguments`' connection hands over into their inputs, if they have one; or the problem, and nothing is
    changed."""
    if CONNECTION not in arguments:
        return None
    try:
        shape = json.loads(arguments[CONNECTION])
        kind, secret = shape["kind"], shape["secret"]
    except (ValueError, TypeError, KeyError):
        return _problem(
            'is no connection: name one that is kept, as {"$secret": "connection.NAME"} (automate connections list)'
        )
    if kind not in connections:
        return _problem(f"is a connection of the kind {kind}; this action takes {' or '.join(connections)}")
    if _AT in connections[kind] and "at" not in shape:
        return _problem("does not say where its key is sent: add it again with --header or --query")
    parts = {"secret": secret, "user": shape.get("user", "")}
    filled = [(place, parts[part]) for name, part in connections[kind].items() for place in _places(name, shape)]
    for place, _ in filled:
        if _has(arguments, place):
            return Problem("/" + "/".join(place), "is given, and the connection says it too: leave one of them out")
    del arguments[CONNECTION]
    for place, value in filled:
        holder = arguments
        for step in place[:-1]:
            holder = holder.setdefault(step, {})
        holder[place[-1]] = value
    return None


def _places(name: str, shape: dict[str, Json]) -> Iterator[tuple[str, ...]]:
    if name != _AT:
        yield tuple(name.split("."))
        return
    for place, names in shape["at"].items():
        yield from ((place, one) for one in names)


def _has(arguments: Json, place: tuple[str, ...]) -> bool:
    """Whether something stands there, or where it would have to go. A header is the same in any case."""
    for step in place:
        if not isinstance(arguments, dict):
            return True
        found = next((name for name in arguments if name.lower() == step.lower()), None)
        if found is None:
            return False
        arguments = arguments[found]
    return True


def _problem(message: str) -> Problem:
    return Problem(f"/{CONNECTION}", message)
