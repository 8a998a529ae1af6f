"""The journal in a process's memory: dictionaries behind one lock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock

from engine.adapters import listing
from engine.ports.ends import End, Hears
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import (
    BEGINNING_BYTES,
    BILLED,
    RUNNING,
    Due,
    Enough,
    Header,
    HeaderChange,
    InboxItem,
    Loaded,
    Segment,
)
from engine.ports.keys import ExecutionKey


class MemoryJournal:
    """engine.ports.journal.Journal."""

    sizes = BILLED

    def __init__(self) -> None:
        self._lock = Lock()
        self._headers: dict[ExecutionKey, Header] = {}
        self._rows: dict[ExecutionKey, ExecutionRow] = {}
        self._inputs: dict[ExecutionKey, bytes] = {}
        self._segments: dict[ExecutionKey, dict[int, Segment]] = {}
        self._inbox: dict[ExecutionKey, dict[str, InboxItem]] = {}
        self.hears: Hears | None = None
        self.ended: dict[int, End] = {}
        self._numbered = 0
        self._taken: dict[ExecutionKey, float] = {}
        self._aside: list[tuple[ExecutionKey, dict[int, Segment]]] = []

    def create(self, header: Header, execution_input: bytes, row: ExecutionRow | None = None) -> Header | None:
        """Write input, header and row if the key is free. None when written, else the header that is there."""
        with self._lock:
            present = self._headers.get(header.key)
            if present is None:
                self._inputs[header.key] = execution_input
                self._headers[header.key] = header
                self._list(row)
            return present

    def add_ended(
        self, header: Header, execution_input: bytes, row: ExecutionRow | None, segments: Sequence[Segment], *,
        again: bool = False,
    ) -> bool:
        """Write all of it."""
        key, original = header.key, header.key.original
        with self._lock:
            if (original is not None and original not in self._headers) or again is not (key in self._headers):
                return False
            self._inputs[key] = execution_input
            self._headers[key] = header
            self._list(row)
            self._segments[key] = {segment.seq: segment for segment in segments}
        return True

    def execution_input(self, key: ExecutionKey) -> bytes | None:
        """The input as it was given to `create`."""
        with self._lock:
            return self._inputs.get(key)

    def input_or_size(self, key: ExecutionKey, most: int) -> bytes | int | None:
        """The input, or its size."""
        found = self.execution_input(key)
        return len(found) if found is not None and len(found) > most else found

    def header(self, key: ExecutionKey) -> Header | None:
        """The header."""
        with self._lock:
            return self._headers.get(key)

    def headers(self, keys: Sequence[ExecutionKey]) -> dict[ExecutionKey, Header]:
        """Many headers."""
        with self._lock:
            return {key: self._headers[key] for key in keys if key in self._headers}

    def load(self, key: ExecutionKey, *, enough: Enough | None = None) -> Loaded | None:
        """The header, and the segments from the newest whole snapshot on."""
        with self._lock:
            header = self._headers.get(key)
            if header is None:
                return None
            numbered = self._segments.get(key, {})
            newest_first: list[Segment] = []
            for seq in sorted(numbered, reverse=True):
                newest_first.append(_beginning(numbered[seq], enough))
                if numbered[seq].checkpoint:
                    break
            return Loaded(header, tuple(reversed(newest_first)))

    def written(self, key: ExecutionKey) -> tuple[int, str] | None:
        """The newest segment's number and the header's status."""
        with self._lock:
            header = self._headers.get(key)
            return None if header is None else (max(self._segments.get(key, {}), default=-1), header.status)

    def commit(self, segments: Sequence[Segment], headers: Sequence[HeaderChange] = ()) -> list[bool]:
        """Write each segment whose number is free or holds its own nonce, then the header changes of the unfenced."""
        with self._lock:
            fenced: set[ExecutionKey] = set()
            written = []
            for segment in segments:
                numbered = self._segments.setdefault(segment.key, {})
                rival = numbered.get(segment.seq)
                gone = segment.key in self._taken and segment.key not in self._headers
                if segment.key in fenced or gone or (rival is not None and rival.nonce != segment.nonce):
                    fenced.add(segment.key)
                else:
                    numbered[segment.seq] = segment
                written.append(segment.key not in fenced)
            for change in headers:
                if change.key not in fenced:
                    self._apply(change)
            return written

    def update_headers(self, changes: Sequence[HeaderChange]) -> list[bool]:
        """Apply header changes; False where the condition did not hold."""
        with self._lock:
            return [self._apply(change) for change in changes]

    def _apply(self, change: HeaderChange) -> bool:
        stored = self._headers.get(change.key)
        if stored is None or stored.status not in change.needs or stored.seq > change.seq:
            return False
        self._headers[change.key] = replace(
            stored, seq=change.seq, status=change.status, due_at=change.due_at, ended_at=change.ended_at,
            strikes=stored.strikes if change.strikes is None else change.strikes, cause=change.cause,
            version=change.version or stored.version,
            definition_digest=change.definition_digest or stored.definition_digest,
        )
        self._list(change.row)
        row = change.row
        if row is not None and self.hears is not None and change.status != RUNNING and self.hears(row):
            self._numbered += 1
            self.ended[self._numbered] = End(
                row.key, row.workflow, row.version, row.status, change.seq, row.started_at, row.ended_at, row.error
            )
        return True

    def _list(self, row: ExecutionRow | None) -> None:
        if row is not None:
            present = self._rows.get(row.key)
            found_by = present.business_key if present and row.business_key is None else row.business_key
            self._rows[row.key] = replace(
                row, error=listing.storable(row.error), business_key=listing.storable(found_by),
                trigger=present.trigger if present else row.trigger,
                redrives=max(row.redrives, present.redrives if present else 0),
            )

    def rows(self) -> list[ExecutionRow]:
        """What is listed, for the executions index."""
        with self._lock:
            return [
                replace(row, cause=self._headers[key].cause if row.status == RUNNING else None)
                for key, row in self._rows.items()
            ]

    def history(
        self, key: ExecutionKey, after_event: int = 0, *, enough: Enough | None = None
    ) -> Iterator[Segment]:
        """Segments that hold history events with an id over `after_event`, oldest first."""
        with self._lock:
            numbered = self._segments.get(key, {})
            found = [numbered[seq] for seq in sorted(numbered) if numbered[seq].last_event > after_event]
        return (_beginning(segment, enough) for segment in found)

    def segments(self, key: ExecutionKey, first: int = 0, *, enough: Enough | None = None) -> Iterator[Segment]:
        """All segments from the number `first` on, oldest first."""
        with self._lock:
            numbered = self._segments.get(key, {})
            found = [numbered[seq] for seq in sorted(numbered) if seq >= first]
        return (_beginning(segment, enough) for segment in found)

    def put_inbox(self, item: InboxItem) -> bool:
        """False when an item with this id is there already."""
        with self._lock:
            items = self._inbox.setdefault(item.key, {})
            if item.id in items:
                return False
            items[item.id] = item
            return True

    def inbox(self, key: ExecutionKey) -> list[InboxItem]:
        """All items, in order of id."""
        with self._lock:
            return [item for _, item in sorted(self._inbox.get(key, {}).items())]

    def delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        """Delete items."""
        with self._lock:
            for item_id in ids:
                self._inbox.get(key, {}).pop(item_id, None)

    def due(self, before: float, limit: int = 1000) -> list[Due]:
        """Executions whose header or an inbox item is due before `before`, each once, most overdue first."""
        with self._lock:
            earliest = {
                header.key: header.due_at
                for header in self._headers.values()
                if header.due_at is not None and header.due_at < before
            }
            for items in self._inbox.values():
                for item in items.values():
                    if item.due_at < before:
                        earliest[item.key] = min(item.due_at, earliest.get(item.key, item.due_at))
        ordered = sorted(earliest.items(), key=lambda pair: (pair[1], pair[0]))
        return [Due(key, due_at) for key, due_at in ordered[:limit]]

    def keep(self, header: Header) -> bool:
        """Whether it is still there."""
        return self.header(header.key) is not None

    def taken_at(self, key: ExecutionKey) -> float | None:
        """When retention took it."""
        with self._lock:
            return self._taken.get(key)


def _beginning(segment: Segment, enough: Enough | None) -> Segment:
    beginning = segment.body[:BEGINNING_BYTES]
    return replace(segment, body=beginning) if enough is not None and enough(beginning) else segment
