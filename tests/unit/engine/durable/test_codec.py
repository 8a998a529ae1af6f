"""The bytes of a segment: whatever JSON value a step handles comes back as it was, NaN too."""

from __future__ import annotations

import dataclasses
import json
import math
import sys

import pydantic_core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.durable import codec
from engine.kernel import stimulus
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import UNCONFIRMED, Fanout, Frame, Phase, Snapshot
from tests.support.stepping import FACTS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20,
)


@pytest.fixture(params=["pydantic's writer", "Python's"], scope="module")
def _writer(request):
    """With the module that a connector brings, and without."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "Python's":
            patch.delitem(sys.modules, "pydantic_core")
        else:
            patch.setitem(sys.modules, "pydantic_core", pydantic_core)
        yield


pytestmark = pytest.mark.usefixtures("_writer")


def through(value):
    """`value` as output of an event and as input of the snapshot, after a segment."""
    event = HistoryEvent(1, 0, "TaskSucceeded", 1.5, {"output": value})
    change = codec.Change((), (codec.encode_events([event]),), Snapshot(FACTS, value), frozenset(), frozenset())
    body = codec.encode_change(change, checkpoint=True)
    [read] = codec.decode_events(body)
    assert read[:4] == event[:4]
    return read.details["output"], codec.decode_snapshot([body]).input


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    shown = repr(value)
    assert [repr(found) for found in through(value)] == [shown, shown]


@pytest.mark.parametrize("value", [
    "\ud800", {"\udfff": 1}, 2**64, -(2**200), 5e-324, -0.0, 1e16, float("inf"),
    json.loads("[" * 400 + "]" * 400), '\u2028\x00\x7f"\\/',
], ids=lambda value: repr(value)[:20])
def test_what_the_quick_writer_refuses_or_writes_otherwise_comes_back_too(value):
    assert [repr(found) for found in through(value)] == [repr(value)] * 2


def test_nan_never_becomes_null():
    event, snapshot = through({"n": float("nan")})
    assert math.isnan(event["n"])
    assert math.isnan(snapshot["n"])


KINDS = [kind for kind in vars(stimulus).values() if isinstance(kind, type) and issubclass(kind, stimulus.Stimulus)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_of_a_stimulus_is_kept(kind):
    names = [item.name for item in dataclasses.fields(kind)]
    told = [kind(1.5), *(kind(**{"at": 1.5, name: 7}) for name in names)]
    change = codec.Change(tuple(told), (), Snapshot(FACTS, None), frozenset(), frozenset())
    assert codec.decode_stimuli(codec.encode_change(change, checkpoint=True)) == told


def frames(count, phase=Phase.DONE, **fields):
    """A Map of so many children."""
    return {"": Frame("", "", "Map", Phase.JOINING, fanout=Fanout(count, 40))} | {
        path: Frame(path, "/States/Map/ItemProcessor", "Work", phase, number + 1, **fields)
        for number, path in enumerate(f"/{number}" for number in range(count))
    }


def whole(frames, texts=None, schema=UNCONFIRMED):
    snapshot = Snapshot(FACTS, {"a": 1}, frames=frames)
    change = codec.Change((stimulus.Started(1.0, 2),), (), snapshot, frozenset(), frozenset())
    return codec.encode_change(change, checkpoint=True, schema=schema, texts=texts)


@given(st.lists(st.tuples(st.integers(0, 150), st.sampled_from(Phase), VALUES), max_size=6), st.sampled_from([3, 4]))
def test_whole_snapshots_have_the_same_bytes_with_the_texts_of_those_before(changes, schema):
    texts, now = codec.FrameTexts(), frames(150, output="x")
    for index, phase, value in changes:
        now = {**now, f"/{index}": Frame(f"/{index}", "", "Work", phase, input=value, output=value)}
        assert _read(whole(now, texts, schema)) == _read(whole(now, schema=schema))
        if index % 3 == 0:
            del now[f"/{index}"]
    assert whole(frames(150), texts, schema) == whole(frames(150), schema=schema)


def _read(body):
    return repr(codec.unpack(body))


def test_a_frame_that_is_done_is_encoded_once(monkeypatch):
    encoded = []
    real = codec.snapshot_codec.encode_frame
    monkeypatch.setattr(codec.snapshot_codec, "encode_frame", lambda frame: encoded.append(frame.path) or real(frame))
    texts, now = codec.FrameTexts(), frames(200)
    bodies = [whole(now, texts) for _ in range(3)]
    assert len(set(bodies)) == 1
    assert len(encoded) == 200 + 3  # the Map's own frame each time
    large = frames(200, output="x" * codec.MOST_KEPT_BYTES)
    encoded.clear()
    texts = codec.FrameTexts()
    assert whole(large, texts) == whole(large, texts)
    assert len(encoded) >= 2 * 200


def test_a_frame_that_still_runs_is_encoded_each_time():
    texts = codec.FrameTexts()
    before = frames(200, Phase.RUNNING)
    whole(before, texts)
    after = frames(200, Phase.DONE)
    assert whole(after, texts) == whole(after)
