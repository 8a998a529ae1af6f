"""What the outside answers to a task that waits, without the secrets that the task's call was given.

Who is handed a token is handed the secrets of the same step, and may send them back. So an answer is masked twice:
where it comes in, so that no store ever holds the value, and where the worker reads it, which may know a value that the
other process does not (its environment is another). Both happen before it is a stimulus; a replay sees what was masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.clock import Clock
from engine.durable import inbox
from engine.durable.lifecycle.errors import TaskDeleted, TaskDoesNotExist, timed_out
from engine.kernel.snapshot import Phase, Snapshot
from engine.kernel.stimulus import CallbackErred, CallbackReturned, Stimulus
from engine.kernel.tokens import TokenPlace, parse_token
from engine.language.asl.model import Plan, Task
from engine.language.asl.times import iso_timestamp
from engine.ports.journal import InboxItem, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake, WakeQueue
from engine.ports.secrets import Scrubs, SecretMasks

if TYPE_CHECKING:
    from engine.durable.activation import Activation
    from engine.durable.loading import Activator

Json = Any


class NoMasks:
    """A SecretMasks of a product without secrets."""

    def scrubber(self, workspace: str, keys: Iterable[str]) -> Scrubs:
        """Raises RuntimeError: a step that names a secret needs one that knows it."""
        raise RuntimeError(f"nobody knows the secrets {sorted(keys)} of the workspace {workspace}")


class TaskAnswers:
    """Answers by task token. Safe to share between threads."""

    def __init__(
        self, journal: Journal, queue: WakeQueue, clock: Clock, activator: Activator, masks: SecretMasks
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._activator = activator
        self._masks = masks

    def send_task_success(self, token: str, output: Json) -> Json:
        """Answer a `.waitForTaskToken` task, and the answer as it is kept: without the task's secrets.

        Raises NotFound (TaskDoesNotExist, TaskDeleted), Conflict (TaskTimedOut), StorageError."""
        return self._answer(token, {"kind": "success", "output": output})["output"]

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> Json:
        """Fail a `.waitForTaskToken` task: as send_task_success, error and cause as they are kept."""
        answer = self._answer(token, {"kind": "failure", "error": error or "", "cause": cause})
        return {"error": answer["error"] or None, "cause": answer["cause"]}

    def send_task_heartbeat(self, token: str) -> None:
        """Say that the work behind a task token goes on."""
        place, waiting = self._waiting_task(token)
        self._journal.put_inbox(
            inbox.heartbeat_item(waiting.key, self._clock.now(), place.of_frame)
        )
        self._queue.send([Wake(waiting.key)])

    def _answer(self, token: str, answer: dict[str, Json]) -> dict[str, Json]:
        place, waiting = self._waiting_task(token)
        kept = masked_answer(self._masks, waiting.plan, waiting.snapshot, place.frame, answer)
        item = inbox.answer_item(waiting.key, self._clock.now(), place.of_frame, kept)
        if not self._journal.put_inbox(item) and not self._is_there(item):
            raise timed_out()  # else it was taken before, and a reply was lost or the wake
        self._queue.send([Wake(waiting.key)])
        return kept

    def _is_there(self, item: InboxItem) -> bool:
        """Whether just this answer lies there, whenever it came."""
        return any((found.id, found.body) == (item.id, item.body) for found in self._journal.inbox(item.key))

    def _waiting_task(self, token: str) -> tuple[TokenPlace, Activation]:
        place = parse_token(token)
        loaded = None if place is None else self._journal.load(ExecutionKey(place.workspace, place.execution_id))
        if place is None or loaded is None:
            key = None if place is None else ExecutionKey(place.workspace, place.execution_id)
            at = None if key is None else self._journal.taken_at(key)
            if at is not None:
                raise TaskDeleted(
                    f"the task no longer waits: its execution ended, and was deleted on {iso_timestamp(at)[:10]}",
                    where="token",
                )
            raise TaskDoesNotExist("no task has this token", where="token", advice="Use the token as the task got it.")
        waiting = self._activator.activate(loaded) if loaded.segments else None
        if waiting is None or not _holds(waiting.snapshot, place.frame, token):
            raise timed_out()
        return place, waiting


def masked_answer(
    masks: SecretMasks, plan: Plan, snapshot: Snapshot, frame: str, answer: dict[str, Json]
) -> dict[str, Json]:
    """`answer` (engine.durable.inbox.answer_item) to the task of `frame`. Raises StorageError."""
    scrubs = _scrubs(masks, plan, snapshot, frame)
    if scrubs is None:
        return answer
    return {**answer, **{name: scrubs.json(answer[name]) for name in ("output", "error", "cause") if name in answer}}


def masked_stimulus(masks: SecretMasks, plan: Plan, snapshot: Snapshot, stimulus: Stimulus) -> Stimulus:
    """`stimulus`, where it is an answer, as masked_answer has it. Raises StorageError."""
    if not isinstance(stimulus, CallbackReturned | CallbackErred):
        return stimulus
    scrubs = _scrubs(masks, plan, snapshot, stimulus.frame)
    if scrubs is None:
        return stimulus
    if isinstance(stimulus, CallbackReturned):
        return replace(stimulus, output=scrubs.json(stimulus.output))
    return replace(stimulus, error=scrubs.json(stimulus.error), cause=scrubs.json(stimulus.cause))


def _scrubs(masks: SecretMasks, plan: Plan, snapshot: Snapshot, path: str) -> Scrubs | None:
    """What removes the secrets of the frame's task; None where it names none."""
    frame = snapshot.frames.get(path)
    state = None if frame is None else plan.state(frame.machine, frame.state)
    if not isinstance(state, Task) or not state.secret_refs:
        return None
    return masks.scrubber(snapshot.facts.workspace, {key for _, key in state.secret_refs})


def _holds(snapshot: Snapshot, path: str, token: str) -> bool:
    """Whether the frame still waits under this very token. SCHEDULED: its worker's answer came before the word that it
    was taken, or it is to be handed over once more."""
    frame = snapshot.frames.get(path)
    return (
        not snapshot.closed
        and frame is not None
        and frame.phase in (Phase.SCHEDULED, Phase.RUNNING, Phase.CALLBACK)
        and frame.token == token
    )
