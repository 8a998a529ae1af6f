"""Forks: an execution goes on once more from one of its events, apart from it, answered from its record.

    journal of the original ── recording ──► Point, answers ── running ──► closed ──► written, whole: header, segment 0
                                                    (what was before the event), segment 1 (what the fork did)

A fork is never open: nothing of it is there before it has ended, so no worker runs it, no sweep and no budget sees it,
and what dies in between leaves nothing. Only a call that is really made has to be known before: the fork is then
written as it ends should its process die there, and its real end is written over that. Its id is the original's with
``~at<event>.<random>`` behind it: no name that a user gives has a ``~``. So it is known by its id, listed by the prefix
of its name, and erased with the original.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from engine.clock import Clock
from engine.durable import codec
from engine.durable.lifecycle.business_key import business_key
from engine.durable.lifecycle.errors import input_of
from engine.durable.lifecycle.forking.recording import Point, Recording, read
from engine.durable.lifecycle.forking.running import Calls, Made, Run
from engine.durable.lifecycle.forwards import does_not_fit
from engine.durable.lifecycle.redrives import Onto
from engine.durable.lifecycle.start_checks import check_input, encoded, input_digest
from engine.durable.loading import Activator
from engine.durable.opening import opening
from engine.durable.retention import Retention
from engine.errors import Conflict, InvalidDocument, NotFound
from engine.kernel.express import is_express
from engine.kernel.forward.check import check
from engine.kernel.forward.ran import ran
from engine.kernel.forward.verdict import Finding, Verdict
from engine.kernel.history import HistoryEvent
from engine.kernel.redrivable import redrivable
from engine.kernel.snapshot import Frame, Snapshot, Status
from engine.kernel.step import step
from engine.kernel.stimulus import Continued, Forked, Redriven, Started
from engine.language.asl.model import Plan
from engine.language.expr.bounds import excess
from engine.ports.journal import Header, Journal, Loaded, Segment, row_of
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.records import dataclass

Json = Any


class ExecutionNotForkable(Conflict):
    """There is nothing that could be forked, or not there."""

    code = "ExecutionNotForkable"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where it is forked, and what is different: `given` holds the input of the state that is entered there, `onto` the
    version that it goes on by. `by` is who asks."""

    event: int
    by: str
    given: tuple[Json] | None = None
    onto: PublishedVersion | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """How the fork stood as it began, at `at` (epoch seconds), and the events before. `version` is its own, `nonce`
    that of what is written of it."""

    original: Header
    version: PublishedVersion
    forked: Forked
    snapshot: Snapshot
    events: tuple[HistoryEvent, ...]
    at: float
    nonce: str


