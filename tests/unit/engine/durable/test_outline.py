"""The outline of a segment: the same as the segment, except its large values, each of which is found again."""

from __future__ import annotations

import functools
from dataclasses import fields
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.durable import codec, outline
from engine.errors import StoreCorrupt
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import SCHEMA, Frame, Phase, Snapshot
from engine.kernel.stimulus import TaskReturned, TaskStarted
from engine.ports.journal import BEGINNING_BYTES
from tests.support.stepping import FACTS

LEAVES = st.none() | st.integers() | st.text() | st.sampled_from(["x" * 30_000, "ö" * 9_000])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=3), inner), max_leaves=15,
)


def a_body(value, *, checkpoint=True, schema=SCHEMA):
    """A segment in which `value` is in every place that holds data; it has an outline, whatever `value` is."""
    events = (
        HistoryEvent(7, 6, "TaskSucceeded", 1.5, {"output": value, "resource": "bank:book"}),
        HistoryEvent(8, 7, "TaskStateExited", 1.5, {"name": "A", "output": [value], "assignedVariables": {"a": value}}),
        HistoryEvent(9, 8, "TaskStateEntered", 1.5, {"name": "B", "input": {"kept": 1, "of": {"deep": value}}}),
        HistoryEvent(10, 9, "TaskScheduled", 1.5, {"parameters": "y" * 90_000}),
    )
    frame = Frame("", "", "B", Phase.RUNNING, 2, input=value, arguments={"id": "i", "of": value}, output=value)
    snapshot = Snapshot(FACTS, value, frames=MappingProxyType({"": frame}), next_event=11, output=value)
    stimuli = (TaskReturned(1.5, 3, "", 1, 0, value), TaskStarted(1.5, 0, "", 2, 0, lease_until=9.0))
    change = codec.Change(stimuli, (codec.encode_events(events),), snapshot, frozenset({""}), frozenset(), events)
    return codec.encode_change(change, checkpoint=checkpoint, schema=schema), events


FORMS = pytest.mark.parametrize("schema", [outline.SHARES_VALUES - 1, outline.SHARES_VALUES])


@FORMS
@settings(max_examples=60, deadline=None)
@given(VALUES, st.booleans())
def test_an_outline_is_the_segment_with_each_large_value_found_again(schema, value, checkpoint):
    body, events = a_body(value, checkpoint=checkpoint, schema=schema)
    assert codec.has_outline(body)
    assert repr(codec.decode_events(body)) == repr(list(events))  # of schema 3 an earlier release reads it so
    by_id = {event.id: event for event in events}

    def read(left):
        found = by_id[left.event].details
        for part in left.place:
            found = found[part]
        return found

    for found, event in zip(codec.decode_events(body, outlined=True), events, strict=True):
        assert outline.left_out(found.details) <= len(codec.encode_events([event]))
        assert repr(found._replace(details=outline.filled(found.details, read))) == repr(event)
    whole, outlined = codec.decode_change(body), codec.decode_change(body, outlined=True)
    assert list(outlined.frames) == list(whole.frames)
    for item in fields(Frame):
        was, now = (getattr(each.frames[""], item.name) for each in (whole, outlined))
        assert outline.left_out(now) or repr(now) == repr(was)
    assert [type(each) for each in outlined.stimuli] == [TaskReturned, TaskStarted]


@FORMS
def test_small_values_beside_large_ones_are_read(schema):
    body, _ = a_body("x" * 20_000, schema=schema)
    [_, _, entered, _] = codec.decode_events(body, outlined=True)
    assert entered.details["name"] == "B"
    assert entered.details["input"]["kept"] == 1
    left = entered.details["input"]["of"]["deep"]
    assert (left.size, left.event, left.place) == (20_002, 9, ("input", "of", "deep"))


@FORMS
def test_arguments_keep_the_digest_of_the_whole(schema):
    from functions.app.acts import digest  # noqa: PLC0415  the same as the API's

    body, _ = a_body(["x" * 20_000], schema=schema)
    frame = codec.decode_change(body, outlined=True).frames[""]
    assert frame.arguments["id"] == "i"
    assert frame.arguments.digest == digest({"id": "i", "of": ["x" * 20_000]})


def test_what_was_not_read_cannot_be_written_out_by_mistake():
    body, _ = a_body("x" * 20_000)
    with pytest.raises(TypeError):
        codec.encode_events(codec.decode_events(body, outlined=True))


@FORMS
def test_the_beginning_of_a_body_is_enough_and_a_shorter_one_says_that_it_is_not(schema):
    noise = [f"{number * 7919 % 100_003:x}" for number in range(200_000)]
    body, events = a_body(noise, schema=schema)
    assert len(body) > 2 * BEGINNING_BYTES
    beginning = body[:BEGINNING_BYTES]
    assert codec.has_outline(beginning)
    assert [e.id for e in codec.decode_events(beginning, outlined=True)] == [e.id for e in events]
    assert not codec.has_outline(body[:100])
    with pytest.raises(StoreCorrupt):
        codec.decode_events(beginning)


@pytest.mark.parametrize("body", [b"", b"\x00{}", b"\x01", b"\x01rubbish", b"\x02later"])
def test_other_bodies_have_none(body):
    assert not codec.has_outline(body)


def test_small_values_are_not_searched_and_their_bodies_are_what_they_were(monkeypatch):
    def searched(*_args):
        raise AssertionError

    monkeypatch.setattr(outline, "of", searched)
    monkeypatch.setattr(outline, "sharing", searched)
    events = tuple(HistoryEvent(n, n - 1, "PassStateEntered", 1.5, {"name": "P", "input": "x" * 500})
                   for n in range(1, 1000))
    change = codec.Change((), (codec.encode_events(events),), Snapshot(FACTS, {}), frozenset(), frozenset(), events)
    body = codec.encode_change(change, checkpoint=True)
    assert not codec.has_outline(body)
    assert codec.decode_events(body, outlined=True) == list(events)


@FORMS
def test_what_is_deep_in_a_variable_is_found(schema):
    body, events = a_body({"i": {"j": {"k": {"l": {"m": {"n": "x" * 20_000}}}}}}, schema=schema)
    assigned = codec.decode_events(body, outlined=True)[1]
    assert outline.parts_left_out(assigned.details) == 2

    def read(left):
        return functools.reduce(lambda found, part: found[part], left.place, events[1].details)

    assert outline.filled(assigned.details, read) == events[1].details


def test_what_is_as_deep_as_values_are_looked_for_is_counted():
    value = outline.LeftOut(5)
    for _ in range(6):
        value = {"n": value}
    assert outline.left_out({"assignedVariables": {"a": value}}) == 5
