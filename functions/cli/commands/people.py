"""Commands about the people of a stage: the user pool's users, and the groups that carry their roles. They are asked of
Cognito with credentials of the AWS account: the stage's own functions may change nothing there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import click

from engine.errors import InvalidDocument, NotFound
from engine.governance.roles import ROLES, Role, parse_role
from functions.app.identity import group_of, roles_of
from functions.cli.groups import Grouped
from functions.cli.options import adding
from functions.cli.session import session
from functions.cli.tuning.account import Account, in_plain_words
from functions.tunables import Tunables

_STAGE = adding(
    click.option("--stage", default="dev", show_default=True, metavar="NAME", help="The stage."),
    click.option("--profile", metavar="NAME", help="Of your AWS configuration; by default the environment's."),
    click.option("--region", metavar="REGION", help="By default the profile's or the environment's."),
)
_ROLE = click.option("--role", required=True, metavar="ROLE", help=f"{', '.join(ROLES[:-1])} or {ROLES[-1]}.")


@click.group(cls=Grouped)
def people() -> None:
    """The people of a stage and their roles: asked of Cognito, with credentials of the AWS account."""


@people.command()
@click.argument("mail")
@_ROLE
@_STAGE
def invite(*, mail: str, role: str, stage: str, profile: str | None, region: str | None) -> None:
    """Invite somebody by mail, with a role. Who is there already gets the role alone."""
    pool, wanted = _Pool(stage, Account(profile, region)), parse_role(role, where="--role")
    known = pool.invite(mail)
    pool.grant(mail, wanted)
    says = f"{mail} was there already" if known else f"{mail} is invited: the mail has a first password"
    session().screen.show(
        {"mail": mail, "role": role, "stage": stage, "invited": not known},
        lambda: click.echo(f"{says}. Role on {stage}: {role}."),
    )


@people.command()
@click.argument("mail")
@_ROLE
@_STAGE
def grant(*, mail: str, role: str, stage: str, profile: str | None, region: str | None) -> None:
    """Give somebody a role, in the place of another one. It holds from their next sign-in on, or within 15 minutes.

    Who comes by an identity provider can have one once they signed in: before, the user pool does not know them.
    """
    pool, wanted = _Pool(stage, Account(profile, region)), parse_role(role, where="--role")
    before = pool.grant(mail, wanted)
    was = f" (before: {', '.join(before)})" if before else ""
    session().screen.show(
        {"mail": mail, "role": role, "stage": stage, "before": list(before)},
        lambda: click.echo(f"{mail} has the role {role} on {stage}{was}. It holds from the next sign-in on."),
    )


@people.command()
@click.argument("mail")
@_STAGE
def revoke(*, mail: str, stage: str, profile: str | None, region: str | None) -> None:
    """Take somebody's role away and sign them out: a token that they hold goes on for 15 minutes at most."""
    before = _Pool(stage, Account(profile, region)).revoke(mail)
    session().screen.show(
        {"mail": mail, "stage": stage, "before": list(before)},
        lambda: click.echo(f"{mail} has no role on {stage} any more (before: {', '.join(before) or 'none'})."),
    )


@people.command("list")
@_STAGE
def list_people(*, stage: str, profile: str | None, region: str | None) -> None:
    """List the users of a stage's pool with their roles; who has none may do nothing there."""
    found = _Pool(stage, Account(profile, region)).everybody()
    session().screen.show_table(
        {"people": found}, ("MAIL", "ROLE", "STATUS", "USER"),
        [(item["mail"], ", ".join(item["roles"]) or "none", item["status"], item["user"]) for item in found],
        empty="Nobody.",
    )


