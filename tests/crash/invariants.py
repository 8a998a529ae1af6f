"""What must hold once a run has come to rest, by the names of docs/reliability.md.

I1, I5, I10, I11, I15, I16 of each journal, I2, I3, I12 of the stores, I4, I6, I7, I8, I13, I14 against the fault-free
run, and the bounds. I27 of the ledgers of effects (invariants_of_effects). I9, and I1 and I15 of what is written, are
looked at when it happens (invariants_at_calls).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.durable import codec
from engine.durable.large_values import Values
from engine.durable.lifecycle.forking.running import INTERRUPTED
from engine.durable.opening import facts_of
from engine.governance.audit.actors import Actors
from engine.governance.audit.engine import AUDITED_EVENTS, start_entry
from engine.governance.audit.query import MOST_IN_PAGE, AuditQuery, page
from engine.kernel import changeover, snapshot_codec
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import Redriven
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Plan
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import Header, Segment
from engine.ports.keys import ExecutionKey
from tests.crash.faults import DEATHS, Faults
from tests.crash.invariants_at_calls import READ_SECONDS
from tests.crash.invariants_of_effects import check_effects
from tests.crash.ledger import Made
from tests.crash.scenarios import CANARY
from tests.crash.world import World

RESEND_SECONDS = 30.0
LOST_SECONDS = 61.0
"""A wake that was lost, or whose worker could not load: the inbox item itself is due after 60 s."""
LOSSY_SECONDS = 400.0


@dataclass(frozen=True)
class Seen:
    """How a run ended."""

    status: str
    output: Any
    error: str | None
    events: tuple[str, ...]
    calls: tuple[Made, ...]
    children: tuple[tuple[str, str], ...]


def _events(segments: Iterable[Segment]) -> Iterator[tuple[Segment, HistoryEvent]]:
    """All events, in order, each with its segment."""
    values = Values()
    return ((segment, event) for segment in segments for event in codec.decode_events(segment.body, values=values))


def seen(world: World) -> Seen:
    """How `world` ended; to be measured by, if nothing went wrong in it."""
    execution = world.describe(world.key)
    events = tuple(event.type for _, event in _events(world.stores.segments(world.key)))
    children = tuple(sorted((h.key.id, h.status) for h in world.stores.headers() if h.key != world.key))
    calls = tuple(made for made in world.ledger.calls if ExecutionKey("", made.execution_id).fork_of is None)
    return Seen(execution.status, execution.output, execution.error, events, calls, children)


def check(world: World, reference: Seen) -> list[str]:
    """What is broken."""
    broken = list(world.watched.broken)
    for header in world.stores.headers():
        segments = world.stores.segments(header.key)
        if not segments and header.is_item and header.status == "ABORTED":
            continue
        broken += [f"{found} [{header.key.id}]" for found in _check_execution(world, header, segments)]
    broken += _check_forks(world)
    broken += _check_rest(world)
    broken += _check_audit(world)
    now = seen(world)
    broken += _check_outcome(world, now, reference)
    broken += _check_calls(world, now, reference)
    broken += _check_bounds(world)
    broken += check_effects(world)
    if any(CANARY in line for line in world.log):
        broken.append("I15: a secret's value stands in the log")
    return broken


# ---------------------------------------------------------------- each execution by itself


def _check_execution(world: World, header: Header, segments: list[Segment]) -> Iterator[str]:
    if [segment.seq for segment in segments] != list(range(len(segments))):
        yield f"I1: segments {[segment.seq for segment in segments]}"
    if header.status in ("RUNNING", "PAUSED") or header.due_at is not None:
        yield f"I2: {header.status}, due {header.due_at}"
        return
    loaded = world.stores.journal.load(header.key)
    stored = codec.decode_snapshot(segment.body for segment in loaded.segments)
    said = (header.status, header.seq, header.ended_at)
    if said != (str(stored.status), segments[-1].seq, stored.last_at):
        yield f"I3: the header says {said}, the journal {stored.status}, {segments[-1].seq}, {stored.last_at}"
    if not header.is_item:
        yield from _check_row(world, header, stored)
    events = [event for _, event in _events(segments)]
    if [event.id for event in events] != list(range(1, len(events) + 1)):
        yield "I1: the events are not contiguous"
    changed = [event for event in events if event.type == changeover.EVENT]
    over = [record["version"] for record in stored.changeovers]
    if len(changed) != len(over) or len(over) > 1 or header.version != (over or [header.version])[-1]:
        yield f"I5: version {header.version}, changed to {over}"
    ends = [
        e.type for e in events
        if e.type.startswith("Execution") and e.type not in ("ExecutionStarted", changeover.EVENT)
    ]
    redriven = ends[-2:-1] == ["ExecutionRedriven"]  # asked twice or more, but once
    if len(ends) != (3 if redriven else 1) or events[-1].type != ends[-1]:
        yield f"I5: {ends}"
    yield from _check_timers(world, header, segments)
    yield from _check_stepping(world, header, segments, stored)
    if any(CANARY in json.dumps(event.details, default=repr) for event in events):
        yield "I15: a secret's value stands in the history"


def _check_forks(world: World) -> Iterator[str]:
    """I33: a fork that is there is whole, is the original, and has called nothing; one that was promised is there.
    One that really calls has ended as it does without a fault, or says that it was interrupted."""
    forks = [header for header in world.stores.every_header() if header.key.fork_of is not None]
    rows = {row.key for row in world.stores.index.query(ExecutionQuery(world.workspace, name=world.key.forks)).rows}
    if "fork" in world.ledger.accepted and not forks:
        yield "I33: the fork that was promised is not there"
    if rows != {header.key for header in forks}:
        yield f"I33: the index says {rows}"
    called = {made.execution_id for made in world.ledger.calls} & {header.key.id for header in forks}
    if called and world.workflow.forked is None:
        yield "I33: a fork has called"
    with world.quietly():
        executions = world.executions
        was = executions.describe(world.key)
        ends = [(was.status, was.output, was.error)]
        if world.workflow.forked is not None:
            ends = [("SUCCEEDED", world.workflow.forked, None)]
            if "fork" in world.ledger.accepted and not any(header.status == "SUCCEEDED" for header in forks):
                yield "I33: the fork that was promised has not succeeded"
            if world.faults.modes:
                ends.append(("ABORTED", None, INTERRUPTED))
        for header in forks:
            fork = executions.describe(header.key)
            stands = header.status, header.due_at
            if (fork.status, fork.output, fork.error) not in ends or stands != (fork.status, None):
                yield f"I33: {header.key.id} is {fork}, its header {stands}"
            events = executions.events(header.key, most=10_000)
            if world.workflow.forked is None and events != executions.events(world.key, most=10_000):
                yield f"I33: the history of {header.key.id} is another"


def _check_row(world: World, header: Header, stored: Snapshot) -> Iterator[str]:
    found = world.stores.index.query(ExecutionQuery(header.key.workspace, workflow=header.workflow)).rows
    rows = [(row.status, row.ended_at) for row in found if row.key == header.key]
    if rows != [(str(stored.status), stored.last_at)]:
        yield f"I3: the index says {rows}, the journal {stored.status} at {stored.last_at}"
    if CANARY in repr(found):
        yield "I15: a secret's value stands in the index"


def _check_timers(world: World, header: Header, segments: list[Segment]) -> Iterator[str]:
    """I10, by the times that the journal tells (several clocks write them, none of them backwards), and by the true
    time of the write, which no clock may be ahead of by more than it is wrong."""
    entered: dict[str, float] = {}
    for segment, event in _events(segments):
        name = str((event.details or {}).get("name"))
        seconds = world.workflow.waits.get(name)
        if seconds is not None and event.type == "WaitStateEntered":
            entered[name] = event.at
        elif seconds is not None and event.type == "WaitStateExited":
            written = world.watched.written.get((header.key, segment.seq), event.at) + max(world.faults.skews)
            if min(event.at, written) - entered[name] < seconds - 1e-6:
                yield f"I10: {name} ended after {min(event.at, written) - entered[name]:g} s of {seconds:g}"


def _check_stepping(world: World, header: Header, segments: list[Segment], stored: Snapshot) -> Iterator[str]:
    """I11: stepping the recorded stimuli gives the stored snapshot, byte for byte, and the same again when cold."""
    given = json.loads(world.stores.journal.execution_input(header.key))
    if stored.changeovers:
        first = stored.changeovers[0]
        header = replace(header, version=first["was"], definition_digest=first["was_digest"])
    snapshot = Snapshot(facts=facts_of(header), input=given, last_at=header.started_at)
    plan = _plan(world, header, header.version)
    limit = None
    values = Values()
    for segment in segments:
        stimuli = codec.decode_stimuli(segment.body, values=values)
        for onto in (stimulus.onto for stimulus in stimuli if isinstance(stimulus, Redriven)):
            plan = plan if onto is None else _plan(world, header, onto["version"])
        snapshot = step(plan, snapshot, stimuli, max_transitions=limit).snapshot
    if snapshot_codec.encode(snapshot) != snapshot_codec.encode(stored):
        yield "I11: stepping the recorded stimuli again gives another snapshot"


def _plan(world: World, header: Header, number: int) -> Plan:
    plan = compile_definition(world.published.numbered(world.workspace, header.workflow, number).definition)
    if header.parent is not None and header.parent.machine:
        plan = Plan({**plan.machines, "": plan.machines[header.parent.machine]})
    return plan


# ---------------------------------------------------------------- the stores, and the whole


def _check_rest(world: World) -> Iterator[str]:
    for header in world.stores.headers():
        left = [item.id for item in world.stores.journal.inbox(header.key)]
        if left and world.faults.sweeps and world.faults.inbox_due:
            yield f"I12: the inbox of {header.key.id} holds {left}"
    if world.stores.next_due_in() is not None:
        yield "I12: the queue is not empty"


def _check_audit(world: World) -> Iterator[str]:
    """I16, where the entries are part of the commit; and on AWS, where a stream tells the sealer of them."""
    if world.stores.together is None and world.stores.family != "aws":
        return
    headers = world.stores.headers()
    wanted = Counter(
        f"{header.key.id}#{event.id}" for header in headers
        for _, event in _events(world.stores.segments(header.key)) if event.type in AUDITED_EVENTS
    )
    if world.stores.family == "aws":
        wanted.update(entry.id for header in headers for entry in start_entry(header))
        world.stores.seal(random.Random(world.faults.seed))  # noqa: S311  the same each time
    found, asked = Counter[str](), AuditQuery(world.workspace, limit=MOST_IN_PAGE)
    while True:
        recorded = page(world.stores.audit, asked, Actors(world.stores.audit, world.clock))
        found.update(item.entry.id for item in recorded.entries)
        if recorded.next_token is None:
            break
        asked = replace(asked, next_token=recorded.next_token)
    if found != wanted:
        yield f"I16: not the entries of the history: {sorted((wanted - found) + (found - wanted))}"


def _check_outcome(world: World, now: Seen, reference: Seen) -> Iterator[str]:
    if "stop" in world.ledger.accepted and world.faults.pauses and now.status == "SUCCEEDED":
        header = world.stores.journal.header(world.key)
        ended = world.watched.written.get((world.key, header.seq), header.ended_at)  # the true time, whatever its clock
        if ended <= world.ledger.accepted["stop"] + READ_SECONDS:
            return  # whoever wanted to stop it was frozen, or its worker was, until it was over or about to be
    here, there = (now.status, now.output, now.error), (reference.status, reference.output, reference.error)
    if here != there:
        text = f"{now.output} {now.error}"
        shown = any(status == now.status and part in text for status, part in world.workflow.endings)
        if not shown or (world.faults.benign and not world.workflow.sync):
            which = "I13" if shown else "I4"
            yield f"{which}: {str(here)[:300]}, not {str(there)[:300]}"
        return
    stops = "stop" in world.ledger.accepted
    unlike = world.workflow.activity or world.workflow.times_out
    if not stops and not unlike and sorted(now.events) != sorted(reference.events):
        yield f"I4: other events: {now.events}"
    if not stops and now.children != reference.children:
        yield f"I4: other children: {now.children}"
    if stops and any(status != "ABORTED" for _, status in now.children):
        yield f"I4: children outlived their parent: {now.children}"


def _check_calls(world: World, now: Seen, reference: Seen) -> Iterator[str]:
    calls, faults, workflow = now.calls, world.faults, world.workflow
    keys = [call.key for call in calls]
    attempts = [(call.key, call.attempt) for call in calls]
    if (workflow.at_most_once or workflow.sync) and len(set(attempts)) != len(attempts):
        yield f"I8: {attempts}"
    same = (now.status, now.output) == (reference.status, reference.output)
    stops = "stop" in world.ledger.accepted
    if same and not stops:
        wanted = {(call.state, 0 if workflow.times_out else call.attempt) for call in reference.calls}
        made = {(call.state, 0 if workflow.times_out else call.attempt) for call in calls}
        if wanted - made:
            yield f"I6: never called: {wanted - made}"
        if not workflow.at_most_once and len(set(keys)) != len({call.key for call in reference.calls}):
            yield f"I7: {keys}"
    elif not stops and len(set(keys)) > len({call.key for call in reference.calls}):
        yield f"I7: {keys}"
    began = bool(calls) and not faults.modes & set(DEATHS)  # a dead worker may have been the only one who knew
    owed = now.status == "ABORTED" and ("TaskSubmitted" in now.events or began)
    if workflow.job and owed and not world.ledger.asked("stop-job"):
        yield "a job outlives its execution: nobody stopped it"
    again = workflow.concurrent and "redrive" in world.ledger.accepted  # calls that its failure cut off are repeated
    exact = faults.benign and faults.ordinary and same and not stops and not workflow.own_deaths and not again
    if exact and workflow.kind == "STANDARD" and len(calls) != len(reference.calls):
        yield f"I14: {len(calls)} calls, not {len(reference.calls)}"


# ---------------------------------------------------------------- the bounds


def allowed_seconds(faults: Faults, lease_left: float) -> float:
    """How long an accepted act may wait."""
    if faults.loss or faults.lag or faults.roll == "confirmed":
        return LOSSY_SECONDS
    if not faults.at:
        return READ_SECONDS
    if not faults.sweeps:
        return lease_left + RESEND_SECONDS
    return max(lease_left + RESEND_SECONDS, LOST_SECONDS)


def _check_bounds(world: World) -> Iterator[str]:
    faults = world.faults
    if faults.pauses or faults.skews != (0.0,) or len(faults.at) > 1:
        return  # a frozen process is past all bounds, and two faults may add theirs
    stimuli = [
        (type(stimulus).__name__, stimulus.at) for segment in world.stores.segments(world.key)
        for stimulus in codec.decode_stimuli(segment.body, outlined=True)
    ]
    for acted, accepted_at, lease_left in world.watched.deadlines:
        at = next((at for name, at in stimuli if name == acted), None)
        if at is None:
            if acted != "StopRequested":
                yield f"bound: {acted} was never acted upon"
        elif at - accepted_at > allowed_seconds(faults, lease_left):
            yield f"bound: {acted} after {at - accepted_at:g} s, {lease_left:g} s of a lease were left"
    yield from _check_hold(world)
    ended = [h.ended_at for h in world.stores.headers() if h.is_item and h.ended_at]
    if ended and world.key not in ended:
        joined = [at for name, at in stimuli if name in ("MapRunReturned", "MapRunErred")]
        if joined and joined[-1] - max(ended) > LOSSY_SECONDS:
            yield f"bound: the last child's close reached the join after {joined[-1] - max(ended):g} s"


def _check_hold(world: World) -> Iterator[str]:
    if not {"hold", "release"} <= world.ledger.accepted.keys():
        return
    held, released = world.ledger.accepted["hold"], world.ledger.asks["release"][0]
    late = [call.state for call in world.ledger.calls if held + READ_SECONDS < call.at < released]
    if late and "throttled" not in world.faults.modes:
        yield f"held, and {late} were called"
