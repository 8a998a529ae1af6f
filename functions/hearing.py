"""What starts executions without being asked through the API: schedules, what arrives, how executions end, and alerts.
Put together here for every deployable: the application, the sweeper, whose tick starts schedules, and the listener.

On a stage who starts is in the execution's header, so the audit log is sealed from there: nothing of the application is
needed. Whether a connector is here is not asked there either, for it is the worker's to have: an execution whose
connector is missing is PAUSED, as one is whose connector went away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.execution import Execution
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
from engine.ports.catalog_store import CatalogStore
from engine.ports.deliveries import Deliveries, TriggerStates
from engine.records import dataclass
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.adapters.aws.stores import AwsStores


class HearingStores(Protocol):
    """What of a place's stores triggers work with."""

    @property
    def catalog(self) -> CatalogStore:
        """Drafts and versions."""

    @property
    def deliveries(self) -> Deliveries:
        """What arrived."""

    @property
    def trigger_states(self) -> TriggerStates:
        """How far each trigger has looked."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One workspace's. Safe to share between threads, except `ended` where alerts are told."""

    listening: Listening
    delivering: Delivering
    arriving: Arriving
    deliveries: Deliveries
    states: TriggerStates
    clock: Clock
    workspace: str
    watched: Watched
    ended: Ended
    published: CatalogPublished

    def schedules(self, source: str) -> Schedules:
        """What starts schedules, for one thread; `source` is who looks, as the audit log names it."""
        return Schedules(
            self.listening, self.delivering, self.states, self.clock, self.workspace, source=source
        )


def hearing_over(
    stores: HearingStores, settings: Settings, clock: Clock, executions: Executions, published: CatalogPublished, *,
    alerts: AlertPlace, recorded: Callable[[Execution], None] = lambda _started: None,
) -> Hearing:
    """The parts over the stores of one place, which start through `executions`; `recorded` is told of each start."""
    states, workspace = stores.trigger_states, settings.workspace
    listening = Listening(stores.catalog, published, clock, workspace)
    delivering = Delivering(
        executions=executions, deliveries=stores.deliveries, states=states, clock=clock, settings=settings,
        recorded=recorded,
    )
    watched = Watched(stores.catalog, published, clock, workspace, alerts.default)
    alerting = Alerting(
        published=published, alerts=watched.alerts, delivering=delivering, states=states, page=executions.page,
        clock=clock, workspace=workspace, place=alerts,
    )
    ended = Ended(
        listening=listening, delivering=delivering, deliveries=stores.deliveries, executions=executions,
        published=published, clock=clock, alerting=alerting,
    )
    return Hearing(
        listening, delivering, Arriving(listening, delivering, clock), stores.deliveries, states, clock, workspace,
        watched, ended, published,
    )


def hearing_of_a_stage(
    stores: AwsStores, settings: Settings, clock: Clock, alerts: AlertPlace | None = None
) -> Hearing:
    """The same over the stores of a stage, for a function that is not the API; `alerts` for the one that tells them."""
    limits.apply(settings)
    published = CatalogPublished(stores.started_catalog)
    executions = Executions(
        journal=stores.journal, index=stores.index, queue=stores.queue, published=published, clock=clock,
        settings=settings, pauses=stores.started_pauses,
        budgets=Budgets(stores.trigger_states, stores.index, clock),
    )
    return hearing_over(stores, settings, clock, executions, published, alerts=alerts or AlertPlace())
