"""Commands about connections: how services know us, kept by name. Secrets come from standard input or a prompt."""

from __future__ import annotations

import click

from engine.errors import InvalidDocument
from engine.governance.connections import API_KEY, BASIC, BEARER, CLIENT
from functions.cli.client.client import part
from functions.cli.commands.secrets import granted_to, typed_value
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def connections() -> None:
    """How services know us, kept by name: keys, passwords and OAuth2. What is secret is not shown."""


@connections.command("list")
def list_connections() -> None:
    """List the connections by name."""
    with session().client() as api:
        found = api.get("/connections")
    screen = session().screen
    screen.show_table(
        found, ("NAME", "KIND", "ASKS", "TESTED", "TOKEN UNTIL", "GRANTED TO", "USED BY"),
        [(one["name"], one["kind"], one["token_url"] or one["test_url"],
          screen.ago(one["tested_at"]) if one["tested_at"] else "no", one["expires_at"] or "",
          granted_to(one["grants"]), ", ".join(dict.fromkeys(use["workflow"] for use in one["used_by"])))
         for one in found["connections"]],
        empty="No connections. Add one: automate connections add NAME --kind KIND",
    )


@connections.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice((API_KEY, BEARER, BASIC, CLIENT)), required=True, help="What it is.")
@click.option("--user", help="basic: the user.")
@click.option("--header", metavar="NAME", help="api_key: the header that `http` sends the key in.")
@click.option("--query", metavar="NAME", help="api_key: the parameter that `http` sends the key in.")
@click.option("--token-url", metavar="URL", help="OAuth2: the token endpoint.")
@click.option("--client-id", metavar="ID", help="OAuth2: how the service calls this client.")
@click.option("--client-auth", type=click.Choice(("basic", "body")),
              help="OAuth2: send the client's secret in the header Authorization (the default) or in the form.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="OAuth2: what is asked for; may be repeated.")
@click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE",
              help="OAuth2: more that the token endpoint wants, such as audience=…; may be repeated.")
@click.option("--test-url", metavar="URL", help="An address that a GET with the connection must reach.")
@click.option("--untested", is_flag=True, help="Keep it without a test.")
@click.option("--allow-short", is_flag=True,
              help="Take a secret of fewer than 8 characters, which masking cannot find safely.")
def add_connection(
    *, name: str, kind: str, scopes: tuple[str, ...], parameters: tuple[str, ...], **given: Json
) -> None:
    """Test a connection and keep it as NAME, in the place of one that is there.

    Its secret (a key, a token, a password, an OAuth2 client's secret) comes from standard input or a prompt."""
    wanted = {option: value for option, value in given.items() if value}
    wanted |= {"scopes": list(scopes)} if scopes else {}
    wanted |= {"parameters": dict(map(_pair, parameters))} if parameters else {}
    secret = "client_secret" if kind.startswith("oauth2") else "secret"
    asked = {secret: typed_value(f"the connection {name}")}
    with session().client() as api:
        made = api.put(f"/connections/{part(name)}", {"kind": kind, **wanted, **asked})
    tested = "was tested and is kept" if made["tested_at"] else "is kept, and was not tested"
    session().screen.show(made, lambda: click.echo(f"the connection {name} {tested}"))
    session().screen.notice(f'A step names it as "connection": {{"$secret": "{made["key"]}"}}.')
    if made["grants"] == []:
        session().screen.notice(
            f"Nobody may use it yet: automate secrets grant {made['key']} --workflow NAME lets a workflow."
        )


@connections.command("test")
@click.argument("name")
def test_connection(*, name: str) -> None:
    """Try NAME as a step would use it."""
    with session().client() as api:
        found = api.post(f"/connections/{part(name)}/test", {})
    asked = f"{' and '.join(found['asked'])} accepted it" if found["asked"] else "nothing says how it could be tested"
    session().screen.show(found, lambda: click.echo(f"{name}: {asked}"))


@connections.command("remove")
@click.argument("name")
@click.option("--force", is_flag=True, help="Even when a workflow names it.")
def remove_connection(*, name: str, force: bool) -> None:
    """Delete NAME."""
    with session().client() as api:
        api.delete(f"/connections/{part(name)}", force=force or None)
    session().screen.show({"name": name, "removed": True}, lambda: click.echo(f"the connection {name} is removed"))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise InvalidDocument(f"{text!r} is no NAME=VALUE", where="--parameter")
    return name, value


COMMANDS = (connections,)
