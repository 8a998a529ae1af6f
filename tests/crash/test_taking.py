"""Retention and erasure at every port call: docs/reliability.md tells of them. `make test` runs a slice, drawn by
seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.crash.ageing import AGED, aged_campaign
from tests.crash.ageing_mutants import AGEING_MUTANTS
from tests.crash.campaign import slice_of
from tests.crash.erasing import ERASED, erased_campaign
from tests.crash.erasing_mutants import ERASING_MUTANTS
from tests.crash.faults import AWS_MODES, MODES, Faults, Spec
from tests.crash.noticed import assert_noticed
from tests.crash.ruled import each_call

TEXT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Kind:
    """`slices`: the modes of a family's runs, and how many of them `make test` draws. `title`: of its table.
    `most_on_aws`: of a workflow, where all would be too many."""

    make: Callable[[Path], Any]
    workflows: Mapping[str, Any]
    mutants: Mapping[str, Any]
    title: str
    slices: Mapping[str, tuple[tuple[str, ...], int]]
    on_aws: tuple[str, ...]
    most_on_aws: int | None = None


KINDS = {
    "aged": Kind(
        aged_campaign, AGED, AGEING_MUTANTS, "retention",
        {"memory": (MODES, 6), "sqlite": (MODES, 3), "aws": (("after",), 1)}, ("aged", "aged-redriven"),
    ),
    "erased": Kind(
        erased_campaign, ERASED, ERASING_MUTANTS, "erasure",
        {"memory": (MODES, 6), "sqlite": (MODES, 3), "aws": (AWS_MODES, 2)}, ("erased",), 60,
    ),
}
ALL = [
    (kind, family, workflow) for kind, found in KINDS.items() for family in found.slices for workflow in found.workflows
]
RUNS = [run for run in ALL if run[1] != "aws" or run[2] in KINDS[run[0]].on_aws]
LATE = {"children of the taken left", "children kept", "the term of a redriven one", "the mark first"}
"""Mutants that many runs go by before one notices: `make test-full` has them."""

MUTANTS = [
    pytest.param(kind, name, marks=[pytest.mark.full] if name in LATE else [])
    for kind, found in KINDS.items() for name in found.mutants
]


@pytest.fixture(scope="module")
def kind(request):
    """One after the other: there is one emulator."""
    return KINDS[request.param]


@pytest.fixture(scope="module")
def campaign(kind, tmp_path_factory):
    with kind.make(tmp_path_factory.mktemp(kind.title)) as made:
        yield made


@pytest.mark.parametrize(("kind", "family", "workflow"), RUNS, indirect=["kind"], scope="module")
def test_an_execution_is_taken_whole_or_not_at_all(campaign, kind, family, workflow):
    modes, count = kind.slices[family]
    assert campaign.run_all(slice_of(each_call(campaign, workflow, family, modes), count, workflow))


@pytest.mark.full
@pytest.mark.parametrize(("kind", "family", "workflow"), ALL, indirect=["kind"], scope="module")
def test_an_execution_is_taken_whole_or_not_at_all_in_full(campaign, kind, family, workflow):
    found = each_call(campaign, workflow, family, kind.slices[family][0])
    most = kind.most_on_aws if family == "aws" else None
    assert campaign.run_all(found if most is None else slice_of(found, most, workflow))


@pytest.mark.parametrize(("kind", "workflow"), [(kind, f"{kind}-overtaken") for kind in KINDS], indirect=["kind"],
                         scope="module")
def test_who_takes_and_who_redrives_meet(campaign, workflow):
    """Both ends are reached: without either the race would prove nothing."""
    ends = set()
    for spec in each_call(campaign, workflow, "memory", ("news",)):
        assert campaign.run(spec) == []
        ends.update(campaign.last.took)
    assert ends == {"FAILED", "SUCCEEDED"}


@pytest.mark.parametrize(("kind", "family"), [("aged", "memory"), ("aged", "sqlite")], indirect=["kind"],
                         scope="module")
def test_a_wake_whose_acknowledgement_was_refused_comes_again_and_is_not_left(campaign, family):
    refused = campaign.reference("aged", family).calls.index("acknowledge")
    assert campaign.run(Spec("aged", family, Faults({refused: "throttled"}))) == []
    assert campaign.last.calls.count("acknowledge") == 2


@pytest.mark.parametrize(("kind", "name"), MUTANTS, indirect=["kind"], scope="module")
def test_it_fails_without(campaign, kind, name):
    assert_noticed(campaign, kind.mutants[name])


@pytest.mark.parametrize("kind", KINDS, indirect=True, scope="module")
def test_every_mutant_has_its_row(kind):
    title = f"| protection of {kind.title} off | what the run sees |"
    table = TEXT.partition(title)[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE) == list(kind.mutants)
