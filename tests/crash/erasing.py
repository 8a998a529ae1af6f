"""Erasure in the campaign: who erases dies, freezes, meets redrives and late workers, at every port call.

The runs are those of `ageing`, but that somebody asks for an erasure in the place of a term's end, and asks again until
it is over. What must hold is the same (I17 to I20): nothing that is open is erased, an execution is whole for its
readers or gone for all of them, nothing is left of it, and a redrive that was accepted ends its run before. And

    I26   until an erasure is over it is named; what was erased is on the list beside the data, and nothing else is
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.durable.lifecycle.erasing import ASKED_SECONDS, Erasing, ExecutionIsOpen
from engine.durable.lifecycle.errors import ExecutionTaken
from engine.errors import NotFound, StorageError
from engine.ports.journal import OPEN_STATUSES
from tests.crash import ageing
from tests.crash.ageing import REDRIVES, AgedWorld, Terms, _left
from tests.crash.clients import Client
from tests.crash.ruled import RuledCampaign
from tests.crash.scenarios import Workflow
from tests.crash.world import World
from tests.support.durable import TESTER
from tests.support.flows import flow, task

DAY = 86_400.0


class ErasedWorld(AgedWorld):
    """A world whose main execution is erased. `held` is what it was when it was."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.settings = type(self.settings)(**{
            **{name: getattr(self.settings, name) for name in self.settings.__dataclass_fields__},
            "retention_days": 0.0,
        })

    @property
    def erasing(self) -> Erasing:
        """As the API has it on one machine, and API and sweeper on AWS."""
        executions = self.product.executions if hasattr(self, "product") else self.executions
        return Erasing(
            self.wrap("erasure", self.stores.erasure), self.wrap("journal", self.stores.journal),
            self.wrap("index", self.stores.index), self.clock, header_of=executions.header,
            at_once=self.stores.family != "aws",
        )

    def take(self) -> None:
        with suppress(ExecutionIsOpen, ExecutionTaken, NotFound):
            self.erasing.erase_one(self.key, TESTER)
        with self.quietly():
            self.clock.sleep(ASKED_SECONDS + 1)
        self.erasing.go_on(self.workspace)


def _may_erase(world: World) -> bool:
    """About when a redrive is asked for, and then until it is gone."""
    if not world.ledger.asked("start"):
        return False
    header = world.stores.journal.header(world.key)
    if header is None:
        return True
    if header.status in OPEN_STATUSES or header.ended_at is None:
        return False
    return world.clock.now() >= header.ended_at + Terms.of(world.stores.family).from_on


def _erase(world: World) -> None:
    if isinstance(world, ErasedWorld):
        world.take()
        with world.quietly():
            over = ageing._gone(world) and not world.stores.erasure.pending(world.workspace)
        if not over:
            raise StorageError("not yet")  # asks again


ERASES = Client("take", _may_erase, _erase)

ERASED: dict[str, Workflow] = {
    "erased": Workflow(flow({"A": task(Next="B"), "B": task(End=True)}), clients=(ERASES,)),
    "erased-items": Workflow(ageing._ITEMS, clients=(ERASES,)),
    "erased-child": Workflow(ageing._PARENT, clients=(ERASES,), child=flow({"Work": task(End=True)})),
    "erased-overtaken": Workflow(ageing._FAILS, ageing._broken_until_redriven, clients=(ERASES, REDRIVES)),
    "erased-redriven": Workflow(ageing._FAILS, ageing._broken_until_redriven, clients=(REDRIVES, ERASES)),
}


def check(world: ErasedWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = list(world.watched.broken)
    if not ageing._gone(world):
        return [*broken, "I19: it was not erased"]
    broken += [f"I19: {what} is left" for what in left(world)]
    if world.stores.journal.taken_at(world.key) is None:
        broken.append("I19: nothing says when it was erased")
    if world.stores.erasure.pending(world.workspace):
        broken.append("I26: an erasure is named that is over")
    if not is_listed(world):
        broken.append("I26: it is not on the list")
    redriven = "redriven" in world.ledger.accepted
    if redriven and "After" not in {call.state for call in world.ledger.calls}:
        broken.append("I20: it was redriven, and did not go on")
    return broken


def left(world: ErasedWorld) -> list[str]:
    """What should not be there. On AWS the header and the number that a redrive would take stay for a day."""
    if world.stores.family != "aws":
        held = world.stores.erasure._held if world.stores.family == "memory" else []
        return [*_left(world), *(f"{key} held" for key in held)]
    from tests.support.terms import _items  # noqa: PLC0415  moto only where it is asked for

    return [
        f"{pk.value} {sk.value}" for pk, found in _items("automate-test").items() for sk, item in found.items()
        if pk.value.startswith(f"E#{world.workspace}#") and "expires_at" not in item.attrs
    ]


def is_listed(world: ErasedWorld) -> bool:
    """Whether the list beside the data has it."""
    erasure = world.stores.erasure
    if world.stores.family == "memory":
        return world.key in erasure.listed
    known = erasure._list.entries(world.workspace) if world.stores.family == "aws" else dict(erasure._list.entries())
    return erasure._list.digest(world.key) in known


def erased_campaign(folder: Path) -> RuledCampaign:
    """Over ERASED."""
    return RuledCampaign(
        folder, lambda spec, stores: ErasedWorld(ERASED[spec.workflow], spec.faults, stores), check,
        lambda family: {**ageing.small(family), "engine.adapters.local.erasure.store.PIECE": 2},
    )
