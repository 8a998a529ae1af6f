"""The pure heart: which stimulus moves which frame, and what is owed meanwhile."""

from __future__ import annotations

import pytest

from engine.kernel.snapshot import Phase, Status
from engine.kernel.stimulus import (
    CallbackErred,
    CallbackHeartbeat,
    CallbackReturned,
    Continued,
    Started,
    StopRequested,
    TaskErred,
    TaskReturned,
    TaskStarted,
    TaskTakenOver,
    TimePassed,
)
from engine.kernel.tokens import parse_token
from tests.support.stepping import START, Run, machine, task


@pytest.fixture(params=[False, True], ids=["warm", "cold"])
def cold(request):
    return request.param


def test_pure_states_run_to_the_end_in_one_step(cold):
    run = Run(machine(("A", {"Type": "Pass", "Result": 1}), ("B", {"Type": "Succeed"})), cold=cold).start()
    assert (run.snapshot.status, run.snapshot.output, run.snapshot.closed) == (Status.SUCCEEDED, 1, True)
    assert run.types == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "SucceedStateEntered", "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert [event.previous for event in run.events] == [0, 0, 2, 3, 4, 5]
    assert run.snapshot.frames == {}


def test_a_task_is_scheduled_then_running_then_done(cold):
    run = Run(machine(("T", task(Parameters={"a.$": "$.x"}))), {"x": 7}, cold=cold).start()
    assert [frame.arguments for frame in run.owed.scheduled] == [{"a": 7}]
    assert run.types[-1] == "TaskScheduled"
    frame = run.call(lease_until=START + 50)
    assert (frame.phase, frame.lease_until) == (Phase.RUNNING, START + 50)
    assert run.owed.scheduled == ()
    assert [frame.path for frame in run.owed.running] == [""]
    run.feed(TaskReturned(**run.about(), output={"ok": True}))
    assert run.snapshot.output == {"ok": True}
    assert run.types[-4:] == ["TaskStarted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"]


def test_answers_to_another_visit_attempt_or_frame_are_handed_back():
    run = Run(machine(("T", task()))).start()
    run.call()
    about = run.about()
    wrong = [
        TaskReturned(**{**about, "visit": about["visit"] + 1}, output=1),
        TaskReturned(**{**about, "attempt": 1}, output=1),
        TaskReturned(**{**about, "frame": "/0"}, output=1),
        CallbackReturned(**about, output=1),
        TaskStarted(**about),
        Started(at=run.at),
    ]
    before = run.snapshot.frames
    stepped = run.feed(*wrong)
    assert stepped.ignored == tuple(wrong)
    assert (stepped.events, stepped.snapshot.frames) == ((), before)


def test_a_closed_execution_ignores_everything():
    run = Run(machine(("A", {"Type": "Pass"}))).start()
    late = TimePassed(at=run.at + 5)
    assert run.feed(late).ignored == (late,)


def test_a_takeover_schedules_the_same_call_again_without_an_event(cold):
    run = Run(machine(("T", task(TimeoutSeconds=10))), cold=cold).start()
    first = run.call()
    assert first.deadline == START + 10
    run.at += 60
    stepped = run.feed(TaskTakenOver(**run.about()))
    assert stepped.events == ()
    again = run.owed.scheduled[0]
    assert (again.attempt, again.epoch, again.visit) == (first.attempt, first.epoch, first.visit)
    assert (again.deadline, again.lease_until) == (None, 0.0)
    assert run.call().deadline == START + 70
    assert run.types.count("TaskStarted") == 1
    run.feed(TaskReturned(**run.about(), output=1))
    assert run.snapshot.status is Status.SUCCEEDED


def test_a_wait_is_over_when_its_time_has_come_and_not_before(cold):
    run = Run(machine(("W", {"Type": "Wait", "Seconds": 5})), cold=cold).start()
    assert run.owed.due_at == START + 5
    run.feed(TimePassed(at=START + 4.9))
    assert run.root.phase is Phase.WAITING
    run.feed(TimePassed(at=START + 5))
    assert run.snapshot.status is Status.SUCCEEDED