class Forks:
    """Safe to share between threads."""

    def __init__(
        self, journal: Journal, clock: Clock, activator: Activator, new_seed: Callable[[], int], retention: Retention,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._activator = activator
        self._new_seed = new_seed
        self._retention = retention

    def fork(self, loaded: Loaded, wanted: Wanted, calls: Calls) -> ExecutionKey:
        """Run the fork and write it. Raises StorageError, NotFound (also where it was erased meanwhile),
        Conflict (ExecutionNotForkable, EventNotReached, VersionDoesNotFit), InvalidDocument for an event that it does
        not have, an input where no state is entered, or a state to allow that there is not."""
        header = loaded.header
        if header.key.fork_of is not None:
            raise _refused(header, "it is a fork itself", f"Fork its original: {header.key.fork_of}")
        if header.is_item:
            raise _refused(header, "it is an item of a Map Run", "Fork the execution that runs the Map.")
        unchanged = wanted.onto is None and wanted.given is None
        point, recording = self._read(loaded, wanted.event, whole=unchanged)
        at = point.snapshot.next_event
        key = header.key.fork(at, secrets.token_hex(4))
        version = self._activator.version_of(replace(header, version=point.snapshot.facts.version))
        point = _with_input(point, wanted, wanted.onto or version)
        if wanted.onto is not None and wanted.onto.number != version.number:
            point = self._onto(header, point, version, Onto(wanted.onto, wanted.by))
            version = wanted.onto
        _check_allowed(point.plan, calls)
        facts = replace(point.snapshot.facts, execution_id=key.id)
        forked = Forked(
            at=point.snapshot.last_at, of=header.key.id, event=at, by=wanted.by, given=wanted.given is not None,
            reads=calls.use_reads, allow=sorted(calls.allow),
        )
        begun = Begun(
            header, version, forked, replace(point.snapshot, facts=facts), point.events, self._clock.now(),
            secrets.token_hex(8),
        )
        run = Run(
            point, recording, calls, facts, self._clock, new_seed=self._new_seed,
            unchanged=unchanged, intend=partial(self._write, begun),
        )
        run.run()
        self._write(begun, run.made(), again=run.intended)
        return key

    def _read(self, loaded: Loaded, event: int, *, whole: bool) -> tuple[Point, Recording]:
        header = loaded.header
        segments = list(self._journal.segments(header.key))
        data = input_of(self._journal, header.key)
        if not segments:
            why = "it is an EXPRESS execution that has not ended" if is_express(header.kind) else "it has not begun"
            raise _refused(header, why, "Fork it later.")

        def by(snapshot: Snapshot) -> Plan:
            """The version changes by a redrive: the snapshot's facts name it."""
            return self._activator.plan_of(replace(header, version=snapshot.facts.version))[1]

        facts = codec.snapshot_after(None, segments[0].body).facts  # the version may be another one by now
        start = replace(opening(header, data), facts=facts)
        point, recording = read(segments, start, by, event, whole=whole)
        if point is None or event < 1:
            last = max(segment.last_event for segment in segments)
            raise InvalidDocument(
                f"the execution {header.key.id} has no event {event}", where="event",
                advice=f"Its events are 1 to {last}: automate history {header.key.id}",
            )
        if point.snapshot.closed:
            raise _refused(header, f"it had ended before its event {event}", "Fork it before its end.")
        return point, recording

    def _onto(self, header: Header, point: Point, old: PublishedVersion, onto: Onto) -> Point:
        """The same place in another version: as a redrive by that one takes it up. Raises VersionDoesNotFit."""
        snapshot, version = point.snapshot, onto.version
        was = replace(header, version=old.number, definition_digest=old.definition_digest)
        plan = self._activator.plan_of(replace(header, version=version.number))[1]
        if version.kind != header.kind:
            raise does_not_fit(header, onto, Verdict((Finding(
                "", f"it is a {header.kind} execution, and version {version.number} is of the kind {version.kind}"
            ),)), fork=True)
        if isinstance(point.first, Started):
            facts = replace(snapshot.facts, version=version.number)
            return replace(point, snapshot=replace(snapshot, facts=facts), plan=plan)
        kept: dict[str, Frame] = {}
        for frame in snapshot.frames.values():
            kept |= redrivable(point.plan, frame, gives_up=False, joined=None)
        verdict = check(
            old.definition, version.definition, kept, ran=ran(point.events), execution_input=(snapshot.input,)
        )
        if not verdict.fits:
            raise does_not_fit(header, onto, verdict, fork=True)
        closed = replace(
            snapshot, status=Status.ABORTED, frames=MappingProxyType({}), progress=MappingProxyType({}), ready=(),
            redrivable=MappingProxyType(kept),
        )
        seed = self._new_seed() if point.first is None else point.first.seed
        stepped = step(plan, closed, [Redriven(at=snapshot.last_at, seed=seed, onto=onto.change(was))])
        first = Continued(at=snapshot.last_at, seed=seed)
        return Point(stepped.snapshot, plan, first, (*point.events, *stepped.events), point.number)

    def _write(self, begun: Begun, made: Made, *, again: bool) -> None:
        """All of it at once; `again`: over what was written of it before."""
        original, version, facts = begun.original, begun.version, begun.snapshot.facts
        now, key = self._clock.now(), ExecutionKey(original.key.workspace, facts.execution_id)
        ended = replace(
            made.snapshot, facts=replace(made.snapshot.facts, execution_id=key.id), abandoned=(), stops=(),
            redrivable=MappingProxyType({}),
        )
        terms = (self._retention.kept_until(ended.status, now, version.retention_days), original.kept_until)
        kept_until = min((term for term in terms if term is not None), default=None)
        data = encoded(ended.input)
        header = replace(
            original, key=key, version=version.number, definition_digest=version.definition_digest,
            input_digest=input_digest(data), status=str(ended.status), started_at=begun.at, seq=1, due_at=None,
            ended_at=now, strikes=0, cause=None, parent=None, actor=None, kept_until=kept_until,
        )
        row = row_of(header, ended_at=now, error=ended.error, business_key=business_key(version, ended.input))
        start = Made(begun.snapshot, [begun.forked], begun.events)
        segments = [
            self._segment(header, begun.nonce, 0, start, begun.at),
            self._segment(header, begun.nonce, 1, Made(ended, made.stimuli, made.events), now, kept_until),
        ]
        if not self._journal.add_ended(header, data, row, segments, again=again):
            called = "What it called before was called." if again else "Nothing was called."
            raise NotFound(
                f"{original.key.id}, or its fork {key.id}, was deleted while the fork ran: nothing is kept of it",
                where="id", advice=f"{called} Somebody erased it, or its term was over.",
            )

    def _segment(
        self, header: Header, nonce: str, number: int, made: Made, at: float, kept_until: float | None = None,
    ) -> Segment:
        """One that holds the whole snapshot. It tells the audit log nothing: the fork itself is an act."""
        events = tuple(made.events)
        change = codec.Change(
            tuple(made.stimuli), (codec.encode_events(events),) if events else (), made.snapshot, frozenset(),
            frozenset(), events,
        )
        body = codec.encode_change(
            change, checkpoint=True, schema=self._activator.schema, compress_over=self._journal.sizes.compress_over
        )
        first, last = (events[0].id, events[-1].id) if events else (0, 0)
        return Segment(
            header.key, number, nonce, body, at, checkpoint=True, first_event=first, last_event=last,
            kept_until=kept_until,
        )


def _with_input(point: Point, wanted: Wanted, version: PublishedVersion) -> Point:
    """`wanted.given` as the input of what is entered there: a state, or the execution, whose input fits the version's
    schema. Raises InvalidDocument."""
    if wanted.given is None:
        return point
    problem = excess(wanted.given[0])
    if problem is not None:
        raise InvalidDocument(f"the input {problem}", where="input", advice="Pass large or deep data by reference.")
    snapshot = point.snapshot
    if isinstance(point.first, Started):
        if version.input_schema is not None:
            check_input(version.input_schema, wanted.given[0], quotes=not version.marks_fields)
        return replace(point, snapshot=replace(snapshot, input=wanted.given[0]))
    if point.enters is None:
        raise InvalidDocument(
            f"an input has no place at event {wanted.event}: no state is entered there", where="event",
            advice="Name the event of a state's entry, or event 1 for the execution's own input.",
        )
    frame = replace(snapshot.frames[point.enters], input=wanted.given[0])
    return replace(point, snapshot=replace(snapshot, frames=MappingProxyType({**snapshot.frames, frame.path: frame})))


def _check_allowed(plan: Plan, calls: Calls) -> None:
    names = {name for machine in plan.machines.values() for name in machine.states}
    for name in calls.allow:
        if name not in names:
            raise InvalidDocument(
                f"no state is called {name!r}", where="allow", advice="Allow states by their names in the definition."
            )


def _refused(header: Header, why: str, advice: str) -> ExecutionNotForkable:
    return ExecutionNotForkable(f"the execution {header.key.id} cannot be forked: {why}", where="id", advice=advice)
