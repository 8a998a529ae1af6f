"""What the work of the state under test comes to: the mock says so, or one call is made. Asked once, told as often as
needed.

A Map's run is its mock too; its items are read and shaped all the same, since a test may look at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.errors import StateFailure
from engine.kernel import effects
from engine.kernel.children.item_reader import read_items
from engine.kernel.children.map_run import child_inputs, within_tolerance
from engine.kernel.snapshot import Frame, Snapshot
from engine.language.asl.model import Map, Plan
from engine.ports.tasks import TaskFailed, TaskGoesOn, Tasks, TaskSucceeded
from engine.testing.telling import TOO_MANY_FAILED
from engine.testing.teststate.asking import Asked
from engine.testing.teststate.probe import Probe

Json = Any

LONGEST_SECONDS = 300.0
"""A test may run for five minutes (API reference)."""

SEED = 1
"""Tests are repeatable: every stimulus has this one."""


class Work:
    """`outcome` is None until a call was made, where there is no mock."""

    def __init__(self, asked: Asked, tasks: Tasks | None) -> None:
        self._asked = asked
        self._tasks = tasks
        self.outcome: TaskSucceeded | TaskFailed | None = None
        mock = asked.mock
        if mock is not None:
            self.outcome = TaskSucceeded(mock.result) if mock.error is None else TaskFailed(mock.error, mock.cause)

    def called(self, plan: Plan, snapshot: Snapshot, frame: Frame) -> TaskSucceeded | TaskFailed:
        """What the call that `frame` owes comes to."""
        if self.outcome is None:
            if self._tasks is None:
                raise AssertionError("a Task without a mock and without anything that calls it was not refused")
            budget = min(frame.timeout_seconds or LONGEST_SECONDS, LONGEST_SECONDS)
            outcome = self._tasks.call(effects.task_call(plan, snapshot, frame, budget_seconds=budget))
            if isinstance(outcome, TaskGoesOn):
                raise AssertionError("no job was asked about")
            self.outcome = outcome
        return self.outcome

    def map_run(self, plan: Plan, snapshot: Snapshot, frame: Frame, probe: Probe) -> TaskSucceeded | TaskFailed:
        """What the run of the Map in `frame` comes to."""
        try:
            iterations = self._iterations(plan, snapshot, frame, probe)
        except StateFailure as failure:
            return TaskFailed(failure.error, failure.cause)
        tolerances = [frame.arguments.get(name) for name in ("tolerated_count", "tolerated_percentage")]
        failures = self._asked.failed_iterations or 0
        # Without a tolerance mapIterationFailureCount fails nothing (recorded): only an errorOutput does.
        if tolerances != [None, None] and not within_tolerance(frame, failures, iterations):
            return TOO_MANY_FAILED
        return self.called(plan, snapshot, frame)

    def _iterations(self, plan: Plan, snapshot: Snapshot, frame: Frame, probe: Probe) -> int:
        """How many there are. Raises StateFailure for what cannot be read or shaped."""
        items: Sequence[Json] = (frame.fanout.items or ()) if frame.fanout is not None else ()
        reader = frame.arguments.get("reader")
        if reader is not None:
            data = self._asked.reader_data
            if data is None:  # nobody said what would be read: as many as there are results
                result = self.outcome.output if isinstance(self.outcome, TaskSucceeded) else None
                return len(result) if isinstance(result, list) else 0
            items = read_items(data, reader["config"], reader["max_items"])
            if reader["config"].get("ItemsPointer"):
                probe.seen["afterItemsPointer"] = items
        return len(_shaped(plan, snapshot, frame, items, probe))


def _shaped(plan: Plan, snapshot: Snapshot, frame: Frame, items: Sequence[Json], probe: Probe) -> Sequence[Json]:
    """The inputs of the iterations: ItemSelector and ItemBatcher applied to `items`."""
    state = plan.state(frame.machine, frame.state)
    if not isinstance(state, Map) or state.distributed is None:
        raise TypeError(f"the frame {frame.path!r} stands in no Map that waits for its run")

    def inputs(shaping: Plan) -> Sequence[Json]:
        return child_inputs(shaping, snapshot, frame, items, at=snapshot.last_at, seed=SEED)

    shaped = items
    if state.selector is not None:
        unbatched = replace(state, distributed=replace(state.distributed, batcher=None))
        machine = replace(plan.machines[frame.machine], states={state.name: unbatched})
        shaped = probe.seen["afterItemSelector"] = inputs(Plan({**plan.machines, frame.machine: machine}))
    if state.distributed.batcher is not None:
        shaped = probe.seen["afterItemBatcher"] = inputs(plan)
    return shaped
