"""Grants to IAM roles: which role of this product a caller has whom AWS knows by its IAM role.

    arn:aws:iam::111122223333:role/service/orders/starter            the role, with its path: what is granted to
    arn:aws:sts::111122223333:assumed-role/starter/session           who calls: the role's name, and no path

A role's name is unique in its account whatever its path ("IAM and AWS STS quotas": names are unique within an account),
so a grant is found by account and name. The session's name is chosen by whoever assumes the role, and is no identity. A
caller that is no role's session (an IAM user, the account's root) has no role here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.clock import Clock
from engine.errors import InvalidDocument, NotFound
from engine.governance.roles import Role
from engine.ports.role_grants import RoleGrant, RoleGrantStore
from engine.records import dataclass

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/((?:[\x21-\x2e\x30-\x7e]+/)*)([\w+=,.@-]{1,64})", re.ASCII)
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([\w+=,.@-]{1,64})/([\w+=,.@-]{2,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of an IAM role: the account, the role's name, and the session's."""

    partition: str
    account: str
    role: str
    session: str

    @classmethod
    def of(cls, arn: str) -> RoleSession | None:
        """The session that STS's `arn` names; None for what is none."""
        found = _SESSION.fullmatch(arn)
        return None if found is None else cls(found[1], found[2], found[3], found[4])


class RoleGrants:
    """The grants of a stage, whose AWS account is `account`. Safe to share."""

    def __init__(self, store: RoleGrantStore, clock: Clock, account: str) -> None:
        self._store = store
        self._clock = clock
        self.account = account

    def list(self, workspace: str) -> Sequence[RoleGrant]:
        """All of them, by the role's name."""
        return sorted(self._store.grants(workspace), key=lambda grant: grant.name)

    def of(self, workspace: str, session: RoleSession) -> RoleGrant | None:
        """What is granted to the role of a session; None where nothing is, and for one of another account."""
        return self._store.find(workspace, session.role) if session.account == self.account else None

    def add(self, workspace: str, arn: str, role: Role, *, by: str) -> tuple[RoleGrant | None, RoleGrant]:
        """Grant `role` to the IAM role, in the place of what it had; what it had, and what it has. Raises
        InvalidDocument for what is no role's ARN, and for a role of another account."""
        found = _ROLE.fullmatch(arn)
        if found is None:
            raise InvalidDocument(
                f"{arn[:200]!r} is not the ARN of an IAM role", where="role_arn",
                advice=f"It looks like arn:aws:iam::{self.account}:role/NAME, with the role's path before its name. "
                       "aws iam get-role --role-name NAME prints it.",
            )
        if found[2] != self.account:
            raise InvalidDocument(
                f"the role is of the account {found[2]}: this stage lets in those of its own, {self.account}, alone",
                where="role_arn", advice="Let a role of this account be assumed from there, and grant to that one.",
            )
        grant = RoleGrant(workspace, found[4], arn, str(role), self._clock.now(), by)
        before = self._store.find(workspace, grant.name)
        self._store.put(grant)
        return before, grant

    def rename(self, workspace: str, was: str, now: str) -> None:
        """See RoleGrantStore."""
        self._store.rename(workspace, was, now)

    def remove(self, workspace: str, name: str) -> RoleGrant:
        """Take what the IAM role has; `name` is its name or its ARN. Raises NotFound."""
        found = self._store.find(workspace, name.rpartition("/")[2])
        if found is None or ("/" in name and found.arn != name) or not self._store.delete(workspace, found.name):
            raise NotFound(
                f"nothing is granted to the role {name}", where="name",
                advice="automate grants list shows what is granted.",
            )
        return found
