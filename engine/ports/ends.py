"""Ends of executions that somebody listens for, until they are told.

A store that has a stream of its own changes (DynamoDB) needs none of this: there the stream tells. The journal of one
that has none writes an end down in the transaction of the header's change, and only where its `hears` says that
somebody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.ports.executions_index import ExecutionRow
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Hears = Callable[[ExecutionRow], bool]
"""Whether somebody listens for the end that a row of the executions index says. Asked within the change's transaction;
it may read the same store, and raises StorageError."""


@dataclass(frozen=True, slots=True)
class End:
    """An execution that closed, or was PAUSED. `seq` is the number of its last segment then: another one after a
    redrive. `ended_at` (epoch seconds) is None for one that is PAUSED. `error` is the error's name."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    seq: int
    started_at: float
    ended_at: float | None = None
    error: str | None = None

    @property
    def id(self) -> str:
        """The end's own name: the same whoever tells of it, and how often."""
        return f"{self.key.id}#{self.seq}#{self.status}"


class Ends(Protocol):
    """All methods raise engine.errors.StorageError when the store fails."""

    def untold(self, after: int, limit: int) -> Sequence[tuple[int, End]]:
        """At most `limit` of them with a number over `after`, in the order in which they ended."""
        ...

    def told(self, numbers: Sequence[int]) -> None:
        """Forget them."""
        ...
