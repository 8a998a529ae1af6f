"""Erasing a business key at every port call: docs/reliability.md tells of it. `make test` runs a slice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.noticed import assert_noticed
from tests.crash.rights.forgetting_keys import KEYS, keys_campaign
from tests.crash.rights.forgetting_keys_mutants import KEYS_MUTANTS
from tests.crash.ruled import each_call

TEXT = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text(encoding="utf-8")

SLICES = {"memory": 12, "sqlite": 4, "aws": 2}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    with keys_campaign(tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.mark.parametrize("family", SLICES)
def test_the_views_of_an_erased_key_go_and_stay_gone(keys, family):
    assert keys.run_all(slice_of(each_call(keys, KEYS, family), SLICES[family], KEYS))


@pytest.mark.full
@pytest.mark.parametrize("family", SLICES)
def test_the_views_of_an_erased_key_go_and_stay_gone_in_full(keys, family):
    assert keys.run_all(each_call(keys, KEYS, family))


@pytest.mark.parametrize("name", KEYS_MUTANTS)
def test_it_fails_without(keys, name):
    assert_noticed(keys, KEYS_MUTANTS[name])


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of an erased key off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(KEYS_MUTANTS)
