"""What n8n's nodes are here: the action of a connector, with the node's parameters as its inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.known import loaded
from connectors.registry import Registry
from connectors.sdk import ActionSpec, Meaning
from engine.conversion.n8n import Task
from engine.errors import InvalidDocument
from engine.language.asl.source import parse_text

Json = Any

_ONE_EXPRESSION = re.compile(r"\s*=\s*\{\{(?:(?!\}\}).)*\}\}\s*", re.DOTALL)


def _http(given: Mapping[str, Json]) -> dict[str, Json]:
    """What is switched off is not sent, and so not taken. A body that is put together as text goes as that text."""
    headers = _pairs(given, "headerParameters") if given.get("sendHeaders") else {}
    sent: dict[str, Json] = {
        "method": given.get("method", given.get("requestMethod", "GET")), "url": given.get("url"),
        "query": _pairs(given, "queryParameters") if given.get("sendQuery") else {},
    }
    kind = given.get("contentType", "json")
    sends = given.get("sendBody", kind == "raw")
    if sends and kind == "raw":
        sent["body"] = given.get("body")
        if given.get("rawContentType"):
            headers = {"Content-Type": given.get("rawContentType"), **headers}
    elif sends and kind == "json":
        if given.get("specifyBody") != "json":
            sent["json"] = _pairs(given, "bodyParameters")
        else:
            text = given.get("jsonBody")
            value = _json_or_none(text)
            sent["body" if value is None else "json"] = text if value is None else value
            if value is None:
                headers = {"Content-Type": "application/json", **headers}
    return {**sent, "headers": headers}


def _pairs(given: Mapping[str, Json], name: str) -> dict[str, Json]:
    """What a table of names and values says."""
    table = given.get(name)
    rows = table.get("parameters") if isinstance(table, dict) else None
    return {
        str(row["name"]): row.get("value") for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("name")
    }


def _json_or_none(text: Json) -> Json:
    """The value of a body that is JSON, or one expression that gives it; None for a text with expressions in it."""
    if not isinstance(text, str):
        return text
    if _ONE_EXPRESSION.fullmatch(text):
        return text
    try:
        return parse_text(text, name="body.json").value
    except InvalidDocument:
        return None


def _slack(given: Mapping[str, Json]) -> dict[str, Json]:
    channel = given.get("channelId", given.get("channel")) if given.get("select", "channel") == "channel" else None
    channel = channel.get("value") if isinstance(channel, dict) else channel
    return {"channel": channel, "text": given.get("text")}


def _mail(given: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "from": given.get("fromEmail"), "to": given.get("toEmail", given.get("sendTo")),
        "subject": given.get("subject"), "body": given.get("text", given.get("message")), "html": given.get("html"),
    }


def _charge(given: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "amount": given.get("amount"), "currency": given.get("currency"), "customer": given.get("customerId"),
        "payment_method": given.get("source"), "confirm": True,
    }


def _is_charge(given: Mapping[str, Json]) -> bool:
    """Whether a node of Stripe's takes money: no word of it is in the action's name."""
    return (given.get("resource", "charge"), given.get("operation", "create")) == ("charge", "create")


KINDS: dict[str, tuple[Meaning, Callable[[Mapping[str, Json]], dict[str, Json]]]] = {
    "httpRequest": ("request", _http), "slack": ("message", _slack), "emailSend": ("mail", _mail),
    "gmail": ("mail", _mail), "stripe": ("charge", _charge),
}
"""By the kind of node: what it means here, and what its parameters are for that."""


def tasks_of(registry: Registry) -> dict[str, Task]:
    """By the kind of node: what the conversion of n8n's exports is handed. A kind that is called as a connector which
    is here becomes the action that the node's resource and operation name; others what means the same."""
    adapters = dict(loaded(registry))
    named: dict[str, Task] = {_camel(code): partial(_of_connector, code, adapter.actions)
                              for code, adapter in adapters.items()}
    for code, adapter in adapters.items():
        if {"query", "execute"} <= adapter.actions.keys():
            named |= {kind: partial(_statement, code) for kind in (_camel(code), _SPELLED.get(code, _camel(code)))}
    for kind, (meaning, given_of) in KINDS.items():
        means = [(code, name) for code, adapter in adapters.items() for name, spec in adapter.actions.items()
                 if spec.means == meaning]
        code, action = next((one for one in means if one[0] == kind), next(iter(means), ("", "")))
        if action:
            task = partial(_meant, f"connector:{code}:{action}", given_of)
            named[kind] = partial(_paid, task, named[kind]) if kind == "stripe" and kind in named else task
    return named


_SPELLED = {"mysql": "mySql"}
"""How n8n spells a code otherwise."""


def _meant(
    resource: str, given_of: Callable[[Mapping[str, Json]], dict[str, Json]], given: Mapping[str, Json]
) -> tuple[str, dict[str, Json]]:
    return resource, given_of(given)


def _paid(charge: Task, other: Task, given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    return (charge if _is_charge(given) else other)(given)


def _statement(code: str, given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    text = str(given.get("query") or "")
    action = "query" if text.lstrip().upper().startswith("SELECT") else "execute"
    of_text = given.get("operation", "executeQuery") == "executeQuery"
    return f"connector:{code}:{action}", {"statement": given.get("query") if of_text else None}


def _of_connector(
    code: str, actions: Mapping[str, ActionSpec], given: Mapping[str, Json]
) -> tuple[str, dict[str, Json]]:
    wanted = _words(f"{given.get('operation', '')} {given.get('resource', '')}")
    best = max(actions, key=lambda name: (len(wanted & _words(name)), -len(_words(name) - wanted)), default="")
    if not best or not wanted & _words(best):
        return f"connector:{code}:{'_'.join(sorted(wanted)) or 'action'}", dict(given)
    return f"connector:{code}:{best}", {
        name: given.get(name, given.get(_camel(name))) for name in actions[best].inputs
        if name in given or _camel(name) in given
    }


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", text)}


def _camel(name: str) -> str:
    first, *others = re.split(r"[_-]", name)
    return first + "".join(word.capitalize() for word in others)
