"""What ``automate connectors import mcp`` asks of a server, by which credentials, and says of what came."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from engine.errors import InvalidDocument, NotFound, Refused
from functions.cli.files import Json
from functions.cli.own_secrets import own_secret
from functions.cli.session import session

if TYPE_CHECKING:
    from connectors.egress.urls import Url
    from connectors.mcp.importing import Listing

_ADVICE = {
    "401": "Name the secret that holds a token: --secret KEY, or --secret NAME=KEY for a header of another name.",
    "403": "The server knows you and refuses it: does the secret of --secret have the right to list tools?",
    "404": "Give the address of the MCP endpoint itself, which often ends in /mcp.",
    "405": "Give the address of the MCP endpoint itself, which often ends in /mcp.",
}
"""By the `code` of an error of a server that is to be imported."""


def asked(
    url: str, code: str | None, headers: Sequence[str], secrets: Sequence[str]
) -> tuple[Listing, list[dict[str, Json]], dict[str, str]]:
    """What the server at `url` lists, `auth` of the connector's file, and the headers that are no secrets. Raises
    UserError for what was given, and for what the server did."""
    from connectors.egress import in_force
    from connectors.errors import ConnectorError
    from connectors.mcp.importing import listed
    from engine.governance.masking import Scrubber

    address, plain = _address(url), _headers(headers)
    sent, auth, values = _credentials(secrets, code, address)
    in_force.apply(session().settings, os.environ)
    try:
        return listed(url, {**plain, **sent}, Scrubber(values)), auth, plain
    except ConnectorError as error:
        raise InvalidDocument(str(error), where="URL", advice=_ADVICE.get(error.code or "")) from None


def code_of(listing: Listing) -> str:
    """The connector's code by the server's own name. Raises InvalidDocument where it has none that can be one."""
    from connectors.mcp.tools import plain
    from connectors.registry import check_code

    name = str(listing.about.get("name") or "")
    code = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()[:64]
    if not code[:1].isalpha():
        raise InvalidDocument(
            f"the server calls itself {plain(name)[:80]!r}, which makes no connector's code", where="--name",
            advice="Give the connector a code: --name CODE.",
        )
    check_code(code)
    return code


def _address(url: str) -> Url:
    """The address of an MCP server. Raises InvalidDocument for what is none."""
    from connectors.egress.urls import BadUrl, parse_url

    try:
        address = parse_url(url)
    except BadUrl as problem:
        raise InvalidDocument(f"{url} {problem}", where="URL", advice="Write https://HOST/PATH.") from None
    if address.user is not None or "#" in url:
        raise InvalidDocument(
            "the address has a user or a fragment", where="URL",
            advice="Leave it out: what the server knows you by is a secret, --secret KEY or --secret NAME=KEY.",
        )
    return address


def _headers(given: Sequence[str]) -> dict[str, str]:
    """What --header says. Raises InvalidDocument for what is no header, and for one that holds credentials."""
    found: dict[str, str] = {}
    for one in given:
        name, colon, text = one.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise InvalidDocument(f"{one!r} is no header", where="--header", advice="Write --header 'NAME: TEXT'.")
        if name.lower() in ("authorization", "cookie", "proxy-authorization"):
            raise InvalidDocument(
                f"{name} holds credentials, and the file can be read by everybody", where="--header",
                advice="Set it as a secret and name that: --secret KEY for a bearer token, else --secret NAME=KEY.",
            )
        found[name] = text.strip()
    return found


def _credentials(
    secrets: Sequence[str], code: str | None, address: Url
) -> tuple[dict[str, str], list[dict[str, Json]], list[str]]:
    """What --secret says: the headers that hold the values, `auth` of the file, the values. Raises NotFound, and
    Refused for a secret that is granted for other hosts or connectors alone."""
    from engine.governance.secret_grants import admits, how_to_grant
    from engine.governance.secret_refs import check_key
    from engine.ports.secrets import ANY, SecretGrant

    headers: dict[str, str] = {}
    values: list[str] = []
    auth: list[dict[str, Json]] = []
    for one in secrets:
        name, _, key = one.rpartition("=")
        held = own_secret(check_key(key), option="--secret")
        if held is None:
            raise NotFound(f"there is no secret {key!r}", where="--secret", advice=f"automate secrets set {key}")
        backend, value = held
        grants = backend.grants(session().settings.workspace, key)
        if grants and not any(
            grant.connector in (ANY, code) and admits((grant.host,), address.host.text) for grant in grants
        ):
            grant = SecretGrant(ANY, code or ANY, address.host.text)
            raise Refused(f"the secret {key!r} is granted for other hosts or connectors", where="--secret",
                          advice=how_to_grant(backend.name, key, grant))
        values.append(value)
        headers |= {name.lower(): value} if name else {"authorization": f"Bearer {value}"}
        auth.append({"kind": "header", "name": name} if name else {"kind": "bearer"})
        if len(secrets) > 1:
            auth[-1]["input"] = re.sub(r"\W+", "_", name or "token", flags=re.ASCII).lower()
    return headers, auth, values


def tell(told: dict[str, Json], *, accept: bool, some: Callable[[list[str], str], None]) -> None:
    """Say what an import did."""
    say = click.echo
    say(f"{told['file']}: {told['actions']} tools" + ("" if told["written"] else " (nothing is written)"))
    if told["changes"] is None:
        for one in told["tools"]:
            say(f"  {one['action']}: {one['description'] or 'no description'}")
    some([f"{one['tool']}: {one['why']}" for one in told["left_out"]], "left out")
    if told["at_most_once"]:
        say(f"{len(told['at_most_once'])} of them count as writes that are made at most once, whatever the server "
            "claims. An action's `kind: read`, `idempotency` or `idempotent` says otherwise.")
    for change in told["changes"] or ():
        say(f"{change['action'] or 'the server'} {change['what']}:")
        for line in change["difference"].split("\n"):
            say(f"  {line}")
    if told["changes"] == []:
        say("Nothing changed since the last import.")
    elif told["changes"] and not accept:
        say("Nothing is written until you accept it: the same command with --accept. Calls of a tool that changed are "
            "refused until then.")
