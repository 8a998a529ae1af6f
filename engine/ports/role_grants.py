"""Where grants to IAM roles are kept: a record each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """The IAM role `arn`, whose name in its account is `name`, has `role` in `workspace`. `created_at` is epoch
    seconds."""

    workspace: str
    name: str
    arn: str
    role: str
    created_at: float
    created_by: str


class RoleGrantStore(Protocol):
    """The grants of one place. Safe to share between threads and processes. Raises engine.errors.StorageError."""

    def grants(self, workspace: str) -> Sequence[RoleGrant]:
        """All of a workspace, in no order; read consistently."""
        ...

    def find(self, workspace: str, name: str) -> RoleGrant | None:
        """That of the IAM role called `name`, as it is now."""
        ...

    def put(self, grant: RoleGrant) -> None:
        """Write it, over an earlier one of the same role."""
        ...

    def delete(self, workspace: str, name: str) -> bool:
        """False where there was none."""
        ...

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of who granted, where that is `was`."""
        ...
