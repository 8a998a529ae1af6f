"""The level that the engine has reached against recorded answers of AWS; floors are only ever raised.

Skipped where the recordings are not (CONFORMANCE_DIR).
"""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
import run

from engine.runtime import snapshot_codec
from engine.testing.simulate import Simulation

WHERE = run.folder()
pytestmark = pytest.mark.skipif(WHERE is None, reason="no recorded cases here (CONFORMANCE_DIR)")

FLOORS = {
    # category: (L1, L2, L2c, L3, prev) cases reached
    "activities": (4, 3, 1, 3, 3),
    "api": (3, 3, 0, 2, 2),
    "arguments": (1, 1, 0, 1, 1),
    "assign": (26, 26, 8, 25, 25),
    "base": (14, 14, 3, 14, 14),
    "callback": (8, 8, 3, 8, 8),
    "choice": (8, 8, 0, 8, 8),
    "choice_operators": (157, 157, 0, 0, 0),
    "comments": (2, 2, 0, 2, 2),
    "context_object": (4, 4, 0, 4, 4),
    "credentials": (5, 5, 1, 5, 5),
    "error_handling": (18, 18, 8, 18, 18),
    "express": (6, 3, 0, 0, 0),
    "intrinsic_functions": (104, 104, 1, 104, 104),
    "jsonata": (10, 10, 0, 10, 10),
    "local_mocking": (8, 8, 0, 8, 8),
    "logs": (16, 16, 13, 16, 16),
    "map": (66, 66, 26, 66, 46),
    "output": (10, 10, 0, 10, 10),
    "parallel": (2, 2, 0, 2, 0),
    "query_language": (8, 8, 0, 8, 8),
    "scenarios": (21, 21, 11, 21, 21),
    "services": (53, 52, 4, 52, 52),
    "states_variables": (9, 8, 1, 7, 7),
    "test_state": (107, 107, 111, 0, 0),
    "timeouts": (4, 4, 4, 4, 4),
    "validation": (16, 16, 16, 0, 0),
    "variable_references": (10, 10, 0, 0, 0),
    "wait": (16, 16, 9, 16, 16),
}


@pytest.fixture(scope="module")
def cases():
    return run.cases(WHERE)


@pytest.fixture(scope="module")
def compare():
    return run.load_compare(WHERE)


@pytest.fixture(scope="module")
def reached(cases, compare):
    verdicts = defaultdict(list)
    for case in cases:
        verdicts[case["category"]].append(run.measure(case, compare))
    return {category: run.tally(found) for category, found in verdicts.items()}


@pytest.mark.parametrize("category", FLOORS)
def test_the_reached_level_is_held(category, reached):
    counts = tuple(reached[category][measure][0] for measure in run.MEASURES)
    assert all(count >= floor for count, floor in zip(counts, FLOORS[category], strict=True)), counts


def test_every_category_has_a_floor(reached):
    assert set(reached) == set(FLOORS)


def executions(cases):
    return [case for case in cases if case["kind"] == "execution" and (case["pure"] or case["replayable"])]


def test_a_restart_before_every_step_changes_nothing(cases, monkeypatch):
    """Cold mode: the snapshot goes through JSON before each step."""
    import driver  # noqa: PLC0415  run.py has put its folder on the path

    warm = {case["id"]: driver.answer(case) for case in executions(cases)}
    feed = Simulation._feed

    def cold_feed(self, stimulus):
        self.snapshot = snapshot_codec.decode(json.loads(json.dumps(snapshot_codec.encode(self.snapshot))))
        feed(self, stimulus)

    monkeypatch.setattr(Simulation, "_feed", cold_feed)
    differ = [case["id"] for case in executions(cases) if driver.answer(case) != warm[case["id"]]]
    assert differ == []
