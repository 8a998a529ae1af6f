"""Commands about secrets. A value is read from standard input or a prompt, never from the command line."""

from __future__ import annotations

import sys

import click

from engine.errors import InvalidDocument, NotFound
from engine.governance.secret_grants import WEBHOOK, command_of
from engine.governance.secret_refs import check_key
from engine.ports.secrets import ANY, SecretGrant
from functions.cli.client.client import part
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.own_secrets import own_secret
from functions.cli.session import session

MASK = "********"

_ALLOW_SHORT = click.option(
    "--allow-short", is_flag=True, help="Take a value of fewer than 8 characters, which masking cannot find safely."
)


@click.group(cls=Grouped)
def secrets() -> None:
    """The secrets that connectors use: names are shown, values are not."""


@secrets.command("list")
def list_secrets() -> None:
    """List the secrets by name, in the order in which backends are asked."""
    with session().client() as api:
        found = api.get("/secrets")
    screen = session().screen
    screen.show_table(
        found, ("KEY", "WHERE", "CHANGED", "BY", "GRANTED TO"),
        [(item["key"], _where(item), screen.ago(item["updated_at"]), item["updated_by"] or "",
          granted_to(item["grants"])) for item in found["secrets"]],
        empty="No secrets. Set one: automate secrets set KEY",
    )


@secrets.command("set")
@click.argument("key")
@_ALLOW_SHORT
def set_secret(*, key: str, allow_short: bool) -> None:
    """Create or rotate KEY; the value comes from standard input or a prompt."""
    _write(key, "PUT", "", "is set", allow_short=allow_short)


@secrets.command("rotate")
@click.argument("key")
@click.option("--test-url", metavar="URL", help="An address that a GET with the new value must reach, or it stays.")
@click.option("--test-as", metavar="HOW", help="How the test sends it: bearer (the default), basic:USER, header:NAME "
              "or query:NAME.")
@click.option("--pending", "step", flag_value="pending", help="Keep the new value, and let nobody have it yet.")
@click.option("--current", "step", flag_value="current", help="Make the pending value the current one.")
@click.option("--back", "step", flag_value="back", help="Make the value of before the current one again.")
@_ALLOW_SHORT
def rotate_secret(
    *, key: str, test_url: str | None, test_as: str | None, step: str | None, allow_short: bool
) -> None:
    """Give KEY, which must be there, a new value; workflows keep their references."""
    if step in ("current", "back"):
        check_key(key)
        with session().client() as api:
            info = api.post(f"/secrets/{part(key)}/rotate", {"step": step})
        which = "pending value" if step == "current" else "value of before"
        session().screen.show(info, lambda: click.echo(f"{key} has its {which} now"))
        return
    tested = {"test_url": test_url, "test_as": test_as, "step": step}
    _write(
        key, "POST", "/rotate", "has a pending value" if step else "is rotated", allow_short=allow_short,
        **{name: value for name, value in tested.items() if value},
    )
    session().screen.notice(
        f"Nobody gets it before: automate secrets rotate {key} --current" if step
        else f"The value of before is kept: automate secrets rotate {key} --back"
    )


@secrets.command("get")
@click.argument("key")
@click.option("--reveal", is_flag=True, help="Print the value itself: of a data folder, by whoever may read it.")
def get_secret(*, key: str, reveal: bool) -> None:
    """Say where KEY is found; its value only with --reveal."""
    held = own_secret(key, option="--reveal") if reveal else None
    with session().client() as api:
        found = [item for item in api.get("/secrets")["secrets"] if item["key"] == key]
    if not found:
        raise NotFound(f"no backend holds a secret {key!r}", where="KEY", advice=f"Set it: automate secrets set {key}")
    backend = found[0]["backend"]
    shown = held[1] if held else MASK
    session().screen.show({"key": key, "backend": backend, "value": shown}, lambda: click.echo(
        shown if reveal else f"{key}: {shown} (in the {backend})"
    ))
    for other in found[1:]:
        session().screen.notice(_shadow_notice(key, other["backend"], backend))


@secrets.command("delete")
@click.argument("key")
@click.option("--force", is_flag=True, help="Even when a workflow names it.")
def delete_secret(*, key: str, force: bool) -> None:
    """Delete KEY where it can be written."""
    with session().client() as api:
        api.delete(f"/secrets/{part(key)}", force=force or None)
    session().screen.show({"key": key, "deleted": True}, lambda: click.echo(f"{key} is deleted"))


_WORKFLOW = click.option("--workflow", metavar="NAME", help="The workflow; '*' is any.")
_CONNECTOR = click.option(
    "--connector", metavar="CODE", default=ANY,
    help="The connector; aws:SERVICE for an AWS service, trigger:webhook for the auth of a webhook. By default any.",
)
_HOST = click.option("--host", metavar="HOST", default=ANY, help="The host that is called; by default any.")


