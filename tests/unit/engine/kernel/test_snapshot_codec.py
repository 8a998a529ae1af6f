"""A snapshot as JSON and back, whole and as deltas."""

from __future__ import annotations

import dataclasses
import json

import pytest

from engine.errors import SchemaTooNew
from engine.kernel import snapshot_codec
from engine.kernel.snapshot import SCHEMA, Fanout, Frame, Phase, Snapshot
from engine.kernel.stimulus import TaskErred, TaskReturned, TaskStarted
from tests.support.stepping import FACTS, Run, machine, task


def through_json(value):
    return json.loads(json.dumps(value))


def test_a_small_frame_is_small():
    frame = Frame("", "", "A", Phase.WAITING, visit=1, due_at=5.0)
    assert snapshot_codec.encode_frame(frame) == {
        "machine": "", "state": "A", "phase": "WAITING", "visit": 1, "due_at": 5.0}


@pytest.mark.parametrize("frame", [
    Frame("/0", "/States/M/ItemProcessor", "A", Phase.BACKOFF, attempt=2, retries=(0, 2), variables={"a": 1}),
    Frame("", "", "A", Phase.DONE, output=False, input=0, arguments=""),
    Frame("", "", "A", Phase.DONE, output=0, input=[], arguments={}),
])
def test_a_frame_comes_back_as_it_was(frame):
    decoded = snapshot_codec.decode_frame(frame.path, through_json(snapshot_codec.encode_frame(frame)))
    assert decoded == frame
    assert [type(getattr(decoded, name)) for name in ("output", "input", "arguments")] == [
        type(getattr(frame, name)) for name in ("output", "input", "arguments")]


OTHERWISE = {
    "path": "/0", "machine": "/States/M/ItemProcessor", "state": "A", "phase": Phase.RUNNING, "retries": (1,),
    "fanout": Fanout(3, 2, [1, 2, 3]),
}
"""What fields may be that cannot be 7."""


@pytest.mark.parametrize("name", [item.name for item in dataclasses.fields(Frame)])
def test_each_field_of_a_frame_is_kept(name):
    frame = dataclasses.replace(Frame("", "", "", Phase.READY), **{name: OTHERWISE.get(name, 7)})
    decoded = snapshot_codec.decode_frame(frame.path, through_json(snapshot_codec.encode_frame(frame)))
    assert decoded == frame


MAP = machine(("M", {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": machine(
    ("A", {"Type": "Pass", "Assign": {"v": 1}}), ("T", task(Retry=[{"ErrorEquals": ["E"]}])))}))


def test_deltas_laid_over_the_whole_give_the_same_snapshot():
    run = Run(MAP, [1, 2, 3]).start()
    stored = snapshot_codec.decode(through_json(snapshot_codec.encode(run.snapshot)))
    assert stored == run.snapshot

    def follow(stimulus):
        nonlocal stored
        stepped = run.feed(stimulus)
        frames = {path: snapshot_codec.decode_frame(path, through_json(
            snapshot_codec.encode_frame(stepped.snapshot.frames[path]))) for path in stepped.touched}
        changed = through_json(snapshot_codec.encode_globals(stepped.snapshot))
        stored = snapshot_codec.apply_delta(stored, changed, frames, stepped.removed)
        assert stored == run.snapshot
        assert snapshot_codec.encode(stored) == snapshot_codec.encode(run.snapshot)

    follow(TaskStarted(**run.about("/0")))
    follow(TaskErred(**run.about("/0"), error="E"))
    follow(TaskStarted(**run.about("/1")))
    follow(TaskReturned(**run.about("/1"), output="b"))
    follow(TaskStarted(**run.about("/2")))
    follow(TaskReturned(**run.about("/2"), output="c"))
    run.wait()
    stored = snapshot_codec.decode(snapshot_codec.encode(run.snapshot))
    follow(TaskStarted(**run.about("/0")))
    follow(TaskReturned(**run.about("/0"), output="a"))
    assert stored.output == ["a", "b", "c"]


def test_caches_are_not_stored():
    run = Run(MAP, [1, 2, 3]).start()
    assert run.snapshot.progress[""].opened == 2
    text = json.dumps(snapshot_codec.encode(run.snapshot))
    assert "progress" not in text
    assert snapshot_codec.decode(json.loads(text)).progress == {}


def test_a_newer_schema_is_left_to_a_newer_release():
    record = {**snapshot_codec.encode(Snapshot(FACTS, None)), "schema": SCHEMA + 1}
    with pytest.raises(SchemaTooNew, match=f"schema {SCHEMA + 1}"):
        snapshot_codec.decode(record)


def test_encoding_does_not_depend_on_the_order_of_frames():
    run = Run(MAP, [1, 2]).start()
    turned = Snapshot(run.snapshot.facts, run.snapshot.input, run.snapshot.status, run.snapshot.last_at,
                      run.snapshot.next_event, run.snapshot.next_visit, dict(reversed(run.snapshot.frames.items())))
    assert json.dumps(snapshot_codec.encode(turned)) == json.dumps(snapshot_codec.encode(run.snapshot))
