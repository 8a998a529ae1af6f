"""How much one evaluation of an expression may cost; `apply` puts the settings in force.

Time is the CPU time of the thread that evaluates: how busy the machine is decides nothing. What evaluates (jlens, the
regex package) knows limits of wall-clock time only. So it is given one a little over the CPU limit, and where it gives
up before the thread had that much CPU time, it is asked again from the start with a longer one, up to a cap:

    limit 0.5 s, a quiet machine  stopped after 0.625 s with 0.6 s of CPU time: the limit is met
    limit 0.5 s, a fifth of a CPU stopped after 0.625 s with 0.125 s of CPU time; again, for at most 3.1 s
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.clock import thread_seconds
from engine.records import dataclass
from engine.settings import Settings

_Answer = TypeVar("_Answer")

_MORE = 1.25
"""How far a wall-clock limit lies over what the thread needs at its pace: a bomb on a quiet machine runs once."""
_LEAST_SHARE = 0.01
"""Of a CPU: a thread that had less while it was watched is taken to have had so much."""


class OutOfTime(Exception):
    """The CPU time is used up, or the cap of wall-clock time is reached; the text says which, as JSONata words it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may cost; `Settings` says what each field is. Make one with `Limits.of`."""

    seconds: float
    wall_seconds: float
    steps: int
    depth: int
    items: int
    text_bytes: int
    result_bytes: int
    clock: Callable[[], float]
    """The CPU seconds that the calling thread has had; a test may set its own."""

    @property
    def first_wall(self) -> float:
        """The wall-clock seconds of a first attempt."""
        return min(self.seconds * _MORE, self.wall_seconds)

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings name."""
        return cls(
            settings.expression_seconds, settings.expression_wall_seconds, settings.expression_steps,
            settings.expression_depth, settings.expression_items, settings.expression_text_bytes,
            settings.expression_result_bytes, thread_seconds,
        )


class Budget:
    """The time of one evaluation; the calls that it is made of share it."""

    __slots__ = ("_left", "_limits", "_wall_left")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.seconds
        self._wall_left = limits.wall_seconds

    def run(self, call: Callable[[float], _Answer], stopped: float | None = None) -> _Answer:
        """What ``call(wall_seconds)`` answers. Where it raises TimeoutError, those were too few, and it runs again.

        `stopped` is the CPU seconds of a first attempt that is over, and had `Limits.first_wall`. Raises OutOfTime
        where no attempt is left.
        """
        clock, left = self._limits.clock, self._left
        wall = min(left * _MORE, self._wall_left)
        if stopped is not None:
            wall = self._longer(wall, stopped)
        while self._left > 0 and self._wall_left > 0:
            began = clock()
            try:
                answer = call(wall)
            except TimeoutError:
                wall = self._longer(wall, clock() - began)
            else:
                self._left = left - (clock() - began)
                return answer
        raise OutOfTime(self._told())

    def _longer(self, wall: float, used: float) -> float:
        """The wall-clock seconds of the next attempt, after one that had so many and used so much CPU time."""
        self._wall_left -= wall
        if used >= self._left:
            self._left = 0.0
        factor = max(2.0, _MORE * self._left / max(used, wall * _LEAST_SHARE))
        return min(wall * factor, self._wall_left)

    def _told(self) -> str:
        if self._left <= 0:
            return f"Evaluation timeout after {self._limits.seconds * 1000:g} milliseconds. Check for infinite loop"
        return (
            f"Evaluation timeout after {self._limits.wall_seconds:g} s on a machine that was too busy to give it "
            f"{self._limits.seconds * 1000:g} milliseconds"
        )


_in_force = Limits.of(Settings())


def current() -> Limits:
    """The limits in force in this process."""
    return _in_force


def use(limits: Limits) -> None:
    """Put other limits in force, for the whole process: for its wiring, and for tests."""
    global _in_force  # noqa: PLW0603 - set once, where a process begins; handed through, every compiler would carry it
    _in_force = limits


def apply(settings: Settings) -> None:
    """Put the settings' limits in force, for the whole process."""
    use(Limits.of(settings))
