"""A trigger in words, where it is called, and when it comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import json_pointer
from engine.language.asl.times import parse_timestamp
from engine.ports.deliveries import TriggerState
from engine.settings import Settings
from engine.triggers.faults import TriggerFault
from engine.triggers.forms import FORM
from engine.triggers.listener import Listener
from engine.triggers.schedule import Schedule, parse_schedule

Json = Any


def says(found: Listener) -> str:
    """What it listens to, in a few words."""
    spec = found.spec
    match found.kind:
        case "schedule":
            zone = spec.get("timezone", "UTC")
            return f"{spec['expression']} in {zone}"
        case "webhook":
            style = (spec.get("auth") or {}).get("style")
            signed = {
                None: "which nobody may call: it has no auth", "none": "which anybody may call",
                "hmac": "signed with an HMAC of a secret",
            }
            return f"calls of {address_of(found)}, {signed.get(style, f'signed as {style} does')}"
        case "queue":
            return f"messages of the queue {spec['queue']}"
        case "event":
            return f"events of the bus {spec.get('bus', 'default')} that match its pattern"
        case kind:
            more = _MORE.get(kind)
            return kind if more is None else more(spec)


def _says_end(spec: Mapping[str, Json]) -> str:
    whose = "every other workflow" if spec["workflow"] == "*" else str(spec["workflow"])
    statuses, errors = spec.get("statuses"), spec.get("errors")
    said = f"ends of {whose}"
    if statuses:
        said += f" as {', '.join(statuses)}"
    if errors:
        said += f" with {', '.join(errors)}"
    return said


def _says_form(spec: Mapping[str, Json]) -> str:
    public = spec.get("public")
    whom = f"open to whoever has a link until {public['expires']}" if public else "for whoever is signed in"
    return f"a form, {whom}"


def _says_folder(spec: Mapping[str, Json]) -> str:
    return f"files {spec.get('pattern', '*')} that come into the folder {spec['folder']}"


def _says_put(spec: Mapping[str, Json]) -> str:
    wanted = [f"{says} {spec[field]!r}" for field, says in (("prefix", "begins with"), ("suffix", "ends with"))
              if spec.get(field)]
    return f"objects put into the bucket {spec['bucket']}" + (f" whose key {' and '.join(wanted)}" if wanted else "")


_MORE: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
    "workflow_end": _says_end, "form": _says_form, "folder": _says_folder, "s3": _says_put,
}


def address_of(found: Listener) -> str | None:
    """The path of a webhook, below the API's address; None for what is called nowhere."""
    if found.kind != "webhook":
        return None
    return json_pointer(("hooks", found.workflow, str(found.spec["path"])))


def url_of(settings: Settings, path: str | None) -> str | None:
    """The whole address of `path`, where a setting says what it begins with."""
    return None if path is None or not settings.public_url else settings.public_url.rstrip("/") + path


def next_of(found: Listener, state: TriggerState | None, now: float) -> float | None:
    """When a schedule comes next after `now`, in epoch seconds; None for what is none, or is over."""
    schedule = _schedule(found)
    return None if schedule is None else next(schedule.times(now, since=_since(found, state)), None)


def is_over(found: Listener, state: TriggerState | None, now: float) -> bool:
    """Whether a schedule has no time left that is not done, or a public form's links are closed by `now`."""
    if found.kind == FORM:
        public = found.spec.get("public") or None
        return public is not None and now >= (parse_timestamp(str(public["expires"])) or 0.0)
    schedule = _schedule(found)
    if schedule is None:
        return False
    since = _since(found, state)
    done = since if state is None or state.looked_at is None else state.looked_at
    return next(schedule.times(done, since=since), None) is None


def _schedule(found: Listener) -> Schedule | None:
    """None for what is none, and for one that cannot be read any more."""
    if found.kind != "schedule":
        return None
    spec = found.spec
    try:
        return parse_schedule(
            spec["expression"], spec.get("timezone", "UTC"), start=spec.get("start"), end=spec.get("end")
        )
    except TriggerFault:
        return None


def _since(found: Listener, state: TriggerState | None) -> float:
    return found.published_at if state is None or state.since is None else state.since
