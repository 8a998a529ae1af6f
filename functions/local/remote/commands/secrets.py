"""The commands that keep a deployment's secrets."""

from __future__ import annotations

import click

from functions.local.commands.secrets import typed_value
from functions.local.remote.at import ago, api, screen
from functions.local.remote.client import part


@click.group()
def secrets() -> None:
    """The secrets that connectors use: names are shown, values are not."""


@secrets.command("list")
def list_secrets() -> None:
    """List the secrets by name."""
    found = api().get("/secrets")
    screen().show(found, lambda: screen().table(
        ("KEY", "WHERE", "CHANGED", "BY"),
        [(item["key"], item["backend"], ago(item["updated_at"]), item["updated_by"] or "")
         for item in found["secrets"]], empty="No secrets. Set one: automate secrets set KEY",
    ))


@secrets.command("set")
@click.argument("key")
def set_secret(*, key: str) -> None:
    """Create or change KEY; the value comes from standard input or a prompt."""
    found = api().ask("PUT", f"/secrets/{part(key)}", {"value": typed_value(key)})
    screen().show(found, lambda: click.echo(f"{key} is set in {found['backend']}"))


@secrets.command("rotate")
@click.argument("key")
def rotate_secret(*, key: str) -> None:
    """Give KEY, which must be there, a new value; workflows keep their references."""
    found = api().post(f"/secrets/{part(key)}/rotate", {"value": typed_value(key)})
    screen().show(found, lambda: click.echo(f"{key} is rotated in {found['backend']}"))


@secrets.command("delete")
@click.argument("key")
@click.option("--force", is_flag=True, help="Even when a published workflow names it.")
def delete_secret(*, key: str, force: bool) -> None:
    """Delete KEY."""
    found = api().ask("DELETE", f"/secrets/{part(key)}" + ("?force=true" if force else ""))
    screen().show(found, lambda: click.echo(f"{key} is deleted"))


COMMANDS = (secrets,)
