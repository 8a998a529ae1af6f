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
from engine.kernel.snapshot import Snapshot
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
