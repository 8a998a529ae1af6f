"""Activities as they are offered to people and to the workers that poll: AWS's CreateActivity … GetActivityTask.

    poll   oldest item ── claim ── its execution: does it wait still? ── "taken" → inbox ── wake ── {token, input}
                            │ lost to another: next    │ no: remove it, next
                            └ store fails: give it back

The claim decides who has an item; the token that goes with it is the frame's. A poller that dies with it is noticed by
HeartbeatSeconds or TimeoutSeconds, and by nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any

from engine.clock import Clock
from engine.durable import codec, inbox
from engine.durable.lifecycle.start_checks import checked_name
from engine.errors import NotFound, StorageError
from engine.kernel.snapshot import Frame, Phase
from engine.language.asl.resources import OWN_ARN
from engine.ports.activities import Activity, ActivityStore, WorkItem
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue
from engine.records import dataclass

Json = Any

LONGEST_POLL_SECONDS = 60.0
"""As AWS holds GetActivityTask."""

_LOOK_SECONDS = 0.5
_AT_ONCE = 5


class ActivityDoesNotExist(NotFound):
    """No activity of this name."""

    code = "ActivityDoesNotExist"


@dataclass(frozen=True, slots=True)
class ActivityTask:
    """What a worker gets: answer with the token."""

    token: str
    input: Json


class Activities:
    """Safe to share between threads. `longest_poll` bounds how long a poll is held, `most_waiting` how many are held at
    once: more are answered at once, so that polls cannot take every thread of a server."""

    def __init__(
        self, *, store: ActivityStore, journal: Journal, queue: WakeQueue, clock: Clock,
        longest_poll: float = LONGEST_POLL_SECONDS, most_waiting: int = 1000,
    ) -> None:
        self._store = store
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._longest_poll = longest_poll
        self._room = BoundedSemaphore(most_waiting)

    def create(self, workspace: str, name: str) -> Activity:
        """Create it, or find it: as in AWS, one that exists is answered. Raises InvalidDocument for such a name."""
        return self._store.create(Activity(workspace, checked_name(name, "an activity"), self._clock.now()))

    def delete(self, workspace: str, name: str) -> bool:
        """False when there was none. Tasks that a worker has taken go on; what would begin now fails."""
        found = self._store.activity(workspace, name)
        self._store.delete(workspace, name)
        return found is not None

    def describe(self, workspace: str, name: str) -> Activity:
        """Raises ActivityDoesNotExist."""
        found = self._store.activity(workspace, name)
        if found is None:
            raise ActivityDoesNotExist(
                f"no activity is called {name!r}", where="name", advice="`automate activity create` makes one."
            )
        return found

    def list(self, workspace: str) -> list[Activity]:
        """All of a workspace, by name."""
        return self._store.activities(workspace)

    def poll(
        self, workspace: str, name: str, *, worker: str | None = None, wait: float = 0.0,
        still: Callable[[], None] = lambda: None,
    ) -> ActivityTask | None:
        """GetActivityTask: the oldest task that waits, or None after `wait` seconds. `still` is asked of who was held,
        before they are answered: it raises where they may have none any more. Raises ActivityDoesNotExist, and what
        `still` does."""
        self.describe(workspace, name)
        until = self._clock.now() + min(wait, self._longest_poll)
        task = self._take(workspace, name, worker)
        if task is not None or wait <= 0 or not self._room.acquire(blocking=False):
            return task
        try:
            while task is None and self._clock.now() < until:
                self._clock.sleep(min(_LOOK_SECONDS, max(until - self._clock.now(), 0.0)))
                task = self._take(workspace, name, worker, still)
        finally:
            self._room.release()
        if task is None:
            still()
        return task

    def _take(
        self, workspace: str, name: str, worker: str | None, still: Callable[[], None] = lambda: None
    ) -> ActivityTask | None:
        while items := self._store.waiting(workspace, name, _AT_ONCE):
            still()
            for item in items:
                claim = secrets.token_hex(8)
                if self._store.claim(item, claim, worker):
                    task = self._claimed(item, claim, worker)
                    if task is not None:
                        return task
        return None

    def _claimed(self, item: WorkItem, claim: str, worker: str | None) -> ActivityTask | None:
        """The task behind a claimed item; None when it waits no longer."""
        key = ExecutionKey(item.workspace, item.execution_id)
        try:
            frame = self._waiting_frame(key, item)
        except StorageError:
            self._store.release(item, claim)
            raise
        if frame is None or frame.token is None:
            self._store.remove([item])
            return None
        self._journal.put_inbox(inbox.taken_item(key, self._clock.now(), item.place, worker))
        self._queue.send([Wake(key)])
        return ActivityTask(frame.token, frame.arguments)

    def _waiting_frame(self, key: ExecutionKey, item: WorkItem) -> Frame | None:
        snapshot = codec.stored_snapshot(self._journal.load(key))
        frame = None if snapshot is None else snapshot.frames.get(item.frame)
        if frame is None or frame.phase is not Phase.SCHEDULED:
            return None
        return frame if frame.place == item.place else None


def activity_arn(activity: Activity) -> str:
    """The ARN to write as a Task's Resource."""
    return f"{OWN_ARN}{activity.workspace}:activity:{activity.name}"
