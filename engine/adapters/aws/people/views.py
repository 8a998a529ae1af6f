"""Saved views of the list of executions, in DynamoDB: one item beside the workflows."""

from __future__ import annotations

from urllib.parse import quote

from engine.adapters.aws.dynamo import ABSENT, Expression, Key, Put, Table
from engine.ports.people.views import SavedViews


class DynamoViews:
    """engine.ports.people.views.Views."""

    def __init__(self, stored: Table) -> None:
        self._table = stored

    def read(self, workspace: str) -> SavedViews:
        """What is saved."""
        item = self._table.get(_key(workspace))
        return SavedViews() if item is None else SavedViews(item["body"], int(item["revision"]))

    def write(self, workspace: str, text: str, revision: int) -> bool:
        """Put `text` in its place, if nobody has meanwhile."""
        pk, sk = _key(workspace)
        unchanged = Expression("revision = :revision", {":revision": revision}) if revision else ABSENT
        return self._table.holds(Put({"pk": pk, "sk": sk, "body": text, "revision": revision + 1}, unchanged))


def _key(workspace: str) -> Key:
    return f"C#{quote(workspace, safe='')}", "F#"
