"""The variables that states assign, as a definition is written: what has not the shape of a state assigns none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = Any


def assigned_by(state: Json) -> Iterator[str]:
    """The variables that a state assigns, whichever way it is left, without those of the machines in it."""
    if not isinstance(state, dict):
        return
    for holder in (state, *objects_of(state.get("Choices")), *objects_of(state.get("Catch"))):
        names = holder.get("Assign")
        yield from (name.removesuffix(".$") for name in (names if isinstance(names, dict) else ()))


def assigned_in(machine: Json) -> frozenset[str]:
    """The variables that the states of one machine assign, without those of the machines in it."""
    states = machine.get("States") if isinstance(machine, dict) else None
    return frozenset(
        name for state in (states.values() if isinstance(states, dict) else ()) for name in assigned_by(state)
    )


def objects_of(value: Json) -> tuple[dict[str, Json], ...]:
    """The objects of a list; none of anything else."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
