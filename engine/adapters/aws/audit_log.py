"""The audit log in DynamoDB: a partition for each chain, read by query, written by one transaction a chain.

A record, a marker of its id and the chain's head are put together, each under its condition:

    writer A  -- reads head 7 -- puts 8, head 8 if it is 7: written
    writer B  -- reads head 7 ------------------------------ puts 8, head 8 if it is 7: refused, nothing is written

Two transactions on one chain at the same moment may also conflict, which is Throttled: whoever appends tries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from urllib.parse import quote

from engine.adapters.audit_runs import runs_of
from engine.adapters.aws.dynamo import ABSENT, ConditionFailed, Expression, Item, Key, Put, Table
from engine.ports.audit_log import AuditHead, AuditRecord

_HEAD, _RECORDS, _IDS = "H", "N#", "I#"
_LAST = 10**12 - 1


class DynamoAuditLog:
    """engine.ports.audit_log.AuditLog."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def heads(self, workspace: str, chains: Sequence[int]) -> dict[int, AuditHead]:
        """The heads of `chains`, read consistently."""
        keys = {(_partition(workspace, chain), _HEAD): chain for chain in chains}
        return {keys[key]: _head_of(item) for key, item in self._table.get_many(list(keys)).items()}

    def append(self, records: Sequence[AuditRecord]) -> frozenset[int]:
        """Write each chain's records if they follow on its head. Answers the chains that were not written."""
        return frozenset(chain for chain, run in runs_of(records).items() if not self._append(run))

    def _append(self, run: list[AuditRecord]) -> bool:
        first, last = run[0], run[-1]
        partition = _partition(first.workspace, first.chain)
        head: Item = {
            "pk": partition, "sk": _HEAD, "number": last.number, "digest": last.digest, "recorded_at": last.recorded_at,
        }
        follows = ABSENT if first.number == 1 else Expression(
            "#number = :before", {":before": first.number - 1}, {"#number": "number"}
        )
        writes = [Put(head, follows)]
        for record in run:
            writes += [Put(_record_item(partition, record), ABSENT), Put(_id_item(partition, record), ABSENT)]
        try:
            self._table.transact(writes)
        except ConditionFailed:
            return False
        return True

    def known(self, workspace: str, chain: int, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that the chain holds, read consistently."""
        keys: list[Key] = [(_partition(workspace, chain), _IDS + item) for item in dict.fromkeys(ids)]
        return {sort.removeprefix(_IDS) for _, sort in self._table.get_many(keys)}

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
    return f"A#{quote(workspace, safe='')}#{chain:02}"


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


def _head_of(item: Item) -> AuditHead:
    return AuditHead(int(item["number"]), item["digest"], item["recorded_at"])
