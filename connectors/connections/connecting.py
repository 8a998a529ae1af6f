"""OAuth2 by authorization code with PKCE (RFC 6749, 4.1; 7636): a person says yes on the service's own page.

    begin ──► the service's page ──► the Studio's page: code, state, iss ──► answered ──► tokens ──► test ──► kept

An answer counts once, within MINUTES, by who asked, and with the state that was given out; its issuer is checked as RFC
9207 says. What was there before stays in use until the new tokens have been tested.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from connectors.connections.kept import ConnectionSecrets
from connectors.connections.tokens import TokenCalls
from engine.clock import Clock
from engine.errors import ConnectionFailed, InvalidDocument
from engine.governance.connections import CODE, Asked, Connection
from engine.governance.log_masking import KNOWN
from engine.governance.masking import MINIMUM_LEAF

Json = Any

MINUTES = 10

_METADATA = (".well-known/oauth-authorization-server", ".well-known/openid-configuration")


def begin(
    kept: ConnectionSecrets, workspace: str, name: str, clock: Clock, *, redirect_uri: str, by: str
) -> tuple[str, float]:
    """The address of the page where a person says yes, and until when (epoch seconds). Whatever was asked before for
    this connection counts no more. Raises InvalidDocument for one of another kind, ConnectionFailed, StorageError."""
    with kept.changing(workspace, name) as (connection, keep):
        if connection.kind != CODE:
            raise InvalidDocument(
                f"the connection {name!r} is of the kind {connection.kind}: nobody has to say yes", where="name",
            )
        asked = Asked(
            f"{secrets.token_urlsafe(32)}.{name}", secrets.token_urlsafe(48), redirect_uri, by,
            clock.now() + 60 * MINUTES,
        )
        keep(replace(connection, asked=asked))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        **connection.authorize_parameters, "response_type": "code", "client_id": connection.client_id,
        "redirect_uri": redirect_uri, "state": asked.state, "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if connection.scopes:
        query["scope"] = " ".join(connection.scopes)
    address = connection.authorize_url
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", asked.ends_at


def name_in(state: str) -> str:
    """The connection that an answer's state speaks of."""
    return state.partition(".")[2]


def answered(
    kept: ConnectionSecrets, workspace: str, clock: Clock, answer: Mapping[str, str], *, by: str
) -> Connection:
    """The connection with the tokens that came of `answer`, the members of what the service's page was left with:
    state, code or error, iss. Raises InvalidDocument for one that was not asked for, ConnectionFailed, StorageError."""
    state = answer.get("state", "")
    with kept.changing(workspace, name_in(state)) as (connection, keep):
        asked = connection.asked
        if asked is None or not hmac.compare_digest(asked.state.encode(), state.encode()):
            raise InvalidDocument(
                "this answer was not asked for, or was given already", where="state", advice="Connect once more.",
            )
        if asked.by != by:
            raise InvalidDocument(
                f"{asked.by} asked for this answer, and {by} brings it", where="state",
                advice="Whoever is signed in at the Studio connects: begin there.",
            )
        unasked = replace(connection, asked=None)
        keep(unasked)  # before anything else: it counts once
        if clock.now() >= asked.ends_at:
            raise ConnectionFailed(f"the answer came after more than {MINUTES} minutes", advice="Connect once more.")
        issuer = answer.get("iss", "")
        if connection.issuer and (issuer or connection.says_iss) and issuer != connection.issuer:
            raise ConnectionFailed(
                f"the answer is from {issuer[:200]}, not from {connection.issuer}" if issuer else
                f"the answer does not say that it is from {connection.issuer}", advice="Connect once more.",
            )
        if "error" in answer or not answer.get("code"):
            error, why = answer.get("error", "it gave no code"), answer.get("error_description", "")
            words = ": ".join(filter(None, (error, why)))[:300]
            said = "".join(letter if letter.isprintable() else " " for letter in words)
            raise ConnectionFailed(
                f"the service's page answered: {said}",
                advice=f"Connect once more{', and say yes there' if error == 'access_denied' else ''}.",
            )
        KNOWN.add(text for text in (answer["code"], asked.verifier) if len(text) >= MINIMUM_LEAF)
        tokens = kept.calls.granted(unasked, {
            "grant_type": "authorization_code", "code": answer["code"], "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier,
        }, clock.now())
        kept.calls.check(unasked, tokens.access)
        connected = replace(unasked, tokens=tokens, tested_at=clock.now())
        KNOWN.add(connected.secrets())
        keep(connected)
        return connected


def discovered(calls: TokenCalls, connection: Connection) -> Connection:
    """`connection` with what its issuer's metadata says (RFC 8414). Raises ConnectionFailed."""
    issuer = connection.issuer
    scheme, _, rest = issuer.partition("://")
    host, _, path = rest.partition("/")
    path = path.rstrip("/")
    places = (
        f"{scheme}://{host}/{_METADATA[0]}{f'/{path}' if path else ''}", f"{issuer.rstrip('/')}/{_METADATA[1]}",
    )
    found = next(filter(None, map(calls.document, places)), None)
    if found is None:
        raise ConnectionFailed(
            f"{issuer} has no metadata", advice="Give authorize_url and token_url instead of issuer (RFC 8414)."
        )
    if found.get("issuer") != issuer:
        raise ConnectionFailed(f"the metadata of {issuer} is of another issuer: {str(found.get('issuer'))[:200]}")
    methods, clients = found.get("code_challenge_methods_supported"), found.get("token_endpoint_auth_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise ConnectionFailed(f"{issuer} does not take PKCE by S256 (RFC 7636)")
    by_form = isinstance(clients, list) and "client_secret_basic" not in clients and "client_secret_post" in clients
    return replace(
        connection, authorize_url=str(found.get("authorization_endpoint", "")),
        token_url=str(found.get("token_endpoint", "")),
        says_iss=found.get("authorization_response_iss_parameter_supported") is True,
        client_auth="body" if by_form else connection.client_auth,
    )
