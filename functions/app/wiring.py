"""The application over the stores of one place: the same for a stage, a data folder and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol

from connectors.registry import default_registry
from engine.catalog.published import CatalogPublished
from engine.clock import Clock
from engine.durable.lifecycle.activities import LONGEST_POLL_SECONDS, Activities
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.lifecycle.pausing import Pausing
from engine.durable.worker.sync_start import SyncStarts
from engine.errors import Diagnostic
from engine.governance.audit.audit import Audit
from engine.governance.audit.beside import Beside
from engine.governance.roles import Caller
from engine.ports.activities import ActivityStore
from engine.ports.audit_log import AuditLog, AuditNotes
from engine.ports.catalog_store import CatalogStore
from engine.ports.deliveries import Deliveries, TriggerStates
from engine.ports.executions_index import ExecutionsIndex
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey
from engine.ports.logs import ExecutionLogs
from engine.ports.pauses import Pauses
from engine.ports.published import PublishedVersion
from engine.ports.queue import WakeQueue
from engine.ports.secrets import SecretBackend, WritableSecrets
from engine.ports.tasks import Tasks
from engine.ports.transactions import Together, one_by_one
from engine.settings import Settings
from functions.app.runs.watching import Watching
from functions.app.services import Place, Services
from functions.app.started_by import StartedBy
from functions.task_chain import TaskChain

if TYPE_CHECKING:
    from engine.catalog.catalog import Catalog
    from engine.catalog.document import WorkflowDocument
    from engine.catalog.heard import Heard
    from engine.durable.lifecycle.erasing import Erasing
    from engine.durable.lifecycle.tallying import Tallying
    from engine.durable.triggering.telling import Run
    from engine.durable.worker.worker import Worker
    from engine.ports.erasure import Erasure, ErasureStore
    from engine.ports.people.approvals import Approvals
    from engine.ports.people.conversations import ConversationKey, Conversations
    from engine.ports.people.views import Views
    from functions.app.access import Refusing
    from functions.app.approvals.answering import Answering
    from functions.app.copilot.place import TurnPlace
    from functions.app.sensitive.gate import Gate
    from functions.app.triggers.service import Triggers
    from functions.app.triggers.webhooks import Webhooks


class Stores(Protocol):
    """All stores of one place: engine.adapters.{aws,local}.stores, and those in memory of the tests."""

    @property
    def owner(self) -> str:
        """The name of this process in leases; empty where leases name none."""

    def is_alive(self, owner: str) -> bool:
        """Whether the process that a lease names still runs, as far as this place can tell."""
        ...

    @property
    def journal(self) -> Journal:
        """What executions have done."""

    @property
    def index(self) -> ExecutionsIndex:
        """The list of executions."""

    @property
    def queue(self) -> WakeQueue:
        """Wakes."""

    @property
    def catalog(self) -> CatalogStore:
        """Drafts and versions."""

    @property
    def audit(self) -> AuditLog:
        """Who did what."""

    @property
    def audit_notes(self) -> AuditNotes | None:
        """Where entries are put until they are sealed; None: they go to the log at once."""

    @property
    def pauses(self) -> Pauses:
        """What is paused."""

    @property
    def deliveries(self) -> Deliveries:
        """What arrived at triggers."""

    @property
    def trigger_states(self) -> TriggerStates:
        """How far each trigger has looked."""

    @property
    def activities(self) -> ActivityStore:
        """Activities, and the tasks that wait for their workers."""

    @property
    def approvals(self) -> Approvals:
        """What Tasks have asked people."""

    @property
    def conversations(self) -> Conversations:
        """Conversations with the copilot."""

    @property
    def views(self) -> Views:
        """What people have saved of the list of executions."""

    @property
    def erasure(self) -> ErasureStore:
        """What is erased, whatever its term says."""

    @property
    def together(self) -> Together | None:
        """One transaction over all of them; None where each writes by itself."""


def audit_over(stores: Stores, clock: Clock) -> Audit:
    """The audit log, beside the executions that it tells of."""
    notes = stores.audit_notes
    return Audit(stores.audit, clock, beside=Beside(stores.index, stores.journal, clock, notes), notes=notes)


def services_over(
    stores: Stores, settings: Settings, clock: Clock, chain: TaskChain, audit: Audit, *, budgets: Budgets,
    new_worker: Callable[[], Worker], secret_backends: Sequence[SecretBackend], secret_store: WritableSecrets,
    caller_of: Callable[[Mapping[str, Any], Mapping[str, str]], Caller], logs: ExecutionLogs, place: Place,
    startable: Callable[[PublishedVersion], None], longest_poll: float = LONGEST_POLL_SECONDS, most_waiting: int = 1000,
    published: CatalogPublished | None = None, starts_pauses: Pauses | None = None, heard: Heard | None = None,
    erases_at_once: bool = True, forget: Callable[[Sequence[str]], None] = lambda _names: None,
    run_command: Run | None = None, most_watching: int = 0, room: Callable[[], None] = lambda: None,
    hand_over_turn: Callable[[ConversationKey], None] | None = None,
) -> Services:
    """The services. `new_worker` makes a worker for a synchronous start, `startable` is asked of each version before it
    is started, `room` before anything begins; `budgets` are the process's; `longest_poll` and `most_waiting` are those
    of Activities. `published` and `starts_pauses` are what starts read, where that is not the stores' own. `heard` is
    what triggers hear there, None: everything. `erases_at_once`: who asks for an erasure does all of it; `forget`
    blanks what logs say of executions, by their ids, and of actors. `run_command` runs commands of alerts, None: none
    is run. `most_watching` requests for changes are held at once. `hand_over_turn` has a turn of the copilot run
    elsewhere; None: it runs in a thread of this process.
    What only one place has (`alarms`, `transfers`, `readers`, `workers`) it adds itself."""
    @cache
    def catalog() -> Catalog:
        from engine.catalog.alerts import AlertTargets  # noqa: PLC0415  the documents' models, and pydantic for them
        from engine.catalog.catalog import Catalog  # noqa: PLC0415

        return Catalog(
            stores.catalog, clock, tasks=chain.tasks, task_max_seconds=settings.task_max_seconds, heard=heard,
            alert_targets=(
                AlertTargets.of_a_stage(settings) if heard is not None else AlertTargets.here(settings, _refusal_of)
            ),
            secrets=partial(_ungranted, secret_backends, chain.tasks, settings.workspace),
            secrets_missing=partial(_secrets_missing, secret_backends, chain.tasks, settings.workspace),
        )

    @cache
    def refusing() -> Refusing:
        from functions.app.access import Refusing  # noqa: PLC0415  most processes refuse nobody

        return Refusing(audit, clock)

    @cache
    def hiding() -> Gate:
        from functions.app.sensitive.gate import Gate  # noqa: PLC0415  what shows no execution does not need it
        from functions.app.sensitive.reveals import Reveals  # noqa: PLC0415

        return Gate(versions, executions, Reveals(audit, clock))

    @cache
    def triggers() -> Triggers:
        from engine.durable.triggering.telling import Ways  # noqa: PLC0415  few requests arrive at a trigger
        from functions.app.triggers.service import triggers_over  # noqa: PLC0415

        return triggers_over(stores, settings, clock, executions, audit, versions, Ways(
            chain.tasks, "connector:http:request", run_command
        ))

    @cache
    def webhooks() -> Webhooks:
        from functions.app.triggers.refusals import WebhookRefusals  # noqa: PLC0415  likewise
        from functions.app.triggers.webhooks import Webhooks  # noqa: PLC0415

        return Webhooks(
            secret_backends, WebhookRefusals(clock), clock, settings.workspace, settings.max_input_bytes
        )

    @cache
    def erasing() -> Erasing:
        from engine.durable.lifecycle.erasing import Erasing  # noqa: PLC0415  likewise
        from engine.durable.triggering.erased_alerts import forget_alerts  # noqa: PLC0415
        from engine.governance.audit.erasing import erase_entries  # noqa: PLC0415
        from engine.governance.nameless import Places  # noqa: PLC0415

        def told(erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
            forget([key.id for key in keys])
            stores.deliveries.erase(keys)
            forget_alerts(stores.trigger_states, keys)
            stores.approvals.erase(keys)
            if erases_at_once:  # else when they are sealed
                erase_entries(audit, erasure, [key.id for key in keys])

        def nameless(workspace: str, pseudonyms: Sequence[str]) -> None:
            forget(audit.actors.names(workspace, pseudonyms))
            Places(
                stores.catalog, stores.pauses, stores.trigger_states, stores.approvals, secret_store
            ).forget(audit.actors, workspace, pseudonyms)

        return Erasing(
            stores.erasure, stores.journal, stores.index, clock, header_of=executions.header, told=told,
            forget=nameless, views=lambda: stores.views, at_once=erases_at_once,
        )

    versions = published or CatalogPublished(stores.catalog)
    executions = Executions(
        journal=stores.journal, index=stores.index, queue=stores.queue, published=versions, clock=clock,
        settings=settings, pauses=starts_pauses or stores.pauses, masks=chain.masks, startable=startable,
        room=room, together=stores.together or one_by_one, budgets=budgets, is_alive=stores.is_alive,
        policy=chain.tasks.policy,
    )
    return Services(
        open_catalog=catalog,
        executions=executions, connectors=default_registry, settings=settings, secret_backends=secret_backends,
        secret_store=secret_store, connections=chain.connections, caller_of=caller_of, open_refusing=refusing,
        audit=audit,
        pausing=Pausing(stores.pauses, stores.index, stores.queue, clock),
        activities=Activities(
            store=stores.activities, journal=stores.journal, queue=stores.queue, clock=clock,
            longest_poll=longest_poll, most_waiting=most_waiting,
        ),
        sync_starts=SyncStarts(executions, new_worker, clock), watching=Watching(clock, most_watching), clock=clock,
        tasks=chain.tasks, logs=logs, place=place,
        started_by=StartedBy(audit), open_hiding=hiding, open_triggers=triggers, open_webhooks=webhooks,
        open_erasing=erasing, heard=heard,
        open_tallying=cache(partial(_tallying, stores, settings, clock, live=erases_at_once)), queue=stores.queue,
        open_answering=_answering(stores, executions, clock, settings.workspace), open_views=lambda: stores.views,
        open_conversations=lambda: stores.conversations,
        open_turn_place=cache(partial(_turn_place, stores, hand_over_turn)),
    )


def _tallying(stores: Stores, settings: Settings, clock: Clock, *, live: bool) -> Tallying:
    from engine.durable.lifecycle.tallying import Tallying  # noqa: PLC0415  few requests read counts

    return Tallying(stores.index, clock, settings.workspace, live=live)


def _turn_place(stores: Stores, hand_over: Callable[[ConversationKey], None] | None) -> TurnPlace:
    from functions.app.copilot.place import TurnPlace  # noqa: PLC0415  few processes run turns

    return TurnPlace(stores.owner or f"process-{token_hex(4)}", stores.is_alive, hand_over)


def _answering(
    stores: Stores, executions: Executions, clock: Clock, workspace: str
) -> Callable[[], Answering]:
    @cache
    def answering() -> Answering:
        from functions.app.approvals.answering import Answering  # noqa: PLC0415  few requests answer

        return Answering(stores.approvals, stores.journal, executions, clock, workspace)

    return answering


def _refusal_of(url: str) -> str | None:
    from connectors.egress.foreseeing import refusal_of  # noqa: PLC0415  few documents have alerts

    return refusal_of(url)


def _ungranted(
    backends: Sequence[SecretBackend], tasks: Tasks, workspace: str, document: WorkflowDocument
) -> list[Diagnostic]:
    from functions.app.secret_uses import connection_problems, ungranted  # noqa: PLC0415  few requests check a document

    return [
        *connection_problems(document, backends, workspace, tasks), *ungranted(document, backends, workspace),
    ]


def _secrets_missing(
    backends: Sequence[SecretBackend], tasks: Tasks, workspace: str, document: WorkflowDocument
) -> list[Diagnostic]:
    from functions.app.secret_uses import secrets_not_there  # noqa: PLC0415  likewise

    return list(secrets_not_there(document, backends, workspace, tasks))
