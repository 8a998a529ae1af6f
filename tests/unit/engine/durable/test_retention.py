from __future__ import annotations

import pytest

from engine.durable.retention import DAY, GRACE_SECONDS, Retention
from engine.settings import Settings

END = 1_700_000_000.0
HOUR = GRACE_SECONDS / DAY


def test_the_settings_say_ninety_and_fourteen_days():
    assert Retention.of(Settings()) == Retention(90.0, 14.0) == Retention()


@pytest.mark.parametrize(
    ("status", "terms", "own", "days"),
    [
        ("SUCCEEDED", Retention(), None, 90),
        ("FAILED", Retention(), None, 90),
        ("SUCCEEDED", Retention(), 7, 7),
        ("FAILED", Retention(), 7, 14 + HOUR),
        ("TIMED_OUT", Retention(days=1, redrive_days=3), None, 3 + HOUR),
        ("ABORTED", Retention(redrive_days=0), 2, 2),
        ("SUCCEEDED", Retention(days=0), None, None),
        ("SUCCEEDED", Retention(days=0), 30, 30),
    ],
)
def test_a_term(status, terms, own, days):
    assert terms.kept_until(status, END, own) == (None if days is None else END + days * DAY)


@pytest.mark.parametrize("status", ["RUNNING", "PAUSED", "FAILED"])
def test_what_has_not_ended_has_no_term(status):
    assert Retention().kept_until(status, None) is None
    assert Retention().redrivable_until(status, None) is None


def test_what_did_not_succeed_can_be_redriven_for_a_while():
    assert Retention().redrivable_until("FAILED", END) == END + 14 * DAY
    assert Retention().redrivable_until("SUCCEEDED", END) is None
