"""What n8n's nodes are here: the action of a connector, with the node's parameters as its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.conversion.n8n import Task

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
    to = given.get("toEmail", given.get("sendTo"))
    body = given.get("text", given.get("message", given.get("html")))
    return "connector:email:send", {"to": to, "subject": given.get("subject"), "body": body}


def _charge(given: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    return "connector:payment:charge", {
        "amount": given.get("amount"), "currency": given.get("currency"), "customer": given.get("customerId"),
    }


TASKS: dict[str, Task] = {
    "httpRequest": _http, "slack": _slack, "emailSend": _mail, "gmail": _mail, "stripe": _charge,
}
"""By the kind of node: what the conversion of n8n's exports is handed."""
