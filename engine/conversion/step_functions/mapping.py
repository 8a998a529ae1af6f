"""A definition with some of its states changed, wherever they stand; all else as it is, in the author's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Around:
    """What holds where a state stands. `place` is AWS's location (``/States/Both/Branches[0]/States/Mail``); `in_map`:
    an inline Map is around it, within the same execution."""

    place: str = ""
    language: str = "JSONPath"
    in_map: bool = False

    @property
    def jsonata(self) -> bool:
        """Whether JSONata holds here."""
        return self.language == "JSONata"

    @property
    def arguments_field(self) -> str:
        """The field of a Task's arguments."""
        return "Arguments" if self.jsonata else "Parameters"


Change = Callable[[dict[str, Json], Around], dict[str, Json]]
"""A state and where it stands → the state to write. It is given no machine inside: those come by themselves."""


def mapped(definition: dict[str, Json], change: Change) -> dict[str, Json]:
    """`definition` with `change` applied to each state that is an object, an outer one before those inside it."""
    return _machine(definition, change, Around(language=definition.get("QueryLanguage", "JSONPath")))


def _machine(machine: dict[str, Json], change: Change, around: Around) -> dict[str, Json]:
    """A state machine, or the branch or the item processor of a state. What has not its shape is passed over."""
    states = machine.get("States")
    if not isinstance(states, dict):
        return machine
    made = {}
    for name, state in states.items():
        here = replace(around, place=f"{around.place}/States/{name}")
        made[name] = _state(state, change, here) if isinstance(state, dict) else state
    return {**machine, "States": made}


def _state(state: dict[str, Json], change: Change, around: Around) -> dict[str, Json]:
    own = replace(around, language=state.get("QueryLanguage", around.language))
    made = change(state, own)
    for field, value in state.items():
        if field == "Branches" and isinstance(value, list):
            made = {**made, field: [
                _machine(branch, change, replace(around, place=f"{around.place}/{field}[{index}]"))
                if isinstance(branch, dict) else branch for index, branch in enumerate(value)
            ]}
        elif field in ("ItemProcessor", "Iterator") and isinstance(value, dict):
            config = value.get("ProcessorConfig")
            inline = not isinstance(config, dict) or config.get("Mode") != "DISTRIBUTED"
            inner = replace(around, place=f"{around.place}/{field}", in_map=inline)
            made = {**made, field: _machine(value, change, inner)}
    return made
