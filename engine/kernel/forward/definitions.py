"""A definition as the check reads it: its machines, with their JSON pointers, and what a state assigns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import json_pointer

Json = Any
Key = str | int


def machines_of(definition: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every machine of a definition, by its JSON pointer."""
    yield pointer, definition
    for name, state in definition["States"].items():
        for inner, below in inner_machines(state):
            yield from machines_of(below, pointer_to(pointer, name, *inner))


def inner_machines(state: Json) -> Iterator[tuple[tuple[Key, ...], Json]]:
    """The machines inside a state, each with its place in it."""
    if state.get("Type") == "Parallel":
        for index, branch in enumerate(state.get("Branches") or ()):
            yield ("Branches", index), branch
    elif state.get("Type") == "Map":
        field = processor_field(state)
        yield (field,), state[field]


def processor_field(state: Json) -> str:
    """ItemProcessor, or Iterator as it was called before."""
    return "Iterator" if "Iterator" in state else "ItemProcessor"


def pointer_to(machine: str, name: str, *place: Key) -> str:
    """The JSON pointer of a place in a state of the machine at `machine`."""
    return machine + json_pointer(("States", name, *place))
