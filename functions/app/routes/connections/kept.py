"""Routes of connections: they are tested, kept, and shown without their secrets."""

from __future__ import annotations

import re
from typing import Any

from connectors.connections.connecting import discovered
from connectors.connections.tokens import check_url
from engine.errors import InvalidDocument, NotFound
from engine.governance.audit.entry import SECRET, Subject
from engine.governance.connections import (
    API_KEY,
    BASIC,
    BEARER,
    CLIENT,
    CODE,
    HEADERS,
    QUERY,
    Connection,
    key_of,
    name_of,
    parse,
)
from engine.governance.roles import Right
from engine.governance.secret_refs import check_length
from engine.ports.secrets import SecretInfo
from functions.app.acts import Act, NoAct
from functions.app.routing import Call, RouteTable
from functions.app.secret_uses import check_unused, every_use, secret_uses
from functions.app.shapes import base
from functions.app.shapes import secrets as shapes

table = RouteTable("Connections")

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110: a field name

_NEEDED = {
    API_KEY: ("secret",), BEARER: ("secret",), BASIC: ("user", "secret"),
    CLIENT: ("client_id", "client_secret"), CODE: ("client_id",),
}
_OAUTH = {"token_url", "client_id", "client_secret", "client_auth", "scopes", "parameters", "issuer"}
_TAKEN = {
    API_KEY: {"secret", "header", "query"}, BEARER: {"secret"}, BASIC: {"secret", "user"},
    CLIENT: _OAUTH, CODE: _OAUTH | {"authorize_url", "authorize_parameters"},
}
"""The fields of each kind, besides those of all."""

_ADDRESSES = {CLIENT: ("token_url",), CODE: ("token_url", "authorize_url")}

_OF_ALL = frozenset({"kind", "test_url", "untested", "allow_short"})


def _connection(call: Call[Any]) -> Subject:
    return Subject(SECRET, key_of(call.path["name"]))


@table.route("GET", "/connections", right=Right.EDIT)
def list_connections(call: Call[base.Nothing]) -> shapes.ConnectionList:
    """List the connections, with the workflows that name them; secrets and tokens are never shown."""
    services = call.services
    uses = secret_uses(every_use(services.catalog, call.workspace))
    infos = [info for info in services.secret_store.list(call.workspace) if name_of(info.key) is not None]
    kept = services.each(lambda info: services.secret_store.get(call.workspace, info.key), infos)
    found = [(info, parse(text)) for info, text in zip(infos, kept, strict=True) if text is not None]
    return shapes.ConnectionList(connections=[
        _shown(info, connection, uses.get(info.key, [])) for info, connection in found if connection is not None
    ])


@table.route(
    "PUT", "/connections/{name}", right=Right.SECRETS, act=Act("connection.set", _connection),
    example={"kind": "oauth2_client_credentials", "token_url": "https://id.example.com/token", "client_id": "automate",
             "client_secret": "…", "scopes": ["orders.read"]},
)
def put_connection(call: Call[shapes.ConnectionRequest]) -> shapes.Connection:
    """Test a connection and keep it, in the place of one that is there; its grants stay.

    Nothing is kept where the test fails: of OAuth2 the token endpoint has to give an access token, and a GET of
    `test_url` has to answer with less than 400. One by authorization code is tested when a person has said yes."""
    name = name_given(call)
    connection = _given(call.given)
    before = call.services.connections.read(call.workspace, name)
    if connection.issuer:
        connection = discovered(call.services.connections.calls, connection)
        _check_addresses(connection, needed=_ADDRESSES[connection.kind])
    if not call.given.untested and connection.kind != CODE:  # nobody has said yes to that yet
        connection = call.services.connections.tested(connection)
    info = call.services.connections.save(call.workspace, name, connection, by=call.actor.name)
    call.act.done(before=None if before is None else _recorded(before), after=_recorded(connection))
    return shown(call, name, info)


@table.route(
    "POST", "/connections/{name}/test", right=Right.SECRETS,
    act=NoAct("it asks the service as a step does, and changes nothing that was set"),
)
def test_connection(call: Call[base.Nothing]) -> shapes.TestedConnection:
    """Try a connection that is kept: of OAuth2 a new access token is asked for, then `test_url`.

    422 ConnectionFailed where it does not work."""
    name = name_given(call)
    tried = call.services.connections.test(call.workspace, name)
    if tried is None:
        raise _missing(name)
    return shapes.TestedConnection(name=name, asked=[url for url in (tried.token_url, tried.test_url) if url])


@table.route(
    "DELETE", "/connections/{name}", right=Right.SECRETS, act=Act("connection.delete", _connection),
    example="force=true",
)
def delete_connection(call: Call[shapes.DeleteSecretQuery]) -> base.Done:
    """Delete a connection. 409 while a workflow names it, unless forced."""
    name = name_given(call)
    before = call.services.connections.read(call.workspace, name)
    if before is None:
        raise _missing(name)
    if not call.given.force:
        check_unused(call.services.catalog, call.workspace, key_of(name))
    if not call.services.connections.remove(call.workspace, name):
        raise _missing(name)  # somebody was faster
    call.act.done(before=_recorded(before))
    return base.Done()


