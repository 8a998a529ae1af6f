"""Starting an execution: its input, its header with a row in the index, a wake. For the API, the command line and the
Tasks that start another workflow (engine.durable.worker.start_execution).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.lifecycle.budgets import (
    RETRY_SECONDS,
    Budget,
    BudgetExceeded,
    Budgets,
    all_are_open,
    budget_wait,
    first_wake,
    minute_is_given,
    waits_on,
)
from engine.durable.lifecycle.business_key import business_key
from engine.durable.lifecycle.pausing import HOLD_SECONDS, WorkflowPaused, start_is_queued
from engine.durable.lifecycle.start_checks import checked_name, encoded_input, input_digest, sync_kind
from engine.durable.opening import START_GRACE_SECONDS
from engine.errors import Conflict, StorageError, UserError
from engine.kernel.express import FIRST_LOOK_SECONDS
from engine.ports.executions_index import ExecutionRow
from engine.ports.generated_names import generated_name
from engine.ports.journal import OPEN_STATUSES, RUNNING, Header, Journal, Parent, row_of
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.pauses import Pauses
from engine.ports.published import Published, PublishedVersion
from engine.ports.queue import WakeQueue
from engine.ports.transactions import Together, one_by_one
from engine.settings import Settings

Json = Any

Create = Callable[[Header, bytes, ExecutionRow | None], Header | None]
"""As engine.ports.journal.Journal.create."""

class ExecutionAlreadyExists(Conflict):
    """The name belongs to another execution."""

    code = "ExecutionAlreadyExists"


class Starts:
    """Safe to share between threads. Without `pauses` no workflow's starts are held. `startable` and `room` are asked
    before anything is written, and raise to refuse; not of a child, which its parent's worker starts. `together`: where
    the stores share a transaction, a start is one. Without `budgets` no workflow has one."""

    def __init__(
        self, *, journal: Journal, queue: WakeQueue, published: Published, clock: Clock, settings: Settings,
        new_name: Callable[[float], str] = generated_name, pauses: Pauses | None = None,
        startable: Callable[[PublishedVersion], None] = lambda _version: None, room: Callable[[], None] = lambda: None,
        together: Together = one_by_one, budgets: Budgets | None = None,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._published = published
        self._clock = clock
        self._settings = settings
        self._new_name = new_name
        self._pauses = pauses
        self._startable = startable
        self._room = room
        self._together = together
        self._budgets = budgets

    @property
    def whole(self) -> bool:
        """Whether a start and what it tells (`then`) are one transaction."""
        return self._together is not one_by_one

    def start(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str | None = None,
        version: int | None = None, sync: bool = False, parent: Parent | None = None,
        actor: Actor | None = None, then: Callable[[Execution], None] = lambda _started: None,
        ready: Callable[[Execution], None] | None = None,
        check: Callable[[PublishedVersion], None] = lambda _version: None, create: Create | None = None,
    ) -> Execution:
        """Start the active version (or `version`) under `name` (1 to 80 characters, as AWS; by default a UUID).
        `actor` is who asks; a child has a `parent` instead.

        The same name with the same input of a running execution answers that execution. Raises Conflict
        (ExecutionAlreadyExists) for a name used with another input or of a closed execution, (WorkflowPaused) where
        starts are refused, BudgetExceeded, NotFound, InvalidDocument where the input breaks the workflow's input
        schema, PayloadTooLarge. While starts are queued it is RUNNING, and begins once the workflow is resumed; so it
        is where it waits for its budget. `sync` makes it the caller's to run (engine.durable.worker.sync_start): no
        wake is sent, a name that is taken is taken, and it waits for nothing.
        `parent` is the Task that starts it: asked again by that one, a closed execution is answered too. `then` is told
        of the start, in its transaction where there is one: what it writes is part of it. `ready` is told before that,
        and makes what `then` needs while nobody waits for the write lock; another execution may be there already.
        `check` is given the version that is about to start, and refuses it by what it raises. `create` takes the place
        of the journal's: what else it writes is there with the header, or neither is.

        Order of writes: input, header with its row in the index, wake. A crash after the header is made good by the
        sweeper; one before it started nothing.
        """
        now = self._clock.now()
        name = self._new_name(now) if name is None else checked_name(name)
        published = self._published.version(workspace, workflow, version)
        check(published)
        if parent is None:
            self._check_room(ExecutionKey.of(workspace, workflow, name))
            self._startable(published)
        data = encoded_input(published, execution_input, most_bytes=self._settings.max_input_bytes)
        kind = sync_kind(published) if sync else published.kind
        header = Header(
            key=ExecutionKey.of(workspace, workflow, name), workflow=published.workflow, version=published.number,
            definition_digest=published.definition_digest, input_digest=input_digest(data), kind=kind, status=RUNNING,
            started_at=now, due_at=now + FIRST_LOOK_SECONDS.get(kind, START_GRACE_SECONDS), parent=parent, actor=actor,
        )
        queued = self._is_queued(header.key)
        if queued and sync:
            raise WorkflowPaused(f"{workflow!r} is paused: a synchronous start cannot wait", where="workflow")
        if queued:
            header = replace(header, due_at=header.started_at + HOLD_SECONDS)
        found_by = business_key(published, execution_input)  # before anything is written: it may fail
        budget = Budget.of(published)
        unit: float | None = None
        there: list[Header] = []
        settled_at = now if self._budgets is None or budget.most_open is None else self._budgets.settled_at(now)

        def write() -> Execution:
            self._check_open(header.key, budget, sync=sync)
            existing = (create or self._journal.create)(header, data, row_of(header, business_key=found_by))
            there[:] = [] if existing is None or _is_own(existing, header) else [existing]
            stands = header if existing is None else _same_execution(existing, header, again=not sync)
            if not sync and (not queued or not self._is_queued(stands.key)):  # resumed meanwhile: nobody else wakes it
                self._queue.send(first_wake(stands, now, settled_at))
            started = first if stands is told else shown(stands)
            then(started)
            return started

        def shown(stands: Header) -> Execution:
            runs_by = published
            if stands.version != published.number:
                runs_by = self._published.numbered(workspace, workflow, stands.version)
            return Execution(
                stands.key, workflow, stands.version, stands.status, stands.kind, execution_input, stands.started_at,
                business_key=found_by, definition_digest=stands.definition_digest, actor=stands.actor,
                waits_for_budget=budget_wait(stands), pins=runs_by.pins,
            )

        told, first = header, shown(header)
        if ready is not None:
            ready(first)
        with self._turn(header.key, budget):
            unit = None if queued else self._unit(header.key, budget, sync=sync)
            if (unit is not None and unit > now) or (queued and budget.per_minute is not None):
                header = waits_on(header, unit, now)
            return self._used(unit, header.key, lambda: self._together(write), there)

    def _check_room(self, key: ExecutionKey) -> None:
        """Raises what `room` raises, except a start that is asked for again: it writes nothing."""
        try:
            self._room()
        except UserError:
            if self._journal.header(key) is None:
                raise

    def _turn(self, key: ExecutionKey, budget: Budget) -> AbstractContextManager[object]:
        return nullcontext() if budget.per_minute is None or self._budgets is None else self._budgets.turn(key)

    def _used(
        self, unit: float | None, key: ExecutionKey, write: Callable[[], Execution], there: Sequence[Header]
    ) -> Execution:
        """What `write` gives; the unit goes back where the execution was `there`, or nothing was written."""
        used = False
        try:
            started = write()
            used = not there
        except StorageError:
            used = True  # the header may be there
            raise
        finally:
            if unit is not None and not used and self._budgets is not None:
                self._budgets.give_back(key.workspace, key.workflow, unit)
        return started

    def _check_open(self, key: ExecutionKey, budget: Budget, *, sync: bool) -> None:
        """Raises BudgetExceeded where as many are open as may be, and it cannot wait. Within the start's transaction,
        where there is one: nobody else takes its place."""
        most = budget.most_open
        if most is None or self._budgets is None or (budget.waits and not sync):
            return
        if len(self._budgets.line(key.workspace, key.workflow, most)) < most or self._journal.header(key) is not None:
            return
        raise BudgetExceeded(
            all_are_open(key.workflow, most), retry_after=RETRY_SECONDS,
            advice="Start it again when one of them has ended, or raise `budgets` in its document and publish it.",
        )

    def _unit(self, key: ExecutionKey, budget: Budget, *, sync: bool) -> float | None:
        """When it may begin, which may be later where the workflow says so; None without a budget of minutes, and for a
        start that is asked for again. Raises BudgetExceeded."""
        budgets, most, waits = self._budgets, budget.per_minute, budget.waits and not sync
        if budgets is None or most is None:
            return None
        unit = budgets.take(key.workspace, key.workflow, most, ahead=waits)
        if unit is None and self._journal.header(key) is None:
            raise BudgetExceeded(
                minute_is_given(key.workflow, most, for_a_day=waits), retry_after=budgets.retry_after(),
                advice="Start it again later. A larger budget is of use once the minutes are over that are given away.",
            )
        return unit

    def _is_queued(self, key: ExecutionKey) -> bool:
        try:
            return start_is_queued(self._pauses, key.workspace, key.workflow)
        except WorkflowPaused:
            if self._journal.header(key) is None:
                raise
            return False  # a start that is asked for again is answered as ever


def _is_own(existing: Header, header: Header) -> bool:
    """Whether what is there was written by this very start: its request was made twice, for its answer was lost."""
    return (existing.started_at, existing.input_digest) == (header.started_at, header.input_digest)


def _same_execution(existing: Header, wanted: Header, *, again: bool) -> Header:
    """What AWS answers for a name that is taken (StartExecution is idempotent for a running one with equal input)."""
    same = existing.input_digest == wanted.input_digest
    if existing.status in OPEN_STATUSES and same and again:
        return existing
    if existing.parent is not None and existing.parent == wanted.parent:
        return existing
    why = "is closed" if existing.status not in OPEN_STATUSES else "was started with another input"
    if same and existing.status in OPEN_STATUSES:
        why = "runs, and cannot be waited for by starting it again"
    raise ExecutionAlreadyExists(
        f"the execution {existing.key.name!r} of {existing.workflow} {why}", where="name",
        advice="Choose another name, or leave it out to get a new one.",
    )
