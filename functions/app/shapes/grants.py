"""What the routes of grants to IAM roles take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time


class AddGrantRequest(Taken):
    """A grant to an IAM role."""

    role_arn: str = Field(description="The IAM role's ARN, with its path. It is of the stage's own account.")
    role: str = Field(description="viewer, operator, editor, publisher or admin.")


class RoleGrant(Given):
    """What is granted to an IAM role."""

    name: str = Field(description="The IAM role's name, which its account has once.")
    arn: str
    role: str
    created_at: Time
    created_by: str


class RoleGrantList(Given):
    """All grants to IAM roles, by name."""

    grants: list[RoleGrant]
