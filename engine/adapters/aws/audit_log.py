"""The audit log in DynamoDB: a partition for each chain, read by query, written by one transaction a chain.

A record, a marker of its id and the chain's head are put together, each under its condition:

    writer A  -- reads head 7 -- puts 8, head 8 if it is 7: written
    writer B  -- reads head 7 ------------------------------ puts 8, head 8 if it is 7: refused, nothing is written

Two transactions on one chain at the same moment may also conflict, which is Throttled: whoever appends tries again.

Heads have partitions of their own, so that IAM, which sees partition keys alone, can deny to change or delete a record
and leave the heads alone. An earlier release kept a chain's head beside its records: where there is one it is kept in
step, so that functions of both releases follow on the same end, and a return to that release finds it. Whichever head
is behind, a record's number is put once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import quote

from engine.adapters.audit_runs import runs_of
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table
from engine.ports.audit_log import AuditHead, AuditRecord
from engine.records import dataclass

RECORDS, HEADS = "A#", "AH#"
"""What the partition keys of records, and of heads, begin with."""

_HEAD, _RECORDS, _IDS = "H", "N#", "I#"
_BESIDE = "beside"
"""The attribute of a head beside which an earlier release's is kept in step."""

_LAST = 10**12 - 1


@dataclass(frozen=True, slots=True)
class _Heads:
    """A chain's head, and the one of an earlier release; their numbers as they are stored."""

    own: AuditHead | None
    earlier: AuditHead | None

    @property
    def end(self) -> AuditHead | None:
        """The one that is further on."""
        there = [head for head in (self.own, self.earlier) if head is not None]
        return max(there, key=lambda head: head.number, default=None)


class DynamoAuditLog:
    """engine.ports.audit_log.AuditLog."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: dict[tuple[str, int], _Heads] = {}  # what `append` need not read again

    def heads(self, workspace: str, chains: Sequence[int]) -> dict[int, AuditHead]:
        """The heads of `chains`, read consistently."""
        found = self._heads(workspace, chains)
        self._seen.update(((workspace, chain), heads) for chain, heads in found.items())
        return {chain: head for chain, heads in found.items() if (head := heads.end) is not None}

    def _heads(self, workspace: str, chains: Sequence[int]) -> dict[int, _Heads]:
        """Both heads of each chain; the earlier release's is asked for where there may be one."""
        own = self._read_heads({chain: _key_of_head(workspace, chain) for chain in chains})
        older = [chain for chain in chains if chain not in own or own[chain].get(_BESIDE)]
        earlier = self._read_heads({chain: (_partition(workspace, chain), _HEAD) for chain in older})
        return {chain: _Heads(_head_of(own.get(chain)), _head_of(earlier.get(chain))) for chain in chains}

    def _read_heads(self, keys: Mapping[int, Key]) -> dict[int, Item]:
        items = self._table.get_many(list(keys.values()))
        return {chain: items[key] for chain, key in keys.items() if key in items}

    def append(self, records: Sequence[AuditRecord]) -> frozenset[int]:
        """Write each chain's records if they follow on its head. Answers the chains that were not written."""
        return frozenset(chain for chain, run in runs_of(records).items() if not self._append(run))

    def _append(self, run: list[AuditRecord]) -> bool:
        first, last = run[0], run[-1]
        place = first.workspace, first.chain
        partition = _partition(*place)
        heads = self._seen.pop(place, None) or self._heads(first.workspace, [first.chain])[first.chain]
        if first.number != (heads.end.number if heads.end else 0) + 1:
            return False
        head = _head_item(_key_of_head(*place), last)
        writes = [Put(head, _still(heads.own))]
        if heads.earlier is not None:
            head[_BESIDE] = True
            writes.append(Put(_head_item((partition, _HEAD), last), _still(heads.earlier)))
        for record in run:
            writes += [Put(_record_item(partition, record), ABSENT), Put(_id_item(partition, record), ABSENT)]
        return self._table.holds(*writes)

    def known(self, workspace: str, chain: int, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that the chain holds, read consistently."""
        keys: list[Key] = [(_partition(workspace, chain), _IDS + item) for item in dict.fromkeys(ids)]
        return {sort.removeprefix(_IDS) for _, sort in self._table.get_many(keys)}

    def witnessed(self, workspace: str) -> dict[int, int]:  # noqa: ARG002  the port's
        """Nothing: heads lie where the records lie."""
        return {}

    def oldest(self, workspace: str, chain: int, *, after: int, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number over `after`, oldest first, read consistently."""
        return self._read(workspace, chain, after + 1, _LAST, limit, newest_first=False)

    def newest(self, workspace: str, chain: int, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number under `before`, newest first."""
        return self._read(workspace, chain, 0, _LAST if before is None else before - 1, limit, newest_first=True)

    def _read(
        self, workspace: str, chain: int, first: int, last: int, limit: int, *, newest_first: bool
    ) -> list[AuditRecord]:
        if first > last:
            return []
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {
            ":pk": _partition(workspace, chain), ":first": _sort(first), ":last": _sort(last),
        })
        found = self._table.query(keys, newest_first=newest_first, pages=(limit,))
        return [_record_of(workspace, chain, item) for item in islice(found, limit)]


def _partition(workspace: str, chain: int) -> str:
    return f"{RECORDS}{quote(workspace, safe='')}#{chain:02}"


def _key_of_head(workspace: str, chain: int) -> Key:
    return f"{HEADS}{quote(workspace, safe='')}#{chain:02}", _HEAD


def _head_item(key: Key, last: AuditRecord) -> Item:
    return {
        "pk": key[0], "sk": key[1], "number": last.number, "digest": last.digest, "recorded_at": last.recorded_at,
    }


def _still(head: AuditHead | None) -> Expression:
    """The condition that a head is as it was read."""
    if head is None:
        return ABSENT
    return Expression("#number = :before", {":before": head.number}, {"#number": "number"})


def _sort(number: int) -> str:
    return f"{_RECORDS}{number:012}"


def _record_item(partition: str, record: AuditRecord) -> Item:
    return {
        "pk": partition, "sk": _sort(record.number), "id": record.id, "recorded_at": record.recorded_at,
        "digest": record.digest, "body": record.body,
    }


def _id_item(partition: str, record: AuditRecord) -> Item:
    return {"pk": partition, "sk": _IDS + record.id, "number": record.number}


def _record_of(workspace: str, chain: int, item: Item) -> AuditRecord:
    number = int(item["sk"].removeprefix(_RECORDS))
    return AuditRecord(workspace, chain, number, item["id"], item["recorded_at"], item["digest"], item["body"])


def _head_of(item: Item | None) -> AuditHead | None:
    return None if item is None else AuditHead(int(item["number"]), item["digest"], item["recorded_at"])
