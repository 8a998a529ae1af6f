"""Revocation at every port call: docs/reliability.md tells of it. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.noticed import assert_noticed
from tests.crash.rights.revoking import RIGHTS, rights_campaign
from tests.crash.rights.revoking_mutants import REVOKING_MUTANTS
from tests.crash.ruled import each_call

TEXT = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": 15, "sqlite": 4, "aws": 2}
MOST_ON_AWS = 60
RUNS = [(family, right) for family in SLICES for right in RIGHTS if family != "sqlite" or right != "ungranted"]


@pytest.fixture(scope="module")
def revoking(tmp_path_factory):
    with rights_campaign(tmp_path_factory.mktemp("revoking")) as made:
        yield made


@pytest.mark.parametrize(("family", "right"), RUNS)
def test_a_right_that_has_ended_lets_nobody_in(revoking, family, right):
    assert revoking.run_all(slice_of(each_call(revoking, right, family), SLICES[family], right))


@pytest.mark.full
@pytest.mark.parametrize(("family", "right"), RUNS)
def test_a_right_that_has_ended_lets_nobody_in_in_full(revoking, family, right):
    found = each_call(revoking, right, family)
    assert revoking.run_all(slice_of(found, MOST_ON_AWS, right) if family == "aws" else found)


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_ends_before_a_request_during_it_and_after_it(revoking, right):
    """Without each of them the race would prove nothing."""
    ends = set()
    for spec in each_call(revoking, right, "memory", ("news",)):
        assert revoking.run(spec) == []
        ends.add((revoking.last.let_in > 0, "started" in revoking.last.ledger.accepted))
    assert ends == {(False, False), (True, True)}


@pytest.mark.parametrize("name", REVOKING_MUTANTS)
def test_it_fails_without(revoking, name):
    assert_noticed(revoking, REVOKING_MUTANTS[name])


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of revocation off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(REVOKING_MUTANTS)