def _given(given: shapes.ConnectionRequest) -> Connection:
    """The connection that is asked for. Raises InvalidDocument."""
    _check_fields(given)
    for field in ("secret", "client_secret"):
        if getattr(given, field):
            check_length(getattr(given, field), allow_short=given.allow_short)
            if not getattr(given, field).isprintable():
                raise InvalidDocument(f"{field} holds a character that no header may", where=field)
    if given.header and not _HEADER.fullmatch(given.header):
        raise InvalidDocument(f"{given.header!r} is no name of a header", where="header")
    made = Connection(
        given.kind, secret=given.secret, user=given.user, name=given.query or given.header,
        place=QUERY if given.query else HEADERS if given.header else "", token_url=given.token_url,
        client_id=given.client_id, client_secret=given.client_secret, client_auth=given.client_auth,
        scopes=tuple(given.scopes), parameters=given.parameters, test_url=given.test_url, issuer=given.issuer,
        authorize_url=given.authorize_url, authorize_parameters=given.authorize_parameters,
    )
    _check_addresses(made, needed=() if made.issuer else _ADDRESSES.get(made.kind, ()))
    return made


def _check_addresses(connection: Connection, *, needed: tuple[str, ...]) -> None:
    """Raises InvalidDocument for an address that is none, and for one of those `needed` that is missing."""
    for field in ("issuer", "token_url", "authorize_url", "test_url"):
        address = getattr(connection, field)
        if address:
            check_url(field, address)
        elif field in needed:
            raise InvalidDocument(
                f"a connection of the kind {connection.kind} needs {field}", where=field,
                advice="Or give issuer (--issuer), whose metadata says the addresses.",
            )


def _check_fields(given: shapes.ConnectionRequest) -> None:
    """Raises InvalidDocument for what the kind needs and has not, or has and needs not."""
    kind = given.kind
    for field in given.model_fields_set - _OF_ALL - _TAKEN[kind]:
        raise InvalidDocument(
            f"{field} says nothing of a connection of the kind {kind}", where=field,
            advice=f"It has {', '.join(sorted(_TAKEN[kind]))} and test_url.",
        )
    for field in _NEEDED[kind]:
        if not getattr(given, field):
            raise InvalidDocument(f"a connection of the kind {kind} needs {field}", where=field)
    if given.header and given.query:
        raise InvalidDocument("a key is sent in a header or in the query, not in both", where="query")
    if given.issuer and (given.token_url or given.authorize_url):
        raise InvalidDocument("the addresses are what the issuer's metadata says", where="issuer",
                              advice="Leave either out.")
    if not (given.untested or given.test_url or kind in (CLIENT, CODE)):
        raise InvalidDocument(
            f"nothing says how a connection of the kind {kind} is tested", where="test_url",
            advice="Give test_url (--test-url), an address that answers a GET with less than 400 to who has access; or "
            "keep it untested (--untested).",
        )
    if given.test_url and kind == API_KEY and not (given.header or given.query):
        raise InvalidDocument(
            "the test needs to know where the key is sent", where="header", advice="Give header or query, by its name.",
        )


def name_given(call: Call[Any]) -> str:
    """The connection's name in the address. Raises InvalidDocument."""
    name = call.path["name"]
    if not _NAME.fullmatch(name):
        raise InvalidDocument(
            f"{name[:110]!r} is no name of a connection", where="name",
            advice="A name has 1 to 100 letters (A-Z, a-z), digits, underscores, dots or dashes.",
        )
    return name


def _missing(name: str) -> NotFound:
    return NotFound(
        f"no connection {name!r} is kept here", where="name", advice="automate connections list shows what there is.",
    )


def shown(call: Call[Any], name: str, info: SecretInfo | None = None) -> shapes.Connection:
    """What is kept by now; `info` where the list of secrets may not have it yet. Raises NotFound."""
    services, key = call.services, key_of(name)
    found = next((one for one in services.secret_store.list(call.workspace) if one.key == key), info)
    connection = services.connections.read(call.workspace, name)
    if connection is None or found is None:
        raise _missing(name)
    return _shown(found, connection, secret_uses(every_use(services.catalog, call.workspace)).get(key, []))


def _shown(info: SecretInfo, connection: Connection, used_by: list[shapes.SecretUse]) -> shapes.Connection:
    grants = None if info.grants is None else [shapes.SecretGrant.of(grant) for grant in info.grants]
    return shapes.Connection.of(
        connection, name=name_of(info.key), key=info.key, scopes=list(connection.scopes),
        connected=connection.kind != CODE or connection.tokens is not None,
        expires_at=None if connection.tokens is None else connection.tokens.expires_at, updated_at=info.updated_at,
        updated_by=info.updated_by, grants=grants, used_by=used_by,
    )


def _recorded(connection: Connection) -> base.Json:
    """What an entry has of it."""
    return {
        "kind": connection.kind, "user": connection.user, "token_url": connection.token_url,
        "client_id": connection.client_id, "authorize_url": connection.authorize_url,
        "scopes": list(connection.scopes), "test_url": connection.test_url,
    }
