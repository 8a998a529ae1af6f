"""What is paused, in DynamoDB: an item beside the workflows'. A workspace has few, and they are read together."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from engine.adapters.aws.dynamo import Expression, Item, Key, Put, Table, Update
from engine.ports.pauses import Pause

_PAUSES = "H#"


class DynamoPauses:
    """engine.ports.pauses.Pauses."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def pauses(self, workspace: str) -> list[Pause]:
        """All of a workspace, by workflow."""
        return [_pause_of(workspace, item) for item in self._items(workspace) if "starts" in item]

    def _items(self, workspace: str) -> Iterator[Item]:
        pk, prefix = _key(workspace, "")
        return self._table.query(
            Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix})
        )

    def put(self, pause: Pause) -> None:
        """Write it, over an earlier one of the same workflow."""
        pk, sk = _key(pause.workspace, pause.workflow)
        self._table.write(Put({
            "pk": pk, "sk": sk, "starts": pause.starts, "running": pause.running, "paused_at": pause.paused_at,
            "paused_by": pause.paused_by,
        }))

    def delete(self, workspace: str, workflow: str) -> bool:
        """False when there was none. Emptied first: an update tells whether there was one, a batch delete does not."""
        key = _key(workspace, workflow)
        there = Expression("attribute_exists(starts)")
        if not self._table.holds(Update(key, "REMOVE starts, running, paused_at, paused_by", there)):
            return False
        self._table.delete([key])
        return True

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""
        self._table.rename(self._items(workspace), "paused_by", was, now)


def _pause_of(workspace: str, item: Item) -> Pause:
    return Pause(
        workspace=workspace, workflow=item["sk"].removeprefix(_PAUSES), starts=item["starts"],
        running=item["running"], paused_at=item["paused_at"], paused_by=item["paused_by"],
    )


def _key(workspace: str, workflow: str) -> Key:
    return f"C#{quote(workspace, safe='')}", _PAUSES + workflow
