"""When which piece is counted again, and what that costs. What is counted: tests/contract/test_tally_contract.py."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SkipClock
from engine.durable.lifecycle.pieces import DAY, HOUR, PIECE
from engine.durable.lifecycle.tallying import AGES, Tallying, _due
from tests.support.memory.stores import MemoryStores

NOON = 1_700_000_000 // DAY * DAY + 12 * HOUR


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1.0, 4 * HOUR), min_size=1, max_size=30), st.integers(0, 20 * DAY // PIECE))
def test_however_the_rounds_fall_a_piece_is_counted_after_each_age_that_it_reached(steps, back):
    """Each age that a piece reaches is followed by a count of it, in that round."""
    now, end = float(NOON), (NOON // PIECE - back) * PIECE
    for step in steps:
        until = now + step
        reached = [age for age in AGES if now < end + age <= until]
        assert (end - PIECE in _due(now, until, until)) == bool(reached)
        now = until


def test_a_minute_s_round_counts_each_piece_once_an_age():
    counted: Counter[int] = Counter()
    for minute in range(20 * DAY // 60):
        counted.update(_due(NOON + 60.0 * minute, NOON + 60.0 * (minute + 1), NOON + 60.0 * (minute + 1)))
    whole = [at for at in counted if at >= NOON and at + PIECE + AGES[-1] <= NOON + 20 * DAY - 60]
    assert len(whole) > 1000
    assert {counted[at] for at in whole} == {len(AGES)}


class Asked:
    """An index that counts what it is asked."""

    def __init__(self, index):
        self._index = index
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name):
        self.calls[name] += 1
        return getattr(self._index, name)


def test_a_day_in_which_nothing_runs_is_asked_for_and_written_a_few_times_an_hour():
    clock = SkipClock(NOON)
    index = Asked(MemoryStores(clock).index)
    tallying = Tallying(index, clock, "default")
    tallying.round()
    index.calls.clear()
    for _ in range(24 * 60):
        clock.sleep(60)
        assert tallying.round()
    pieces = 24 * 12
    assert index.calls["counts"] == pieces
    assert index.calls["failures"] == 0
    assert index.calls["keep_counts"] <= 2 * pieces + 24 * 6


def test_a_place_where_nothing_ran_yet_is_not_counted_a_week_back():
    clock = SkipClock(NOON)
    index = Asked(MemoryStores(clock).index)
    Tallying(index, clock, "default").round()
    assert index.calls["counts"] <= 2
    assert index.calls["keep_counts"] <= 9
