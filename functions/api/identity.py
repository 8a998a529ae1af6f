"""Who asks: the actor of a request, from what API Gateway and its authorizer put into the request's context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ports.keys import Actor


def actor_of_gateway(context: Mapping[str, Any]) -> Actor:
    """A Cognito or JWT user by name, a custom authorizer's principal, an IAM caller by its ARN; else nobody.

    The route's authorizer decides who may call; this only names who did.
    """
    authorizer = context.get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    for name in ("email", "cognito:username", "username", "sub"):
        if claims.get(name):
            return Actor(str(claims[name]))
    if authorizer.get("principalId"):
        return Actor(str(authorizer["principalId"]))
    identity = context.get("identity") or {}
    if identity.get("userArn"):
        return Actor(str(identity["userArn"]), "token")
    return Actor("anonymous")