def test_a_task_that_takes_too_long_times_out():
    run = Run(machine(("T", task(TimeoutSeconds=10)))).start()
    assert run.owed.due_at is None  # the time counts from the call's start
    run.call()
    run.wait()
    assert run.at == START + 10
    assert (run.snapshot.status, run.snapshot.error, run.snapshot.cause) == (Status.FAILED, "States.Timeout", None)
    assert run.types[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_an_execution_times_out_with_neither_error_nor_cause(cold):
    run = Run(machine(("W", {"Type": "Wait", "Seconds": 50}), TimeoutSeconds=9), cold=cold).start()
    run.wait()
    assert (run.at, run.snapshot.status, run.snapshot.error) == (START + 9, Status.TIMED_OUT, None)
    assert run.types[-1] == "ExecutionTimedOut"


def test_stopping_aborts_at_once():
    run = Run(machine(("T", task()))).start()
    run.feed(StopRequested(at=run.at, error="Why", cause="because"))
    assert (run.snapshot.status, run.snapshot.error, run.snapshot.cause) == (Status.ABORTED, "Why", "because")
    assert run.owed.scheduled == ()


# -------------------------------------------------------------------- task tokens


CALLBACK = {"Type": "Task", "Resource": "connector:mail:ask.waitForTaskToken",
            "Parameters": {"token.$": "$$.Task.Token"}}


def test_a_token_finds_its_place_and_cannot_be_guessed():
    run, other = Run(machine(("T", CALLBACK))).start(), Run(machine(("T", CALLBACK)))
    other.seed()
    other.start()
    token = run.root.token
    assert run.root.arguments == {"token": token}
    assert token != other.root.token
    place = parse_token(token)
    assert (place.workspace, place.execution_id, place.frame, place.visit, place.attempt) == (
        "default", "flow:one", "", run.root.visit, 0)


@pytest.mark.parametrize("text", ["", "a.b", "....", "Zm9v.0.x.0.ff", "\u00e9.-.1.0.ff"])
def test_what_is_no_token_leads_nowhere(text):
    assert parse_token(text) is None


def test_a_callback_ends_the_task_after_the_hand_over(cold):
    run = Run(machine(("T", CALLBACK)), cold=cold).start()
    run.succeed({"sent": 1})
    assert run.root.phase is Phase.CALLBACK
    assert run.types[-1] == "TaskSubmitted"
    run.feed(CallbackReturned(**run.about(), output="yes"))
    assert run.snapshot.output == "yes"


def test_a_callback_may_fail_without_saying_why():
    run = Run(machine(("T", CALLBACK))).start()
    run.succeed(None)
    run.feed(CallbackErred(**run.about()))
    assert (run.snapshot.status, run.snapshot.error, run.snapshot.cause) == (Status.FAILED, None, None)
    assert run.events[-1].details == {}


def test_heartbeats_put_the_time_out_off(cold):
    run = Run(machine(("T", {**CALLBACK, "HeartbeatSeconds": 10, "TimeoutSeconds": 25})), cold=cold).start()
    run.succeed(None)
    run.at = START + 8
    run.feed(CallbackHeartbeat(**run.about()))
    assert run.owed.due_at == START + 18
    run.wait()
    assert run.snapshot.error == "States.Timeout"


def test_an_activity_owes_no_call_and_waits_for_its_worker():
    definition = machine(("T", {"Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:count"}))
    run = Run(definition).start()
    assert run.owed.scheduled == ()
    run.feed(TaskStarted(**run.about(), worker="ann"))
    assert run.events[-1].details == {"workerName": "ann"}
    run.feed(CallbackReturned(**run.about(), output=3))
    assert run.types[-5:] == [
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded"]


# -------------------------------------------------------------------- yielding


LOOP = machine(("P", {"Type": "Pass", "Next": "C"}), ("C", {"Type": "Choice", "Choices": [
    {"Variable": "$.never", "IsPresent": True, "Next": "P"}], "Default": "P"}))


def test_an_endless_loop_yields_and_goes_on(cold):
    run = Run(LOOP, cold=cold).start(room=5)
    assert run.owed.ready
    assert run.snapshot.next_visit == 6
    run.go_on(room=5)
    assert run.snapshot.next_visit == 11
    run.feed(StopRequested(at=run.at))
    assert run.snapshot.status is Status.ABORTED


def test_a_branch_that_loops_for_ever_does_not_starve_the_others(cold):
    quick = machine(("W", task()))
    run = Run(machine(("Both", {"Type": "Parallel", "Branches": [LOOP, quick]})), cold=cold).start(room=4)
    run.go_on(room=4)
    assert [frame.path for frame in run.owed.scheduled] == ["/1"]


@pytest.mark.parametrize("room", [1, 2, 3, 7])
def test_the_history_does_not_depend_on_where_stepping_yields(room):
    definition = machine(("A", {"Type": "Pass", "Result": [3, 1, 2]}), ("M", {"Type": "Map", "ItemProcessor": machine(
        ("P", {"Type": "Pass"}), ("Q", {"Type": "Pass"}))}), ("Z", {"Type": "Succeed"}))
    whole, sliced = Run(definition).start(), Run(definition, cold=True).start(room=room)
    for _ in range(40):
        if not sliced.owed.ready:
            break
        sliced.go_on(room=room)
    assert sliced.snapshot.output == whole.snapshot.output == [3, 1, 2]
    assert sorted(sliced.types) == sorted(whole.types)


def test_touched_and_removed_frames_are_named():
    definition = machine(("Both", {"Type": "Parallel", "Branches": [machine(("A", task())), machine(("B", task()))]}))
    run = Run(definition)
    assert run.feed(Started(at=START)).touched == {"", "/0", "/1"}
    assert run.feed(TaskStarted(**run.about("/0"))).touched == {"/0"}
    stepped = run.feed(TaskReturned(**run.about("/0"), output=1))
    assert (stepped.touched, stepped.removed) == ({"/0"}, frozenset())
    run.call("/1")
    stepped = run.feed(TaskReturned(**run.about("/1"), output=2))
    assert (stepped.touched, stepped.removed) == (frozenset(), {"", "/0", "/1"})


def test_stepping_the_same_stimuli_again_gives_the_same():
    definition = machine(("A", {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}}), ("T", CALLBACK))
    first, second = Run(definition).start(), Run(definition).start()
    assert first.snapshot == second.snapshot
    assert first.events == second.events


def test_an_ignored_stimulus_leaves_no_trace():
    loop = machine(("P", {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "Next": "P"}))
    with_it, without = Run(loop).start(room=2), Run(loop).start(room=2)
    late = TaskReturned(at=START + 9, seed=99, frame="/7", visit=1, attempt=0, output=1)
    go_on = Continued(at=START + 1, seed=5)
    assert with_it.feed(late, go_on, room=2).ignored == (late,)
    without.feed(go_on, room=2)
    assert (with_it.snapshot, with_it.events) == (without.snapshot, without.events)


def test_a_failure_before_the_call_needs_no_start():
    run = Run(machine(("T", task()))).start()
    run.feed(TaskErred(**run.about(), error="Automate.Refused", cause="no such connector"))
    assert run.snapshot.error == "Automate.Refused"
    assert "TaskStarted" not in run.types
