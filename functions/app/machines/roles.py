"""Who calls by AWS IAM: the session of an IAM role, as a caller with what is granted to the role.

API Gateway has checked the signature, and says in the request's context whose it is. A caller of another account is
refused: the gateway lets none in unless somebody gives the API a resource policy, and this holds then too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.clock import Clock
from engine.errors import InvalidDocument, UserError
from engine.governance.audit.entry import SERVER, Subject
from engine.governance.role_grants import RoleGrants, RoleSession
from engine.governance.roles import Caller, Grant, parse_role
from engine.ports.keys import Actor
from functions.app.acts import Recorder
from functions.app.sparing import Sparing

OWN_ACCOUNT = "OWN_ACCOUNT"
"""The environment variable with the stage's AWS account. Without the prefix AUTOMATE_, so that it is no workflow's
secret."""

KIND = "role"
"""The kind of such an actor."""

GRANTING = (
    "An admin grants it to the IAM role that the caller assumes: automate grants add ROLE_ARN --role {role}. A caller "
    "that is no role's session, such as an IAM user, can have none."
)
"""How a role is given to who calls by IAM, with ``{role}`` in its place."""


class ForeignAccount(UserError):
    """The caller is of another AWS account."""

    code = "ForeignAccount"
    status = 403


class RoleCallers:
    """The callers by IAM of a stage. Safe to share between threads."""

    def __init__(self, grants: RoleGrants, recorder: Recorder, clock: Clock, workspace: str) -> None:
        self.grants = grants
        self._recorder = recorder
        self._sparing = Sparing(clock)
        self._workspace = workspace

    def of_identity(self, identity: Mapping[str, Any], address: str) -> Caller:
        """Whose session it is, by the identity in a request's context. The actor is the role; the session's name stands
        in the origin, beside the address. Raises ForeignAccount."""
        arn, account = str(identity.get("userArn") or ""), str(identity.get("accountId") or "")
        session = RoleSession.of(arn)
        origin = address if session is None else f"{address}, session {session.session}"
        actor = Actor(arn or "unknown" if session is None else session.role, KIND, origin)
        if account != self.grants.account or (session is not None and session.account != self.grants.account):
            raise self._refused(actor, account)
        found = None if session is None else self.grants.of(self._workspace, session)
        if found is None:
            return Caller(actor, (), GRANTING)
        try:
            role = parse_role(found.role)
        except InvalidDocument:  # a later release granted it
            return Caller(actor, (), GRANTING)
        return Caller(actor, (Grant(f"{KIND}/{found.name}", found.workspace, role),), GRANTING)

    def _refused(self, actor: Actor, account: str) -> ForeignAccount:
        """The refusal, in the audit log as often as functions.app.sparing has it."""
        error = ForeignAccount(
            f"the caller is of the account {account or 'unknown'}: this stage lets in callers of its own account alone",
            where="Authorization", advice="Assume a role of the stage's account, and call with that one.",
        )
        left_out = self._sparing.admit(account)
        if left_out is not None:
            self._recorder.done(
                "request.refused", self._workspace, Subject(SERVER, "api"), actor, reason=error.message,
                details={"status": error.status, "code": error.code, "left_out_before": left_out},
            )
        return error
