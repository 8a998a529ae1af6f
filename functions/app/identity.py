"""Who asks, from where, and with which roles: from what API Gateway and its authorizer put into the request's context,
and from what CloudFront adds to its headers.

    cognito:groups   automate-STAGE-publisher, …   the roles of this stage; all other groups are ignored, and named

    caller ──► CloudFront: VIEWER_HEADER = the caller's address, PROOF_HEADER = what only the distribution adds
                   └──► API Gateway: sourceIp = CloudFront's address ──► here
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import InvalidDocument, Refused
from engine.governance.roles import Caller, Grant, Role, parse_role
from engine.ports.keys import Actor

VIEWER_HEADER = "x-automate-viewer"
"""Set by the distribution's function, over whatever the caller sent under this name."""

NOBODY_NAME = "anonymous"

_USED_AS = "id"
"""The claim `token_use` of a user pool's ID token (Amazon Cognito's "Understanding the identity (ID) token")."""

COMMAND_LINE = "command line"
"""The origin of an actor who asks in process, on a data folder of their own: no address is written so."""

PROOF_HEADER = "x-automate-origin"
"""Added by the distribution to each request to the API, over whatever the caller sent under this name."""

PROOF = "CDN_ORIGIN_PROOF"
"""The environment variable with the proof's value. Without the prefix AUTOMATE_, so that it is no workflow's secret."""


ROLE_WITHOUT_GROUP = "ROLE_WITHOUT_GROUP"
"""The environment variable with the role of whoever is in no group of the stage; without it they have none. Without the
prefix AUTOMATE_ too."""


def caller_of_gateway(
    context: Mapping[str, Any], headers: Mapping[str, str], *, stage: str, workspace: str, proof: str = "",
    without_group: Role | None = None,
) -> Caller:
    """Who asks, with the roles that their groups carry; `without_group` is that of whoever is in none. Raises Refused
    for the claims of an access token: it is for other services too, and names nobody's verified address."""
    claims = (context.get("authorizer") or {}).get("claims") or {}
    if claims.get("token_use", _USED_AS) != _USED_AS:
        raise Refused(
            "this is no ID token", where="Authorization",
            advice="Send the ID token of the sign-in: automate --endpoint URL login has it.",
        )
    actor = actor_of_gateway(context, headers, proof=proof)
    roles, ignored = roles_of(groups_of(context), stage)
    if not roles and without_group is not None and actor.name != NOBODY_NAME:
        roles = (without_group,)
    grants = tuple(Grant(f"{actor.kind}/{actor.name}", workspace, role) for role in roles)
    return Caller(actor, grants, granting(stage), ignored)


GRANTING_HERE = (
    "An admin, or the owner of the data folder, gives it with a token of another role: automate tokens add NAME "
    "--role {role}."
)
"""How a role is given in a data folder, with ``{role}`` in its place."""


def granting(stage: str) -> str:
    """How a role is given on a stage, with ``{role}`` in its place."""
    return (
        "An admin of the AWS account gives it: automate people grant MAIL --role {role} --stage "
        f"{stage}. It holds from the next sign-in on."
    )


def group_of(stage: str, role: Role) -> str:
    """The user pool's group that carries `role` on `stage`."""
    return f"automate-{stage}-{role}"


def groups_of(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The caller's groups in the user pool: a REST API's authorizer writes them as one text, with commas."""
    claims = (context.get("authorizer") or {}).get("claims") or {}
    given = claims.get("cognito:groups") or ()
    if isinstance(given, str):
        given = given.strip("[]").replace(",", " ").split()
    return tuple(str(name) for name in given)


def roles_of(groups: Sequence[str], stage: str) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """The roles that `groups` carry on `stage`, and the groups that are none of its roles."""
    roles: list[Role] = []
    ignored: list[str] = []
    prefix = group_of(stage, Role.VIEWER).removesuffix(Role.VIEWER)
    for name in groups:
        try:
            roles.append(parse_role(name.removeprefix(prefix) if name.startswith(prefix) else ""))
        except InvalidDocument:
            ignored.append(name)
    return tuple(roles), tuple(ignored)


def actor_of_gateway(context: Mapping[str, Any], headers: Mapping[str, str], *, proof: str = "") -> Actor:
    """A Cognito or JWT user by name, a custom authorizer's principal, an IAM caller by its ARN; else nobody.

    The route's authorizer decides who may call; this only names who did, and the address that it came from.
    """
    name, kind = _caller(context.get("authorizer") or {}, context.get("identity") or {})
    return Actor(name, kind, address_of(context, headers, proof), subject_of(context) or "")


def address_of(context: Mapping[str, Any], headers: Mapping[str, str], proof: str) -> str:
    """The address that CloudFront saw, where the request proves that it came through the stage's distribution; else
    the one that the gateway saw: whoever calls the gateway itself may write any header."""
    seen = str((context.get("identity") or {}).get("sourceIp") or "")
    given = headers.get(PROOF_HEADER) or ""
    if not proof or not hmac.compare_digest(given.encode(), proof.encode()):
        return seen
    viewer = (headers.get(VIEWER_HEADER) or "").strip()
    try:
        return str(ipaddress.ip_address(viewer))
    except ValueError:
        return seen


def subject_of(context: Mapping[str, Any]) -> str | None:
    """The user pool's id of the caller, which stays the same when a name or an address changes."""
    return ((context.get("authorizer") or {}).get("claims") or {}).get("sub")


def _is_their_address(claims: Mapping[str, Any]) -> bool:
    """Whether the mail address is known to be the caller's: the pool verified it, or the identity provider that the
    user comes from says so. Anybody can write another one beside their own name."""
    if str(claims.get("email_verified", "")).lower() == "true":
        return True
    try:
        said = claims.get("identities") or "[]"
        given = json.loads(said) if isinstance(said, str) else said
        first = given[0] if isinstance(given, list) else given
        name = f"{first['providerName']}_{first['userId']}"
    except (ValueError, LookupError, TypeError):
        return False
    return bool(name.casefold() == str(claims.get("cognito:username")).casefold())


def _caller(authorizer: Mapping[str, Any], identity: Mapping[str, Any]) -> tuple[str, str]:
    """Name and kind."""
    claims = authorizer.get("claims") or {}
    for name in ("email", "cognito:username", "username", "sub"):
        if claims.get(name) and (name != "email" or _is_their_address(claims)):
            return str(claims[name]), "user"
    if authorizer.get("principalId"):
        return str(authorizer["principalId"]), "user"
    if identity.get("userArn"):
        return str(identity["userArn"]), "token"
    return NOBODY_NAME, "user"
