"""Who asks, and from where: from what API Gateway and its authorizer put into the request's context, and from what
CloudFront adds to its headers.

    caller ──► CloudFront: VIEWER_HEADER = the caller's address, PROOF_HEADER = what only the distribution adds
                   └──► API Gateway: sourceIp = CloudFront's address ──► here
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from engine.ports.keys import Actor

VIEWER_HEADER = "x-automate-viewer"
"""Set by the distribution's function, over whatever the caller sent under this name."""

COMMAND_LINE = "command line"
"""The origin of an actor who asks in process, on a data folder of their own: no address is written so."""

PROOF_HEADER = "x-automate-origin"
"""Added by the distribution to each request to the API, over whatever the caller sent under this name."""

PROOF = "CDN_ORIGIN_PROOF"
"""The environment variable with the proof's value. Without the prefix AUTOMATE_, so that it is no workflow's secret."""


def actor_of_gateway(context: Mapping[str, Any], headers: Mapping[str, str], *, proof: str = "") -> Actor:
    """A Cognito or JWT user by name, a custom authorizer's principal, an IAM caller by its ARN; else nobody.

    The route's authorizer decides who may call; this only names who did, and the address that it came from.
    """
    name, kind = _caller(context.get("authorizer") or {}, context.get("identity") or {})
    return Actor(name, kind, address_of(context, headers, proof))


def address_of(context: Mapping[str, Any], headers: Mapping[str, str], proof: str) -> str:
    """The address that CloudFront saw, where the request proves that it came through the stage's distribution; else
    the one that the gateway saw: whoever calls the gateway itself may write any header."""
    seen = str((context.get("identity") or {}).get("sourceIp") or "")
    given = headers.get(PROOF_HEADER) or ""
    if not proof or not hmac.compare_digest(given.encode(), proof.encode()):
        return seen
    viewer = (headers.get(VIEWER_HEADER) or "").strip()
    try:
        return str(ipaddress.ip_address(viewer))
    except ValueError:
        return seen


def subject_of(context: Mapping[str, Any]) -> str | None:
    """The user pool's id of the caller, which stays the same when a name or an address changes."""
    return ((context.get("authorizer") or {}).get("claims") or {}).get("sub")


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
