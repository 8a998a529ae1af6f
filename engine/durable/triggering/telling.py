"""To whom an alert goes that starts no workflow: a webhook, an SNS topic, a command of this machine.

What is sent again after a death has the same key: a webhook gets it as its Idempotency-Key, a FIFO topic as its
MessageDeduplicationId, a command as ALERT_KEY. A topic that is no FIFO topic may have an alert twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from engine.durable.views.causes import plain_cause
from engine.ports.tasks import TaskCall, TaskFailed, Tasks
from engine.records import dataclass
from engine.triggers.alerts import ALERT, PUBLISH, AlertMessage, Told

Json = Any

SECONDS = 10.0
"""So long one of them may take."""

MOST_SUBJECT = 100
"""Characters of a topic's message's subject (SNS's API reference, Publish: printable ASCII, fewer than 100)."""

NOT_HERE = "NotHere"

Run = Callable[[str, bytes, str, str], TaskFailed | None]
"""(command, standard input, key, the execution's id) → what went wrong."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How alerts leave: `tasks` calls webhooks, by the resource `webhook`, and publishes to topics; `run` runs
    commands. None: not from here."""

    tasks: Tasks | None = None
    webhook: str = ""
    run: Run | None = None


def target_of(spec: Mapping[str, Json]) -> str:
    """What rests for a while when it has failed."""
    hook = spec.get("webhook")
    return str(hook["url"] if hook is not None else spec.get("sns") or spec.get("command"))


def tell(
    ways: Ways, workspace: str, spec: Mapping[str, Json], told: Told, said: AlertMessage, key: str
) -> TaskFailed | None:
    """Send `said`; what went wrong, None where it was taken."""
    command = spec.get("command")
    if command is not None:
        if ways.run is None:
            return TaskFailed(NOT_HERE, "no command is run from here", retryable=False)
        return ways.run(command, json.dumps(said).encode(), key, told.execution)
    if ways.tasks is None:
        return TaskFailed(NOT_HERE, "nothing can be called from here", retryable=False)
    resource, arguments, secrets = _call(ways, spec, said, key)
    outcome = ways.tasks.call(TaskCall(
        resource=resource, arguments=arguments, workspace=workspace, execution_id=told.execution or told.workflow,
        workflow=told.workflow, version=0, state=ALERT, attempt=1, idempotency_key=key, budget_seconds=SECONDS,
        secret_refs=secrets,
    ))
    return replace(outcome, cause=_plain(spec, outcome.cause)) if isinstance(outcome, TaskFailed) else None


def _plain(spec: Mapping[str, Json], cause: str | None) -> str | None:
    """For logs and for the record of an alert that was given up: a message without a stack trace, and of a webhook's
    address the host alone, for the rest may let somebody in."""
    plain, hook = plain_cause(cause), spec.get("webhook")
    if plain is None or hook is None:
        return plain
    return plain.replace(hook["url"], str(urlsplit(hook["url"]).hostname))


def _call(
    ways: Ways, spec: Mapping[str, Json], said: AlertMessage, key: str
) -> tuple[str, dict[str, Json], tuple[tuple[str, str], ...]]:
    if spec.get("sns") is not None:
        return PUBLISH, message_of(spec["sns"], said, key), ()
    hook = spec["webhook"]
    arguments = {"method": "POST", "url": hook["url"], "json": dict(said), "timeout_seconds": SECONDS}
    token = hook.get("bearer_token")
    if token is None:
        return ways.webhook, arguments, ()
    return ways.webhook, {**arguments, "bearer_token": token}, (("/bearer_token", token["$secret"]),)


def message_of(topic: str, said: AlertMessage, key: str) -> dict[str, Json]:
    """The arguments of SNS's Publish: the alert as JSON, with a subject for mail and attributes for filter policies."""
    subject = f"{said['workflow']} {said['status']}" + (f" with {said['error']}" if said["error"] else "")
    shown = re.sub(r"[^ -~]", "?", subject)[: MOST_SUBJECT - 1]
    attributes = {"alert": said["alert"], "workflow": said["workflow"], "status": said["status"]}
    if said["error"]:
        attributes["error"] = said["error"]
    arguments: dict[str, Json] = {
        "TopicArn": topic, "Subject": shown, "Message": json.dumps(said, ensure_ascii=False),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    }
    if topic.endswith(".fifo"):
        arguments |= {
            "MessageGroupId": said["workflow"], "MessageDeduplicationId": hashlib.sha256(key.encode()).hexdigest()
        }
    return arguments
