"""The audit log in DynamoDB: a partition for each chain, read by query, and in it one item for a run of records.

    N#000000000001    records 1 to 20      sealed together: their texts, packed and deflated
    N#000000000021    record 21            as an earlier release wrote it, with an item I#<id> beside it
    N#000000000022    records 22 to 23

An item lies under its first number and is put where nothing is, so it is its own lock: whoever knows the chain's end
less far puts under a number that is taken. The head follows on its item, and may be missed when a writer dies in
between: whoever appends next finds the number taken, reads the end and puts the head right.

    writer A  -- reads head 7 -- puts N#8 (8 to 9) -- puts head 9
    writer B  -- reads head 7 ----------------- puts N#8: refused -- reads the end -- puts N#10

A chain's first item and its head are put together.

What of a record may be erased (AuditRecord.kept) lies in an attribute of its own, deflated by itself. To erase it is to
write that attribute with its keyed digest in its place; the rest of the item stays as it is
(engine.governance.audit.packing). An item has a term where the
stage gives its records one: DynamoDB deletes it, some time after a checkpoint has said so.

No id has an index. A record is never recorded before its own time, so who looks for ids walks back from the end to the
time that they tell of (`since`), which is as a rule later than the end.

Heads have partitions of their own, so that IAM, which sees partition keys alone, can deny to change or delete a record
and leave the heads alone. An earlier release kept a chain's head beside its records: where there is one it is kept in
step, so that functions of both releases follow on the same end. A number is put once, whoever's head is behind.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from urllib.parse import quote

from engine.adapters.audit_runs import runs_of
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table, Update
from engine.adapters.aws.table import TTL_ATTRIBUTE
from engine.governance.audit.packing import Place, in_place_of, packed, unpacked
from engine.ports.audit_log import LEAST_DAYS, ActorRow, AuditHead, AuditNote, AuditRecord
from engine.records import dataclass

RECORDS, HEADS, NOTES = "A#", "AH#", "AN#"
"""What the partition keys of records, of heads and of notes begin with."""

_ACTORS = "AP#"
"""Likewise of whose pseudonyms there are: nobody's rights to change these items are less than to others."""

KEPT = "kept"
"""The attribute with what may be erased: the one that somebody else than the sealer may change."""

MARGIN_DAYS = 7.0
"""So long after its term an item is deleted: by then there is a checkpoint."""

_HEAD, _RECORDS = "H", "N#"
_BESIDE = "beside"
"""The attribute of a head beside which an earlier release's is kept in step."""

_DAYS = "days"
"""The attribute of a head with the term of the last record."""

_SHORTER, _SHORTER_DAYS = "shorter", "shorter_days"
"""The attributes of a head up to whose number a shorter term was given, and that term."""

_LAST = 10**12 - 1
_PAGES = (1, 4, 16)

NOTE_SECONDS = 90 * 86400.0
"""How long a note is kept after it was put: DynamoDB deletes it then."""

_DAY = 86_400.0

# Never change a dictionary that was released: items written with it need it for ever. Add another attribute instead.
_DICTIONARY = (
    rb'\"after\":null,\"before\":null,\"chain\":,\"reason\":null,\"details\":{\"error\":\"cause\":\"state\":'
    rb'\"attempt\":0\"subject\":\"workflow/\"act\":\"workflow.publish\"task.answer\"execution.stop\"act.refused'
    rb'"[["{\"act\":\"engine.failed\"engine.step_failed\",\"actor\":\"engine\",\"actor_kind\":\"engine\",\"after\":null,'
    rb'\"at\":\"20-00000Z\",\"before\":null,\"chain\":,\"details\":{\"event\":1,\"version\":1},\"id\":\"#1\",\"number\":'
    rb',\"origin\":\"automate--worker\",\"previous\":\"\",\"reason\":null,\"recorded_at\":\"202-000Z\",\"subject\":\"'
    rb'execution/\",\"workspace\":\"default\"}","","#1",17.00],["{\"act\":\"engine.started\",\"actor\":\"engine\",'
    rb'\"actor_kind\":\"engine\",\"after\":null,\"at\":\"202-["{\"act\":\"execution.start\",\"actor\":\"\",\"actor_kind\":'
    rb'\"user\",\"after\":{\"input_digest\":\"\",\"kind\":\"STANDARD\",\"version\":1},\"at\":\"202-000Z\",\"before\":null,'
    rb'\"chain\":,\"details\":{},\"id\":\"#start\",\"number\":,\"origin\":\"\",\"previous\":\"'
)


