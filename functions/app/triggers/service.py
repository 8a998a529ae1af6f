"""The parts of triggers (functions.hearing) as the application has them."""

from __future__ import annotations

from urllib.parse import quote

from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.execution import Execution
from engine.durable.lifecycle.executions import Executions
from engine.durable.triggering.alerting import AlertPlace
from engine.durable.triggering.folders import Files, Folders
from engine.durable.triggering.telling import Ways
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import EXECUTION, Subject
from engine.settings import Settings
from engine.triggers.alerts import default_alerts
from functions.app.acts import Recorder, digest
from functions.app.triggers.form_links import FormLinks
from functions.hearing import Hearing, HearingStores, hearing_over


class Triggers:
    """One workspace's. Safe to share between threads."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.listening = hearing.listening
        self.delivering = hearing.delivering
        self.arriving = hearing.arriving
        self.deliveries = hearing.deliveries
        self.states = hearing.states
        self.clock = hearing.clock
        self.workspace = hearing.workspace
        self.ended = hearing.ended
        self.published = hearing.published
        self.schedules = hearing.schedules
        self.links = FormLinks(hearing.states, hearing.clock, hearing.workspace)

    def folders(self, files: Files, source: str, settings: Settings) -> Folders:
        """What watches folders of this machine, for one thread; `source` is who looks, as the audit log names it."""
        return Folders(
            self.listening, self.delivering, self.states, files, self.clock, self.workspace,
            remembered_days=settings.delivery_days, source=source,
        )


def triggers_over(
    stores: HearingStores, settings: Settings, clock: Clock, executions: Executions, audit: Audit,
    published: CatalogPublished, ways: Ways | None = None,
) -> Triggers:
    """Triggers that start through `executions`, whose starts are in the audit log as any other; `ways` are how alerts
    leave."""
    recorder = Recorder(audit, clock)

    def recorded(started: Execution) -> None:
        if started.actor is not None:
            recorder.done(
                "execution.start", settings.workspace, Subject(EXECUTION, started.key.id), started.actor,
                entry_id=f"{started.key.id}#start", at=started.started_at, kept=True, whole=executions.starts_whole,
                after={"version": started.version, "kind": started.kind, "input_digest": digest(started.input)},
            )

    studio = settings.studio_url.rstrip("/") or f"http://127.0.0.1:{settings.port}/studio"
    alerts = AlertPlace(
        default_alerts(settings), lambda execution: f"{studio}/executions/{quote(execution)}", ways or Ways()
    )
    return Triggers(hearing_over(
        stores, settings, clock, executions, published, alerts=alerts, recorded=recorded
    ))
