"""Conversations with the copilot, in DynamoDB: a partition a person, in it a head and the entries of each
conversation."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from engine.adapters.aws import table
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table
from engine.adapters.conversation_bodies import packed, unpacked
from engine.ports.people.conversations import ConversationKey, Kept, Position


class DynamoConversations:
    """engine.ports.people.conversations.Conversations. Items expire `days` after they were written."""

    def __init__(self, stored: Table, days: float) -> None:
        self._table = stored
        self._seconds = days * 86_400

    def append(self, key: ConversationKey, behind: Position, entries: Sequence[str], at: float) -> Position | None:
        """Append entries in one transaction with the head."""
        bodies = packed(entries)
        end = Position(behind.id or secrets.token_hex(8), behind.sequence + len(bodies))
        unchanged = Expression(
            "id = :id AND #sequence = :sequence", {":id": behind.id, ":sequence": behind.sequence},
            {"#sequence": "sequence"},
        ) if behind.id else ABSENT
        expires = {table.TTL_ATTRIBUTE: math.ceil(at + self._seconds)}
        pk, head = _head(key)
        written = self._table.holds(
            Put({"pk": pk, "sk": head, "id": end.id, "sequence": end.sequence, **expires}, unchanged),
            *(Put({"pk": pk, "sk": _entry(key, behind.sequence + number), "of": end.id, "body": body, **expires})
              for number, body in enumerate(bodies, 1)),
        )
        return end if written else None

    def read(self, key: ConversationKey, after: int = 0) -> Kept:
        """The entries and the end. The head is read first: entries behind it are left for the next read."""
        head = self._table.get(_head(key))
        if head is None:
            return Kept()
        end = Position(head["id"], int(head["sequence"]))
        if after >= end.sequence:
            return Kept((), end)
        keys = Expression("pk = :pk AND sk BETWEEN :first AND :last", {
            ":pk": _partition(key.workspace, key.owner), ":first": _entry(key, after + 1),
            ":last": _entry(key, end.sequence),
        })
        found = [item for item in self._table.query(keys) if item["of"] == end.id]
        return Kept(tuple((int(item["sk"].rpartition("#")[2]), unpacked(item["body"])) for item in found), end)

    def delete(self, key: ConversationKey) -> None:
        """Delete the head first, so that a writer finds another end; then the entries."""
        pk, head = _head(key)
        self._table.delete([(pk, head)])
        entries = Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": f"{head}#"})
        self._table.delete([(item["pk"], item["sk"]) for item in self._table.query(entries)])

    def delete_all_of(self, workspace: str, owner: str) -> int:
        """Delete the person's partition, heads first."""
        items = list(self._all_of(workspace, owner))
        heads = [(item["pk"], item["sk"]) for item in items if "sequence" in item]
        self._table.delete(heads)
        self._table.delete([(item["pk"], item["sk"]) for item in items if "sequence" not in item])
        return len(heads)

    def count_of(self, workspace: str, owner: str) -> int:
        """The heads of the person's partition."""
        return sum("sequence" in item for item in self._all_of(workspace, owner))

    def expire(self, before: float) -> int:  # noqa: ARG002 - DynamoDB deletes them by their TTL
        """0: items expire by themselves."""
        return 0

    def _all_of(self, workspace: str, owner: str) -> Iterator[Item]:
        return self._table.query(Expression("pk = :pk", {":pk": _partition(workspace, owner)}))


def _partition(workspace: str, owner: str) -> str:
    return f"U#{quote(workspace, safe='')}#{quote(owner, safe='')}"


def _head(key: ConversationKey) -> Key:
    return _partition(key.workspace, key.owner), f"C#{quote(key.workflow, safe='')}"


def _entry(key: ConversationKey, number: int) -> str:
    return f"{_head(key)[1]}#{number:09d}"
