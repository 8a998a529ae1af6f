"""Erasing an actor at every port call: docs/reliability.md tells of it. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.noticed import assert_noticed
from tests.crash.rights.forgetting import FORGOTTEN, forgetting_campaign
from tests.crash.rights.forgetting_mutants import FORGETTING_MUTANTS
from tests.crash.ruled import each_call

TEXT = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": 12, "sqlite": 4, "aws": 2}


@pytest.fixture(scope="module")
def forgetting(tmp_path_factory):
    with forgetting_campaign(tmp_path_factory.mktemp("forgetting")) as made:
        yield made


@pytest.mark.parametrize("family", SLICES)
def test_a_name_is_erased_and_the_log_verifies(forgetting, family):
    assert forgetting.run_all(slice_of(each_call(forgetting, FORGOTTEN, family), SLICES[family], FORGOTTEN))


@pytest.mark.full
@pytest.mark.parametrize("family", SLICES)
def test_a_name_is_erased_and_the_log_verifies_in_full(forgetting, family):
    assert forgetting.run_all(each_call(forgetting, FORGOTTEN, family))


@pytest.mark.parametrize("name", FORGETTING_MUTANTS)
def test_it_fails_without(forgetting, name):
    assert_noticed(forgetting, FORGETTING_MUTANTS[name])


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of an actor's erasure off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(FORGETTING_MUTANTS)
