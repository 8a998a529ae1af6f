"""Walking a definition as it is written: every state of it and of the machines inside it, at whatever depth.

Works on unfinished definitions too: what has not the shape of a state machine is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.records import dataclass

Json = Any

_NESTED = ("Branches", "ItemProcessor", "Iterator")


@dataclass(frozen=True, slots=True)
class StateText:
    """One state as written. `place` is AWS's location (``/States/Pay/Branches[0]/States/Charge``), `own` the state's
    fields without the machines inside it, `processor_config` a Map's ProcessorConfig."""

    place: str
    name: str
    own: dict[str, Json]
    processor_config: Json = None

    @property
    def is_task(self) -> bool:
        """Whether it calls something."""
        return self.own.get("Type") == "Task"


def states_of(definition: Json, place: str = "") -> Iterator[StateText]:
    """Every state, in the order in which they are written, an outer one before those inside it."""
    states = definition.get("States") if isinstance(definition, dict) else None
    if not isinstance(states, dict):
        return
    for name, state in states.items():
        if isinstance(state, dict):
            inner = f"{place}/States/{name}"
            own = {key: value for key, value in state.items() if key not in _NESTED}
            processor = state.get("ItemProcessor", state.get("Iterator"))
            yield StateText(inner, name, own, processor.get("ProcessorConfig") if isinstance(processor, dict) else None)
            branches = state.get("Branches")
            if isinstance(branches, list):
                for index, branch in enumerate(branches):
                    yield from states_of(branch, f"{inner}/Branches[{index}]")
            for field in ("ItemProcessor", "Iterator"):
                yield from states_of(state.get(field), f"{inner}/{field}")
