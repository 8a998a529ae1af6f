"""Pieces of time with the counts of executions in them, as they are kept: an hour of pieces a text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.ports.executions_index import COUNTED_SECONDS, Count
from engine.records import dataclass

Json = Any

PIECE, HOUR, DAY = COUNTED_SECONDS, 3600, 86_400
"""Seconds. A piece is counted at a time, an hour is kept together."""

MOST_ROWS = 60
"""Of a piece that are kept apart; the others are added up under no workflow."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The counts of one piece of time: `counts` by workflow and status, `failures` by error too."""

    at: int
    counts: tuple[Count, ...]
    failures: tuple[Count, ...] = ()

    @property
    def total(self) -> int:
        """How many started, or ended."""
        return sum(count.number for count in self.counts)

    @property
    def is_settled(self) -> bool:
        """Whether all of it succeeded: nothing of it changes any more."""
        return all(count.status == "SUCCEEDED" for count in self.counts)


def runs(pieces: Iterable[int]) -> list[list[int]]:
    """Those that lie behind one another."""
    found: list[list[int]] = []
    for at in pieces:
        if found and at == found[-1][-1] + PIECE:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def by_hour(pieces: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """Each hour with those of its pieces that are among them."""
    hours: dict[int, list[int]] = {}
    for at in sorted(pieces):
        hours.setdefault(at // HOUR * HOUR, []).append(at)
    return iter(hours.items())


def most(counts: Iterable[Count]) -> tuple[Count, ...]:
    """The largest MOST_ROWS, the others added up by status under no workflow; in an order that does not change."""
    ordered = sorted(counts, key=lambda count: (-count.number, count.workflow, count.status, count.error or ""))
    others: dict[str, Count] = {}
    for count in ordered[MOST_ROWS:]:
        so_far = others[count.status].number if count.status in others else 0
        others[count.status] = Count(count.piece, "", count.status, so_far + count.number)
    return (*ordered[:MOST_ROWS], *others.values())


def by_piece(counts: Iterable[Count]) -> dict[int, list[Count]]:
    """The counts of each piece."""
    found: dict[int, list[Count]] = {}
    for count in counts:
        found.setdefault(count.piece, []).append(count)
    return found


def text_of(pieces: Iterable[Piece]) -> str:
    """What is kept of an hour."""
    return json.dumps({
        str(piece.at): [
            [[count.workflow, count.status, count.number] for count in piece.counts],
            *([[[count.workflow, count.status, count.number, count.error] for count in piece.failures]] * bool(
                piece.failures
            )),
        ] for piece in pieces
    }, separators=(",", ":"))


def pieces_of(text: str) -> dict[int, Piece]:
    """What was kept of an hour, by piece."""
    said: Json = json.loads(text)
    return {
        int(at): Piece(int(at), *(tuple(Count(int(at), *row) for row in rows) for rows in parts))
        for at, parts in said.items()
    }
