"""What is wrong with a document's triggers, or worth a word, at a given time; and when its schedules come next."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from engine.catalog.heard import ENDS, Heard
from engine.catalog.triggers import (
    EventTrigger,
    FormTrigger,
    QueueTrigger,
    S3Trigger,
    ScheduleTrigger,
    Trigger,
    WebhookTrigger,
    WorkflowEndTrigger,
)
from engine.errors import Diagnostic, json_pointer
from engine.language.asl.times import parse_timestamp
from engine.language.schema.validation import Unchecked, errors
from engine.records import dataclass
from engine.triggers.events.pattern import OR, Branch, compile_pattern
from engine.triggers.faults import Path, TriggerFault
from engine.triggers.listener import Listener, expression_faults, scheduled
from engine.triggers.schedule import Moment, upcoming, wrong_number

SHOWN_TIMES = 10

ENVELOPE = (
    "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name",
    "trace-header",
)
"""The fields of an event that EventBridge delivers ("AWS service event metadata", EventBridge User Guide). All are
texts but `resources`, a list of texts, and `detail`, an object."""

_MAY_MISS = frozenset({"resources", "replay-name", "trace-header"})
"""Those of them that have no value in some events."""


@dataclass(frozen=True, slots=True)
class NextTimes:
    """When a schedule comes next: `times` are at most ten, `skipped` what the clocks leave out before the last of
    them, as they would show it. `location` is the trigger's JSON pointer."""

    location: str
    trigger: ScheduleTrigger
    times: tuple[Moment, ...]
    skipped: tuple[datetime, ...]


def next_times(triggers: Sequence[Trigger], now: float) -> list[NextTimes]:
    """Of each schedule that can be read, also of those that are switched off."""
    found = []
    for index, trigger in enumerate(triggers):
        if isinstance(trigger, ScheduleTrigger):
            try:
                shown = upcoming(trigger.schedule(), now, count=SHOWN_TIMES)
            except TriggerFault:
                continue  # trigger_problems says why
            found.append(NextTimes(json_pointer(("triggers", index)), trigger, shown.times, shown.skipped))
    return found


def trigger_problems(
    triggers: Sequence[Trigger], now: float, *, kind: str, input_schema: dict[str, Any] | None = None,
    workflow: str = "", heard: Heard | None = None,
) -> Iterator[Diagnostic]:
    """ERROR for what cannot be published: two of one name or path, a webhook that does not say who may call it, a
    result of a workflow that is not EXPRESS, a schedule whose input cannot start it, a pattern that no event matches,
    what the place does not hear, and what a document of an earlier release may have and is refused now. WARNING for
    what can hardly be meant: a schedule or a form that is over at `now`, a pattern with a field that no event has.
    `kind` and `input_schema` are the workflow's, `workflow` is its name; `heard` is what its stage hears, None where
    that is everything."""
    yield from _of_names(triggers)
    for index, trigger in enumerate(triggers):
        place: Path = ("triggers", index)
        if heard is not None and trigger.enabled:
            yield from _of_heard(trigger, place, heard)
        try:
            if isinstance(trigger, ScheduleTrigger):
                yield from _of_schedule(trigger, place, now, input_schema)
            elif isinstance(trigger, EventTrigger):
                yield from _of_pattern(trigger, (*place, "pattern"))
            elif isinstance(trigger, WebhookTrigger):
                yield from _of_webhook(trigger, place, kind)
            elif isinstance(trigger, WorkflowEndTrigger):
                yield from _of_end(trigger, place, workflow)
            elif isinstance(trigger, FormTrigger):
                yield from _of_form(trigger, place, now)
            yield from _of_expressions(trigger, place)
        except TriggerFault as error:
            within = (*place, "pattern") if isinstance(trigger, EventTrigger) else place
            for each in error.faults:
                yield Diagnostic("INVALID_TRIGGER", each.message, json_pointer((*within, *each.path)))


def _of_expressions(trigger: Trigger, place: Path) -> Iterator[Diagnostic]:
    for each in expression_faults({
        "when": trigger.when, "dedupe_key": trigger.dedupe_key, "input": trigger.input,
    }):
        yield Diagnostic("INVALID_TRIGGER", each.message, json_pointer((*place, *each.path)))


