"""How many executions ended, and how, by the time of their end: counted by the same job as starts, kept by the hour.

What has ended stays so: a count that finds fewer than the one before, for retention or an erasure has taken some or a
redrive has opened them again, takes nothing away. A count takes the place of the one before otherwise, so whoever
repeats it counts nothing twice.

    a closed header ─┬─ SQLite: an index over ends ────────────────────────────┐
                     └─ DynamoDB: the stream ──► the sealer ──► a batch's ends ┴──job──► an hour's counts
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.clock import Clock
from engine.durable.lifecycle.pieces import DAY, HOUR, PIECE, Piece, by_hour, by_piece, most, pieces_of, runs, text_of
from engine.ports.executions_index import ENDS, OLDEST, Count, ExecutionQuery, ExecutionsIndex

_BEGINNING = 0
"""What is kept under no time: from when on ends were counted."""


class TallyingEnds:
    """One workspace's."""

    def __init__(self, index: ExecutionsIndex, clock: Clock, workspace: str) -> None:
        self._index = index
        self._clock = clock
        self._workspace = workspace
        self._has_begun = False

    def begin(self) -> None:
        """Where ends were not counted before: note from when on they are, and count those of a day that the index
        still knows. Raises StorageError."""
        if self._has_begun:
            return
        if self.since() is None:
            now = self._clock.now()
            first = self._beginning(now)
            if first < now:
                self.count(range(_down(first), _down(now) + PIECE, PIECE))
            self._index.keep_counts(self._workspace, _BEGINNING, json.dumps(first), of=ENDS)
        self._has_begun = True

    def _beginning(self, now: float) -> float:
        """From when on ends can still be counted: of the last day, since anything started."""
        if not self._index.ends_reach_back:
            return now
        oldest = self._index.query(ExecutionQuery(self._workspace, order=OLDEST, limit=1)).rows
        return min(now, max(oldest[0].started_at, _down(now) - DAY)) if oldest else now

    def since(self) -> float | None:
        """From when on ends were counted; None before `begin`."""
        text = self._index.kept_counts(self._workspace, _BEGINNING, _BEGINNING + 1, of=ENDS).get(_BEGINNING)
        return None if text is None else float(json.loads(text))

    def count(self, pieces: Sequence[int]) -> None:
        """`pieces` in order. Raises StorageError."""
        for run in runs(pieces):
            found = by_piece(self._index.ends(self._workspace, run[0], run[-1] + PIECE))
            for hour, those in by_hour(found):
                kept = self._index.kept_counts(self._workspace, hour, hour + 1, of=ENDS)
                before = pieces_of(kept[hour]) if hour in kept else {}
                after = {**before, **{at: _grown(at, found[at], before.get(at)) for at in those}}
                if after != before:
                    self._index.keep_counts(self._workspace, hour, text_of(after.values()), of=ENDS)

    def read(self, first: int, before: int) -> list[Piece]:
        """The pieces of first <= at < before in which anything ended, the oldest first."""
        hours = self._index.kept_counts(self._workspace, max(first // HOUR * HOUR, 1), before, of=ENDS)
        pieces = (piece for _, text in sorted(hours.items()) for piece in pieces_of(text).values())
        return sorted((piece for piece in pieces if first <= piece.at < before), key=lambda piece: piece.at)


def _down(time: float) -> int:
    return int(time // PIECE) * PIECE


def _grown(at: int, found: list[Count], before: Piece | None) -> Piece:
    """Of each workflow and status the larger of both counts; of a piece in which not all are kept apart, the counts
    that are more in all."""
    if before is None:
        return Piece(at, most(found))
    if any(not count.workflow for count in before.counts):
        piece = Piece(at, most(found))
        return piece if piece.total >= before.total else before
    numbers = {(count.workflow, count.status): count.number for count in before.counts}
    for count in found:
        place = count.workflow, count.status
        numbers[place] = max(count.number, numbers.get(place, 0))
    return Piece(at, most(Count(at, *place, number) for place, number in numbers.items()))
