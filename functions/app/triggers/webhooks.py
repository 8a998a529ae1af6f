"""A call of a webhook: is there one, who calls, and what did they send.

Who calls an address that is none is answered as one with a wrong signature is, and nothing is written for either. What
is accepted is answered when its delivery is durable.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.catalog.triggers import WebhookAuth
from engine.clock import Clock
from engine.durable.triggering.delivering import TriggerPaused
from engine.errors import NotFound, PayloadTooLarge, StorageError, UserError
from engine.governance.secret_grants import WEBHOOK, hosts_for, how_to_grant
from engine.ports.secrets import SecretBackend, SecretGrant
from engine.records import dataclass
from engine.triggers.listener import MOST_KEY_CHARACTERS, Arrival, Listener
from engine.triggers.signatures import UnusableSecret, Verdict
from functions.app.http import Request
from functions.app.triggers.bodies import value_of
from functions.app.triggers.refusals import WebhookRefusals

_LOG = logging.getLogger(__name__)

Json = Any

MOST_BYTES = 1024 * 1024
"""Of a webhook's body, where the limit of inputs is not lower."""

MOST_HEADER_BYTES = 8 * 1024

_NEVER_KEPT = (
    "authorization", "cookie", "proxy-", "x-amz", "x-amzn", "x-forwarded-", "cf-", "cloudfront-", "x-automate-", "via",
    "forwarded", "connection", "host", "content-length", "accept-encoding",
)
"""Headers that say nothing of what was sent, or would let somebody in: what they begin with."""

_LETS_IN = re.compile(r"signature|hmac|token|secret|password|credential|api-?key|access-key|(^|-)auth(-|oriz|entic|$)")
"""Likewise, what is in the name of others: a service that signs nothing sends its secret itself (X-Gitlab-Token)."""

_KEYS: Mapping[str, str] = {
    "github": "x-github-delivery", "shopify": "x-shopify-webhook-id", "standard-webhooks": "webhook-id",
    "hmac": "idempotency-key", "none": "idempotency-key",
}
"""The header in which a sender names what it sends, the same each time it sends it again."""

_BODY_KEYS: Mapping[str, str] = {"stripe": "id", "slack": "event_id"}
"""Likewise, a field of the body."""

_DECOY = b"no webhook has this key"


class WebhookRefused(NotFound):
    """There is no webhook here, or not for whoever called: both are answered alike."""


class TooManyRefused(UserError):
    """Whoever calls was refused too often of late."""

    code = "TooManyRequests"
    status = 429


