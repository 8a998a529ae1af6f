"""How often something is recorded that others choose."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from functions.app.sparing import BURST, EVERY_SECONDS, MOST_KEYS, Sparing


@pytest.fixture
def clock():
    return SkipClock()


def test_the_first_are_admitted_then_one_now_and_again_which_counts_the_others(clock):
    sparing = Sparing(clock)
    assert [sparing.admit("a") for _ in range(BURST)] == [0] * BURST
    assert [sparing.admit("a") for _ in range(5)] == [None] * 5
    clock.sleep(EVERY_SECONDS)
    assert (sparing.admit("a"), sparing.admit("a")) == (5, None)


def test_one_key_takes_nothing_of_anothers(clock):
    sparing = Sparing(clock)
    for _ in range(BURST + 1):
        sparing.admit("a")
    assert sparing.admit("b") == 0


def test_keys_that_others_choose_take_no_memory_without_end(clock):
    sparing = Sparing(clock)
    for number in range(MOST_KEYS + 50):
        sparing.admit(str(number))
    assert len(sparing._rooms) == MOST_KEYS
