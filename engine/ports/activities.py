"""Activities: named places where work waits for workers that poll for it, and the items that wait there.

An item says where its task stands, nothing else: input and token are the execution's own, read when the item is taken.
It is a claim board, not a queue. A row stays, claimed, until its task has left SCHEDULED for good, so that offering it
again (after a crash, by a worker that was slow) can never hand it to a second poller:

    worker   offer ─────────────────────────────── TaskStarted committed ── remove
    poller A        claim ── "taken" → inbox ── token
    poller B              claim: taken already           (offer again: it is there)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Activity:
    """`created_at` is epoch seconds."""

    workspace: str
    name: str
    created_at: float


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One attempt of one visit of a Task state. `since` (epoch seconds) is when the state was entered: the oldest item
    is taken first. `taken_by` names the poll that has it, `worker` is the name that its worker gave."""

    workspace: str
    activity: str
    execution_id: str
    frame: str
    visit: int
    attempt: int
    since: float
    taken_by: str | None = None
    worker: str | None = None

    @property
    def id(self) -> str:
        """Unique in its activity."""
        return f"{self.execution_id}#{self.frame}#{self.visit}#{self.attempt}"

    @property
    def place(self) -> tuple[str, int, int]:
        """What an answer to its task names: frame, visit and attempt."""
        return self.frame, self.visit, self.attempt


class ActivityStore(Protocol):
    """Raises engine.errors.StorageError when the store fails."""

    def create(self, activity: Activity) -> Activity:
        """Write it if its name is free; answers the one that is there now."""
        ...

    def delete(self, workspace: str, name: str) -> None:
        """An unknown one is no error. Its items stay with their executions."""
        ...

    def activity(self, workspace: str, name: str) -> Activity | None:
        """One, read consistently."""
        ...

    def activities(self, workspace: str) -> list[Activity]:
        """All of a workspace, by name."""
        ...

    def offer(self, item: WorkItem) -> None:
        """Write the item where it is not there yet; one that is there stays as it is, claimed or not."""
        ...

    def item(self, item: WorkItem) -> WorkItem | None:
        """The item as it is stored, read consistently."""
        ...

    def waiting(self, workspace: str, activity: str, limit: int) -> list[WorkItem]:
        """Up to `limit` items that nobody has claimed, oldest first."""
        ...

    def claim(self, item: WorkItem, taken_by: str, worker: str | None) -> bool:
        """Whether the item is `taken_by`'s now: exactly one claim succeeds, however often it is repeated."""
        ...

    def release(self, item: WorkItem, taken_by: str) -> None:
        """Give a claim back that came to nothing; somebody else's is left alone."""
        ...

    def remove(self, items: Sequence[WorkItem]) -> None:
        """Delete items whose tasks wait no longer; unknown ones are no error."""
        ...
