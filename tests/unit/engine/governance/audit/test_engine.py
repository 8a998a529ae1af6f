"""The engine's own entries, derived from committed history events."""

from __future__ import annotations

import pytest

from engine.governance.audit.audit import Audit
from engine.governance.audit.engine import engine_entries
from engine.governance.audit.query import AuditQuery
from engine.kernel.history import HistoryEvent
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from functions.engine_audit import EngineRecorder
from tests.support.durable import Product, ScriptedTasks

KEY = ExecutionKey.of("default", "flow", "one")
WORK = "connector:work:do"


def entries(events, earlier=(), **more):
    stored = {event.id: event for event in earlier}
    return engine_entries(KEY, 3, events, earlier=stored.get, **more)


def test_a_start_is_an_entry_named_by_its_event():
    (entry,) = entries([HistoryEvent(1, 0, "ExecutionStarted", 17.5, {"input": {"secret": "x"}})], origin="worker 7")
    assert (entry.id, entry.act, entry.at, str(entry.subject)) == (
        "flow:one#1", "engine.started", 17.5, "execution/flow:one"
    )
    assert (entry.actor.name, entry.actor.kind, entry.actor.origin) == ("engine", "engine", "worker 7")
    assert entry.details == {"version": 3, "event": 1}, "the input is no part of it"


def test_what_went_well_is_no_entry_and_asks_for_nothing():
    def earlier(number):
        raise AssertionError(number)

    events = [HistoryEvent(4, 3, "TaskSucceeded", 1.0, {}), HistoryEvent(5, 4, "TaskStateExited", 1.0, {"name": "A"})]
    assert engine_entries(KEY, 3, events, earlier=earlier) == []


def test_state_and_attempt_are_found_in_what_was_committed_before():
    earlier = [
        HistoryEvent(2, 0, "TaskStateEntered", 1.0, {"name": "Pay"}), HistoryEvent(3, 2, "TaskScheduled", 1.0, {}),
        HistoryEvent(4, 3, "TaskStarted", 1.0, {}), HistoryEvent(5, 4, "TaskFailed", 2.0, {"error": "E"}),
        HistoryEvent(6, 5, "TaskScheduled", 3.0, {}),
    ]
    failed = HistoryEvent(8, 7, "TaskFailed", 4.0, {"error": "Declined", "cause": "no money", "resource": "x"})
    (entry,) = entries([HistoryEvent(7, 6, "TaskStarted", 3.0, {}), failed], earlier)
    assert entry.act == "engine.step_failed"
    assert entry.details == {
        "version": 3, "event": 8, "state": "Pay", "attempt": 1, "error": "Declined", "cause": "no money",
    }


def test_a_timeout_has_its_name_and_a_lost_way_back_leaves_the_state_out():
    (entry,) = entries([HistoryEvent(8, 7, "TaskTimedOut", 4.0, {})])
    assert entry.details == {"version": 3, "event": 8, "error": "States.Timeout"}


@pytest.mark.parametrize(
    ("cause", "kept"),
    [
        ('{"errorType":"Lost","errorMessage":"no answer","stackTrace":["File …"]}', "Lost: no answer"),
        ('{"errorMessage":"no type"}', '{"errorMessage":"no type"}'), ("[1]", "[1]"), ("plain", "plain"), ("", ""),
    ],
)
def test_a_stack_trace_is_the_history_s_to_keep(cause, kept):
    (entry,) = entries([HistoryEvent(8, 7, "TaskFailed", 4.0, {"error": "E", "cause": cause})])
    assert entry.details["cause"] == kept


def test_an_execution_that_was_aborted_or_timed_out():
    aborted = HistoryEvent(8, 7, "ExecutionAborted", 4.0, {"cause": "no need"})
    events = [aborted, HistoryEvent(9, 0, "ExecutionTimedOut", 5.0)]
    assert [(item.act, item.details.get("cause")) for item in entries(events)] == [
        ("engine.aborted", "no need"), ("engine.timed_out", None),
    ]


RETRIED = {
    "StartAt": "Fan",
    "States": {"Fan": {"Type": "Parallel", "End": True, "Branches": [{
        "StartAt": "Pay",
        "States": {
            "Pay": {"Type": "Task", "Resource": WORK, "End": True,
                    "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]},
            "Sorry": {"Type": "Fail", "Error": "Refused", "Cause": "nobody pays"},
        },
    }]}},
}


def ran():
    product = Product(RETRIED, ScriptedTasks({WORK: [TaskFailed("E", "bad")]}))
    key = product.start({})
    product.drain()
    return product, key, list(product.stores.journal.history(key))


def test_a_real_run_s_segments_one_by_one_and_all_at_once_say_the_same():
    product, key, segments = ran()
    assert len(segments) > 3
    shown = []
    for groups in ([[segment] for segment in segments], [segments], [[segment] for segment in reversed(segments)]):
        product.stores.audit.__init__()
        audit = Audit(product.stores.audit, product.clock)
        recorder = EngineRecorder(audit, product.stores.journal, origin="worker 7")
        for group in groups:
            recorder(group)
        found = audit.page(AuditQuery("default", execution=key.id)).entries
        shown.append(sorted((item.entry.details["event"], item.entry) for item in found))
    assert shown[0] == shown[1] == shown[2]
    told = [(entry.act, entry.details.get("state"), entry.details.get("attempt"), entry.details.get("error"))
            for _, entry in shown[0]]
    assert told == [
        ("engine.started", None, None, None), ("engine.step_failed", "Pay", 0, "E"),
        ("engine.step_failed", "Pay", 1, "E"), ("engine.failed", "Sorry", 0, "Refused"),
    ]
    assert shown[0][1][1].at == next(
        event["timestamp"] for event in product.executions.history(key) if event["type"] == "TaskFailed"
    ), "the exact time of the failure"


def test_a_segment_that_is_told_again_is_recorded_once():
    product, key, segments = ran()
    audit = Audit(product.stores.audit, product.clock)
    recorder = EngineRecorder(audit, product.stores.journal, origin="")
    for _ in range(3):
        for segment in segments:
            recorder([segment])
    assert len(audit.page(AuditQuery("default", execution=key.id)).entries) == 4
    assert audit.verify("default").ok


def test_a_log_that_does_not_serve_is_said_loudly_and_stops_nobody(caplog):
    product, _, segments = ran()
    audit = Audit(None, product.clock)
    EngineRecorder(audit, product.stores.journal, origin="")(segments)
    assert "NOT IN THE AUDIT LOG" in caplog.text
    assert "flow:one" in caplog.text
