"""What the outside answers to a task that waits, without the secrets that the task's call was given.

Who is handed a token is handed the secrets of the same step, and may send them back. So an answer is masked twice:
where it comes in, so that no store ever holds the value, and where the worker reads it, which may know a value that the
other process does not (its environment is another). Both happen before it is a stimulus; a replay sees what was masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from engine.kernel.snapshot import Snapshot
from engine.kernel.stimulus import CallbackErred, CallbackReturned, Stimulus
from engine.language.asl.model import Plan, Task
from engine.ports.secrets import Scrubs, SecretMasks

Json = Any

class NoMasks:
    """A SecretMasks of a product without secrets."""

    def scrubber(self, workspace: str, keys: Iterable[str]) -> Scrubs:
        """Raises RuntimeError: a step that names a secret needs one that knows it."""
        raise RuntimeError(f"nobody knows the secrets {sorted(keys)} of the workspace {workspace}")


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
