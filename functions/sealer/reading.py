"""What the table's stream says for the audit log: a record of it becomes the entries that it makes.

    a header that names its actor      execution.start, as the API would have told it
    a segment that is marked           the engine's entries of its events
    a note                             the entry that somebody put down
    a header that was closed           no entry: an end, which is counted

Whatever tells the same again makes the same entries: same ids, same times. A record is no more than a hint of what lies
in the table, so the same entries can be made from there when the stream has forgotten (`refilled`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.adapters.aws import items
from engine.adapters.aws.audit_log import NOTES
from engine.adapters.aws.bodies import body_of
from engine.adapters.aws.dynamo import Item, streamed
from engine.governance.audit.engine import start_entry
from engine.governance.audit.entry import AuditEntry, noted
from engine.ports.blobs import BlobStore
from engine.ports.ends import End
from engine.ports.journal import Journal
from engine.ports.keys import ExecutionKey
from functions.engine_audit import EngineEntries

Json = Any


class StreamReader:
    """`entries` are what segments say. Raises StorageError where a body or an earlier event cannot be read."""

    def __init__(self, journal: Journal, blobs: BlobStore, entries: EngineEntries) -> None:
        self._journal = journal
        self._blobs = blobs
        self._entries = entries

    def read(self, record: Json) -> list[AuditEntry]:
        """The entries that a record of the stream makes; none for one that says nothing to the log, as of a change."""
        if record["eventName"] != "INSERT":
            return []
        item = streamed(record["dynamodb"].get("NewImage", {}))
        pk, sk = item.get("pk", ""), item.get("sk", "")
        if pk.startswith(NOTES):
            return [noted(item["body"])]
        if sk == items.HEADER and items.ACTOR in item:
            return start_entry(items.header_of(item))
        if items.AUDITED in item:
            return self._segment(items.key_of(pk), item)
        return []

    @staticmethod
    def end(record: Json) -> End | None:
        """The end that a record of the stream says; None for one that says none."""
        return None if record["eventName"] != "MODIFY" else items.end_of(streamed(record["dynamodb"]["NewImage"]))

    def _segment(self, key: ExecutionKey, item: Item) -> list[AuditEntry]:
        return self._entries.of(items.segment_of(key, item, body_of(self._blobs, key.workspace, item)))

    def refilled(self, key: ExecutionKey) -> Iterator[AuditEntry]:
        """All entries of an execution, made from its header and history."""
        header = self._journal.header(key)
        if header is None:
            return
        yield from start_entry(header)
        for segment in self._journal.history(key):
            yield from self._entries.of(segment)
