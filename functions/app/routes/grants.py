"""Routes of grants to IAM roles: which of them may call a stage below /iam/, and what each may do."""

from __future__ import annotations

from typing import Any

from engine.errors import NotFound
from engine.governance.audit.entry import ROLE, Subject
from engine.governance.role_grants import RoleGrants
from engine.governance.roles import Right, parse_role
from engine.ports.role_grants import RoleGrant
from functions.app.acts import Act
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import grants as shapes

table = RouteTable("Grants")


@table.route("GET", "/grants", right=Right.ACCESS)
def list_grants(call: Call[base.Nothing]) -> shapes.RoleGrantList:
    """List what is granted to IAM roles. A data folder has no such callers."""
    return shapes.RoleGrantList(grants=[shapes.RoleGrant.of(grant) for grant in _grants(call).list(call.workspace)])


@table.route(
    "POST", "/grants", right=Right.ACCESS, status=201,
    act=Act("grant.add", lambda call: Subject(ROLE, call.given.role_arn.rpartition("/")[2][:64])),
    example={"role_arn": "arn:aws:iam::111122223333:role/order-events", "role": "operator"},
)
def add_grant(call: Call[shapes.AddGrantRequest]) -> shapes.RoleGrant:
    """Grant a role to an IAM role, in the place of what it had. It counts for the next request.

    Its sessions then start, stop, read and answer below /iam/, with requests that are signed (SigV4)."""
    grants, role = _grants(call), parse_role(call.given.role)
    before, grant = grants.add(call.workspace, call.given.role_arn, role, by=call.actor.name)
    call.act.done(before=_recorded(before), after=_recorded(grant))
    return shapes.RoleGrant.of(grant)


@table.route(
    "DELETE", "/grants/{grant}", right=Right.ACCESS,
    act=Act("grant.remove", lambda call: Subject(ROLE, call.path["grant"])),
)
def remove_grant(call: Call[base.Nothing]) -> base.Done:
    """Take what is granted to the IAM role of this name. It counts for the next request."""
    removed = _grants(call).remove(call.workspace, call.path["grant"])
    call.act.done(before=_recorded(removed))
    return base.Done()


def _grants(call: Call[Any]) -> RoleGrants:
    """Raises NotFound in a data folder."""
    if call.services.open_grants is None:
        raise NotFound(
            "a data folder has no callers by IAM: they are of a stage",
            advice="Make a named token for a program: automate tokens add NAME --role ROLE.",
        )
    return call.services.open_grants()


def _recorded(grant: RoleGrant | None) -> base.Json:
    return None if grant is None else {"arn": grant.arn, "role": grant.role, "workspace": grant.workspace}