def _of_names(triggers: Sequence[Trigger]) -> Iterator[Diagnostic]:
    """A trigger's name is part of its executions' names, and of what is kept of it; a webhook's path is its address."""
    seen: dict[str, int] = {}
    paths: set[str] = set()
    for index, trigger in enumerate(triggers):
        name = trigger.name or trigger.type
        if name in seen:
            yield Diagnostic(
                "TRIGGER_NAME", f"two triggers are called {name!r}: give each a name of its own"
                + ("" if trigger.name else f', as "name": "{name}-2"'), json_pointer(("triggers", index)),
            )
        seen[name] = index
        if isinstance(trigger, WebhookTrigger) and trigger.enabled:
            if trigger.path in paths:
                yield Diagnostic(
                    "WEBHOOK_PATH", f"two webhooks have the path {trigger.path!r}, and only one of them would be "
                    "called: give each a path of its own", json_pointer(("triggers", index, "path")),
                )
            paths.add(trigger.path)


def _of_webhook(trigger: WebhookTrigger, place: Path, kind: str) -> Iterator[Diagnostic]:
    if trigger.enabled and trigger.auth is None:
        yield Diagnostic(
            "WEBHOOK_WITHOUT_AUTH", f"{trigger} does not say how a call proves who sent it: give it the auth of its "
            'sender, or write "auth": {"style": "none"} if whoever knows the address may start the workflow',
            json_pointer(place),
        )
    if trigger.answer == "result" and kind != "EXPRESS":
        yield Diagnostic(
            "WEBHOOK_RESULT", f"{trigger} answers with the result, and the workflow is {kind}: only an EXPRESS one "
            "ends while its sender waits", json_pointer((*place, "answer")),
        )


def _of_end(trigger: WorkflowEndTrigger, place: Path, workflow: str) -> Iterator[Diagnostic]:
    if trigger.workflow == workflow:
        yield Diagnostic(
            "TRIGGER_OWN_END", f"{trigger} would start the workflow itself again, for ever: name another workflow, or "
            "redrive what failed with a Retry or a schedule", json_pointer((*place, "workflow")),
        )
    if trigger.errors and trigger.statuses and set(trigger.statuses) == {"SUCCEEDED"}:
        yield Diagnostic(
            "TRIGGER_HEARS_NOTHING", f"{trigger} is heard only where it SUCCEEDED, and with an error: no execution "
            "ends so", json_pointer((*place, "errors")),
        )


def _of_heard(trigger: Trigger, place: Path, heard: Heard) -> Iterator[Diagnostic]:
    if isinstance(trigger, EventTrigger) and not heard.hears_bus(trigger.bus):
        yield _not_heard(trigger, "buses", heard.buses, f"bus:{trigger.bus}", (*place, "bus"))
    elif isinstance(trigger, QueueTrigger) and not heard.hears_queue(trigger.queue):
        yield _not_heard(trigger, "queues", heard.queues, f"queue:{trigger.queue}", (*place, "queue"))
    elif isinstance(trigger, S3Trigger) and not heard.hears_bucket(trigger.bucket):
        yield _not_heard(trigger, "buckets", heard.buckets, f"bucket:{trigger.bucket}", (*place, "bucket"))
    elif isinstance(trigger, WorkflowEndTrigger) and not heard.ends:
        yield Diagnostic(
            "NOT_HEARD", f"the stage hears no ends of executions: {trigger} would never start anything. Deploy the "
            f"stage with {ENDS} in its setting hears", json_pointer((*place, "workflow")),
        )


def _not_heard(trigger: Trigger, kind: str, heard: Sequence[str], entry: str, place: Path) -> Diagnostic:
    has = f"the stage hears the {kind} {', '.join(heard)}" if heard else f"the stage hears no {kind}"
    return Diagnostic(
        "NOT_HEARD", f"{has}: {trigger} would never start anything. Deploy the stage with {entry} in its setting hears",
        json_pointer(place),
    )


