"""Each large value is written once, and what is read is what the form without that gives."""

from __future__ import annotations

import copy
import dataclasses
import json
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.durable import codec, outline
from engine.durable.large_values import Values, Written
from engine.errors import NotFound, StoreCorrupt
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Frame, Phase, Snapshot
from engine.kernel.stimulus import TaskReturned
from engine.ports.keys import ExecutionKey
from tests.support.stepping import FACTS

OLD = outline.SHARES_VALUES - 1

POOL = (
    "x" * 9_000, "ö" * 30_000, [{"id": number} for number in range(5_000)], {"deep": {"er": ["y" * 70_000, 1]}},
    # what the journal itself writes, as somebody's value
    {"t": [[5, "0" * 64, 0]], "p": [["e", 0, 4, "output", 0]], "d": [], "o": {"e": None}, "fill": "z" * 80_000},
    {"one": "1" * 5_000, "two": "2" * 5_000, "of": "b" * 20_000},
    {"h": 7, "o": None, "v": 9, "t": {"0" * 64: None}}, [None] * 3_000, None, 7, float("inf"), "\ud800" * 5_000,
)
CHOSEN = st.tuples(st.integers(0, len(POOL) - 1), st.booleans(), st.integers(0, 4))
STEPS = st.lists(st.tuples(st.booleans(), st.lists(CHOSEN, min_size=1, max_size=4)), min_size=1, max_size=6)


def a_value(chosen):
    """One of the pool, maybe as an equal one that is another object, within so many others."""
    number, other, within = chosen
    value = copy.deepcopy(POOL[number]) if other else POOL[number]
    if other and isinstance(value, str):
        value = "".join(list(value))
    for depth in range(within):
        value = [value] if depth % 2 else {"in": value, "beside": depth}
    return value


def changes(steps):
    """A change for each step: some of its values in events, stimuli, frames and the output."""
    frames, number = {}, 0
    for index, (whole, chosen) in enumerate(steps):
        values = [a_value(each) for each in chosen]
        events = tuple(
            HistoryEvent(number + n, number + n - 1, "PassStateExited", 1.5, {"name": "P", "output": value})
            for n, value in enumerate([*values, values[0]], 1)
        )
        number += len(events)
        path = "" if index % 2 else "/0"
        frames = {**frames, path: Frame(path, "", "B", Phase.READY, 2, input=values[-1], variables={"a": values[0]})}
        snapshot = Snapshot(
            FACTS, POOL[1], frames=MappingProxyType(frames), next_event=number + 1, output=values[0],
        )
        stimuli = (TaskReturned(1.5, 3, "", 1, 0, values[0]),)
        yield codec.Change(
            stimuli, (codec.encode_events(events),), snapshot, frozenset({path}), frozenset(), events,
        ), whole or not index


def written_of(steps, *, written, schema=outline.SHARES_VALUES):
    bodies = []
    for change, whole in changes(steps):
        bodies.append(codec.encode_change(change, checkpoint=whole, schema=schema, written=written))
        if written is not None:
            written.committed()
    return bodies


def loaded_again(bodies):
    """What a worker knows that has read them: from the newest checkpoint on."""
    since = []
    for seq, body in enumerate(bodies):
        since = [(seq, body)] if "w" in codec.unpack(body, outlined=True) else [*since, (seq, body)]
    values = Values()
    snapshot = codec.decode_snapshot((body for _, body in since), values=values)
    return snapshot, Written(values.known(), len(bodies))


@settings(max_examples=80, deadline=None)
@given(STEPS, st.booleans())
def test_what_is_read_is_what_the_form_without_it_gives(steps, restarts):
    plain, shared = written_of(steps, written=None, schema=OLD), []
    written = Written(seq=0)
    for index, (change, whole) in enumerate(changes(steps)):
        if restarts and index:
            written = loaded_again(shared)[1]
        shared.append(codec.encode_change(change, checkpoint=whole, schema=outline.SHARES_VALUES, written=written))
        written.committed()
    in_order = Values()
    for index, body in enumerate(shared):
        anywhere = Values(lambda seq: codec.held_by(shared[seq]))
        expected = codec.decode_change(plain[index])
        for values in (in_order, anywhere):
            assert repr(codec.decode_change(body, values=values)) == repr(expected)
            assert repr(codec.decode_events(body, values=values)) == repr(codec.decode_events(plain[index]))
            assert repr(codec.decode_stimuli(body, values=values)) == repr(codec.decode_stimuli(plain[index]))
        sizes = [outline.left_out(event.details) for event in codec.decode_events(body, outlined=True)]
        found = [len(codec.encode_events([event])) for event in expected.events]
        assert all(size <= most for size, most in zip(sizes, found, strict=True))
    snapshot, _ = loaded_again(shared)
    assert repr(snapshot) == repr(loaded_again(plain)[0])


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_value_is_written_twice_between_two_checkpoints(steps):
    held = set()
    for (_, whole), body in zip(changes(steps), written_of(steps, written=Written(seq=0)), strict=True):
        held = set() if whole else held
        added = codec.held_by(body).keys()
        assert held.isdisjoint(added)
        held |= added


ONE = (2, False, 1)


def test_one_object_comes_of_all_places_of_a_value():
    [body] = written_of([(True, [ONE, (2, True, 1)])], written=Written(seq=0))
    assert len(codec.held_by(body)) == 2  # the input is another one
    read = codec.unpack(body)
    found = [event[4]["output"] for event in read["e"]]
    found += [read["w"]["globals"]["output"], read["w"]["frames"]["/0"]["input"], read["s"][0]["output"]]
    assert len(found) == 6
    assert len({id(each["in"]) for each in found}) == 1


