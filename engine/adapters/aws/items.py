"""Journal and index records as items of the table (table.py says where they lie), and back."""

from __future__ import annotations

import json
import math
from urllib.parse import quote, unquote

from engine.adapters import listing
from engine.adapters.aws import table
from engine.adapters.aws.dynamo import Item, Key, size_of
from engine.ports.ends import End
from engine.ports.executions_index import ExecutionRow
from engine.ports.generated_names import is_generated
from engine.ports.journal import RUNNING, Header, InboxItem, Parent, Segment
from engine.ports.keys import Actor, ExecutionKey

EXECUTIONS = "E#"
"""What the partition of an execution begins with."""

HEADER = "H"
SEGMENTS = "S#"
INBOX = "N#"
BLOBS = "O#"
"""What the sort key of an item begins with that names a large value of its execution whose own item may be gone: of an
inbox item, of a segment that lost. It goes with the execution, and its blob with it."""

ACTOR, INPUT = "actor", "input"
"""Attributes of a header: who started it, as JSON, and its input, where both fit."""

LISTED = "ws"
"""The attribute that a header has where it is a row of the executions index."""

TERM = "S#~"
"""The sort key, behind every segment's, of an item that has the term of a closing segment which DynamoDB is not to
delete: its body is a blob, and it can be read which one to delete; or its execution was PAUSED before its header was
closed."""

LATER_SECONDS = 7 * 86_400.0
"""So much later than the term's end DynamoDB deletes the closing segment: its header may not have been closed yet, and
without that segment the last step would be done again."""

NOBODYS = "erased"
"""The nonce of what takes the number of the next segment of one that is erased. It has no body."""

KEPT_UNTIL, TAKEN_AT = "kept_until", "taken_at"
"""Attributes of a header: from when on retention may take its execution, and when it has."""

REOPENED = "reopened"
"""The attribute of a header that a redrive made RUNNING, until it is changed the next time: so the stream tells it from
one that is parked."""

RAN_BY = "ran_by_"
"""What attributes of a header begin with that have a version which its execution ran by before another one. Each ends
in the number of the segment that changed it."""

AUDITED = "audited"
"""The attribute of a segment that becomes entries of the audit log."""

_MOST_HEADER_BYTES = 1024 - 64
"""Of a header with its input: one write unit, with room for what the header gains later."""

_MOST_SORTED_BYTES = 300
"""Of a value in a sort key, which holds 1,024 bytes with start time and id; a longer one is compared when read."""


def partition(key: ExecutionKey) -> str:
    """The partition of an execution. The workspace is quoted, so that no id can reach into another's."""
    return f"{EXECUTIONS}{quote(key.workspace, safe='')}#{key.id}"


def key_of(partition_key: str) -> ExecutionKey:
    """The execution that a partition belongs to."""
    _, workspace, execution_id = partition_key.split("#", 2)
    return ExecutionKey(unquote(workspace), execution_id)


def input_key(key: ExecutionKey, digest: str) -> Key:
    """Where the input with this digest lies."""
    return partition(key), f"I#{digest}"


def segment_key(key: ExecutionKey, seq: int) -> Key:
    """Where segment `seq` lies."""
    return partition(key), f"{SEGMENTS}{seq:012}"


def inbox_key(key: ExecutionKey, item_id: str) -> Key:
    """Where an inbox item lies."""
    return partition(key), INBOX + item_id


def blob_key(pk: str, ref: str) -> Key:
    """Where the item lies that names a blob of the partition `pk`, besides the one that it belongs to."""
    return pk, BLOBS + ref


def header_item(header: Header, row: ExecutionRow | None = None, *, spread: bool = False) -> Item:
    """A header, with its place in the due index while it has one, and in the lists. The workflow's name is part of the
    key."""
    pk = partition(header.key)
    return {
        "pk": pk, "sk": HEADER, "version": header.version, "definition_digest": header.definition_digest,
        "input_digest": header.input_digest, "kind": header.kind, "status": header.status,
        "started_at": header.started_at, "seq": header.seq, "ended_at": header.ended_at, "due_at": header.due_at,
        "parent": None if header.parent is None else header.parent.as_text(),
        "due_shard": None if header.due_at is None else table.due_shard(pk),
        "strikes": header.strikes or None, "cause": header.cause, KEPT_UNTIL: header.kept_until,
        ACTOR: None if header.actor is None else _actor_text(header.actor),
        **({} if row is None else places(row, spread=spread)),
    }


def header_of(item: Item) -> Header:
    """A header as it was stored."""
    key = key_of(item["pk"])
    return Header(
        key=key, workflow=key.workflow, version=int(item["version"]), definition_digest=item["definition_digest"],
        input_digest=item["input_digest"], kind=item["kind"], status=item["status"], started_at=item["started_at"],
        seq=int(item["seq"]), due_at=item.get("due_at"), ended_at=item.get("ended_at"),
        parent=Parent.of_text(item.get("parent")),
        strikes=int(item.get("strikes", 0)), cause=item.get("cause"), actor=actor_of(item),
        kept_until=item.get(KEPT_UNTIL),
    )


def taken_at(item: Item, now: float) -> float | None:
    """When retention took the execution of this header; None while it is kept. Its term decides, not when its items are
    deleted, which is some time later: so it is gone at one moment, and whole."""
    at: float | None = item.get(TAKEN_AT, item.get(KEPT_UNTIL))
    return None if at is None or at > now else at


