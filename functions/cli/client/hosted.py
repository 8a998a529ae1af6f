"""Signing in on the sign-in page of a stage (Cognito's hosted one, and the identity providers behind it): authorization
code with PKCE (RFC 7636, RFC 8252), as a public client.

    Attempt.address ──► browser ──► sign-in page ──► http://127.0.0.1:PORT/signed-in?code=…&state=… ──► Attempt.code
                                                          └──► /oauth2/token with the verifier ──► tokens

The state says that the answer belongs to this attempt, the nonce that the ID token does. The ID token comes straight
from the token endpoint over TLS: the API verifies its signature, here only whom and what it is for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3

from engine.errors import InvalidDocument, StoreUnavailable, UserError
from engine.records import dataclass
from functions.cli.client.over_http import LOOPBACK

PORTS = (18976, 18977, 18978, 18979)
"""Where the command line listens for the browser: the first that is free. Cognito wants each one's address registered
beforehand."""

PATH = "/signed-in"

CALLBACKS = tuple(f"http://127.0.0.1:{port}{PATH}" for port in PORTS)
"""The addresses that the app client allows."""

SCOPES = ("openid", "email")
"""Who it is, and the mail address. With no more, the tokens change nothing about the user."""

CODE_SECONDS = 300
"""Cognito takes a code for so long, once."""

_SECONDS = urllib3.Timeout(connect=10.0, read=20.0)
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_LONGEST_SHOWN = 200


class AnotherState(UserError):
    """An answer that belongs to another sign-in, or to none."""

    code = "AnotherState"


@dataclass(frozen=True, slots=True)
class Hosted:
    """The sign-in page at `domain`, and the app client that it knows the command line by."""

    domain: str
    client_id: str

    def address(self, path: str) -> str:
        """The address of `path` there. Raises InvalidDocument for what is no host."""
        if not _DOMAIN.fullmatch(self.domain):
            raise InvalidDocument(
                f"{self.domain[:_LONGEST_SHOWN]} is no host of a sign-in page", where="--domain",
                advice="Give the output SignInDomain of the stage.",
            )
        scheme = "http" if self.domain.partition(":")[0] in LOOPBACK else "https"
        return f"{scheme}://{self.domain}{path}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way: made with `begin`, good for one answer."""

    hosted: Hosted
    redirect: str
    state: str
    nonce: str
    verifier: str

    @classmethod
    def begin(cls, hosted: Hosted, redirect: str) -> Attempt:
        """With a state, a nonce and a verifier of 256 random bits each. `redirect` is one of CALLBACKS."""
        return cls(hosted, redirect, *(secrets.token_urlsafe(32) for _ in range(3)))

    def address(self, provider: str | None = None) -> str:
        """Where the browser goes; with `provider` straight to that identity provider."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code", "client_id": self.hosted.client_id, "redirect_uri": self.redirect,
            "scope": " ".join(SCOPES), "state": self.state, "nonce": self.nonce, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            **({"identity_provider": provider} if provider else {}),
        }
        return self.hosted.address(f"/oauth2/authorize?{urlencode(asked)}")

    def code(self, answer: str) -> str:
        """The code of the address, or its query, that the browser came back to. Raises AnotherState, and
        InvalidDocument in the provider's words where it refused."""
        query = answer.strip()
        given = dict(parse_qsl(urlsplit(query).query if "://" in query else query.lstrip("?")))
        if not hmac.compare_digest(given.get("state", "").encode(), self.state.encode()):
            raise AnotherState(
                "the answer belongs to another sign-in, or to none", where="sign-in",
                advice="Use the page that this command opened, and the whole address that it ended at.",
            )
        if "error" in given:
            raise InvalidDocument(
                _words(given.get("error_description") or given["error"]), where="sign-in",
                advice="The sign-in page, or the identity provider behind it, refused. Sign in again, or ask an admin.",
            )
        if not given.get("code"):
            raise InvalidDocument("the answer has no code", where="sign-in", advice="Sign in again.")
        return given["code"]

    def exchange(self, code: str) -> Mapping[str, Any]:
        """The tokens for `code`, as the token endpoint has them. Raises InvalidDocument where it refuses or answers
        something else, StoreUnavailable where it does not answer."""
        address = self.hosted.address("/oauth2/token")
        fields = {
            "grant_type": "authorization_code", "client_id": self.hosted.client_id, "code": code,
            "redirect_uri": self.redirect, "code_verifier": self.verifier,
        }
        try:
            answer = urllib3.PoolManager(retries=urllib3.Retry(connect=2, read=0, redirect=0)).request(
                "POST", address, body=urlencode(fields), timeout=_SECONDS,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            )
        except urllib3.exceptions.HTTPError:  # its words may hold the request
            raise StoreUnavailable(f"the sign-in page {self.hosted.domain} does not answer") from None
        if answer.status >= 500:
            raise StoreUnavailable(f"the sign-in page {self.hosted.domain} answers {answer.status}")
        found = _object(answer.data)
        if answer.status >= 400:
            raise _refusal(str(found.get("error", answer.status)))
        self._check(found)
        return found

    def _check(self, tokens: Mapping[str, Any]) -> None:
        if not all(tokens.get(name) for name in ("id_token", "refresh_token", "expires_in")):
            raise InvalidDocument("the sign-in page answered without tokens", where="sign-in")
        if not _is_seconds(tokens["expires_in"]):
            raise InvalidDocument(
                "the sign-in page answered with an expires_in that is no number of seconds", where="sign-in",
                advice="Nothing was kept. Look at what answers at the sign-in domain.",
            )
        claims = claims_of(str(tokens["id_token"]))
        nonce = str(claims.get("nonce", ""))
        if claims.get("aud") != self.hosted.client_id or not hmac.compare_digest(nonce.encode(), self.nonce.encode()):
            raise InvalidDocument(
                "the ID token belongs to another sign-in", where="sign-in", advice="Sign in again; nothing was kept."
            )


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def claims_of(id_token: str) -> dict[str, Any]:
    """What an ID token says, unverified; nothing of what is none."""
    part = id_token.split(".")[1] if id_token.count(".") == 2 else ""
    try:
        return _object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(error: str) -> InvalidDocument:
    if error == "invalid_grant":
        return InvalidDocument(
            "the code was used already, or has run out", where="sign-in",
            advice=f"Sign in again: a code is good once, for {CODE_SECONDS // 60} minutes.",
        )
    return InvalidDocument(
        f"the sign-in page refused: {_words(error)}", where="sign-in",
        advice="Does the stage still have this sign-in? cdk deploy sets it (docs/access.md).",
    )


def _words(text: str) -> str:
    """What another server said, fit for a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST_SHOWN]
