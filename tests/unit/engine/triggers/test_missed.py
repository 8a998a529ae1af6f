"""What is started of the times since somebody looked last, and where in its window."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers.missed import due, within_window
from engine.triggers.schedule import parse_schedule

HOURLY = parse_schedule("cron(0 * * * ? *)")
SIX = datetime(2026, 11, 27, 6, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.mark.parametrize(("missed", "most", "hours"), [
    ("skip", 1, []), ("one", 1, [0]), ("all", 2, [-1, 0]), ("all", 9, [-3, -2, -1, 0]),
])
def test_what_was_missed_follows_the_policy(missed, most, hours):
    """Four hours were slept through, and nothing is on time."""
    found = due(HOURLY, looked=SIX - 4 * HOUR, now=SIX + 600, since=0, missed=missed, most=most)
    assert found.times == tuple(SIX + hour * HOUR for hour in hours)
    assert found.left_out == 4 - len(hours)


@pytest.mark.parametrize("late", [0, 60])
@pytest.mark.parametrize(("missed", "hours"), [("skip", [0]), ("one", [0]), ("all", [-1, 0])])
def test_what_is_on_time_is_always_started_and_stands_for_what_was_missed(missed, hours, late):
    found = due(HOURLY, looked=SIX - 2 * HOUR, now=SIX + late, since=0, missed=missed, most=5)
    assert found.times == tuple(SIX + hour * HOUR for hour in hours)


@given(steps=st.lists(st.integers(1, 7200), min_size=1, max_size=12), missed=st.sampled_from(["skip", "one", "all"]))
def test_looking_again_starts_nothing_twice(steps, missed):
    """However often somebody looks; with `all` and room for them nothing is left out either."""
    looked, started = SIX, []
    for step in steps:
        found = due(HOURLY, looked=looked, now=looked + step, since=0, missed=missed, most=100)
        started += found.times
        looked += step
    assert started == sorted(set(started))
    every = [SIX + number * HOUR for number in range(1, 25) if SIX + number * HOUR <= looked]
    assert set(started) <= set(every)
    if missed == "all":
        assert started == every


def test_a_window_spreads_by_the_seed_and_gives_the_same_again():
    seeds = [f"workflow-{number}" for number in range(300)]
    found = [within_window(SIX, minutes=15, seed=seed) - SIX for seed in seeds]
    assert found == [within_window(SIX, minutes=15, seed=seed) - SIX for seed in seeds]
    assert min(found) >= 0
    assert max(found) < 15 * 60
    assert len(set(found)) > 200
    assert within_window(SIX, minutes=0, seed="a") == SIX
    assert within_window(SIX + HOUR, minutes=15, seed="a") - HOUR != within_window(SIX, minutes=15, seed="a")
