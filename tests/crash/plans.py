"""The campaign's plans: which runs there are, in both depths. Tests and the report run the very same ones.

A plan gives the specs of one workflow; `full` gives all of them, else a slice drawn by seed. What was drawn yesterday
is drawn today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from tests.crash.campaign import SKEWS, Campaign, by_chance, each_call, losses, pairs_of_deaths, slice_of
from tests.crash.faults import DEATHS, MODES, Faults, Spec
from tests.crash.scenarios import WORKFLOWS

Specs = Iterator[Spec]

LONG = frozenset({
    "parallel-callback", "stop", "distributed-map", "distributed-map-stopped", "child", "held", "poison", "dead-letter",
    "big", "activity", "job", "job-stopped", "redrive-map",
})
"""Workflows of many calls, or of dear ones: `make test` draws from them."""

MEMORY_ONLY = frozenset({"real-client"})
ON_AWS = tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY | {"poison", "dead-letter"})
KILLED = tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY | {"poison", "dead-letter", "big"})


@dataclass(frozen=True)
class Plan:
    """`title` for people; `workflows` that it is for; `specs(campaign, workflow, full)`."""

    title: str
    specs: Callable[[Campaign, str, bool], Specs]
    workflows: tuple[str, ...] = tuple(WORKFLOWS)


def _sliced(specs: Specs, full: bool, quick: int, title: str, most: int | None = None) -> Specs:
    if full:
        yield from specs if most is None else slice_of(specs, most, title)
    else:
        yield from slice_of(specs, quick, title)


def _every_call(campaign: Campaign, workflow: str, full: bool) -> Specs:
    specs = each_call(campaign, workflow, "memory")
    if workflow == "big":
        return _sliced(specs, full, 2, workflow, 40)
    return _sliced(specs, full or workflow not in LONG, 50, workflow)


def _deltas(campaign: Campaign, workflow: str, full: bool) -> Specs:
    specs = campaign.reference(workflow, "memory", deltas=True).specs(workflow, "memory", MODES, deltas=True)
    return _sliced(specs, full, 1 if workflow == "big" else 12, workflow, 20 if workflow == "big" else None)


def _inbox(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """The rules of the inbox by themselves: no sweep sees its items, and the API's processes do not fail."""
    specs = campaign.reference(workflow, "memory").specs(workflow, "memory", ("news",), inbox_due=False)
    return _sliced(specs, full, 20, workflow)


def _no_sweeper(campaign: Campaign, workflow: str, full: bool) -> Specs:
    specs = campaign.reference(workflow, "memory").specs(workflow, "memory", DEATHS, sweeps=False)
    return _sliced(specs, full, 1 if workflow == "big" else 12, workflow)


def _pairs(campaign: Campaign, workflow: str, full: bool) -> Specs:
    most = {"big": 20, "poison": 3000, "dead-letter": 3000, "redrive-map": 1500}
    quick = 1 if workflow == "big" else 10
    return _sliced(pairs_of_deaths(campaign, workflow, "memory"), full, quick, workflow, most.get(workflow))


def _chance(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if workflow == "big":
        return by_chance(campaign, workflow, "memory", 20 if full else 1, "chance")
    return by_chance(campaign, workflow, "memory", 400 if full else 15, "chance")


def _losses(_campaign: Campaign, workflow: str, full: bool) -> Specs:
    runs = (20 if full else 1) if workflow == "big" else (150 if full else 5)
    return losses(workflow, "memory", runs)


def _skews(_campaign: Campaign, workflow: str, full: bool) -> Specs:
    del full
    for skews in SKEWS:
        yield Spec(workflow, "memory", Faults(skews=skews, double=30, seed=1))


def _sqlite(campaign: Campaign, workflow: str, full: bool) -> Specs:
    return _sliced(each_call(campaign, workflow, "sqlite"), full, 1 if workflow == "big" else 5, workflow,
                   {"big": 20, "poison": 600}.get(workflow))


def _sqlite_chance(campaign: Campaign, workflow: str, full: bool) -> Specs:
    return by_chance(campaign, workflow, "sqlite", (10 if workflow == "big" else 80) if full else 1, "sqlite")


def _aws(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if not full and workflow not in ("task", "callback", "big"):
        return islice((), 0)
    specs = campaign.reference(workflow, "aws").specs(workflow, "aws", ("after",))
    return _sliced(specs, full, 4 if workflow != "big" else 1, workflow)


def _killed(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if not full and workflow not in ("tasks", "once", "callback", "distributed-map"):
        return islice((), 0)
    return _sliced(each_call(campaign, workflow, "sqlite", DEATHS), full, 6, workflow)


PLANS: dict[str, Plan] = {
    "every-call": Plan("every port call in every mode, memory", _every_call),
    "deltas": Plan("the same, segments that carry only what changed", _deltas),
    "inbox": Plan("news at every port call, inbox items due never", _inbox,
                  tuple(name for name, workflow in WORKFLOWS.items()
                        if any(client.acted for client in workflow.clients))),
    "no-sweeper": Plan("a death at every port call, no sweeper", _no_sweeper,
                       tuple(name for name, workflow in WORKFLOWS.items()
                             if not workflow.clients and workflow.kind == "STANDARD")),
    "pairs": Plan("two deaths, at every pair of port calls", _pairs),
    "chance": Plan("up to two faults, losses, doubles, clocks apart", _chance),
    "losses": Plan("30 % of wakes lost, 30 % doubled", _losses),
    "clocks": Plan("clocks 45 s ahead and behind", _skews),
    "sqlite": Plan("every port call in every mode, SQLite", _sqlite,
                   tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY)),
    "sqlite-chance": Plan("up to two faults and losses, SQLite", _sqlite_chance,
                          tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY)),
    "aws": Plan("a death after every request that writes, DynamoDB, SQS and S3", _aws, ON_AWS),
    "killed": Plan("a process that exits at every port call, SQLite", _killed, KILLED),
}
