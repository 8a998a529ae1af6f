"""When a segment holds the whole snapshot, and when only what changed."""

from __future__ import annotations

import pytest

from engine.durable.activation import Activation
from engine.kernel.snapshot import Snapshot
from engine.kernel.stimulus import Started, TaskReturned
from engine.language.asl.compile import compile_definition
from engine.ports.journal import Header, Sizes
from engine.ports.keys import ExecutionKey
from tests.support.stepping import FACTS, START, machine, task

ITEMS = list(range(400))
PLAN = compile_definition(machine(("Map", {
    "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(("Work", task())), "MaxConcurrency": 10,
})))
HEADER = Header(ExecutionKey("default", "one"), "flow", 1, "d", "i", "STANDARD", "RUNNING", START)


def opened(deltas, segments=(), snapshot=None):
    snapshot = snapshot or Snapshot(FACTS, {"items": ITEMS})
    sizes = Sizes(few_deltas=0, deltas=deltas)
    return Activation(HEADER, None, PLAN, snapshot, nonce="n", sizes=sizes, segments=segments)


def worked(activation, rounds):
    """The segments of so many rounds, each of ten items."""
    segments = []
    if activation.seq < 0:
        activation.feed([Started(START, 1)])
    for _ in range(rounds):
        activation.start([(frame, 10.0) for frame in activation.owed.scheduled], START)
        activation.feed([TaskReturned(START, 0, *frame.place, output={"ok": 1}) for frame in activation.owed.running])
        segment = activation.segment(START, owner="", hard_deadline=START + 900)
        activation.committed(segment)
        segments.append(segment)
    return segments


def spans(segments):
    """Of each whole snapshot but the last: its size, and that of the deltas behind it."""
    found = []
    for segment in segments:
        if segment.checkpoint:
            found.append([len(segment.body), 0])
        else:
            found[-1][1] += len(segment.body)
    return found[:-1]


@pytest.mark.parametrize("deltas", [1, 2, 4])
def test_deltas_outgrow_a_whole_snapshot_so_many_times_at_most(deltas):
    found = spans(worked(opened(deltas), 39))
    assert found
    assert all(behind <= deltas * whole for whole, behind in found)
    assert any(behind > (deltas - 1) * whole for whole, behind in found)
    assert all(behind for _, behind in found), "what was behind the one before does not count"


def test_those_of_an_execution_that_was_loaded_outgrow_it_once_at_most():
    before = opened(4)
    segments = worked(before, 3)
    [first, *behind] = segments
    assert (first.checkpoint, any(segment.checkpoint for segment in behind)) == (True, False)
    found = spans(segments + worked(opened(4, segments, before.snapshot), 30))
    assert len(found) > len(spans(worked(opened(4), 33)))
    assert all(behind <= whole for whole, behind in found)
