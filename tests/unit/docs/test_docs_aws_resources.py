"""docs/aws-integrations.md and docs/connectors.md name what a Task can call: no more and no less than the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.aws.resources import StartedJob, find_target
from engine.language.asl.integrations import OPTIMISED
from engine.language.asl.integrations import SYNC as WAITING

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "aws-integrations.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`arn:aws:states:::.*?) \| (.*) \|$", TEXT, re.MULTILINE)
_JOBS = TEXT.partition("### Jobs")[2].partition("###")[0]
JOBS = dict(re.findall(r"^\| `([a-z-]+)` \| (`.*?) \|$", _JOBS, re.MULTILINE))


def offered():
    """Each optimised action that a Task can call, and whether it can be waited for."""
    for service, acts in OPTIMISED.items():
        for action in acts:
            if not isinstance(find_target(f"arn:aws:states:::{service}:{action}"), str):
                waited = isinstance(find_target(f"arn:aws:states:::{service}:{action}{WAITING}"), StartedJob)
                yield f"{service}:{action}", waited


def named():
    """The optimised actions of both tables."""
    for cell, _ in ROWS:
        first, *others = re.findall(r"`([^`]+)`", cell)
        service, _, action = first.removeprefix("arn:aws:states:::").partition(":")
        if service != "aws-sdk":
            yield from (f"{service}:{name}" for name in (action, *others))
    for service, cell in JOBS.items():
        yield from (f"{service}:{name}" for name in re.findall(r"`(\w+)`", cell))


def test_the_tables_name_every_optimised_integration_and_no_other():
    assert sorted(named()) == sorted(name for name, _ in offered())


@pytest.mark.parametrize(("name", "waited"), sorted(offered()))
def test_a_job_that_can_be_waited_for_is_marked(name, waited):
    service, _, action = name.partition(":")
    assert (f"`{action}`*" in JOBS.get(service, "")) == (waited and service != "states")


def test_what_is_not_offered_is_named():
    refused = {
        f"{service}:{action}" for service, acts in OPTIMISED.items() for action in acts
        if isinstance(find_target(f"arn:aws:states:::{service}:{action}"), str)
    }
    listed = TEXT.partition("Not offered:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([^`]+)`", listed.partition("For the")[0])) == refused


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_no_page_denies_what_there_is(page):
    """``.sync`` of AWS's jobs and activities were denied long after they were there."""
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "not yet for AWS's jobs" not in text
    assert "Activities, and `.sync`" not in text
