"""Describing, listing and stopping executions; starting them (lifecycle.starts), answering their tasks
(lifecycle.answers), letting them go on: what the API and the command line offer.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.clock import Clock
from engine.durable import codec, inbox, poison
from engine.durable.execution import Changeover, Execution, Fork
from engine.durable.large_values import Values
from engine.durable.lifecycle.answers import NoMasks, TaskAnswers
from engine.durable.lifecycle.budgets import Budgets, budget_wait
from engine.durable.lifecycle.business_key import business_key
from engine.durable.lifecycle.errors import ExecutionIsNotPaused, absent, input_of
from engine.durable.lifecycle.starts import Create, Starts
from engine.durable.opening import START_GRACE_SECONDS, facts_of, opening, running_by
from engine.durable.outline import LeftOut, ValuesNeeded, filled, left_out
from engine.durable.retention import Retention
from engine.durable.views.standing import Standing, awaited_calls, standing_of
from engine.errors import NotFound, StorageError
from engine.kernel.express import is_express
from engine.kernel.history import HistoryEvent, render
from engine.kernel.snapshot import Phase, Snapshot
from engine.kernel.snapshot_codec import written_schema
from engine.kernel.stimulus import Forked
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow, ExecutionsIndex, Search
from engine.ports.generated_names import generated_name
from engine.ports.journal import OPEN_STATUSES, PAUSED, RUNNING, Header, Journal, Loaded
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.pauses import Pauses
from engine.ports.published import Published, PublishedVersion
from engine.ports.queue import Wake, WakeQueue
from engine.ports.secrets import SecretMasks
from engine.ports.tasks import TaskPolicy
from engine.ports.transactions import Together, one_by_one
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.durable.lifecycle.forking.forks import Wanted
    from engine.durable.lifecycle.forking.running import Calls
    from engine.durable.lifecycle.forwards import Forwards
    from engine.durable.lifecycle.redrive_budget import RedriveBudget
    from engine.durable.lifecycle.redrives import Onto, Redrives
    from engine.durable.loading import Activator
    from engine.durable.views.ledger_facts import Page, Place, Reading
    from engine.durable.views.map_run_view import ChildPage, MapRun
    from engine.kernel.forward.check import At
    from engine.kernel.forward.verdict import Verdict
    from engine.language.asl.model import Plan

Json = Any


class Executions:
    """Wired in functions from the ports; safe to share between threads. `answers` takes those to task tokens. `room`
    raises where nothing new is to begin: no start, redrive or fork."""

    def __init__(
        self, *, journal: Journal, index: ExecutionsIndex, queue: WakeQueue, published: Published, clock: Clock,
        settings: Settings, new_name: Callable[[float], str] = generated_name, pauses: Pauses | None = None,
        new_seed: Callable[[], int] = lambda: secrets.randbits(63),
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(8), masks: SecretMasks | None = None,
        startable: Callable[[PublishedVersion], None] = lambda _version: None, room: Callable[[], None] = lambda: None,
        together: Together = one_by_one, budgets: Budgets | None = None,
        is_alive: Callable[[str], bool] = lambda _owner: True,
        policy: Callable[[str], TaskPolicy] = lambda _resource: TaskPolicy(),
    ) -> None:
        self._journal = journal
        self._index = index
        self._queue = queue
        self._published = published
        self._clock = clock
        self._starts = Starts(
            journal=journal, queue=queue, published=published, clock=clock, settings=settings, new_name=new_name,
            pauses=pauses, startable=startable, room=room, together=together, budgets=budgets,
        )
        self._retention = Retention.of(settings)
        self._confirmed_schema = settings.snapshot_schema
        written_schema(self._confirmed_schema)  # raises InvalidDocument
        self._new_nonce = new_nonce
        self._new_seed = new_seed
        self._startable = startable
        self._room = room
        self._masks = masks or NoMasks()
        self._budgets = budgets
        self._together = together
        self._is_alive = is_alive
        self._policy = policy

    @cached_property
    def _activator(self) -> Activator:
        from engine.durable.loading import Activator  # noqa: PLC0415  it compiles: few commands do

        return Activator(
            self._journal, self._published, self._new_nonce, confirmed_schema=self._confirmed_schema,
            retention=self._retention,
        )

    @cached_property
    def answers(self) -> TaskAnswers:
        """What answers tasks that wait."""
        return TaskAnswers(self._journal, self._queue, self._clock, self._activator, self._masks)

    @cached_property
    def _redrives(self) -> Redrives:
        from engine.durable.lifecycle.redrives import Redrives  # noqa: PLC0415  likewise

        return Redrives(
            self._journal, self._queue, self._clock, self._activator, self._new_seed, self._retention
        )

    @cached_property
    def _redrive_budget(self) -> RedriveBudget:
        from engine.durable.lifecycle.redrive_budget import RedriveBudget  # noqa: PLC0415  few commands redrive

        return RedriveBudget(self._budgets, self._together)

    @property
    def starts_whole(self) -> bool:
        """Whether a start and what is written of it (`then`) are one transaction."""
        return self._starts.whole

    def start(
        self, workspace: str, workflow: str, execution_input: Json, *, name: str | None = None,
        version: int | None = None, sync: bool = False, actor: Actor | None = None,
        then: Callable[[Execution], None] = lambda _started: None, ready: Callable[[Execution], None] | None = None,
        check: Callable[[PublishedVersion], None] = lambda _version: None, create: Create | None = None,
    ) -> Execution:
        """Start the active version, or `version`: lifecycle.starts.Starts.start says what comes of it."""
        return self._starts.start(
            workspace, workflow, execution_input, name=name, version=version, sync=sync, actor=actor, then=then,
            ready=ready, check=check, create=create,
        )

    def describe(self, key: ExecutionKey, *, most: int | None = None) -> Execution:
        """The execution as it stands; `cause` says why it is PAUSED. An input or output of more than `most` bytes of
        JSON is not read: there is a LeftOut in its place. Raises NotFound (ExecutionDoesNotExist)."""
        header = self._header_of(key)
        if header.cause is None or header.status == RUNNING:
            return self._with_terms(self._describe(key, most), header)
        try:
            execution = self._describe(key, most)
        except Exception:  # noqa: BLE001  it may be paused just because it cannot be read
            execution = Execution(
                key, header.workflow, header.version, header.status, header.kind, None, header.started_at,
                ended_at=header.ended_at, definition_digest=header.definition_digest, parent=header.parent,
            )
        shown = replace(execution, status=header.status, cause=header.cause, ended_at=header.ended_at)
        return self._with_terms(shown, header)

    def _with_terms(self, execution: Execution, header: Header) -> Execution:
        """Until when it can be redriven, and from when on retention may take it, as the settings are today."""
        if execution.ended_at is None or execution.status in OPEN_STATUSES:
            return execution
        redrivable, kept = None, header.kept_until
        if not is_express(execution.kind) and not header.is_item and execution.fork is None:
            redrivable = self._retention.redrivable_until(execution.status, execution.ended_at)
        if kept is None:
            kept = self._retention.kept_until(execution.status, execution.ended_at, self._own_days(header))
        waits = header.parent is not None and header.parent.waits
        return replace(execution, redrivable_until=redrivable, kept_until=None if waits else kept)

    def _own_days(self, header: Header) -> int | None:
        """The term that its workflow names today, also out of the archive."""
        try:
            active = self._published.active(header.key.workspace, header.workflow)
        except (NotFound, StorageError):
            return None
        return None if active is None else active.retention_days

    def _describe(self, key: ExecutionKey, most: int | None) -> Execution:
        loaded = self._load(key, outlined=most is not None)
        snapshot = codec.stored_snapshot(loaded, outlined=most is not None)
        if most is not None and snapshot is not None and 0 < left_out(snapshot.output) <= most:
            snapshot = codec.stored_snapshot(self._load(key))
        header = running_by(loaded.header, snapshot)
        execution_input = self._input(loaded, most)
        published = self._published.numbered(key.workspace, header.workflow, header.version)
        status = header.status if snapshot is None or header.status != RUNNING else str(snapshot.status)
        execution = Execution(
            key, header.workflow, header.version, status, header.kind, execution_input, header.started_at,
            business_key=self._business_key(header, published, execution_input),
            definition_digest=header.definition_digest, parent=header.parent, pins=published.pins,
        )
        if snapshot is None:
            return replace(execution, waits_for_budget=budget_wait(header))
        return replace(
            execution, output=snapshot.output, error=snapshot.error, cause=snapshot.cause, redrives=snapshot.redrives,
            ended_at=_ended_at(header, snapshot), awaited_calls=awaited_calls(snapshot),
            changeovers=tuple(map(Changeover.of, snapshot.changeovers)), **self._forked(key),
        )

    def _input(self, loaded: Loaded, most: int | None) -> Json:
        key, given = loaded.header.key, loaded.execution_input
        if given is None and most is not None:
            found = self._journal.input_or_size(key, most)
            if isinstance(found, int):
                return LeftOut(found)
            given = found
        return json.loads(given or input_of(self._journal, key))

    def _business_key(self, header: Header, published: PublishedVersion, execution_input: Json) -> str | None:
        if header.is_item or published.business_key is None:
            return None
        if not isinstance(execution_input, LeftOut):
            return business_key(published, execution_input)
        key = header.key
        rows = self._index.query(ExecutionQuery(key.workspace, workflow=header.workflow, name=key.name)).rows
        return next((row.business_key for row in rows if row.key == key), None)

    def _forked(self, key: ExecutionKey) -> dict[str, Any]:
        """Of a fork, what its first segment says."""
        if key.fork_of is None:
            return {}
        first = next(iter(self._journal.segments(key, enough=codec.has_outline)))
        [forked] = codec.decode_stimuli(first.body, outlined=True)
        if not isinstance(forked, Forked):
            return {}
        fork = Fork(forked.of, forked.event, given=forked.given, reads=forked.reads, allow=tuple(forked.allow))
        return {"fork": fork, "actor": Actor(forked.by)}

    def header(self, key: ExecutionKey) -> Header:
        """Its version, its status and who started it. Raises NotFound (ExecutionDoesNotExist)."""
        return self._header_of(key)

    def earlier_versions(self, key: ExecutionKey) -> tuple[int, ...]:
        """The versions that it ran by before it went on by another one. Raises NotFound."""
        snapshot = self._outlined_snapshot(key)
        return () if snapshot is None else tuple(record["was"] for record in snapshot.changeovers)

    def input_of(self, key: ExecutionKey) -> Json:
        """Its input. Raises NotFound."""
        loaded = self._load(key)
        return json.loads(loaded.execution_input or input_of(self._journal, key))

    def events(
        self, key: ExecutionKey, *, most: int, after: int = 0, outlined: bool = False
    ) -> list[HistoryEvent]:
        """The history's first `most` events with an id over `after`, values as values. Raises NotFound."""
        return list(islice(self.each_event(key, after=after, outlined=outlined), most))

    def each_event(self, key: ExecutionKey, *, after: int = 0, outlined: bool = False) -> Iterator[HistoryEvent]:
        """The history's events with an id over `after`, read as they are taken. `outlined`: large values are not read;
        `filling` does. Raises NotFound."""
        self._header_of(key)
        values = codec.values_of(self._journal, key)
        for segment in self._journal.history(key, after, enough=codec.has_outline if outlined else None):
            events = codec.decode_events(segment.body, outlined=outlined, values=values)
            yield from (event for event in events if event.id > after)

    def filling(self, key: ExecutionKey) -> Callable[[Json], Json]:
        """What gives a value of an outlined event with what was left out of it, and reads each segment once. It raises
        NotFound."""
        seen: dict[int, HistoryEvent] = {}
        values = codec.values_of(self._journal, key)

        def read(left: LeftOut) -> Json:
            if left.event is None:
                raise ValuesNeeded
            if left.event not in seen:
                seen.update((event.id, event) for event in self._segment_with(key, left.event, values))
            found: Json = seen[left.event].details
            for part in left.place:
                found = found[part]
            return found

        return lambda value: filled(value, read)

    def _segment_with(self, key: ExecutionKey, event: int, values: Values) -> list[HistoryEvent]:
        for segment in self._journal.history(key, event - 1):
            return codec.decode_events(segment.body, values=values)
        raise absent(self._journal, key)

    def written(self, key: ExecutionKey) -> tuple[int, str]:
        """The number of the newest segment (-1 before any) and the status: the same pair says that nothing happened.

        No body is read, for who asks again and again. Raises NotFound.
        """
        found = self._journal.written(key)
        if found is None:
            raise absent(self._journal, key)
        return found

    def standing(self, key: ExecutionKey) -> Standing:
        """Its newest event and the tasks that wait for an answer. Raises NotFound."""
        snapshot = self._outlined_snapshot(key)
        return Standing() if snapshot is None else standing_of(snapshot)

    def effects(
        self, key: ExecutionKey, reading: Reading, *, after: Place, most: int
    ) -> Page:
        """Up to `most` rows of its ledger of effects behind the place `after`. Raises NotFound."""
        if reading.outlined and key.fork_of is None and not is_express(self._header_of(key).kind):  # else it is stepped
            try:
                return self._effects(key, reading, after, most, outlined=True)
            except ValuesNeeded:
                pass
        return self._effects(key, reading, after, most, outlined=False)

    def _effects(self, key: ExecutionKey, reading: Reading, after: Place, most: int, *, outlined: bool) -> Page:
        from engine.durable.views.ledger import Ledger  # noqa: PLC0415  few ask for it

        loaded = self._load(key, outlined=True)
        snapshot, header = codec.stored_snapshot(loaded, outlined=True), loaded.header
        version, plan = self._activator.plan_of(header)
        changes = () if snapshot is None else snapshot.changeovers

        def by(count: int) -> tuple[Plan, Collection[str]]:
            number = changes[min(count, len(changes)) - 1]["version"] if count else changes[0]["was"]
            then, plan_then = self._activator.plan_of(replace(header, version=number))
            return plan_then, then.at_most_once

        owner = loaded.segments[-1].owner if loaded.segments else ""
        book = Ledger(
            plan, facts_of(header), reading, at_most_once=version.at_most_once,
            now=self._clock.now() if not owner or self._is_alive(owner) else math.inf,  # then no lease holds
            opening=lambda: self._opening(header, key), by=by if changes else None, fork=key.fork_of is not None,
            outlined=outlined, values=codec.values_of(self._journal, key),
        )
        segments = self._journal.segments(key, max(after[0], 0), enough=codec.has_outline if outlined else None)

        def last() -> Snapshot | None:
            return codec.stored_snapshot(self._load(key, outlined=outlined), outlined=outlined)

        return book.page(segments, last, after=after, most=most)

    def _opening(self, header: Header, key: ExecutionKey) -> Snapshot:
        """As its stimuli found it: a fork's first segment has that."""
        if key.fork_of is not None:
            return codec.snapshot_after(None, next(iter(self._journal.segments(key))).body)
        return opening(header, input_of(self._journal, key))

    def due_of(self, key: ExecutionKey, entered_event: int) -> float | None:
        """When the next attempt of the step that began with that event is due; None where none is. Raises NotFound."""
        snapshot = self._outlined_snapshot(key)
        frames = () if snapshot is None or snapshot.closed else snapshot.frames.values()
        return next((
            frame.due_at for frame in frames if frame.entered_event == entered_event and frame.phase is Phase.BACKOFF
        ), None)

    def page(self, query: ExecutionQuery) -> ExecutionPage:
        """A page from the executions index."""
        return self._index.query(query)

    @property
    def searches(self) -> Search:
        """How a query's text is looked for."""
        return self._index.searches

    def oldest(self, workspace: str, limit: int) -> list[ExecutionRow]:
        """The open executions that started first."""
        return self._index.oldest(workspace, limit)

    def history(self, key: ExecutionKey, *, after: int = 0, limit: int = 1000) -> list[dict[str, Json]]:
        """Up to `limit` events with an id over `after`, as GetExecutionHistory gives them. Raises NotFound."""
        return [render(event) for event in self.events(key, most=limit, after=after)]

    def stop(self, key: ExecutionKey, *, error: str | None = None, cause: str | None = None, actor: Actor) -> Execution:
        """Ask an open execution, PAUSED or not, to stop; it is ABORTED once a worker reads it. A closed one stays as it
        is."""
        if self._header_of(key).status in OPEN_STATUSES:
            self._journal.put_inbox(inbox.stop_item(key, self._clock.now(), error=error, cause=cause, actor=actor))
            self._queue.send([Wake(key)])
        return self.describe(key)

    def resume(self, key: ExecutionKey) -> Execution:
        """Let a PAUSED execution run again. Raises Conflict (ExecutionIsNotPaused), NotFound."""
        header = self._header_of(key)
        due_at = self._clock.now() + START_GRACE_SECONDS
        if header.status != PAUSED or not poison.resume(self._journal, header, due_at):
            raise ExecutionIsNotPaused(
                f"the execution {key.id} is not paused: it is {header.status}", where="id",
                advice="`automate resume WORKFLOW` lets the executions of a paused workflow go on.",
            )
        self._queue.send([Wake(key)])
        return self.describe(key)

    def redrive(self, key: ExecutionKey) -> Execution:
        """Let an execution that did not succeed go on where it stood: see lifecycle.redrives. It counts as a start of
        its workflow, and does not wait. Raises Conflict (ExecutionNotRedrivable, an archived workflow), BudgetExceeded,
        NotFound."""
        loaded = self._load(key)
        header = loaded.header
        version = self._published.version(key.workspace, header.workflow, header.version)  # none of an archived one
        self._redrives.check(header)  # what can never be redriven is told before its budget
        self._room()
        self._redrive_budget.spend(header, version, lambda: self._redrives.redrive(loaded))
        return self.describe(key)

    def forward_plan(self, key: ExecutionKey, version: int, *, at: At | None = None) -> Verdict:
        """Whether an execution that did not succeed can go on by `version`; nothing is written. Raises Conflict
        (ExecutionNotRedrivable, an archived workflow), NotFound."""
        return self._forwards().plan(*self._onto(key, version, "", at))

    def forward_plan_onto(self, key: ExecutionKey, version: PublishedVersion) -> Verdict:
        """The same for a version that is not published yet. Raises Conflict (ExecutionNotRedrivable), NotFound."""
        from engine.durable.lifecycle.redrives import Onto  # noqa: PLC0415  few ask for it

        return self._forwards().plan(self._load(key), Onto(version, ""))

    def forward(
        self, key: ExecutionKey, version: int, *, actor: Actor, at: At | None = None, accept: bool = False
    ) -> Execution:
        """Let it go on by `version`: see lifecycle.forwards. It counts as a redrive. Raises Conflict
        (ExecutionNotRedrivable, VersionDoesNotFit, ResourceNotAvailable, an archived workflow), BudgetExceeded,
        NotFound."""
        loaded, onto = self._onto(key, version, actor.name, at)
        self._redrives.check(loaded.header)
        self._room()
        self._redrive_budget.spend(
            loaded.header, onto.version, lambda: self._forwards().go(loaded, onto, accept=accept)
        )
        return self.describe(key)

    def _forwards(self) -> Forwards:
        from engine.durable.lifecycle.forwards import Forwards  # noqa: PLC0415  its check is much to import

        return Forwards(self._journal, self._activator, self._redrives, self._policy)

    def _onto(self, key: ExecutionKey, version: int, by: str, at: At | None) -> tuple[Loaded, Onto]:
        loaded = self._load(key)
        published = self._published.version(key.workspace, loaded.header.workflow, version)
        self._startable(published)
        from engine.durable.lifecycle.redrives import Onto  # noqa: PLC0415  likewise

        return loaded, Onto(published, by, at)

    def fork(
        self, key: ExecutionKey, wanted: Wanted, calls: Calls, *, version: int | None = None
    ) -> Execution:
        """The fork as it ended: see lifecycle.forking.forks. It is no start of the workflow: no budget counts it.
        Raises NotFound, Conflict, InvalidDocument."""
        from engine.durable.lifecycle.forking.forks import Forks  # noqa: PLC0415  as above

        self._room()
        loaded = self._load(key)
        of = loaded.header
        onto = self._published.version(key.workspace, of.workflow, version or of.version)  # none of an archived one
        if version is not None:
            wanted = replace(wanted, onto=onto)
        forks = Forks(self._journal, self._clock, self._activator, self._new_seed, self._retention)
        return self.describe(forks.fork(loaded, wanted, calls))

    def map_runs(self, key: ExecutionKey) -> list[str]:
        """The ARNs of the Map Runs that the execution has begun, in order. Raises NotFound."""
        from engine.durable.views import map_run_view  # noqa: PLC0415  few have Map Runs

        self._header_of(key)
        return map_run_view.map_runs(self._journal, key)

    def describe_map_run(self, key: ExecutionKey, map_run: str) -> MapRun:
        """A Map Run of the execution, by its ARN or the last part of it. Raises NotFound (ResourceNotFound)."""
        from engine.durable.views import map_run_view  # noqa: PLC0415  as above

        return map_run_view.describe(self._journal, self._load(key, outlined=True), map_run)

    def map_run_children(
        self, key: ExecutionKey, map_run: str, *, first: int = 0, limit: int = 100, statuses: Collection[str] = ()
    ) -> ChildPage:
        """Up to `limit` of its child executions from the item `first` on, in order; of these `statuses`, none for all.
        Raises NotFound."""
        from engine.durable.views import map_run_view  # noqa: PLC0415  as above

        return map_run_view.list_children(
            self._journal, self._load(key, outlined=True), map_run, first=first, limit=limit, statuses=statuses
        )

    def update_map_run(
        self, key: ExecutionKey, map_run: str, *, max_concurrency: int | None = None,
        tolerated_failure_count: float | None = None, tolerated_failure_percentage: float | None = None,
    ) -> None:
        """Change the limits of a Map Run under way: its children that are out stay. Raises NotFound, Conflict, and
        InvalidDocument for a limit out of range."""
        from engine.durable.views import map_run_view  # noqa: PLC0415  as above

        changes = map_run_view.checked_limits(max_concurrency, tolerated_failure_count, tolerated_failure_percentage)
        frame = map_run_view.to_update(self._load(key, outlined=True), map_run)
        at = self._clock.now()
        while not self._journal.put_inbox(inbox.map_run_item(key, at, frame.place, changes)):
            at += 0.001  # another one came in the same millisecond: this one follows on it
        self._queue.send([Wake(key)])

    def _header_of(self, key: ExecutionKey) -> Header:
        header = self._journal.header(key)
        if header is None:
            raise absent(self._journal, key)
        return header

    def _load(self, key: ExecutionKey, *, outlined: bool = False) -> Loaded:
        loaded = self._journal.load(key, enough=codec.has_outline if outlined else None)
        if loaded is None:
            raise absent(self._journal, key)
        return loaded

    def _outlined_snapshot(self, key: ExecutionKey) -> Snapshot | None:
        return codec.stored_snapshot(self._load(key, outlined=True), outlined=True)


def _ended_at(header: Header, snapshot: Snapshot) -> float | None:
    """A fork's snapshot has the time of its original."""
    if not snapshot.closed:
        return None
    return snapshot.last_at if header.key.fork_of is None else header.ended_at
