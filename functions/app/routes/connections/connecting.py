"""Routes by which a person connects: to the service's own page, and back from it."""

from __future__ import annotations

import re
from typing import Any

from connectors.connections import connecting
from connectors.connections.tokens import check_url
from engine.errors import InvalidDocument, NotFound
from engine.governance.audit.entry import SECRET, Subject
from engine.governance.connections import key_of
from engine.governance.roles import Right
from engine.language.asl.times import iso_timestamp
from functions.app.acts import Act, NoAct
from functions.app.routes.connections.kept import name_given, shown
from functions.app.routing import Call, RouteTable
from functions.app.shapes import secrets as shapes

table = RouteTable("Connections")

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def _answered(call: Call[Any]) -> Subject:
    name = connecting.name_in(call.given.state)
    return Subject(SECRET, key_of(name if _NAME.fullmatch(name) else "unknown"))


@table.route(
    "POST", "/connections/{name}/connect", right=Right.SECRETS,
    act=NoAct("nothing is connected before the answer"),
    example={"redirect_uri": "https://automate.example.com/studio/connections/connected"},
)
def begin_connecting(call: Call[shapes.ConnectRequest]) -> shapes.ConnectPage:
    """Begin to connect: the address of the service's page, where a person says yes.

    The answer counts once, for ten minutes, and only by who began. An address that was given before counts no more."""
    name, services = name_given(call), call.services
    check_url("redirect_uri", call.given.redirect_uri)
    if services.connections.read(call.workspace, name) is None:
        raise NotFound(
            f"no connection {name!r} is kept here", where="name", advice="automate connections add makes it first.",
        )
    url, ends_at = connecting.begin(
        services.connections, call.workspace, name, services.clock, redirect_uri=call.given.redirect_uri,
        by=call.actor.name,
    )
    return shapes.ConnectPage(url=url, ends_at=iso_timestamp(ends_at))


@table.route(
    "POST", "/connections/answers", right=Right.SECRETS, act=Act("connection.connect", _answered),
    example={"state": "…", "code": "…"},
)
def answer_connecting(call: Call[shapes.ConnectAnswer]) -> shapes.Connection:
    """Bring what the service's page answered: its code is exchanged for tokens, which are tested and kept.

    422 for an answer that nobody asked for, that came already or too late, or of another issuer. What was connected
    before stays where it fails."""
    services = call.services
    name = connecting.name_in(call.given.state)
    if not _NAME.fullmatch(name):
        raise InvalidDocument("this answer was not asked for", where="state", advice="Connect once more.")
    answer = {field: value for field in call.given.model_fields_set if (value := getattr(call.given, field))}
    connection = connecting.answered(services.connections, call.workspace, services.clock, answer, by=call.actor.name)
    call.act.done(after={"client_id": connection.client_id, "scopes": list(connection.scopes)})
    return shown(call, name)
