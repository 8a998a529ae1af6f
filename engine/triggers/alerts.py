"""Alerts: which end they tell of, how ends are grouped, and what is said.

first of a workflow and error ──► told at once
the others ──► counted ──► one alert for all of them, once in `every_minutes`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, TypedDict

from engine.language.asl.times import iso_timestamp
from engine.records import dataclass
from engine.settings import Settings
from engine.triggers.ends import matches

Json = Any

ALERT = "alert"
"""The kind of a delivery that an alert is."""

PUBLISH = "arn:aws:states:::aws-sdk:sns:publish"
"""The resource that publishes to a topic."""

_LATE_MARK = "!late!"

LATE = "LATE"
"""In place of a status: it is RUNNING for longer than it should."""

DEFAULT_STATUSES = ("FAILED", "TIMED_OUT", "PAUSED")

MOST_CAUSE = 1000
"""Characters."""


class AlertMessage(TypedDict):
    """What whoever is told of an end gets: a workflow as its input, the others as JSON."""

    alert: str
    text: str
    workflow: str
    execution: str
    status: str
    error: str | None
    cause: str | None
    link: str
    started_at: str
    ended_at: str | None
    more: int
    more_since: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert says of one end. `cause` is for people; None where it is hidden. `link` leads to the execution."""

    execution: str
    workflow: str
    status: str
    started_at: float
    ended_at: float | None
    error: str | None
    cause: str | None
    link: str


@dataclass(frozen=True, slots=True)
class Sending:
    """An alert that was not taken: `told` (a Told's fields) with the `held` others since `since`, under `name`, first
    sent at `at` (epoch seconds)."""

    told: Mapping[str, Json]
    held: int
    since: float
    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Group:
    """What is kept of one workflow's ends with one status and error: `held` were not told of since `since` (epoch
    seconds), of which `last` is the last. `seen` is the name of the end that was counted last: it may be told twice.
    `sending` goes before all of them."""

    held: int = 0
    since: float = 0.0
    seen: str = ""
    last: Mapping[str, Json] | None = None
    sending: Sending | None = None

    def text(self) -> str:
        """For a store's one field."""
        sending = [] if self.sending is None else [asdict(self.sending)]
        return json.dumps([self.held, self.since, self.seen, self.last, *sending], ensure_ascii=False)

    def without(self, ids: Collection[str]) -> Group:
        """What is left when the executions of these ids are erased: the others that were counted. Where the one that
        was to be told is gone, it is a blank one."""
        held, since, last, sending = self.held, self.since, self.last, self.sending
        if sending is not None and sending.told["execution"] in ids:
            held, since = held + sending.held, sending.since or since
            last, sending = last or _blank(sending.told), None
        if last is not None and last["execution"] in ids:
            held, last = held - 1, _blank(last)
        if held <= 0:
            held, since, last = 0, 0.0, None
        seen = "" if self.seen.partition("#")[0] in ids else self.seen
        return Group(held, since, seen, last, sending)

    @classmethod
    def of(cls, text: str) -> Group:
        """What `text` gave; an empty one where there is none."""
        held, since, seen, last, *sending = json.loads(text) if text else (0, 0.0, "", None)
        return cls(held, since, seen, last, Sending(**sending[0]) if sending else None)


def _blank(told: Mapping[str, Json]) -> Mapping[str, Json]:
    """Without what says which execution it was, and why it ended."""
    return {**told, "execution": "", "cause": None, "link": ""}


def default_alerts(settings: Settings) -> tuple[dict[str, Json], ...]:
    """The alerts of a workflow that names none."""
    workflow, webhook = settings.alert_workflow, settings.alert_webhook
    topic, command = settings.alert_topic, settings.alert_command
    return (
        *([{"name": "default", "workflow": workflow}] if workflow else []),
        *([{"name": "default-webhook", "webhook": {"url": webhook}}] if webhook else []),
        *([{"name": "default-sns", "sns": topic}] if topic else []),
        *([{"name": "default-command", "command": command}] if command else []),
    )


def tells(spec: Mapping[str, Json], status: str, error: str | None) -> bool:
    """Whether the alert `spec` tells of such an end."""
    if status == LATE:
        return spec.get("late_after_seconds") is not None
    if status not in (spec.get("statuses") or DEFAULT_STATUSES):
        return False
    errors = spec.get("errors")
    return not errors or (error is not None and any(matches(pattern, error) for pattern in errors))


def group_of(spec: Mapping[str, Json], status: str, error: str | None) -> str:
    """The name of the group, within its workflow."""
    mark = hashlib.sha256(json.dumps([status, error]).encode()).hexdigest()[:16]
    return f"{prefix_of(spec)}{mark}"


def prefix_of(spec: Mapping[str, Json]) -> str:
    """What the names of an alert's groups begin with. No trigger's name has such a character."""
    return f"!{spec.get('name', ALERT)}!"


def untold(alert: str) -> str:
    """In place of a trigger's name, where it is kept that the alert was given up. No trigger's name has a colon."""
    return f"{ALERT}:{alert}"


def is_group(name: str) -> bool:
    """Whether it is the name of a group."""
    return name.startswith("!") and not name.startswith(_LATE_MARK)


def late_mark(spec: Mapping[str, Json]) -> str:
    """Where it is kept up to when an alert has looked at who is late."""
    return f"{_LATE_MARK}{spec.get('name', ALERT)}"


def message(spec: Mapping[str, Json], told: Told, *, held: int, since: float | None) -> AlertMessage:
    """What is sent. `held` others have ended so since `since` without being told of."""
    said = f"{told.workflow} is late" if told.status == LATE else f"{told.workflow} {told.status}"
    text = said + (f" with {told.error}" if told.error else "") + (f": {told.cause}" if told.cause else "")
    if held and since is not None:
        text += f" ({held} more since {iso_timestamp(since)})"
    return {
        "alert": spec.get("name", ALERT), "text": text, "workflow": told.workflow, "execution": told.execution,
        "status": told.status, "error": told.error, "cause": told.cause, "link": told.link,
        "started_at": iso_timestamp(told.started_at),
        "ended_at": None if told.ended_at is None else iso_timestamp(told.ended_at),
        "more": held, "more_since": iso_timestamp(since) if held and since is not None else None,
    }
