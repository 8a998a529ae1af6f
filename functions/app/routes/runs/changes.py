"""The route that tells live pages when there is something new: of an execution, of an approval, or of a list of
executions."""

from __future__ import annotations

import hashlib

from engine.governance.roles import Right
from engine.ports.keys import ExecutionKey
from functions.app.routes.executions import listed
from functions.app.routing import Call, RouteTable
from functions.app.shapes.runs import changes as shapes

table = RouteTable("Executions")


@table.route("GET", "/changes", right=Right.LOOK, example="execution=order_flow%3Aorder-1&wait=20")
def get_changes(call: Call[shapes.ChangesQuery]) -> shapes.Changes:
    """Whether anything happened since a look before: a page that is open asks for this alone, and reads what it shows
    when `tag` is another. With `wait` the answer comes as soon as it is, where the place holds requests."""
    given = call.given
    look = _one if given.execution is not None else _approval if given.approval is not None else _list
    seen = call.services.watching.until(lambda: look(call), given.after, given.wait, call.check_still)
    return shapes.Changes(tag=seen.tag, held=seen.held)


def _one(call: Call[shapes.ChangesQuery]) -> str:
    """No body is read for it."""
    seq, status = call.services.executions.written(ExecutionKey(call.workspace, str(call.given.execution)))
    return f"{seq}-{status}"


def _approval(call: Call[shapes.ChangesQuery]) -> str:
    """What asks no more, its execution tells."""
    stands = call.services.open_answering().standing(str(call.given.approval))
    seq, status = call.services.executions.written(stands.row.key)
    return f"{stands.row.status}-{stands.row.revision}-{'decided' if stands.is_decided else 'open'}-{seq}-{status}"


def _list(call: Call[shapes.ChangesQuery]) -> str:
    """By the rows as they are shown to who asks, so that it tells nobody more than the list does."""
    rows = listed(call, without=("execution", "approval", "after", "wait")).model_dump_json()
    return hashlib.sha256(rows.encode("utf-8", "surrogatepass")).hexdigest()[:32]
