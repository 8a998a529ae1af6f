"""A campaign whose runs are held against rules of their own, and not against the end of a run without faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest import mock

from tests.crash.campaign import Campaign, Reference
from tests.crash.faults import AWS_MODES, MODES, Faults, Spec, can
from tests.crash.world import NoRest, World


@dataclass
class RuledCampaign(Campaign):
    """`make_world` makes the world of a spec over these stores, `check` says what is broken once it has come to rest,
    `patches` are what is put in the place of something while runs over a family go on, by its name."""

    make_world: Callable[[Spec, Any], World]
    check: Callable[[Any], list[str]]
    patches: Callable[[str], Mapping[str, Any]] = lambda _family: {}

    def reference(self, workflow: str, family: str, *, deltas: bool = False) -> Reference:
        """The fault-free run; raises AssertionError if it breaks something itself."""
        wanted = (workflow, family, deltas)
        if wanted not in self._references:
            spec = Spec(workflow, family, Faults(deltas=deltas))
            broken = self.run(spec)
            assert not broken, f"{spec}, fault-free: {broken}"
            self._references[wanted] = Reference(tuple(self.last.calls), None)  # type: ignore[arg-type]
        return self._references[wanted]

    def run(self, spec: Spec) -> list[str]:
        """What the run breaks."""
        with ExitStack() as stack:
            for name, value in self.patches(spec.family).items():
                stack.enter_context(mock.patch(name, value))
            self.last = world = self.make_world(spec, self.stores(spec.family))
            try:
                world.complete()
            except NoRest as error:
                return [f"I2: {error}", *dict.fromkeys(world.watched.broken)]
            return self.check(world)


def each_call(
    campaign: Campaign, workflow: str, family: str, modes: tuple[str, ...] | None = None
) -> Iterator[Spec]:
    """Every port call, in every mode."""
    for mode in (AWS_MODES if family == "aws" else MODES) if modes is None else modes:
        for number, name in enumerate(campaign.reference(workflow, family).calls):
            if can(mode, name):
                yield Spec(workflow, family, Faults({number: mode}))


def calls_of(workflow: str, *modes: str, family: str = "memory") -> Callable[[Campaign], Iterator[Spec]]:
    """The run without faults, and each call in each of the modes: what a mutant is tried with."""

    def runs(campaign: Campaign) -> Iterator[Spec]:
        yield Spec(workflow, family, Faults())
        yield from each_call(campaign, workflow, family, modes)

    return runs
