"""Running a Spec, and the lists of them: each call in each mode, pairs, chance, clocks apart."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from engine.durable.activation import Activation
from tests.crash import families
from tests.crash.families import Stores
from tests.crash.faults import DEATHS, MODES, Faults, Spec, can
from tests.crash.invariants import Seen, check, seen
from tests.crash.releases import release
from tests.crash.scenarios import WORKFLOWS
from tests.crash.world import NoRest, World

SKEWS = ((45.0, -45.0), (-45.0, 0.0, 45.0))


@dataclass(frozen=True)
class Reference:
    """The fault-free run that others are measured by: its calls by number, and how it ended."""

    calls: tuple[str, ...]
    seen: Seen

    def specs(self, workflow: str, family: str, modes: tuple[str, ...], **more: Any) -> Iterator[Spec]:
        """A run for each call that can go wrong in one of `modes`."""
        for mode in modes:
            if mode == "news" and not WORKFLOWS[workflow].clients:
                continue
            for number, name in enumerate(self.calls):
                if can(mode, name):
                    yield Spec(workflow, family, Faults({number: mode}, **more))


@dataclass
class Campaign:
    """Runs specs. Use as a context manager. `last` is the latest world, `folder` is for what stores keep on disk."""

    folder: Path

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._makers: dict[str, Callable[[], Stores]] = {}
        self._references: dict[tuple[str, str, bool], Reference] = {}
        self.last: World

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def stores(self, family: str) -> Stores:
        """Fresh ones."""
        if family not in self._makers:
            self._makers[family] = self._stack.enter_context(families.opened(family, self.folder / family))
        return self._makers[family]()

    def reference(self, workflow: str, family: str, *, deltas: bool = False) -> Reference:
        """The fault-free run; raises AssertionError if it breaks something itself."""
        wanted = (workflow, family, deltas)
        if wanted not in self._references:
            world = self._world(Spec(workflow, family, Faults(deltas=deltas)))
            with _snapshots(deltas=deltas):
                world.complete()
                made = Reference(tuple(world.calls), seen(world))
                broken = check(world, made.seen)
            assert not broken, f"{workflow}@{family}, fault-free: {broken}"
            self._references[wanted] = made
        return self._references[wanted]

    def _world(self, spec: Spec) -> World:
        return World(WORKFLOWS[spec.workflow], spec.faults, self.stores(spec.family))

    def run(self, spec: Spec) -> list[str]:
        """What the run breaks; nothing, if the protocol holds."""
        reference = self.reference(spec.workflow, spec.family, deltas=spec.faults.deltas)
        world = self.last = self._world(spec)
        with _snapshots(deltas=spec.faults.deltas), release(following=spec.faults.roll == "confirmed"):
            try:
                world.complete()
            except NoRest as error:
                broken = [f"I2: {error}", *world.watched.broken]
            else:
                broken = check(world, reference.seen)
        return broken

    def run_all(self, specs: Iterator[Spec] | list[Spec]) -> int:
        """How many of `specs` were run; raises AssertionError at the first that breaks something."""
        count = 0
        for spec in specs:
            broken = self.run(spec)
            assert not broken, f"\n  {spec}\n    " + "\n    ".join(broken)
            count += 1
        return count


class _snapshots:  # noqa: N801  reads as what it is: with _snapshots(deltas=True)
    """Whether whole snapshots are written as ever, or (`deltas`) the first one only."""

    def __init__(self, *, deltas: bool) -> None:
        self._deltas = deltas

    def __enter__(self) -> None:
        self._real = Activation._account
        if self._deltas:
            def account(activation: Any, _segment: Any) -> None:
                activation._checkpoint_bytes, activation._delta_bytes = 10**9, 0

            Activation._account = account  # type: ignore[method-assign]

    def __exit__(self, *_error: object) -> None:
        Activation._account = self._real  # type: ignore[method-assign]


# ---------------------------------------------------------------- lists of runs


def each_call(campaign: Campaign, workflow: str, family: str, modes: tuple[str, ...] = MODES) -> Iterator[Spec]:
    """Every port call, in every mode."""
    yield from campaign.reference(workflow, family).specs(workflow, family, modes)


def slice_of(specs: Iterator[Spec], count: int, seed: str) -> list[Spec]:
    """`count` of them, drawn by seed."""
    found = list(specs)
    return random.Random(seed).sample(found, min(count, len(found)))  # noqa: S311  the same each time


def pairs_of_deaths(campaign: Campaign, workflow: str, family: str) -> Iterator[Spec]:
    """Death after one call, and again after a later one: of the process that took over, too."""
    calls = len(campaign.reference(workflow, family).calls)
    for first in range(calls):
        for second in range(first + 1, calls + 12):
            yield Spec(workflow, family, Faults({first: "after" if first else "before", second: "before"}))


def by_chance(
    campaign: Campaign, workflow: str, family: str, count: int, seed: str, *, modes: tuple[str, ...] = MODES,
    lags: tuple[int, ...] = (0,),
) -> Iterator[Spec]:
    """Two faults of any kind, wakes lost and doubled, clocks apart, indexes behind."""
    calls = len(campaign.reference(workflow, family).calls)
    draw = random.Random(f"{seed} {workflow} {family}")  # noqa: S311  the same each time
    for _ in range(count):
        at = {number: draw.choice(modes) for number in draw.sample(range(calls + 8), draw.choice((0, 1, 2, 2)))}
        yield Spec(workflow, family, Faults(
            at, loss=draw.choice((0, 30)), double=draw.choice((0, 30)), skews=draw.choice(((0.0,), *SKEWS)),
            seed=draw.randrange(1, 10**6), deltas=draw.random() < 0.3, lag=draw.choice(lags) if len(lags) > 1 else 0,
        ))


def losses(workflow: str, family: str, count: int) -> Iterator[Spec]:
    """Three of ten wakes lost, three of ten doubled, nothing else: the bounds of a lossy queue."""
    for seed in range(1, count + 1):
        yield Spec(workflow, family, Faults(loss=30, double=30, seed=seed))


__all__ = ["DEATHS", "MODES", "Campaign", "Faults", "Spec"]
