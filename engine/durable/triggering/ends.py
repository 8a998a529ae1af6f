"""Another workflow's end starts a workflow.

    header closed ─┬─ SQLite: a row in the same transaction ──► read by one worker ─┐
                   └─ DynamoDB: the table's stream ──► the sealer ──────────────────┴──► delivered, then forgotten

An end may be told twice: its name is the delivery's key. Ends that start what ends and starts again are a chain, which
is told from the deliveries and the parents of what ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from engine.clock import Clock
from engine.durable.parents import Versions, parent_of
from engine.durable.triggering.alerting import Alerting
from engine.durable.triggering.delivering import Delivered, Delivering
from engine.durable.triggering.details import Details, Executions
from engine.durable.triggering.listening import Listening
from engine.errors import NotFound, StorageError, UserError
from engine.ports.deliveries import Deliveries
from engine.ports.ends import End, Ends
from engine.ports.keys import ExecutionKey
from engine.triggers.alerts import ALERT, tells
from engine.triggers.ends import EVERY, MOST_IN_A_CHAIN, WORKFLOW_END, hears, too_long
from engine.triggers.listener import Arrival, Listener

Json = Any

PAGE = 100

_MOST_PARENTS = 20
_MOST_REMEMBERED = 10_000

ALERTED = "an alert"
"""What a chain begins with whose first execution was started by an alert."""


class Ended:
    """One workspace's. Safe to share between threads."""

    def __init__(
        self, *, listening: Listening, delivering: Delivering, deliveries: Deliveries, executions: Executions,
        published: Versions, clock: Clock, alerting: Alerting,
    ) -> None:
        self._listening = listening
        self._delivering = delivering
        self._deliveries = deliveries
        self._executions = executions
        self.details = Details(executions, published)
        self._clock = clock
        self._alerting = alerting
        self._triggered: set[str] = set()
        self._alerted: set[str] = set()

    def tell_untold(self, ends: Ends) -> int:
        """Tell what is written down; answers how many ends were told. One that cannot be told now stays, and holds up
        none behind it: then this raises what was in its way, a StorageError or a UserError, when the others are told.
        """
        after, told = 0, 0
        failed: StorageError | UserError | None = None
        while page := ends.untold(after, PAGE):
            listeners, done = self._listeners(), []
            for number, end in page:
                try:
                    self._tell(listeners, end)
                except (StorageError, UserError) as error:
                    failed = error
                else:
                    done.append(number)
            ends.told(done)
            after, told = page[-1][0], told + len(done)
        told += self._alerting.look()
        if failed is not None:
            raise failed
        return told

    def tell(self, found: Iterable[End]) -> list[Delivered]:
        """Deliver each to the triggers that hear it. Raises StorageError, and a UserError of status 500 or more: they
        may all come again."""
        found = list(found)
        listeners = self._listeners() if found else []
        return [delivered for end in found for delivered in self._tell(listeners, end)]

    def look(self) -> int:
        """As Alerting.look, for who tells ends as they come."""
        return self._alerting.look()

    def _listeners(self) -> list[Listener]:
        """Read now: what an end was written down for may have been published just before it."""
        return [each for each in self._listening.every() if each.kind == WORKFLOW_END and each.enabled]

    def _tell(self, listeners: Sequence[Listener], end: End) -> list[Delivered]:
        """The triggers and the alert: neither waits for the other, and what was done is not done again."""
        found: list[Delivered] = []

        def trigger() -> None:
            heard = [
                each for each in listeners
                if hears(each.spec, each.workflow, end.workflow, end.status, end.error)
            ]
            found.extend(self._trigger(heard, end) if heard else [])

        failed: StorageError | UserError | None = None
        parts = ((self._triggered, trigger), (self._alerted, lambda: self._alert(end)))
        for done, act in parts:
            if end.id in done:
                continue
            try:
                act()
            except (StorageError, UserError) as error:
                failed = error
            else:
                if len(done) >= _MOST_REMEMBERED:
                    done.clear()  # what is delivered again starts nothing again
                done.add(end.id)
        if failed is not None:
            raise failed
        for done, _ in parts:
            done.discard(end.id)
        return found

    def _alert(self, end: End) -> None:
        """One that an alert has started makes none."""
        wanted = [spec for spec in self._alerting.of(end.workflow, end.version) if tells(spec, end.status, end.error)]
        if not wanted or ALERTED in self._chain(end.key):
            return
        shown = self.details.described(end)
        hidden = shown is None or self.details.marks_fields(end.key)
        self._alerting.tell(end, None if shown is None or hidden else shown.cause)

    def _trigger(self, heard: list[Listener], end: End) -> list[Delivered]:
        chain = self._chain(end.key)
        if chain:  # what hears every end does not hear those that ends have started: they would multiply
            heard = [each for each in heard if each.spec["workflow"] != EVERY]
        arrival = Arrival(
            self.details.short(end), self._clock.now() if end.ended_at is None else end.ended_at,
            {"Execution": end.key.id, "Workflow": end.workflow, "Version": end.version, "Chain": [*chain, end.key.id]},
            end.id, end.key.id,
        )
        why_not = too_long([*chain, end.key.id])
        if why_not is not None:
            return [self._delivering.refuse(each, arrival, why_not) for each in heard]
        return [self._delivering.deliver(each, arrival, keeps=True) for each in heard]

    def _chain(self, key: ExecutionKey) -> list[str]:
        """The executions whose ends led to this one, the first one first; through those that started it as a child."""
        at: ExecutionKey | None = key
        for _ in range(_MOST_PARENTS):
            if at is None:
                break
            delivery = self._deliveries.get(at)
            if delivery is not None and delivery.kind == ALERT:
                return [ALERTED]
            if delivery is not None and delivery.kind == WORKFLOW_END and delivery.body is not None:
                chain = json.loads(delivery.body)["facts"].get("Chain", [])
                return [str(each) for each in chain][-MOST_IN_A_CHAIN - 1 :]
            at = self._parent(at)
        return []

    def _parent(self, key: ExecutionKey) -> ExecutionKey | None:
        try:
            return parent_of(self._executions.header(key))
        except NotFound:
            return None
