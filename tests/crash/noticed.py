"""Whether the campaign notices that a protection is off, and by what."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.crash import real_client
from tests.crash.campaign import Campaign
from tests.crash.faults import Spec
from tests.crash.mutants import Mutant


@dataclass(frozen=True)
class Verdict:
    """How a mutant fared: `first` is the run that broke first, and `said` what it broke."""

    runs: int
    failures: int
    first: Spec | None
    said: str


def assert_noticed(campaign: Campaign, mutant: Mutant) -> None:
    """The campaign fails with the protection off, by what it should fail by, and not with the protection on."""
    verdict = run_mutant(campaign, mutant, until_killed=True)
    assert verdict.first is not None, f"{verdict.runs} runs, and none noticed"
    assert verdict.said.startswith(mutant.says)
    assert campaign.run(verdict.first) == [], "it fails with the protection on, too"


def run_mutant(campaign: Campaign, mutant: Mutant, *, until_killed: bool) -> Verdict:
    """Run the mutant's runs with its protection off. The references are the sound product's."""
    specs = list(mutant.runs(campaign))
    for workflow, family, deltas in {(spec.workflow, spec.family, spec.faults.deltas) for spec in specs}:
        campaign.reference(workflow, family, deltas=deltas)
    runs = failures = 0
    first, said = None, ""
    with pytest.MonkeyPatch.context() as patch:
        mutant.off(patch)
        for spec in specs:
            runs += 1
            broken = campaign.run(spec)
            if broken:
                failures += 1
                if first is None:
                    first, said = spec, broken[0]
                if until_killed:
                    break
    real_client.clients.cache_clear()
    return Verdict(runs, failures, first, said)
