"""What the table of cases (worker.blocked) says is done: parked, closed, or kept for the next round."""

from __future__ import annotations

from collections.abc import Callable

from engine.clock import Clock
from engine.durable.activation import Activation
from engine.durable.lifecycle.pausing import HOLD_SECONDS
from engine.durable.poison import OutOfTime, Poison
from engine.durable.worker.admission import Admission
from engine.durable.worker.beginning import Beginning
from engine.durable.worker.blocked import BELOW_OUTBOX, Do, facts_of, what_to_do
from engine.durable.worker.calls import CallPool
from engine.durable.worker.incoming import INBOX_SECONDS
from engine.durable.worker.late_answers import LateAnswers
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import Owned, put_off
from engine.durable.worker.ownership import Ownership
from engine.durable.worker.parking import Parking
from engine.durable.worker.policies import Policies
from engine.errors import StorageError


class Settling:
    """`is_held` looks anew whether an execution's workflow is paused."""

    def __init__(
        self, *, ownership: Ownership, parking: Parking, outbox: Outbox, policies: Policies, calls: CallPool,
        late: LateAnswers, admission: Admission, poison: Poison, beginning: Beginning,
        is_held: Callable[[Activation], bool], clock: Clock, owner: str,
    ) -> None:
        self._ownership = ownership
        self._parking = parking
        self._outbox = outbox
        self._policies = policies
        self._calls = calls
        self._late = late
        self._admission = admission
        self._poison = poison
        self._beginning = beginning
        self._is_held = is_held
        self._clock = clock
        self._name = f"the worker {owner}" if owner else "the worker"

    def settle(self, owned: Owned) -> None:
        """Do it, for one execution. Raises StorageError, Fenced, OutOfTime."""
        now = self._clock.now()
        act = what_to_do(facts_of(owned, now, outbox=self._outbox, policies=self._policies, calls=self._calls))
        if act is Do.SEND_OUTBOX:  # what was offered is owed no longer, though nothing is to be committed of it
            act = Do.NEXT_ROUND if self._send_outbox(owned, now) else self._below_outbox(owned, now)
        match act:
            case Do.NEXT_ROUND | Do.WAIT:
                pass
            case Do.CLOSE:
                self._late.closing(owned.activation)
                self._parking.close(owned.activation)
                self._beginning.ended(owned.activation.header)
                self._ownership.finish(owned.activation.key)
            case Do.LET_GO_OF_HELD:
                self._let_go_of_held(owned, now)
            case Do.PAUSE:
                self._pause(owned.activation)
            case Do.PARK_DUE_NOW:
                self._park(owned, now, now)
            case Do.PARK:
                self._park(owned, owned.look_at, now)
            case Do.START_OVER:
                raise OutOfTime("an EXPRESS execution did not end in this worker's time: it begins anew")
            case Do.LEAVE_CALLS:
                raise OutOfTime("stopped while calls were running")

    def _below_outbox(self, owned: Owned, now: float) -> Do:
        facts = facts_of(owned, now, outbox=self._outbox, policies=self._policies, calls=self._calls)
        return what_to_do(facts, BELOW_OUTBOX)

    def _send_outbox(self, owned: Owned, now: float) -> bool:
        """Start, join and stop child executions, offer work: whether something came of it, to be committed next.

        Only what is committed is acted upon. A store that fails is asked again later while calls are running.
        """
        activation = owned.activation
        try:
            activation.feed(self._outbox.perform(activation, max(now, activation.snapshot.last_at)))
        except StorageError as error:
            put_off(activation, error, "children are seen to")
            owned.outbox_later(now + INBOX_SECONDS)
        return activation.dirty

    def _let_go_of_held(self, owned: Owned, now: float) -> None:
        """Unless its workflow was resumed just now."""
        activation = owned.activation
        if owned.paused:
            self._ownership.finish(activation.key)
        elif self._is_held(activation):
            charged = self._admission.is_charged(activation.key)
            if self._park(owned, now + HOLD_SECONDS, now) and charged:  # nothing of it was run: looking is no takeover
                self._poison.forgive(activation.header, activation.seq)

    def _pause(self, activation: Activation) -> None:
        """Nothing failed: what a Retrier or a Catcher would do about it is not asked. Whoever installs it resumes."""
        frame = activation.owed.scheduled[0]
        problem = self._policies.lacks(activation, frame)
        self._poison.unable(
            activation.header, activation.seq,
            f"{self._name} cannot make the call of {frame.state!r}: {problem} Then resume the execution.",
        )
        self._parking.delete_consumed(activation)
        self._ownership.finish(activation.key)

    def _park(self, owned: Owned, due_at: float | None, now: float) -> bool:
        """False where there was something new in its inbox."""
        parked = self._parking.park(owned, due_at, now)
        if parked:
            self._ownership.finish(owned.activation.key)
        return parked