class _Pool:
    """The user pool of a stage. Raises NotFound where there is no such stage, AccountRefused where AWS refuses."""

    def __init__(self, stage: str, account: Account) -> None:
        self._stage = stage
        stack = f"{Tunables(stage=stage).prefix}-api"
        with in_plain_words(f"the stack {stack}"):
            outputs = account.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", ())
        pools = [item["OutputValue"] for item in outputs if item["OutputKey"] == "UserPoolId"]
        if not pools:
            raise NotFound(f"the stack {stack} names no user pool", advice="Deploy the stage: cdk deploy --all.")
        self._id = pools[0]
        self._cognito = account.client("cognito-idp")

    def invite(self, mail: str) -> bool:
        """Whether they were there already. Raises InvalidDocument for what is no address."""
        if "@" not in mail:
            raise InvalidDocument(f"{mail!r} is no mail address", where="MAIL", advice="People sign in with theirs.")
        with in_plain_words("the invitation"), suppress(self._cognito.exceptions.UsernameExistsException):
            self._cognito.admin_create_user(
                UserPoolId=self._id, Username=mail, DesiredDeliveryMediums=["EMAIL"],
                UserAttributes=[{"Name": "email", "Value": mail}, {"Name": "email_verified", "Value": "true"}],
            )
            return False
        return True

    def grant(self, mail: str, role: Role) -> tuple[Role, ...]:
        """The roles before. The new one is given before the others are taken: nobody is without one meanwhile."""
        mail = self._user(mail)
        before = self._roles(mail)
        with in_plain_words(f"the group {group_of(self._stage, role)}"):
            self._cognito.admin_add_user_to_group(
                UserPoolId=self._id, Username=mail, GroupName=group_of(self._stage, role)
            )
        self._take(mail, [held for held in before if held != role])
        return before

    def revoke(self, mail: str) -> tuple[Role, ...]:
        """The roles before."""
        mail = self._user(mail)
        before = self._roles(mail)
        self._take(mail, before)
        with in_plain_words(f"signing {mail} out"):
            self._cognito.admin_user_global_sign_out(UserPoolId=self._id, Username=mail)
        return before

    def everybody(self) -> list[dict[str, Any]]:
        """Everybody, by mail."""
        with in_plain_words("the user pool"):
            pages = self._cognito.get_paginator("list_users").paginate(UserPoolId=self._id)
            users = [user for page in pages for user in page["Users"]]
        found = [
            {"mail": _mail(user), "user": user["Username"], "status": user.get("UserStatus", ""),
             "roles": [str(role) for role in self._roles(user["Username"])]}
            for user in users
        ]
        return sorted(found, key=lambda item: str(item["mail"]))

    def _user(self, mail: str) -> str:
        """The user that is meant: the pool takes a mail address for a name, but not for the user of an identity
        provider, which says what the address is. Raises InvalidDocument where it could be several."""
        quoted = mail.replace("\\", "\\\\").replace('"', '\\"')
        with in_plain_words("the user pool"):
            pages = self._cognito.get_paginator("list_users").paginate(
                UserPoolId=self._id, Filter=f'email = "{quoted}"'
            )
            found = [user for page in pages for user in page["Users"]]
        if len(found) > 1:
            names = ", ".join(sorted(str(user["Username"]) for user in found))
            raise InvalidDocument(
                f"several users of the pool have the address {mail}: {names}", where="MAIL",
                advice="Name the user instead: automate people list shows where each is from.",
            )
        is_of_a_provider = bool(found) and found[0].get("UserStatus") == "EXTERNAL_PROVIDER"
        return str(found[0]["Username"]) if is_of_a_provider else mail

    def _roles(self, mail: str) -> tuple[Role, ...]:
        with in_plain_words(f"the user {mail}"):
            pages = self._cognito.get_paginator("admin_list_groups_for_user").paginate(
                UserPoolId=self._id, Username=mail
            )
            names = [group["GroupName"] for page in pages for group in page["Groups"]]
        return roles_of(names, self._stage)[0]

    def _take(self, mail: str, roles: Iterable[Role]) -> None:
        for role in roles:
            with in_plain_words(f"the group {group_of(self._stage, role)}"):
                self._cognito.admin_remove_user_from_group(
                    UserPoolId=self._id, Username=mail, GroupName=group_of(self._stage, role)
                )


def _mail(user: dict[str, Any]) -> str:
    attributes = {item["Name"]: item["Value"] for item in user.get("Attributes", ())}
    return str(attributes.get("email", user["Username"]))


COMMANDS = (people,)
