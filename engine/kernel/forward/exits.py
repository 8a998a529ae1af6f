"""The ways out of a machine's states, and which states none of them goes around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.kernel.forward.ways import Entry
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a state: to the state `to`, None for the machine's end. `caught`: by a Catcher."""

    to: str | None
    entry: Entry
    caught: bool = False


def on_every_way(start: str, exits: Mapping[str, Sequence[Exit]]) -> frozenset[str]:
    """The states that every way from `start` to an end goes through, failures left aside."""
    return frozenset(name for name in exits if not _passes(start, name, exits))


def _passes(start: str, around: str, exits: Mapping[str, Sequence[Exit]]) -> bool:
    """Whether an end can be reached from `start` without the state `around`."""
    if start == around:
        return False
    seen, pending = {start}, [start]
    while pending:
        for way in exits.get(pending.pop(), ()):
            if way.to is None:
                return True
            if not way.caught and way.to != around and way.to not in seen:
                seen.add(way.to)
                pending.append(way.to)
    return False
