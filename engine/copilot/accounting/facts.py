"""What a document says, as facts that a phrase of the sentence can be held against; each with its JSON pointer.

A text that begins with TODO says nothing, nor does the name of a step that only marks what was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from engine.catalog.states import targets_of
from engine.copilot.offline.asked import TODO
from engine.copilot.offline.flow import WORK
from engine.copilot.offline.words import stems
from engine.errors import json_pointer
from engine.records import dataclass

Json = Any
Path = tuple[str | int, ...]

_UNSAID = frozenset({"Comment", "QueryLanguage", "Next", "Default", "StartAt"})
_DECIDES_NOTHING = re.compile(r"(?:^\{%|\band|\bor|[(,])\s*(?:true|false)\s*(?:[),]|\band\b|\bor\b|%\}$)"
                              r"|\$exists\(\$states\.input\)")
"""A part of a condition that is the same whatever comes in: the place of what was not understood."""
_MACHINES = ("ItemProcessor", "Iterator", "Branches")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text or a number of the document. `key` is the nearest name over it."""

    pointer: str
    key: str
    value: Json
    stems: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether it is a to-do in the place of what a person has to write."""
        return _is_to_do(self.value)


@dataclass(frozen=True, slots=True)
class Stated:
    """A state. `names` are the stems of its name, `stems` those of all it says, `firm` those without its TODOs. A step
    that only marks what was not understood has them in `marked` alone."""

    pointer: str
    name: str
    state: Mapping[str, Json]
    machine: Mapping[str, Json]
    names: frozenset[str]
    stems: frozenset[str]
    firm: frozenset[str]
    marked: frozenset[str]

    @property
    def is_work(self) -> bool:
        """Whether it is more than a mark."""
        return not self.marked

    @property
    def is_named(self) -> bool:
        """Whether what it does has a name of the person's own: a condition, a function, a workflow."""
        resource = str(self.state.get("Resource", ""))
        return self.state.get("Type") == "Choice" or resource.endswith(("lambda:invoke", "startExecution"))


@dataclass(slots=True)
class Facts:
    """A document, taken apart."""

    leaves: list[Leaf] = field(default_factory=list)
    states: list[Stated] = field(default_factory=list)

    @classmethod
    def of(cls, document: Mapping[str, Json]) -> Facts:
        """The facts of a document's definition and triggers."""
        facts = cls()
        facts._machine(document.get("definition"), ("definition",))
        facts.leaves += _leaves(document.get("triggers", []), ("triggers",), "")
        return facts

    def _machine(self, machine: Json, path: Path) -> None:
        states = machine.get("States") if isinstance(machine, dict) else None
        for name, state in states.items() if isinstance(states, dict) else ():
            if not isinstance(state, dict):
                continue
            here: Path = (*path, "States", name)
            own = {key: value for key, value in state.items() if key not in _MACHINES}
            leaves = list(_leaves(own, here, ""))
            marks = _marks(state)
            every = frozenset().union(*(leaf.stems for leaf in leaves))
            firm = frozenset().union(*(leaf.stems for leaf in leaves if not leaf.is_open))
            names: frozenset[str] = frozenset() if marks else stems(name)
            marked: frozenset[str] = stems(_said_of(name, state)) if marks else frozenset()
            self.states.append(Stated(json_pointer(here), name, state, machine, names, names | every, firm, marked))
            if not marks:
                self.leaves += leaves
            for key in _MACHINES:
                inner = state.get(key)
                for index, one in enumerate(inner) if isinstance(inner, list) else ():
                    self._machine(one, (*here, key, index))
                if isinstance(inner, dict):
                    self._machine(inner, (*here, key))

    def key(self, *keys: str) -> Iterator[Leaf]:
        """The leaves of these names."""
        return (leaf for leaf in self.leaves if leaf.key in keys)

    def typed(self, *types: str) -> Iterator[Stated]:
        """The states of these types."""
        return (one for one in self.states if one.state.get("Type") in types)

    def conditions(self) -> Iterator[Leaf]:
        """The conditions of rules and of triggers."""
        return self.key("Condition", "when")

    def expressions(self) -> Iterator[Leaf]:
        """All that is computed."""
        return (leaf for leaf in self.leaves if isinstance(leaf.value, str) and leaf.value.startswith("{%"))

    def circles(self) -> Iterator[Stated]:
        """The states that lead back to themselves."""
        return (one for one in self.states if one.name in reached(one.machine, *targets_of(one.state)))


def reached(machine: Mapping[str, Json], *names: str) -> set[str]:
    """The names of the states that these lead to, themselves among them."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        state = machine["States"].get(name)
        if name not in found and isinstance(state, dict):
            found.add(name)
            pending += targets_of(state)
    return found


def _is_to_do(value: Json) -> bool:
    return isinstance(value, str) and value.startswith(TODO.rstrip(": "))


def _marks(state: Mapping[str, Json]) -> bool:
    """Whether the state stands for what was not understood."""
    if state.get("Type") == "Pass" and _is_to_do(state.get("Comment")):
        return True
    if any(_DECIDES_NOTHING.search(str(rule.get("Condition"))) for rule in state.get("Choices", ())
           if isinstance(rule, dict)):
        return True
    arguments = state.get("Arguments")
    return isinstance(arguments, dict) and str(arguments.get("FunctionName", "")).startswith(WORK)


def _said_of(name: str, state: Mapping[str, Json]) -> str:
    """The words that a mark stands for: its name may be cut."""
    quoted = re.search(r'"(.*)"', str(state.get("Comment", "")))
    if quoted is not None:
        return f"{name} {quoted[1]}"
    return f"{name} {state.get('Arguments', {}).get('FunctionName', '')}"


def _leaves(value: Json, path: Path, key: str) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _UNSAID:
                yield from _leaves(item, (*path, name), name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index), key)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield Leaf(json_pointer(path), key, value, stems(str(value).removeprefix(TODO)))
