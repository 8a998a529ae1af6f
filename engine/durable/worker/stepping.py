"""The step: what happened to an execution is fed to the pure core, and the calls that may begin are written as intents.

    inbox, answers, timers ──► stimuli ──► Activation.feed ──► owed: calls ──► as many intents as there is room and time

An intent lives from here to the commit of the same round; only then is its call made (worker.performing). An EXPRESS
execution's calls are made at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from engine.clock import Clock
from engine.durable.activation import Activation, StartedCall
from engine.durable.lifecycle.pausing import Holds
from engine.durable.worker.calls import CallPool
from engine.durable.worker.committing import Committing
from engine.durable.worker.incoming import Incoming
from engine.durable.worker.owned import Owned
from engine.durable.worker.policies import Policies
from engine.kernel.open_frame import AnyFrame

MOST_COMPUTED = 100
"""So many calls that compute are made in one round: what came meanwhile is looked at between two rounds."""


class Stepping:
    """`make` makes the call of an EXPRESS execution."""

    def __init__(
        self, *, incoming: Incoming, policies: Policies, committing: Committing, calls: CallPool, holds: Holds,
        clock: Clock, make: Callable[[Activation, StartedCall], None],
    ) -> None:
        self._incoming = incoming
        self._policies = policies
        self._committing = committing
        self._calls = calls
        self._holds = holds
        self._clock = clock
        self._make = make
        self._planned = 0  # for threads, in this round
        self._computed = 0

    def begin_round(self) -> None:
        """No intent of this round is written yet."""
        self._planned = self._computed = 0

    def step(self, owned: Owned, *, limited: bool) -> None:
        """One slice for the execution. `limited`: this worker has no more than its invocation's time.

        Raises StorageError.
        """
        if owned.segment is not None:
            return  # its commit is tried again: nothing may change before
        activation, now = owned.activation, self._clock.now()
        owned.hold(held=owned.paused or self.is_held(activation))
        stimuli = self._incoming.stimuli(owned, now)
        begins = not owned.held and not activation.express and not (limited and owned.too_short)
        if stimuli:
            activation.feed(stimuli, partial(self._choose, owned, now) if begins else None)
        if not owned.held and (self._committing.wanted(owned, now) or not activation.owed.ready):
            self._write_intents(owned, now, limited=limited)

    def is_held(self, activation: Activation, *, look: bool = False) -> bool:
        """Whether its workflow is paused, for all or for what is not begun; `look`: read anew."""
        if activation.express and activation.dirty:
            return False  # it cannot wait in the middle
        begun = activation.seq >= 0 or activation.dirty or activation.header.is_item  # an item is part of its parent
        return self._holds.holds(activation.key, begun=begun, look=look)

    def _write_intents(self, owned: Owned, now: float, *, limited: bool) -> None:
        activation = owned.activation
        if limited and owned.too_short:
            activation.feed(self._incoming.too_short(owned, now))
            return
        scheduled = activation.owed.scheduled
        if scheduled:
            activation.start(self._choose(owned, now, scheduled), now)
        if activation.express:
            for call in activation.begun():
                self._make(activation, call)

    def _choose(self, owned: Owned, now: float, scheduled: Sequence[AnyFrame]) -> list[tuple[AnyFrame, float]]:
        """Which of the `scheduled` calls begin now, in their order, each with its budget in seconds."""
        activation = owned.activation
        free = self._calls.free
        chosen: list[tuple[AnyFrame, float]] = []
        waits: list[float] = []
        lacking = 0
        owned.waits(None)
        for frame in scheduled:
            if self._policies.lacks(activation, frame) is not None:
                lacking += 1
                continue  # once nothing else is to be done, the execution is PAUSED (worker.blocked)
            budget = self._policies.budget_in_time(owned, frame, now)
            if budget is None:
                break
            quick = self._policies.known_quick(activation, frame)
            if self._computed >= MOST_COMPUTED if quick else self._planned >= free:
                break
            turn = self._policies.turn(owned, frame, now)
            if turn is not None:
                waits.append(turn)
                continue
            self._computed += quick
            self._planned += not quick
            chosen.append((frame, budget))
        if waits and len(waits) + lacking == len(scheduled):
            owned.waits(min(waits))
        return chosen
