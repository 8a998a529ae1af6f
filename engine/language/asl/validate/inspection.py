"""What one validation carries along: the findings, the names already seen, and the variables each state reads.

A `Spot` says where in the definition a value stands and what holds there (query language, STANDARD or EXPRESS);
an `Inspection` collects what was found. Every check takes the two and returns nothing: one walk lists everything.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

from engine.errors import Diagnostic
from engine.records import dataclass

Json = Any

JSONPATH = "JSONPath"
JSONATA = "JSONata"

SCHEMA = "SCHEMA_VALIDATION_FAILED"
"""AWS's code for nearly everything; the others are named where they are given."""

INVALID_JSONATA = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"
"""AWS gives these two although its API reference does not list them."""


def _step(path: str, key: str | int) -> str:
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}/{key}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the definition.

    `place` is AWS's location (``/States/Route/Choices[0]/Next``), `field` the same relative to its state, as AWS
    names fields (``Choices[0]/Next``), `state` the innermost state's name. `kind` is STANDARD or EXPRESS;
    `resolves_secrets` says that a literal SecretRef here is given its value when the Task is called, `has_result` that
    the state does work, which has a result. `outer_variables` are those that a machine around this one assigns.
    """

    place: str = "/"
    field: str = ""
    language: str = JSONPATH
    kind: str = "STANDARD"
    state: str | None = None
    resolves_secrets: bool = False
    has_result: bool = False
    outer_variables: frozenset[str] = frozenset()

    def inside(self, key: str | int) -> Spot:
        """The spot of the member or item `key`."""
        place = _step("" if self.place == "/" else self.place, key)
        return replace(self, place=place, field=_step(self.field, key).removeprefix("/"))

    def in_language(self, language: str) -> Spot:
        """The same place under another query language."""
        return replace(self, language=language)

    def of_state(self, name: str) -> Spot:
        """The spot of the state `name` of the machine at this spot."""
        return replace(self.inside("States").inside(name), field="", state=name)

    @property
    def is_jsonata(self) -> bool:
        """Whether JSONata holds here."""
        return self.language == JSONATA


@dataclass(slots=True)
class Inspection:
    """Collects findings. With `extensions` our own additions are known and our own advice is given.

    With `precise` findings stand at the field they are about; without, where AWS puts them.
    """

    extensions: bool = True
    precise: bool = True
    findings: list[Diagnostic] = field(default_factory=list)
    state_names: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    references: dict[str, set[str]] = field(default_factory=dict)

    def error(self, spot: Spot, message: str, code: str = SCHEMA) -> None:
        """Record something that makes the definition unusable."""
        self.findings.append(Diagnostic(code, message, spot.place))

    def error_about(self, holder: Spot, member: Spot, message: str, code: str = SCHEMA) -> None:
        """Record an error about `member` that AWS places at its `holder`."""
        self.error(member if self.precise else holder, message, code)

    def warning(self, spot: Spot, message: str, code: str) -> None:
        """Record something that AWS warns about."""
        self.findings.append(Diagnostic(code, message, spot.place, "WARNING"))

    def advise(self, spot: Spot, message: str, code: str) -> None:
        """Warn of something that only we look at: silent when the answer should be AWS's."""
        if self.extensions:
            self.warning(spot, message, code)

    def read(self, spot: Spot, variables: frozenset[str] | set[str]) -> None:
        """Record that the state at `spot` reads `variables`."""
        if variables and spot.state is not None:
            self.references.setdefault(spot.state, set()).update(variables)
