"""A delivery: what arrived at a trigger becomes an execution, once.

    weigh ──► matches ──► row (STARTED) and header in one write ──► wake
       └────► does not, or cannot ──► row (NOT_MATCHED, REFUSED) that says why

The execution's name follows from the dedupe key, and the row stays when the execution is gone. Whoever hands something
over is answered only when its row is written: if that fails, nothing was started, and it may come again.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.lifecycle.executions import Executions
from engine.errors import InvalidDocument, NotFound, UserError
from engine.ports.deliveries import NOT_MATCHED, REFUSED, STARTED, AlreadyDelivered, Deliveries, Delivery, TriggerStates
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header
from engine.ports.keys import Actor, ExecutionKey
from engine.records import dataclass
from engine.settings import Settings
from engine.triggers.listener import Arrival, Listener, mark_of

Json = Any

DAY = 86400.0
MOST_WHY_CHARACTERS = 1000
TRIGGER_ACTOR = "trigger"
"""The kind of an actor that is a trigger."""

OUT_OF_SERVICE = 500
"""A refusal with this status or more is the place's, not the delivery's: it is to come again."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of an arrival. `again`: a delivery of this key had started its execution before. `started` is the
    execution that this one started. `retry_after`: in so many seconds the same may
    start one."""

    delivery: Delivery
    again: bool = False
    started: Execution | None = None
    retry_after: float | None = None


class TriggerPaused(UserError):
    """Somebody paused it."""

    code = "TriggerPaused"
    status = 503


class DeliveryDoesNotExist(NotFound):
    """No delivery of this id, or none any more."""

    code = "DeliveryDoesNotExist"


class Delivering:
    """One workspace's. `recorded` is told of each start, in its transaction where there is one. Safe to share between
    threads."""

    def __init__(
        self, *, executions: Executions, deliveries: Deliveries, states: TriggerStates, clock: Clock,
        settings: Settings,
        recorded: Callable[[Execution], None] = lambda _started: None,
        new_key: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._executions = executions
        self._deliveries = deliveries
        self._states = states
        self._clock = clock
        self._settings = settings
        self._recorded = recorded
        self._new_key = new_key

    def deliver(
        self, listener: Listener, arrival: Arrival, *, sync: bool = False, keeps: bool = False,
        replay_of: str | None = None, actor: Actor | None = None,
    ) -> Delivered:
        """Start what `listener` makes of `arrival`, unless its key has started something before. `sync` as in
        Executions.start, `actor` who starts it where that is not the trigger. `keeps`: what arrives while the trigger
        is paused is kept, to be replayed, for its source does not come again.

        A delivery that started nothing has its reason in `why`; once that is mended it may come again under the same
        key. Raises TriggerPaused, StorageError, and a UserError of status 500 or more where the place takes nothing new
        (a full disk): nothing was written then.
        """
        state = self._states.get(self._settings.workspace, listener.workflow, listener.name)
        paused = state is not None and state.paused_at is not None and replay_of is None
        if paused and not keeps:
            raise TriggerPaused(
                f"the trigger {listener.label} is paused",
                advice=f"Resume it: automate triggers resume {listener.label}.",
            )
        weighed = listener.weigh(arrival, self._new_key(), is_replay=replay_of is not None)
        delivery = self._delivery(listener, arrival, weighed.dedupe_key, replay_of)
        if paused and weighed.why_not is None:
            return self._put(delivery, REFUSED, "the trigger was paused")
        if weighed.fault is not None or weighed.why_not is not None:
            refused = weighed.fault is not None
            return self._put(delivery, REFUSED if refused else NOT_MATCHED, weighed.fault or weighed.why_not or "")
        plain = weighed.input is arrival.value
        written = replace(delivery, body=_facts_alone(arrival)) if plain else delivery
        there: list[Header] = []

        def create(header: Header, data: bytes, row: ExecutionRow | None) -> Header | None:
            found = self._deliveries.start(
                written, header, data, None if row is None else replace(row, trigger=listener.name)
            )
            there.clear()
            if found is not None:
                there.append(found)
            return found

        try:
            started = self._executions.start(
                self._settings.workspace, listener.workflow, weighed.input, name=delivery.key.name,
                version=listener.version, sync=sync, actor=actor or _actor(listener, arrival), then=self._told(there),
                create=create,
            )
        except AlreadyDelivered as known:
            return self._again(known.delivery, delivery)
        except UserError as error:
            if error.status >= OUT_OF_SERVICE:
                raise
            return replace(self._put(delivery, REFUSED, why_refused(error)), retry_after=error.retry_after)
        if there:  # its row is forgotten, and its execution is not
            return Delivered(replace(delivery, body=None), again=True)
        return Delivered(written, started=started)

    def known(self, listener: Listener, arrival: Arrival) -> Delivery | None:
        """What is kept of a delivery that came under the same key before."""
        weighed = listener.weigh(arrival, self._new_key())
        return self._deliveries.get(self._delivery(listener, arrival, weighed.dedupe_key, None).key)

    def refuse(self, listener: Listener, arrival: Arrival, why: str) -> Delivered:
        """Keep what arrived, which is to start nothing, and why, as `deliver` does with what cannot."""
        weighed = listener.weigh(arrival, self._new_key())
        delivery = self._delivery(listener, arrival, weighed.dedupe_key, None)
        if weighed.why_not is not None:
            return self._put(delivery, NOT_MATCHED, weighed.why_not)
        return self._put(delivery, REFUSED, weighed.fault or why)

    def replay(self, listener: Listener, delivery: Delivery, *, source: str) -> Delivered:
        """Deliver once more what is kept of `delivery`, under a key of its own. Raises NotFound where it is not kept,
        and as `deliver`."""
        arrival = self.arrival_of(delivery)
        return self.deliver(
            listener, replace(arrival, dedupe_key=f"replay of {delivery.key.id}: {self._new_key()}", source=source),
            replay_of=delivery.key.id,
        )

    def get(self, delivery_id: str) -> Delivery:
        """The delivery of this id. Raises DeliveryDoesNotExist."""
        found = self._deliveries.get(ExecutionKey(self._settings.workspace, delivery_id))
        if found is None:
            raise DeliveryDoesNotExist(
                f"there is no delivery {delivery_id!r}, or it is forgotten",
                advice="See what there is: automate triggers deliveries WORKFLOW/TRIGGER.",
            )
        return found

    def arrival_of(self, delivery: Delivery) -> Arrival:
        """What arrived then. Raises NotFound where it is not kept."""
        kept = json.loads(delivery.body) if delivery.body is not None else None
        if kept is not None and "value" not in kept:
            value = self._executions.input_of(delivery.key)
        elif kept is not None:
            value = kept["value"]
        else:
            raise NotFound(f"what arrived in the delivery {delivery.key.id} is not kept any more")
        return Arrival(value, delivery.arrived_at, kept["facts"], delivery.dedupe_key, delivery.source)

    def _delivery(self, listener: Listener, arrival: Arrival, dedupe_key: str, replay_of: str | None) -> Delivery:
        body = _json({"value": arrival.value, "facts": arrival.facts or {}})
        mark = arrival.mark if arrival.mark is not None and replay_of is None else mark_of(dedupe_key)
        now = self._clock.now()
        return Delivery(
            key=ExecutionKey.of(self._settings.workspace, listener.workflow, f"{listener.name}.{mark}"),
            trigger=listener.name, kind=listener.kind, version=listener.version, arrived_at=now, outcome=STARTED,
            forget_at=now + self._settings.delivery_days * DAY, source=arrival.source, dedupe_key=_storable(dedupe_key),
            body=body, body_digest=hashlib.sha256(_json(arrival.value)).hexdigest(), replay_of=replay_of,
        )

    def _put(self, delivery: Delivery, outcome: str, why: str) -> Delivered:
        made = replace(delivery, outcome=outcome, why=_storable(why[:MOST_WHY_CHARACTERS]))
        known = self._deliveries.put(made)
        return Delivered(made) if known is None else self._again(known, delivery)

    def _again(self, known: Delivery, arrived: Delivery) -> Delivered:
        differs = known.body_digest != arrived.body_digest
        self._deliveries.repeated(known.key, self._clock.now(), differs=differs)
        return Delivered(replace(
            known, repeats=known.repeats + 1, differed=known.differed + differs, repeated_at=self._clock.now()
        ), again=True)

    def _told(self, there: list[Header]) -> Callable[[Execution], None]:
        def then(started: Execution) -> None:
            if not there:
                self._recorded(started)

        return then


def why_refused(error: UserError) -> str:
    """Why a start was refused: of an input with its places, which whoever sent it does not see."""
    if not isinstance(error, InvalidDocument) or not error.details:
        return error.message
    places = "; ".join(f"{each['where'] or 'the whole'}: {each['message']}" for each in error.details)
    return f"the input does not fit input_schema: {places}"


def _actor(listener: Listener, arrival: Arrival) -> Actor:
    return Actor(f"trigger:{listener.label}", TRIGGER_ACTOR, arrival.source)


def _facts_alone(arrival: Arrival) -> bytes:
    """Of what arrived, what its execution's input does not have."""
    return _json({"facts": arrival.facts or {}})


def _storable(text: str) -> str:
    """What arrived may have halves of surrogate pairs, which no store takes: they are shown as they are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _json(value: Json) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")
