"""Signing in to a deployment, and out."""

from __future__ import annotations

import sys
from typing import Any

import click

from engine.errors import InvalidDocument, StoreUnavailable, UserError
from functions.cli.client.client import Client
from functions.cli.session import session


@click.command()
@click.option("--user", prompt="Mail address", help="Your mail address, as you were invited with it.")
@click.option("--client-id", metavar="ID", help="With the API's own address: the output UserPoolClientId.")
@click.option("--region", metavar="REGION", help="With the API's own address: the user pool's region.")
def login(*, user: str, client_id: str | None, region: str | None) -> None:
    """Sign in to a deployment. The password comes from a prompt or standard input and is not kept."""
    with session().client() as api:
        if client_id is None or region is None:
            found = _published_configuration(api)
            client_id, region = client_id or found["client_id"], region or found["region"]
        password = _hidden("Password") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
        made = session().tokens().sign_in(
            api.place, region=region, client_id=client_id, user=user, password=password,
            answer=lambda what: _hidden(what.capitalize()),
        )
    session().screen.show(
        {"endpoint": api.place, "user": made.user}, lambda: click.echo(f"{made.user} is signed in")
    )


@click.command()
def logout() -> None:
    """Forget the sign-in to a deployment."""
    with session().client() as api:
        known = session().tokens().forget(api.place)
    says = "signed out" if known else "nobody was signed in"
    session().screen.show({"endpoint": api.place, "signed_out": known}, lambda: click.echo(says))


def _published_configuration(api: Client) -> dict[str, Any]:
    """What the Studio of the deployment knows of its user pool."""
    try:
        found = api.ask("GET", "/studio/config.json", signed_in=False)
        return {"client_id": found["client_id"], "region": found["region"]}
    except (UserError, StoreUnavailable, KeyError, TypeError):
        raise InvalidDocument(
            f"{api.place} does not say which user pool is its own", where="--client-id",
            advice="Give the Studio's address (the output StudioUrl); or, with the API's, --client-id and --region.",
        ) from None


def _hidden(what: str) -> str:
    return str(click.prompt(what, hide_input=True, err=True))


COMMANDS = (login, logout)
