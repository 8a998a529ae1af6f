"""Units of minutes, leased in slices."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from tests.support.budgeted import MINUTE, budgets_over, take
from tests.support.durable import START
from tests.support.memory.deliveries import CountedStates


@pytest.mark.parametrize(("per_minute", "most_writes"), [(10_000, 100), (2_000, 101), (1_000, 105), (100, 107)])
def test_ten_thousand_starts_of_one_process_write_once_for_a_hundred_and_a_few_times_a_first_minute(
    per_minute, most_writes
):
    rows = CountedStates()
    taken = take(budgets_over(rows, SkipClock(START)), per_minute, 10_000, ahead=True)
    assert [taken.count(MINUTE + 60 * number) for number in range(10_000 // per_minute)] == (
        [per_minute] * (10_000 // per_minute)
    )
    assert taken == sorted(taken)
    assert rows.writes <= most_writes


@pytest.mark.parametrize(("per_minute", "starts", "most_writes"), [
    (50, 10_000, 109), (20, 10_000, 110), (10, 10_000, 109), (1, 1_000, 103),
])
def test_a_small_budget_is_leased_over_ten_minutes_at_the_most(per_minute, starts, most_writes):
    rows = CountedStates()
    taken = take(budgets_over(rows, SkipClock(START)), per_minute, starts, ahead=True)
    assert [taken.count(MINUTE + 60 * number) for number in range(starts // per_minute)] == (
        [per_minute] * (starts // per_minute)
    )
    assert rows.writes <= most_writes
    after = take(budgets_over(rows, SkipClock(START)), per_minute, 1, ahead=True)  # what the other has is lost with it
    assert after[0] <= taken[-1] + 10 * 60


@pytest.mark.parametrize(("per_minute", "first_minute"), [(1, 1), (5, 4), (60, 8), (100, 8)])
def test_where_starts_are_refused_a_minute_costs_a_write_and_what_is_refused_none(per_minute, first_minute):
    """For 100 starts at the most: no minute to come is leased, so below 100 a minute a write is for fewer."""
    rows, clock = CountedStates(), SkipClock(MINUTE)
    budgets = budgets_over(rows, clock)
    for minute in range(20):
        before = rows.writes
        assert take(budgets, per_minute, per_minute, ahead=False) == [MINUTE + 60 * minute] * per_minute
        assert rows.writes - before == (1 if minute else first_minute)
        before = rows.writes, rows.reads
        assert take(budgets, per_minute, 50, ahead=False) == [None] * 50
        assert (rows.writes - before[0], rows.reads - before[1]) == (0, 1)
        clock.sleep(60)


def test_a_process_leases_what_it_used_and_leaves_the_rest_of_the_minute_to_others():
    rows, clock = CountedStates(), SkipClock(MINUTE)
    one, two = budgets_over(rows, clock), budgets_over(rows, clock)
    for _ in range(5):
        [*_, asked_again] = take(one, 60, 8, ahead=False)
        one.give_back("default", "flow", asked_again)
        clock.sleep(60)
    writes = rows.writes
    assert None not in take(one, 60, 7, ahead=False)
    assert rows.writes == writes + 1
    assert None not in take(two, 60, 53, ahead=False)
    assert take(two, 60, 1, ahead=False) == [None]
    clock.sleep(120)
    assert None not in take(two, 60, 57, ahead=False), "who was idle for a minute begins small"


def test_two_processes_give_no_minute_away_twice():
    rows, clock = CountedStates(), SkipClock(START)
    one, two = budgets_over(rows, clock), budgets_over(rows, clock)
    taken = [unit for _ in range(40) for unit in (*take(one, 50, 1, ahead=True), *take(two, 50, 2, ahead=True))]
    assert max(taken.count(unit) for unit in set(taken)) <= 50


def test_two_processes_that_lease_at_once_give_no_minute_twice():
    rows, clock = CountedStates(), SkipClock(START)
    other, taken = budgets_over(rows, clock), []

    class Raced:
        def __getattr__(self, name):
            return getattr(rows, name)

        def get(self, *key):
            read = rows.get(*key)
            if len(taken) < 5:
                taken.append(other.take("default", "flow", 1, ahead=True))
            return read

    taken += take(budgets_over(Raced(), clock), 1, 5, ahead=True)
    assert len(taken) == len(set(taken)) == 10


def test_what_was_leased_and_not_used_is_lost_with_its_minute():
    rows, clock = CountedStates(), SkipClock(MINUTE + 1)
    assert take(budgets_over(rows, clock), 40, 1, ahead=False) == [MINUTE]  # and dies with another of its slice
    assert take(budgets_over(rows, clock), 40, 39, ahead=False) == [MINUTE] * 38 + [None]
    clock.sleep(60)
    assert None not in take(budgets_over(rows, clock), 40, 40, ahead=False)


def test_of_a_slice_over_several_minutes_those_to_come_stay_whole():
    """What is left of a minute that is over is lost with it, and nothing of those that follow."""
    clock = SkipClock(MINUTE)
    budgets = budgets_over(CountedStates(), clock)
    assert take(budgets, 10, 45, ahead=True)[-6:] == [MINUTE + 180, *[MINUTE + 240] * 5]
    clock.sleep(300)
    assert take(budgets, 10, 100, ahead=True) == [MINUTE + 60 * later for later in range(5, 15) for _ in range(10)]


def test_what_is_closed_gives_no_unit_of_a_slice_in_hand_either():
    clock = SkipClock(MINUTE)
    budgets = budgets_over(CountedStates(), clock)
    assert take(budgets, 100, 1, ahead=False) == [MINUTE]
    budgets.close("default", "flow", MINUTE + 90)
    assert take(budgets, 100, 1, ahead=False) == [None]
    clock.sleep(60)
    assert take(budgets, 100, 1, ahead=False) == [None]
    clock.sleep(60)
    assert take(budgets, 100, 1, ahead=False) == [MINUTE + 120]


def test_a_unit_that_is_given_back_is_the_next_one():
    budgets = budgets_over(CountedStates(), SkipClock(START))
    [unit] = take(budgets, 1, 1, ahead=False)
    budgets.give_back("default", "flow", unit)
    assert take(budgets, 1, 2, ahead=False) == [MINUTE, None]


def test_a_row_that_a_wrong_clock_wrote_is_begun_anew():
    rows = CountedStates()
    take(budgets_over(rows, SkipClock(START + 30 * 86400)), 1, 1, ahead=False)
    assert take(budgets_over(rows, SkipClock(START)), 1, 1, ahead=False) == [MINUTE]


def test_nobody_is_given_a_minute_more_than_a_day_ahead():
    assert take(budgets_over(CountedStates(), SkipClock(START)), 1, 1442, ahead=True)[-2:] == [MINUTE + 86400, None]


def test_a_version_with_another_budget_goes_on_from_where_the_row_is():
    rows, clock = CountedStates(), SkipClock(START)
    assert take(budgets_over(rows, clock), 10, 10, ahead=False) == [MINUTE] * 10
    assert take(budgets_over(rows, clock), 5, 1, ahead=False) == [None]