@secrets.command("usage")
@click.argument("key")
def show_usage(*, key: str) -> None:
    """Say which workflows, triggers and alerts name KEY, and whether it is granted to them."""
    with session().client() as api:
        found = api.get(f"/secrets/{part(key)}/usage")
    screen = session().screen
    screen.show_table(
        found, ("WORKFLOW", "VERSION", "WHERE", "CONNECTOR", "HOST", "GRANTED"),
        [(use["workflow"], str(use["version"]), f"{use['kind']} {use['name']}", use["connector"], use["host"],
          "yes" if use["granted"] else "no") for use in found["uses"]],
        empty=f"Nothing names {key}.",
    )
    screen.notice(f"{key} is granted to {granted_to(found['grants'])}." if found["backend"] else f"Nowhere is a {key}.")


@secrets.command("grant")
@click.argument("key")
@_WORKFLOW
@_CONNECTOR
@_HOST
def grant_secret(*, key: str, workflow: str | None, connector: str, host: str) -> None:
    """Let a workflow use KEY."""
    if not workflow:
        raise InvalidDocument(
            "which workflow may use it is missing", where="--workflow",
            advice=f"automate secrets usage {key} shows who names it; --workflow '*' is any.",
        )
    given = {"workflow": workflow, "connector": connector, "host": host}
    with session().client() as api:
        info = api.post(f"/secrets/{part(key)}/grants", given)
    session().screen.show(info, lambda: click.echo(f"{key} is granted to {granted_to(info['grants'])}"))


@secrets.command("revoke")
@click.argument("key")
@_WORKFLOW
@_CONNECTOR
@_HOST
@click.option("--all", "everything", is_flag=True, help="Every grant: nobody may use it then.")
def revoke_secret(*, key: str, workflow: str | None, connector: str, host: str, everything: bool) -> None:
    """Take a grant of KEY, as it was given, or all of them."""
    if bool(workflow) == everything:
        raise InvalidDocument(
            "either a grant is named or all are taken", where="--workflow",
            advice="Give --workflow, with the --connector and --host that it was granted with, or --all.",
        )
    given = {"all": True} if everything else {"workflow": workflow, "connector": connector, "host": host}
    with session().client() as api:
        info = api.delete(f"/secrets/{part(key)}/grants", **given)
    session().screen.show(info, lambda: click.echo(f"{key} is granted to {granted_to(info['grants'])}"))


def granted_to(grants: list[Json] | None) -> str:
    """Who may use a secret, in words."""
    if grants is None:
        return "everybody"
    return ", ".join(f"{one['workflow']}/{one['connector']}@{one['host']}" for one in grants) or "nobody"


def _write(key: str, method: str, how: str, done: str, *, allow_short: bool, **more: str) -> None:
    """Give `key` a value that is typed; `done` says what was done with it."""
    check_key(key)
    given = {"value": typed_value(key), "allow_short": allow_short, **more}
    with session().client() as api:
        info = api.ask(method, f"/secrets/{part(key)}{how}", given)
        waiting = [] if info["grants"] != [] else _waiting(
            api.get(f"/secrets/{part(key)}/usage")["uses"], key, info["setting"]
        )
    session().screen.show(info, lambda: click.echo(f"{info['key']} {done} in the {info['backend']}"))
    if info["shadowed_by"] is not None:
        session().screen.notice(_shadow_notice(info["key"], info["backend"], info["shadowed_by"]))
    if info["grants"] == []:
        session().screen.notice(" ".join(["Nobody may use it yet.", *waiting]))


def _waiting(uses: list[Json], key: str, setting: str | None) -> list[str]:
    """What to do for each active version that names `key`, and for the `setting` that does."""
    grants = dict.fromkeys(
        SecretGrant(use["workflow"], use["connector"], use["host"]) for use in uses if use["version"] != "draft"
    )
    told = [f"{grant.workflow} names it: {command_of(key, grant)}." for grant in grants]
    if setting is not None:
        told.append(f"{setting} names it: {command_of(key, SecretGrant(ANY, WEBHOOK))}, or one for each workflow.")
    return told or [
        "Publishing a workflow that names it says how to grant it."
    ]


def _where(item: Json) -> str:
    shadow = item["shadowed_by"]
    return str(item["backend"]) if shadow is None else f"{item['backend']}, not asked: the {shadow} has it"


def _shadow_notice(key: str, backend: str, by: str) -> str:
    """Says that the value of `key` in `backend` is not the one that workflows get."""
    return f"Workflows do not get the value in the {backend}: the {by} has {key} too, and is asked first."


def typed_value(key: str) -> str:
    """A hidden prompt at a terminal; else standard input, without its last line break. Raises InvalidDocument where
    there is nothing."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Value of {key}", hide_input=True, confirmation_prompt=True, err=True))
    try:
        value = sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InvalidDocument("the value is not UTF-8 text", where="standard input") from None
    if not value:
        raise InvalidDocument(
            f"no value of {key} was given", where="standard input",
            advice='Run the command in a terminal, which asks for it, or pipe it in: printf %s "$VALUE" | automate …',
        )
    return value


COMMANDS = (secrets,)
