"""Random machines: a restart before every step, and yielding after every few states, change nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.snapshot import live_frames
from engine.kernel.stimulus import CallbackReturned, TaskErred, TaskReturned, TaskStarted
from tests.support.stepping import Run, task

CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": None}]
RETRY = [{"ErrorEquals": ["Odd"], "IntervalSeconds": 1, "MaxAttempts": 1}]


def machines(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(states(depth), min_size=1, max_size=3).map(_in_a_row)


def _in_a_row(row: list[dict[str, Any]]) -> dict[str, Any]:
    names = [f"S{index}" for index in range(len(row))]
    built = {}
    for index, (name, state) in enumerate(zip(names, row, strict=True)):
        following = {"Next": names[index + 1]} if index + 1 < len(names) else {"End": True}
        if state["Type"] == "Fail":
            following = {}
        caught = {"Catch": [{**CATCH[0], "Next": names[-1]}]} if "Catch" in state and index + 1 < len(names) else {}
        kept = {key: value for key, value in state.items() if key != "Catch"}
        built[name] = {**kept, **caught, **following}
    return {"StartAt": "S0", "States": built}


def states(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    retry = st.sampled_from([{}, {"Retry": RETRY}, {"Catch": CATCH}, {"Retry": RETRY, "Catch": CATCH}])
    simple = [
        st.just({"Type": "Pass", "Parameters": {"at.$": "$$.State.Name", "id.$": "States.UUID()"}}),
        st.just({"Type": "Pass", "Assign": {"v.$": "$"}}),
        st.integers(0, 3).map(lambda seconds: {"Type": "Wait", "Seconds": seconds}),
        retry.map(lambda more: task(**more)),
        retry.map(lambda more: {"Type": "Task", "Resource": "connector:m:ask.waitForTaskToken", **more}),
        st.just({"Type": "Fail", "Error": "Odd"}),
    ]
    if depth == 0:
        return st.one_of(*simple)
    inner = machines(depth - 1)
    parallel = st.tuples(st.lists(inner, min_size=1, max_size=3), retry).map(
        lambda made: {"Type": "Parallel", "Branches": made[0], "ResultPath": "$.p", **made[1]})
    mapped = st.tuples(inner, st.integers(0, 4), st.integers(0, 2), retry).map(lambda made: {
        "Type": "Map", "ItemProcessor": made[0], "InputPath": f"$$.Execution.Input[0:{made[1]}]",
        "MaxConcurrency": made[2], "ResultPath": "$.m", **made[3]})
    return st.one_of(*simple, parallel, mapped)


def drive(definition: dict[str, Any], answers: list[int], *, cold: bool, room: int | None) -> Run:
    """Run to the end; the n-th call is answered as `answers` says. The order of calls depends on the snapshot alone."""
    run = Run(definition, [{"n": number} for number in range(4)], cold=cold)
    run._seed = 10**6  # the seeds of stimuli about calls must not depend on how often stepping yielded
    run.start(room=room)
    number = count()
    for _ in range(3000):
        if run.snapshot.closed:
            return run
        owed = run.owed
        assert live_frames(run.snapshot) == live_frames(replace(run.snapshot, live=None))
        if owed.ready:
            run._seed -= 1
            run.go_on(room=room)
        elif owed.scheduled:
            answer(run, owed.scheduled[0].path, answers[next(number) % len(answers)], room)
        else:
            assert owed.due_at is not None
            run.wait()
    raise AssertionError("the execution does not end")


def answer(run: Run, path: str, how: int, room: int | None) -> None:
    run.feed(TaskStarted(**run.about(path)), room=room)
    if how == 0:
        run.feed(TaskErred(**run.about(path), error="Odd"), room=room)
        return
    run.feed(TaskReturned(**run.about(path), output={"r": how}), room=room)
    frame = run.snapshot.frames.get(path)
    if frame is not None and frame.phase == "CALLBACK":
        run.feed(CallbackReturned(**run.about(path), output={"c": how}), room=room)


@settings(max_examples=120, deadline=None)
@given(machines(2), st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_cold_equals_warm_and_every_history_is_sound(definition, answers):
    warm = drive(definition, answers, cold=False, room=None)
    cold = drive(definition, answers, cold=True, room=None)
    assert cold.snapshot == warm.snapshot
    assert cold.events == warm.events
    sound(warm)


@settings(max_examples=60, deadline=None)
@given(machines(2), st.lists(st.integers(0, 3), min_size=1, max_size=5), st.integers(1, 4))
def test_yielding_in_between_keeps_every_history_sound(definition, answers, room):
    first = drive(definition, answers, cold=True, room=room)
    again = drive(definition, answers, cold=False, room=room)
    assert first.events == again.events
    sound(first)


def sound(run: Run) -> None:
    """One beginning, one end, ids without a gap, links that lead back, nothing left behind."""
    assert [event.id for event in run.events] == list(range(1, len(run.events) + 1))
    assert all(event.previous < event.id for event in run.events)
    terminal = [t for t in run.types if t.startswith("Execution") and t != "ExecutionStarted"]
    assert run.types[0] == "ExecutionStarted"
    assert terminal == [run.types[-1]]
    assert run.snapshot.frames == {}
    assert run.snapshot.next_event == len(run.events) + 1
