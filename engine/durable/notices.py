"""How a child execution tells its parent that it has closed, and how a parent stops its children.

    child   ── segment: closed ── notice ── mark: wake sent ── wake ── header: closed
    parent  ··· parked ···                                       │
                      loaded: mark deleted ── inbox read ── folded ── commit ── notices deleted

Wakes are coalesced by the mark, an item of the parent's inbox that can be there once. Who puts it sends the wake; who
finds it there spares it, for somebody else has sent one that was not acted upon yet. So a thousand children that close
at once wake their parent once. The parent deletes the mark *before* it reads the notices:

    child A   notice A ── mark ── wake
    parent                             mark deleted ── reads A ──────────────────────── commit
    child B                                  notice B ── mark (its own now) ── wake ──────── reads B

A notice, like every inbox item, is due after a minute: should its mark or wake be lost, the sweeper wakes the parent.
Should it be lost itself, the parent reads the child's header (worker.map_run_driver). A child whose worker dies
before its header says that it is closed does all of this again; the parent knows what it has folded, and ignores it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.clock import Clock
from engine.durable import inbox
from engine.durable.opening import facts_of
from engine.kernel.snapshot import Snapshot, Status
from engine.language.expr.java_text import json_text
from engine.ports.journal import OPEN_STATUSES, Header, InboxItem, Journal
from engine.ports.keys import ENGINE, ExecutionKey
from engine.ports.queue import Wake, WakeQueue

Json = Any

INLINE_BYTES = 1024
"""An output up to this size goes with the notice; a larger one is read from the child when all have ended."""

PARENT_ENDED = "The execution that started this one has ended, or no longer waits for it."


def tell(journal: Journal, queue: WakeQueue, clock: Clock, header: Header, snapshot: Snapshot) -> None:
    """Tell the parent of the execution `header`, whose last snapshot is `snapshot`, where one waits.

    One that its parent has stopped tells nothing: nobody waited when it was stopped. Should the parent have been
    redriven since, it finds that out by itself, and redrives this one (engine.durable.worker.map_run_driver).
    """
    parent = header.parent
    if parent is None or not parent.waits or stopped_by_parent(snapshot):
        return
    key = ExecutionKey(header.key.workspace, parent.execution_id)
    if not _is_open(journal, key):
        return
    now = clock.now()
    journal.put_inbox(inbox.notice_item(key, now, parent, notice(header, snapshot)))
    if journal.put_inbox(inbox.wake_sent_item(key, now)):
        queue.send([Wake(key)])


def stopped_by_parent(snapshot: Snapshot) -> bool:
    """Whether the execution was ended because nobody waited for it any more."""
    return snapshot.status is Status.ABORTED and snapshot.cause == PARENT_ENDED


def read_inbox(journal: Journal, key: ExecutionKey) -> list[InboxItem]:
    """Everything but the mark of a sent wake, which is deleted first."""
    items = journal.inbox(key)
    if any(item.id == inbox.WAKE_SENT for item in items):
        journal.delete_inbox(key, [inbox.WAKE_SENT])
        items = journal.inbox(key)
    return [item for item in items if item.id != inbox.WAKE_SENT]


def notice(header: Header, snapshot: Snapshot) -> dict[str, Json]:
    """How the execution ended: ``{"child", "status", "output", "inline"}``, and ``redrives`` where it was redriven."""
    said: dict[str, Json] = {
        "child": header.key.id, "status": str(snapshot.status), "output": None, "inline": True,
    }
    if snapshot.redrives:
        said["redrives"] = snapshot.redrives
    if not header.is_item:
        said["output"] = _described(header, snapshot)
    elif len(json_text(snapshot.output)) <= INLINE_BYTES:
        said["output"] = snapshot.output
    else:
        said["inline"] = False
    return said


def _described(header: Header, snapshot: Snapshot) -> dict[str, Json]:
    """What DescribeExecution answers, with Input and Output as values; dates in milliseconds, as ``.sync`` has them."""
    facts = facts_of(header)
    said: dict[str, Json] = {
        "ExecutionArn": facts.execution_arn, "Input": snapshot.input, "InputDetails": {"Included": True},
        "Name": facts.name, "StartDate": int(header.started_at * 1000), "StateMachineArn": facts.state_machine_arn,
        "Status": str(snapshot.status), "StopDate": int(snapshot.last_at * 1000),
    }
    if str(snapshot.status) == "SUCCEEDED":
        said |= {"Output": snapshot.output, "OutputDetails": {"Included": True}}
    said |= {name: value for name, value in (("Error", snapshot.error), ("Cause", snapshot.cause)) if value is not None}
    return dict(sorted(said.items()))


def stop(journal: Journal, queue: WakeQueue, clock: Clock, workspace: str, ids: Sequence[str]) -> None:
    """Ask the executions `ids` to stop, those that exist and run."""
    wakes: list[Wake] = []
    for execution_id in ids:
        key = ExecutionKey(workspace, execution_id)
        if _is_open(journal, key):
            journal.put_inbox(inbox.stop_item(key, clock.now(), error=None, cause=PARENT_ENDED, actor=ENGINE))
            wakes.append(Wake(key))
    if wakes:
        queue.send(wakes)


def is_orphan(journal: Journal, header: Header) -> bool:
    """Whether an execution that is about to begin has a parent that has ended: it was started by a worker that did not
    know, or before its parent was stopped."""
    parent = header.parent
    if parent is None or not parent.waits:
        return False
    return not _is_open(journal, ExecutionKey(header.key.workspace, parent.execution_id))


def _is_open(journal: Journal, key: ExecutionKey) -> bool:
    header = journal.header(key)
    return header is not None and header.status in OPEN_STATUSES