_OPEN_DICTIONARY = (
    b'["{\\"after\\":null,\\"before\\":null,\\"details\\":{\\"attempt\\":0,\\"cause\\":\\"\\",\\"error\\":\\"\\",\\"event\\":1,'
    b'\\"state\\":\\"\\",\\"version\\":1},\\"id\\":\\"#1\\",\\"key\\":\\"\\",\\"reason\\":null,\\"subject\\":\\"execution/\\"}",'
    b'"{\\"after\\":{\\"input_digest\\":\\"\\",\\"kind\\":\\"STANDARD\\",\\"version\\":1},\\"before\\":null,\\"details\\":{},\\"id'
    b'\\":\\"#start\\",\\"key\\":\\"'
)
"""Of KEPT; likewise."""


@dataclass(frozen=True, slots=True)
class _Heads:
    """A chain's head, and the one of an earlier release; their numbers as they are stored. `days` is the term of the
    last record, `shorter` what the port's method of that name answers."""

    own: AuditHead | None
    earlier: AuditHead | None
    days: float | None = None
    shorter: tuple[int, float] | None = None

    @property
    def end(self) -> AuditHead | None:
        """The one that is further on."""
        there = [head for head in (self.own, self.earlier) if head is not None]
        return max(there, key=lambda head: head.number, default=None)


