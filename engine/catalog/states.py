"""Walking a definition as it is written: every state of it and of the machines inside it, at whatever depth.

Works on unfinished definitions too: what has not the shape of a state machine is passed over.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from engine.records import dataclass

Json = Any

MOST_NAME = 80
"""Characters of a state's name (ASL specification)."""

_NESTED = ("Branches", "ItemProcessor", "Iterator")


@dataclass(frozen=True, slots=True)
class StateText:
    """One state as written. `place` is AWS's location (``/States/Pay/Branches[0]/States/Charge``), `path` the names of
    what it is in, a branch's number after a Parallel (``Pay/0/Charge``). `way` is each machine on the way to it and the
    state in that, from the outside."""

    place: str
    path: str
    name: str
    state: dict[str, Json]
    way: tuple[tuple[dict[str, Json], str], ...]

    @property
    def machine(self) -> dict[str, Json]:
        """The machine that it is in."""
        return self.way[-1][0]

    @property
    def own(self) -> dict[str, Json]:
        """The state's fields without the machines inside it."""
        return {key: value for key, value in self.state.items() if key not in _NESTED}

    @property
    def is_task(self) -> bool:
        """Whether it calls something."""
        return self.state.get("Type") == "Task"


def states_of(definition: Json) -> Iterator[StateText]:
    """Every state, in the order in which they are written, an outer one before those inside it."""
    return _states_of(definition, "", "", ())


def _states_of(
    machine: Json, place: str, prefix: str, way: tuple[tuple[dict[str, Json], str], ...]
) -> Iterator[StateText]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            here = StateText(f"{place}/States/{name}", f"{prefix}{name}", name, state, (*way, (machine, name)))
            yield here
            for field, index, inner in machines_in(state):
                inner_place, inner_prefix = f"{here.place}/{field}", f"{here.path}/"
                if index is not None:
                    inner_place, inner_prefix = f"{inner_place}[{index}]", f"{inner_prefix}{index}/"
                yield from _states_of(inner, inner_place, inner_prefix, here.way)


def machines_in(state: Mapping[str, Json]) -> Iterator[tuple[str, int | None, Json]]:
    """The machines inside a state: the field that holds one, which of a Parallel's branches it is, and the machine."""
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield "Branches", index, branch
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            yield field, None, state[field]


def language_of(state: StateText) -> str:
    """The query language that holds in a state: its own, else that of the whole definition."""
    return str(state.state.get("QueryLanguage") or state.way[0][0].get("QueryLanguage") or "JSONPath")


def targets_of(state: Mapping[str, Json]) -> Iterator[str]:
    """The names of the states that it leads to, as often as it does."""
    holders = [state]
    for field in ("Choices", "Catch"):
        rules = state.get(field)
        holders += [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    for holder in holders:
        yield from (holder[field] for field in ("Next", "Default") if isinstance(holder.get(field), str))


def unused_name(wanted: str, taken: Container[str]) -> str:
    """`wanted` as a state's name: at most MOST_NAME characters, and none of `taken`."""
    name, number = wanted[:MOST_NAME], 1
    while name in taken:
        number += 1
        name = f"{wanted[:MOST_NAME - len(str(number)) - 1]} {number}"
    return name


def is_distributed(state: Mapping[str, Json]) -> bool:
    """Whether it is a Map whose items run as executions of their own."""
    processor = state.get("ItemProcessor", state.get("Iterator"))
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
