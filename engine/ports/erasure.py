"""Where a store erases executions because somebody asked for it, whatever their term says.

    begin ── hold ──────────────── erase … erase ── end
    named    gone for every reader  deleted          no longer named

`begin` comes before anything else, so an erasure that dies half way is known by name, and goes on when it is asked
for again. `hold` is the only switch: before it an execution can be redriven, after it nothing is written to it any
more. The list of what was erased is kept beside the data, so that a copy of the data from before can be brought up to
it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from engine.ports.keys import Actor, ExecutionKey
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Erasure:
    """One that was asked for at `at` (epoch seconds) by `by`. `executions` are ids; what each has started and waited
    for goes with it. `forced`: also what is open; it was erased before, and a copy of the data has brought it back.
    `since`: none of them started before then."""

    workspace: str
    id: str
    at: float
    by: Actor
    executions: tuple[str, ...]
    forced: bool = False
    since: float = 0.0

    @property
    def keys(self) -> list[ExecutionKey]:
        """Of its executions."""
        return [ExecutionKey(self.workspace, execution_id) for execution_id in self.executions]


def listed_key(workspace: str, business_key: str) -> ExecutionKey:
    """What a business key stands on the list as: no execution's id begins so."""
    return ExecutionKey(workspace, f"\0{business_key}")


Told = Callable[[Sequence[ExecutionKey]], None]
"""Is told which executions are about to be deleted, a group of them at a time; what it raises stops the erasure."""

Children = Callable[[ExecutionKey], Iterator[Iterator[ExecutionKey]]]
"""What an execution has started and waited for (engine.durable.started.awaited)."""


class ErasureStore(Protocol):
    """Raises engine.errors.StorageError when the store fails. Every method may be called again after a crash."""

    def begin(self, erasure: Erasure) -> None:
        """Name it, before anything is done."""
        ...

    def pending(self, workspace: str) -> list[Erasure]:
        """Those that have begun and not ended, the oldest first."""
        ...

    def hold(self, erasure: Erasure, key: ExecutionKey) -> bool:
        """From here on nobody finds the execution, and nobody redrives it. False where it is open, and the
        erasure is not forced: then nothing was done. True also where it is not there."""
        ...

    def erase(self, erasure: Erasure, key: ExecutionKey, told: Told, deadline: float = math.inf) -> int:
        """Delete all of an execution that is held, and the items of its Map Runs; a store that is not asked to do all
        at once deletes what it has waited for otherwise, too. How many executions that were. `told` comes first for
        each, and may come again. Raises Unfinished at `deadline`; what is done then stays done."""
        ...

    def remember(self, erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        """Put executions on the list beside the data."""
        ...

    def remember_actors(self, erasure: Erasure, pseudonyms: Sequence[str]) -> None:
        """Put pseudonyms that lose their names on the list."""
        ...

    def erased_actors(self, workspace: str) -> list[str]:
        """The pseudonyms on the list, where this copy of the data may not know all of it."""
        ...

    def remember_key(self, erasure: Erasure, business_key: str) -> None:
        """Put a business key on the list."""
        ...

    def erased_keys(self, workspace: str, business_keys: Sequence[str]) -> dict[str, float]:
        """When each of these was put on the list last, where this copy of the data may not know all of it; without
        those that were not."""
        ...

    def end(self, erasure: Erasure) -> bool:
        """No longer name it. False where something that was deleted may still be read from the disk: ask again."""
        ...

    def forgotten(self, workspace: str) -> Iterator[ExecutionKey]:
        """Executions that are there although they are on the list: those of a copy from before. Once all of them were
        given, they are known to be erased again."""
        ...


class Unfinished(Exception):
    """There was no time for the rest, or something has to end first; the next call goes on."""
