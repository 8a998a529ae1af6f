"""Commands about connections: how services know us, kept by name. Secrets come from standard input or a prompt."""

from __future__ import annotations

import webbrowser

import click

from engine.errors import InvalidDocument, NotFound
from engine.governance.connections import KINDS
from engine.language.asl.times import parse_timestamp
from functions.cli.client.client import Client, part
from functions.cli.commands.secrets import granted_to, typed_value
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.session import session

LOOK_SECONDS = 2.0
"""So often it is asked whether somebody has said yes."""


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
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is.")
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
@click.option("--issuer", metavar="URL", help="OAuth2: whose metadata (RFC 8414) says the addresses.")
@click.option("--authorize-url", metavar="URL", help="oauth2_authorization_code: the page where a person says yes.")
@click.option("--authorize-parameter", "authorize_parameters", multiple=True, metavar="NAME=VALUE",
              help="oauth2_authorization_code: what that page wants besides, such as access_type=offline.")
@click.option("--public", is_flag=True, help="oauth2_authorization_code: the client has no secret.")
@click.option("--test-url", metavar="URL", help="An address that a GET with the connection must reach.")
@click.option("--untested", is_flag=True, help="Keep it without a test.")
@click.option("--allow-short", is_flag=True,
              help="Take a secret of fewer than 8 characters, which masking cannot find safely.")
def add_connection(
    *, name: str, kind: str, public: bool, scopes: tuple[str, ...], parameters: tuple[str, ...],
    authorize_parameters: tuple[str, ...], **given: Json,
) -> None:
    """Test a connection and keep it as NAME, in the place of one that is there.

    Its secret (a key, a token, a password, an OAuth2 client's secret) comes from standard input or a prompt."""
    wanted = {option: value for option, value in given.items() if value}
    wanted |= {"scopes": list(scopes)} if scopes else {}
    for option, pairs in (("parameters", parameters), ("authorize_parameters", authorize_parameters)):
        wanted |= {option: dict(map(_pair, pairs))} if pairs else {}
    secret = "client_secret" if kind.startswith("oauth2") else "secret"
    asked = {} if public else {secret: typed_value(f"the connection {name}")}
    with session().client() as api:
        made = api.put(f"/connections/{part(name)}", {"kind": kind, **wanted, **asked})
    tested = "was tested and is kept" if made["tested_at"] else "is kept, and was not tested"
    session().screen.show(made, lambda: click.echo(f"the connection {name} {tested}"))
    if not made["connected"]:
        session().screen.notice(f"Somebody has to say yes: automate connections connect {name}, or the Studio.")
    session().screen.notice(f'A step names it as "connection": {{"$secret": "{made["key"]}"}}.')
    if made["grants"] == []:
        session().screen.notice(
            f"Nobody may use it yet: automate secrets grant {made['key']} --workflow NAME lets a workflow."
        )


@connections.command("connect")
@click.argument("name")
@click.option("--studio", metavar="URL", help="The Studio's address; by default where the API is, or this machine's.")
@click.option("--no-browser", is_flag=True, help="Print the page's address, and open nothing.")
@click.option("--no-wait", is_flag=True, help="Do not wait until somebody has said yes.")
def connect(*, name: str, studio: str | None, no_browser: bool, no_wait: bool) -> None:
    """Open the service's page, where a person says yes to NAME, which leads back to the Studio."""
    at = (studio or _studio()).rstrip("/")
    screen = session().screen
    with session().client() as api:
        before = _connected_at(api, name)
        page = api.post(f"/connections/{part(name)}/connect", {"redirect_uri": f"{at}/connections/connected"})
        screen.notice(f"Say yes at {page['url']}")
        if not no_browser:
            webbrowser.open(page["url"])
        if not no_wait:
            _wait(api, name, before, parse_timestamp(page["ends_at"]) or 0.0)
    screen.show({"name": name, "connected": not no_wait, **page}, lambda: click.echo(
        f"the answer counts until {page['ends_at']}" if no_wait else f"the connection {name} is connected"
    ))


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


def _studio() -> str:
    """Where the Studio is, as far as this command knows."""
    settings, endpoint = session().settings, session().endpoint
    here = f"http://127.0.0.1:{settings.port}" if endpoint is None else endpoint.rstrip("/")
    return settings.studio_url or f"{here}/studio"


def _connected_at(api: Client, name: str) -> str | None:
    """When NAME was connected last."""
    found = [one for one in api.get("/connections")["connections"] if one["name"] == name]
    return found[0]["tested_at"] if found and found[0]["connected"] else None


def _wait(api: Client, name: str, before: str | None, ends_at: float) -> None:
    """Until somebody has said yes since `before`. Raises NotFound where nobody has by `ends_at` (epoch seconds)."""
    clock = session().screen.clock
    while clock.now() < ends_at:
        clock.sleep(LOOK_SECONDS)
        if _connected_at(api, name) not in (None, before):
            return
    raise NotFound(
        f"nobody said yes to {name} in time", where="NAME", advice=f"Begin again: automate connections connect {name}"
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise InvalidDocument(f"{text!r} is no NAME=VALUE", where="--parameter")
    return name, value


COMMANDS = (connections,)
