"""Signing in to a deployment, and out."""

from __future__ import annotations

import sys
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from engine.errors import InvalidDocument, StoreUnavailable, UserError
from engine.records import dataclass
from functions.cli.client.client import Client
from functions.cli.session import session

if TYPE_CHECKING:
    from functions.cli.client.challenges import Secret
    from functions.cli.client.tokens import SignIn

_API_ALONE = "With the API's own address:"


@dataclass(frozen=True, slots=True)
class _Pool:
    """The user pool of a stage, as the command line asks it. `domain`: of its sign-in page, where there is one."""

    region: str
    client_id: str
    domain: str | None


@click.command()
@click.option("--user", metavar="MAIL", help="Sign in with a password, as whom this address was invited.")
@click.option("--no-browser", is_flag=True, help="Print the sign-in page's address; take the one that it ends at.")
@click.option("--provider", metavar="NAME", help="Go straight to this identity provider of the stage.")
@click.option("--client-id", metavar="ID", help=f"{_API_ALONE} the output UserPoolClientId.")
@click.option("--region", metavar="REGION", help=f"{_API_ALONE} the user pool's region.")
@click.option("--domain", metavar="HOST", help=f"{_API_ALONE} the output SignInDomain, where there is one.")
def login(
    *, user: str | None, no_browser: bool, provider: str | None, client_id: str | None, region: str | None,
    domain: str | None,
) -> None:
    """Sign in to a deployment, on its sign-in page in the browser or with a password.

    A password is asked for with --user, and where the deployment has no such page. It comes from a prompt or standard
    input and is not kept.
    """
    wants_page = no_browser or provider is not None or domain is not None
    if user is not None and wants_page:
        raise InvalidDocument(
            "--user signs in with a password; the others are for the sign-in page", where="--user",
            advice="Leave one of them out.",
        )
    with session().client() as api:
        given = _Pool(region, client_id, domain) if client_id is not None and region is not None else None
        pool = given or _published_configuration(api, client_id=client_id, region=region, domain=domain)
        if pool.domain is not None and user is None:
            made = _on_its_page(api.place, pool, provider=provider, browser=not no_browser)
        elif wants_page:
            raise InvalidDocument(
                f"{api.place} has no sign-in page", where="--no-browser" if no_browser else "--provider",
                advice="Sign in with a password: --user MAIL. A page comes with the stage's setting sign_in_domain.",
            )
        else:
            made = _with_password(api.place, pool, user or str(click.prompt("Mail address", err=True)))
    session().screen.show(
        {"endpoint": api.place, "user": made.user}, lambda: click.echo(f"{made.user} is signed in")
    )


@click.command()
def logout() -> None:
    """Forget the sign-in to a deployment, here and at its user pool."""
    with session().client() as api:
        known = session().tokens().forget(api.place)
    says = "signed out" if known else "nobody was signed in"
    session().screen.show({"endpoint": api.place, "signed_out": known}, lambda: click.echo(says))


def _with_password(place: str, pool: _Pool, user: str) -> SignIn:
    from functions.cli.client.challenges import Person

    password = _hidden("Password") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    person = Person(lambda what: _hidden(what.capitalize()), _show, lambda text: click.echo(text, err=True))
    return session().tokens().sign_in(
        place, region=pool.region, client_id=pool.client_id, user=user, password=password, person=person,
    )


def _on_its_page(place: str, pool: _Pool, *, provider: str | None, browser: bool) -> SignIn:
    from functions.cli.client.hosted import CALLBACKS, Attempt, Hosted
    from functions.cli.client.loopback import Loopback

    tokens, hosted = session().tokens(), Hosted(pool.domain or "", pool.client_id)
    if not browser:
        attempt = Attempt.begin(hosted, CALLBACKS[0])
        click.echo(
            f"Open this address, and sign in there:\n\n  {attempt.address(provider)}\n\nThe browser ends at an address "
            f"that begins with {CALLBACKS[0]} and does not load. Copy it from the browser's address bar.", err=True,
        )
        answer = str(click.prompt("That address", err=True))
        return tokens.sign_in_hosted(place, attempt, answer, region=pool.region)
    with Loopback() as loopback:
        attempt = Attempt.begin(hosted, loopback.redirect)
        address = attempt.address(provider)
        opened = webbrowser.open(address)
        says = "Sign in in the browser. If it shows no page, open this address on this machine" if opened else (
            "No browser could be opened. Open this address on this machine (elsewhere: --no-browser)"
        )
        click.echo(f"{says}:\n\n  {address}\n", err=True)
        return loopback.wait(lambda query: tokens.sign_in_hosted(place, attempt, query, region=pool.region))


def _published_configuration(
    api: Client, *, client_id: str | None, region: str | None, domain: str | None
) -> _Pool:
    """What the Studio of the deployment knows of its user pool; what is given goes first."""
    try:
        found: dict[str, Any] = api.ask("GET", "/studio/config.json", signed_in=False)
        page = found.get("sign_in") or {}
        published = page.get("client_id") or found["client_id"]
        return _Pool(region or found["region"], client_id or published, domain or page.get("domain"))
    except (UserError, StoreUnavailable, KeyError, TypeError, AttributeError):
        raise InvalidDocument(
            f"{api.place} does not say which user pool is its own", where="--client-id",
            advice="Give the Studio's address (the output StudioUrl); or, with the API's, --client-id and --region.",
        ) from None


def _show(made: Secret) -> None:
    """A second factor's secret, on the terminal alone."""
    click.echo(
        "The stage wants a second factor. Add this to an authenticator app; it is shown once:\n\n"
        f"  {made.secret}\n  {made.address}\n", err=True,
    )


def _hidden(what: str) -> str:
    return str(click.prompt(what, hide_input=True, err=True))


COMMANDS = (login, logout)
