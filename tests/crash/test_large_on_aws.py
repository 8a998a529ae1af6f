"""Large values on AWS at every request: docs/reliability.md tells of them. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.faults import DEATHS
from tests.crash.large_on_aws import LARGE, MUTANTS, large_campaign
from tests.crash.mutants import run_mutant
from tests.crash.ruled import each_call

MODES = (*DEATHS, "throttled", "lost-reply")
TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with large_campaign(tmp_path_factory.mktemp("large")) as made:
        yield made


@pytest.mark.parametrize("workflow", LARGE)
def test_no_large_value_is_lost_or_left(campaign, workflow):
    assert campaign.run_all(slice_of(each_call(campaign, workflow, "aws", MODES), 2, workflow))


@pytest.mark.full
@pytest.mark.parametrize("workflow", LARGE)
def test_no_large_value_is_lost_or_left_in_full(campaign, workflow):
    assert campaign.run_all(each_call(campaign, workflow, "aws", MODES))


def test_each_value_is_an_object(campaign):
    """Else the runs would prove nothing: input, two answers, what is said of one, and the segment of a checkpoint."""
    calls = campaign.reference("large-aged", "aws").calls
    assert calls.count("PutObject") >= 5
    assert campaign.reference("large-aged-child", "aws").calls.count("PutObject") >= 8


@pytest.mark.parametrize("name", MUTANTS)
def test_it_fails_without(campaign, name):
    verdict = run_mutant(campaign, MUTANTS[name], until_killed=True)
    assert verdict.first is not None, f"{verdict.runs} runs, and none noticed"
    assert campaign.run(verdict.first) == [], "it fails with the protection on, too"


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of large values off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(MUTANTS)
