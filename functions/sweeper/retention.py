"""Retention on AWS: what the table's stream says has come to the end of its term is deleted.

    a closing segment's TTL ──► DynamoDB deletes it ──► the stream ──► its execution is taken (adapters.aws.retention)
    {"walk": {"workspace", "before"}} ──► so is what the stream does not tell of: what ended before there were terms,
                                          and what an outage of a day has lost

A batch that comes again finds less to do. Once a day a tick looks at each workflow's old versions.
"""

from __future__ import annotations

import logging
import os
from functools import cache, partial
from typing import Any
from zlib import crc32

from engine.adapters.aws import items
from engine.adapters.aws.erasure.old_versions import DynamoOldVersions
from engine.adapters.aws.retention import DynamoRetention, Unfinished
from engine.adapters.aws.stores import AwsStores
from engine.catalog.published import CatalogPublished
from engine.clock import Clock, SystemClock
from engine.durable.retention import VERSIONS_KEPT, Retention
from engine.durable.started import awaited
from engine.errors import NotFound, StorageError, StoreCorrupt
from engine.governance.audit.entry import parse_time, written_time
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import DEFAULT_WORKSPACE, ExecutionKey
from engine.settings import Settings

Json = Any

_LOG = logging.getLogger(__name__)

RESERVE_SECONDS = 10.0
"""Before the function's end nothing more is begun."""

HOURS = 24
"""In one of so many each workflow has its turn."""


class Retaining:
    """`taken` counts the executions, so far. Not to be used by two threads at once."""

    def __init__(self, stores: AwsStores, clock: Clock, retention: Retention) -> None:
        self.clock = clock
        self.taken = 0
        self._journal = stores.journal
        self._index = stores.index
        self._store = DynamoRetention(stores.stored, stores.blobs, partial(awaited, stores.journal))
        self._published = CatalogPublished(stores.catalog)
        self._retention = retention

    def records(self, records: list[Json], deadline: float) -> dict[str, Json]:
        """Take the executions of a batch of the stream; answers from which record on it has to come again. One that is
        damaged stays: it would keep all that comes behind it."""
        for record in records:
            pk, sk = (record["dynamodb"]["Keys"][name]["S"] for name in ("pk", "sk"))
            key = items.key_of(pk)
            try:
                if sk == items.TERM:
                    self._store.put_off(key)
                self.taken += self._store.take(key, deadline=deadline)
            except StoreCorrupt as error:
                _LOG.error("not taken: %s", error, extra={"execution": key.id})
            except (StorageError, Unfinished) as error:
                _LOG.warning("taken later: %s", error, extra={"execution": key.id})
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        return {"batchItemFailures": []}

    def walk(self, asked: Json, deadline: float) -> dict[str, Json]:
        """Go through the list of executions that started before `before`, and take those whose term is over. Answers
        ``{"looked", "taken", "next"}``; `next`, where there is more, is the walk to ask for next."""
        workspace, before = asked.get("workspace", DEFAULT_WORKSPACE), asked.get("before")
        until = self.clock.now() if before is None else parse_time(before, where="before")
        looked, was, reached = 0, self.taken, until
        for key in self._index.keys(ExecutionQuery(workspace, started_before=until)):
            if self.clock.now() >= deadline:
                following = {"workspace": workspace, "before": written_time(reached)}
                return {"looked": looked, "taken": self.taken - was, "next": following}
            since, started_at = self._since(key)
            try:
                self.taken += self._store.take(key, since=since, deadline=deadline)
            except StoreCorrupt as error:
                _LOG.error("not taken: %s", error, extra={"execution": key.id})
            except Unfinished:
                continue
            looked, reached = looked + 1, reached if started_at is None else started_at
        return {"looked": looked, "taken": self.taken - was, "next": None}

    def _since(self, key: ExecutionKey) -> tuple[float | None, float | None]:
        """When one that says nothing of its term was to be taken, and when it started; None where that is not known, or
        it goes with its parent, which is still there."""
        header = self._journal.header(key)
        if header is None:
            return None, None
        if header.status in OPEN_STATUSES:
            return None, header.started_at
        parent = header.parent
        if parent is not None and parent.waits:
            is_there = self._journal.header(ExecutionKey(key.workspace, parent.execution_id)) is not None
            return None if is_there else header.ended_at, header.started_at
        try:
            own = self._published.numbered(key.workspace, header.workflow, header.version).retention_days
        except NotFound:
            own = None
        return self._retention.kept_until(header.status, header.ended_at, own), header.started_at


class OldVersions:
    """Deletes versions that nothing refers to, once the term of their workflow is over."""

    def __init__(self, stores: AwsStores, clock: Clock, retention: Retention) -> None:
        self._catalog = stores.catalog
        self._published = CatalogPublished(stores.catalog)
        self._store = DynamoOldVersions(stores.stored, stores.catalog, stores.index)
        self._clock = clock
        self._retention = retention

    def look(self, workspace: str, hour: int) -> int:
        """Look at the workflows whose turn it is in this hour of 24; how many versions were deleted. Raises
        StorageError."""
        deleted = 0
        for row in self._catalog.workflows(workspace):
            if row.latest_version <= VERSIONS_KEPT or crc32(row.workflow.encode()) % HOURS != hour % HOURS:
                continue
            active = self._published.active(workspace, row.workflow)
            term = self._retention.kept_until("SUCCEEDED", 0.0, None if active is None else active.retention_days)
            if term is not None:
                before = self._clock.now() - term
                deleted += self._store.old_versions(workspace, row.workflow, before, VERSIONS_KEPT)
        return deleted


@cache
def retaining() -> Retaining:
    """Over the stores that the environment names, made when first asked."""
    clock, settings = SystemClock(), Settings.from_environment(os.environ)
    return Retaining(AwsStores.from_settings(settings, clock), clock, Retention.of(settings))
