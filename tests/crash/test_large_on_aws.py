"""Large values on AWS at every request: docs/reliability.md tells of them. `make test` runs a slice, drawn by seed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.campaign import slice_of
from tests.crash.faults import DEATHS
from tests.crash.large_on_aws import LARGE, MUTANTS, large_campaign
from tests.crash.noticed import assert_noticed
from tests.crash.ruled import each_call

MODES = (*DEATHS, "throttled", "lost-reply")
WRITES = {"PutObject", "PutItem", "DeleteObjects", "BatchWriteItem"}
"""Between these an object is there without the item that names it, or the item without the object."""

QUICK = ("large-aged", "large-erased-child")
LATE = {"an item before its object", "no walk", "items before objects", "an object of nobody"}
"""Mutants that `make test-full` has: each run is dear."""

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    with large_campaign(tmp_path_factory.mktemp("large")) as made:
        yield made


@pytest.mark.parametrize("workflow", QUICK)
def test_no_large_value_is_lost_or_left(campaign, workflow):
    assert campaign.run_all(slice_of(each_call(campaign, workflow, "aws", MODES), 2, workflow))


@pytest.mark.full
@pytest.mark.parametrize("workflow", LARGE)
def test_no_large_value_is_lost_or_left_in_full(campaign, workflow):
    assert campaign.run_all(slice_of(each_call(campaign, workflow, "aws", MODES), 20, f"{workflow} in full"))


@pytest.mark.full
@pytest.mark.parametrize("workflow", ["large-aged", "large-erased"])
def test_no_large_value_is_lost_between_two_writes(campaign, workflow):
    calls = campaign.reference(workflow, "aws").calls
    assert campaign.run_all(
        spec for spec in each_call(campaign, workflow, "aws", MODES) if calls[min(spec.faults.at)] in WRITES
    )


def test_each_value_is_an_object(campaign):
    """Else the runs would prove nothing."""
    calls = campaign.reference("large-aged", "aws").calls
    assert calls.count("PutObject") >= 5


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.full] if name in LATE else []) for name in MUTANTS
])
def test_it_fails_without(campaign, name):
    assert_noticed(campaign, MUTANTS[name])


def test_every_mutant_has_its_row():
    table = TEXT.partition("| protection of large values off | what the run sees |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(MUTANTS)
