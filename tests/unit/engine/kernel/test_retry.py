"""Retry and Catch, as functions and through the core."""

from __future__ import annotations

import pytest

from engine.kernel.retry import counted, delay_seconds, find_retrier, matches
from engine.kernel.snapshot import Phase, Status
from engine.language.asl.model import Retrier
from tests.support.stepping import START, Run, machine, task

HANDLED = ("Handled", {"Type": "Pass", "End": True})


@pytest.mark.parametrize(("errors", "error", "takes"), [
    (["States.ALL"], "Any.Error", True),
    (["States.ALL"], None, True),
    (["States.ALL"], "States.Timeout", True),
    (["States.ALL"], "States.DataLimitExceeded", True),
    (["States.ALL"], "States.Runtime", False),
    (["States.Runtime"], "States.Runtime", False),
    (["States.TaskFailed"], "Any.Error", True),
    (["States.TaskFailed"], "States.Timeout", False),
    (["A", "B"], "B", True),
    (["A"], "AB", False),
    (["A"], None, False),
    (["States.HeartbeatTimeout"], "States.HeartbeatTimeout", True),
    (["States.Timeout"], "States.HeartbeatTimeout", True),
    (["States.HeartbeatTimeout"], "States.Timeout", False),
])
def test_which_error_names_match(errors, error, takes):
    assert matches(errors, error) is takes


def test_only_the_first_retrier_that_matches_counts():
    retriers = [Retrier(("A",), max_attempts=1), Retrier(("States.ALL",), max_attempts=5)]
    assert find_retrier(retriers, (), "A") == 0
    assert find_retrier(retriers, (1,), "A") is None
    assert find_retrier(retriers, (1,), "B") == 1
    assert counted((1,), 1, 2) == (1, 1)


@pytest.mark.parametrize(("retrier", "used", "fraction", "seconds"), [
    (Retrier((), interval=2, rate=3), 0, 1.0, 2),
    (Retrier((), interval=2, rate=3), 2, 1.0, 18),
    (Retrier((), interval=2, rate=3, max_delay=7), 2, 1.0, 7),
    (Retrier((), interval=2, rate=3, max_delay=7, jitter=True), 2, 0.5, 3.5),
    (Retrier((), interval=2, rate=10), 400, 1.0, 31_622_400),
])
def test_how_long_a_retrier_waits(retrier, used, fraction, seconds):
    assert delay_seconds(retrier, used, fraction) == seconds


RETRY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 2}]


@pytest.mark.parametrize("cold", [False, True])
def test_a_task_is_tried_again_after_its_interval(cold):
    run = Run(machine(("T", task(Retry=RETRY))), cold=cold).start()
    run.err("Busy")
    assert (run.root.phase, run.root.due_at, run.root.attempt) == (Phase.BACKOFF, START + 3, 1)
    run.wait()
    run.err("Busy")
    assert run.root.due_at == START + 3 + 6
    run.wait()
    run.succeed("at last")
    assert run.snapshot.output == "at last"
    assert run.types.count("TaskStateEntered") == 1
    assert run.types.count("TaskScheduled") == run.types.count("TaskStarted") == 3


@pytest.mark.parametrize(("retrier", "asked", "waits"), [
    ({}, 30.0, 30), ({}, 2.0, 3), ({}, 0.0, 3), ({"MaxDelaySeconds": 10}, 30.0, 10), ({}, 1e9, 86_400),
    ({"JitterStrategy": "FULL"}, 30.0, 30),
])
def test_a_retrier_waits_as_long_as_the_system_asks_within_what_the_author_allows(retrier, asked, waits):
    run = Run(machine(("T", task(Retry=[RETRY[0] | retrier])))).start()
    run.err("Busy", retry_after=asked)
    assert (run.root.phase, run.root.due_at, run.root.attempt) == (Phase.BACKOFF, START + waits, 1)


def test_what_no_retrier_takes_waits_for_nothing():
    run = Run(machine(("T", task()))).start()
    run.err("Busy", retry_after=30.0)
    assert run.snapshot.status is Status.FAILED


