"""Every recorded answer of AWS is given, except those that doubtful.json names with the reason.

Skipped where the recordings are not (CONFORMANCE_DIR).
"""

from __future__ import annotations

import json

import pytest

from engine.kernel import snapshot_codec
from engine.testing.simulate import Simulation
from tests.conformance import run

WHERE = run.folder()
pytestmark = pytest.mark.skipif(WHERE is None, reason="no recorded cases here (CONFORMANCE_DIR)")

DOUBTFUL = run.doubtful()
UNANSWERABLE = run.unanswerable()


@pytest.fixture(scope="module")
def cases():
    return run.cases(WHERE)


@pytest.fixture(scope="module")
def compare():
    return run.load_compare(WHERE)


@pytest.fixture(scope="module")
def verdicts(cases, compare):
    return {case["id"]: run.measure(case, compare) for case in cases}


def test_every_recorded_answer_is_given_but_for_those_that_are_listed(verdicts):
    wrong = {name: verdict["why"] for name, verdict in verdicts.items() if not run.agrees(verdict)}
    assert {name: why for name, why in wrong.items() if name not in DOUBTFUL | UNANSWERABLE} == {}


def test_nothing_is_listed_that_is_given(verdicts):
    """Only cases of the folder at hand are looked at: CONFORMANCE_DIR may hold others."""
    assert [name for name in DOUBTFUL | UNANSWERABLE if name in verdicts and run.agrees(verdicts[name])] == []


def test_less_than_one_recording_in_a_hundred_is_called_doubtful(cases):
    assert len([case for case in cases if case["id"] in DOUBTFUL]) < len(cases) / 100


def test_what_cannot_be_answered_says_so_itself(cases):
    assert not any(case["pure"] or case["replayable"] for case in cases if case["id"] in UNANSWERABLE)


def test_todays_link_is_the_only_one_since_the_day_it_changed(cases):
    """No recording since then has the older link, and all that were made before have it."""
    maps = [case for case in cases if any(event["type"] == "MapRunSucceeded"
                                          for event in case["expected"].get("events") or ())]
    older = {case["id"] for case in maps if run.with_todays_link(case) != case}
    assert older
    assert older == {case["id"] for case in maps if case["recorded"] < run.LINK_CHANGED}


def executions(cases):
    return [case for case in cases if case["kind"] == "execution" and (case["pure"] or case["replayable"])]


def test_a_restart_before_every_step_changes_nothing(cases, monkeypatch):
    """Cold mode: the snapshot goes through JSON before each step."""
    from tests.conformance import driver  # noqa: PLC0415  run.py has put its folder on the path

    warm = {case["id"]: driver.answer(case) for case in executions(cases)}
    feed = Simulation._feed

    def cold_feed(self, stimulus, **how):
        self.snapshot = snapshot_codec.decode(json.loads(json.dumps(snapshot_codec.encode(self.snapshot))))
        feed(self, stimulus, **how)

    monkeypatch.setattr(Simulation, "_feed", cold_feed)
    differ = [case["id"] for case in executions(cases) if driver.answer(case) != warm[case["id"]]]
    assert differ == []
