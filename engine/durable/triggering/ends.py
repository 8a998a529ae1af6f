"""Another workflow's end starts a workflow.

    header closed ─┬─ SQLite: a row in the same transaction ──► read by one worker ─┐
                   └─ DynamoDB: the table's stream ──► the sealer ──────────────────┴──► delivered, then forgotten

An end may be told twice: its name is the delivery's key. Ends that start what ends and starts again are a chain, which
is told from the deliveries and the parents of what ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.triggering.alerting import Alerting
from engine.durable.triggering.delivering import Delivered, Delivering
from engine.durable.triggering.listening import Listening
from engine.errors import NotFound, StorageError, StoreCorrupt, UserError
from engine.kernel.snapshot import Status
from engine.language.asl.resources import OWN_ARN
from engine.language.expr.java_text import json_text
from engine.ports.deliveries import Deliveries
from engine.ports.ends import End, Ends
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.triggers.alerts import ALERT, tells
from engine.triggers.ends import EVERY, MOST_IN_A_CHAIN, WORKFLOW_END, hears, too_long
from engine.triggers.listener import Arrival, Listener

Json = Any

MOST_INLINE = 16 * 1024
"""Characters: a longer input or output stays with its execution."""

PAGE = 100

_MOST_PARENTS = 20
_MOST_REMEMBERED = 10_000

ALERTED = "an alert"
"""What a chain begins with whose first execution was started by an alert."""


class _Executions(Protocol):
    """What is asked of executions."""

    def describe(self, key: ExecutionKey) -> Execution:
        """The execution as it stands; raises NotFound."""
        ...

    def header(self, key: ExecutionKey) -> Header:
        """Its header; raises NotFound."""
        ...


class _Versions(Protocol):
    """What is asked of the published versions."""

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`; raises NotFound."""
        ...


class Ended:
    """One workspace's. Safe to share between threads."""

    def __init__(
        self, *, listening: Listening, delivering: Delivering, deliveries: Deliveries, executions: _Executions,
        published: _Versions, clock: Clock, alerting: Alerting,
    ) -> None:
        self._listening = listening
        self._delivering = delivering
        self._deliveries = deliveries
        self._executions = executions
        self._published = published
        self._clock = clock
        self._alerting = alerting
        self._triggered: set[str] = set()

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
        found: list[Delivered] = []
        if end.id not in self._triggered:
            heard = [
                each for each in listeners
                if hears(each.spec, each.workflow, end.workflow, end.status, end.error)
            ]
            found = self._trigger(heard, end) if heard else []
        try:
            self._alert(end)
        except (StorageError, UserError):
            if len(self._triggered) >= _MOST_REMEMBERED:
                self._triggered.clear()  # what is delivered again starts nothing again
            self._triggered.add(end.id)
            raise
        self._triggered.discard(end.id)
        return found

    def _alert(self, end: End) -> None:
        """One that an alert has started makes none."""
        wanted = [spec for spec in self._alerting.of(end.workflow, end.version) if tells(spec, end.status, end.error)]
        if not wanted or ALERTED in self._chain(end.key):
            return
        shown = self._described(end)
        hidden = shown is None or self._marks_fields(end.key)
        self._alerting.tell(end, None if shown is None or hidden else shown.cause)

    def _trigger(self, heard: list[Listener], end: End) -> list[Delivered]:
        chain = self._chain(end.key)
        if chain:  # what hears every end does not hear those that ends have started: they would multiply
            heard = [each for each in heard if each.spec["workflow"] != EVERY]
        arrival = Arrival(
            self.detail(end), self._clock.now() if end.ended_at is None else end.ended_at,
            {"Execution": end.key.id, "Workflow": end.workflow, "Version": end.version, "Chain": [*chain, end.key.id]},
            end.id, end.key.id,
        )
        why_not = too_long([*chain, end.key.id])
        if why_not is not None:
            return [self._delivering.refuse(each, arrival, why_not) for each in heard]
        return [self._delivering.deliver(each, arrival, keeps=True) for each in heard]

    def detail(self, end: End) -> dict[str, Json]:
        """What arrives: the detail of an "Execution Status Change". Where its version, or that of who started it, marks
        sensitive fields it has no input, no output and no cause; of an execution that has gone on since, likewise."""
        shown = self._described(end)
        hidden = shown is None or self._marks_fields(end.key)
        arn = f"{OWN_ARN}{end.key.workspace}"
        said: dict[str, Json] = {
            "executionArn": f"{arn}:execution:{end.workflow}:{end.key.name}",
            "stateMachineArn": f"{arn}:stateMachine:{end.workflow}", "name": end.key.name,
            "status": end.status, "startDate": int(end.started_at * 1000),
            "stopDate": None if end.ended_at is None else int(end.ended_at * 1000),
            "error": end.error, "cause": None if shown is None or hidden else shown.cause,
            "redriveCount": 0 if shown is None else shown.redrives,
        }
        ended = end.status == str(Status.SUCCEEDED)
        for name, value, there in (
            ("input", None if shown is None else shown.input, not hidden),
            ("output", None if shown is None else shown.output, not hidden and ended),
        ):
            text = json_text(value) if there else None
            included = text is not None and len(text) <= MOST_INLINE
            said |= {name: text if included else None, f"{name}Details": {"included": included}}
        return said

    def _described(self, end: End) -> Execution | None:
        """The execution, if this end is still its last."""
        try:
            shown = self._executions.describe(end.key)
        except (NotFound, StoreCorrupt):
            return None
        return shown if shown.status == end.status and _same_time(shown.ended_at, end.ended_at) else None

    def _marks_fields(self, key: ExecutionKey) -> bool:
        """One that is not there may have."""
        at: ExecutionKey | None = key
        for _ in range(_MOST_PARENTS):
            if at is None:
                return False
            try:
                header = self._executions.header(at)
                if self._published.numbered(at.workspace, header.workflow, header.version).marks_fields:
                    return True
            except (NotFound, StoreCorrupt):
                return True
            at = _parent_of(header)
        return True

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
            return _parent_of(self._executions.header(key))
        except NotFound:
            return None


def _parent_of(header: Header) -> ExecutionKey | None:
    parent = header.parent
    return None if parent is None else ExecutionKey(header.key.workspace, parent.execution_id)


def _same_time(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) < 0.001)
