"""Who loads an execution reads the state of its segments, without what its events and stimuli hold."""

from __future__ import annotations

import tracemalloc

import pytest

from engine.durable import codec, outline
from engine.errors import SchemaTooNew, StoreCorrupt
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED, Frame, Phase, Snapshot
from engine.kernel.stimulus import TaskReturned
from tests.support.stepping import FACTS

ROWS = [{"id": number, "of": [number, str(number)]} for number in range(4000)]
BOTH = pytest.mark.parametrize("checkpoint", [True, False], ids=["whole", "delta"])


def change_with(value, told=1, events=1):
    """A change whose state has `value` once, and its stimuli and events so many times."""
    stimuli = tuple(TaskReturned(1.5, output=value, frame=f"/{number}") for number in range(told))
    happened = tuple(
        HistoryEvent(number + 1, number, "TaskSucceeded", 1.5, {"output": value}) for number in range(events)
    )
    frames = {"": Frame("", "", "Wait", Phase.WAITING, 1, input=value)}
    snapshot = Snapshot(FACTS, {"a": "}]"}, frames=frames, next_event=events + 1)
    return codec.Change(
        stimuli, (codec.encode_events(happened),) if events else (), snapshot, frozenset({""}), frozenset(), happened,
    )


def body_of(change, *, checkpoint, schema=UNCONFIRMED):
    return codec.encode_change(change, checkpoint=checkpoint, schema=schema, compress_over=0)


@BOTH
@pytest.mark.parametrize("schema", [UNCONFIRMED, SCHEMA])
@pytest.mark.parametrize(("told", "events"), [(0, 0), (0, 2), (3, 0), (2, 2)])
@pytest.mark.parametrize(
    "value", [ROWS, 'é\ud800,"e":[' * 9000, {'"s":[': [ROWS, "\\"]}], ids=["rows", "text", "object"]
)
def test_the_snapshot_of_a_large_body_is_the_one_that_was_written(value, told, events, schema, checkpoint):
    first = change_with({"small": 1})
    change = change_with(value, told, events)
    bodies = [body_of(first, checkpoint=True, schema=schema), body_of(change, checkpoint=checkpoint, schema=schema)]
    assert codec.decode_snapshot(bodies) == change.snapshot


@BOTH
def test_stimuli_and_events_of_a_large_body_are_not_kept(checkpoint):
    body = body_of(change_with(ROWS), checkpoint=checkpoint)
    whole, state = codec.unpack(body), codec.unpack(body, state_alone=True)
    assert set(whole) - set(state) == {"s", "e", "h"}
    assert state == {name: value for name, value in whole.items() if name in state}


def test_memory_is_taken_for_the_state():
    body = body_of(change_with(ROWS, told=8, events=8), checkpoint=True)
    peaks = []
    for read in (lambda: codec.unpack(body), lambda: codec.decode_snapshot([body])):
        tracemalloc.start()
        read()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] / 3


@BOTH
@pytest.mark.parametrize("damage", [
    lambda text: text[:len(text) // 3], lambda text: text.replace(b'"s":[', b'"s":{', 1),
    lambda text: b"[%b]" % text, lambda _text: b'{"v":3,"s":[' + b"1," * outline.OVER_BYTES,
    lambda _text: b'{"v":3,"s":' + b" " * outline.OVER_BYTES,
], ids=["cut", "no list", "no object", "no end", "nothing"])
def test_a_damaged_body_is_called_so(damage, checkpoint):
    with pytest.raises(StoreCorrupt, match="cannot be read"):
        codec.decode_snapshot([b"\0" + damage(plain(ROWS, checkpoint))])


def test_a_large_body_of_a_newer_release_is_left_to_it():
    newer = plain(ROWS, checkpoint=True).replace(b'"v":%d' % UNCONFIRMED, b'"v":%d' % (SCHEMA + 1), 1)
    with pytest.raises(SchemaTooNew, match=f"schema {SCHEMA + 1}"):
        codec.decode_snapshot([b"\0" + newer])


def plain(value, checkpoint):
    """The JSON of a body, without an outline."""
    change = change_with([value[:2000]] * 2 if isinstance(value, list) else value)
    body = codec.encode_change(
        codec.Change(change.stimuli, change.events, change.snapshot, change.touched, change.removed),
        checkpoint=checkpoint, schema=UNCONFIRMED, compress_over=2**40,
    )
    assert body[:1] == b"\0"
    return body[1:]
