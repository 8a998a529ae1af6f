"""Retention at every port call: docs/reliability.md tells of it. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.ageing import AGED, AgedCampaign, each_call
from tests.crash.ageing_mutants import AGEING_MUTANTS
from tests.crash.campaign import slice_of
from tests.crash.faults import MODES
from tests.crash.mutants import run_mutant

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": (MODES, 6), "sqlite": (MODES, 3), "aws": (("after",), 1)}
ON_AWS = ("aged", "aged-items", "aged-redriven")
RUNS = [(family, workflow) for family in SLICES for workflow in AGED if family != "aws" or workflow in ON_AWS]


@pytest.fixture(scope="module")
def aged(tmp_path_factory):
    with AgedCampaign(tmp_path_factory.mktemp("aged")) as made:
        yield made


@pytest.mark.parametrize(("family", "workflow"), RUNS)
def test_an_execution_is_taken_whole_or_not_at_all(aged, family, workflow):
    modes, count = SLICES[family]
    assert aged.run_all(slice_of(each_call(aged, workflow, family, modes), count, workflow))


@pytest.mark.full
@pytest.mark.parametrize(("family", "workflow"), [(family, name) for family in SLICES for name in AGED])
def test_an_execution_is_taken_whole_or_not_at_all_in_full(aged, family, workflow):
    assert aged.run_all(each_call(aged, workflow, family, SLICES[family][0]))


def test_who_takes_and_who_redrives_meet(aged):
    """Both ends are reached: without either the race would prove nothing."""
    ends = set()
    for spec in each_call(aged, "aged-overtaken", "memory", ("news",)):
        assert aged.run(spec) == []
        ends.update(aged.last.took)
    assert ends == {"FAILED", "SUCCEEDED"}


@pytest.mark.parametrize("name", AGEING_MUTANTS)
def test_it_fails_without(aged, name):
    verdict = run_mutant(aged, AGEING_MUTANTS[name], until_killed=True)
    assert verdict.first is not None, f"{verdict.runs} runs, and none noticed"
    assert aged.run(verdict.first) == [], "it fails with the protection on, too"


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of retention off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(AGEING_MUTANTS)
