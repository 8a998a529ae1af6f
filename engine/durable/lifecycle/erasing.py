"""Erasing executions because somebody asks for it: one by its id, or all of a business key.

    find ── begin ── hold each ── erase each ── end
                        └── open: refused by name

A store that can do all of it at once (one machine) does. Otherwise the executions are gone for every reader when the
request is answered, and who goes on with it (`go_on`) deletes them: the sweeper on AWS. Either way an erasure that is
not over is named by `pending`.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from engine.clock import Clock
from engine.durable.lifecycle.erased_views import forget_views, views_of
from engine.durable.started import awaited
from engine.errors import Conflict, NotFound, StoreCorrupt, UserError
from engine.ports.erasure import Erasure, ErasureStore, Told, Unfinished
from engine.ports.executions_index import ExecutionQuery, ExecutionRow, ExecutionsIndex
from engine.ports.journal import OPEN_STATUSES, Header, Journal
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.people.views import Views
from engine.records import dataclass

MOST_AT_ONCE = 100
"""Executions of one erasure; of a business key with more, the next request takes the next."""

ASKED_SECONDS = 60.0
"""For so long an erasure is its asker's: a request is answered by then, or has failed."""

_FARTHEST = 32
"""Executions that wait for each other, one above the other."""


class ExecutionIsOpen(Conflict):
    """It has not ended, so it cannot be erased."""

    code = "ExecutionIsOpen"


