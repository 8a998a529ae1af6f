"""A test that cannot fail proves nothing: with each protection switched off the campaign fails."""

from __future__ import annotations

import pytest

from tests.crash.direct import DIRECT
from tests.crash.mutants import MUTANTS, run_mutant


@pytest.mark.parametrize("name", MUTANTS)
def test_the_campaign_fails_without(campaign, name):
    verdict = run_mutant(campaign, MUTANTS[name], until_killed=True)
    assert verdict.first is not None, f"{verdict.runs} runs, and none noticed"
    assert campaign.run(verdict.first) == [], "it fails with the protection on, too"


@pytest.mark.parametrize("name", DIRECT)
def test_its_own_check_fails_without(name, monkeypatch):
    DIRECT[name].check()
    DIRECT[name].off(monkeypatch)
    with pytest.raises(AssertionError):
        DIRECT[name].check()
