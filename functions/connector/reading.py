"""What a state machine hands over, read as a call. What does not fit is a failure of the Task, never a surprise."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from engine.governance.secret_refs import is_key
from engine.ports.tasks import TaskCall, TaskFailed

Json = Any

INVALID = "Automate.InvalidInvocation"

_TEXTS = ("connector", "action", "workflow", "execution", "state", "entered")


def read_call(event: Json, workspace: str, most_seconds: float) -> TaskCall | TaskFailed:
    """The call that `event` asks for, within `most_seconds`; or what is wrong with it."""
    problem = _problem(event)
    if problem is not None:
        advice = "Let automate export --to step-functions write the Task."
        return TaskFailed(INVALID, f"{problem} {advice}", retryable=False)
    token, timeout = event.get("task_token"), event.get("timeout_seconds")
    suffix = "" if token is None else ".waitForTaskToken"
    return TaskCall(
        resource=f"connector:{event['connector']}:{event['action']}{suffix}",
        arguments=event["arguments"],
        workspace=workspace,
        execution_id=event["execution"],
        workflow=event["workflow"],
        version=0,
        state=event["state"],
        attempt=event.get("attempt", 0),
        idempotency_key=_idempotency_key(event),
        budget_seconds=most_seconds if timeout is None else min(timeout, most_seconds),
        secret_refs=tuple(event.get("secrets", {}).items()),
        task_token=token,
    )


def _idempotency_key(event: dict[str, Json]) -> str:
    """The same for every attempt of one visit of the state, and for no other visit.

    The items of an inline Map may enter a state within the same millisecond, and nothing that Step Functions tells a
    state says which item it works on: there the arguments tell them apart.
    """
    parts = [event["execution"], event["state"], event["entered"]]
    if event.get("in_map"):
        parts.append(json.dumps(event["arguments"], sort_keys=True))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _problem(event: Json) -> str | None:
    """Why `event` is no call."""
    if not isinstance(event, dict):
        return "The connector function takes an object."
    problems = [f"{name!r} must be a text." for name in _TEXTS if not event.get(name) or not _is_text(event[name])]
    if "arguments" not in event:
        problems.append("'arguments' is missing.")
    secrets = event.get("secrets", {})
    if not isinstance(secrets, dict) or not all(_is_text(key) and is_key(key) for key in secrets.values()):
        problems.append("'secrets' must map JSON pointers to secrets' keys.")
    numbers = ("attempt", "timeout_seconds")
    problems += [f"{name!r} must be a number." for name in numbers if not _is_number(event, name)]
    if not _is_text(event.get("task_token", "")):
        problems.append("'task_token' must be a text.")
    return " ".join(problems) or None


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_number(event: dict[str, Json], name: str) -> bool:
    """Whether it is one, or not there at all."""
    value = event.get(name, 0)
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
