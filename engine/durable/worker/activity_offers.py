"""Activities, the worker's side: a scheduled task becomes a work item, and the item goes once somebody has it.

    SCHEDULED committed ── offered ── parked, due in a few minutes       a poller claims it, says so in the inbox, wakes
    woken ── TaskStarted ── CALLBACK committed ── item removed ── parked

Offering again is harmless (engine.ports.activities). A poller may die between its claim and its word in the inbox:
then the item, looked at when the frame is due, says who took it, and the task's time limits do the rest, as in AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from engine.durable.activation import Activation
from engine.kernel import effects
from engine.kernel.snapshot import Frame
from engine.kernel.stimulus import ActivityMissing, Stimulus, TaskStarted
from engine.ports.activities import ActivityStore, WorkItem

Json = Any


class ActivityOffers:
    """`store` None: there are no activities here, as in a process that runs one synchronous start."""

    def __init__(self, store: ActivityStore | None, new_seed: Callable[[], int]) -> None:
        self._store = store
        self._seed = new_seed

    def owes(self, activation: Activation) -> bool:
        """Whether an item is to be offered or removed."""
        frames = activation.owed.activities
        if not frames and not activation.out:
            return False
        waiting = _waiting(activation).keys()
        return waiting != activation.offered or not activation.out <= waiting

    def perform(self, activation: Activation, at: float) -> list[Stimulus]:
        """Offer what waits and is not known to be offered; remove what waits no more."""
        waiting = _waiting(activation)
        stimuli: list[Stimulus] = []
        for item, frame in waiting.items():
            if item in activation.offered:
                continue
            if self._store is None or self._store.activity(item.workspace, item.activity) is None:
                stimuli.append(ActivityMissing(at, self._seed(), *frame.place))
            else:
                self._store.offer(item)
        self._remove(activation.out - waiting.keys())
        activation.offers_stand(waiting)
        return stimuli

    def swept(self, activation: Activation, now: float, at: float) -> list[Stimulus]:
        """Items that were taken though nobody said so. Those that are gone are offered again."""
        stimuli: list[Stimulus] = []
        for item, frame in _waiting(activation).items():
            if self._store is None or frame.due_at is None or frame.due_at > now:
                continue
            stored = self._store.item(item)
            if stored is None:
                activation.offer_lost(item)
            elif stored.taken_by is not None:
                stimuli.append(TaskStarted(at, self._seed(), *frame.place, worker=stored.worker))
        return stimuli

    def withdraw(self, activation: Activation) -> None:
        """The execution has closed: remove what it has offered. What a crash leaves of it, a poller removes."""
        self._remove(activation.out)
        activation.offers_stand(())

    def _remove(self, items: Collection[WorkItem]) -> None:
        if self._store is not None and items:
            self._store.remove(sorted(items, key=lambda item: item.id))


def _waiting(activation: Activation) -> dict[WorkItem, Frame]:
    return {
        effects.work_item(activation.plan, activation.snapshot, frame): frame
        for frame in activation.owed.activities
    }
