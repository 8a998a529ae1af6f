"""Routes of triggers and of what arrived at them: list, test, pause, replay."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from engine.durable.lifecycle.start_checks import check_input
from engine.durable.triggering.alerting import alerted
from engine.durable.triggering.delivering import why_refused
from engine.durable.triggering.matching import not_heard
from engine.errors import Conflict, NotFound, UserError
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.masking import MASK
from engine.governance.roles import Right
from engine.ports.deliveries import STARTED, Delivery, DeliveryQuery, TriggerState
from engine.triggers.alerts import ALERT
from engine.triggers.listener import Arrival, Listener, mark_of
from functions.app.acts import Act, NoAct
from functions.app.routes.triggers.hooks import delivered
from functions.app.routing import Call, RouteTable
from functions.app.sensitive.revealing import shows_arrival
from functions.app.shapes import base
from functions.app.shapes import triggers as shapes
from functions.app.triggers.said import address_of, is_over, next_of, says, url_of

table = RouteTable("Triggers")


class TriggerDoesNotExist(NotFound):
    """No active version has it."""

    code = "TriggerDoesNotExist"


def _workflow(call: Call[Any]) -> Subject:
    return Subject(WORKFLOW, call.path["workflow"])


@table.route("GET", "/triggers", right=Right.LOOK)
def list_triggers(call: Call[base.Nothing]) -> shapes.TriggerList:
    """List the triggers of the active versions, what they listen to, and whether they do."""
    triggers = call.services.open_triggers()
    states = {(state.workflow, state.trigger): state for state in triggers.states.all(call.workspace)}
    found = triggers.listening.every()
    return shapes.TriggerList(triggers=[
        _shown(call, each, states.get((each.workflow, each.name))) for each in found
    ])


@table.route("GET", "/triggers/{workflow}/{trigger}", right=Right.LOOK)
def get_trigger(call: Call[base.Nothing]) -> shapes.Trigger:
    """One trigger of an active version."""
    found = _listener(call)
    return _shown(call, found, call.services.open_triggers().states.get(call.workspace, found.workflow, found.name))


@table.route("GET", "/triggers/{workflow}/{trigger}/deliveries", right=Right.LOOK, example="limit=20")
def list_deliveries(call: Call[shapes.DeliveriesQuery]) -> shapes.DeliveryList:
    """List what arrived at a trigger, newest first, and what came of it."""
    given, hiding = call.given, call.services.hiding
    hides = cache(lambda version: hiding.marks(call.workspace, call.path["workflow"], version))
    page = call.services.open_triggers().deliveries.page(DeliveryQuery(
        call.workspace, call.path["workflow"], call.path["trigger"], given.limit, given.next_token
    ))
    if not page.deliveries:
        _listener(call)  # else it may be one of a version before
    return shapes.DeliveryList(
        deliveries=[
            shapes.Delivery.of(row, **_fields(row, shows=not hides(row.version))) for row in page.deliveries
        ],
        next_token=page.next_token,
    )


@table.route("GET", "/deliveries/{delivery}", right=Right.LOOK, reads="input", reveals=True)
def get_delivery(call: Call[base.Nothing]) -> shapes.DeliveryWhole:
    """One delivery, with what arrived.

    Of a workflow with sensitive fields what arrived is hidden as a whole: no place of it is marked."""
    triggers = call.services.open_triggers()
    found = triggers.delivering.get(call.path["delivery"])
    call.reads_of(found.key.id)
    shows = shows_arrival(call, found.key, found.version)
    value = facts = None
    if shows:
        with suppress(NotFound):  # it is not kept any more
            arrival = triggers.delivering.arrival_of(found)
            value, facts = arrival.value, arrival.facts
    return shapes.DeliveryWhole.of(found, **_fields(found, shows=shows), arrived=value, facts=facts, hidden=not shows)


@table.route(
    "POST", "/deliveries/{delivery}/replay", right=Right.RUN,
    act=Act("trigger.replay", lambda call: Subject(WORKFLOW, call.path["delivery"].partition(":")[0])),
)
def replay_delivery(call: Call[base.Nothing]) -> shapes.Delivered:
    """Deliver once more what arrived then, under a key of its own, to the active version of today."""
    triggers = call.services.open_triggers()
    found = triggers.delivering.get(call.path["delivery"])
    listener = _again(call, found)
    if listener is None:
        raise Conflict(
            f"the active version of {found.workflow!r} has no trigger {found.trigger!r}, or it is switched off",
            advice="Publish a version that has it, or start the workflow with what arrived: automate start.",
        )
    done = triggers.delivering.replay(listener, found, source=call.actor.name)
    call.act.done(after={"delivery": found.key.id, "replayed_as": done.delivery.key.id,
                         "outcome": done.delivery.outcome})
    return delivered(done)


@table.route(
    "POST", "/triggers/{workflow}/{trigger}/test", right=Right.LOOK,
    act=NoAct("a test of a trigger writes nothing and starts nothing"), example={"value": {"total": 120}},
)
def run_trigger_test(call: Call[shapes.TestRequest]) -> shapes.TestedDelivery:
    """Say what a trigger would make of what arrives: whether it is heard and matches, and the execution's input.

    An event is held against the pattern, an end against the statuses and errors, the input against the input schema."""
    given, listener = call.given, _listener(call)
    now = call.services.clock.now()
    weighed = listener.weigh(Arrival(given.value, now, given.facts, given.dedupe_key), "")
    why_not = not_heard(listener, given.value) or weighed.why_not
    fault = None if why_not else weighed.fault or _unfit(call, listener, weighed.input)
    matched = why_not is None and fault is None
    mark = mark_of(weighed.dedupe_key) if weighed.dedupe_key else None
    return shapes.TestedDelivery(
        matched=matched, why=why_not or fault, refused=fault is not None, input=weighed.input,
        execution=f"{listener.workflow}:{listener.name}.{mark}" if mark and matched else None,
    )


@table.route(
    "POST", "/triggers/{workflow}/{trigger}/pause", right=Right.OPERATE, act=Act("trigger.pause", _workflow),
)
def pause_trigger(call: Call[base.Nothing]) -> shapes.Trigger:
    """Pause a trigger: a webhook answers 503, so that its sender comes again; a schedule's times are missed times once
    it is resumed."""
    return _set_paused(call, paused=True)


@table.route(
    "POST", "/triggers/{workflow}/{trigger}/resume", right=Right.OPERATE, act=Act("trigger.resume", _workflow),
)
def resume_trigger(call: Call[base.Nothing]) -> shapes.Trigger:
    """Let a paused trigger listen again."""
    return _set_paused(call, paused=False)


def _again(call: Call[Any], found: Delivery) -> Listener | None:
    """Who is to hear it once more; None where nobody is there. Raises Conflict, NotFound."""
    triggers = call.services.open_triggers()
    if found.kind != ALERT:
        return triggers.listening.find(found.workflow, found.trigger)
    if found.trigger != ALERT:
        raise Conflict(
            "an alert that was given up is not sent again", where=found.key.id,
            advice=f"See what ended then: automate executions --workflow {found.workflow}.",
        )
    return alerted(triggers.published.version(call.workspace, found.workflow))


def _unfit(call: Call[Any], listener: Listener, value: base.Json) -> str | None:
    """Why the workflow does not take the input that its trigger makes; None where it does."""
    version = call.services.open_triggers().published.numbered(call.workspace, listener.workflow, listener.version)
    if version.input_schema is None:
        return None
    try:
        check_input(version.input_schema, value)
    except UserError as error:
        return why_refused(error)
    return None


def _set_paused(call: Call[Any], *, paused: bool) -> shapes.Trigger:
    listener, triggers = _listener(call), call.services.open_triggers()
    while True:
        kept = triggers.states.get(call.workspace, listener.workflow, listener.name)
        state = kept or TriggerState(call.workspace, listener.workflow, listener.name)
        if (state.paused_at is not None) is paused:
            call.act.done(changed=False)
            return _shown(call, listener, state)
        changed = replace(
            state, paused_at=call.services.clock.now() if paused else None,
            paused_by=call.actor.name if paused else "",
        )
        if triggers.states.change(changed):
            call.act.done(before={"paused": not paused}, after={"trigger": listener.name, "paused": paused})
            return _shown(call, listener, changed)


def _listener(call: Call[Any]) -> Listener:
    workflow, trigger = call.path["workflow"], call.path["trigger"]
    listeners = call.services.open_triggers().listening.declared(workflow)
    found = next((each for each in listeners if each.name == trigger), None)
    if found is None:
        has = ", ".join(each.name for each in listeners)
        raise TriggerDoesNotExist(
            f"the active version of {workflow!r} has no trigger {trigger!r}; it has {has}" if has
            else f"no version of {workflow!r} that is active has a trigger",
            advice="See what there is: automate triggers list.",
        )
    return found


def _shown(call: Call[Any], found: Listener, state: TriggerState | None) -> shapes.Trigger:
    enabled = bool(found.spec.get("enabled", True))
    paused_at = None if state is None else state.paused_at
    now, address = call.services.clock.now(), address_of(found)
    over = is_over(found, state, now)
    return shapes.Trigger(
        workflow=found.workflow, name=found.name, type=found.kind, version=found.version, enabled=enabled,
        listens=enabled and paused_at is None and not (over and found.kind == "schedule"), over=over,
        says=says(found), address=address, url=url_of(call.services.settings, address),
        next_at=next_of(found, state, now) if enabled else None,  # type: ignore[arg-type]
        looked_at=None if state is None else state.looked_at,  # type: ignore[arg-type]
        paused_at=paused_at,  # type: ignore[arg-type]
        paused_by=None if state is None else state.paused_by or None,
    )


def _fields(row: Delivery, *, shows: bool) -> dict[str, Any]:
    """What a row lacks. Its key and its reason quote what arrived: they are hidden with it."""
    return {
        "id": row.key.id, "type": row.kind, "why": (row.why if shows else MASK) if row.why else None,
        "dedupe_key": row.dedupe_key if shows or row.dedupe_key is None else MASK,
        "execution": row.key.id if row.outcome == STARTED else None,
    }