@dataclass(frozen=True, slots=True)
class Erasable:
    """An execution that an erasure found. `because_of`: the id of the one that was looked for, where this one waits for
    it and so has its input and output; or the one that it goes with. `refusal` says why it stays. `along` go with it:
    its forks, and what it has waited for where that is known before."""

    key: ExecutionKey
    status: str
    started_at: float
    because_of: str | None = None
    refusal: str | None = None
    along: tuple[Erasable, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a business key leads to; `next_token` where there is more."""

    executions: tuple[Erasable, ...]
    next_token: str | None

    @property
    def all(self) -> tuple[Erasable, ...]:
        """With what goes along, each once."""
        with_along = [*self.executions, *(one for found in self.executions for one in found.along)]
        return tuple({one.key: one for one in reversed(with_along)}.values())[::-1]


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it: the erasure, those that were held, what was refused and why. `pending`: it goes on by itself."""

    erasure: Erasure | None
    executions: tuple[str, ...]
    refused: dict[str, UserError]
    pending: bool


class Erasing:
    """`told` is what else is done for executions before they are deleted: their lines in logs, their entries in the
    audit log; `forget` destroys the names behind pseudonyms; `views` are the saved ones; `after` is what comes last,
    and says whether it is done. `at_once`: the whole of it is done by who asks. `header_of` raises NotFound with why
    there is none. Safe to share between threads."""

    def __init__(
        self, store: ErasureStore, journal: Journal, index: ExecutionsIndex, clock: Clock, *,
        header_of: Callable[[ExecutionKey], Header] | None = None,
        told: Callable[[Erasure, Sequence[ExecutionKey]], None] = lambda _erasure, _keys: None,
        forget: Callable[[str, Sequence[str]], None] = lambda _workspace, _pseudonyms: None,
        views: Callable[[], Views] | None = None,
        after: Callable[[Erasure], bool] = lambda _erasure: True, at_once: bool = True,
    ) -> None:
        self._store = store
        self._journal = journal
        self._index = index
        self._header_of = header_of or self._any_header
        self._clock = clock
        self._told = told
        self._forget = forget
        self._views = views
        self._after = after
        self._at_once = at_once

    def _any_header(self, key: ExecutionKey) -> Header:
        header = self._journal.header(key)
        if header is None:
            raise NotFound(f"no execution has the id {key.id!r}", where="id")
        return header

    def find(
        self, workspace: str, business_key: str, *, workflow: str | None = None, next_token: str | None = None,
        limit: int = MOST_AT_ONCE,
    ) -> Found:
        """Executions with exactly this business key, the newest first. One that another execution waits for leads to
        that one: its history has the input and the output. Raises InvalidDocument for a next_token."""
        page = self._index.query(ExecutionQuery(
            workspace, workflow=workflow, business_key=business_key, limit=limit, next_token=next_token,
        ))
        found: dict[ExecutionKey, Erasable] = {}
        for row in page.rows:
            if row.business_key == business_key:  # what ends with * is looked for as a prefix
                one = self._erasable(row)
                found.setdefault(one.key, one)
        return Found(tuple(found.values()), page.next_token)

    def _erasable(self, row: ExecutionRow) -> Erasable:
        header = self._journal.header(row.key)
        top = None if header is None else self._waiting_for(header)
        if top is None:
            return Erasable(row.key, row.status, row.started_at, refusal=_refusal(row.key, row.status))
        because_of = None if top.key == row.key else row.key.id
        refusal = _refusal(top.key, top.status)
        along: list[Erasable] = []
        for header in [] if refusal else self._along(top.key):
            one = _along(header, top.key)
            if one.refusal is not None and header.key.fork_of is None:
                refusal, along = one.refusal, []
                break
            along.append(one)
        return Erasable(top.key, top.status, top.started_at, because_of, refusal, tuple(along))

    def _along(self, key: ExecutionKey) -> Iterator[Header]:
        """What is erased with it, as far as `erase` finds it at once; the items of its Map Runs are a part of it."""
        for one in (key, *self._forks(key)):
            header = None if one == key else self._journal.header(one)
            if header is not None:
                yield header
            for nested in self._nested(one) if self._at_once else ():
                if not nested.is_item or nested.status in OPEN_STATUSES:
                    yield nested

    def _waiting_for(self, header: Header) -> Header:
        """The execution that waits for it, or for one that does, as far up as there is one."""
        for _ in range(_FARTHEST):
            parent = header.parent
            above = None if parent is None or not parent.waits else self._journal.header(
                ExecutionKey(header.key.workspace, parent.execution_id)
            )
            if above is None:
                return header
            header = above
        return header

    def erase_one(self, key: ExecutionKey, by: Actor) -> Erased:
        """Erase the execution. Raises NotFound; Conflict (ExecutionIsOpen) for one that is open, or that goes with the
        one which waits for it. One whose erasure has begun goes on."""
        for erasure in self._store.pending(key.workspace):
            if key.id in erasure.executions:
                return self._done(erasure, {})
        header = self._header_of(key)
        top = self._waiting_for(header)
        if top.key != key:
            raise ExecutionIsOpen(
                f"the execution {key.id} is a child of {top.key.id}, which has its input and output", where="id",
                advice=f"Delete the parent, and this one goes with it: automate executions delete {top.key.id}",
            )
        erased = self.erase([key], by)
        for error in erased.refused.values():
            raise error
        return erased

    def erase(self, keys: Sequence[ExecutionKey], by: Actor) -> Erased:
        """Erase these executions, of one workspace; those that are open are refused, and the others erased."""
        refused: dict[str, UserError] = {}
        closed: list[str] = []
        keys = [key for one in keys for key in (one, *self._forks(one))]
        since = self._clock.now()
        headers = self._journal.headers(keys)
        for key in dict.fromkeys(keys):
            header = headers.get(key)
            if header is not None and header.status in OPEN_STATUSES:
                refused[key.id] = _is_open(key, header.status)
            elif header is not None:
                closed += self._with_nested(key, refused)
                since = min(since, header.started_at)
        if not closed:
            return Erased(None, (), refused, pending=False)
        ids = tuple(dict.fromkeys(closed))
        erasure = Erasure(keys[0].workspace, uuid.uuid4().hex, self._clock.now(), by, ids, since=since)
        self._store.begin(erasure)
        return self._done(erasure, refused)

    def _forks(self, key: ExecutionKey) -> list[ExecutionKey]:
        """They have its input and its output."""
        found: list[ExecutionKey] = []
        query = ExecutionQuery(key.workspace, workflow=key.workflow, name=key.forks, limit=1000)
        while True:
            page = self._index.query(query)
            found += [row.key for row in page.rows if row.key.fork_of == key.id]
            if page.next_token is None:
                return found
            query = replace(query, next_token=page.next_token)

    def _with_nested(self, key: ExecutionKey, refused: dict[str, UserError]) -> list[str]:
        """The execution, and those that it or its items have waited for, where who asks does all of it: they are found
        by histories, which are soon gone. None where one of them is open."""
        if not self._at_once:
            return [key.id]
        found = [key.id]
        for header in self._nested(key):
            if header.status in OPEN_STATUSES:
                refused[key.id] = _is_open(header.key, header.status)
                return []
            if not header.is_item:
                found.append(header.key.id)
        return found

    def _nested(self, key: ExecutionKey) -> Iterator[Header]:
        for group in awaited(self._journal, key):
            for child in group:
                header = self._journal.header(child)
                if header is None:
                    break
                parent = header.parent
                if parent is None or parent.execution_id != key.id or not parent.waits:
                    break
                yield header
                yield from self._nested(child)

    def _done(self, erasure: Erasure, refused: dict[str, UserError]) -> Erased:
        held = []
        for key in erasure.keys:
            if self._store.hold(erasure, key):
                held.append(key.id)
            else:
                refused[key.id] = _is_open(key, "RUNNING")
        if self._at_once:
            return Erased(erasure, tuple(held), refused, pending=not self._rest(erasure, math.inf))
        return Erased(erasure, tuple(held), refused, pending=True)

    def erase_actors(self, workspace: str, pseudonyms: Sequence[str], by: Actor, erasure_id: str) -> bool:
        """Destroy the names behind these pseudonyms of the audit log; whether something of it goes on by itself. Raises
        StorageError: done again, it does the rest."""
        erasure = Erasure(workspace, erasure_id, self._clock.now(), by, ())
        self._store.remember_actors(erasure, pseudonyms)
        if self._at_once:
            self._store.begin(erasure)  # until what is deleted is to be read from no free page either
        self._forget(workspace, pseudonyms)
        return self._at_once and not self._rest(erasure, math.inf)

    def forget_key(self, workspace: str, business_key: str, by: Actor) -> list[str]:
        """Put a business key on the list, and delete the saved views that are filtered by it; their names. Raises
        StorageError: done again, it does the rest."""
        erasure = Erasure(workspace, uuid.uuid4().hex, self._clock.now(), by, ())
        self._store.remember_key(erasure, business_key)
        if self._views is None:
            return []
        gone = forget_views(self._views(), workspace, lambda _keys: {business_key: math.inf})
        if gone and self._at_once:
            self._store.end(erasure)  # nothing of them is to be read from a free page or the log either
        return gone

    def views_of_key(self, workspace: str, business_key: str) -> list[str]:
        """The saved views that `forget_key` would delete. Raises StorageError."""
        return [] if self._views is None else views_of(self._views(), workspace, lambda _keys: {business_key: math.inf})

    def pending(self, workspace: str) -> list[Erasure]:
        """Those that are not over, the oldest first."""
        return self._store.pending(workspace)

    def go_on(self, workspace: str, *, deadline: float = math.inf) -> int:
        """Go on with those that are not over, and not just asked for; how many ended. What was not held before whoever
        asked died was refused to them, so it stays. Raises StorageError: StoreCorrupt once the others have had their
        turn."""
        now, ended = self._clock.now(), 0
        damaged: StoreCorrupt | None = None
        for erasure in self._store.pending(workspace):
            if erasure.at <= now - ASKED_SECONDS:
                try:
                    ended += self._rest(erasure, deadline)
                except StoreCorrupt as error:
                    damaged = damaged or error
        if damaged is not None:
            raise damaged
        return ended

    def catch_up(self, workspace: str, by: Actor) -> int:
        """Erase what a copy from before has brought back; how many executions. Raises StorageError."""
        erased = self._store.erased_actors(workspace)
        if erased:
            self._forget(workspace, erased)
        if self._views is not None:
            forget_views(self._views(), workspace, lambda keys: self._store.erased_keys(workspace, keys))
        count = 0
        some: list[str] = []
        for key in self._store.forgotten(workspace):
            some.append(key.id)
            if len(some) == MOST_AT_ONCE:
                count += self._again(workspace, some, by)
                some = []
        return count + self._again(workspace, some, by)

    def _again(self, workspace: str, ids: Sequence[str], by: Actor) -> int:
        if ids:
            erasure = Erasure(workspace, uuid.uuid4().hex, self._clock.now(), by, tuple(ids), forced=True)
            self._store.begin(erasure)
            self._done(erasure, {})
        return len(ids)

    def _rest(self, erasure: Erasure, deadline: float) -> bool:
        """Whether it is over."""
        told: Told = lambda keys: self._tell(erasure, keys)  # noqa: E731
        try:
            for key in erasure.keys:
                for fork in self._forks(key):  # written since it was looked for; none is after the hold of its original
                    self._store.hold(erasure, fork)
                    self._store.erase(erasure, fork, told, deadline)
                self._store.erase(erasure, key, told, deadline)
            return self._after(erasure) and self._store.end(erasure)
        except Unfinished:
            return False

    def _tell(self, erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        self._store.remember(erasure, keys)
        self._told(erasure, keys)


def _along(header: Header, top: ExecutionKey) -> Erasable:
    return Erasable(header.key, header.status, header.started_at, top.id, _refusal(header.key, header.status))


def _refusal(key: ExecutionKey, status: str) -> str | None:
    return _is_open(key, status).message if status in OPEN_STATUSES else None


def _is_open(key: ExecutionKey, status: str) -> ExecutionIsOpen:
    return ExecutionIsOpen(
        f"the execution {key.id} is {status}: only one that has ended is erased", where="id",
        advice=f"Stop it first: automate stop {key.id}",
    )


