"""Processes that exit at a port call (killed.py drives them)."""

from __future__ import annotations

import pytest

from tests.crash.killed import kill_all
from tests.crash.plans import PLANS

PLAN = PLANS["killed"]


def kill(campaign, workflow, folder, full):
    specs = list(PLAN.specs(campaign, workflow, full))
    answer = kill_all(specs, folder)
    assert answer["broken"] == {}
    assert answer["lives"] > len(specs) > 0  # some of them did die


@pytest.mark.parametrize("workflow", ["tasks", "once", "callback", "distributed-map"])
def test_an_exit_at_a_call_loses_nothing(campaign, workflow, tmp_path):
    kill(campaign, workflow, tmp_path, full=False)


@pytest.mark.full
@pytest.mark.parametrize("workflow", PLAN.workflows)
def test_an_exit_at_every_call_loses_nothing(campaign, workflow, tmp_path):
    kill(campaign, workflow, tmp_path, full=True)
