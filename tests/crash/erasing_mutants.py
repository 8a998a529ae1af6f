"""The protections of erasure, each switched off on purpose: the runs of `erasing` that need it must fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.adapters.aws.erasure.store import DynamoErasure
from tests.crash.faults import Faults, Spec
from tests.crash.mutants import Mutant, Patch
from tests.crash.ruled import calls_of
from tests.support.memory.erasure import MemoryErasure


def _once(workflow: str, *, family: str) -> Any:
    return lambda _campaign: iter([Spec(workflow, family, Faults())])


def _whatever_it_is_now(patch: Patch) -> None:
    """What was read of an execution counts, not what it is when it is held."""
    hold = MemoryErasure.hold
    patch.setattr(MemoryErasure, "hold", lambda self, erasure, key: hold(self, replace(erasure, forced=True), key))


def _unnamed(patch: Patch) -> None:
    patch.setattr(MemoryErasure, "begin", lambda *_: None)


def _unlisted(patch: Patch) -> None:
    patch.setattr(MemoryErasure, "remember", lambda *_: None)


def _items_left(patch: Patch) -> None:
    patch.setattr(MemoryErasure, "_items", lambda *_: [])


def _children_left(patch: Patch) -> None:
    patch.setattr(DynamoErasure, "_batches", lambda *_: iter(()))


ERASING_MUTANTS: dict[str, Mutant] = {
    "erased as it was read": Mutant(
        "what is erased is looked at in the write that holds it", _whatever_it_is_now,
        calls_of("erased-overtaken", "news", "paused-before"),
        says="I17: flow:simulation was taken while it was RUNNING"),
    "an erasure without a name": Mutant(
        "an erasure is named before anything is done", _unnamed,
        calls_of("erased", "before", "after"), says="I19:"),
    "nothing on the list": Mutant("what is erased is on a list beside the data", _unlisted, calls_of("erased"),
        says="I26: it is not on the list"),
    "items kept": Mutant("a Map Run is erased with its execution", _items_left, calls_of("erased-items"),
        says="I19: 3 headers is left"),
    "children kept": Mutant(
        "who was waited for is erased with its parent", _children_left,
        _once("erased-items", family="aws"), says="I19:"),
}
"""By name, as MUTANTS."""
