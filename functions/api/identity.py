"""Who asks: the actor of a request, from what API Gateway and its authorizer put into the request's context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ports.keys import Actor


def actor_of_gateway(context: Mapping[str, Any]) -> Actor:
    """A Cognito or JWT user by name, a custom authorizer's principal, an IAM caller by its ARN; else nobody.

    The route's authorizer decides who may call; this only names who did, and the address that the gateway saw.
    """
    identity = context.get("identity") or {}
    name, kind = _caller(context.get("authorizer") or {}, identity)
    return Actor(name, kind, str(identity.get("sourceIp") or ""))


def _caller(authorizer: Mapping[str, Any], identity: Mapping[str, Any]) -> tuple[str, str]:
    """Name and kind."""
    claims = authorizer.get("claims") or {}
    for name in ("email", "cognito:username", "username", "sub"):
        if claims.get(name):
            return str(claims[name]), "user"
    if authorizer.get("principalId"):
        return str(authorizer["principalId"]), "user"
    if identity.get("userArn"):
        return str(identity["userArn"]), "token"
    return "anonymous", "user"
