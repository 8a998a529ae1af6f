"""A workflow's budgets: how many executions it begins in a minute or has open, and what becomes of one beyond that.

    start ──► a unit of this minute's budget ──► begins
          └─► none left ──► "refuse": BudgetExceeded, nothing is written
                       └──► "wait": the first minute that has one; the header says so, and is not woken before

Units are leased in slices, by one row a workflow that says up to where minutes are given: {minute, used}. So no minute
is given more often than the budget says, whoever starts, and whoever dies: what was leased and not used is lost with
its minute. Minutes are those of the clock. What waits has its minute when it is accepted, so those that wait begin in
the order in which they came; between two processes that order is kept to within a slice.

Of open executions nothing is counted: they stand in a line (engine.ports.executions_index), and the first so many may
begin (engine.durable.worker.beginning).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Lock
from typing import Any

from engine.clock import Clock
from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.pausing import HOLD_SECONDS
from engine.durable.lifecycle.sweeper import LOOK_AHEAD_SECONDS
from engine.durable.opening import START_GRACE_SECONDS
from engine.errors import StoreBusy, UserError
from engine.kernel.express import FIRST_LOOK_SECONDS
from engine.language.asl.times import iso_timestamp, parse_timestamp
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.executions_index import ExecutionsIndex
from engine.ports.journal import RUNNING, Header
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.queue import MAX_DELAY_SECONDS, Wake
from engine.records import dataclass

Json = Any

MINUTE = 60.0
WAIT = "wait"

MOST_SLICE = 100
"""Units that are leased at once, at the most."""

SLICES = 20
"""The first slice of a process in a minute is this part of the minute's budget, or what it used in the minute before if
that is more; each that follows is twice as large."""

MOST_MINUTES = 10
"""Minutes to come of which a slice has units, at the most: a process that dies loses them."""

MOST_AHEAD = 24 * 60
"""How many minutes ahead a start may be given. A row that is further on was written by a clock that was wrong."""

_BUDGETS = "!budgets"
"""In place of a workflow's name, which has no such character: the rows lie among the triggers' states."""

_TRIES = 20
_TURNS = 64
_WAITS = "waits for its budget of executions a minute"
_WAITS_FOR_OTHERS = "waits for its budget of open executions"

RETRY_SECONDS = 10.0
"""What is said to whoever is refused because others are open: nobody knows when one ends."""

LOOK_SECONDS = 60.0
"""How often one is looked at that is about to begin, should nobody wake it when another ends."""

_MORE_WOKEN = 10
"""So many more than may begin are woken where an index lags: what has ended may still be there."""

REMEMBERED_SECONDS = 2.0
"""So long a process goes by a line that it has read, where an index lags, without those whose end it has seen since.
Those that are about to begin are woken at whole multiples of it, so that they read it once."""

UNCROWDED_SECONDS = 10.0
"""For so long who ends looks for nobody to wake, where not even half the places in the line were taken."""


class BudgetExceeded(UserError):
    """The workflow's budget is used up; `retry_after` says for how many seconds."""

    code = "BudgetExceeded"
    status = 429

    def __init__(self, message: str, *, retry_after: float, advice: str | None = None) -> None:
        super().__init__(message, where="workflow", advice=advice)
        self.retry_after = retry_after


def all_are_open(workflow: str, most: int) -> str:
    """What is said to who is refused because others are open."""
    return f"{workflow!r} has as many open executions as it may have: {most:,}"


