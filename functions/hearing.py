"""What starts executions on a stage without being asked through the API: for the sweeper, whose tick starts schedules,
and the listener, which reads what arrives.

Who starts is in the execution's header, so the audit log is sealed from there: nothing of the application is needed.
Whether a connector is here is not asked either, for it is the worker's to have: an execution whose connector is missing
is PAUSED, as one is whose connector went away.
"""

from __future__ import annotations

from engine.adapters.aws.stores import AwsStores
from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.listening import Listening
from engine.durable.triggering.matching import Arriving
from engine.durable.triggering.schedules import Schedules
from engine.language.expr import limits
from engine.settings import Settings


class Hearing:
    """Over the stores of a stage."""

    def __init__(self, stores: AwsStores, settings: Settings, clock: Clock) -> None:
        limits.apply(settings)
        published = CatalogPublished(stores.started_catalog)
        executions = Executions(
            journal=stores.journal, index=stores.index, queue=stores.queue, published=published, clock=clock,
            settings=settings, pauses=stores.started_pauses,
        )
        self._states = stores.trigger_states
        self._clock = clock
        self._workspace = settings.workspace
        self._listening = Listening(stores.catalog, published, clock, settings.workspace)
        self._delivering = Delivering(
            executions=executions, deliveries=stores.deliveries, states=self._states, clock=clock, settings=settings
        )

    def arriving(self) -> Arriving:
        """What events and messages are handed to. Safe to share between threads."""
        return Arriving(self._listening, self._delivering, self._clock)

    def schedules(self, source: str) -> Schedules:
        """What starts schedules, for one thread; `source` is who looks, as the audit log names it."""
        return Schedules(self._listening, self._delivering, self._states, self._clock, self._workspace, source=source)
