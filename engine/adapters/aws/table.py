"""The one DynamoDB table, as data: tests create moto's from it, the infrastructure the real one.

On demand, with keys `pk` and `sk`. What lies in it:

    pk                          sk                what
    E#<workspace>#<id>          H                 header            due_shard, due_at while it is open; in the lists;
                                                                    with the input, where that is short
                                I#<digest>        a longer input    by its digest, so rivals cannot mix theirs up
                                N#<item id>       inbox item        due_shard, due_at
                                O#<SHA-256>       blob of an item that may be gone
                                S#<12 digits>     segment           the one that closes: `expires_at`
                                S#~               its term          its body is a blob, or it was PAUSED: `expires_at`
    C#<workspace>               W#<workflow>      workflow
                                D#<workflow>      draft
                                H#<workflow>      that it is paused; without a name, all of them are
                                F#                saved views of the list of executions
                                R#<workflow>#<trigger>    how far a trigger has looked, and that it is paused
    L#<workspace>#<workflow>    D#<trigger>.<mark>        what arrived at a trigger; `expires_at`; in the list of
                                                          workflows, as one that is called L#…#<trigger>
    V#<workspace>#<workflow>    N#<10 digits>     version
                                P#<digest>        the newest version with this definition
    VU#<workspace>#<workflow>   <10 digits>       when a version was last of use, and that it is gone; then `expires_at`
    Q#<workspace>               <12 digits>       counts of the executions that started in this hour; `expires_at`
                                E#<12 digits>     of those that ended in it; likewise
    B#<workspace>               <12 digits>#<digest>      ends of these five minutes that a batch of the stream told;
                                                          `expires_at` after two days
    Y#<workspace>               <name>            activity
    T#<workspace>#<activity>    <entered>, <id>   work item of an activity, until its execution knows who took it
    P#<workspace>               O#<approval>      what a Task has asked people, while it is open
                                Z#<execution>#<approval>  what became of it; `expires_at`
    U#<workspace>#<owner>       C#<workflow>      end of a person's conversation with the copilot; `expires_at`
                                C#<workflow>#<9 digits>   an entry of it; likewise
    K                           T#<id>            named token; H, the head, counts their changes
    AH#<workspace>#<chain>      H                 head of a chain of the audit log
    A#<workspace>#<chain>       N#<12 digits>     records from this number on; no function may change or delete one
                                I#<id>            the number of a record, where an earlier release has written it
                                H                 the head, likewise
    AN#<workspace>#<chain>      <at>#<id>         note: an entry that is to be recorded; `expires_at` after 90 days

All indexes are sparse and KEYS_ONLY: one costs a write only where an item has its attributes and only when they
change (two when it moves), so an execution pays for the lists once at its start and, for its status, once at its
close. The header is the row of the executions index: a row of its own would be two writes more. Sort keys end in the
start time and id, which is the order of every list. docs/operations.md counts the write units.

A partition takes 1,000 write units a second, and the newest end of a list takes every start. So, where a stage spreads
its lists, the value of a list's partition key ends in the shard of the execution's name, 00 to 15. A list is then read
from all its shards, and from the partition without one, where what was started unspread stays.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

from engine.records import dataclass

TTL_ATTRIBUTE = "expires_at"
"""DynamoDB deletes an item after this time (epoch seconds), for nothing. Notes of the audit log carry it, the segment
that closes an execution, and what is left of the header of one that retention has taken (retention.py)."""

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
"""The table's stream, which the audit log is sealed from."""

_INSERTED = {"eventName": ["INSERT"]}

CLOSED: dict[str, Any] = {
    "eventName": ["MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": {
        "ws": {"S": [{"exists": True}]}, "taken_at": {"N": [{"exists": False}]}, "ended_at": {"N": [{"exists": True}]},
    }},
}
"""What of the stream tells that an execution was closed: of those that are listed, before retention marks them. It
is noted, for the dashboard's counts."""