def minute_is_given(workflow: str, per_minute: int, *, for_a_day: bool = False) -> str:
    """What is said to who is given no minute: who waits may have them."""
    which = "those of the next day are" if for_a_day else "this one is"
    return f"{workflow!r} may begin {per_minute:,} a minute (executions_per_minute), and {which} given away"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a version's document says in `budgets`: at most `per_minute` executions a minute, at most `most_open` that
    have begun and not ended; None: as many as there are. `waits`: what exceeds that waits, and else it is refused."""

    per_minute: int | None = None
    most_open: int | None = None
    waits: bool = True

    @classmethod
    def of(cls, version: PublishedVersion) -> Budget:
        """That of a published version."""
        said: Mapping[str, Json] = version.budgets or {}
        waits = said.get("when_exceeded", WAIT) == WAIT
        return cls(said.get("executions_per_minute"), said.get("open_executions"), waits)


def budget_wait(header: Header) -> BudgetWait | None:
    """Whether an execution that has not begun waits for its budget, or waited last, as its header says."""
    return wait_of(header.cause, header.started_at) if header.status == RUNNING and header.seq < 0 else None


def wait_of(cause: str | None, since: float) -> BudgetWait | None:
    """What the `cause` of a RUNNING execution says of its wait."""
    if cause == _WAITS_FOR_OTHERS:
        return BudgetWait(since, None)
    if cause is None or not cause.startswith(_WAITS):
        return None
    return BudgetWait(since, parse_timestamp(cause.rpartition(" ")[2]))


def waits_on(header: Header, until: float | None, now: float) -> Header:
    """The header of one that has not begun and is to wait: until when, None where it was given no minute yet. A sweep
    looks after its wake; where that cannot be delayed for so long, it sends it."""
    if until is None:
        return replace(header, cause=_WAITS, due_at=now + HOLD_SECONDS)
    later = max(LOOK_AHEAD_SECONDS + START_GRACE_SECONDS, FIRST_LOOK_SECONDS.get(header.kind, 0.0))
    due_at = until + later if until - now <= MAX_DELAY_SECONDS else until
    return replace(header, cause=f"{_WAITS} until {iso_timestamp(until)}", due_at=due_at)


def first_wake(header: Header, now: float, not_before: float = 0.0) -> list[Wake]:
    """The wake that an execution which has not begun is due: at once, or when its wait is over, and `not_before`; none
    where a sweep sends it."""
    waits = budget_wait(header)
    until = max(now, not_before, 0.0 if waits is None or waits.until is None else waits.until)
    return [Wake(header.key, until - now)] if until - now <= MAX_DELAY_SECONDS else []


def waits_for_others(header: Header, due_at: float) -> Header:
    """The header of one that waits until another one has ended; it is looked at by `due_at`."""
    return replace(header, cause=_WAITS_FOR_OTHERS, due_at=due_at)


def has_no_minute(header: Header) -> bool:
    """Whether it waits, and was given no minute yet."""
    return header.cause == _WAITS


class _Slice:
    """Units that this process has leased: `left` of them, the next one in `minute`, which `used` came before."""

    __slots__ = ("left", "minute", "per_minute", "returned", "revision", "size", "used")

    def __init__(self, minute: int, used: int, left: int, per_minute: int, revision: int) -> None:
        self.minute, self.used, self.left, self.per_minute = minute, used, left, per_minute
        self.revision = revision
        self.size = left
        self.returned: list[int] = []

    def take(self, now: int, most: int) -> int | None:
        """The minute of a unit, from `now` to `most`."""
        self.returned = [minute for minute in self.returned if minute >= now]
        if self.returned and min(self.returned) <= most:
            minute = min(self.returned)
            self.returned.remove(minute)
            return minute
        if self.minute < now and self.left:  # these are over
            over = min(self.left, (now - self.minute) * self.per_minute - self.used)
            self.left -= over
            self.minute, self.used = now, 0
        if not self.left or self.minute > most:
            return None
        minute = self.minute
        self.left -= 1
        self.used += 1
        if self.used >= self.per_minute:
            self.minute, self.used = minute + 1, 0
        return minute

    def take_back(self, minute: int) -> None:
        """A unit of that minute was not used."""
        self.returned.append(minute)


class Leases:
    """Units of windows of `seconds` (a minute, below), leased in slices by a row for each name in `group`. Who alone
    leases of a row may lease of `alone` windows ahead: whoever is then refused changes the row once, so that it is seen
    that somebody else is there. One for a process: the slices are its own. Safe to share between threads; methods raise
    StorageError."""

    def __init__(
        self, rows: TriggerStates, clock: Clock, group: str, *, seconds: float = MINUTE, alone: int = 0
    ) -> None:
        self._rows = rows
        self._clock = clock
        self._group = group
        self._seconds = seconds
        self._alone = alone
        self._lock = Lock()
        self._slices: dict[tuple[str, str], _Slice] = {}
        self._opens: dict[tuple[str, str], int] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._used: dict[tuple[str, str], tuple[int, int, int]] = {}

    def take(self, workspace: str, workflow: str, per_minute: int, *, ahead: bool) -> float | None:
        """When an execution may begin: in the minute that begins then (epoch seconds). Now or before, or later where
        `ahead`. None where no minute is left."""
        key = workspace, workflow
        with self._lock:
            now = int(self._clock.now() // self._seconds)
            held = self._slices.get(key)
            again = 0
            if held is not None and held.per_minute == per_minute:
                again = held.size if held.minute >= now else 0
                minute = held.take(now, now + MOST_AHEAD if ahead else now)
                if minute is not None:
                    self._count(key, now, 1)
                    return minute * self._seconds
                if held.left:  # of a minute to come, which the row is not before
                    self._opens[key] = held.minute
                    return None
            if not ahead and now < self._opens.get(key, 0) <= now + MOST_AHEAD + MOST_SLICE:
                return None  # the row is never put back
            leased = self._lease(workspace, workflow, per_minute, now, ahead=ahead, again=again)
            if leased is None:
                return None
            minute = leased.take(now, leased.minute)
            if minute is None:
                raise RuntimeError("a slice that was leased just now has a unit")
            self._slices[key] = leased
            self._count(key, now, 1)
            return minute * self._seconds

    def _count(self, key: tuple[str, str], now: int, units: int) -> None:
        """So many more were taken now."""
        minute, used, before = self._used.get(key, (now, 0, 0))
        if minute != now:
            used, before = 0, used if minute == now - 1 else 0
        self._used[key] = now, used + units, before

    def _used_before(self, key: tuple[str, str], now: int) -> int:
        """What was taken in the minute before."""
        minute, used, before = self._used.get(key, (now, 0, 0))
        return before if minute == now else used if minute == now - 1 else 0

    def opens_at(self, workspace: str, workflow: str) -> float:
        """When there may be a unit again, as `take` found it when it gave none (epoch seconds)."""
        with self._lock:
            return self._opens.get((workspace, workflow), 0) * self._seconds

    def close(self, workspace: str, workflow: str, until: float) -> None:
        """Nobody leases a unit of a minute that begins before `until`, MOST_AHEAD minutes at the most, and this process
        uses none that it has."""
        with self._lock:
            self._slices.pop((workspace, workflow), None)
            now = int(self._clock.now() // self._seconds)
            first = min(math.ceil(until / self._seconds), now + MOST_AHEAD)
            for _ in range(_TRIES):
                row = self._row(workspace, workflow)
                minute = json.loads(row.spec)[0] if row.spec else now
                if first <= minute <= now + MOST_AHEAD + MOST_SLICE:
                    return
                if self._rows.change(replace(row, spec=json.dumps([first, 0]))):
                    return
        raise StoreBusy(f"the budget of {workflow!r} is asked for too often at once")

    def give_back(self, workspace: str, workflow: str, at: float) -> None:
        """A unit that `take` gave was not used."""
        key = workspace, workflow
        with self._lock:
            held = self._slices.get(key)
            if held is not None:
                held.take_back(int(at // self._seconds))
                self._count(key, int(self._clock.now() // self._seconds), -1)

    def _row(self, workspace: str, workflow: str) -> TriggerState:
        return self._rows.get(workspace, self._group, workflow) or TriggerState(workspace, self._group, workflow)

    def _lease(
        self, workspace: str, workflow: str, per_minute: int, now: int, *, ahead: bool, again: int
    ) -> _Slice | None:
        """The next slice; None where no minute is left. `again`: the size of the one that was used up just now."""
        held = self._slices.get((workspace, workflow))
        for _ in range(_TRIES):
            row = self._row(workspace, workflow)
            minute, used = json.loads(row.spec) if row.spec else (now, 0)
            if minute < now or minute > now + MOST_AHEAD + MOST_SLICE:
                minute, used = now, 0
            elif used >= per_minute:
                minute, used = minute + 1, 0
            if held is not None and held.revision != row.revision:
                self._others[workspace, workflow] = now
            if minute > (now + MOST_AHEAD if ahead else now):
                self._opens[workspace, workflow] = minute
                if self._alone and minute > now + 1:
                    self._rows.change(row)  # the same, by another revision
                return None
            size = min(MOST_SLICE, max(per_minute, min(2 * again, MOST_MINUTES * per_minute)))
            if minute == now:
                left = per_minute - used
                first = max(1, per_minute // SLICES, self._used_before((workspace, workflow), now))
                size = min(left, MOST_SLICE, max(first, min(2 * again, left // 2)))
                others = self._others.get((workspace, workflow), 0)
                if self._alone and held is not None and now - others > 2 * self._alone:
                    size = min(MOST_SLICE, left + min(2 * again, self._alone * per_minute))
            end = used + size
            spec = json.dumps([minute + end // per_minute, end % per_minute])
            if self._rows.change(replace(row, spec=spec)):
                return _Slice(minute, used, size, per_minute, row.revision + 1)
        raise StoreBusy(f"the budget of {workflow!r} is asked for too often at once")


class Budgets(Leases):
    """The budgets of workflows: their starts a minute, and the line of their open executions."""

    def __init__(self, rows: TriggerStates, index: ExecutionsIndex, clock: Clock) -> None:
        super().__init__(rows, clock, _BUDGETS)
        self._index = index
        self._turns = tuple(Lock() for _ in range(_TURNS))
        self._lines: dict[tuple[str, str], tuple[float, list[ExecutionKey]]] = {}

    def turn(self, key: ExecutionKey) -> AbstractContextManager[bool]:
        """Starts of one name come after each other in this process: each takes a unit until it is known that the
        execution is there, and another one would be refused for want of it."""
        return self._turns[hash(key) % _TURNS]

    def settled_at(self, since: float) -> float:
        """When an execution that started at `since` knows its place in the line, and may begin; and when the line knows
        of an end at `since`."""
        late = self._index.settled_after
        return math.ceil((since + late) / REMEMBERED_SECONDS) * REMEMBERED_SECONDS if late else since

    def line(self, workspace: str, workflow: str, most: int) -> list[ExecutionKey]:
        """The first `most` of the open executions of the workflow, in their order: those may begin."""
        return self._index.oldest_open(workspace, workflow, most)

    def line_at(self, key: ExecutionKey, most_open: int, settled_at: float) -> list[ExecutionKey]:
        """The line as far as it tells whether the execution may begin: to twice `most_open`. One will do that was read
        after `settled_at`, and since the last time at which those are woken who may begin: it knows of the ends that
        they were woken for."""
        woken_at = self._clock.now() // REMEMBERED_SECONDS * REMEMBERED_SECONDS
        line = self._recent_line(key, max(settled_at, woken_at)) or self._long_line(key, most_open)
        return line[: 2 * most_open]

    def next_in_line(self, ended: ExecutionKey, most_open: int) -> list[ExecutionKey]:
        """Those among whom somebody may begin now that `ended` has ended, the last first."""
        with self._lock:
            _, known = self._lines.get((ended.workspace, ended.workflow), (0.0, []))
            if ended in known:
                known.remove(ended)
        now = self._clock.now()
        uncrowded = self._recent_line(ended, now - UNCROWDED_SECONDS)
        if uncrowded is not None and len(uncrowded) < most_open / 2:
            return []
        more = _MORE_WOKEN if self._index.settled_after else 0
        recent = self._recent_line(ended, now - REMEMBERED_SECONDS)
        line = [key for key in recent or self._long_line(ended, most_open) if key != ended]
        return line[: most_open + more][::-1]

    def _long_line(self, key: ExecutionKey, most_open: int) -> list[ExecutionKey]:
        """As far as those need it who begin, and those who end; remembered where it costs much to read."""
        more = _MORE_WOKEN if self._index.settled_after else 0
        found = self.line(key.workspace, key.workflow, max(2 * most_open, most_open + 1 + more))
        if self._index.settled_after:
            with self._lock:
                self._lines[key.workspace, key.workflow] = self._clock.now(), [*found]
        return found

    def _recent_line(self, key: ExecutionKey, since: float) -> list[ExecutionKey] | None:
        """The workflow's line, if it was read not before `since`."""
        with self._lock:
            read_at, found = self._lines.get((key.workspace, key.workflow), (0.0, []))
            return [*found] if since <= read_at <= self._clock.now() else None

    def retry_after(self) -> float:
        """How many seconds there are to the next minute."""
        return MINUTE - self._clock.now() % MINUTE
