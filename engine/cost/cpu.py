"""The worker's own computing, cpu.json: CPU seconds of each act, measured by ``python -m tools.cost.cpu``.

Acts that were not measured by themselves are put together of those that were, rather too high than too low.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from engine.records import dataclass

PATH = Path(__file__).with_name("cpu.json")

_LIKE: dict[str, dict[str, int]] = {
    "callback": {"wait": 1, "task": 1}, "retry": {"wait": 1, "task": 1}, "failure": {"task": 1}, "failed": {},
    "child": {"run": 1}, "map_run": {"wait": 2}, "started": {"run": 1, "wait": 2}, "start": {},
}
"""Act to the acts that take as much. A start is the API's work, not the worker's."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` of one whole CPU by act; `date` and `machine` say where they come from."""

    date: str
    machine: str
    rounds: int
    seconds: dict[str, float]

    def act(self, name: str) -> float:
        """CPU seconds of an act, without its invocations."""
        like = _LIKE.get(name, {name: 1})
        return sum((self.seconds[part] * times for part, times in like.items()), 0.0)


@cache
def table() -> Measured:
    """The committed figures."""
    read = json.loads(PATH.read_text(encoding="utf-8"))
    return Measured(read["date"], read["machine"], read["rounds"], read["seconds"])
