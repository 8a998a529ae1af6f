"""The wake queue in SQLite, shared by the worker processes of a folder.

A claim is the owner's name in the wake's row. It ends when its owner acknowledges or releases it, or dies: a claim
whose owner's OS lock is free (processes.py) is anybody's, at once. Nothing here waits for the disk: a wake is a hint,
and one that a power cut takes is found again by the sweep.

The earliest come first while a claim can take all that are due. Where more are due, workflows take turns: each has an
equal part of a claim, in the order of their names, from where the claim before ended. So ten wakes of one workflow do
not wait for ten thousand of another.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock

from engine.adapters.local.bell import PATIENCE_SECONDS, Bell
from engine.adapters.local.database import Database
from engine.adapters.local.processes import Processes
from engine.clock import Clock
from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS, MOST_COUNTED, Received, Standing, Wake

_SEND = "INSERT INTO wake (workspace, id, due_at) VALUES (?, ?, ?)"
_CLAIM = """UPDATE wake SET owner = ?, receives = receives + 1
    WHERE n IN (SELECT n FROM wake WHERE owner = '' AND due_at <= ? ORDER BY due_at, n LIMIT ?)
    RETURNING n, workspace, id, receives"""
_CLAIM_THESE = """UPDATE wake SET owner = ?, receives = receives + 1
    WHERE n IN (SELECT value FROM json_each(?)) RETURNING n, workspace, id, receives"""
_WORKFLOW = "substr(id, 1, instr(id, ':'))"  # as in the index: the workflow's name and the colon
_NEXT_WORKFLOW = f"""SELECT {_WORKFLOW}, due_at FROM wake WHERE owner = '' AND {_WORKFLOW} > ?
    ORDER BY {_WORKFLOW}, due_at LIMIT 1"""
_OF_WORKFLOW = f"""SELECT n FROM wake WHERE owner = '' AND {_WORKFLOW} = ? AND due_at <= ?
    ORDER BY due_at, n LIMIT ?"""
_EARLIEST = "SELECT n FROM wake WHERE owner = '' AND due_at <= ? ORDER BY due_at, n LIMIT ?"
_NEXT_DUE = "SELECT due_at FROM wake WHERE owner = '' ORDER BY due_at LIMIT 1"
_STANDING = """SELECT count(*), min(due_at) FROM (
    SELECT due_at FROM wake WHERE owner = '' AND due_at <= ? ORDER BY due_at LIMIT ?)"""
_NEXT_OWNER = "SELECT owner FROM wake WHERE owner > ? AND owner > '' ORDER BY owner LIMIT 1"


MOST_LOOKED_AT = 32
"""So many workflows are looked at in one claim; the next one goes on behind them."""

HEARING_SECONDS = 0.5
"""How often the database is asked whether somebody wrote though the bell tells: a ring may be lost."""


class SqliteQueue:
    """engine.ports.queue.ClaimableQueue."""

    def __init__(self, database: Database, processes: Processes, clock: Clock, bell: Bell) -> None:
        self._database = database
        self._processes = processes
        self._clock = clock
        self._bell = bell
        self._lock = Lock()
        self._changed = False
        self._heard: Callable[[], None] | None = None
        self._hears_others = False
        self._ask_at = self._looked_at = 0.0
        self._was_full = False
        self._turn = ""  # the workflow that was looked at last

    def send(self, wakes: Sequence[Wake]) -> None:
        """Put wakes into the queue."""
        now = self._clock.now()
        rows = [(w.key.workspace, w.key.id, now + min(max(w.delay, 0.0), MAX_DELAY_SECONDS)) for w in wakes]
        if rows:
            self._database.write(lambda connection: connection.executemany(_SEND, rows), durable=False)
            self._tell()

    def standing(self) -> Standing:
        """How many wakes are due and not taken, and since when; up to MOST_COUNTED are counted."""
        return Standing(*self._database.rows(_STANDING, (self._clock.now(), MOST_COUNTED))[0])

    def claim(self, limit: int, *, without: AbstractSet[str] = frozenset()) -> list[Received]:
        """Up to `limit` due wakes that no live process holds, none of the workflows in `without`. Where there are none
        it is only read, never locked."""
        dead = self._dead_owners()
        due_in = self.next_due_in()
        if not dead and (due_in is None or due_in > 0.0):
            return []
        if without:
            now = self._clock.now()
            others, turn = self._database.read(lambda reader: self._due_workflows(reader, now, 1, without))
            if not others:
                self._turn = turn
                return []

        def work(connection: sqlite3.Connection) -> list[tuple[int, str, str, int]]:
            connection.executemany("UPDATE wake SET owner = '' WHERE owner = ?", [(owner,) for owner in dead])
            owner, now = self._processes.owner, self._clock.now()
            if not self._was_full and not without:
                return connection.execute(_CLAIM, (owner, now, limit)).fetchall()
            numbers = self._in_turn(connection, now, limit, without)
            return connection.execute(_CLAIM_THESE, (owner, json.dumps(numbers))).fetchall() if numbers else []

        rows = self._database.write(work, durable=False)
        if not without:
            self._was_full = len(rows) >= limit
            if self._was_full:  # there may be more, for somebody else
                self._database.after_commit(self._bell.ring)
        return [Received(ExecutionKey(workspace, id_), str(n), receives) for n, workspace, id_, receives in rows]

    def _in_turn(
        self, connection: sqlite3.Connection, now: float, limit: int, without: AbstractSet[str]
    ) -> list[int]:
        """Numbers of due wakes, an equal part of each workflow's, then the earliest of all."""
        names, self._turn = self._due_workflows(connection, now, limit, without)
        part = limit // max(len(names), 1)
        most = part + (limit % max(len(names), 1) > 0)
        each = [[n for n, in connection.execute(_OF_WORKFLOW, (name, now, most))] for name in names]
        chosen = dict.fromkeys(n for numbers in each for n in numbers[:part])
        chosen |= dict.fromkeys(n for numbers in each for n in numbers[part:])
        for name in names:
            if len(chosen) >= limit:
                break
            chosen |= dict.fromkeys(n for n, in connection.execute(_OF_WORKFLOW, (name, now, limit)))
        if len(chosen) < limit and not without:  # behind workflows whose wakes are not due there may be others
            chosen |= dict.fromkeys(n for n, in connection.execute(_EARLIEST, (now, limit)))
        return list(chosen)[:limit]

    def _due_workflows(
        self, connection: sqlite3.Connection, now: float, limit: int, without: AbstractSet[str]
    ) -> tuple[list[str], str]:
        """Up to `limit` workflows that have due wakes, those behind the one that had the last turn before the others;
        and the one that has the last turn now."""
        found: list[str] = []
        at, around = self._turn, False
        for _ in range(MOST_LOOKED_AT):
            row = connection.execute(_NEXT_WORKFLOW, (at,)).fetchone()
            if row is None and not around:
                around = True
                row = connection.execute(_NEXT_WORKFLOW, ("",)).fetchone()
            if row is None or (around and row[0] > self._turn) or len(found) >= limit:
                break
            at = row[0]
            if row[1] <= now and at[:-1] not in without:
                found.append(at)
        return found, at

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """Delete claimed wakes."""
        if receipts:
            statement = "DELETE FROM wake WHERE n = ? AND owner = ?"
            rows = [(int(receipt), self._processes.owner) for receipt in receipts]
            self._database.write(lambda connection: connection.executemany(statement, rows), durable=False)

    def release(self, receipts: Sequence[str], delay: float = 0.0) -> None:
        """Give claimed wakes back, to be claimed again after `delay` seconds."""
        if receipts:
            due_at = self._clock.now() + max(delay, 0.0)
            statement = "UPDATE wake SET owner = '', due_at = ? WHERE n = ? AND owner = ?"
            rows = [(due_at, int(receipt), self._processes.owner) for receipt in receipts]
            self._database.write(lambda connection: connection.executemany(statement, rows), durable=False)
            self._tell()

    def next_due_in(self) -> float | None:
        """Seconds until the earliest unclaimed wake is due; None when there is none."""
        rows = self._database.rows(_NEXT_DUE)
        return max(0.0, rows[0][0] - self._clock.now()) if rows else None

    def changed(self) -> bool:
        """Whether this process sent or released a wake, or another process wrote anything, since the last call.

        Where the bell tells, the database is asked every HEARING_SECONDS only.
        """
        now = self._looked_at = time.monotonic()
        elsewhere = False
        if not self._hears_others or now >= self._ask_at:
            self._ask_at = now + HEARING_SECONDS
            elsewhere = self._database.changed()
        with self._lock:
            changed, self._changed = self._changed, False
        return changed or elsewhere

    def listen(self, heard: Callable[[], None] | None) -> bool:
        """Have `heard` called whenever wakes may have been added. False where only this process's are told so."""
        self._heard = heard
        self._hears_others = heard is not None and self._bell.listen(self._note_changed, lambda: not self._changed)
        return self._hears_others

    def _tell(self) -> None:
        self._database.after_commit(self._ring)

    def _ring(self) -> None:
        self._note_changed()
        # Who looks itself leaves nothing unsaid (`claim`), unless it is at something else, or owns as much as it may.
        if not self._hears_others or time.monotonic() - self._looked_at > PATIENCE_SECONDS:
            self._bell.ring()

    def _note_changed(self) -> None:
        with self._lock:
            self._changed = True
        if self._heard is not None:
            self._heard()

    def _dead_owners(self) -> list[str]:
        """Owners of claims whose process is gone. Hops from owner to owner in the index: as many steps as owners."""

        def work(connection: sqlite3.Connection) -> list[str]:
            owners, row = [], connection.execute(_NEXT_OWNER, ("",)).fetchone()
            while row is not None:
                owners.append(row[0])
                row = connection.execute(_NEXT_OWNER, row).fetchone()
            return owners

        owners = self._database.read(work)
        return [owner for owner in owners if owner != self._processes.owner and not self._processes.is_alive(owner)]
