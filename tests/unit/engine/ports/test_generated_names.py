"""Names that the product gives: UUIDs of version 7 that say when the execution started."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ports.generated_names import generated_name, is_generated, starts_of

TIMES = st.floats(min_value=1.0e9, max_value=9.9e9)


@given(TIMES)
def test_a_name_is_a_uuid_of_version_7_with_its_time(at):
    name = generated_name(at)
    parsed = uuid.UUID(name)
    assert (str(parsed), parsed.version, parsed.variant) == (name, 7, uuid.RFC_4122)
    assert parsed.int >> 80 == int(at * 1000)
    assert is_generated(name, at)
    assert not is_generated(name, at + 0.002)


@given(TIMES, st.integers(0, 36))
def test_every_beginning_of_a_name_says_when_it_may_have_started(at, length):
    first, last = starts_of(generated_name(at)[:length])
    assert first <= at <= last
    if length >= 13:
        assert last - first < 0.1


@pytest.mark.parametrize("text", [
    "order-1", "018bcfe5-8f10-4473", "018bcfe5x", "018bcfe58", "018BCFE5", "018bcfe5-8f10-7473-9e3a-265e16eee03f-",
])
def test_what_no_name_begins_with_has_no_starts(text):
    assert starts_of(text) is None


def test_names_of_one_moment_differ():
    assert len({generated_name(1.7e9) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("name", ["order-1", "7c1f3a52-9f0e-4d1c-8a55-3f6f0f6f0c11", ""])
def test_a_name_that_was_chosen_is_not_taken_for_one(name):
    assert not is_generated(name, 1.7e9)
