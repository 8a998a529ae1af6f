"""Letting go of versions that nothing refers to, in DynamoDB: what an execution that is there runs, or ran by, stays.

    first look   one that is neither active, nor the one before it, nor among the newest: its use begins to be written
                 down, in a small item of its own (VU#)
    then         it is made active, or somebody starts it by its number: that is its last use
    a later look its last use is a term ago: the executions that started before its end are read, which retention has
                 mostly taken. None refers to it: it is deleted, if it was of no use meanwhile

A version runs as long as it is active, or by its number. `set_active` and `mark_used` write down when that was. Who
publishes writes nothing of the version that was active: it was, at the latest, when the next one was published after
its last use that is known. So what started later than that cannot refer to it, and need not be read.

What is left of its use says for a year that it is gone. So nobody starts it who has kept it in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from engine.adapters.aws import items, table
from engine.adapters.aws.catalog_store import (
    GONE,
    USED_AT,
    DynamoCatalogStore,
    definition_key,
    keys_of_uses,
    keys_of_versions,
    number_of,
    use_key,
    version_key,
)
from engine.adapters.aws.dynamo import ABSENT, Delete, Expression, Item, Put, Table, Update
from engine.adapters.aws.executions_index import DynamoExecutionsIndex
from engine.ports.executions_index import ExecutionQuery
from engine.ports.retention import named_in
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

DAY = 86_400.0

MARGIN_SECONDS = DAY
"""A start writes its header some moments after it has said what it runs; and clocks differ."""

GONE_DAYS = 366.0
"""For so long it is said of a version that it is gone: no process keeps one in memory longer."""

MOST_READ = 10_000
"""Executions of one look. Where more are kept for longer than the term, nothing is deleted."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Version:
    """What of a version is looked at."""

    number: int
    published_at: float
    definition_digest: str


class DynamoOldVersions:
    """`catalog` and `index` are of the same table."""

    def __init__(self, stored: Table, catalog: DynamoCatalogStore, index: DynamoExecutionsIndex) -> None:
        self._table = stored
        self._catalog = catalog
        self._index = index

    def old_versions(self, workspace: str, workflow: str, published_before: float, keep: int) -> int:
        """Delete versions of a workflow that nothing refers to; how many. Kept are the active one, the one before it,
        the `keep` newest, and each that was of use since `published_before`, a margin allowed for, that an execution
        which is there runs or ran by, or that another version names. Raises StorageError."""
        row = self._catalog.workflow(workspace, workflow)
        if row is None:
            return 0
        there = [_version(item) for item in self._table.query(
            keys_of_versions(workspace, workflow), newest_first=True
        )]
        before = next((one.number for one in there if one.number < row.active_version), 0)
        old = [
            one for one in there[keep:]
            if one.published_at < published_before and one.number not in (row.active_version, before)
        ]
        if not old:
            return 0
        used = {
            number_of(item["sk"]): item[USED_AT]
            for item in self._table.query(keys_of_uses(workspace, workflow)) if GONE not in item
        }
        due = []
        for one in old:
            if one.number not in used:
                self._begin(workspace, workflow, one.number)
            elif _last_use(used[one.number], there) < published_before - MARGIN_SECONDS:
                due.append(one)
        if not due:
            return 0
        until = max(_last_use(used[one.number], there) for one in due) + MARGIN_SECONDS
        wanted = {one.number for one in due}
        kept = self._referred(workspace, workflow, until, wanted)
        if wanted - kept:
            kept |= self._named(workspace, workflow, wanted - kept)
        deleted = 0
        for one in due:
            if one.number not in kept and self._delete(workspace, workflow, one, used[one.number], there):
                there.remove(one)
                deleted += 1
        return deleted

    def _begin(self, workspace: str, workflow: str, number: int) -> None:
        """From now on it is written down when it is of use."""
        pk, sk = use_key(workspace, workflow, number)
        self._table.holds(Put({"pk": pk, "sk": sk, USED_AT: self._table.now()}, ABSENT))

    def _referred(self, workspace: str, workflow: str, started_before: float, wanted: set[int]) -> set[int]:
        """Those of `wanted` that executions refer to; all, where there are too many to read."""
        found: set[int] = set()
        keys = self._index.keys(ExecutionQuery(workspace, workflow=workflow, started_before=started_before))
        for looked, some in enumerate(_batches((items.partition(key), items.HEADER) for key in keys)):
            if looked * _AT_ONCE >= MOST_READ:
                _LOG.warning("old versions of %s stay: more than %d executions would be read", workflow, MOST_READ)
                return wanted
            for header in self._table.get_many(some).values():
                found |= self._versions_of(header, wanted)
            if wanted <= found:
                break
        return found & wanted

    def _named(self, workspace: str, workflow: str, wanted: set[int]) -> set[int]:
        """Those of `wanted` that the document of a version names, which is none of them."""
        found: set[int] = set()
        for row in self._catalog.workflows(workspace):
            for version in self._catalog.versions(workspace, row.workflow):
                if row.workflow != workflow or version.number not in wanted:
                    found |= named_in(version.document, workflow) & wanted
        return found

    def _versions_of(self, header: Item, wanted: set[int]) -> set[int]:
        """What the execution of this header runs, or ran by. One that was redriven more often than it says what it ran
        by may have run by any: an earlier release wrote that nowhere."""
        if items.taken_at(header, self._table.now()) is not None:
            return set()
        earlier = {int(value) for name, value in header.items() if name.startswith(items.RAN_BY)}
        if header.get("redrives", 0) > len(earlier):
            return wanted
        return {int(header["version"]), *earlier}

    def _delete(self, workspace: str, workflow: str, one: _Version, used_at: float, there: list[_Version]) -> bool:
        """In one transaction with what says that it is gone, and what finds its definition; not where it was of use
        meanwhile. Its document, where that is a blob, is an orphan then (engine.adapters.aws.erasure.orphans)."""
        ends = int(self._table.now() + GONE_DAYS * DAY)
        gone = Update(
            use_key(workspace, workflow, one.number), f"SET {GONE} = :gone, {table.TTL_ATTRIBUTE} = :ends",
            Expression(f"{USED_AT} = :used", {":used": used_at, ":gone": True, ":ends": ends}),
        )
        version = Delete(version_key(workspace, workflow, one.number), Expression("attribute_exists(pk)"))
        found_by = definition_key(workspace, workflow, one.definition_digest)
        pointer = self._table.get(found_by)
        if pointer is None or int(pointer["number"]) != one.number:
            return self._table.holds(gone, version)
        same = [other for other in there if other is not one and other.definition_digest == one.definition_digest]
        points, names = {":number": one.number}, {"#number": "number"}
        if same:  # an older version has it too, which executions find by it
            points[":other"] = same[0].number
            moved = Update(found_by, "SET #number = :other", Expression("#number = :number", points, names))
            return self._table.holds(gone, version, moved)
        return self._table.holds(gone, version, Delete(found_by, Expression("#number = :number", points, names)))


def _version(item: Item) -> _Version:
    return _Version(number_of(item["sk"]), item["published_at"], item["definition_digest"])


def _last_use(used_at: float, there: Iterable[_Version]) -> float:
    """When it was of use last, at the latest: it may have been active until the next one was published."""
    return min((one.published_at for one in there if one.published_at > used_at), default=used_at)


def _batches(keys: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while some := list(islice(keys, _AT_ONCE)):
        yield some