def with_input(item: Item, execution_input: bytes) -> Item | None:
    """A header's item with its input in it; None where they are too long for one write unit."""
    whole = {**item, INPUT: execution_input}
    return whole if size_of(whole) <= _MOST_HEADER_BYTES else None


def actor_of(item: Item) -> Actor | None:
    """Who started the execution of this header; None where it does not say."""
    text = item.get(ACTOR)
    return None if text is None else Actor(*json.loads(text))


def _actor_text(actor: Actor) -> str:
    return json.dumps([actor.name, actor.kind, actor.origin], separators=(",", ":"))


def segment_item(segment: Segment) -> Item:
    """A segment without its body."""
    pk, sk = segment_key(segment.key, segment.seq)
    return {
        "pk": pk, "sk": sk, "nonce": segment.nonce, "at": segment.at, "whole": segment.checkpoint,
        "lease_until": segment.lease_until, "owner": segment.owner or None,
        "first_event": segment.first_event, "last_event": segment.last_event, AUDITED: segment.audited or None,
        table.TTL_ATTRIBUTE: None if segment.kept_until is None else math.ceil(segment.kept_until + LATER_SECONDS),
    }


def segment_of(key: ExecutionKey, item: Item, body: bytes) -> Segment:
    """A segment as it was stored."""
    return Segment(
        key=key, seq=seq_of(item), nonce=item["nonce"], body=body, at=item["at"], checkpoint=item["whole"],
        lease_until=item["lease_until"], owner=item.get("owner", ""), first_event=int(item["first_event"]),
        last_event=int(item["last_event"]), audited=item.get(AUDITED, False),
    )


def seq_of(item: Item) -> int:
    """The number of a stored segment."""
    return int(item["sk"].removeprefix(SEGMENTS))


def inbox_item(item: InboxItem) -> Item:
    """An inbox item without its body."""
    pk, sk = inbox_key(item.key, item.id)
    return {"pk": pk, "sk": sk, "due_at": item.due_at, "due_shard": table.due_shard(pk)}


def inbox_of(key: ExecutionKey, item: Item, body: bytes) -> InboxItem:
    """An inbox item as it was stored."""
    return InboxItem(key, item["sk"].removeprefix(INBOX), body, item["due_at"])


def places(row: ExecutionRow, *, spread: bool = False) -> Item:
    """What a header lacks to be a row of the executions index: its place in each list it belongs to."""
    key, business_key = row.key, listing.storable(row.business_key)
    started = started_sort(row.started_at, key.id)
    return {
        LISTED: _list(row, key.workspace, spread=spread),
        "ws_workflow": _list(row, joined(key.workspace, row.workflow), spread=spread), "started": started,
        # A name that the product gave is found by its time, in the lists: an index of it would be a write more.
        "name_started": None if is_generated(key.name, row.started_at) else joined(sortable(key.name), started),
        "business_key": business_key, "trigger": row.trigger,
        "business_key_started": None if business_key is None else joined(sortable(business_key), started),
        **moves(row, spread=spread),
    }


def moves(row: ExecutionRow, *, spread: bool = False) -> Item:
    """The part of its places that changes with its status. The attributes take the place of those of before, so that
    a row that was written unspread is in one partition of a list, never in two."""
    error, unlisted = listing.storable(row.error), row.status == table.UNLISTED_STATUS
    return {
        "ws_status": None if unlisted else _list(row, joined(row.key.workspace, row.status), spread=spread),
        "error_name": error,
        "error_started": None if error is None else joined(
            sortable(error), started_sort(row.started_at, row.key.id)
        ),
        **({"redrives": row.redrives} if row.redrives else {}),
    }


def partitions(value: str, name: str | None = None) -> list[str]:
    """Where the rows of the list `value` lie, the one of what is not spread first; of executions called `name`, where
    it is given."""
    shards = table.list_shards() if name is None else [table.list_shard(name)]
    return [value, *(joined(value, shard) for shard in shards)]


def _list(row: ExecutionRow, value: str, *, spread: bool) -> str:
    return joined(value, table.list_shard(row.key.name)) if spread else value


def row_of(item: Item) -> ExecutionRow:
    """The row of a header that is listed."""
    key, actor = key_of(item["pk"]), actor_of(item)
    return ExecutionRow(
        key=key, workflow=key.workflow, version=int(item["version"]), status=item["status"],
        started_at=item["started_at"], ended_at=item.get("ended_at"), error=item.get("error_name"),
        business_key=item.get("business_key"), actor=None if actor is None else actor.name,
        cause=item.get("cause") if item["status"] == RUNNING else None, trigger=item.get("trigger"),
        redrives=int(item.get("redrives", 0)),
    )


def end_of(item: Item) -> End | None:
    """The end that an item says: a header, before retention marks it, that is closed or PAUSED, and of no fork."""
    if item.get("sk") != HEADER or LISTED not in item or TAKEN_AT in item:
        return None
    row = row_of(item)
    if row.status == RUNNING or row.key.fork_of is not None:
        return None
    return End(
        row.key, row.workflow, row.version, row.status, int(item["seq"]), row.started_at, row.ended_at, row.error
    )


def joined(*parts: str) -> str:
    """Parts of a sort key; their separator sorts before every other character."""
    return "\0".join(parts)


def sortable(value: str) -> str:
    """The beginning of a value that a sort key has room for."""
    return value.encode()[:_MOST_SORTED_BYTES].decode(errors="ignore")


def started_sort(started_at: float, execution_id: str) -> str:
    """The order of every list: by start time, then by id. Exact to the nanosecond, which a float here is not."""
    return joined(f"{started_at:020.9f}", execution_id)