def test_when_no_attempt_is_left_the_error_goes_on():
    run = Run(machine(("T", task(Retry=RETRY)))).start()
    for _ in range(2):
        run.err("Busy")
        run.wait()
    run.err("Busy", "still")
    assert (run.snapshot.status, run.snapshot.error, run.snapshot.cause) == (Status.FAILED, "Busy", "still")


@pytest.mark.parametrize(("definite", "epoch"), [(True, 1), (False, 0)])
def test_only_a_definite_failure_changes_the_idempotency_key(definite, epoch):
    run = Run(machine(("T", task(Retry=RETRY)))).start()
    run.err("Busy", definite=definite)
    assert run.root.epoch == epoch


def test_a_time_out_keeps_the_key():
    run = Run(machine(("T", task(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.Timeout"]}])))).start()
    run.call()
    run.wait()
    assert (run.root.attempt, run.root.epoch) == (1, 0)


@pytest.mark.parametrize(("fields", "caught"), [
    ({"HeartbeatSeconds": 3, "TimeoutSeconds": 9}, True), ({"HeartbeatSeconds": 9, "TimeoutSeconds": 3}, False),
])
def test_a_missed_heartbeat_can_be_caught_by_its_name(fields, caught):
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Handled"}]
    run = Run(machine(("T", task(Catch=catch, **fields)), HANDLED)).start()
    run.call()
    run.wait()
    assert (run.snapshot.status is Status.SUCCEEDED) is caught
    assert "TaskTimedOut" in run.types


def test_a_call_that_says_it_timed_out_is_shown_so():
    run = Run(machine(("T", task()))).start()
    run.err("States.Timeout", definite=False)
    assert run.types[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_a_failure_that_cannot_be_retried_passes_every_retrier():
    catch = [{"ErrorEquals": ["Busy"], "Next": "Handled"}]
    run = Run(machine(("T", task(Retry=RETRY, Catch=catch)), HANDLED)).start()
    run.err("Busy", "why", retryable=False)
    assert run.snapshot.output == {"Error": "Busy", "Cause": "why"}


def test_a_catcher_places_the_error_in_the_raw_input_and_assigns():
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Handled",
              "Assign": {"what.$": "$.Error"}}]
    run = Run(machine(("T", task(InputPath="$.a", Catch=catch)), (
        "Handled", {"Type": "Pass", "Parameters": {"all.$": "$", "what.$": "$what"}, "End": True})), {"a": 1}).start()
    run.err("E")
    assert run.snapshot.output == {"all": {"a": 1, "error": {"Error": "E", "Cause": None}}, "what": "E"}
    assert run.types[5] == "TaskStateExited"


def test_retries_are_counted_anew_for_each_visit():
    again = [{"ErrorEquals": ["States.ALL"], "Next": "T"}]
    run = Run(machine(("T", task(Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 1}], Catch=again)))).start()
    run.err("Busy")
    run.wait()
    run.err("Busy")
    assert (run.root.state, run.root.attempt, run.root.retries, run.root.epoch) == ("T", 0, (), 0)
    run.err("Busy")
    assert run.root.phase is Phase.BACKOFF


def test_jitter_stays_within_the_interval_and_comes_from_the_seed():
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 100, "JitterStrategy": "FULL"}]
    due = set()
    for seed in range(5):
        run = Run(machine(("T", task(Retry=retry))))
        run._seed = seed * 100
        run.start()
        run.err("Busy")
        assert START <= run.root.due_at <= START + 100
        due.add(run.root.due_at)
    assert len(due) == 5


def test_jsonpath_runtime_errors_are_caught_by_nobody():
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Handled"}]
    run = Run(machine(("T", task(InputPath="$.no", Catch=catch)), HANDLED)).start()
    assert run.snapshot.error == "States.Runtime"
    assert run.snapshot.cause.startswith("An error occurred while executing the state 'T' (entered at the event id #2)")


def test_jsonata_errors_are_recorded_and_can_be_caught():
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Handled"}]
    state = task(QueryLanguage="JSONata", Arguments="{% $states.input.no %}", Catch=catch)
    run = Run(machine(("T", state), HANDLED)).start()
    assert run.snapshot.status is Status.SUCCEEDED
    failed = next(event for event in run.events if event.type == "EvaluationFailed")
    assert (failed.previous, failed.details["location"]) == (0, "Arguments")