def test_a_later_segment_refers_to_the_value_until_the_next_checkpoint():
    bodies = written_of([(True, [ONE]), (False, [ONE]), (False, [(2, True, 3)]), (True, [ONE])], written=Written(seq=0))
    value = {len(json.dumps(POOL[2], separators=(",", ":")))}
    assert [value <= {len(codec.dumps(each)) for each in codec.held_by(body).values()} for body in bodies] == [
        True, False, False, True,
    ]
    assert len(bodies[1]) < 1_000 < len(bodies[0])
    with pytest.raises(StoreCorrupt, match="in segment 0, which was not read"):
        codec.decode_events(bodies[1])
    with pytest.raises(StoreCorrupt, match="not in segment 0"):
        codec.decode_events(bodies[1], values=Values(lambda _seq: {}))


def test_a_segment_to_which_another_refers_often_is_read_once():
    chosen = [(number, False, 0) for number in (0, 1, 2)]
    bodies, read = written_of([(True, chosen), (False, chosen)], written=Written(seq=0)), []

    def held_by(seq):
        read.append(seq)
        return codec.held_by(bodies[seq])

    values = Values(held_by)
    assert len(codec.stored_json(bodies[1])["o"]["t"]) == 3
    for _ in range(2):
        codec.decode_events(bodies[1], values=values)
    assert read == [0]


class Emptied:
    """A journal whose segments were deleted meanwhile; `header` is what it has of the execution."""

    def __init__(self, header):
        self.header = lambda _key: header

    def segments(self, _key, _first):
        return iter(())


def test_what_was_deleted_while_it_was_read_is_not_called_damaged():
    key = ExecutionKey("default", "flow:one")
    bodies = written_of([(True, [ONE]), (False, [ONE])], written=Written(seq=0))
    with pytest.raises(NotFound, match="'flow:one' was deleted while it was read"):
        codec.decode_events(bodies[1], values=codec.values_of(Emptied(None), key))
    with pytest.raises(StoreCorrupt, match="not in segment 0"):
        codec.decode_events(bodies[1], values=codec.values_of(Emptied("it is there"), key))


def bare(value, number):
    """A change with one event that has `value`, and nothing else."""
    events = (HistoryEvent(number, number - 1, "PassStateExited", 1.5, {"name": "P", "output": value}),)
    snapshot = Snapshot(FACTS, None, next_event=number + 1)
    return codec.Change((), (codec.encode_events(events),), snapshot, frozenset(), frozenset(), events)


def test_what_a_checkpoint_does_not_hold_is_written_again_after_it_and_not_kept_in_memory():
    written, held = Written(seq=0), []
    for number, (value, checkpoint) in enumerate(
        [(POOL[3], True), (POOL[3], False), ("small", True), (POOL[3], False), ("small", False)], 1
    ):
        body = codec.encode_change(bare(value, number), checkpoint=checkpoint, written=written)
        written.committed()
        held.append(len(codec.held_by(body)))
        assert written.met_some == (value != "small")
    assert held == [1, 0, 0, 1, 0]


def test_a_change_that_was_not_committed_holds_its_values_still():
    """It is encoded as a delta, and that is too long: then as a checkpoint."""
    written = Written(seq=0)
    [(first, _), (second, _)] = changes([(True, [(0, False, 0), (3, False, 0)]), (False, [ONE])])
    codec.encode_change(first, checkpoint=False, written=written)
    body = codec.encode_change(first, checkpoint=True, written=written)
    written.committed()
    refused = codec.encode_change(second, checkpoint=False, written=written)
    again = codec.encode_change(second, checkpoint=False, written=written)
    assert again == refused
    assert len(codec.held_by(again)) == 1
    assert repr(codec.decode_snapshot([body, again])) == repr(second.snapshot)


def test_an_earlier_release_reads_what_a_stage_writes_that_has_not_confirmed_it():
    [body] = written_of([(True, [ONE])], written=None, schema=OLD)
    assert codec.has_outline(body)
    assert "t" not in codec.stored_json(body)
    assert "t" not in codec.stored_json(body, outlined=True)


@pytest.mark.parametrize("frames", [1, codec.MANY_FRAMES])
def test_events_that_were_not_written_out_are_in_the_segment(frames):
    change = bare(POOL[3], 1)
    many = {f"/{number}": Frame(f"/{number}", "", "B", Phase.READY, 2) for number in range(frames)}
    change = dataclasses.replace(
        change, events=None, snapshot=dataclasses.replace(change.snapshot, frames=MappingProxyType(many)),
    )
    body = codec.encode_change(change, checkpoint=True, written=Written(seq=0), texts=codec.FrameTexts())
    assert codec.decode_events(body) == [*change.happened]
    assert len(codec.held_by(body)) == 1


def test_an_outline_that_cannot_be_read_by_itself_is_found_in_the_body(monkeypatch):
    """One of 100 MB: its length has more digits than there is room for."""
    [body] = written_of([(True, [ONE])], written=Written(seq=0))
    sizes = [outline.left_out(event.details) for event in codec.decode_events(body, outlined=True)]
    monkeypatch.setattr(codec, "_outline_in", lambda _body: None)
    assert [outline.left_out(event.details) for event in codec.decode_events(body, outlined=True)] == sizes
    assert all(sizes)


def test_a_table_that_fits_no_place_is_named():
    [body] = written_of([(True, [ONE])], written=Written(seq=0))
    damaged = codec.stored_json(body)
    damaged["o"]["p"][0][-1] = 99
    with pytest.raises(StoreCorrupt, match="cannot be put together"):
        outline.whole(copy.deepcopy(damaged["o"]), damaged["t"], Values())
    with pytest.raises(StoreCorrupt, match="the outline of a segment cannot be read"):
        outline.read(damaged["o"])
