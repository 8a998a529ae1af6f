"""The executions index in DynamoDB: each query walks one index of the table, never the table.

A list lies in the shards of one index (table.py says why), and, where it was written unspread, in a partition beside
them. All of them are walked at the same time, and merged: each is in the list's order. A page's token is a place in
that order. It says nothing of partitions, so it holds however the rows were written. A name is looked up in its shard
alone, and with its workflow by its key.

Every index but those of a prefix leaves its keys in the list's order, newest first. The keys of a prefix come in the
order of its values: up to GATHERED of them are read and sorted. More of them than that is no rare prefix, so there
the list itself is walked and what does not match is left out. Names that the product gives have no index: such a name
says when its execution started (engine.ports.generated_names), and that part of the list is walked. The headers, which
are the rows, are then read by key, consistently, and compared with the query once more: an index lags behind its table.
"""

from __future__ import annotations

import heapq
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from itertools import chain, groupby, islice
from urllib.parse import quote

from engine.adapters import listing
from engine.adapters.aws import items, table
from engine.adapters.aws.dynamo import Expression, Item, Key, Put, Table
from engine.adapters.listing import Position
from engine.ports.ends import End
from engine.ports.executions_index import (
    BEGINNINGS,
    COUNTED_SECONDS,
    ENDS,
    KEPT_DAYS,
    MOST_LOOKED_AT,
    OLDEST,
    STARTS,
    Count,
    Counted,
    ExecutionPage,
    ExecutionQuery,
    ExecutionRow,
    Search,
)
from engine.ports.generated_names import is_generated, starts_of
from engine.ports.journal import ENDED_OTHERWISE, OPEN_STATUSES
from engine.ports.keys import ExecutionKey
from engine.records import dataclass

GATHERED = 2000
_ROWS_AT_ONCE = 100
_PAGE = 200
_MORE = 2000
"""Keys of the open executions, of all workflows, that are read at once behind the first page."""
_FEWEST_OF_A_SHARD = 8
"""A page's rows of one shard are about a sixteenth of it. Twice that are asked for, so that one question will do."""

SETTLED_SECONDS = 3.0
"""So much later, at the most, an index shows what was written, the write and clocks included. As a rule it is under a
second."""

NOTED_ENDS = "B#"
"""What the partition of ends begins with that the stream told."""

ENDS_KEPT = 86_400
"""Seconds. An end is noted within so long; what is noted is kept twice as long."""

_DIGEST_BYTES = 6
_KEPT: dict[Counted, str] = {STARTS: "", ENDS: "E#"}
"""What the sort keys of each begin with."""

_COUNTED_AT_ONCE = 2000
"""Keys of a page where many are counted."""

_FEW = 80
"""Up to so many executions are counted by their headers: that costs less than asking for each status."""

_LATEST = 9_999_999_999.0
"""No execution starts later, for a place in the list has ten digits for it (epoch seconds)."""

