"""How many executions started, and how they stand, by the time of their start: counted beside the loop, kept by the
hour, read by the dashboard.

Nobody who starts or ends an execution writes anything for it. A job counts a piece of time by the index of starts once
it is over, and again at the ages in AGES while something of it may change: what is open may end, and what failed may be
redriven. A count takes the place of the one before, so whoever repeats it, after a death or beside another process,
counts nothing twice. A piece that has become smaller was taken by retention, or erased: it stays as it was counted.

    every execution ──► the index of starts ──job──► an hour's counts ──► the dashboard

The job counts ends, too (tallying_ends).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from engine.clock import Clock
from engine.durable.lifecycle.pieces import DAY, HOUR, PIECE, Piece, by_hour, by_piece, most, pieces_of, runs, text_of
from engine.durable.lifecycle.tallying_ends import TallyingEnds
from engine.ports.executions_index import KEPT_DAYS, OLDEST, Count, ExecutionQuery, ExecutionsIndex
from engine.ports.journal import ENDED_OTHERWISE, OPEN_STATUSES
from engine.records import dataclass

AGES = (0, 900, HOUR, 4 * HOUR, DAY, 4 * DAY, 14 * DAY)
"""How long after its end a piece is counted again. Redrives begin within 14 days as a rule."""

FIRST_DAYS = 7
"""How far back a folder or stage is counted that was not counted yet."""

SETTLED_SECONDS = 5
"""So long after its end a piece is counted first: an index may lag behind."""

_REACHED = 0
"""What is kept under no time: up to when pieces were counted."""

Relation = Literal["exact", "about", "at_least"]
"""What a total is: so many, about so many, at least so many."""

MOST_AFTER = 200
"""Executions that are looked at behind the last piece that was counted, for a total."""

_STEP = 6 * HOUR
_KEPT_EVERY = 600.0


@dataclass(frozen=True, slots=True)
class Total:
    """How many executions a query means."""

    number: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class _State:
    """Pieces were counted from `beginning` on, and their ages looked at up to `reached`."""

    reached: float
    beginning: float


class Tallying:
    """One workspace's. `live`: each round also counts the last pieces, and an older one that has something open."""

    def __init__(self, index: ExecutionsIndex, clock: Clock, workspace: str, *, live: bool = False) -> None:
        self._index = index
        self._clock = clock
        self._workspace = workspace
        self.live = live
        self.ends = TallyingEnds(index, clock, workspace)
        self._state: _State | None = None
        self._turn = 0
        self._kept_at = -math.inf

    def round(self, deadline: float = math.inf) -> bool:
        """Count what is due; False where `deadline` came before the end. Raises StorageError."""
        now = self._clock.now()
        self.ends.begin()
        if self.live:
            first = int((now - 2 * PIECE) // PIECE) * PIECE
            self._count([first + PIECE * number for number in range(3)])
            self._count_open(first)
        settled = now - SETTLED_SECONDS
        state = self._state or self._kept_state()
        if state is None:
            begins = self._beginning(settled)
            state = _State(begins, begins)
        reached = state.reached
        while reached < settled:
            until = min(reached + _STEP, settled)
            due = sorted(at for at in _due(reached, until, settled) if at >= state.beginning - PIECE)
            self._count(due)
            if due or now - self._kept_at > _KEPT_EVERY:
                self._index.keep_counts(self._workspace, _REACHED, json.dumps([until, state.beginning]))
                self._kept_at = now
            reached = until
            self._state = _State(until, state.beginning)
            if self._clock.now() >= deadline and reached < settled:
                return False
        return True

    def _count_open(self, before: int) -> None:
        """Count one piece of the last day anew that has something open: the next one at the next round."""
        pieces = [
            piece.at for piece in self.read(before - DAY, before)
            if any(count.status in OPEN_STATUSES for count in piece.counts)
        ]
        if pieces:
            self._turn = next((at for at in pieces if at > self._turn), pieces[0])
            self._count([self._turn])

    def _beginning(self, now: float) -> float:
        """From when on what was never counted is counted: as far back as there is anything, FIRST_DAYS at the most."""
        back = _STEP
        while back < FIRST_DAYS * DAY:
            if not self._index.query(ExecutionQuery(self._workspace, started_before=now - back, limit=1)).rows:
                break
            back *= 2
        return now - min(back, FIRST_DAYS * DAY)

    def reached(self) -> float | None:
        """Up to when pieces were counted; None before the first round."""
        state = self._kept_state()
        return None if state is None else state.reached

    def _kept_state(self) -> _State | None:
        text = self._index.kept_counts(self._workspace, _REACHED, _REACHED + 1).get(_REACHED)
        return None if text is None else _State(*json.loads(text))

    def total(self, query: ExecutionQuery) -> Total | None:
        """How many `query` means, from the counts and a look at its two ends: at the oldest, and at MOST_AFTER that
        started after the last count. None for a filter by which nothing is counted. Raises StorageError.

        Counts lag: what is open may have ended, and retention takes what was counted. So it is about so many where a
        status is asked for, or a part of it is a day old, as young as retention takes anything."""
        plain = ExecutionQuery(
            query.workspace, workflow=query.workflow, status=query.status, started_after=query.started_after,
            started_before=query.started_before,
        )
        if replace(query, order=plain.order, limit=plain.limit, next_token=None) != plain:
            return None
        oldest = self._index.query(replace(plain, status=None, order=OLDEST, limit=1)).rows
        if not oldest:
            return Total(0, "exact")
        state, now, began = self._kept_state(), self._clock.now(), oldest[0].started_at
        least = _down(began)
        whole = plain.started_after is None or plain.started_after <= least
        least += 0 if whole else PIECE
        since = math.inf if state is None else max(state.beginning, now - KEPT_DAYS * DAY)
        reached = now if state is None else state.reached
        until = _down(min(reached, now if plain.started_before is None else plain.started_before))
        if since >= until or least >= until:
            until, whole, counts = 0, True, list[Count]()  # nothing of it was counted: the look is all
        else:
            least, whole = max(least, _down(since)), whole and least >= _down(since)
            counts = [count for piece in self.read(least, until) for count in piece.counts]
            whole = whole and (plain.workflow is None or all(count.workflow for count in counts))
            wanted = None if plain.status is None else plain.status.split(",")
            counts = [
                count for count in counts
                if plain.workflow in (None, count.workflow) and (wanted is None or count.status in wanted)
            ]
        rest = self._index.query(replace(plain, started_after=max(until, plain.started_after or 0.0), limit=MOST_AFTER))
        number = sum(count.number for count in counts) + len(rest.rows)
        if not whole or rest.next_token is not None:
            return Total(number, "at_least")
        lags = bool(counts) and (plain.status is not None or began < now - DAY)
        return Total(number, "about" if lags else "exact")

    def read(self, first: int, before: int) -> list[Piece]:
        """The pieces of first <= at < before that were counted, the oldest first."""
        begins = first // HOUR * HOUR
        hours = self._index.kept_counts(self._workspace, max(begins, 1), before)
        pieces = (piece for _, text in sorted(hours.items()) for piece in pieces_of(text).values())
        return [piece for piece in pieces if first <= piece.at < before]

    def _count(self, pieces: Sequence[int]) -> None:
        """`pieces` in order."""
        self.ends.count(pieces)
        for run in runs(pieces):
            hour = run[0] // HOUR * HOUR
            kept = self._index.kept_counts(self._workspace, hour, run[-1] + 1)
            before = {at: pieces_of(text) for at, text in kept.items()}
            known = {at: piece for hour in before.values() for at, piece in hour.items()}
            wanted = [at for at in run if at not in known or not known[at].is_settled or self._is_fresh(at)]
            found: dict[int, Piece] = {}
            for part in runs(wanted):
                found |= self._found(part, known)
            for at, those in by_hour(found):
                after = {**before.get(at, {}), **{each: found[each] for each in those}}
                if after != before.get(at):
                    self._index.keep_counts(self._workspace, at, text_of(after.values()))

    def _is_fresh(self, at: int) -> bool:
        """Whether more may still start in the piece, or have been listed late."""
        return self._clock.now() < at + PIECE + AGES[1]

    def _found(self, run: Sequence[int], known: Mapping[int, Piece]) -> dict[int, Piece]:
        counts = by_piece(self._index.counts(self._workspace, run[0], run[-1] + PIECE, PIECE))
        return {at: self._piece(at, counts.get(at, []), known.get(at)) for at in run}

    def _piece(self, at: int, counts: list[Count], before: Piece | None) -> Piece:
        piece = Piece(at, most(counts))
        if before is not None and piece.total < before.total:
            return before
        if before is not None and _failed(piece) == _failed(before) and _has_all(before):
            return Piece(at, piece.counts, before.failures)
        failures = self._index.failures(self._workspace, at, at + PIECE) if _failed(piece) else ()
        return Piece(at, piece.counts, most(_with_the_rest(counts, failures)))


def _down(at: float) -> int:
    """The piece that has this time."""
    return math.floor(at / PIECE) * PIECE


def _due(reached: float, until: float, now: float) -> set[int]:
    """The pieces whose turn it was after `reached` and up to `until`, and is not again up to `now`."""
    found: set[int] = set()
    for number, age in enumerate(AGES):
        first = math.floor((reached - age) / PIECE)  # the piece that ends by then
        last = math.floor((until - age) / PIECE)
        for end in range(first + 1, last + 1):
            later = AGES[number + 1] if number + 1 < len(AGES) else math.inf
            if end > 0 and end * PIECE + later > now:
                found.add((end - 1) * PIECE)
    return found


def _has_all(piece: Piece) -> bool:
    """Earlier releases left out the failures whose errors were not looked at."""
    return sum(count.number for count in piece.failures) >= sum(_failed(piece).values())


def _with_the_rest(counts: Iterable[Count], failures: Iterable[Count]) -> Iterable[Count]:
    """`failures`, and without an error those of `counts` whose errors were not looked at."""
    found = Counter({(count.workflow, count.status, count.error): count.number for count in failures})
    looked_at = Counter[tuple[str, str]]()
    for (workflow, status, _), number in found.items():
        looked_at[workflow, status] += number
    for count in counts:
        if count.status in ENDED_OTHERWISE:
            rest = count.number - looked_at[count.workflow, count.status]
            found[count.workflow, count.status, None] += max(0, rest)
    at = next((count.piece for count in counts), 0)
    return [Count(at, *key[:2], number, key[2]) for key, number in found.items() if number > 0]


def _failed(piece: Piece) -> Mapping[tuple[str, str], int]:
    return {(count.workflow, count.status): count.number for count in piece.counts if count.status in ENDED_OTHERWISE}
