"""Pausing workflows: starts that wait or are refused, executions that hold until they are resumed.

    pause ──► a row in the catalog ──► start: refused, or accepted without a wake
                                  └──► worker, within WATCH_SECONDS: what was not begun, or nothing at all, goes on
    resume ─► the row is gone ──► a wake for every open execution of it; whatever that misses, a sweep finds

An execution that is held has committed all it did: calls under way are waited for, nothing new begins, a stop is still
read. It is parked with due_at HOLD_SECONDS ahead, so that a resume that died half way is made good.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from engine.clock import Clock
from engine.errors import Conflict, StorageError
from engine.ports.executions_index import ExecutionQuery, ExecutionsIndex
from engine.ports.journal import RUNNING
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.pauses import ALL, Pause, Pauses
from engine.ports.queue import MAX_DELAY_SECONDS, Wake, WakeQueue
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

QUEUE, REFUSE = "queue", "refuse"
FINISH, HOLD = "finish", "hold"

HOLD_SECONDS = MAX_DELAY_SECONDS + 60.0
"""How often a held execution is looked at. Beyond what a message can be delayed: the header alone says it."""

WATCH_SECONDS = 2.0
"""How old a worker's view of what is paused may be."""

MOST_WOKEN = 10_000
"""So many executions are woken by a resume itself, the newest first; a sweep finds the others within HOLD_SECONDS."""

_PAGE = 1000


class WorkflowPaused(Conflict):
    """Starts are refused until it is resumed."""

    code = "WorkflowPaused"


class WorkflowIsNotPaused(Conflict):
    """There is nothing to resume."""

    code = "WorkflowIsNotPaused"


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a resume did: `woken` executions were sent a wake; `complete` False: there are more, that a sweep finds."""

    woken: int
    complete: bool


class Pausing:
    """Pause and resume. `workflow` is a name, or ALL. Safe to share between threads."""

    def __init__(self, pauses: Pauses, index: ExecutionsIndex, queue: WakeQueue, clock: Clock) -> None:
        self._pauses = pauses
        self._index = index
        self._queue = queue
        self._clock = clock

    def paused(self, workspace: str) -> list[Pause]:
        """What is paused."""
        return self._pauses.pauses(workspace)

    def pause(self, workspace: str, workflow: str, *, starts: str, running: str, actor: Actor) -> Pause:
        """Pause it; again, with other words, changes how."""
        made = Pause(workspace, workflow, starts, running, self._clock.now(), actor.name)
        self._pauses.put(made)
        return made

    def resume(self, workspace: str, workflow: str) -> Resumed:
        """Let it go on. Raises Conflict (WorkflowIsNotPaused). It stands though a store fails that is to wake them."""
        if not self._pauses.delete(workspace, workflow):
            raise _not_paused(workflow, self.paused(workspace))
        woken, token = 0, None
        while True:
            try:
                page = self._index.query(ExecutionQuery(
                    workspace, workflow=workflow or None, status=RUNNING, limit=_PAGE, next_token=token
                ))
                self._queue.send([Wake(row.key) for row in page.rows])
            except StorageError as error:
                _LOG.warning("what is resumed is woken by a sweep: %s", error)
                return Resumed(woken, complete=False)
            woken, token = woken + len(page.rows), page.next_token
            if token is None or woken >= MOST_WOKEN:
                return Resumed(woken, complete=token is None)


class Holds:
    """What a worker knows of it."""

    def __init__(self, pauses: Pauses | None, clock: Clock) -> None:
        self._pauses = pauses
        self._clock = clock
        self._known: dict[str, tuple[float, Mapping[str, Pause]]] = {}

    def holds(self, key: ExecutionKey, *, begun: bool, look: bool = False) -> bool:
        """Whether the execution is not to go on; `look` reads anew whatever is known. Raises StorageError where nothing
        is known yet and it cannot be read: who paused a workflow relies on it."""
        if self._pauses is None:
            return False
        known = self._view(self._pauses, key.workspace, look=look)
        if not known:
            return False
        found = [pause for pause in (known.get(key.workflow), known.get(ALL)) if pause is not None]
        return any(pause.running == HOLD or (pause.starts == QUEUE and not begun) for pause in found)

    def _view(self, pauses: Pauses, workspace: str, *, look: bool) -> Mapping[str, Pause]:
        now, known = self._clock.now(), self._known.get(workspace)
        if known is not None and not look and now - known[0] < WATCH_SECONDS:
            return known[1]
        try:
            found: Mapping[str, Pause] = {pause.workflow: pause for pause in pauses.pauses(workspace)}
        except StorageError as error:
            if known is None:
                raise
            _LOG.warning("what is paused is read later: %s", error)
            found = known[1]
        self._known[workspace] = now, found
        return found


def start_is_queued(pauses: Pauses | None, workspace: str, workflow: str) -> bool:
    """Whether a start has to wait for the resume. Raises Conflict (WorkflowPaused) where starts are refused."""
    found = [] if pauses is None else [
        pause for pause in pauses.pauses(workspace) if pause.workflow in (ALL, workflow)
    ]
    refused = next((pause for pause in found if pause.starts == REFUSE), None)
    if refused is not None:
        what = "every workflow" if refused.workflow == ALL else repr(workflow)
        again = "--all" if refused.workflow == ALL else workflow
        raise WorkflowPaused(
            f"{what} was paused by {refused.paused_by}: starts are refused", where="workflow",
            advice=f"`automate resume {again}` lets it go on.",
        )
    return any(pause.starts == QUEUE or pause.running == HOLD for pause in found)


def _not_paused(workflow: str, others: list[Pause]) -> WorkflowIsNotPaused:
    if workflow != ALL and any(pause.workflow == ALL for pause in others):
        return WorkflowIsNotPaused(
            f"{workflow!r} is paused together with all workflows", where="workflow", advice="automate resume --all"
        )
    what = "not all workflows are paused" if workflow == ALL else f"{workflow!r} is not paused"
    return WorkflowIsNotPaused(what, where="workflow", advice="`automate pause` lists what is paused.")
