"""The journal in DynamoDB: every write is of one item, under a condition that decides who was first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from engine.adapters.aws import items, table
from engine.adapters.aws.bodies import OWN, TEXT_BYTES, beginning_of, body_of, with_body, with_text
from engine.adapters.aws.dynamo import ABSENT, ConditionCheck, ConditionFailed, Expression, Item, Put, Table, Update
from engine.errors import StoreCorrupt
from engine.ports.blobs import BlobStore
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import BILLED, PAUSED, Due, Enough, Header, HeaderChange, InboxItem, Loaded, Segment
from engine.ports.keys import ExecutionKey

_LOAD_PAGES = (4, 16, 64)
"""Four segments of 1 KB cost one read unit, and the newest whole snapshot is mostly among them."""

_FEWEST_DUE = 50  # of a shard, read at once

_PROBE = 4  # segments read at once to find one that holds events
_NEAR = 32  # segments that are read in vain at most, rather than probing on


class DynamoJournal:
    """engine.ports.journal.Journal. Inputs, segments and inbox items of more than 300 KB lie in `blobs`.
    `short_inputs` are part of their header; the release before 0.2.0 looks for each in an item of its own. Rows are
    written to `spread_lists`, where 0.2.0 does not look; both are read."""

    sizes = BILLED

    def __init__(
        self, table: Table, blobs: BlobStore, *, short_inputs: bool = True, spread_lists: bool = True
    ) -> None:
        self._table = table
        self._blobs = blobs
        self._short_inputs = short_inputs
        self._spread = spread_lists

    def create(
        self, header: Header, execution_input: bytes, row: ExecutionRow | None = None, *, beside: Put | None = None
    ) -> Header | None:
        """Write the input, then the header and its places in the lists if its key is free. None when written, else the
        header that is there. `beside` is written with the header, or neither is: raises ConditionFailed where its
        condition alone does not hold."""
        # client A  -- input I#a --------- header: written
        # client B  --------- input I#b ------------- header: taken, the failed write tells whose -- deletes I#b
        # An input lies under its digest, so a rival's never stands where the header's is looked for. A short one is
        # part of the header: one write. A rival's in a blob stays, so that the blob goes with the execution.
        header_item = items.header_item(header, row, spread=self._spread)
        whole = items.with_input(header_item, execution_input) if self._short_inputs else None
        if whole is not None:
            return self._put_header(header, whole, beside)
        given = self._input(header, execution_input)
        self._table.write(given)
        try:
            present = self._put_header(header, header_item, beside)
        except ConditionFailed:  # there is no header: nobody's input
            self._table.delete([items.input_key(header.key, header.input_digest)])
            raise
        if present is not None and present.input_digest != header.input_digest and OWN not in given.item:
            self._table.delete([items.input_key(header.key, header.input_digest)])
        return present

    def _input(self, header: Header, execution_input: bytes) -> Put:
        """What writes an input that has an item of its own."""
        pk, sk = items.input_key(header.key, header.input_digest)
        return Put(with_text(self._blobs, header.key.workspace, {"pk": pk, "sk": sk}, execution_input, own=True))

    def add_ended(
        self, header: Header, execution_input: bytes, row: ExecutionRow | None, segments: Sequence[Segment], *,
        again: bool = False,
    ) -> bool:
        """Write all of it in one transaction, with a look at the header of what it is a fork of: in parts, one might
        stay under the key of what was erased meanwhile."""
        header_item = items.header_item(header, row, spread=self._spread)
        whole = items.with_input(header_item, execution_input) if self._short_inputs else None
        there = Expression(
            f"attribute_exists(pk) AND attribute_not_exists({items.TAKEN_AT}) AND "
            f"(attribute_not_exists({items.KEPT_UNTIL}) OR {items.KEPT_UNTIL} > :now)", {":now": self._table.now()},
        )
        writes: list[Put | ConditionCheck] = [Put(whole or header_item, there if again else ABSENT)]
        if whole is None:
            writes.append(self._input(header, execution_input))
        writes += [write for segment in segments for write in self._segment_writes(segment)]
        if header.key.original is not None:
            writes.append(ConditionCheck((items.partition(header.key.original), items.HEADER), there))
        return self._table.holds(*writes)

    def _put_header(self, header: Header, item: Item, beside: Put | None) -> Header | None:
        """None when it was free, else the header that is there."""
        if beside is not None:
            if self._table.holds(Put(item, ABSENT), beside):
                return None
            present = self._table.get((item["pk"], item["sk"]))
            if present is None:
                raise ConditionFailed
            return items.header_of(present)
        try:
            self._table.write(Put(item, ABSENT))
        except ConditionFailed as failed:
            return items.header_of(failed.item) if failed.item else self.header(header.key)
        return None

    def execution_input(self, key: ExecutionKey) -> bytes | None:
        """The input as it was given to `create`: one read of the header and what lies beside it."""
        found = self._input_item(key)
        return found if found is None or isinstance(found, bytes) else body_of(self._blobs, key.workspace, found)

    def input_or_size(self, key: ExecutionKey, most: int) -> bytes | int | None:
        """The input, or its size: a blob whose item has that is not read."""
        found = self._input_item(key)
        if found is None or isinstance(found, bytes):
            return found
        if found.get(TEXT_BYTES, 0) > most:
            return int(found[TEXT_BYTES])
        body = body_of(self._blobs, key.workspace, found)
        return body if len(body) <= most else len(body)

    def _input_item(self, key: ExecutionKey) -> Item | bytes | None:
        """The item that an input is in, or the input itself."""
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {
            ":pk": items.partition(key), ":first": items.HEADER, ":last": items.input_key(key, "~")[1],
        })
        found = {item["sk"]: item for item in self._table.query(keys)}
        if items.HEADER not in found or items.taken_at(found[items.HEADER], self._table.now()) is not None:
            return None
        if items.INPUT in found[items.HEADER]:
            inline: bytes = found[items.HEADER][items.INPUT]
            return inline
        digest = found[items.HEADER]["input_digest"]
        item = found.get(items.input_key(key, digest)[1])
        if item is None:
            raise StoreCorrupt(f"the input of {key.id} is missing")
        return item

    def header(self, key: ExecutionKey) -> Header | None:
        """A consistent read of the header."""
        item = self._kept(key)
        return items.header_of(item) if item else None

    def headers(self, keys: Sequence[ExecutionKey]) -> dict[ExecutionKey, Header]:
        """Consistent reads of many headers, a hundred in a call."""
        stored = self._table.get_many([(items.partition(key), items.HEADER) for key in dict.fromkeys(keys)])
        now = self._table.now()
        return {
            items.key_of(pk): items.header_of(item) for (pk, _), item in stored.items()
            if items.taken_at(item, now) is None
        }

    def _kept(self, key: ExecutionKey) -> Item | None:
        """The header's item; None for what retention has taken, though DynamoDB may have it still."""
        item = self._table.get((items.partition(key), items.HEADER))
        return None if item is None or items.taken_at(item, self._table.now()) is not None else item

    def load(self, key: ExecutionKey, *, enough: Enough | None = None) -> Loaded | None:
        """Consistent reads of the header, then of the segments from the newest back to a checkpoint.

        The header first: it may lag behind the segments, as it does at every moment, but never names one not read.
        """
        header = self._kept(key)
        if header is None:
            return None
        newest_first = []
        for item in self._numbers(key, newest_first=True, pages=_LOAD_PAGES):
            if item["nonce"] == items.NOBODYS:  # erased since
                return None
            newest_first.append(self._segment(key, item, enough))
            if item["whole"]:
                break
        return Loaded(items.header_of(header), tuple(reversed(newest_first)), header.get(items.INPUT))

    def written(self, key: ExecutionKey) -> tuple[int, str] | None:
        """The header first, then the newest segment's item: a body in a blob is not read."""
        header = self._kept(key)
        if header is None:
            return None
        newest = next(iter(self._segments(key, newest_first=True, pages=(1,))), None)
        return -1 if newest is None else items.seq_of(newest), header["status"]

    def commit(self, segments: Sequence[Segment], headers: Sequence[HeaderChange] = ()) -> list[bool]:
        """Write each segment whose number is free or holds its own nonce, then the header changes of the unfenced."""
        fenced: set[ExecutionKey] = set()
        for segment in segments:
            if segment.key not in fenced and not self._write_segment(segment):
                fenced.add(segment.key)
        self.update_headers([change for change in headers if change.key not in fenced])
        return [segment.key not in fenced for segment in segments]

    def update_headers(self, changes: Sequence[HeaderChange]) -> list[bool]:
        """Apply header changes; False where the condition did not hold."""
        return self._table.at_once.each(self._change_header, changes)

    def history(
        self, key: ExecutionKey, after_event: int = 0, *, enough: Enough | None = None
    ) -> Iterator[Segment]:
        """Segments that hold history events with an id over `after_event`, oldest first, read page by page."""
        first_seq = self._first_seq_after(key, after_event) if after_event > 0 else 0
        for item in self._segments(key, first_seq=first_seq):
            if item["last_event"] > after_event:
                yield self._segment(key, item, enough)

    def segments(self, key: ExecutionKey, first: int = 0, *, enough: Enough | None = None) -> Iterator[Segment]:
        """All segments from the number `first` on, oldest first, read page by page."""
        return (self._segment(key, item, enough) for item in self._segments(key, first_seq=first))

    def put_inbox(self, item: InboxItem) -> bool:
        """False when an item with this id is there already."""
        stored = with_body(self._blobs, item.key.workspace, items.inbox_item(item), item.body, own=True)
        self._name_blob(stored)  # it is deleted when it was read, and may lose
        return self._table.holds(Put(stored, ABSENT))

    def _name_blob(self, item: Item) -> None:
        """Name the blob of an item in another one, which stays until the execution is deleted."""
        if OWN in item:
            pk, sk = items.blob_key(item["pk"], item["body_ref"])
            self._table.write(Put({"pk": pk, "sk": sk, "body_ref": item["body_ref"], OWN: True}))

    def inbox(self, key: ExecutionKey) -> list[InboxItem]:
        """A consistent read of all items, in order of id."""
        keys = Expression(
            "pk = :pk AND begins_with(sk, :inbox)", {":pk": items.partition(key), ":inbox": items.INBOX}
        )
        found = self._table.query(keys)
        return [items.inbox_of(key, item, body_of(self._blobs, key.workspace, item)) for item in found]

    def delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        """Delete items."""
        self._table.delete([items.inbox_key(key, item_id) for item_id in dict.fromkeys(ids)])

    def due(self, before: float, limit: int = 1000) -> list[Due]:
        """Executions whose header or an inbox item is due before `before`, each once, most overdue first."""
        keys = [
            Expression("due_shard = :shard AND due_at < :before", {":shard": str(shard), ":before": before})
            for shard in range(table.DUE_SHARDS)
        ]
        page = max(_FEWEST_DUE, 2 * limit // table.DUE_SHARDS)
        found = self._table.queries([(each, page) for each in keys], index=table.DUE.name, more=page)
        shards = [((item["due_at"], item["pk"]) for item in shard) for shard in found]
        earliest: dict[ExecutionKey, float] = {}
        for due_at, pk in heapq.merge(*shards):
            if len(earliest) >= limit:
                break
            earliest.setdefault(items.key_of(pk), due_at)
        return [Due(key, due_at) for key, due_at in earliest.items()]

    def keep(self, header: Header) -> bool:
        """Take the term off the segment that closed it, before the redrive's own is written: DynamoDB is not to delete
        a part of what runs again. Where retention was faster, that segment is gone."""
        if header.kept_until is None:
            return True
        pk, sk = items.segment_key(header.key, header.seq)
        closing = self._table.get((pk, sk))
        if closing is None:
            return False
        there = Expression("attribute_exists(pk)")
        term = (pk, items.TERM if "body_ref" in closing else sk)
        return self._table.holds(Update(term, f"REMOVE {table.TTL_ATTRIBUTE}", there))

    def taken_at(self, key: ExecutionKey) -> float | None:
        """When retention took it: what is left of its header says so for a while."""
        item = self._table.get((items.partition(key), items.HEADER))
        return None if item is None else items.taken_at(item, self._table.now())

    # -- one write each

    def _write_segment(self, segment: Segment) -> bool:
        """False when somebody else's segment has this number."""
        *before, write = self._segment_writes(segment)
        for term in before:
            self._table.write(term)
        if self._table.holds(write):
            return True
        self._name_blob(write.item)
        return False

    def _segment_writes(self, segment: Segment) -> list[Put]:
        """What writes a segment, after its term where that is an item of its own."""
        item = with_body(self._blobs, segment.key.workspace, items.segment_item(segment), segment.body, own=True)
        # worker A  -- put 7, nonce a --x (reply lost) --------------------------- put 7, nonce a: its own, harmless
        # worker B  ----------------------------- put 7, nonce b: taken, fenced
        condition = Expression("attribute_not_exists(pk) OR nonce = :mine", {":mine": segment.nonce})
        if "body_ref" not in item or item[table.TTL_ATTRIBUTE] is None:
            return [Put(item, condition)]
        term = {"pk": item["pk"], "sk": items.TERM, table.TTL_ATTRIBUTE: item.pop(table.TTL_ATTRIBUTE)}
        return [Put(term), Put(item, condition)]

    def _change_header(self, change: HeaderChange) -> bool:
        """False when the header is closed, newer or not there."""
        if change.status == PAUSED:
            self._hold(change.key)
        pk = items.partition(change.key)
        values = {
            ":seq": change.seq, ":status": change.status, ":needed": min(change.needs), ":or": max(change.needs),
            ":due_at": change.due_at, ":ended_at": change.ended_at, ":cause": change.cause,
            ":kept_until": change.kept_until,
            ":due_shard": None if change.due_at is None else table.due_shard(pk),
        }
        moved = {} if change.row is None else items.moves(change.row, spread=self._spread)
        values |= {f":{attribute}": value for attribute, value in moved.items()}
        sets, removes = ["seq = :seq", "#status = :status"], []
        values[f":{items.REOPENED}"] = None if change.reopens is None else True
        for attribute in ("due_at", "due_shard", "ended_at", "cause", items.KEPT_UNTIL, items.REOPENED, *moved):
            if values[f":{attribute}"] is None:
                removes.append(attribute)
            else:
                sets.append(f"{attribute} = :{attribute}")
        for attribute, value in (
            ("strikes", change.strikes), ("version", change.version), ("definition_digest", change.definition_digest),
        ):
            if value is not None:
                values[f":{attribute}"] = value
                sets.append(f"{attribute} = :{attribute}")
        if change.version is not None:  # a change that is made again finds the number of before written down
            was = f"{items.RAN_BY}{change.seq}"
            sets.append(f"{was} = if_not_exists({was}, version)")
        text = "SET " + ", ".join(sets) + (" REMOVE " + ", ".join(removes) if removes else "")
        # owner    -- segment 7 -- header: seq 7, SUCCEEDED ---------------------------------------------
        # sweeper  -- reads the header: seq 6 -------------- claims with seq 6: older than 7, ignored
        # a zombie ----------------------------------------------- parks with seq 8, RUNNING: closed stays closed
        # PAUSED meanwhile: both need RUNNING, only a resume needs either
        there = f"seq <= :seq AND #status IN (:needed, :or) AND attribute_not_exists({items.TAKEN_AT})"
        condition = Expression(there, values, {"#status": "status"})
        return self._table.holds(Update((pk, items.HEADER), text, condition))

    def _hold(self, key: ExecutionKey) -> None:
        """Its last segment may have closed it, and its header is about to be PAUSED instead, for nobody knows how long:
        the term goes to an item that DynamoDB may delete (DynamoRetention.put_off)."""
        newest = next(iter(self._segments(key, newest_first=True, pages=(1,))), None)
        if newest is not None and table.TTL_ATTRIBUTE in newest:
            pk, until = newest["pk"], int(newest[table.TTL_ATTRIBUTE])
            self._table.write(Put({"pk": pk, "sk": items.TERM, table.TTL_ATTRIBUTE: until}))
            there = Expression("attribute_exists(pk)")
            self._table.holds(Update((pk, newest["sk"]), f"REMOVE {table.TTL_ATTRIBUTE}", there))

    # -- reads

    def _segments(self, key: ExecutionKey, **which: Any) -> Iterator[Item]:
        return (item for item in self._numbers(key, **which) if item["nonce"] != items.NOBODYS)

    def _numbers(
        self, key: ExecutionKey, *, first_seq: int = 0, last_seq: int = 10**12 - 1, newest_first: bool = False,
        pages: Iterable[int] = (),
    ) -> Iterator[Item]:
        pk, first = items.segment_key(key, first_seq)
        values = {":pk": pk, ":first": first, ":last": items.segment_key(key, last_seq)[1]}
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", values)
        return self._table.query(keys, newest_first=newest_first, pages=pages)

    def _segment(self, key: ExecutionKey, item: Item, enough: Enough | None) -> Segment:
        return items.segment_of(key, item, beginning_of(self._blobs, key.workspace, item, enough))

    def _first_seq_after(self, key: ExecutionKey, after_event: int) -> int:
        """A segment number at or a little before the first segment with an event over `after_event`.

        A view that follows a run asks for the end again and again, so the search leaps back from the newest segment,
        four times as far each time, and then halves the range it ended in.
        """
        newest = next(iter(self._segments(key, newest_first=True, pages=(1,))), None)
        if newest is None:
            return 0
        high, leap = items.seq_of(newest) + 1, _PROBE
        low = max(0, high - leap)
        while low > 0 and self._last_event_before(key, low) > after_event:
            high, leap = low, leap * 4
            low = max(0, high - leap)
        while high - low > _NEAR:
            middle = (low + high) // 2
            if self._last_event_before(key, middle) > after_event:
                high = middle
            else:
                low = middle
        return low

    def _last_event_before(self, key: ExecutionKey, seq: int) -> int:
        """The id of the last event in segments under `seq`; some segments hold none."""
        found = self._segments(key, last_seq=seq - 1, newest_first=True, pages=repeat(_PROBE))
        return next((int(item["last_event"]) for item in found if item["last_event"]), 0)
