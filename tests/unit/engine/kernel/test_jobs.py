"""What a call with a task token has handed over: it is called again while its Task waits, and once at the end."""

from __future__ import annotations

import pytest

from engine.kernel.effects import task_call
from engine.kernel.snapshot import Phase, Status
from engine.kernel.stimulus import (
    CallbackErred,
    CallbackReturned,
    ChildrenStopped,
    JobGoesOn,
    StopRequested,
    TaskErred,
    TaskReturned,
    TimePassed,
)
from tests.support.stepping import START, Run, machine, task

ASKS = {"Resource": "connector:people:ask.waitForTaskToken", "TimeoutSeconds": 1000, "Parameters": {"q": "?"}}


def asked(again_in=60.0, **more):
    run = Run(machine(("T", task(**{**ASKS, **more}))), {}).start()
    run.call()
    run.feed(TaskReturned(**run.about(), output={"id": "a1"}, handed_over=True, again_in=again_in))
    return run


def frame(run):
    return run.snapshot.frames[""]


def test_it_waits_and_is_due_when_its_connector_said():
    run = asked()
    assert frame(run).phase is Phase.CALLBACK
    assert run.owed.sweep_at == START + 60
    assert run.owed.due_at == START + 1000
    assert asked(again_in=None).owed.sweep_at is None


def test_when_it_is_due_the_call_is_owed_with_its_job_and_one_event_of_a_start():
    run = asked()
    run.feed(TimePassed(at=START + 60))
    assert [one.path for one in run.owed.scheduled] == [""]
    call = task_call(run.plan, run.snapshot, frame(run), budget_seconds=5)
    assert (call.job, call.task_token, call.entered_at, call.deadline) == (
        {"id": "a1"}, frame(run).token, START, START + 1000
    )
    run.call()
    run.feed(JobGoesOn(**{**run.about(), "at": START + 61}, again_in=100.0))
    assert (frame(run).phase, run.owed.sweep_at, frame(run).deadline) == (Phase.CALLBACK, START + 161, START + 1000)
    assert run.types.count("TaskStarted") == 1


def test_a_reminder_that_fails_fails_nothing_and_comes_again():
    run = asked()
    run.feed(TimePassed(at=START + 60))
    run.call()
    run.feed(TaskErred(**{**run.about(), "at": START + 62}, error="people.ConnectorError", definite=True))
    assert run.snapshot.status is Status.RUNNING
    assert (frame(run).phase, run.owed.sweep_at) == (Phase.CALLBACK, START + 122)
    run.feed(CallbackReturned(**{**run.about(), "at": START + 63}, output="yes"))
    assert run.snapshot.output == "yes"


def test_an_answer_is_told_to_the_connector():
    run = asked()
    run.feed(CallbackReturned(**run.about(), output={"approved": True}))
    (stop,) = run.snapshot.stops
    assert (stop["job"], stop["answered"]) == ({"id": "a1"}, {"approved": True})
    assert run.owed.stops == run.snapshot.stops


@pytest.mark.parametrize("ends", [
    lambda run: CallbackErred(**run.about(), error="No", cause=None), lambda _run: TimePassed(at=START + 1000),
    lambda _run: StopRequested(at=START + 5),
], ids=["failure", "timeout", "stop"])
def test_every_other_end_is_told_too_once(ends):
    run = asked()
    run.feed(ends(run))
    (stop,) = run.snapshot.stops
    assert (stop["job"], stop["answered"]) == ({"id": "a1"}, None)
    assert run.snapshot.closed


def test_a_time_limit_that_has_passed_goes_before_a_reminder():
    run = asked(TimeoutSeconds=60)
    run.feed(TimePassed(at=START + 60))
    assert run.snapshot.status is Status.FAILED
    assert "TaskTimedOut" in run.types


def test_what_is_told_is_forgotten_once_it_was():
    run = Run(machine(("T", task(**ASKS)), ("W", {"Type": "Wait", "Seconds": 5})), {}, cold=True).start()
    run.call()
    run.feed(TaskReturned(**run.about(), output={"id": "a1"}, handed_over=True))
    run.feed(CallbackReturned(**run.about(), output=1))
    assert len(run.snapshot.stops) == 1
    run.feed(ChildrenStopped(at=START + 1))
    assert run.snapshot.stops == ()


def test_a_call_that_hands_nothing_over_is_not_called_again():
    run = Run(machine(("T", task(**ASKS))), {}).start()
    run.call()
    run.feed(TaskReturned(**run.about(), output={"id": "a1"}))
    assert frame(run).job is None
    run.feed(CallbackReturned(**run.about(), output=1))
    assert run.snapshot.stops == ()