def _of_schedule(
    trigger: ScheduleTrigger, place: Path, now: float, input_schema: dict[str, Any] | None
) -> Iterator[Diagnostic]:
    schedule = trigger.schedule()
    right = wrong_number(schedule.when)
    if right is not None:
        yield Diagnostic(
            "RATE_UNIT", f"{trigger.expression}: the rules of EventBridge want {right}. It is read all the same",
            json_pointer((*place, "expression")), "WARNING",
        )
    at = next(schedule.times(now, since=now), None)
    if trigger.enabled and at is not None:
        yield from _of_its_input(trigger, place, at, input_schema)
    if trigger.enabled and at is None:
        yield Diagnostic(
            "SCHEDULE_IS_OVER", f"{trigger} does not come any more: its last time is over",
            json_pointer(place), "WARNING",
        )


def _of_form(trigger: FormTrigger, place: Path, now: float) -> Iterator[Diagnostic]:
    if trigger.enabled and trigger.public and (parse_timestamp(trigger.public.expires) or 0.0) <= now:
        yield Diagnostic(
            "FORM_IS_OVER", f"no link opens {trigger} any more: it expired at {trigger.public.expires}",
            json_pointer((*place, "public", "expires")), "WARNING",
        )


def _of_its_input(
    trigger: ScheduleTrigger, place: Path, at: float, input_schema: dict[str, Any] | None
) -> Iterator[Diagnostic]:
    """What arrives is known: whether it can start anything is too."""
    listener = Listener("", 0, trigger.name or trigger.type, trigger.model_dump(exclude_none=True), at)
    weighed = listener.weigh(scheduled(at, at, trigger.expression, ""), "")
    why = weighed.fault
    if why is None and weighed.why_not is None and input_schema is not None:
        with suppress(Unchecked):
            why = next((found.message for found in errors(input_schema, weighed.input)), None)
    if why is not None:
        field = ("input",) if trigger.input is not None and weighed.fault is None else ()
        yield Diagnostic(
            "TRIGGER_STARTS_NOTHING", f"{trigger} would start nothing: {why.rstrip('.')}. What arrives is "
            '{"scheduled_time": …}; give the trigger an `input` that the workflow takes',
            json_pointer((*place, *field)),
        )


def _of_pattern(trigger: EventTrigger, place: Path) -> Iterator[Diagnostic]:
    compiled = compile_pattern(trigger.pattern)
    yield from _never(trigger.pattern, place)
    for branch in _outermost(compiled.written):
        for name in branch.fields:
            if name not in ENVELOPE:
                close = difflib.get_close_matches(name, ENVELOPE, n=1)
                yield Diagnostic(
                    "EVENT_FIELD_UNKNOWN",
                    f"events of EventBridge have no field {name!r} outside detail: did you mean "
                    + (f"{close[0]!r}?" if close else f'{{"detail": {{"{name}": …}}}}?'),
                    json_pointer((*place, *branch.path, name)), "WARNING",
                )


def _never(pattern: Mapping[str, Any], place: Path, severity: str = "ERROR") -> Iterator[Diagnostic]:
    """What of the event itself can hold in no event. In ``$or`` another alternative may: that is a warning."""
    for name, wanted in pattern.items():
        if name == OR:
            for index, choice in enumerate(wanted):
                yield from _never(choice, (*place, OR, index), "WARNING")
            continue
        why = _why_never(name, wanted) if name in ENVELOPE else None
        if why is not None:
            yield Diagnostic("EVENT_NEVER_MATCHES", why, json_pointer((*place, name)), severity)


def _why_never(name: str, wanted: Any) -> str | None:
    if name == "detail":
        if isinstance(wanted, dict) or {"exists": False} in wanted:
            return None
        return 'detail of an event is an object, and this matches values alone: write {"detail": {"FIELD": […]}}'
    if isinstance(wanted, dict):
        return f'{name} of an event is a text, and has no fields: write {{"{name}": ["TEXT"]}}'
    if any(_holds_for_a_text(name, item) for item in wanted):
        return None
    return f'{name} of an event is always a text, and nothing here holds for one: write it in quotes, as ["TEXT"]'


def _holds_for_a_text(name: str, item: Any) -> bool:
    """Whether an entry holds for some text, or where `name` is not there and may be missing."""
    if not isinstance(item, dict):
        return isinstance(item, str)
    return "numeric" not in item and (item != {"exists": False} or name in _MAY_MISS)


def _outermost(branch: Branch) -> Iterator[Branch]:
    """What is matched against the event itself: the pattern, and what its ``$or`` have."""
    yield branch
    for choices in branch.ors:
        for choice in choices:
            yield from _outermost(choice)