class DynamoAuditLog:
    """engine.ports.audit_log.AuditLog. Records are kept for `days`, LEAST_DAYS at least; 0 keeps them for ever."""

    def __init__(self, table: Table, days: float = 0.0) -> None:
        self._table = table
        self._days = max(days, LEAST_DAYS) if days > 0 else 0.0
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
        return {
            chain: _Heads(
                _head_of(own.get(chain)), _head_of(earlier.get(chain)), own.get(chain, {}).get(_DAYS),
                _shorter(own.get(chain, {})),
            ) for chain in chains
        }

    def _read_heads(self, keys: Mapping[int, Key]) -> dict[int, Item]:
        items = self._table.get_many(list(keys.values()))
        return {chain: items[key] for chain, key in keys.items() if key in items}

    def append(self, records: Sequence[AuditRecord], *, since: float = 0.0) -> frozenset[int]:
        """Write each chain's records if they follow on its head. Answers the chains that were not written."""
        return frozenset(chain for chain, run in runs_of(records).items() if not self._append(run, since))

    def _append(self, run: list[AuditRecord], since: float) -> bool:
        workspace, chain = run[0].workspace, run[0].chain
        heads = self._seen.pop((workspace, chain), None) or self._heads(workspace, [chain])[chain]
        end = heads.end
        if run[0].number != (end.number if end else 0) + 1:
            return False
        # Between this look and the put another one may append: then the number is taken.
        if end is not None and end.recorded_at >= since and self.known(
            workspace, chain, [record.id for record in run], since=since
        ):
            return False
        last = AuditHead(run[-1].number, run[-1].digest, run[-1].recorded_at)
        if end is None:  # a chain begins with its head: entries without one are a finding
            head = Put({**_head_item(_key_of_head(workspace, chain), last), _DAYS: self._days}, ABSENT)
            return self._table.holds(Put(self._item(run), ABSENT), head)
        if not self._table.holds(Put(self._item(run), ABSENT)):
            self._put_right(workspace, chain, heads)
            return False
        self._put_heads(workspace, chain, last, self._with_term(heads, end))
        return True

    def _with_term(self, heads: _Heads, end: AuditHead) -> _Heads:
        """`heads` with the term of what follows `end`."""
        before, shorter = heads.days, heads.shorter
        if before and (before < self._days or self._days == 0):
            shorter = (end.number, before if shorter is None else min(before, shorter[1]))
        return replace(heads, days=self._days, shorter=shorter)

    def _item(self, run: Sequence[AuditRecord]) -> Item:
        item = _item_of(run)
        if self._days > 0:
            item[TTL_ATTRIBUTE] = math.ceil(run[-1].recorded_at + (self._days + MARGIN_DAYS) * _DAY)
        return item

    def _put_right(self, workspace: str, chain: int, heads: _Heads) -> None:
        """The head, where it is behind the records: a writer has died between the two."""
        for newest in self._items(workspace, chain, 0, _LAST, (1,), newest_first=True):
            last = _records_of(workspace, chain, newest)[-1]
            if heads.end is None or last.number > heads.end.number:
                self._put_heads(workspace, chain, AuditHead(last.number, last.digest, last.recorded_at), heads)
            return

    def _put_heads(self, workspace: str, chain: int, end: AuditHead, heads: _Heads) -> None:
        """Never back: another writer may have gone on meanwhile."""
        later = Expression(
            "attribute_not_exists(pk) OR #number < :number", {":number": end.number}, {"#number": "number"}
        )
        head = _head_item(_key_of_head(workspace, chain), end)
        if heads.days is not None:
            head[_DAYS] = heads.days
        if heads.shorter is not None:
            head[_SHORTER], head[_SHORTER_DAYS] = heads.shorter
        if heads.earlier is not None:
            head[_BESIDE] = True
            self._table.holds(Put(_head_item((_partition(workspace, chain), _HEAD), end), later))
        self._table.holds(Put(head, later))

    def known(self, workspace: str, chain: int, ids: Sequence[str], *, since: float = 0.0) -> set[str]:
        """Those of `ids` that the chain holds, read consistently."""
        wanted, found = set(ids), set[str]()
        for item in self._items(workspace, chain, 0, _LAST, _PAGES, newest_first=True):
            if item["recorded_at"] < since:
                break
            found |= wanted.intersection(record.id for record in _records_of(workspace, chain, item))
            if len(found) == len(wanted):
                break
        return found

    def erase(self, workspace: str, chain: int, ids: Mapping[int, str]) -> None:
        """Write KEPT of each item without what is kept of these records."""
        left = sorted(ids)
        while left:
            newest = self._items(workspace, chain, 0, left[-1], (1,), newest_first=True)
            item = next(iter(newest), None)
            if item is None:
                return
            first = _number(item)
            kept = _opened(item)
            for number in ids:
                if 0 <= number - first < len(kept):
                    kept[number - first] = in_place_of(kept[number - first])
            left = [number for number in left if number < first]
            if KEPT in item:
                there = Expression(f"attribute_exists({KEPT})", {":kept": _closed(kept)}, {"#kept": KEPT})
                self._table.holds(Update((item["pk"], item["sk"]), "SET #kept = :kept", there))

    def expire(self, workspace: str, chain: int, through: AuditHead, limit: int) -> int:  # noqa: ARG002  the port's
        """None: DynamoDB deletes items by their term."""
        return 0

    def expired(self, workspace: str) -> dict[int, int]:  # noqa: ARG002  the port's
        """Nothing is kept apart from the records."""
        return {}

    def witnessed(self, workspace: str) -> dict[int, int]:  # noqa: ARG002  the port's
        """Nothing: heads lie where the records lie."""
        return {}

    def shorter(self, workspace: str, chain: int) -> tuple[int, float] | None:
        """Where the term was made longer: an item is deleted by the one that it was written with."""
        return self._heads(workspace, [chain])[chain].shorter

    def oldest(self, workspace: str, chain: int, *, after: int, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number over `after`, oldest first, read consistently."""
        first = after + 1
        if after:  # it may lie in an item that begins before it
            for item in self._items(workspace, chain, 0, first, (1,), newest_first=True):
                first = _number(item)
                break
        found = self._records(workspace, chain, first, _LAST, limit, newest_first=False)
        return list(islice((record for record in found if record.number > after), limit))

    def newest(self, workspace: str, chain: int, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number under `before`, newest first."""
        last = _LAST if before is None else before - 1
        found = self._records(workspace, chain, 0, last, limit, newest_first=True)
        return list(islice((record for record in found if record.number <= last), limit))

    def actors(self, workspace: str) -> list[ActorRow]:
        """Those who have a pseudonym, read consistently."""
        found = self._table.query(Expression("pk = :pk", {":pk": _of_actors(workspace)}))
        return [ActorRow(workspace, item["sk"], item["kind"], item["name"], item["key"]) for item in found]

    def put_actor(self, row: ActorRow) -> None:
        """Write a row where there is none."""
        self._table.holds(Put({
            "pk": _of_actors(row.workspace), "sk": row.pseudonym, "kind": row.kind, "name": row.name, "key": row.key,
        }, ABSENT))

    def forget_actors(self, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Delete these rows."""
        self._table.delete([(_of_actors(workspace), one) for one in pseudonyms])

    def _records(
        self, workspace: str, chain: int, first: int, last: int, limit: int, *, newest_first: bool
    ) -> Iterator[AuditRecord]:
        """The records of the items that begin within these numbers."""
        for item in self._items(workspace, chain, first, last, (limit,), newest_first=newest_first):
            records = _records_of(workspace, chain, item)
            yield from reversed(records) if newest_first else records

    def _items(
        self, workspace: str, chain: int, first: int, last: int, pages: Sequence[int], *, newest_first: bool
    ) -> Iterator[Item]:
        if first > last:
            return iter(())
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {
            ":pk": _partition(workspace, chain), ":first": _sort(first), ":last": _sort(last),
        })
        return self._table.query(keys, newest_first=newest_first, pages=pages)


class DynamoAuditNotes:
    """engine.ports.audit_log.AuditNotes: an item each, in a partition for each chain, by time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, note: AuditNote) -> None:
        """Write it where it is not there yet."""
        self._table.holds(Put({
            "pk": _notes(note.workspace, note.chain), "sk": _note_sort(note.at, note.id), "at": note.at,
            "body": note.body, "expires_at": int(note.at + NOTE_SECONDS),
        }, ABSENT))

    def notes(self, workspace: str, chain: int, *, since: float) -> Iterator[AuditNote]:
        """Those whose time is not before `since`, oldest first."""
        keys = Expression("pk = :pk AND sk >= :since", {
            ":pk": _notes(workspace, chain), ":since": _note_sort(since, ""),
        })
        for item in self._table.query(keys):
            yield AuditNote(workspace, chain, item["sk"].partition("#")[2], item["at"], item["body"])


    def delete(self, notes: Sequence[AuditNote]) -> None:
        """Delete them."""
        self._table.delete([(_notes(note.workspace, note.chain), _note_sort(note.at, note.id)) for note in notes])


def _partition(workspace: str, chain: int) -> str:
    return f"{RECORDS}{quote(workspace, safe='')}#{chain:02}"


def _of_actors(workspace: str) -> str:
    return f"{_ACTORS}{quote(workspace, safe='')}"


def _notes(workspace: str, chain: int) -> str:
    return f"{NOTES}{quote(workspace, safe='')}#{chain:02}"


def _note_sort(at: float, note_id: str) -> str:
    return f"{at:020.6f}#{note_id}"


def _key_of_head(workspace: str, chain: int) -> Key:
    return f"{HEADS}{quote(workspace, safe='')}#{chain:02}", _HEAD


def _head_item(key: Key, end: AuditHead) -> Item:
    return {
        "pk": key[0], "sk": key[1], "number": end.number, "digest": end.digest, "recorded_at": end.recorded_at,
    }


def _sort(number: int) -> str:
    return f"{_RECORDS}{number:012}"


def _number(item: Item) -> int:
    """Of an item's first record."""
    return int(item["sk"].removeprefix(_RECORDS))


def _item_of(run: Sequence[AuditRecord]) -> Item:
    """The item of records that follow on each other."""
    first, last = run[0], run[-1]
    text = json.dumps(packed(run), ensure_ascii=False, separators=(",", ":"))
    press = zlib.compressobj(level=9, zdict=_DICTIONARY)
    return {
        "pk": _partition(first.workspace, first.chain), "sk": _sort(first.number), "recorded_at": last.recorded_at,
        "run": press.compress(text.encode("utf-8", "surrogatepass")) + press.flush(),
        KEPT: _closed([record.kept for record in run]) if any(record.kept for record in run) else None,
    }


def _closed(kept: Sequence[str]) -> bytes:
    press = zlib.compressobj(level=9, zdict=_OPEN_DICTIONARY)
    return press.compress(json.dumps(kept, separators=(",", ":")).encode("ascii")) + press.flush()


def _opened(item: Item) -> list[str]:
    """What is kept of each record of an item that may be erased; nothing where it has no such attribute."""
    if KEPT not in item:
        return []
    return [*json.loads(zlib.decompressobj(zdict=_OPEN_DICTIONARY).decompress(item[KEPT]))]


def _records_of(workspace: str, chain: int, item: Item) -> list[AuditRecord]:
    """The records of an item: of a run, or the one of an earlier release. Of what cannot be read there is one without a
    text, which no digest fits."""
    number = _number(item)
    if "run" not in item:
        return [AuditRecord(workspace, chain, number, item["id"], item["recorded_at"], item["digest"], item["body"])]
    try:
        text = zlib.decompressobj(zdict=_DICTIONARY).decompress(item["run"])
        rows = json.loads(text.decode("utf-8", "surrogatepass"))
        deleted_at = item.get(TTL_ATTRIBUTE)
        kept_until = None if deleted_at is None else float(deleted_at) - MARGIN_DAYS * _DAY
        place = Place(workspace, chain, number, kept_until)
        return list(unpacked(rows, _opened(item) or [""] * len(rows), place))
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
        return [AuditRecord(workspace, chain, number, "", item["recorded_at"], "", "")]


def _head_of(item: Item | None) -> AuditHead | None:
    return None if item is None else AuditHead(int(item["number"]), item["digest"], item["recorded_at"])


def _shorter(head: Item) -> tuple[int, float] | None:
    return (int(head[_SHORTER]), head[_SHORTER_DAYS]) if _SHORTER in head else None
