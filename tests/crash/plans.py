"""The campaign's plans: which runs there are, in both depths. Tests and the report run the very same ones.

A plan gives the specs of one workflow; `full` gives all of them, else a slice drawn by seed. What was drawn yesterday
is drawn today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from tests.crash.campaign import SKEWS, Campaign, by_chance, each_call, losses, pairs_of_deaths, slice_of
from tests.crash.faults import AWS_MODES, DEATHS, MODES, PAUSES, Faults, Spec
from tests.crash.scenarios import WORKFLOWS

Specs = Iterator[Spec]

AWS_QUICK = ("task", "callback", "parallel", "redrive", "child")
MOST_ON_AWS = 30
"""Runs of a workflow on moto, where a request costs a hundred times what a call costs in memory."""

DEAR = frozenset({"big", "wide-map"})
"""Of hundreds of kilobytes, and of a thousand children: of each plan a few runs."""

DEAR_IN = frozenset({("every-call", "big"), ("every-call", "wide-map"), ("sqlite", "big"), ("aws", "big")})
"""The plans of which `make test` takes runs of these: each family's stores hold what is large."""

MEMORY_ONLY = frozenset({"real-client"})
_DEADLY = {"poison", "dead-letter", "deadly-neighbour"}
ON_AWS = tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY | _DEADLY | {"wide-map"})
KILLED = tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY | _DEADLY | DEAR)


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
    if workflow in DEAR:
        return _sliced(specs, full, 1, workflow, 40)
    return _sliced(specs, full, 10, workflow)


def _deltas(campaign: Campaign, workflow: str, full: bool) -> Specs:
    specs = campaign.reference(workflow, "memory", deltas=True).specs(workflow, "memory", MODES, deltas=True)
    return _sliced(specs, full, 1 if workflow in DEAR else 3, workflow, 20 if workflow in DEAR else None)


def _inbox(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """The rules of the inbox by themselves: no sweep sees its items, and the API's processes do not fail."""
    specs = campaign.reference(workflow, "memory").specs(workflow, "memory", ("news",), inbox_due=False)
    return _sliced(specs, full, 6, workflow)


def _no_sweeper(campaign: Campaign, workflow: str, full: bool) -> Specs:
    specs = campaign.reference(workflow, "memory").specs(workflow, "memory", DEATHS, sweeps=False)
    return _sliced(specs, full, 1 if workflow in DEAR else 4, workflow, 20 if workflow in DEAR else None)


def _pairs(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if workflow == "wide-map":
        return by_chance(campaign, workflow, "memory", 20 if full else 1, "pairs", modes=DEATHS)
    most = {
        "big": 20, "poison": 3000, "dead-letter": 3000, "redrive-map": 1500, "unequal": 1000, "neighbours": 1000,
        "bad-neighbour": 1000, "deadly-neighbour": 1000,
    }
    quick = 1 if workflow == "big" else 2
    return _sliced(pairs_of_deaths(campaign, workflow, "memory"), full, quick, workflow, most.get(workflow))


def _chance(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if workflow in DEAR:
        return by_chance(campaign, workflow, "memory", 20 if full else 1, "chance")
    return by_chance(campaign, workflow, "memory", 400 if full else 3, "chance")


def _losses(_campaign: Campaign, workflow: str, full: bool) -> Specs:
    runs = (20 if full else 1) if workflow in DEAR else (150 if full else 2)
    return losses(workflow, "memory", runs)


def _skews(_campaign: Campaign, workflow: str, full: bool) -> Specs:
    del full
    for skews in SKEWS:
        yield Spec(workflow, "memory", Faults(skews=skews, double=30, seed=1))


def _sqlite(campaign: Campaign, workflow: str, full: bool) -> Specs:
    return _sliced(each_call(campaign, workflow, "sqlite"), full, 1 if workflow in DEAR else 2, workflow,
                   {"big": 20, "wide-map": 10, "poison": 600, "deadly-neighbour": 300}.get(workflow))


def _sqlite_chance(campaign: Campaign, workflow: str, full: bool) -> Specs:
    return by_chance(campaign, workflow, "sqlite", (10 if workflow in DEAR else 80) if full else 1, "sqlite")


def _rolls(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """Every death and freeze while workers of two releases share the work."""
    modes = ("after", *PAUSES, "rival")
    for roll in ("unconfirmed", "confirmed"):
        found = list(campaign.reference(workflow, "memory").specs(workflow, "memory", modes, roll=roll))
        yield from slice_of(iter(found), (4 if workflow in DEAR else 60) if full else 1, f"{roll} {workflow}")


def _served(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """Where the worker process claims for itself."""
    most = 4 if workflow in DEAR else 120
    return _sliced(each_call(campaign, workflow, "served"), full, 1 if workflow in DEAR else 2, workflow, most)


def _aws(campaign: Campaign, workflow: str, full: bool) -> Specs:
    if not full and workflow not in ("task", "callback", "big"):
        return islice((), 0)
    specs = campaign.reference(workflow, "aws").specs(workflow, "aws", ("after",))
    return _sliced(specs, full, 3 if workflow != "big" else 1, workflow)


def _aws_faults(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """But the deaths, which have a plan of their own. `make test` takes the workflows with the fewest requests."""
    if not full and workflow not in AWS_QUICK:
        return islice((), 0)
    modes = tuple(mode for mode in AWS_MODES if mode not in DEATHS)
    specs = campaign.reference(workflow, "aws").specs(workflow, "aws", modes)
    return _sliced(specs, full, 2, workflow, 6 if workflow == "big" else MOST_ON_AWS)


def _aws_chance(campaign: Campaign, workflow: str, full: bool) -> Specs:
    """Wakes lost, doubled and out of order, indexes behind, and up to two faults."""
    if not full and workflow not in AWS_QUICK:
        return islice((), 0)
    runs = (2 if workflow == "big" else 15) if full else 1
    return by_chance(campaign, workflow, "aws", runs, "aws", modes=AWS_MODES, lags=(0, 3, 70))


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
    "served": Plan("calls in every mode, SQLite, a worker on its queue", _served,
                   tuple(name for name in WORKFLOWS if name not in MEMORY_ONLY | {"dead-letter"})),
    "rolls": Plan("deaths and freezes while workers are of two releases", _rolls,
                  tuple(name for name in WORKFLOWS if name not in {"poison", "dead-letter", "deadly-neighbour"})),
    "aws": Plan("a death after every request that writes, DynamoDB, SQS and S3", _aws, ON_AWS),
    "aws-faults": Plan("the other modes at requests, DynamoDB, SQS and S3", _aws_faults, ON_AWS),
    "aws-chance": Plan("faults, losses, disorder, late indexes, DynamoDB, SQS and S3", _aws_chance, ON_AWS),
    "killed": Plan("a process that exits at every port call, SQLite", _killed, KILLED),
}
