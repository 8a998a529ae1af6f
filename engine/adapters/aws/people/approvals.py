"""What Tasks have asked people, in DynamoDB: a partition a workspace. What is open lies there in the order of the ids;
what is closed is found by its execution, and deleted by DynamoDB after a while."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

from engine.adapters.aws import table
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table, Update
from engine.ports.keys import ExecutionKey
from engine.ports.people.approvals import (
    KEPT_SECONDS,
    OPEN,
    Approval,
    ApprovalPage,
    ApprovalQuery,
    of_execution,
    page_of,
)

Json = Any

_OPEN, _CLOSED = "O#", "Z#"
_OF_EXECUTION = slice(9, 21)
"""The digest of the execution within an id."""


class DynamoApprovals:
    """engine.ports.people.approvals.Approvals."""

    def __init__(self, stored: Table) -> None:
        self._table = stored

    def ask(self, approval: Approval) -> None:
        """Write the row where none of its id is there."""
        if self._table.get(_closed(approval.workspace, approval.id)) is None:
            self._table.holds(Put(_item(approval, _open(approval.workspace, approval.id)), ABSENT))

    def get(self, workspace: str, approval: str) -> Approval | None:
        """One, open or not. An open one is deleted only after it was written as closed, so it is not missed between."""
        for key in (_open(workspace, approval), _closed(workspace, approval)):
            found = self._table.get(key)
            if found is not None:
                return _approval(workspace, found)
        return None

    def page(self, query: ApprovalQuery) -> ApprovalPage:
        """The open ones, oldest first."""
        size = query.limit + 1
        keys = Expression("pk = :pk AND sk BETWEEN :after AND :last", {
            ":pk": _partition(query.workspace), ":after": f"{_OPEN}{query.after}!", ":last": f"{_OPEN}~",
        })
        rows = islice(self._table.query(keys, pages=(size, size)), size)
        return page_of(query, [_approval(query.workspace, item) for item in rows])

    def answer(self, approval: Approval, answers: Sequence[Json]) -> bool:
        """Put `answers` in the place of the row's, if nobody has meanwhile."""
        return self._table.holds(Update(
            _open(approval.workspace, approval.id), "SET answers = :answers, revision = :next",
            Expression("revision = :read", {
                ":answers": _text(answers), ":read": approval.revision, ":next": approval.revision + 1,
            }),
        ))

    def close(self, approval: Approval, status: str, at: float) -> None:
        """It can be answered no longer: its row moves to those that are closed."""
        key = _open(approval.workspace, approval.id)
        if self._table.get(key) is None:
            return
        closed = _item(approval, _closed(approval.workspace, approval.id))
        self._table.holds(Put({
            **closed, "answers": None, "status": status, "closed_at": at,
            table.TTL_ATTRIBUTE: math.ceil(at + KEPT_SECONDS),
        }, ABSENT))
        self._table.delete([key])

    def erase(self, keys: Sequence[ExecutionKey]) -> None:
        """Delete the rows of executions that have ended."""
        for key in keys:
            found = Expression("pk = :pk AND begins_with(sk, :prefix)", {
                ":pk": _partition(key.workspace), ":prefix": f"{_CLOSED}{of_execution(key.id)}",
            })
            self._table.delete([(item["pk"], item["sk"]) for item in self._table.query(found)])


def _partition(workspace: str) -> str:
    return f"P#{quote(workspace, safe='')}"


def _open(workspace: str, approval: str) -> Key:
    return _partition(workspace), f"{_OPEN}{approval}"


def _closed(workspace: str, approval: str) -> Key:
    return _partition(workspace), f"{_CLOSED}{approval[_OF_EXECUTION]}#{approval}"


def _text(answers: Sequence[Json]) -> str | None:
    return json.dumps(list(answers), separators=(",", ":")) if answers else None


def _item(approval: Approval, key: Key) -> Item:
    return {
        "pk": key[0], "sk": key[1], "execution_id": approval.execution_id, "frame": approval.frame,
        "visit": approval.visit, "attempt": approval.attempt, "since": approval.since,
        "answers": _text(approval.answers), "revision": approval.revision, "status": OPEN,
    }


def _approval(workspace: str, item: Item) -> Approval:
    return Approval(
        workspace, item["sk"].rpartition("#")[2], item["execution_id"], item["frame"], int(item["visit"]),
        int(item["attempt"]), item["since"], tuple(json.loads(item.get("answers", "[]"))), int(item["revision"]),
        item["status"], item.get("closed_at"),
    )
