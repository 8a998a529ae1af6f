"""The wake queue. A message is only a hint that there may be work: it holds a key and nothing to be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from engine.ports.keys import ExecutionKey
from engine.records import dataclass

MOST_COUNTED = 10_000

MAX_DELAY_SECONDS = 900.0
"""SQS's longest DelaySeconds; a later wake is the sweeper's work."""


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at this execution, `delay` seconds from now (0 to MAX_DELAY_SECONDS)."""

    key: ExecutionKey
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Received:
    """A wake that was claimed; `receipt` acknowledges it, `receives` counts how often it has been claimed."""

    key: ExecutionKey
    receipt: str
    receives: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How many wakes are due and not taken, and since when the oldest of them is (epoch seconds). None: not known."""

    waiting: int | None
    since: float | None


class WakeQueue(Protocol):
    """At least once, in any order. Raises engine.errors.StorageError when the queue fails."""

    def send(self, wakes: Sequence[Wake]) -> None:
        """Put wakes into the queue."""
        ...

    def standing(self) -> Standing:
        """How it stands. More than MOST_COUNTED wakes may be counted as that many."""
        ...


class ClaimableQueue(WakeQueue, Protocol):
    """A queue that a worker process polls itself (locally and in tests; on AWS, Lambda polls SQS)."""

    def claim(self, limit: int, *, without: AbstractSet[str] = frozenset()) -> list[Received]:
        """Up to `limit` wakes that are due and that no live process holds, none of the workflows in `without`. Does not
        block. While more are due than it takes, each workflow has an equal part.

        A claim hides a wake from the others as SQS's visibility timeout does; locally it lasts as long as its process.
        """
        ...

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """Delete claimed wakes."""
        ...

    def release(self, receipts: Sequence[str], delay: float = 0.0) -> None:
        """Give claimed wakes back, to be claimed again after `delay` seconds."""
        ...

    def changed(self) -> bool:
        """Whether wakes may have been added since the last call, by this process or another. Cheap: it is polled."""
        ...

    def listen(self, heard: Callable[[], None] | None) -> bool:
        """Call `heard`, in any thread, soon after wakes may have been added: always by this process, and where True is
        answered by every other one, if no other listener looks at them. False: others' wakes are only found by looking
        (`changed`). None: it does not look any more."""
        ...

    def next_due_in(self) -> float | None:
        """Seconds until the earliest unclaimed wake is due (0.0 for now); None when there is none."""
        ...
