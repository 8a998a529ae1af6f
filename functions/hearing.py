"""What starts executions on a stage without being asked through the API: for the sweeper, whose tick starts schedules,
and the listener, which reads what arrives.

Who starts is in the execution's header, so the audit log is sealed from there: nothing of the application is needed.
Whether a connector is here is not asked either, for it is the worker's to have: an execution whose connector is missing
is PAUSED, as one is whose connector went away.
"""

from __future__ import annotations

from urllib.parse import quote

from engine.adapters.aws.stores import AwsStores
from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.alerting import Alerting, AlertPlace
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.ends import Ended
from engine.durable.triggering.listening import Listening
from engine.durable.triggering.matching import Arriving
from engine.durable.triggering.schedules import Schedules
from engine.durable.triggering.watching import Watched
from engine.language.expr import limits
from engine.settings import Settings


class Hearing:
    """Over the stores of a stage."""

    def __init__(self, stores: AwsStores, settings: Settings, clock: Clock) -> None:
        limits.apply(settings)
        self._published = published = CatalogPublished(stores.started_catalog)
        self._catalog = stores.catalog
        self._deliveries = stores.deliveries
        self._executions = executions = Executions(
            journal=stores.journal, index=stores.index, queue=stores.queue, published=published, clock=clock,
            settings=settings, pauses=stores.started_pauses,
            budgets=Budgets(stores.trigger_states, stores.index, clock),
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

    def telling(self, studio: str) -> tuple[Ended, Watched]:
        """What ends are told to, and who listens for them, for one thread; `studio` is what links in alerts begin
        with. No webhook is called: connectors are the workers' to have."""
        watched = Watched(self._catalog, self._published, self._clock, self._workspace)
        alerting = Alerting(
            published=self._published, alerts=watched.alerts, delivering=self._delivering, states=self._states,
            page=self._executions.page, clock=self._clock, workspace=self._workspace,
            place=AlertPlace((), None, lambda name: f"{studio.rstrip('/')}/executions/{quote(name)}"),
        )
        return Ended(
            listening=self._listening, delivering=self._delivering, deliveries=self._deliveries,
            executions=self._executions, published=self._published, clock=self._clock, alerting=alerting,
        ), watched

    def schedules(self, source: str) -> Schedules:
        """What starts schedules, for one thread; `source` is who looks, as the audit log names it."""
        return Schedules(self._listening, self._delivering, self._states, self._clock, self._workspace, source=source)
