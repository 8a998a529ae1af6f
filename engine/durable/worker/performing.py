"""After a commit: the calls whose intents are durable are made, what was read from the inbox is deleted."""

from __future__ import annotations

import logging

from engine.clock import Clock
from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation, StartedCall
from engine.durable.poison import Poison
from engine.durable.worker.admission import Admission
from engine.durable.worker.calls import CallPool, Ticket
from engine.durable.worker.late_answers import LateAnswers
from engine.durable.worker.orphaned_jobs import OrphanedJobs
from engine.durable.worker.owned import Owned
from engine.durable.worker.parking import Parking
from engine.durable.worker.policies import Policies
from engine.errors import StorageError
from engine.kernel import effects
from engine.ports.journal import Segment

_LOG = logging.getLogger(__name__)


class Performing:
    """What a committed segment lets the worker do."""

    def __init__(
        self, *, calls: CallPool, policies: Policies, jobs: OrphanedJobs, late: LateAnswers, parking: Parking,
        poison: Poison, admission: Admission, clock: Clock,
    ) -> None:
        self._calls = calls
        self._policies = policies
        self._jobs = jobs
        self._late = late
        self._parking = parking
        self._poison = poison
        self._admission = admission
        self._clock = clock

    def perform(self, owned: Owned, segment: Segment) -> None:
        """`segment` is durable."""
        activation = owned.activation
        calls = activation.committed(segment)
        self._note_progress(activation)  # before a call that may kill this process
        for call in calls:
            self.make(activation, call)
        self._parking.delete_consumed(activation)

    def make(self, activation: Activation, call: StartedCall) -> None:
        """The intent may be older than this moment, by a commit that was tried again: the call ends when it said."""
        frame = activation.snapshot.frames[call.place[0]]
        ticket = Ticket(activation.key, activation.nonce, call.place)
        end = call.lease_until - LEASE_MARGIN_SECONDS / 2
        budget = min(call.budget_seconds, max(end - self._clock.now(), 0.0))
        task = effects.task_call(activation.plan, activation.snapshot, frame, budget_seconds=budget)
        self._jobs.expect(ticket, task, activation, frame)
        if not activation.express:
            self._late.expect(ticket, call)
        self._calls.submit(ticket, task, end, computes=self._policies.computes(task))

    def _note_progress(self, activation: Activation) -> None:
        """An execution that gets on has no strikes any more."""
        if activation.header.strikes <= 0 or activation.suspected:
            return
        try:
            activation.header_stored(self._poison.progressed(activation.header, activation.seq))
        except StorageError as error:
            _LOG.warning("its strikes are taken back later: %s", error, extra={"execution": activation.key.id})
        else:
            self._admission.forget_charge(activation.key)