_INDEXES = {index.name: index for index in (table.BUSINESS_KEY, table.NAME, table.ERROR)}
"""Of the columns whose values a sort key begins with."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way through one list: its index and value, and what the sort keys begin with before the start time. `name` is
    that of all executions that are meant, where it is known."""

    index: table.Index
    value: str
    prefix: str = ""
    name: str | None = None

    def keys(self, condition: str, values: dict[str, str], most: int) -> list[tuple[Expression, int]]:
        """What finds `most` rows under a condition on the sort key: an expression for each partition, and the size of
        its first page."""
        partitions = items.partitions(self.value, self.name)
        of_a_shard = most if self.name is not None else max(_FEWEST_OF_A_SHARD, 2 * most // table.LIST_SHARDS)
        sizes = [most, *(of_a_shard for _ in partitions[1:])]
        text = f"{self.index.partition} = :partition{condition}"
        return [
            (Expression(text, {":partition": partition, **values}), size)
            for partition, size in zip(partitions, sizes, strict=True)
        ]


class DynamoExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex."""

    settled_after = SETTLED_SECONDS
    searches: Search = BEGINNINGS
    ends_reach_back = False

    def __init__(self, table: Table) -> None:
        self._table = table

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, in the order of their starts."""
        return listing.page(query, self._rows(query, listing.begin(query)))

    def counts(self, workspace: str, first: int, before: int, seconds: int) -> list[Count]:
        """How those stand that started at first <= t < before: of a few the headers say it, of many the index of
        statuses, from which those are missing that succeeded."""
        query = ExecutionQuery(workspace, started_after=first, started_before=before, limit=_COUNTED_AT_ONCE)

        def piece_of(place: str) -> int:
            return first + int(float(place.partition("\0")[0]) - first) // seconds * seconds

        started = [(piece_of(place), pk) for place, pk in _starts(self._walk(query, _list_walk(query), None))]
        if len(started) <= _FEW:
            stored = self._table.get_many([(pk, items.HEADER) for _, pk in started])
            headers = [(piece, stored.get((pk, items.HEADER))) for piece, pk in started]
            found = Counter(
                (piece, items.key_of(item["pk"]).workflow, item["status"]) for piece, item in headers if item
            )
        else:
            found = Counter((piece, items.key_of(pk).workflow, table.UNLISTED_STATUS) for piece, pk in started)
            for status in (*sorted(OPEN_STATUSES), *ENDED_OTHERWISE):
                walk = _Walk(table.STATUS, items.joined(workspace, status))
                for place, pk in _starts(self._walk(query, walk, None)):
                    piece, workflow = piece_of(place), items.key_of(pk).workflow
                    found[piece, workflow, status] += 1
                    found[piece, workflow, table.UNLISTED_STATUS] -= 1
        return [Count(*what, number) for what, number in found.items() if number > 0]

    def failures(self, workspace: str, first: int, before: int) -> list[Count]:
        """By workflow, status and error; of the newest MOST_LOOKED_AT of a status."""
        found: Counter[tuple[str, str, str | None]] = Counter()
        for status in ENDED_OTHERWISE:
            page = self.query(ExecutionQuery(
                workspace, status=status, started_after=first, started_before=before, limit=MOST_LOOKED_AT
            ))
            found.update((row.workflow, row.status, row.error) for row in page.rows if row.key.fork_of is None)
        return [Count(first, workflow, status, number, error) for (workflow, status, error), number in found.items()]

    def add_ends(self, ends: Iterable[End]) -> None:
        """Note ends that a batch of the stream told, for `ends`: an item for each piece of time. However a batch comes
        again, whole or in parts, each end counts once, for it is noted by a digest of its own: with the exact times,
        so a name cannot be tried against it. What ended a day ago is left out: it is counted no more."""
        pieces: dict[tuple[str, int], dict[tuple[str, str], list[bytes]]] = {}
        for end in ends:
            if end.ended_at is not None and end.ended_at > self._table.now() - ENDS_KEPT:
                piece = int(end.ended_at) // COUNTED_SECONDS * COUNTED_SECONDS
                those = pieces.setdefault((end.key.workspace, piece), {}).setdefault((end.workflow, end.status), [])
                those.append(_digest(f"{end.id}#{end.started_at}#{end.ended_at}".encode()))
        for (workspace, piece), found in pieces.items():
            body = [[*what, b64encode(b"".join(sorted(ids))).decode()] for what, ids in sorted(found.items())]
            text = json.dumps(body, separators=(",", ":"))
            pk, sk = _noted(workspace, piece)
            sk += f"#{_digest(text.encode()).hex()}"
            self._table.write(Put({"pk": pk, "sk": sk, "body": text, table.TTL_ATTRIBUTE: piece + 2 * ENDS_KEPT}))

    def ends(self, workspace: str, first: int, before: int) -> list[Count]:
        """How many ended at first <= t < before, as `add_ends` noted it."""
        (pk, begins), (_, stops) = _noted(workspace, first), _noted(workspace, before)
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {":pk": pk, ":first": begins, ":last": stops})
        found: dict[tuple[int, str, str], set[bytes]] = {}
        for item in self._table.query(keys):
            piece = int(item["sk"].partition("#")[0])
            for workflow, status, text in json.loads(item["body"]):
                ids = b64decode(text)
                each = (ids[start : start + _DIGEST_BYTES] for start in range(0, len(ids), _DIGEST_BYTES))
                found.setdefault((piece, workflow, status), set()).update(each)
        return [Count(*what, len(ids)) for what, ids in found.items()]

    def kept_counts(self, workspace: str, first: int, before: int, *, of: Counted = STARTS) -> dict[int, str]:
        """What was kept of first <= at < before."""
        (pk, begins), (_, stops) = _tally(workspace, first, of), _tally(workspace, before, of)
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {":pk": pk, ":first": begins, ":last": stops})
        found = {int(item["sk"].removeprefix(_KEPT[of])): str(item["body"]) for item in self._table.query(keys)}
        return {at: text for at, text in found.items() if at < before}

    def keep_counts(self, workspace: str, at: int, text: str, *, of: Counted = STARTS) -> None:
        """Keep `text` of the time `at`, until KEPT_DAYS later."""
        pk, sk = _tally(workspace, at, of)
        term = {table.TTL_ATTRIBUTE: at + KEPT_DAYS * 86_400} if at else {}
        self._table.write(Put({"pk": pk, "sk": sk, "body": text, **term}))

    def oldest(self, workspace: str, limit: int) -> list[ExecutionRow]:
        """The open ones that started first, by the index of statuses."""
        keys = [
            (Expression(f"{table.STATUS.partition} = :partition", {":partition": partition}), limit)
            for status in sorted(OPEN_STATUSES)
            for partition in items.partitions(items.joined(workspace, status))
        ]
        found = self._table.queries(keys, index=table.STATUS.name, more=_PAGE)
        placed = heapq.merge(*(map(partial(_placed, index=table.STATUS), islice(rows, limit)) for rows in found))
        keys_of = dict.fromkeys(pk for _, pk in placed)
        stored = self._table.get_many([(pk, items.HEADER) for pk in islice(keys_of, 2 * limit)])
        rows = (items.row_of(item) for item in stored.values() if items.LISTED in item)
        return sorted((row for row in rows if row.status in OPEN_STATUSES), key=Position.of)[:limit]

    def oldest_open(self, workspace: str, workflow: str, limit: int) -> list[ExecutionKey]:
        """In the order of their starts, by the index of statuses: what is open of other workflows is read, too."""
        keys = [
            (Expression(f"{table.STATUS.partition} = :partition", {":partition": partition}), _PAGE)
            for status in sorted(OPEN_STATUSES)
            for partition in items.partitions(items.joined(workspace, status))
        ]
        found = self._table.queries(keys, index=table.STATUS.name, more=_MORE)
        placed = heapq.merge(*(map(partial(_placed, index=table.STATUS), rows) for rows in found))
        each = (items.key_of(pk) for (_, pk), _ in groupby(placed))
        return list(islice((key for key in each if key.workflow == workflow), limit))

    def keys(self, query: ExecutionQuery) -> Iterator[ExecutionKey]:
        """What the query's indexes hold, by their starts: also what retention has taken, and what may not match."""
        return map(items.key_of, self._candidates(query, None))

    def _rows(self, query: ExecutionQuery, after: Position | None) -> Iterator[ExecutionRow]:
        """The rows that `query` means, from the position `after` on."""
        found = self._candidates(query, after)
        while chunk := list(islice(found, min(_ROWS_AT_ONCE, query.limit + 1))):
            stored = self._table.get_many([(pk, items.HEADER) for pk in chunk])
            now = self._table.now()
            headers = (stored[pk, items.HEADER] for pk in chunk if (pk, items.HEADER) in stored)
            listed = (item for item in headers if items.LISTED in item and items.taken_at(item, now) is None)
            for row in map(items.row_of, listed):
                if listing.matches(query, row) and listing.begins(query, row) and listing.is_behind(query, row, after):
                    yield row

    def _candidates(self, query: ExecutionQuery, after: Position | None) -> Iterator[str]:
        """Partitions of executions that may match, in the order of their starts, each once."""
        alone = _alone(query)
        if alone is not None:
            return iter((alone,))
        walk = _exact_walk(query)
        prefixed = _prefix_walks(query)
        if walk.index in (table.NAME, table.BUSINESS_KEY) or not prefixed:
            found = self._walk(query, walk, after)
            by_name = walk.index is table.NAME
        else:
            gathered = list(islice(chain.from_iterable(map(self._walk_prefix, prefixed)), GATHERED + 1))
            if len(gathered) > GATHERED:
                return (pk for _, pk in self._walk(query, walk, after))
            first, last = _bounds(query, after)
            in_order = sorted(set(gathered), reverse=query.order != OLDEST)
            read = items.started_sort(after.started_at, after.id) if after else ""
            found = (
                (place, pk) for place, pk in in_order if first <= place <= last and place != read and _named(query, pk)
            )
            by_name = prefixed[0].index is table.NAME
        if by_name:
            found = _merged(query, [found, self._generated(query, after)])
        return (pk for _, pk in found)

    def _generated(self, query: ExecutionQuery, after: Position | None) -> Iterator[tuple[str, str]]:
        """The executions with generated names that the query's name means: where the list has their starts."""
        pattern = listing.patterns(query)["name"]
        starts = starts_of(pattern.text)
        if starts is None:
            return
        first, last = items.started_sort(starts[0], ""), items.started_sort(min(starts[1], _LATEST), "")
        walk = replace(_list_walk(query), name=None if pattern.prefix else pattern.text)
        for place, pk in self._walk(query, walk, after, first=first, last=last):
            name = items.key_of(pk).name
            if is_generated(name, float(place.partition("\0")[0])):
                yield place, pk

    def _walk(
        self, query: ExecutionQuery, walk: _Walk, after: Position | None, *, first: str = " ", last: str = "~"
    ) -> Iterator[tuple[str, str]]:
        """Pairs of a place in the list and the key, of an index in the list's order, from `after` on, within `first`
        and `last`."""
        bounds = _bounds(query, after)
        first, last = max(first, bounds[0]), min(last, bounds[1])
        if first > last:
            return iter(())
        within = {":first": walk.prefix + first, ":last": walk.prefix + last}
        keys = walk.keys(f" AND {walk.index.sort} BETWEEN :first AND :last", within, query.limit + 1)
        newest_first = query.order != OLDEST
        found = self._table.queries(keys, index=walk.index.name, newest_first=newest_first, more=_PAGE)
        placed = _merged(query, [map(partial(_placed, index=walk.index), rows) for rows in found])
        return ((place, pk) for place, pk in placed if _named(query, pk))

    def _walk_prefix(self, walk: _Walk) -> Iterator[tuple[str, str]]:
        """Pairs of a key's place in the list and its partition, in no order."""
        begins = f" AND begins_with({walk.index.sort}, :prefix)" if walk.prefix else ""
        keys = walk.keys(begins, {":prefix": walk.prefix} if walk.prefix else {}, GATHERED + 1)
        found = self._table.queries(keys, index=walk.index.name)
        return map(partial(_placed, index=walk.index), chain.from_iterable(found))


