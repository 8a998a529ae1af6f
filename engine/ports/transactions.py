"""Whether the stores of a place can write together, in one transaction.

Those of a data folder can (one SQLite file); those of AWS write one by one, in the order that the protocol names, and
each order leaves something from which the rest is done again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Together(Protocol):
    """What `act` writes to the stores lasts whole or not at all. It may be run again, and waits for nothing else."""

    def __call__(self, act: Callable[[], T]) -> T:
        """The result of `act`. Raises what it raises, and StorageError where the transaction fails."""
        ...


def one_by_one(act: Callable[[], T]) -> T:
    """Each write by itself: for stores that share no transaction."""
    return act()