SEALED: tuple[dict[str, Any], ...] = (
    {**_INSERTED, "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": {"actor": {"S": [{"exists": True}]}}}},
    {**_INSERTED, "dynamodb": {"NewImage": {"audited": {"BOOL": [True]}}}},
    {**_INSERTED, "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "AN#"}]}}}},
    CLOSED,
)
"""What of the stream the sealer reads, as Lambda's event filters say it, any of them: what becomes entries, and ends.
What they leave out invokes nothing."""

ENDED_TERM: dict[str, Any] = {
    "eventName": ["REMOVE"], "userIdentity": {"principalId": ["dynamodb.amazonaws.com"]},
    "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "E#"}]}, "sk": {"S": [{"prefix": "S#"}]}}},
}
"""What of the stream tells that DynamoDB has deleted a segment by its term: its execution's is over. Only a segment
that closes one has a term."""

ENDED: dict[str, Any] = {
    "eventName": ["MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": {
        "ws": {"S": [{"exists": True}]}, "taken_at": {"N": [{"exists": False}]},
        "status": {"S": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PAUSED"]},
    }},
}
"""What of the stream tells that an execution was closed, or PAUSED: of those that are listed, before retention marks
them. Where a stage hears ends."""

_STATUS_OF = {"ws": {"S": [{"exists": True}]}, "kind": {"S": ["STANDARD"]}, "taken_at": {"N": [{"exists": False}]}}

STATUSES: tuple[dict[str, Any], ...] = (
    {**_INSERTED, "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": _STATUS_OF}},
    {"eventName": ["MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": {
        **_STATUS_OF, "status": {"S": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]},
    }}},
    {"eventName": ["MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["H"]}}, "NewImage": {
        **_STATUS_OF, "reopened": {"BOOL": [True]},
    }}},
)
"""What of the stream tells of a change of status that Step Functions would tell of: of STANDARD executions that are
listed, when they start, end, and are redriven. Where a stage puts status events on a bus."""

UNLISTED_STATUS = "SUCCEEDED"
"""Not in the index of statuses, for most executions end so: it would be a write at the close of each. Who asks for it
walks the list itself and reads what ended otherwise in vain."""

DUE_SHARDS = 16
"""So many partitions share the writes of due_at; the sweep asks them all."""

LIST_SHARDS = 16
"""So many partitions share the writes of a list that is spread; who reads it asks them all. It may grow, and never
shrink: what was written stays where it is."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its partition and sort key attributes, and the sort key's type (S or N)."""

    name: str
    partition: str
    sort: str
    sort_type: str = "S"


DUE = Index("due", "due_shard", "due_at", "N")
STARTED = Index("started", "ws", "started")
WORKFLOW = Index("workflow", "ws_workflow", "started")
STATUS = Index("status", "ws_status", "started")
NAME = Index("name", "ws", "name_started")
ERROR = Index("error", "ws", "error_started")
BUSINESS_KEY = Index("business_key", "ws", "business_key_started")

INDEXES = (DUE, STARTED, WORKFLOW, STATUS, NAME, ERROR, BUSINESS_KEY)


def create_table_request(name: str) -> dict[str, Any]:
    """The parameters of CreateTable."""
    types = {"pk": "S", "sk": "S"}
    for index in INDEXES:
        types[index.partition] = "S"
        types[index.sort] = index.sort_type
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": STREAM,
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind} for key, kind in types.items()],
        "KeySchema": _key_schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index.name,
                "KeySchema": _key_schema(index.partition, index.sort),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index in INDEXES
        ],
    }


def due_shard(partition_key: str) -> str:
    """The partition of the due index that an item of this execution lies in."""
    return str(crc32(partition_key.encode()) % DUE_SHARDS)


def list_shard(name: str) -> str:
    """The shard of every list that an execution of this name lies in. It is the name's, not the id's, so that a name
    is looked up in one shard, whatever its workflow."""
    return f"{crc32(name.encode('utf-8', 'replace')) % LIST_SHARDS:02}"


def list_shards() -> list[str]:
    """All of them."""
    return [f"{number:02}" for number in range(LIST_SHARDS)]


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
