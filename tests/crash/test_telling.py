"""Ends, alerts and folders at every port call: docs/reliability.md tells of them. `make test` runs a slice, drawn by
seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import by_chance, slice_of
from tests.crash.faults import MODES, Faults, Spec
from tests.crash.mutants import Mutant
from tests.crash.noticed import assert_noticed
from tests.crash.ruled import each_call
from tests.crash.telling import FAMILIES, TELLING, telling_campaign
from tests.crash.telling_edits import TELLING_EDITS

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": 6, "sqlite": 2, "aws": 1}
MOST_ON_AWS = 40
RUNS = [(family, name) for name in TELLING for family in FAMILIES[name]]


@pytest.fixture(scope="module")
def telling(tmp_path_factory):
    with telling_campaign(tmp_path_factory.mktemp("telling")) as made:
        yield made


@pytest.mark.parametrize(("family", "name"), RUNS)
def test_what_is_told_is_heard_once(telling, family, name):
    assert telling.run_all(slice_of(each_call(telling, name, family), SLICES[family], name))


@pytest.mark.full
@pytest.mark.parametrize(("family", "name"), RUNS)
def test_what_is_told_is_heard_once_in_full(telling, family, name):
    found = each_call(telling, name, family)
    assert telling.run_all(slice_of(found, MOST_ON_AWS, name) if family == "aws" else found)


@pytest.mark.full
@pytest.mark.parametrize(("family", "name"), RUNS)
def test_what_is_told_is_heard_once_by_chance(telling, family, name):
    """Two faults of any kind, wakes lost and doubled, clocks apart."""
    count = {"memory": 300, "sqlite": 40, "aws": 6}[family]
    assert telling.run_all(by_chance(telling, name, family, count, "telling", modes=MODES))


@pytest.mark.parametrize(("family", "name"), RUNS)
def test_it_meets_what_it_is_for(telling, family, name):
    """A webhook that takes nothing at first, two that look, a batch that comes again: else it would prove nothing."""
    assert telling.run(Spec(name, family, Faults())) == []
    world = telling.last
    if name == "ends":
        assert len(world.told) >= 2
        assert {header.workflow for header in world.stores.headers()} == {"flow", "other", "third", "notify"}
    else:
        assert len(world._tellers) >= 2


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.full] if name == "a batch passed over" else []) for name in TELLING_EDITS
])
def test_the_runs_fail_with_an_edit(telling, name):
    edited = TELLING_EDITS[name]
    assert_noticed(telling, Mutant("", edited.edit.apply, edited.runs, ""))


def test_every_edit_has_its_row():
    table = TEXT.partition("| rule of telling broken | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(TELLING_EDITS)
