"""What is wrong with a trigger, with its place in it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.records import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them: `path` leads to it from the value that was read, `message` says what to do too."""

    path: Path
    message: str


class TriggerFault(ValueError):
    """A schedule or a pattern that is refused. `faults` are all that was found, at least one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].message)
        self.faults = tuple(faults)

    @classmethod
    def one(cls, message: str, path: Path = ()) -> TriggerFault:
        """A single fault."""
        return cls([Fault(path, message)])
