"""The commands that keep a deployment's secrets."""

from __future__ import annotations

from typing import Any

import click

from functions.cli.commands.secrets import ALLOW_SHORT, shadow_notice, typed_value, where
from functions.cli.remote.at import ago, api, screen
from functions.cli.remote.client import part


@click.group()
def secrets() -> None:
    """The secrets that connectors use: names are shown, values are not."""


@secrets.command("list")
def list_secrets() -> None:
    """List the secrets by name."""
    found = api().get("/secrets")
    screen().show(found, lambda: screen().table(
        ("KEY", "WHERE", "CHANGED", "BY"),
        [(item["key"], where(item["backend"], item.get("shadowed_by")), ago(item["updated_at"]),
          item["updated_by"] or "") for item in found["secrets"]],
        empty="No secrets. Set one: automate secrets set KEY",
    ))


@secrets.command("set")
@click.argument("key")
@ALLOW_SHORT
def set_secret(*, key: str, allow_short: bool) -> None:
    """Create or change KEY; the value comes from standard input or a prompt."""
    _written(api().ask("PUT", f"/secrets/{part(key)}", _given(key, allow_short=allow_short)), "is set")


@secrets.command("rotate")
@click.argument("key")
@ALLOW_SHORT
def rotate_secret(*, key: str, allow_short: bool) -> None:
    """Give KEY, which must be there, a new value; workflows keep their references."""
    _written(api().post(f"/secrets/{part(key)}/rotate", _given(key, allow_short=allow_short)), "is rotated")


@secrets.command("delete")
@click.argument("key")
@click.option("--force", is_flag=True, help="Even when a published workflow names it.")
def delete_secret(*, key: str, force: bool) -> None:
    """Delete KEY."""
    found = api().ask("DELETE", f"/secrets/{part(key)}" + ("?force=true" if force else ""))
    screen().show(found, lambda: click.echo(f"{key} is deleted"))


def _given(key: str, *, allow_short: bool) -> dict[str, Any]:
    return {"value": typed_value(key), **({"allow_short": True} if allow_short else {})}


def _written(found: dict[str, Any], done: str) -> None:
    screen().show(found, lambda: click.echo(f"{found['key']} {done} in {found['backend']}"))
    if found.get("shadowed_by"):
        screen().notice(shadow_notice(found["key"], found["backend"], found["shadowed_by"]))


COMMANDS = (secrets,)
