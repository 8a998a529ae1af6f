"""Activities and their work items, in DynamoDB: a partition for a workspace's activities, one for each one's items.

An item's sort key begins with the time its state was entered, so that a poll reads the oldest first. A claimed one
stays where it is until its execution has recorded who took it; polls read past it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import quote, unquote

from engine.adapters.aws import items
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table, Update
from engine.ports.activities import Activity, WorkItem

_PAGES = (25, 100)


class DynamoActivities:
    """engine.ports.activities.ActivityStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, activity: Activity) -> Activity:
        """Write it if its name is free; answers the one that is there now."""
        pk, sk = _activity_key(activity.workspace, activity.name)
        if self._table.holds(Put({"pk": pk, "sk": sk, "created_at": activity.created_at}, ABSENT)):
            return activity
        return self.activity(activity.workspace, activity.name) or activity

    def delete(self, workspace: str, name: str) -> None:
        """An unknown one is no error."""
        self._table.delete([_activity_key(workspace, name)])

    def activity(self, workspace: str, name: str) -> Activity | None:
        """One, read consistently."""
        found = self._table.get(_activity_key(workspace, name))
        return None if found is None else Activity(workspace, name, found["created_at"])

    def activities(self, workspace: str) -> list[Activity]:
        """All of a workspace, by name."""
        keys = Expression("pk = :pk", {":pk": _activity_key(workspace, "")[0]})
        return [Activity(workspace, item["sk"], item["created_at"]) for item in self._table.query(keys)]

    def offer(self, item: WorkItem) -> None:
        """Write the item where it is not there yet."""
        pk, sk = _item_key(item)
        written = {
            "pk": pk, "sk": sk, "execution_id": item.execution_id, "frame": item.frame, "visit": item.visit,
            "attempt": item.attempt, "since": item.since,
        }
        self._table.holds(Put(written, ABSENT))

    def item(self, item: WorkItem) -> WorkItem | None:
        """The item as it is stored, read consistently."""
        found = self._table.get(_item_key(item))
        return None if found is None else _item_of(found)

    def waiting(self, workspace: str, activity: str, limit: int) -> list[WorkItem]:
        """Up to `limit` items that nobody has claimed, oldest first."""
        return list(islice(self._waiting(workspace, activity), limit))

    def _waiting(self, workspace: str, activity: str) -> Iterator[WorkItem]:
        keys = Expression("pk = :pk", {":pk": _items_partition(workspace, activity)})
        for item in self._table.query(keys, pages=_PAGES):
            if "taken_by" not in item:
                yield _item_of(item)

    def claim(self, item: WorkItem, taken_by: str, worker: str | None) -> bool:
        """Whether the item is `taken_by`'s now. Its own claim, repeated after a lost reply, succeeds again."""
        free = Expression(
            "attribute_exists(pk) AND (attribute_not_exists(taken_by) OR taken_by = :by)",
            {":by": taken_by, ":worker": worker or ""},
        )
        return self._table.holds(Update(_item_key(item), "SET taken_by = :by, worker = :worker", free))

    def release(self, item: WorkItem, taken_by: str) -> None:
        """Give a claim back that came to nothing."""
        own = Expression("taken_by = :by", {":by": taken_by})
        self._table.holds(Update(_item_key(item), "REMOVE taken_by, worker", own))

    def remove(self, items: Sequence[WorkItem]) -> None:
        """Delete items; unknown ones are no error."""
        self._table.delete([_item_key(item) for item in items])


def _activity_key(workspace: str, name: str) -> Key:
    return f"Y#{quote(workspace, safe='')}", name


def _items_partition(workspace: str, activity: str) -> str:
    return f"T#{quote(workspace, safe='')}#{activity}"


def _item_key(item: WorkItem) -> Key:
    return _items_partition(item.workspace, item.activity), items.started_sort(item.since, item.id)


def _item_of(item: Item) -> WorkItem:
    _, workspace, activity = item["pk"].split("#", 2)
    return WorkItem(
        unquote(workspace), activity, item["execution_id"], item["frame"], int(item["visit"]), int(item["attempt"]),
        item["since"], item.get("taken_by"), item.get("worker") or None,
    )
