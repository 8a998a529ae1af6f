"""Where a store lets go of what its term is over for: executions, whole, and what they leave behind.

    ended ── take: in one transaction nobody finds it any more ── clear: what was too much for one, piece by piece

`take` is the only switch: before it the execution is whole, after it it is gone for every reader. What `clear` still
has to delete is reached by no key, so a process that dies in between leaves nothing half; the next one goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from engine.ports.keys import ExecutionKey
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution that has ended, as far as its term is a matter of it. `held`: its parent waits for it and is still
    there, so that it goes after that one."""

    key: ExecutionKey
    status: str
    started_at: float
    ended_at: float
    held: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a walk through the ended executions of a workflow has come."""

    started_at: float
    id: str


@dataclass(frozen=True, slots=True)
class Space:
    """How much room a folder's database takes, in bytes. `free` of them are pages that wait to be used again, `disk`
    are free beside it. `a_day` is how much it grew in the last days; None before that is known. `shrinks`: free pages
    are given back while it is used. `trusted` is the time by which terms are over where the clock may be wrong;
    None: now. `log` is the write-ahead log beside it, which grows and shrinks with single writes."""

    bytes: int
    free: int
    disk: int
    a_day: float | None
    shrinks: bool
    trusted: float | None = None
    log: int = 0


class RetentionStore(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def workflows(self) -> list[tuple[str, str]]:
        """Workspace and name of every workflow that has executions."""
        ...

    def ended(
        self, workspace: str, workflow: str, started_before: float, after: Place | None, limit: int
    ) -> tuple[list[Ended], Place | None]:
        """The ended ones among the next `limit` executions of a workflow, the oldest start first, and where to go on;
        None where no more started before `started_before`."""
        ...

    def oldest_ended(self, workspace: str, workflow: str, limit: int) -> list[Ended]:
        """Those that have ended, the oldest start first, however many are open that started before them."""
        ...

    def take(self, ended: Sequence[Ended], now: float) -> int:
        """Take those that still stand as `ended` says: at most as many as one small transaction holds. Answers how
        many. One that runs again stays. Who is about to redrive one that is taken is refused by the journal."""
        ...

    def clear(self, now: float, limit: int) -> int:
        """Delete up to about `limit` items of what was taken and was too much for one transaction; how many it were."""
        ...

    def forget(self, before: float, limit: int) -> int:
        """Forget up to `limit` executions that were taken before `before`: their names say nothing any more."""
        ...

    def old_versions(self, workspace: str, workflow: str, published_before: float, keep: int) -> int:
        """Delete versions of a workflow that nothing refers to; how many. Kept are the active one, the `keep` newest,
        what was published since `published_before`, each that an execution which is there runs or ran by, and each that
        the document of another version names (`named_in`)."""
        ...

    def shrink(self, limit: int) -> int:
        """Give up to `limit` free pages back to the disk; how many it were. 0 where the store cannot."""
        ...


def named_in(document: bytes, workflow: str) -> set[int]:
    """The versions of a workflow that a document names by their numbers, as ``WORKFLOW:3`` in a StateMachineArn."""
    found = re.findall(rb"(?<![\w-])" + re.escape(workflow.encode()) + rb":(\d{1,9})(?!\w)", document)
    return {int(number) for number in found}
