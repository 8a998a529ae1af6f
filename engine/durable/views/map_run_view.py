"""A Map Run as it is shown: while it is under way from the parent's snapshot, afterwards from the parent's history.

DescribeMapRun     counts and limits       ListMapRuns          the runs an execution has begun
UpdateMapRun       an inbox item           ListExecutions(run)  the children, read by their ids
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count, islice
from typing import Any

from engine.durable import codec
from engine.durable.started import Begun, begun_in
from engine.errors import Conflict, InvalidDocument, NotFound
from engine.kernel.children import outcomes
from engine.kernel.children.child_ids import HUNDRED, item_id
from engine.kernel.children.map_run import is_opened
from engine.kernel.snapshot import Frame, Snapshot
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import OPEN_STATUSES, Header, Journal, Loaded
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Json = Any

COUNTS = ("total", "pending", "running", "succeeded", "failed", "timed_out", "aborted")
MOST_LOOKED_AT = 1000
"""Children of which it is not known how they ended, for a page of those that have some status."""

_ENDS = {"MapRunSucceeded": "SUCCEEDED", "MapRunFailed": "FAILED"}


class MapRunDoesNotExist(NotFound):
    """The execution has begun no such Map Run."""

    code = "ResourceNotFound"


@dataclass(frozen=True, slots=True)
class MapRun:
    """One run. `counts` are of child executions, by COUNTS; times are epoch seconds. `max_concurrency` 0: no limit.

    Of a run that ended with its execution the limits are not kept, and its children are counted by their headers.
    """

    arn: str
    execution: ExecutionKey
    status: str
    counts: dict[str, int]
    started_at: float
    ended_at: float | None = None
    max_concurrency: int | None = None
    tolerated_failure_count: float | None = None
    tolerated_failure_percentage: float | None = None


def map_runs(journal: Journal, key: ExecutionKey) -> list[str]:
    """The ARNs of the Map Runs that the execution has begun, in order."""
    return [begun.arn for begun in _begun(journal, key)]


def describe(journal: Journal, loaded: Loaded, map_run: str) -> MapRun:
    """The run that `map_run` names by its ARN or the last part of it. Raises MapRunDoesNotExist."""
    key = loaded.header.key
    begun = _find(journal, key, map_run)
    snapshot = codec.stored_snapshot(loaded, outlined=True)
    frame = _frame(snapshot, begun.arn)
    if snapshot is not None and frame is not None:
        counts = outcomes.counts_of(frame, outcomes.tally(snapshot, frame))
        if not is_opened(frame):  # its items are being read, or not batched yet
            counts |= dict.fromkeys(COUNTS, 0)
        return _shown(key, begun, "RUNNING", counts)
    ended = _end(journal, key, begun, snapshot)
    if ended is not None:
        return _shown(key, begun, *ended)
    counts = dict.fromkeys(COUNTS, 0)
    for header in _children(journal, key, begun):
        counts["total"] += 1
        counts[header.status.lower()] += 1
    return _shown(key, begun, "ABORTED", counts, loaded.header.ended_at)


def _end(
    journal: Journal, key: ExecutionKey, begun: Begun, snapshot: Snapshot | None
) -> tuple[str, dict[str, Json], float] | None:
    """How the run ended, what is kept of it, and when; the last time, where it was taken up again."""
    redriven = snapshot is not None and snapshot.redrives > 0
    ended, chain = None, {begun.event}
    for segment in journal.history(key, begun.event - 1, enough=codec.has_outline):
        for event in codec.decode_events(segment.body, outlined=True):
            if event.previous not in chain:
                continue
            if event.type == "MapRunRedriven":
                chain.add(event.id)
                ended = None
            elif event.type in _ENDS:
                ended = _ENDS[event.type], _recorded(segment.body, begun.arn), event.at
                if not redriven:
                    return ended
    return ended


@dataclass(frozen=True, slots=True)
class ChildPage:
    """Some children, in the order of their items; `next_first` is None on the last page."""

    rows: tuple[ExecutionRow, ...]
    next_first: int | None


def list_children(
    journal: Journal, loaded: Loaded, map_run: str, *, first: int = 0, limit: int = 100,
    statuses: Collection[str] = (),
) -> ChildPage:
    """Up to `limit` child executions from the index `first` on, those that are started; of these `statuses`, none for
    all. Raises MapRunDoesNotExist.

    Which children have a status is known of a run that goes on from its parent's snapshot, and of one that is over from
    what is kept of it: they alone are read. Where it is not known, MOST_LOOKED_AT are looked at for a page, which may
    come short then."""
    key = loaded.header.key
    begun = _find(journal, key, map_run)
    known = None if not statuses else _of_statuses(journal, loaded, begun, frozenset(statuses), first)
    after = iter(count(first) if known is None else known)
    rows: list[ExecutionRow] = []
    looked = 0
    blind = known is None and bool(statuses)
    while wanted := list(islice(after, HUNDRED if blind else min(limit + 1 - len(rows), HUNDRED))):
        keys = [ExecutionKey(key.workspace, item_id(key.id, begun.visit, begun.attempt, index)) for index in wanted]
        headers = journal.headers(keys)
        for index, child in zip(wanted, keys, strict=True):
            header = headers.get(child)
            if header is None and known is None:
                return ChildPage(tuple(rows), None)  # they are created in the order of their index
            if header is None or (statuses and header.status not in statuses):
                continue
            if len(rows) == limit:
                return ChildPage(tuple(rows), index)
            rows.append(ExecutionRow(
                header.key, header.workflow, header.version, header.status, header.started_at, header.ended_at
            ))
        looked += len(wanted)
        if blind and looked >= MOST_LOOKED_AT:
            return ChildPage(tuple(rows), wanted[-1] + 1)
    return ChildPage(tuple(rows), None)


def _of_statuses(
    journal: Journal, loaded: Loaded, begun: Begun, statuses: frozenset[str], first: int
) -> Iterable[int] | None:
    """The indexes of the children that have one of these statuses, as far as it is known without a look at each."""
    snapshot = codec.stored_snapshot(loaded, outlined=True)
    frame = _frame(snapshot, begun.arn)
    if snapshot is not None and frame is not None:
        return outcomes.indexes(snapshot, frame, statuses, first)
    ended = _end(journal, loaded.header.key, begun, snapshot)
    if ended is None or "others" not in ended[1] or "SUCCEEDED" in statuses:
        return None
    wanted = statuses | ({"RUNNING"} if "ABORTED" in statuses else frozenset())  # what was out was stopped
    others = ended[1]["others"]
    return sorted(index for status in wanted for index in others.get(status, ()) if index >= first)


def to_update(loaded: Loaded, map_run: str) -> Frame:
    """The frame of a run that can be updated. Raises Conflict for one that is not under way."""
    is_open = loaded.header.status in OPEN_STATUSES
    frame = _frame(codec.stored_snapshot(loaded, outlined=True), map_run) if is_open else None
    if frame is None:
        raise Conflict("the Map Run is not under way", where="map_run", advice="Only a running one can be updated.")
    return frame


def checked_limits(
    max_concurrency: int | None, tolerated_failure_count: float | None, tolerated_failure_percentage: float | None
) -> dict[str, Json]:
    """What UpdateMapRun changes, for the inbox. Raises InvalidDocument for what is out of range, or for nothing."""
    given = {
        "concurrency": max_concurrency, "tolerated_count": tolerated_failure_count,
        "tolerated_percentage": tolerated_failure_percentage,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise InvalidDocument("nothing to update", advice="Name a concurrency or a tolerance.")
    for name, value in changes.items():
        if value < 0 or (name == "tolerated_percentage" and value > 100):
            raise InvalidDocument(f"{value:g} is out of range", where=name)
    return changes


def _begun(journal: Journal, key: ExecutionKey) -> Iterator[Begun]:
    for segment in journal.history(key, enough=codec.has_outline):
        yield from begun_in(segment.body)


def _find(journal: Journal, key: ExecutionKey, map_run: str) -> Begun:
    for begun in _begun(journal, key):
        if _named(begun.arn, map_run):
            return begun
    raise MapRunDoesNotExist(f"{key.id} has begun no Map Run {map_run!r}", where="map_run")


def _named(arn: str, map_run: str) -> bool:
    """By the ARN, ``…:mapRun:machine/label:id``, or by what stands after one of its separators."""
    resource = arn.partition(":mapRun:")[2]
    return map_run in (arn, resource, resource.rpartition("/")[2], arn.rpartition(":")[2])


def _frame(snapshot: Snapshot | None, map_run: str) -> Frame | None:
    """The frame of a run that is under way."""
    for frame in snapshot.frames.values() if snapshot is not None else ():
        if frame.fanout is not None and isinstance(frame.arguments, dict):
            arn = frame.arguments.get("map_run")
            if isinstance(arn, str) and _named(arn, map_run):
                return frame
    return None


def _recorded(body: bytes, arn: str) -> dict[str, Json]:
    """The counts that the stimulus which ended the run carries; zeros where it never had children."""
    for stimulus in codec.decode_stimuli(body, outlined=True):
        counts = getattr(stimulus, "counts", None)
        if isinstance(counts, dict) and counts.get("map_run") == arn:
            return counts
    return dict.fromkeys(COUNTS, 0)


def _children(journal: Journal, key: ExecutionKey, begun: Begun) -> Iterator[Header]:
    """The headers of its children, which are created in the order of their index."""
    for first in count(0, HUNDRED):
        hundred = range(first, first + HUNDRED)
        keys = [ExecutionKey(key.workspace, item_id(key.id, begun.visit, begun.attempt, index)) for index in hundred]
        headers = journal.headers(keys)
        yield from (headers[child] for child in keys if child in headers)
        if len(headers) < HUNDRED:
            return


def _shown(
    key: ExecutionKey, begun: Begun, status: str, record: dict[str, Json], ended_at: float | None = None
) -> MapRun:
    counts = {name: int(record[name]) for name in COUNTS}
    if status == "FAILED":  # what was out when it failed was stopped
        counts["aborted"] += counts["running"]
        counts["running"] = 0
    return MapRun(
        begun.arn, key, status, counts, begun.at, ended_at, max_concurrency=record.get("max_concurrency"),
        tolerated_failure_count=record.get("tolerated_count"),
        tolerated_failure_percentage=record.get("tolerated_percentage"),
    )
