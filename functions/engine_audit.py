"""The engine's own entries in the audit log: the worker tells which segments are committed, this reads what they say.

The worker calls it for each commit, and again with the last segment of an execution that it loads: whoever died
between the commit and the entry leaves it to the next owner. An entry is named by its event, so the repeat is
recognised. Where the stores write together, the entries are part of the commit: both last, or neither. Else what cannot
be recorded is logged and left: the history holds the same facts, and work goes on.

On AWS a segment is marked where it makes entries, and the sealer makes them from it (functions.sealer). There the
worker records only what an earlier release has left, whose segments have no mark.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from engine.catalog.published import CatalogPublished
from engine.durable import codec
from engine.durable.parents import marks_fields
from engine.errors import NotFound, StorageError, StoreCorrupt
from engine.governance.audit.engine import engine_entries
from engine.governance.audit.entry import AuditEntry, Unplaced
from engine.governance.audit.recorder import AuditRecorder
from engine.kernel.history import AUDITED_EVENTS, HistoryEvent
from engine.ports.journal import Header, Journal, Segment
from engine.ports.keys import ExecutionKey

_LOG = logging.getLogger(__name__)

MOST_REMEMBERED = 10_000
"""Entries of late that are known to be recorded."""

LOOK_BACK_EVENTS = 16
"""Events before a failure that are read at once: its state and attempts are most often among them, and asking the store
for each by itself costs more."""


class EngineEntries:
    """The entries of committed segments; `origin` is what they call the worker. `published` says which versions mark
    sensitive fields: without it none does."""

    def __init__(self, journal: Journal, *, origin: str, published: CatalogPublished | None = None) -> None:
        self._published = published
        self._journal = journal
        self._origin = origin

    def of(self, segment: Segment) -> list[AuditEntry]:
        """What its events make; most segments make none. Raises StorageError."""
        events = codec.events_of(segment)
        if AUDITED_EVENTS.isdisjoint([event.type for event in events]):
            return []
        version = codec.version_of(segment.body) if segment.events is None else segment.version
        if version is None:
            header = self._journal.header(segment.key)
            if header is None:
                return []
            version = header.version

        read: dict[int, HistoryEvent] = {}

        def earlier(number: int) -> HistoryEvent | None:
            if number not in read:
                first = max(number - LOOK_BACK_EVENTS, 0)
                for found in self._journal.history(segment.key, first, enough=codec.has_outline):
                    read.update((event.id, event) for event in codec.decode_events(found.body, outlined=True))
                    if found.last_event >= number:
                        break
            return read.get(number)

        return engine_entries(
            segment.key, version, events, earlier=earlier, origin=self._origin, hides=self._hides
        )

    def _hides(self, key: ExecutionKey, version: int) -> bool:
        """Whether the version, or that of who started the execution, marks something: a child is handed values."""
        if self._published is None:
            return False
        try:
            if self._published.numbered(key.workspace, key.workflow, version).marks_fields:
                return True
        except (NotFound, StoreCorrupt):
            return True
        return marks_fields(key, self._header, self._published)

    def _header(self, key: ExecutionKey) -> Header:
        found = self._journal.header(key)
        if found is None:
            raise NotFound(f"there is no execution {key.id!r}")
        return found


class EngineRecorder:
    """`origin` is what the entries call this worker. `observe` is told the events of every segment besides.
    `within`: it is called in the transaction of the commit, which fails where the log cannot be written."""

    def __init__(
        self, audit: AuditRecorder, journal: Journal, *, origin: str, within: bool = False,
        observe: Callable[[Segment, Sequence[HistoryEvent]], None] | None = None,
        published: CatalogPublished | None = None,
    ) -> None:
        self._audit = audit
        self._entries_of = EngineEntries(journal, origin=origin, published=published)
        self._observe = observe
        self._within = within
        self._recorded: dict[tuple[str, str], None] = {}
        self._made: dict[tuple[ExecutionKey, int, str], list[Unplaced]] = {}

    def ready(self, segments: Sequence[Segment]) -> None:
        """Make the entries of `segments`, which are about to be committed, as far as they need no write lock. Raises
        StorageError; what is a defect fails again where they are recorded."""
        self._made.clear()
        for segment in segments:
            if segment.audited and self._audit.notes is None:
                try:
                    self._made[_place(segment)] = self._audit.ready(self._entries(segment))
                except StorageError:
                    raise
                except Exception:  # noqa: BLE001  `__call__` meets it again, and says so
                    _LOG.debug("the entries of %s could not be made", segment.key.id, exc_info=True)

    def __call__(self, segments: Sequence[Segment]) -> None:
        """Record what `segments`, all committed, say. Raises StorageError if it is within the commit, else nothing."""
        try:
            entries: dict[str, list[AuditEntry | Unplaced]] = {}
            for segment in segments:
                self._seen(segment)
                made = self._made.get(_place(segment))
                found = self._entries(segment) if made is None else made
                if found:
                    entries.setdefault(segment.key.workspace, []).extend(found)
            for each in entries.values():
                self._audit.record(each)
                self._remember(each)
        except Exception as error:
            if self._within and isinstance(error, StorageError):
                raise
            # The commit stands, and the worker's other executions go on.
            names = ", ".join(sorted({segment.key.id for segment in segments}))
            _LOG.error("NOT IN THE AUDIT LOG: the engine's acts in %s", names, exc_info=error)

    def _seen(self, segment: Segment) -> None:
        if segment.last_event and self._observe is not None:
            self._observe(segment, codec.events_of(segment))

    def _entries(self, segment: Segment) -> list[AuditEntry]:
        if not segment.last_event:
            return []
        if segment.audited and self._audit.notes is not None:
            return []
        if segment.events is not None and not segment.audited:
            return []  # as its writer has it, who looked for such events
        found = self._entries_of.of(segment)
        return [entry for entry in found if (entry.workspace, entry.id) not in self._recorded]

    def _remember(self, entries: Sequence[AuditEntry | Unplaced]) -> None:
        """Who parks an execution after a failure and wakes it for the retry need not ask the log again. Within a
        commit nothing is remembered: it may yet fail."""
        if self._within:
            return
        plain = [one.entry if isinstance(one, Unplaced) else one for one in entries]
        self._recorded.update(dict.fromkeys((entry.workspace, entry.id) for entry in plain))
        while len(self._recorded) > MOST_REMEMBERED:
            del self._recorded[next(iter(self._recorded))]


def _place(segment: Segment) -> tuple[ExecutionKey, int, str]:
    return segment.key, segment.seq, segment.nonce
