"""What a committed snapshot owes others than its own task calls, performed where the execution would park.

    child executions     started, joined, stopped          engine.durable.worker.map_run_driver
    work items           offered, looked at, withdrawn     engine.durable.worker.activity_offers
    jobs                 stopped                           here

Everything may be done twice. What came of it is fed and committed in the next round.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from engine.durable.activation import Activation
from engine.durable.worker.activity_offers import ActivityOffers
from engine.durable.worker.map_run_driver import MapRuns
from engine.kernel.snapshot import Snapshot
from engine.kernel.stimulus import ChildrenStopped, Stimulus
from engine.ports.tasks import TaskCall, TaskFailed, Tasks

_LOG = logging.getLogger(__name__)

STOP_SECONDS = 5.0
"""How long stopping a job may keep the loop."""


class Outbox:
    """Methods raise StorageError."""

    def __init__(self, map_runs: MapRuns, offers: ActivityOffers, tasks: Tasks) -> None:
        self._map_runs = map_runs
        self._offers = offers
        self._tasks = tasks

    def owes(self, activation: Activation) -> bool:
        """Whether `perform` has something to do."""
        return bool(
            self._map_runs.owes(activation) or activation.owed.stops or self._offers.owes(activation)
        )

    def perform(self, activation: Activation, at: float) -> list[Stimulus]:
        """Do what the committed snapshot owes; answers what has to be recorded of it."""
        stimuli = self._offers.perform(activation, at)
        if activation.owed.stops:
            self.stop_jobs(activation.snapshot)
        stimuli += self._map_runs.perform(activation, at)
        owed = activation.owed
        if owed.stops and not owed.abandoned:
            stimuli.append(ChildrenStopped(at=at))
        return stimuli

    def swept(self, activation: Activation, now: float, at: float) -> list[Stimulus]:
        """What the headers and work items say whose sweep is due."""
        return self._map_runs.swept(activation, now, at) + self._offers.swept(activation, now, at)

    def close(self, activation: Activation) -> None:
        """The execution has closed: nothing of it waits for a worker, no job runs on. Before its header says so."""
        self._offers.withdraw(activation)
        self.stop_jobs(activation.snapshot)

    def stop_jobs(self, snapshot: Snapshot) -> None:
        """Stop every job that nobody waits for any more, and end what was handed over. As AWS does it: once, as well as
        it goes."""
        facts = snapshot.facts
        for stop in snapshot.stops:
            self.stop_job(TaskCall(
                resource=stop["resource"], arguments=stop["arguments"], workspace=facts.workspace,
                execution_id=facts.execution_id, workflow=facts.workflow, version=facts.version, state=stop["state"],
                attempt=stop["attempt"], idempotency_key=stop["key"], budget_seconds=STOP_SECONDS,
                credentials=stop["credentials"], job=stop["job"], answered=stop.get("answered"),
                secret_refs=tuple((pointer, key) for pointer, key in stop.get("secrets", ())),
            ))

    def stop_job(self, call: TaskCall) -> None:
        """Tell AWS to stop the job that `call` names."""
        outcome = self._tasks.call(replace(call, budget_seconds=STOP_SECONDS, stops_job=True))
        if isinstance(outcome, TaskFailed):
            _LOG.warning(
                "a job may go on running: %s %s", outcome.error, outcome.cause,
                extra={"execution": call.execution_id, "state": call.state},
            )
