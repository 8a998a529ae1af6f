"""Old versions at every request: docs/reliability.md tells of it. `make test` runs a slice on AWS, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.editing import Edit
from tests.crash.versions.races import FAMILIES, OTHERS, open_races
from tests.crash.versions.races_mutants import RACE_MUTANTS

TEXT = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text(encoding="utf-8")
ON_AWS = 6


@pytest.fixture(scope="module")
def races(tmp_path_factory):
    with open_races(tmp_path_factory.mktemp("races")) as made:
        yield made


def hold(races, runs):
    for run in runs:
        broken = races.run(run)
        assert not broken, f"\n  {run}\n    " + "\n    ".join(broken)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_that_is_referred_to_is_let_go_of(races, family, other):
    runs = races.each(other, family)
    hold(races, slice_of(iter(runs), ON_AWS, other) if family == "aws" else runs)


@pytest.mark.full
@pytest.mark.parametrize("other", OTHERS)
def test_nothing_that_is_referred_to_is_let_go_of_in_full(races, other):
    hold(races, races.each(other, "aws"))


@pytest.mark.parametrize("family", FAMILIES)
def test_both_ends_are_reached(races, family):
    """Without either the race would prove nothing."""
    answered = [races.race(run).answered for run in races.each("start", family, ("comes",))]
    assert ["gone"] in answered
    assert ["started"] in answered


@pytest.mark.parametrize("name", RACE_MUTANTS)
def test_it_fails_without(races, name, monkeypatch):
    mutant = RACE_MUTANTS[name]
    runs = races.each(mutant.other, mutant.family, mutant.modes or ("comes",))
    with monkeypatch.context() as patch:
        mutant.off.apply(patch) if isinstance(mutant.off, Edit) else mutant.off(patch)
        first = next((run for run in runs if races.run(run)), None)
    assert first is not None, f"{len(runs)} runs, and none noticed"
    assert races.run(first) == [], "it fails with the protection on, too"


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of old versions off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(RACE_MUTANTS)
