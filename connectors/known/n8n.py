"""What n8n's nodes are here: the action of a connector, with the node's parameters as its inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from connectors.registry import Registry
from engine.conversion.n8n import Task
from engine.errors import UserError

Json = Any


def _http(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    method = given.get("method", given.get("requestMethod", "GET"))
    body = given.get("body") if given.get("contentType") == "raw" else None
    return "connector:http:request", {"method": method, "url": given.get("url"), "body": body}


def _slack(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    channel = given.get("channelId", given.get("channel"))
    channel = channel.get("value") if isinstance(channel, dict) else channel
    return "connector:slack:post_message", {"channel": channel, "text": given.get("text")}


def _mail(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    return "connector:email:send", {
        "from": given.get("fromEmail"), "to": given.get("toEmail", given.get("sendTo")),
        "subject": given.get("subject"), "body": given.get("text", given.get("message")), "html": given.get("html"),
    }


def _charge(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    return "connector:stripe:create_payment_intent", {
        "amount": given.get("amount"), "currency": given.get("currency"), "customer": given.get("customerId"),
        "payment_method": given.get("source"), "confirm": True,
    }


def _statement(code: str, given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    text = str(given.get("query") or "")
    action = "query" if text.lstrip().upper().startswith("SELECT") else "execute"
    return f"connector:{code}:{action}", {"statement": given.get("query")}


def _is_charge(given: Mapping[str, Json]) -> bool:
    """Whether a node of Stripe's takes money: no word of it is in the action's name."""
    return (given.get("resource", "charge"), given.get("operation", "create")) == ("charge", "create")


TASKS: dict[str, Task] = {
    "httpRequest": _http, "slack": _slack, "emailSend": _mail, "gmail": _mail, "stripe": _charge,
    "postgres": partial(_statement, "postgres"), "mySql": partial(_statement, "mysql"),
}
"""By the kind of node, for the connectors that are known; see `tasks_of`."""


def tasks_of(registry: Registry) -> dict[str, Task]:
    """By the kind of node: what the conversion of n8n's exports is handed. A kind that is called as a connector which
    is here becomes the action that the node's resource and operation name."""
    named = {_camel(code): partial(_of_connector, registry, code) for code in registry.codes()}
    of_stripe = partial(_of_connector, registry, "stripe")
    return {**named, **TASKS, "stripe": lambda given: (_charge if _is_charge(given) else of_stripe)(given)}


def _of_connector(registry: Registry, code: str, given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    wanted = _words(f"{given.get('operation', '')} {given.get('resource', '')}")
    try:
        adapter = registry.get(code)
    except UserError:
        adapter = None
    actions = {} if adapter is None else adapter.actions
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
