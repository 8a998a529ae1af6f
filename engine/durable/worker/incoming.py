"""What has happened to an owned execution since the last round, as stimuli for the pure core.

opened        the start; or the inbox, and then the calls whose owner is gone
inbox         callback answers and stops: every 2 s while it is owned, and whenever a wake points at it
answers       what came of calls
overdue       calls that hang past their budget
children      closed ones whose notice was lost: their headers are read now and then
time          timers that are due
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.clock import Clock
from engine.durable import inbox, notices
from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation
from engine.durable.lifecycle.answers import masked_stimulus
from engine.durable.worker.calls import Answer
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import LEAST_CALL_SECONDS, RESERVE_SECONDS, Owned, put_off
from engine.durable.worker.policies import Policies
from engine.errors import SchemaTooNew, StorageError, StoreCorrupt
from engine.kernel.snapshot import Frame
from engine.kernel.stimulus import (
    Continued,
    JobGoesOn,
    Started,
    Stimulus,
    StopRequested,
    TaskErred,
    TaskReturned,
    TaskTakenOver,
    TimePassed,
)
from engine.ports.journal import InboxItem, Journal
from engine.ports.secrets import SecretMasks
from engine.ports.tasks import TaskGoesOn, TaskSucceeded

_LOG = logging.getLogger(__name__)

INBOX_SECONDS = 2.0
"""How often the owner of an execution reads its inbox."""


class Incoming:
    """Gathers stimuli; time and seeds enter the core here."""

    def __init__(
        self, journal: Journal, policies: Policies, clock: Clock, new_seed: Callable[[], int], outbox: Outbox,
        masks: SecretMasks,
    ) -> None:
        self._journal = journal
        self._policies = policies
        self._clock = clock
        self._seed = new_seed
        self._outbox = outbox
        self._masks = masks

    def stimuli(self, owned: Owned, now: float) -> list[Stimulus]:
        """All that can be fed to the execution at `now`, in the order in which it counts. Raises StorageError."""
        activation = owned.activation
        at = max(now, activation.snapshot.last_at)
        stimuli: list[Stimulus] = []
        if owned.fresh:
            stimuli += self._on_opening(owned, at)
        elif owned.woken or now >= owned.inbox_at:
            stimuli += self._from_inbox(owned, at)
        for answer in owned.take_answers():
            stimuli += self._answer(activation, answer, at)
        stimuli += self._overdue_calls(activation, at)
        if owned.held:
            return stimuli
        owed = activation.owed
        if owed.sweep_at is not None and owed.sweep_at <= now:
            stimuli += self._swept(activation, now, at)
        if owed.look_at is not None and owed.look_at <= now:
            stimuli.append(TimePassed(at=at, seed=self._seed()))
        if owed.ready and not stimuli:
            stimuli.append(Continued(at=at, seed=self._seed()))
        return stimuli

    def _on_opening(self, owned: Owned, at: float) -> list[Stimulus]:
        """After opening: the start, else the inbox and then the calls whose owner is gone.

        One that had to wait for its start may have been stopped meanwhile: then it makes no call at all.
        """
        activation = owned.activation
        if owned.held:
            return self._from_inbox(owned, at)  # and all else once it goes on
        owned.opened()
        if owned.abandoned:  # past its deadline: it is over before its first call
            began = Started(at=activation.header.started_at, seed=self._seed())
            return [began, TimePassed(at=at, seed=self._seed())]
        if activation.seq < 0:
            started: list[Stimulus] = [Started(at=at, seed=self._seed())]
            if notices.is_orphan(self._journal, activation.header):
                return [*started, StopRequested(at=at, cause=notices.PARENT_ENDED)]
            owned.inbox_empty_until(activation.header.started_at + INBOX_SECONDS)
            return started + self.read_inbox(owned, at) if self._clock.now() >= owned.inbox_at else started
        stimuli = self.read_inbox(owned, at)
        for frame in activation.owed.running:
            stimuli.append(self._take_over(activation, frame, at))
        return stimuli

    def _from_inbox(self, owned: Owned, at: float) -> list[Stimulus]:
        """The inbox; before what was said to one that never began, its start, but to one that is held: that is only
        stopped, and enters no state."""
        stimuli = self.read_inbox(owned, at)
        begins = stimuli and not owned.held and owned.activation.seq < 0 and not owned.activation.dirty
        return [Started(at=at, seed=self._seed()), *stimuli] if begins else stimuli

    def _take_over(self, activation: Activation, frame: Frame, at: float) -> Stimulus:
        """At least once: call again with the same key. At most once: the outcome is unknown, and stays so."""
        if self._policies.at_most_once(activation, frame):
            return TaskErred(
                at, self._seed(), *frame.place, error="Automate.TaskInterrupted", definite=False,
                cause="The worker ended while the call was on its way; whether it took effect is unknown.",
            )
        return TaskTakenOver(at, 0, *frame.place)

    def _swept(self, activation: Activation, now: float, at: float) -> list[Stimulus]:
        """Raises StorageError, but not while calls are running: then the next sweep will find what this one did not."""
        try:
            return self._outbox.swept(activation, now, at)
        except StorageError as error:
            put_off(activation, error, "the children are looked at")
            return []

    def read_inbox(self, owned: Owned, at: float) -> list[Stimulus]:
        """What others said to it (to one that is held: a stop); what was read is deleted after the commit that records
        it.

        Raises StorageError, but not while calls are running: they are not abandoned for that.
        """
        activation = owned.activation
        owned.inbox_read(again_at=self._clock.now() + INBOX_SECONDS)
        try:
            items = notices.read_inbox(self._journal, activation.key)
        except StorageError as error:
            put_off(activation, error, "the inbox is read")
            return []
        stimuli: list[Stimulus] = []
        for item in items:
            if item.id in activation.consumed or (owned.held and item.id != inbox.STOP):
                continue
            stimulus = self._consume(item, activation, at)
            if stimulus is not None:
                stimuli.append(stimulus)
        return stimuli

    def _consume(self, item: InboxItem, activation: Activation, at: float) -> Stimulus | None:
        try:
            if not inbox.ready_to_consume(item, activation.snapshot):
                return None
            stimulus = inbox.stimulus_of(item, at=at, seed=self._seed())
        except StoreCorrupt as error:
            _LOG.error("an inbox item is dropped: %s", error, extra={"execution": activation.key.id})
            activation.consume(item.id)
            return None
        except SchemaTooNew:
            if activation.in_flight:
                return None  # for a newer worker, once these calls are over
            raise
        try:
            stimulus = masked_stimulus(self._masks, activation.plan, activation.snapshot, stimulus)
        except StorageError as error:  # of the secrets
            put_off(activation, error, "an answer is read")
            return None
        activation.consume(item.id)
        return stimulus

    def _answer(self, activation: Activation, answer: Answer, at: float) -> list[Stimulus]:
        call, outcome = answer.ticket.call, answer.outcome
        if not activation.call_ended(call):
            return []  # it was given up already
        if outcome is None:  # not made: its lease was over
            return [TaskTakenOver(at, 0, *call)]
        if isinstance(outcome, TaskSucceeded):
            frame_path, visit, attempt = call
            return [TaskReturned(
                at, self._seed(), frame_path, visit, attempt, outcome.output, outcome.handed_over, outcome.again_in
            )]
        place = (at, self._seed(), *call)
        if isinstance(outcome, TaskGoesOn):
            return [JobGoesOn(*place, again_in=outcome.again_in)]
        frame = activation.snapshot.frames.get(call[0])
        if not outcome.definite and frame is not None and self._policies.at_most_once(activation, frame):
            cause = f"Whether the call took effect is unknown. {outcome.error}: {outcome.cause}"
            return [TaskErred(*place, error="Automate.TaskInterrupted", cause=cause, definite=False)]
        return [TaskErred(
            *place, outcome.error, outcome.cause, outcome.definite, outcome.retryable, outcome.retry_after
        )]

    def too_short(self, owned: Owned, now: float) -> list[Stimulus]:
        """The failure of every task that is to be called, where no worker like this one has the time for a call."""
        activation = owned.activation
        at = max(now, activation.snapshot.last_at)
        cause = (
            f"The worker is given {round(owned.invocation, 1):g} s, and a call needs {LEAST_CALL_SECONDS:g} s beside "
            f"the {LEASE_MARGIN_SECONDS + RESERVE_SECONDS:g} s that are kept for its lease and for letting go. Raise "
            "the time-out of the worker function (automate-STAGE-worker; it is 300 s as deployed)."
        )
        return [
            TaskErred(at, self._seed(), *frame.place, error="Automate.WorkerTooShort", cause=cause, retryable=False)
            for frame in activation.owed.scheduled
        ]

    def _overdue_calls(self, activation: Activation, at: float) -> list[Stimulus]:
        """Calls that hang past their budget: given up, their outcome unknown."""
        return [
            TaskErred(
                at, self._seed(), *frame.place, error="States.Timeout", cause="The call did not end within its time.",
                definite=False,
            )
            for frame in activation.owed.running
            if at >= frame.lease_until - LEASE_MARGIN_SECONDS / 2 and activation.call_ended(frame.place)
        ]
