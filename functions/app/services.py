"""What the API's routes work with. The deployable hands in a provider: AWS's makes it at the first request, the local
server's has it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

from engine.ports.logs import LogLines, LogQuery
from engine.records import dataclass

if TYPE_CHECKING:
    from connectors.connections.kept import ConnectionSecrets
    from connectors.registry import Registry
    from engine.catalog.catalog import Catalog
    from engine.catalog.heard import Heard
    from engine.clock import Clock
    from engine.durable.lifecycle.activities import Activities
    from engine.durable.lifecycle.erasing import Erasing
    from engine.durable.lifecycle.executions import Executions
    from engine.durable.lifecycle.pausing import Pausing
    from engine.durable.lifecycle.tallying import Tallying
    from engine.durable.worker.sync_start import SyncStarts
    from engine.governance.access_tokens import AccessTokens
    from engine.governance.audit.audit import Audit
    from engine.governance.role_grants import RoleGrants
    from engine.governance.roles import Caller
    from engine.ports.alarms import Alarms
    from engine.ports.logs import ExecutionLogs
    from engine.ports.people.conversations import Conversations
    from engine.ports.people.views import Views
    from engine.ports.queue import WakeQueue
    from engine.ports.retention import Ended, Space
    from engine.ports.secrets import SecretBackend, WritableSecrets
    from engine.ports.tasks import Tasks
    from engine.ports.transfers import Transfers
    from engine.settings import Settings
    from functions.app.access import Refusing
    from functions.app.approvals.answering import Answering
    from functions.app.console_links import ConsoleLinks
    from functions.app.copilot.place import TurnPlace
    from functions.app.reads import Reads
    from functions.app.runs.watching import Watching
    from functions.app.sensitive.gate import Gate
    from functions.app.started_by import StartedBy
    from functions.app.triggers.service import Triggers
    from functions.app.triggers.webhooks import Webhooks

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Place:
    """Where this API runs: `stage` is "local" or a deployment's, `links` are places to look, by name; `console` makes
    links into the AWS console."""

    stage: str
    region: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    console: ConsoleLinks | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """What a data folder takes of its disk; `following` is the execution that retention takes first, and when."""

    space: Space
    following: tuple[Ended, float] | None


class NoLogs:
    """engine.ports.logs.ExecutionLogs where the logs cannot be read from here."""

    def lines(self, query: LogQuery) -> LogLines:  # noqa: ARG002 - the port's shape
        """Nothing, and says that there may be more."""
        return LogLines((), complete=False)


@dataclass(frozen=True, slots=True)
class Services:
    """One workspace's services. Safe to share between threads.

    `open_catalog` gives the one catalog, which only its users import.
    `secret_backends` are asked in order; `secret_store` is where new values go, `connections` are those that it has.
    `caller_of` tells from a request's context (API Gateway's ``requestContext``) and headers who asks, from where, and
    what was granted to them;
    `open_refusing` gives what refuses those who lack a right. `tasks` are what a test of a
    workflow may really call, secrets resolved and outcomes scrubbed; `logs` what workers wrote.
    `open_hiding` gives what hides the sensitive fields of executions, `open_triggers` and `open_webhooks` what arrives
    from outside, `open_erasing` what erases executions, `open_answering` what people are asked.
    `open_tallying` gives what reads the counts of executions, `queue` is that of wakes.
    `open_conversations` gives the store of conversations with the copilot, `open_turn_place` says where
    their turns run.
    `open_tokens` gives the named tokens. `alarms`, `transfers` and `open_grants` (the grants to IAM roles) are None on
    one machine, where `workers` counts the processes that serve the queue, `open_reads` gives what keeps who read what,
    and `storage` looks at the folder. `heard` is what of its AWS account a stage hears.
    `readers` is where the many reads of a list go on, side by side. `watching` holds requests for changes.
    """

    open_catalog: Callable[[], Catalog]
    executions: Executions
    connectors: Registry
    settings: Settings
    secret_backends: Sequence[SecretBackend]
    secret_store: WritableSecrets
    connections: ConnectionSecrets
    caller_of: Callable[[Mapping[str, Any], Mapping[str, str]], Caller]
    open_refusing: Callable[[], Refusing]
    audit: Audit
    pausing: Pausing
    activities: Activities
    sync_starts: SyncStarts
    watching: Watching
    clock: Clock
    tasks: Tasks
    logs: ExecutionLogs
    place: Place
    started_by: StartedBy
    open_hiding: Callable[[], Gate]
    open_triggers: Callable[[], Triggers]
    open_webhooks: Callable[[], Webhooks]
    open_erasing: Callable[[], Erasing]
    open_answering: Callable[[], Answering]
    open_tallying: Callable[[], Tallying]
    open_views: Callable[[], Views]
    queue: WakeQueue
    open_conversations: Callable[[], Conversations]
    open_turn_place: Callable[[], TurnPlace]
    alarms: Alarms | None = None
    transfers: Transfers | None = None
    readers: Executor | None = None
    workers: Callable[[], int] | None = None
    open_tokens: Callable[[], AccessTokens] | None = None
    open_grants: Callable[[], RoleGrants] | None = None
    open_reads: Callable[[], Reads] | None = None
    storage: Callable[[], Storage] | None = None
    heard: Heard | None = None

    @property
    def catalog(self) -> Catalog:
        """Drafts and versions."""
        return self.open_catalog()

    @property
    def hiding(self) -> Gate:
        """What hides sensitive fields."""
        return self.open_hiding()

    @property
    def tallying(self) -> Tallying:
        """What reads the counts of executions, and a job has them counted by."""
        return self.open_tallying()

    def each(self, read: Callable[[_Item], _Found], items: Sequence[_Item]) -> list[_Found]:
        """`read` of each item, in order; side by side where each read is a request (AWS)."""
        if self.readers is None or len(items) < 2:
            return [read(item) for item in items]
        return list(self.readers.map(read, items))
