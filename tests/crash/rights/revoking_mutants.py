"""The protections of revocation, each switched off on purpose: the runs of `revoking` that need it must fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.app import routing
from functions.app.machines.tokens import TokenCallers
from tests.crash.mutants import Mutant, Patch
from tests.crash.ruled import calls_of
from tests.support.memory.access_tokens import MemoryTokenStore
from tests.support.memory.role_grants import MemoryRoleGrants


def _remembered(store: type) -> Callable[[Patch], None]:
    """What was found once is found again."""

    def off(patch: Patch) -> None:
        find = store.find  # type: ignore[attr-defined]

        def found(self: Any, *asked: Any) -> Any:
            known = self.__dict__.setdefault("_found", {})
            if asked not in known:
                known[asked] = find(self, *asked)
            return known[asked]

        patch.setattr(store, "find", found)

    return off


def _unwritten(patch: Patch) -> None:
    change = MemoryTokenStore.change

    def nothing_revoked(self: Any, make: Any) -> Any:
        return make(self.records)[1] if self.records else change(self, make)

    patch.setattr(MemoryTokenStore, "change", nothing_revoked)


def _unasked(patch: Patch) -> None:
    patch.setattr(routing, "_admit", lambda *_: None)


def _untold(patch: Patch) -> None:
    patch.setattr(TokenCallers, "_record", lambda *_: None)


REVOKING_MUTANTS: dict[str, Mutant] = {
    "a token remembered": Mutant(
        "a token is read for each request", _remembered(MemoryTokenStore),
        calls_of("revoked", "news"), says="I27: GET was answered 200"),
    "a grant remembered": Mutant(
        "a grant is read for each request", _remembered(MemoryRoleGrants),
        calls_of("ungranted", "news"), says="I29: the grant is there"),
    "a right not asked for": Mutant("each request needs the right of its route", _unasked, calls_of("ungranted"),
        says="I27: GET was answered 200"),
    "an end that is not written": Mutant(
        "a revocation is written before it is answered", _unwritten,
        calls_of("revoked"), says="I27: GET was answered 200"),
    "a refusal untold": Mutant("the audit log has who shows a token that was good once", _untold, calls_of("rotated"),
        says="I29: of the refusal"),
}
"""By name, as MUTANTS."""
