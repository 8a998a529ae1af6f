"""Commands about named tokens: of a data folder or of a stage, and what each of them may do."""

from __future__ import annotations

import click

from engine.governance.roles import ROLES
from functions.cli.client.client import part
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.session import session

_EXPIRES = click.option(
    "--expires", metavar="WHEN", help="When it ends: a span (12h, 90d, 4w), a day (2026-12-31) or a time."
)


@click.group(cls=Grouped)
def tokens() -> None:
    """Named tokens with roles: for other people and programs of this machine, for programs on a stage."""


@tokens.command("add")
@click.argument("name")
@click.option("--role", required=True, metavar="ROLE", help=f"{', '.join(ROLES[:-1])} or {ROLES[-1]}.")
@_EXPIRES
def add_token(*, name: str, role: str, expires: str | None) -> None:
    """Make a token with a role. It is shown once, and kept nowhere."""
    with session().client() as api:
        made = api.post("/tokens", {"name": name, "role": role, "expires": expires})
    _show_new(made, f"The token {made['name']} has the role {made['role']}{_until(made)}.")


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens: the role of each, its end, and when it was used last."""
    with session().client() as api:
        found = api.get("/tokens")
    screen = session().screen
    screen.show_table(
        found, ("NAME", "ROLE", "SECRETS", "MADE", "BY", "ENDS", "USED"),
        [(item["name"], item["role"], "two" if item["has_older"] else "one", screen.ago(item["created_at"]),
          item["created_by"], _end(item),
          screen.ago(item["last_used_at"]) if item["last_used_at"] else "never") for item in found["tokens"]],
        empty="No named tokens. Make one: automate tokens add NAME --role operator",
    )


@tokens.command("rotate")
@click.argument("name")
@_EXPIRES
@click.option("--at-once", is_flag=True, help="Refuse the old one from now on, and browsers that signed in with it.")
def rotate_token(*, name: str, expires: str | None, at_once: bool) -> None:
    """Give a token a new secret, which is shown once. The old one stays good until it is retired."""
    with session().client() as api:
        made = api.post(f"/tokens/{part(name)}/rotate", {"expires": expires, "at_once": at_once})
    old = (
        f"the old one stays good until it is retired: automate tokens retire {made['name']}." if made["has_older"]
        else "the old one is refused from now on."
    )
    _show_new(made, f"The token {made['name']} has a new secret{_until(made)}; {old}")


@tokens.command("retire")
@click.argument("name")
def retire_token(*, name: str) -> None:
    """End the older of a token's two secrets: it is refused from now on, and browsers that signed in with it."""
    with session().client() as api:
        found = api.delete(f"/tokens/{part(name)}/older")
    session().screen.show(found, lambda: click.echo(f"the older secret of {name} is refused from now on"))


@tokens.command("revoke")
@click.argument("name")
def revoke_token(*, name: str) -> None:
    """Revoke a token: it is refused from now on, and browsers that signed in with it."""
    with session().client() as api:
        api.delete(f"/tokens/{part(name)}")
    session().screen.show({"name": name, "revoked": True}, lambda: click.echo(f"{name} is revoked"))


def _show_new(made: Json, says: str) -> None:
    def for_people() -> None:
        click.echo(made["token"])

    session().screen.show(made, for_people)
    session().screen.notice(f"{says} Keep it now: it is not shown again.")


def _until(made: Json) -> str:
    return f" until {made['expires_at']}" if made["expires_at"] else ""


def _end(item: Json) -> str:
    if item["expires_at"] is None:
        return "when revoked"
    return "expired" if item["expired"] else str(item["expires_at"])


COMMANDS = (tokens,)
