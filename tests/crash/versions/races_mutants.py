"""The protections of old versions, each switched off on purpose: the runs of `races` that need it must fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.adapters.aws.catalog_store import USED_AT, DynamoCatalogStore, use_key
from engine.adapters.aws.erasure.old_versions import DynamoOldVersions
from tests.crash.editing import Edit
from tests.crash.mutants import Patch


@dataclass(frozen=True)
class RaceMutant:
    """`off` switches the protection off: an edit of the source, or a patch. `modes` of `other` are where it is needed.
    """

    protection: str
    off: Any
    other: str
    family: str
    modes: tuple[str, ...] = ()


def _references_left_out(patch: Patch) -> None:
    patch.setattr(DynamoOldVersions, "_referred", lambda *_: set())


def _not_in_one_condition(patch: Patch) -> None:
    """Whether it was of use is read, and then it is deleted."""
    delete = DynamoOldVersions._delete

    def whatever_it_is_now(self: Any, workspace: str, workflow: str, one: Any, used_at: float, there: Any) -> bool:
        used = self._table.get(use_key(workspace, workflow, one.number)) or {}
        return delete(self, workspace, workflow, one, used.get(USED_AT, used_at), there)

    patch.setattr(DynamoOldVersions, "_delete", whatever_it_is_now)


def _start_unsaid(patch: Patch) -> None:
    patch.setattr(DynamoCatalogStore, "mark_used", lambda *_: None)


def _rollback_unsaid(patch: Patch) -> None:
    revise = DynamoCatalogStore._revise
    patch.setattr(DynamoCatalogStore, "_revise", lambda self, *given: revise(self, *given[:5]))


RACE_MUTANTS: dict[str, RaceMutant] = {
    "references left out": RaceMutant("what an execution runs stays", _references_left_out, "start", "aws"),
    "found and deleted apart": RaceMutant("what was of use meanwhile stays", _not_in_one_condition, "start", "aws",
                                          ("comes",)),
    "a start unsaid": RaceMutant("who starts by a number says so first", _start_unsaid, "start", "aws", ("looks",)),
    "a rollback unsaid": RaceMutant("who rolls back says so with it", _rollback_unsaid, "rollback", "aws", ("comes",)),
    "references left out locally": RaceMutant(
        "the same, on SQLite",
        Edit(
            "engine.adapters.local.retention", "left = [number for number in old if number not in runs]", "left = old",
        ),
        "start", "sqlite",
    ),
    "started meanwhile": RaceMutant(
        "what was started since the look stays",
        Edit("engine.adapters.local.retention", "NOT INDEXED WHERE e > ?4", "NOT INDEXED WHERE e > ?4 AND 0"),
        "start", "sqlite", ("comes",),
    ),
    "active meanwhile": RaceMutant(
        "what was rolled back to since the look stays",
        Edit(
            "engine.adapters.local.retention", "\n            AND number != (SELECT active_version FROM workflow",
            "\n            AND 0 != (SELECT active_version FROM workflow",
        ),
        "rollback", "sqlite", ("comes",),
    ),
    "a version not looked at": RaceMutant(
        "nothing is written of a version that is gone",
        lambda patch: patch.setattr("engine.adapters.local.journal._check_version", lambda *_: None),
        "start", "sqlite", ("looks",),
    ),
}
"""By name, as MUTANTS."""