class WebhookNotReady(UserError):
    """Its secret is missing or cannot be used, the disk is full, the store does not serve: ours to mend. Whoever calls
    is told nothing: the log says which."""

    code = "WebhookNotReady"
    status = 503


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What calls are checked against."""

    secrets: Sequence[SecretBackend]
    refusals: WebhookRefusals
    clock: Clock
    workspace: str
    most_bytes: int

    def refused(self, address: str, why: str, answer: UserError) -> UserError:
        """What is answered to `address`, whose call is refused: `answer`, or that it was refused too often. Who proves
        who they are is never refused for what others of their address did: behind a tunnel all have one."""
        if self.refusals.is_held(address):
            return TooManyRefused(
                "too many calls from this address were refused", advice="Check the webhook's address and its secret."
            )
        self.refusals.refused(address, why)
        return answer

    @property
    def _most(self) -> int:
        return min(self.most_bytes, MOST_BYTES)

    def check_size(self, request: Request, address: str) -> None:
        """Raises PayloadTooLarge, TooManyRefused."""
        if len(request.body) > self._most:
            raise self.refused(address, "too large", PayloadTooLarge(
                f"the body is {len(request.body):,} bytes; a webhook takes at most {self._most:,}"
            ))

    def unknown(self, request: Request, address: str) -> UserError:
        """The answer where nothing listens. It takes the time of a signature, as far as that can be told."""
        hmac.compare_digest(hmac.digest(_DECOY, request.body, "sha256"), hashlib.sha256(_DECOY).digest())
        return self._refused(address, "no such webhook")

    def arrival(self, request: Request, found: Listener, address: str) -> Arrival:
        """What arrived at `found`. Raises WebhookRefused, WebhookNotReady, TooManyRefused; UnreadableBody and
        PayloadTooLarge of a body in a content coding, which nobody learns who proves nothing."""
        auth = WebhookAuth.model_validate(found.spec.get("auth") or {"style": "none"})
        verdict = self._verdict(found, auth, request, address)
        if verdict is not Verdict.VALID:
            raise self._refused(address, f"{found.label} {verdict.value}")
        try:
            value = value_of(request, self._most)
        except UserError as error:
            raise self.refused(address, f"{found.label} {error.code}", error) from None
        return Arrival(value, self.clock.now(), {
            "Headers": _kept_headers(request.headers, auth), "Query": dict(request.query), "Path": found.spec["path"],
        }, _dedupe_key(auth.style, request.headers, value), address)

    def not_taken(self, found: Listener, error: UserError | StorageError) -> UserError:
        """The answer where nothing is taken now: why is the server's own, with its folders and processes."""
        if isinstance(error, UserError) and (error.status < 500 or isinstance(error, TriggerPaused)):
            return error
        _LOG.warning("the webhook %s takes nothing: %s", found.label, error)
        answer = WebhookNotReady("this webhook cannot take calls at the moment: try again later")
        answer.retry_after = 1.0 if isinstance(error, StorageError) else None
        return answer

    def _verdict(self, found: Listener, auth: WebhookAuth, request: Request, address: str) -> Verdict:
        try:
            values = [self._secret(each.secret, found.workflow) for each in auth.secrets]
            return auth.verify(body=request.body, headers=request.headers, secrets=values, now=self.clock.now())
        except UnusableSecret as error:
            raise self.refused(
                address, f"{found.label} cannot check who calls: {error}",
                WebhookNotReady("this webhook cannot take calls at the moment: try again later"),
            ) from None

    def _secret(self, key: str, workflow: str) -> str:
        for backend in self.secrets:
            value = backend.get(self.workspace, key)
            if value is not None:
                if not hosts_for(backend.grants(self.workspace, key), workflow, WEBHOOK):
                    advice = how_to_grant(backend.name, key, SecretGrant(workflow, WEBHOOK))
                    raise UnusableSecret(f"the secret {key} is not granted to it. {advice}")
                return value
        raise UnusableSecret(f"there is no secret {key} (automate secrets set {key})")

    def _refused(self, address: str, why: str) -> UserError:
        return self.refused(address, why, WebhookRefused("there is no webhook here, or not for you"))


def challenge(arrival: Arrival, found: Listener) -> Json:
    """What Slack wants back when it checks an address ("url_verification"); None for anything else."""
    value = arrival.value
    style = (found.spec.get("auth") or {}).get("style")
    is_challenge = style == "slack" and isinstance(value, dict) and value.get("type") == "url_verification"
    return {"challenge": value.get("challenge")} if is_challenge else None


def _dedupe_key(style: str, headers: Mapping[str, str], value: Json) -> str | None:
    header = _KEYS.get(style)
    found = headers.get(header) if header is not None else None
    field = _BODY_KEYS.get(style)
    if field is not None and isinstance(value, dict):
        found = value.get(field)
    if not isinstance(found, str) or not found:
        return None
    if len(found) <= MOST_KEY_CHARACTERS:
        return found
    return "sha256:" + hashlib.sha256(found.encode("utf-8", "surrogatepass")).hexdigest()


def _kept_headers(headers: Mapping[str, str], auth: WebhookAuth) -> dict[str, str]:
    """Those that say something of what was sent: no signature, nothing that lets anybody in."""
    own = (auth.header or "").lower()
    kept: dict[str, str] = {}
    size = 0
    for name, value in sorted(headers.items()):
        size += len(name) + len(value)
        if name == own or name.startswith(_NEVER_KEPT) or _LETS_IN.search(name):
            continue
        if size <= MOST_HEADER_BYTES:
            kept[name] = value
    return kept