def _starts(found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A walk without forks, which are no starts."""
    return ((place, pk) for place, pk in found if items.key_of(pk).fork_of is None)


def _tally(workspace: str, at: int, of: Counted) -> Key:
    """Where the counts of a time lie."""
    return f"Q#{quote(workspace, safe='')}", f"{_KEPT[of]}{at:012}"


def _noted(workspace: str, piece: int) -> Key:
    """Where the ends of a piece of time lie that were noted: what their sort keys begin with."""
    return f"{NOTED_ENDS}{quote(workspace, safe='')}", f"{piece:012}"


def _digest(said: bytes) -> bytes:
    return blake2b(said, digest_size=_DIGEST_BYTES).digest()


def _alone(query: ExecutionQuery) -> str | None:
    """The one partition of an execution that may match, where the query has both its workflow and its name."""
    pattern, workflow = listing.patterns(query).get("name"), query.workflow
    if pattern is None or pattern.prefix or workflow is None:
        return None
    if items.sortable(workflow + pattern.text) != workflow + pattern.text:
        return None  # no name is so long, and a key has no room for it
    return items.partition(ExecutionKey.of(query.workspace, workflow, pattern.text))


def _merged(query: ExecutionQuery, walks: Iterable[Iterator[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Walks in the list's order, as one. An index lags, so a row may still be in the partition that it has left."""
    return (found for found, _ in groupby(heapq.merge(*walks, reverse=query.order != OLDEST)))


def _bounds(query: ExecutionQuery, after: Position | None) -> tuple[str, str]:
    """The first and the last place in the list's order that may be meant; what lies outside is never read."""
    first = " " if query.started_after is None else items.started_sort(query.started_after, "")
    last = "~" if query.started_before is None else items.started_sort(query.started_before, "")
    if after is None:
        return first, last
    place = items.started_sort(after.started_at, after.id)
    return (max(first, place), last) if query.order == OLDEST else (first, min(last, place))


def _exact_walk(query: ExecutionQuery) -> _Walk:
    """The index of the exact filter that leaves the fewest rows as a rule; the whole list without one."""
    for column, pattern in listing.patterns(query).items():
        if column in _INDEXES and not pattern.prefix:
            name = pattern.text if column == "name" else None
            return _Walk(_INDEXES[column], query.workspace, items.joined(items.sortable(pattern.text), ""), name)
    statuses = listing.statuses(query)
    if len(statuses) == 1 and statuses[0] != table.UNLISTED_STATUS:
        return _Walk(table.STATUS, items.joined(query.workspace, statuses[0]))
    return _list_walk(query)


def _list_walk(query: ExecutionQuery) -> _Walk:
    """The list itself, of one workflow where one is meant."""
    if query.workflow is not None:
        return _Walk(table.WORKFLOW, items.joined(query.workspace, query.workflow))
    return _Walk(table.STARTED, query.workspace)


def _prefix_walks(query: ExecutionQuery) -> list[_Walk]:
    """The index of the prefix that leaves the fewest rows as a rule; of a text, those of business keys and errors; none
    without either."""
    for column, pattern in listing.patterns(query).items():
        if column in _INDEXES and pattern.prefix:
            return [_Walk(_INDEXES[column], query.workspace, items.sortable(pattern.text))]
    if not query.text:
        return []
    prefix = items.sortable(query.text)
    return [_Walk(index, query.workspace, prefix) for index in (table.BUSINESS_KEY, table.ERROR)]


def _named(query: ExecutionQuery, partition: str) -> bool:
    """Whether the key alone does not rule the execution out: spares reading its row."""
    key, pattern = items.key_of(partition), listing.patterns(query).get("name")
    return query.workflow in (None, key.workflow) and (pattern is None or pattern.matches(key.name))


def _placed(item: Item, index: table.Index) -> tuple[str, str]:
    """Start time and id at the end of a sort key, and the partition."""
    return items.joined(*item[index.sort].rsplit("\0", 2)[-2:]), item["pk"]
