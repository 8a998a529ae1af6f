"""The executions index in DynamoDB: each query walks one index of the table, never the table.

Every index but those of a prefix leaves its keys in the list's order, newest first. The keys of a prefix come in the
order of its values: up to GATHERED of them are read and sorted. More of them than that is no rare prefix, so there
the list itself is walked and what does not match is left out. Names that the product gives have no index: such a name
says when its execution started (engine.ports.generated_names), and that part of the list is walked. The headers, which
are the rows, are then read by key, consistently, and compared with the query once more: an index lags behind its table.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice

from engine.adapters import listing
from engine.adapters.aws import items, table
from engine.adapters.aws.dynamo import Expression, Item, Table
from engine.adapters.listing import Position
from engine.ports.executions_index import ExecutionPage, ExecutionQuery, ExecutionRow
from engine.ports.generated_names import is_generated, starts_of
from engine.records import dataclass

GATHERED = 2000
_ROWS_AT_ONCE = 100

_LATEST = 9_999_999_999.0
"""No execution starts later, for a place in the list has ten digits for it (epoch seconds)."""

_INDEXES = {index.name: index for index in (table.BUSINESS_KEY, table.NAME, table.ERROR)}
"""Of the columns whose values a sort key begins with."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way through one index: its partition, and what the sort keys begin with before the start time."""

    index: table.Index
    partition: str
    prefix: str = ""


class DynamoExecutionsIndex:
    """engine.ports.executions_index.ExecutionsIndex."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def query(self, query: ExecutionQuery) -> ExecutionPage:
        """A page of rows, newest start first."""
        return listing.page(query, self._rows(query, listing.begin(query)))

    def _rows(self, query: ExecutionQuery, after: Position | None) -> Iterator[ExecutionRow]:
        """The rows that `query` means, from the position `after` on."""
        found = self._candidates(query, after)
        while chunk := list(islice(found, min(_ROWS_AT_ONCE, query.limit + 1))):
            stored = self._table.get_many([(pk, items.HEADER) for pk in chunk])
            rows = (items.row_of(stored[pk, items.HEADER]) for pk in chunk if (pk, items.HEADER) in stored)
            for row in rows:
                if listing.matches(query, row) and (after is None or Position.of(row) < after):
                    yield row

    def _candidates(self, query: ExecutionQuery, after: Position | None) -> Iterator[str]:
        """Partitions of executions that may match, newest first."""
        walk = _exact_walk(query)
        prefixed = _prefix_walk(query)
        if walk.index in (table.NAME, table.BUSINESS_KEY) or prefixed is None:
            found = self._walk(query, walk, after)
            by_name = walk.index is table.NAME
        else:
            gathered = list(islice(self._walk_prefix(prefixed), GATHERED + 1))
            if len(gathered) > GATHERED:
                return (pk for _, pk in self._walk(query, walk, after))
            last = items.started_sort(after.started_at, after.id) if after else "~"
            in_order = sorted(gathered, reverse=True)
            found = ((place, pk) for place, pk in in_order if place < last and _named(query, pk))
            by_name = prefixed.index is table.NAME
        if by_name:
            found = heapq.merge(found, self._generated(query, after), reverse=True)
        return (pk for _, pk in found)

    def _generated(self, query: ExecutionQuery, after: Position | None) -> Iterator[tuple[str, str]]:
        """The executions with generated names that the query's name means: where the list has their starts."""
        starts = starts_of(listing.patterns(query)["name"].text)
        if starts is None:
            return
        first, last = items.started_sort(starts[0], ""), items.started_sort(min(starts[1], _LATEST), "")
        walk = _list_walk(query)
        for place, pk in self._walk(query, walk, after, first=first, last=last):
            name = items.key_of(pk).name
            if is_generated(name, float(place.partition("\0")[0])):
                yield place, pk

    def _walk(
        self, query: ExecutionQuery, walk: _Walk, after: Position | None, *, first: str = " ", last: str = "~"
    ) -> Iterator[tuple[str, str]]:
        """Pairs of a place in the list and the key, of an index in the list's order, from `after` back, within `first`
        and `last`."""
        bounds = _bounds(query, after)
        first, last = max(first, bounds[0]), min(last, bounds[1])
        if first > last:
            return iter(())
        keys = Expression(
            f"{walk.index.partition} = :partition AND {walk.index.sort} BETWEEN :first AND :last",
            {":partition": walk.partition, ":first": walk.prefix + first, ":last": walk.prefix + last},
        )
        pages = (size for size in (query.limit + 1, 200))
        found = self._table.query(keys, index=walk.index.name, newest_first=True, pages=pages)
        return ((_place(item, walk.index), item["pk"]) for item in found if _named(query, item["pk"]))

    def _walk_prefix(self, walk: _Walk) -> Iterator[tuple[str, str]]:
        """Pairs of a key's place in the list and its partition, in the order of the index."""
        begins = f" AND begins_with({walk.index.sort}, :prefix)" if walk.prefix else ""
        values = {":partition": walk.partition, **({":prefix": walk.prefix} if walk.prefix else {})}
        keys = Expression(f"{walk.index.partition} = :partition{begins}", values)
        found = self._table.query(keys, index=walk.index.name)
        return ((_place(item, walk.index), item["pk"]) for item in found)


def _bounds(query: ExecutionQuery, after: Position | None) -> tuple[str, str]:
    """The first and the last place in the list's order that may be meant; what lies outside is never read."""
    first = " " if query.started_after is None else items.started_sort(query.started_after, "")
    last = "~" if query.started_before is None else items.started_sort(query.started_before, "")
    return first, last if after is None else min(last, items.started_sort(after.started_at, after.id))


def _exact_walk(query: ExecutionQuery) -> _Walk:
    """The index of the exact filter that leaves the fewest rows as a rule; the whole list without one."""
    for column, pattern in listing.patterns(query).items():
        if column in _INDEXES and not pattern.prefix:
            return _Walk(_INDEXES[column], query.workspace, items.joined(items.sortable(pattern.text), ""))
    statuses = listing.statuses(query)
    if len(statuses) == 1 and statuses[0] != table.UNLISTED_STATUS:
        return _Walk(table.STATUS, items.joined(query.workspace, statuses[0]))
    return _list_walk(query)


def _list_walk(query: ExecutionQuery) -> _Walk:
    """The list itself, of one workflow where one is meant."""
    if query.workflow is not None:
        return _Walk(table.WORKFLOW, items.joined(query.workspace, query.workflow))
    return _Walk(table.STARTED, query.workspace)


def _prefix_walk(query: ExecutionQuery) -> _Walk | None:
    """The index of the prefix that leaves the fewest rows as a rule; None without one."""
    for column, pattern in listing.patterns(query).items():
        if column in _INDEXES and pattern.prefix:
            return _Walk(_INDEXES[column], query.workspace, items.sortable(pattern.text))
    return None


def _named(query: ExecutionQuery, partition: str) -> bool:
    """Whether the key alone does not rule the execution out: spares reading its row."""
    key, pattern = items.key_of(partition), listing.patterns(query).get("name")
    return query.workflow in (None, key.workflow) and (pattern is None or pattern.matches(key.name))


def _place(item: Item, index: table.Index) -> str:
    """Start time and id at the end of a sort key."""
    return items.joined(*item[index.sort].rsplit("\0", 2)[-2:])
