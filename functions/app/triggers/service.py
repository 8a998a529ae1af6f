"""The parts of triggers over the stores of one place."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.alerting import Alerting, AlertPlace
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.ends import Ended
from engine.durable.triggering.folders import Files, Folders
from engine.durable.triggering.listening import Listening
from engine.durable.triggering.matching import Arriving
from engine.durable.triggering.schedules import Schedules
from engine.durable.triggering.watching import Watched
from engine.governance.audit import Audit
from engine.governance.audit_entry import EXECUTION, Subject
from engine.ports.catalog_store import CatalogStore
from engine.ports.deliveries import Deliveries, TriggerStates
from engine.ports.tasks import Tasks
from engine.records import dataclass
from engine.settings import Settings
from engine.triggers.alerts import default_alerts
from functions.app.acts import Recorder, digest
from functions.app.triggers.form_links import FormLinks

Json = Any


class TriggerStores(Protocol):
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
class Triggers:
    """One workspace's. Safe to share between threads."""

    listening: Listening
    delivering: Delivering
    arriving: Arriving
    deliveries: Deliveries
    states: TriggerStates
    clock: Clock
    workspace: str
    ended: Ended
    links: FormLinks
    published: CatalogPublished

    def schedules(self, source: str) -> Schedules:
        """What starts schedules, for one thread; `source` is who looks, as the audit log names it."""
        return Schedules(
            self.listening, self.delivering, self.states, self.clock, self.workspace, source=source
        )

    def folders(self, files: Files, source: str, settings: Settings) -> Folders:
        """What watches folders of this machine, for one thread; likewise."""
        return Folders(
            self.listening, self.delivering, self.states, files, self.clock, self.workspace,
            remembered_days=settings.delivery_days, source=source,
        )


def triggers_over(
    stores: TriggerStores, settings: Settings, clock: Clock, executions: Executions, audit: Audit,
    published: CatalogPublished, tasks: Tasks | None = None,
) -> Triggers:
    """Triggers that start through `executions`, whose starts are in the audit log as any other."""
    recorder = Recorder(audit, clock)

    def recorded(started: Execution) -> None:
        if started.actor is not None:
            recorder.done(
                "execution.start", settings.workspace, Subject(EXECUTION, started.key.id), started.actor,
                entry_id=f"{started.key.id}#start", at=started.started_at, kept=True, whole=executions.starts_whole,
                after={"version": started.version, "kind": started.kind, "input_digest": digest(started.input)},
            )

    listening = Listening(stores.catalog, published, clock, settings.workspace)
    delivering = Delivering(
        executions=executions, deliveries=stores.deliveries, states=stores.trigger_states, clock=clock,
        settings=settings, recorded=recorded,
    )
    default = default_alerts(settings)
    watched = Watched(stores.catalog, published, clock, settings.workspace, default)
    alerting = Alerting(
        published=published, alerts=watched.alerts, delivering=delivering, states=stores.trigger_states,
        page=executions.page, clock=clock, workspace=settings.workspace,
        place=AlertPlace(
            default, tasks, lambda name: f"{_studio(settings)}/executions/{quote(name)}", "connector:http:request"
        ),
    )
    return Triggers(
        listening, delivering, Arriving(listening, delivering, clock), stores.deliveries, stores.trigger_states, clock,
        settings.workspace, Ended(
            listening=listening, delivering=delivering, deliveries=stores.deliveries, executions=executions,
            published=published, clock=clock, alerting=alerting,
        ), FormLinks(stores.trigger_states, clock, settings.workspace), published,
    )


def _studio(settings: Settings) -> str:
    return settings.studio_url.rstrip("/") or f"http://127.0.0.1:{settings.port}/studio"
