"""Erasure at every port call: docs/reliability.md tells of it. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.erasing import ERASED, ErasedCampaign, each_call
from tests.crash.erasing_mutants import ERASING_MUTANTS
from tests.crash.faults import AWS_MODES, MODES
from tests.crash.mutants import run_mutant

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": (MODES, 6), "sqlite": (MODES, 3), "aws": (AWS_MODES, 2)}
MOST_ON_AWS = 60
ON_AWS = ("erased", "erased-redriven")
RUNS = [(family, workflow) for family in SLICES for workflow in ERASED if family != "aws" or workflow in ON_AWS]


@pytest.fixture(scope="module")
def erased(tmp_path_factory):
    with ErasedCampaign(tmp_path_factory.mktemp("erased")) as made:
        yield made


@pytest.mark.parametrize(("family", "workflow"), RUNS)
def test_an_execution_is_erased_whole_or_not_at_all(erased, family, workflow):
    modes, count = SLICES[family]
    assert erased.run_all(slice_of(each_call(erased, workflow, family, modes), count, workflow))


@pytest.mark.full
@pytest.mark.parametrize(("family", "workflow"), [(family, name) for family in SLICES for name in ERASED])
def test_an_execution_is_erased_whole_or_not_at_all_in_full(erased, family, workflow):
    found = each_call(erased, workflow, family, SLICES[family][0])
    assert erased.run_all(slice_of(found, MOST_ON_AWS, workflow) if family == "aws" else found)


def test_who_erases_and_who_redrives_meet(erased):
    """Both ends are reached: without either the race would prove nothing."""
    ends = set()
    for spec in each_call(erased, "erased-overtaken", "memory", ("news",)):
        assert erased.run(spec) == []
        ends.update(erased.last.took)
    assert ends == {"FAILED", "SUCCEEDED"}


@pytest.mark.parametrize("name", ERASING_MUTANTS)
def test_it_fails_without(erased, name):
    verdict = run_mutant(erased, ERASING_MUTANTS[name], until_killed=True)
    assert verdict.first is not None, f"{verdict.runs} runs, and none noticed"
    assert erased.run(verdict.first) == [], "it fails with the protection on, too"


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of erasure off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(ERASING_MUTANTS)
