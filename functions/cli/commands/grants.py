"""Commands about grants to IAM roles: which roles of the AWS account may call a stage, and what each of them may do."""

from __future__ import annotations

import click

from engine.governance.roles import ROLES
from functions.cli.client.client import part
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def grants() -> None:
    """Grants to IAM roles of the stage's AWS account: a Lambda, a rule, a state machine that starts workflows."""


@grants.command("add")
@click.argument("role_arn")
@click.option("--role", required=True, metavar="ROLE", help=f"{', '.join(ROLES[:-1])} or {ROLES[-1]}.")
def add_grant(*, role_arn: str, role: str) -> None:
    """Grant a role to an IAM role, in the place of what it had. It counts for the next request."""
    with session().client() as api:
        made = api.post("/grants", {"role_arn": role_arn, "role": role})
    session().screen.show(made, lambda: click.echo(f"{made['arn']} has the role {made['role']}"))


@grants.command("list")
def list_grants() -> None:
    """List what is granted to IAM roles."""
    with session().client() as api:
        found = api.get("/grants")
    screen = session().screen
    screen.show_table(
        found, ("IAM ROLE", "ROLE", "GRANTED", "BY"),
        [(item["arn"], item["role"], screen.ago(item["created_at"]), item["created_by"]) for item in found["grants"]],
        empty="Nothing is granted to an IAM role. Grant: automate grants add ROLE_ARN --role operator",
    )


@grants.command("remove")
@click.argument("role_arn")
def remove_grant(*, role_arn: str) -> None:
    """Take what is granted to an IAM role, by its ARN or its name. It counts for the next request."""
    name = role_arn.rpartition("/")[2]
    with session().client() as api:
        api.delete(f"/grants/{part(name)}")
    session().screen.show({"name": name, "removed": True}, lambda: click.echo(f"{name} has no role any more"))


COMMANDS = (grants,)
