"""The protections of erasing an actor, each switched off on purpose: runs of `forgetting` that need it must fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.durable.lifecycle.erasing import Erasing
from engine.governance.access_tokens import AccessTokens
from engine.governance.nameless import Places
from functions.app.acts import Doing
from tests.crash.mutants import Mutant, Patch
from tests.crash.rights.forgetting import FORGOTTEN
from tests.crash.ruled import calls_of


def _nothing(kind: type, name: str) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(kind, name, lambda *_given, **_more: None)


def _forgotten_first(patch: Patch) -> None:
    """The entry comes when the names are gone."""
    done, erase = Doing.done, Erasing.erase_actors
    waiting: list[Callable[[], None]] = []

    def later(self: Doing, *given: Any, **more: Any) -> None:
        if self.name != "actor.erase":
            done(self, *given, **more)
            return
        self.told = True
        waiting.append(lambda: done(self, *given, **more))

    def first(self: Erasing, *given: Any) -> bool:
        pending = erase(self, *given)
        waiting.pop()()
        return pending

    patch.setattr(Doing, "done", later)
    patch.setattr(Erasing, "erase_actors", first)


def _names_first(patch: Patch) -> None:
    """The names behind the pseudonyms are destroyed before what is beside the log has lost them."""
    rename = Places.rename

    def forget(self: Places, actors: Any, workspace: str, pseudonyms: Any) -> None:
        names = {name: one for one in pseudonyms for name in actors.names(workspace, [one])}
        actors.forget(workspace, pseudonyms)
        rename(self, workspace, names)

    patch.setattr(Places, "forget", forget)


FORGETTING_MUTANTS: dict[str, Mutant] = {
    "forgotten before it is told": Mutant(
        "an erasure is told of first", _forgotten_first,
        calls_of(FORGOTTEN, "after"), says="I35: Finding"),
    "forgotten before it is replaced": Mutant(
        "names beside the log are replaced while they are known", _names_first,
        calls_of(FORGOTTEN, "after"), says="I34: the name is beside the log"),
    "names beside the log left": Mutant("drafts lose the name too", _nothing(Places, "rename"), calls_of(FORGOTTEN),
        says="I34: the name is beside the log"),
    "a token keeps its name": Mutant(
        "a revoked token loses its name too", _nothing(AccessTokens, "nameless"),
        calls_of(FORGOTTEN), says="I34: the name is beside the log"),
}
"""By name, as MUTANTS."""
