"""The doors of a stage's API: how a caller is known, by the address that was asked.

    /…           the user pool's people: the gateway's authorizer has checked their ID token
    /token/…     whoever has a named token: no authorizer; the token is checked here (functions.app.machines.tokens)
    /iam/…       sessions of IAM roles: the gateway has checked the signature (functions.app.machines.roles)

Behind `/token/` are all routes; the gateway has one resource for them. Behind `/iam/` are those that declare it, each a
resource of the gateway's. This puts the route of the table in the place of that resource, with the door beside it in
the request's context, which no caller can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from functions.app import http
from functions.app.table import find, not_found

DOOR = "automateDoor"
"""The door, in a request's context."""

SUBJECT = "automateSubject"
"""Who came through it, in a request's context, once that is known: for the access log."""

BY_TOKEN, BY_IAM = "token", "iam"

PROXY = "proxy"
"""The path parameter of the gateway's resource that takes all that follows."""


def through(event: dict[str, Any]) -> dict[str, Any] | http.Response:
    """`event` as the gateway would hand it over for the route that is asked behind the door; the answer where there is
    none. What came through no door of ours is given back."""
    context = {name: value for name, value in event["requestContext"].items() if name not in (DOOR, SUBJECT)}
    given, resource = event.get("pathParameters") or {}, str(context.get("resourcePath"))
    door, _, path = resource.removeprefix("/").partition("/")
    if door == BY_TOKEN and path == f"{{{PROXY}+}}":
        path = str(given.get(PROXY, ""))
    elif door == BY_IAM:
        path = "/".join(str(given.get(part[1:-1], part)) if part.startswith("{") else part for part in path.split("/"))
    else:
        return {**event, "requestContext": context}
    found = find(context["httpMethod"], f"/{path}")
    if isinstance(found, http.Response):
        return found
    route, parameters = found
    if door == BY_IAM and not route.by_iam:
        return not_found(f"{route.name} is not for callers by IAM")
    return {
        **event, "pathParameters": parameters, "requestContext": {**context, "resourcePath": route.path, DOOR: door},
    }


def decoded(path: Mapping[str, str]) -> dict[str, str]:
    """A path's parameters. API Gateway hands them over as they stand in the address: an id has ":", no name has "%"."""
    return {name: unquote(value) for name, value in path.items()}
