"""What CloudWatch counts: each committed event once, taken once."""

from types import SimpleNamespace

from engine.ports.keys import ExecutionKey
from functions.metering import Metering


def segment(seq):
    return SimpleNamespace(key=ExecutionKey("default", "orders:1"), seq=seq)


def events(*types):
    return [SimpleNamespace(type=name) for name in types]


def test_beginnings_ends_and_failed_tasks_are_counted_and_taken_once():
    metering = Metering()
    metering(segment(0), events("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskFailed"))
    metering(segment(1), events("ExecutionFailed"))
    assert metering.take() == {"ExecutionsStarted": 1, "TasksScheduled": 1, "TasksFailed": 1, "ExecutionsFailed": 1}
    assert metering.take() == {}


def test_a_segment_that_is_told_again_is_not_counted_again():
    metering = Metering()
    for _ in range(2):
        metering(segment(0), events("ExecutionStarted"))
    assert metering.take() == {"ExecutionsStarted": 1}


def test_each_execution_that_is_paused_is_counted():
    metering = Metering()
    metering.paused(ExecutionKey("default", "orders:1"))
    assert metering.take() == {"ExecutionsPaused": 1}
