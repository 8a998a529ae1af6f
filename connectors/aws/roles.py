"""The role that an admin assigned to a workflow, assumed for its calls to AWS. Without one nothing is called.

**To assign a role is to make one, by its name:** ``automate-<stage>-task-<workflow>``, with a trust policy that names
the worker's own role. Who may make roles in the account is its admin, so this needs no list of its own that somebody
could write to; what the workflow may do is the role's policies, and CloudTrail has the calls under its name. A state's
Credentials may name another role of the same workflow, ``automate-<stage>-task-<workflow>.<anything>``, and no other.

A name that would be longer than IAM's 64 characters is cut and ends in ``.`` and ten characters of its digest; a
workflow's own name has no dot, so no two are alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from connectors.aws.clients import Clients, SessionClients
from engine.errors import UserError

if TYPE_CHECKING:
    import botocore.session

Json = Any

LONGEST_ROLE_NAME = 64
_DIGEST_LENGTH = 10
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


class RoleRefused(UserError):
    """A workflow may not use the role that it asks for, or has none."""

    code = "RoleRefused"


def role_name(stage: str, workflow: str) -> str:
    """The name of the role that calls of `workflow` are made with."""
    whole = f"automate-{stage}-task-{workflow}"
    if len(whole) <= LONGEST_ROLE_NAME:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{whole[:LONGEST_ROLE_NAME - _DIGEST_LENGTH - 1]}.{digest}"


class AssignedRoles:
    """`connectors.aws.tasks.CredentialsFor` of a deployment. Safe to use from several threads.

    `session` makes the session of the function's own identity, which may only assume roles of its stage.
    """

    def __init__(
        self, stage: str, *, connections: int = 32, session: Callable[[], botocore.session.Session] | None = None
    ) -> None:
        self._stage = stage
        self._connections = connections
        self._new_session = session or _default_session
        self._lock = Lock()
        self._account: str | None = None
        self._clients: dict[str, Clients] = {}

    def __call__(self, workflow: str, credentials: Json) -> Clients:
        """Clients under the workflow's role, or under the one that its state's Credentials name.

        Raises RoleRefused where there is none, or the workflow may not use it; botocore's errors where STS fails."""
        with self._lock:
            role = self._role(workflow, credentials)
            if role not in self._clients:
                self._clients[role] = self._assume(role, workflow)
            return self._clients[role]

    def _role(self, workflow: str, credentials: Json) -> str:
        """The role's ARN."""
        name = role_name(self._stage, workflow)
        own = f"{self._roles()}{name}"
        asked = credentials.get("RoleArn") if isinstance(credentials, dict) else None
        if credentials is None or asked == own:
            return own
        if isinstance(asked, str) and asked.startswith(f"{own}."):
            return asked
        raise RoleRefused(
            f"the workflow {workflow} may not use the role {asked}", where="Credentials/RoleArn",
            advice=f"It may use {own} and roles whose names begin with {name}. and nothing else.",
        )

    def _roles(self) -> str:
        """The beginning of the ARNs of this account's roles."""
        if self._account is None:
            sts: Any = self._new_session().create_client("sts")
            asked = sts.get_caller_identity()["Arn"]
            partition, account = asked.split(":")[1], asked.split(":")[4]
            self._account = f"arn:{partition}:iam::{account}:role/"
        return self._account

    def _assume(self, role: str, workflow: str) -> Clients:
        from botocore.credentials import (  # noqa: PLC0415  botocore only for those who use it
            AssumeRoleCredentialFetcher,
            RefreshableCredentials,
        )
        from botocore.exceptions import ClientError  # noqa: PLC0415

        session = self._new_session()
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=session.create_client, source_credentials=session.get_credentials(), role_arn=role,
            extra_args={"RoleSessionName": f"automate-{workflow}"[:LONGEST_ROLE_NAME]},
        )
        try:
            # At once, so that a role that is not there is said now and asked for again at the next call.
            found = RefreshableCredentials.create_from_metadata(
                fetcher.fetch_credentials(), refresh_using=fetcher.fetch_credentials, method="assume-role"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _DENIED:
                raise
            name = role.rpartition("/")[2]
            raise RoleRefused(
                f"No role is assigned to the workflow {workflow}: {name} is not there, or does not trust the worker.",
                where="Credentials/RoleArn",
                advice="An admin assigns one by making it (docs/deployment.md, roles for AWS tasks); the worker's own "
                       "role is not used.",
            ) from None
        assumed: Any = self._new_session()
        assumed._credentials = found  # noqa: SLF001  the only way that botocore has for credentials that refresh
        return SessionClients(session=assumed, connections=self._connections)


def _default_session() -> botocore.session.Session:
    import botocore.session  # noqa: PLC0415

    return botocore.session.Session()
