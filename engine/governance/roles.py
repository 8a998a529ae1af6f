"""Who may do what: rights, the roles that hold them, and the grants that give a role to somebody in a workspace.

    viewer      look                                  definitions, drafts, executions with their data
    operator    … run, operate                        start, stop, redrive, answer; pause and resume
    editor      … edit                                drafts, their tests with mocks, the names of secrets
    publisher   … publish                             what runs: versions, activities, tests that really call
    admin       … secrets, access, audit, reveal      values of secrets and of sensitive fields, tokens, the audit log

A role holds what the one before it holds, and more. The check is pure: a caller is who asks and what was granted to
them, as the door found it (functions.app.identity on AWS, functions.server.callers on one machine).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from engine.errors import InvalidDocument, Refused
from engine.ports.keys import Actor
from engine.records import dataclass

EVERY_WORKSPACE = "*"
"""The workspace of a grant that holds in all of them."""


class Right(StrEnum):
    """What somebody may do."""

    LOOK = "look"
    RUN = "run"
    OPERATE = "operate"
    EDIT = "edit"
    PUBLISH = "publish"
    SECRETS = "secrets"
    ACCESS = "access"
    AUDIT = "audit"
    REVEAL = "reveal"


class Role(StrEnum):
    """What is granted, the least first."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


_ADDED: Mapping[Role, tuple[Right, ...]] = {
    Role.VIEWER: (Right.LOOK,),
    Role.OPERATOR: (Right.RUN, Right.OPERATE),
    Role.EDITOR: (Right.EDIT,),
    Role.PUBLISHER: (Right.PUBLISH,),
    Role.ADMIN: (Right.SECRETS, Right.ACCESS, Right.AUDIT, Right.REVEAL),
}


def _whole() -> dict[Role, frozenset[Right]]:
    held: frozenset[Right] = frozenset()
    found = {}
    for role in Role:
        held |= frozenset(_ADDED[role])
        found[role] = held
    return found


RIGHTS: Mapping[Role, frozenset[Right]] = _whole()
"""What each role holds."""

ROLES = tuple(role.value for role in Role)


class NotAllowed(Refused):
    """Who asks does not hold the right that is needed."""

    code = "NotAllowed"


@dataclass(frozen=True, slots=True)
class Grant:
    """`subject` has `role` in `workspace`. A subject is written as ``user/NAME`` or ``token/NAME``."""

    subject: str
    workspace: str
    role: Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with what was granted to them. `granting` says how a role is given here, with ``{role}`` in its place;
    `ignored` are groups of the caller that are no role here."""

    actor: Actor
    grants: tuple[Grant, ...] = ()
    granting: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """As grants name it."""
        return f"{self.actor.kind}/{self.actor.name}"

    def roles_in(self, workspace: str) -> tuple[Role, ...]:
        """The roles there, the least first."""
        held = {grant.role for grant in self.grants if grant.workspace in (workspace, EVERY_WORKSPACE)}
        return tuple(role for role in Role if role in held)

    def rights_in(self, workspace: str) -> tuple[Right, ...]:
        """The rights there, in the order in which they are listed."""
        held = {right for role in self.roles_in(workspace) for right in RIGHTS[role]}
        return tuple(right for right in Right if right in held)

    def may(self, right: Right, workspace: str) -> bool:
        """Whether the caller holds `right` there."""
        return any(
            right in RIGHTS[grant.role] for grant in self.grants if grant.workspace in (workspace, EVERY_WORKSPACE)
        )


def check(caller: Caller, right: Right, workspace: str, *, what: str) -> None:
    """Raises NotAllowed unless `caller` holds `right` in `workspace`; `what` is what was asked for."""
    if caller.may(right, workspace):
        return
    having, held = roles_with(right), caller.roles_in(workspace)
    has = f"has the role {held[-1]}" if held else "has no role"
    also = f"; groups that are no role here: {', '.join(caller.ignored)}" if caller.ignored else ""
    raise NotAllowed(
        f"{what} needs the right {right}; {caller.actor.name} {has} in the workspace {workspace}{also}",
        where=str(right),
        advice=f"The right {right} comes with the role {_listed(having)}. {caller.granting}".strip().replace(
            "{role}", having[0]
        ),
        details={"right": str(right), "roles": [str(role) for role in having], "held": [str(role) for role in held]},
    )


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles that hold `right`, the least first."""
    return tuple(role for role in Role if right in RIGHTS[role])


class RoleDoesNotExist(InvalidDocument):
    """A right was to be given by a role that is none."""

    code = "RoleDoesNotExist"


def parse_role(text: str, *, where: str = "role") -> Role:
    """The role that is called `text`. Raises RoleDoesNotExist."""
    try:
        return Role(text)
    except ValueError:
        raise RoleDoesNotExist(
            f"there is no role {text!r}", where=where, advice=f"The roles are {', '.join(ROLES)}."
        ) from None


def _listed(roles: Sequence[Role]) -> str:
    *others, last = [str(role) for role in roles]
    return f"{', '.join(others)} or {last}" if others else last
