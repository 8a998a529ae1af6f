"""Conditions that count."""

from __future__ import annotations

import pytest

from engine.copilot.offline.windows import window_in


@pytest.mark.parametrize(("text", "condition"), [
    ("the pressure is above 6 four times in a row", "$count($states.input.pressures[[-4..-1]][$ > 6]) >= 4"),
    ("2 of the last 3 values are under 9", "$count($states.input.values[[-3..-1]][$ < 9]) >= 2"),
    ("the ping fails 3 consecutive times", "$states.input.pingFailures >= 3"),
    ("a customer opens more than 5 tickets within 24 hours",
     "$count($states.input.tickets[$toMillis(time) > $millis() - 86400000]) > 5"),
    ("it is every third order", "$states.input.orderCount % 3 = 0"),
    ("it is the third unanswered reminder", "$states.input.unansweredReminderCount >= 3"),
])
def test_counting_is_a_condition_with_a_to_do(text, condition):
    found = window_in(text)
    assert found is not None
    assert (found.text, len(found.to_dos)) == (condition, 1)


@pytest.mark.parametrize("text", ["the total is above 6", "it is the third", "5 tickets within 24 parsecs", ""])
def test_what_does_not_count_is_none(text):
    assert window_in(text) is None
