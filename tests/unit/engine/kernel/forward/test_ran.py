"""What a history tells of calls: one that was owed and never made is no call of which nobody knows."""

from __future__ import annotations

import pytest

from engine.kernel.forward.ran import ran
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Frame, Phase


def history(*types):
    return [HistoryEvent(at, at - 1, kind, 0.0) for at, kind in enumerate(types, 1)]


@pytest.mark.parametrize(("events", "unknown"), [
    (("TaskStateEntered", "TaskScheduled"), False),
    (("TaskStateEntered", "TaskScheduled", "ExecutionAborted"), False),
    (("TaskStateEntered", "TaskScheduled", "ExecutionTimedOut"), False),
    (("TaskStateEntered", "TaskScheduled", "ExecutionFailed"), False),
    (("TaskStateEntered", "TaskScheduled", "TaskStarted", "ExecutionAborted"), True),
    (("TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskTimedOut"), True),
])
def test_a_call_that_was_owed_and_not_begun_is_known(events, unknown):
    frame = Frame("", "", "Work", Phase.BACKOFF, attempt=1, epoch=0, last_event=len(events))
    assert ran(history(*events)).unknown_call(frame) is unknown


def test_states_that_were_entered_and_left_are_told_apart():
    events = [
        HistoryEvent(1, 0, "TaskStateEntered", 0.0, {"name": "A"}),
        HistoryEvent(2, 1, "TaskStateExited", 0.0, {"name": "A"}),
        HistoryEvent(3, 2, "PassStateEntered", 0.0, {"name": "B"}),
    ]
    found = ran(events)
    assert (found.left, found.entered) == ({"A"}, {"A", "B"})
