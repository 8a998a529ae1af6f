"""What is fed within a step, once it is seen which calls are owed: the same as feeding it in the next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.kernel import effects, snapshot_codec
from engine.kernel.snapshot import Frame, Status
from engine.kernel.step import step
from engine.kernel.stimulus import Started, Stimulus, TaskReturned, TaskStarted
from tests.support.stepping import Run, machine, task

ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"}


def beside(*states: dict[str, Any]) -> dict[str, Any]:
    """The states side by side."""
    return machine(("P", {"Type": "Parallel", "Branches": [machine((f"S{n}", one)) for n, one in enumerate(states)]}))


class Starts:
    """Begins the calls that it is asked about: `most` of them."""

    def __init__(self, at: float, most: int = 100) -> None:
        self.at = at
        self.most = most
        self.asked: list[list[str]] = []

    def __call__(self, frames: Sequence[Frame]) -> list[Stimulus]:
        self.asked.append([frame.path for frame in frames])
        return [TaskStarted(self.at, 0, *frame.place, lease_until=self.at + 9) for frame in frames[: self.most]]


@pytest.mark.parametrize("definition", [
    machine(("A", task()), ("B", task())), beside(task(), task(TimeoutSeconds=5), task()), beside(task(), ACTIVITY),
])
@pytest.mark.parametrize("most", [0, 1, 100])
def test_one_step_is_as_good_as_two(definition, most):
    run = Run(definition)
    started, starts = Started(at=run.at, seed=1), Starts(run.at, most)
    first = step(run.plan, run.snapshot, [started])
    intents = Starts(run.at, most)(effects.owed(run.plan, first.snapshot).scheduled)
    second = step(run.plan, first.snapshot, intents)
    whole = step(run.plan, run.snapshot, [started], then=starts)
    assert whole.snapshot == second.snapshot
    assert whole.events == first.events + second.events
    assert (whole.taken, whole.ignored) == ((started, *intents), ())
    assert whole.touched == first.touched | second.touched
    again = step(run.plan, run.snapshot, whole.taken)
    assert snapshot_codec.encode(again.snapshot) == snapshot_codec.encode(whole.snapshot)
    assert again.events == whole.events


def test_it_is_asked_for_what_came_to_be_owed_in_this_step_in_order_of_visit():
    twice = {"StartAt": "A", "States": {"A": {**task(), "Next": "B"}, "B": {**task(), "End": True}}}
    both = {"Type": "Parallel", "Branches": [machine(("S", task())), twice]}
    run = Run(machine(("P", both))).start()
    for path in ("/0", "/1"):
        run.call(path)
    starts = Starts(run.at)
    step(run.plan, run.snapshot, [TaskReturned(**run.about("/1"), output=1)], then=starts)
    assert starts.asked == [["/1"]]
    run = Run(beside(*[task()] * 12))
    starts = Starts(run.at)
    step(run.plan, run.snapshot, [Started(at=run.at, seed=1)], then=starts)
    assert starts.asked == [[f"/{number}" for number in range(12)]]


def test_it_is_not_asked_while_a_state_is_ready_or_once_it_is_closed():
    run = Run(machine(("A", {"Type": "Pass"}), ("B", task())))
    starts = Starts(run.at)
    stepped = step(run.plan, run.snapshot, [Started(at=run.at, seed=1)], max_transitions=1, then=starts)
    assert (starts.asked, stepped.snapshot.ready) == ([], ("",))
    run = Run(machine(("A", {"Type": "Pass"})))
    stepped = step(run.plan, run.snapshot, [Started(at=run.at, seed=1)], then=starts)
    assert (starts.asked, stepped.snapshot.status) == ([], Status.SUCCEEDED)


def test_what_answers_nothing_is_handed_back():
    run = Run(machine(("A", task())))
    late = TaskReturned(run.at, 2, "", 99, 0, output=1)
    stepped = step(run.plan, run.snapshot, [Started(at=run.at, seed=1)], then=lambda _frames: [late])
    assert (stepped.ignored, len(stepped.taken)) == ((late,), 1)
