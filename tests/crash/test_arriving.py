"""Triggers at every port call: docs/reliability.md tells of it. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.arriving import ARRIVING, arriving_campaign
from tests.crash.arriving_edits import ARRIVING_EDITS
from tests.crash.campaign import by_chance, slice_of
from tests.crash.faults import MODES, Faults, Spec
from tests.crash.mutants import Mutant
from tests.crash.noticed import assert_noticed
from tests.crash.ruled import each_call

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": 12, "sqlite": 3, "aws": 1}
MOST_ON_AWS = 30
RUNS = [(family, name) for family in SLICES for name in ARRIVING]


@pytest.fixture(scope="module")
def arriving(tmp_path_factory):
    with arriving_campaign(tmp_path_factory.mktemp("arriving")) as made:
        yield made


@pytest.mark.parametrize(("family", "name"), [run for run in RUNS if run[0] != "aws" or run[1] == "hook"])
def test_what_was_answered_has_one_execution(arriving, family, name):
    assert arriving.run_all(slice_of(each_call(arriving, name, family), SLICES[family], name))


@pytest.mark.full
@pytest.mark.parametrize(("family", "name"), RUNS)
def test_what_was_answered_has_one_execution_in_full(arriving, family, name):
    found = each_call(arriving, name, family)
    assert arriving.run_all(slice_of(found, MOST_ON_AWS, name) if family == "aws" else found)


@pytest.mark.full
@pytest.mark.parametrize(("family", "count"), [("memory", 400), ("sqlite", 60), ("aws", 8)])
@pytest.mark.parametrize("name", ARRIVING)
def test_what_was_answered_has_one_execution_by_chance(arriving, family, count, name):
    """Two faults of any kind, wakes lost and doubled, clocks apart."""
    assert arriving.run_all(by_chance(arriving, name, family, count, "arriving", modes=MODES))


def test_the_sources_meet_what_they_are_for(arriving):
    """Without repeats, two who look, and all three outcomes, it would prove nothing."""
    outcomes = set()
    for name in ARRIVING:
        assert arriving.run(Spec(name, "memory", Faults())) == []
        world = arriving.last
        outcomes.update(row.outcome for row in world.stores.deliveries._rows.values())
        assert any(row.repeats for row in world.stores.deliveries._rows.values()) or name == "schedule"
        assert set(world._looked) == set(world.sources.looks)
        assert len(world.stores.headers()) >= 2
    assert outcomes == {"STARTED", "NOT_MATCHED", "REFUSED"}


@pytest.mark.parametrize("name", [name for name, edited in ARRIVING_EDITS.items() if edited.runs is not None])
def test_the_runs_fail_with_an_edit(arriving, name):
    edited = ARRIVING_EDITS[name]
    assert_noticed(arriving, Mutant("", edited.edit.apply, edited.runs, ""))


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name, edited in ARRIVING_EDITS.items() if edited.test])
def test_its_test_fails_with_an_edit(name):
    command = [sys.executable, "-m", "tests.crash.editing", name, "-q", "-x", "-p", "no:cacheprovider"]
    test = ARRIVING_EDITS[name].test
    told = subprocess.run([*command, test], capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == pytest.ExitCode.TESTS_FAILED, told.stdout[-2000:]


@pytest.mark.parametrize("name", ARRIVING_EDITS)
def test_an_edit_is_somewhere_and_has_somebody_who_notices(name, monkeypatch):
    edited = ARRIVING_EDITS[name]
    assert (edited.runs is None) is bool(edited.test)
    if edited.test:
        file, _, test = edited.test.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
    edited.edit.apply(monkeypatch)


def test_every_edit_has_its_row():
    table = TEXT.partition("| rule of triggers broken | who notices |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(ARRIVING_EDITS)
