"""What arrived at triggers, and how far each trigger has looked.

A delivery is named as the execution that it starts: `<workflow>:<trigger>.<mark>`, where the mark follows from the
dedupe key. So what arrives twice is one delivery, and one execution. The row outlives the execution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

STARTED = "STARTED"
"""The outcome of a delivery that started its execution; it stands, whatever arrives under its key later."""

NOT_MATCHED = "NOT_MATCHED"
"""The trigger's `when` did not hold."""

REFUSED = "REFUSED"
"""It could not start anything: `why` says what was wrong. It may be replayed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that arrived at a trigger, and what came of it.

    `key` names the execution, started or not. `kind` is the trigger's type, `version` the workflow's version that
    decided. `why` is a sentence; empty where it started. `source` is where it came from, as an audit entry names it.
    `dedupe_key` is as it was found, None where nothing named it and each delivery is another. `body` is what arrived,
    as JSON text; None where it is not kept. `body_digest` is of that text. `repeats` counts what arrived under the same
    key since, `differed` those of another body. `replay_of` is the id of the delivery that this one repeats. Times are
    in epoch seconds; after `forget_at` the key is free again.
    """

    key: ExecutionKey
    trigger: str
    kind: str
    version: int
    arrived_at: float
    outcome: str
    forget_at: float
    why: str = ""
    source: str = ""
    dedupe_key: str | None = None
    body: bytes | None = field(default=None, repr=False)
    body_digest: str = ""
    repeats: int = 0
    differed: int = 0
    repeated_at: float | None = None
    replay_of: str | None = None

    @property
    def workflow(self) -> str:
        """The workflow's name."""
        return self.key.workflow


class AlreadyDelivered(Exception):
    """What arrived under this key before has started an execution: `delivery` is its row. Nothing was written."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.key.id)
        self.delivery = delivery


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """The deliveries of one trigger. `next_token` is a page's."""

    workspace: str
    workflow: str
    trigger: str
    limit: int = 100
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some of the deliveries, newest first; `next_token` is None on the last page."""

    deliveries: tuple[Delivery, ...]
    next_token: str | None = None


class Deliveries(Protocol):
    """All methods raise engine.errors.StorageError when the store fails."""

    def start(
        self, delivery: Delivery, header: Header, execution_input: bytes, row: ExecutionRow | None
    ) -> Header | None:
        """Journal.create, and the delivery's row (outcome STARTED): both are written, or neither. None when written,
        else the header that is there. Raises AlreadyDelivered where the row of a started one is there."""
        ...

    def put(self, delivery: Delivery) -> Delivery | None:
        """Write the row of a delivery that started nothing, over an earlier one that started nothing either. None when
        written, else the row of the started one that is there."""
        ...

    def repeated(self, key: ExecutionKey, at: float, *, differs: bool) -> None:
        """It arrived once more; `differs`: with another body. Counts only: a repeat may be lost with its process."""
        ...

    def get(self, key: ExecutionKey) -> Delivery | None:
        """A consistent read of one; it may be there for a while after its `forget_at`."""
        ...

    def page(self, query: DeliveryQuery) -> DeliveryPage:
        """Newest first, without their bodies. A row that was written just now may be missing on AWS. Raises
        InvalidDocument for a limit over 1,000 and for a token that is not this query's."""
        ...

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Forget what arrived, from whom, and its dedupe key as it was found. That something arrived stays known: the
        same starts nothing again until `forget_at`."""
        ...

    def forget(self, before: float, limit: int) -> int:
        """Delete at most `limit` rows whose `forget_at` is before `before`; answers how many. A store that forgets by
        itself (DynamoDB) answers 0."""
        ...


@dataclass(frozen=True, slots=True)
class TriggerState:
    """What is kept of a trigger beside its document. `looked_at`: a schedule's times up to then are done. `spec` is the
    digest of what the schedule says, `since` when it first said so: a rate counts from then. `paused_at` is None while
    it listens. `revision` counts the changes."""

    workspace: str
    workflow: str
    trigger: str
    revision: int = 0
    looked_at: float | None = None
    since: float | None = None
    spec: str = ""
    paused_at: float | None = None
    paused_by: str = ""


class TriggerStates(Protocol):
    """All methods raise engine.errors.StorageError when the store fails."""

    def all(self, workspace: str) -> list[TriggerState]:
        """A consistent read of all of them, by workflow and trigger."""
        ...

    def get(self, workspace: str, workflow: str, trigger: str) -> TriggerState | None:
        """A consistent read of one; None where nothing was kept yet."""
        ...

    def change(self, state: TriggerState) -> bool:
        """Write `state` with its revision raised by one, if the stored revision is the state's own (0: there is none).
        False where it is another."""
        ...

    def forget(self, workspace: str, workflow: str, trigger: str) -> None:
        """Delete what is kept; nothing where nothing is."""
        ...
