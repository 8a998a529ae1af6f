"""How far each trigger has looked, in DynamoDB: an item each, beside the workflows'."""

from __future__ import annotations

from urllib.parse import quote

from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table
from engine.ports.deliveries import TriggerState

_STATES = "R#"


class DynamoTriggerStates:
    """engine.ports.deliveries.TriggerStates."""

    def __init__(self, stored: Table) -> None:
        self._table = stored

    def all(self, workspace: str) -> list[TriggerState]:
        """All of them, by workflow and trigger."""
        keys = Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": _partition(workspace), ":prefix": _STATES})
        return [_state(workspace, item) for item in self._table.query(keys)]

    def get(self, workspace: str, workflow: str, trigger: str) -> TriggerState | None:
        """One of them."""
        item = self._table.get(_key(workspace, workflow, trigger))
        return None if item is None else _state(workspace, item)

    def change(self, state: TriggerState) -> bool:
        """Write it if nobody has since it was read."""
        pk, sk = _key(state.workspace, state.workflow, state.trigger)
        item = {
            "pk": pk, "sk": sk, "revision": state.revision + 1, "looked_at": state.looked_at, "since": state.since,
            "spec": state.spec or None, "paused_at": state.paused_at, "paused_by": state.paused_by or None,
        }
        condition = Expression("revision = :read", {":read": state.revision}) if state.revision else ABSENT
        return self._table.holds(Put(item, condition))

    def forget(self, workspace: str, workflow: str, trigger: str) -> None:
        """Delete one."""
        self._table.delete([_key(workspace, workflow, trigger)])


def _partition(workspace: str) -> str:
    return f"C#{quote(workspace, safe='')}"


def _key(workspace: str, workflow: str, trigger: str) -> Key:
    return _partition(workspace), f"{_STATES}{workflow}#{trigger}"


def _state(workspace: str, item: Item) -> TriggerState:
    workflow, _, trigger = item["sk"].removeprefix(_STATES).partition("#")
    return TriggerState(
        workspace, workflow, trigger, int(item["revision"]), item.get("looked_at"), item.get("since"),
        item.get("spec", ""), item.get("paused_at"), item.get("paused_by", ""),
    )
