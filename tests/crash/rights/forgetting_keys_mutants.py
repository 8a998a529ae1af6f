"""The protections of saved views that name an erased key, each switched off on purpose: runs that need it must fail."""

from __future__ import annotations

import math
from typing import Any

from engine.durable.lifecycle import erased_views, erasing
from engine.durable.lifecycle.erasing import Erasing
from engine.ports.erasure import Erasure
from tests.crash.mutants import Mutant, Patch
from tests.crash.rights.forgetting_keys import KEYS
from tests.crash.ruled import calls_of
from tests.support.memory.erasure import MemoryErasure
from tests.support.memory.views import MemoryViews


def _views_first(patch: Patch) -> None:
    def forget_key(self: Any, workspace: str, business_key: str, by: Any) -> list[str]:
        erasure = Erasure(workspace, "erased", self._clock.now(), by, ())
        gone = erasing.forget_views(self._views(), workspace, lambda _keys: {business_key: math.inf})
        self._store.remember_key(erasure, business_key)
        return gone

    patch.setattr(Erasing, "forget_key", forget_key)


def _unlisted(patch: Patch) -> None:
    patch.setattr(MemoryErasure, "remember_key", lambda *_: None)


def _whatever_was_saved(patch: Patch) -> None:
    write = MemoryViews.write
    patch.setattr(MemoryViews, "write", lambda self, workspace, text, _revision: write(
        self, workspace, text, self.read(workspace).revision))


def _copy_not_looked_at(patch: Patch) -> None:
    catch_up = Erasing.catch_up

    def without(self: Any, *given: Any) -> int:
        self._views = None
        return catch_up(self, *given)

    patch.setattr(Erasing, "catch_up", without)


def _prefix_left(patch: Patch) -> None:
    patch.setattr(erased_views, "_key", lambda view: view["filters"].get("business_key"))


KEYS_MUTANTS: dict[str, Mutant] = {
    "views before the list": Mutant("a key is listed before its views go", _views_first, calls_of(KEYS, "after"),
        says="I39: a view is gone"),
    "a key unlisted": Mutant("an erased key is on the list beside the data", _unlisted, calls_of(KEYS),
        says="I39: a view is gone"),
    "views written over": Mutant("what was saved meanwhile stays", _whatever_was_saved, calls_of(KEYS, "news"),
        says="I40: the views are"),
    "a copy not looked at": Mutant("views that a copy brings back go", _copy_not_looked_at, calls_of(KEYS),
        says="I41: after a copy came back"),
    "a prefix left": Mutant("a view of the key with a * goes too", _prefix_left, calls_of(KEYS),
        says="I40: the views are"),
}
"""By name, as MUTANTS."""
