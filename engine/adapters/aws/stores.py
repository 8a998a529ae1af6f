"""All stores of a deployment: one DynamoDB table, one SQS queue, one S3 bucket."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from engine.adapters.aws.activities import DynamoActivities
from engine.adapters.aws.arrivals.deliveries import DynamoDeliveries
from engine.adapters.aws.arrivals.trigger_states import DynamoTriggerStates
from engine.adapters.aws.at_once import AtOnce, InOrder, InThreads
from engine.adapters.aws.audit_log import DynamoAuditLog, DynamoAuditNotes
from engine.adapters.aws.blobs import S3Blobs
from engine.adapters.aws.catalog_store import DynamoCatalogStore
from engine.adapters.aws.clients import Clients
from engine.adapters.aws.dynamo import Table
from engine.adapters.aws.executions_index import DynamoExecutionsIndex
from engine.adapters.aws.journal import DynamoJournal
from engine.adapters.aws.pauses import DynamoPauses
from engine.adapters.aws.queue import SqsQueue
from engine.adapters.aws.recent import StartedCatalog, StartedPauses
from engine.clock import Clock
from engine.errors import InvalidDocument
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.adapters.aws.erasure.store import DynamoErasure
    from engine.adapters.aws.people.approvals import DynamoApprovals
    from engine.adapters.aws.people.conversations import DynamoConversations
    from engine.adapters.aws.people.views import DynamoViews

THREADS = 16
"""Of a function that reads lists, or sweeps: a list's shards are asked at once, and those of what is due."""


class AwsStores:
    """Made with `AwsStores.from_settings`. No client is made before its first use. `confirmed`: the stage will not
    return to a release before 0.2.0, so that what that one cannot read may be written. `spread_lists` says the same of
    0.2.0. `at_once` is how calls are made that do not need each other's answers. Entries of the audit log are kept for
    `audit_days`; 0 is for ever. Conversations with the copilot expire after `conversation_days`."""

    owner = ""
    """A lease names no process here: time alone ends it."""

    together = None
    """They share no transaction that would cost no more."""

    def __init__(
        self, clients: Clients, *, table: str, queue_url: str, bucket: str, clock: Clock, confirmed: bool = True,
        spread_lists: bool = True, at_once: AtOnce | None = None, audit_days: float = 0.0,
        conversation_days: float = 90.0,
    ) -> None:
        self._conversation_days = conversation_days
        self.clients = clients
        self.blobs = S3Blobs(clients, bucket)
        at_once = at_once or InOrder()
        stored = Table(clients, table, clock, at_once)
        self.journal = DynamoJournal(stored, self.blobs, short_inputs=confirmed, spread_lists=spread_lists)
        self.index = DynamoExecutionsIndex(stored)
        self.queue = SqsQueue(clients, queue_url, at_once)
        self.catalog = DynamoCatalogStore(stored, self.blobs)
        self.audit = DynamoAuditLog(stored, audit_days)
        self.audit_notes = DynamoAuditNotes(stored)
        self.pauses = DynamoPauses(stored)
        self.started_catalog = StartedCatalog(stored, self.blobs, clock)
        self.started_pauses = StartedPauses(stored, clock)
        self.activities = DynamoActivities(stored)
        self.deliveries = DynamoDeliveries(stored, self.blobs, self.journal)
        self.trigger_states = DynamoTriggerStates(stored)
        self._bucket = bucket
        self.stored = stored

    @cached_property
    def approvals(self) -> DynamoApprovals:
        """What Tasks have asked people. Few executions ask."""
        from engine.adapters.aws.people.approvals import DynamoApprovals  # noqa: PLC0415

        return DynamoApprovals(self.stored)

    @cached_property
    def views(self) -> DynamoViews:
        """What people have saved of the list of executions; likewise."""
        from engine.adapters.aws.people.views import DynamoViews  # noqa: PLC0415

        return DynamoViews(self.stored)

    @cached_property
    def conversations(self) -> DynamoConversations:
        """Conversations with the copilot; likewise."""
        from engine.adapters.aws.people.conversations import DynamoConversations  # noqa: PLC0415

        return DynamoConversations(self.stored, self._conversation_days)

    @cached_property
    def erasure(self) -> DynamoErasure:
        """What erases executions that somebody wants erased. Few functions import it."""
        from engine.adapters.aws.erasure.erased_list import ErasedList  # noqa: PLC0415
        from engine.adapters.aws.erasure.store import DynamoErasure  # noqa: PLC0415
        from engine.durable.started import awaited  # noqa: PLC0415

        listed = ErasedList(self.clients, self._bucket)
        return DynamoErasure(self.stored, self.blobs, listed, self.index, partial(awaited, self.journal))

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock, *, threads: int = 1) -> AwsStores:
        """The stores that the settings name. `threads` of them make calls that do not need each other's answers.
        Raises InvalidDocument naming the variable that is not set."""
        named = {
            "AUTOMATE_TABLE": settings.table, "AUTOMATE_QUEUE_URL": settings.queue_url,
            "AUTOMATE_BUCKET": settings.bucket,
        }
        for variable, value in named.items():
            if not value:
                raise InvalidDocument(
                    f"{variable} is not set", where=variable, advice="The deployed stack sets it for its functions."
                )
        clients = Clients(connections=max(10, settings.batch_size, settings.task_threads, threads))
        return cls(
            clients, table=settings.table, queue_url=settings.queue_url, bucket=settings.bucket, clock=clock,
            confirmed=settings.snapshot_schema > 0, spread_lists=settings.spread_lists > 0,
            at_once=InThreads(threads) if threads > 1 else None, audit_days=settings.audit_days,
            conversation_days=settings.copilot_days,
        )

    def is_alive(self, owner: str) -> bool:  # noqa: ARG002 - the other families look at it
        """True: nobody knows of another function's process, so its lease has to end by itself."""
        return True

    def close(self) -> None:
        """Close the connections."""
        self.clients.close()
