"""Reading the audit log, the newest first.

Each chain is in order by itself; a list merges them, always taking the newest of their next entries. All of an
execution's entries lie in one chain, so a list of one execution reads that chain alone. A next_token says for each
chain where to go on, so entries that are recorded meanwhile shift nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.governance.audit.actors import Actors
from engine.governance.audit.entry import EXECUTION, Recorded, Subject, opened
from engine.ports import paging
from engine.ports.audit_log import CHAINS, AuditLog
from engine.records import dataclass

MOST_IN_PAGE = 1000
MOST_LOOKED_AT = 5000
"""Entries that one page looks through: with a rare filter it may come back short, with a next_token to go on."""

_LONGEST = 2**63 - 1
"""No chain has more entries: stores number them in 64 bits."""

_FIRST_READ, _NEXT_READ = 20, 200


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Filters combine with AND. `act` is a prefix when it ends with ``*``. `workflow` means the workflow itself and its
    executions, `state` the engine's entries of that state's failures. `since` and `until` are epoch seconds, compared
    with when it happened: since <= at < until."""

    workspace: str
    workflow: str | None = None
    execution: str | None = None
    actor: str | None = None
    act: str | None = None
    state: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int = 100
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page. `next_token` is None on the last one; a page may be short and still have one."""

    entries: tuple[Recorded, ...]
    next_token: str | None = None


def page(log: AuditLog, query: AuditQuery, actors: Actors) -> AuditPage:
    """The page of `query`, with the names that `actors` have. Raises InvalidDocument for a limit or a next_token that
    does not fit."""
    places = paging.begin(query, _held, most=MOST_IN_PAGE, things="entries") or [None] * CHAINS
    walks = [_newest(log, query.workspace, chain, places[chain], actors) for chain in _chains(query)]
    merged = heapq.merge(*walks, key=_order, reverse=True)
    found: list[Recorded] = []
    for looked_at, entry in enumerate(merged):
        # What was recorded before `since` happened before it, and so did all that follows.
        if query.since is not None and entry.recorded_at < query.since:
            break
        if len(found) == query.limit or looked_at == MOST_LOOKED_AT:
            return AuditPage(tuple(found), paging.token(query, places))
        places[entry.chain] = entry.number
        if _matches(query, entry):
            found.append(entry)
    return AuditPage(tuple(found))


def _chains(query: AuditQuery) -> range:
    if query.execution is None:
        return range(CHAINS)
    chain = Subject(EXECUTION, query.execution).chain
    return range(chain, chain + 1)


def _newest(
    log: AuditLog, workspace: str, chain: int, before: int | None, actors: Actors
) -> Iterator[Recorded]:
    """A chain from `before` back, read piece by piece."""
    size = _FIRST_READ
    while True:
        records = log.newest(workspace, chain, before=before, limit=size)
        for found in map(opened, records):
            yield replace(found, entry=actors.shown(found.entry), actor=found.entry.actor.name)
        if len(records) < size:
            return
        before, size = records[-1].number, _NEXT_READ


def _order(entry: Recorded) -> tuple[float, int, int]:
    return entry.recorded_at, entry.chain, entry.number


def _matches(query: AuditQuery, recorded: Recorded) -> bool:
    entry = recorded.entry
    return (
        query.workflow in (None, entry.subject.workflow)
        and (query.execution is None or entry.subject == Subject(EXECUTION, query.execution))
        and query.actor in (None, entry.actor.name)
        and (query.act is None or _is_act(query.act, entry.act))
        and (query.state is None or entry.details.get("state") == query.state)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
    )


def _is_act(wanted: str, act: str) -> bool:
    return act.startswith(wanted[:-1]) if wanted.endswith("*") else act == wanted


def _held(held: Any) -> list[int | None]:
    """The places that a token holds: for each chain the number that the page stays under."""
    places = [None if place is None else int(place) for place in held]
    if len(places) != CHAINS or not all(place is None or 0 <= place <= _LONGEST for place in places):
        raise ValueError(places)
    return places
