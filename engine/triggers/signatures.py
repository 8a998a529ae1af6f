"""Who sent a webhook: the signature over its raw body, in the styles of those who send them.

    github              X-Hub-Signature-256: sha256=HEX                        body
    shopify             X-Shopify-Hmac-SHA256: BASE64                          body
    slack               X-Slack-Signature: v0=HEX                              v0:TIMESTAMP:body
    stripe              Stripe-Signature: t=TIMESTAMP,v1=HEX                   TIMESTAMP.body
    standard-webhooks   webhook-signature: v1,BASE64                           ID.TIMESTAMP.body
    hmac                a header, an algorithm and an encoding of your own     body, or TIMESTAMP.body

All are HMACs, and all but the last of SHA-256. Sources: GitHub, "Validating webhook deliveries"; Shopify, "Deliver
webhooks through HTTPS"; Slack, "Verifying requests from Slack"; Stripe, "Verify webhook signatures manually"; the
Standard Webhooks specification.

While a secret is rotated two are current, and either will do. Each secret is compared with each signature, and each
comparison takes the same time whatever is wrong. Nothing here holds or tells a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Literal

from engine.records import dataclass

Style = Literal["github", "shopify", "slack", "stripe", "standard-webhooks", "hmac"]

MOST_SIGNATURES = 16
"""In one header: a sender that rotates has two or three."""

_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)


class Verdict(StrEnum):
    """What is found. It is for counting and for the record of a delivery: who called is told nothing of it."""

    VALID = "valid"
    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG = "wrong"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Form:
    """How the style ``hmac`` signs. The signature is in `header`, behind `prefix`. With `timestamp_header` its value
    and a point stand before the body that is signed."""

    header: str
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp_header: str | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says of itself: signatures, what stands before the body in what is signed, and when."""

    signatures: tuple[bytes, ...]
    before: bytes = b""
    timestamp: str | None = None


class UnusableSecret(ValueError):
    """A secret that is not in the form that the style wants. The message never holds it."""


def verify(
    style: Style, *, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float,
    tolerance: float = 300.0, form: Form | None = None,
) -> Verdict:
    """What is to be thought of a request. `headers` may be in whatever case, `form` belongs to the style ``hmac``.

    A timestamp more than `tolerance` seconds from `now`, before or after, makes an otherwise valid signature STALE.
    Raises UnusableSecret.
    """
    found = {name.lower(): value.strip() for name, value in headers.items()}
    claim = _own(found, form) if style == "hmac" else _READERS[style](found)
    if isinstance(claim, Verdict):
        return claim
    if not 0 < len(claim.signatures) <= MOST_SIGNATURES:
        return Verdict.MALFORMED
    algorithm = form.algorithm if form is not None and style == "hmac" else "sha256"
    held = False
    for secret in secrets:
        key = _key(style, secret)
        expected = hmac.new(key, claim.before + body, getattr(hashlib, algorithm)).digest()
        for signature in claim.signatures:
            held |= hmac.compare_digest(expected, signature) and bool(key)
    if not held:
        return Verdict.WRONG
    if claim.timestamp is not None and abs(now - int(claim.timestamp)) > tolerance:
        return Verdict.STALE
    return Verdict.VALID


def _key(style: Style, secret: str) -> bytes:
    """Standard Webhooks has its keys in base64, and most show them behind ``whsec_``. An empty key proves nothing."""
    if style != "standard-webhooks":
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        raise UnusableSecret("a secret of Standard Webhooks is base64, with or without whsec_ before it") from None


def _github(headers: Mapping[str, str]) -> _Claim | Verdict:
    return _plain(headers, Form("x-hub-signature-256", prefix="sha256="))


def _shopify(headers: Mapping[str, str]) -> _Claim | Verdict:
    return _plain(headers, Form("x-shopify-hmac-sha256", encoding="base64"))


def _slack(headers: Mapping[str, str]) -> _Claim | Verdict:
    claim = _plain(headers, Form("x-slack-signature", prefix="v0="))
    timestamp = headers.get("x-slack-request-timestamp")
    if isinstance(claim, Verdict) or timestamp is None:
        return claim if isinstance(claim, Verdict) else Verdict.MISSING
    return _at(claim, timestamp, f"v0:{timestamp}:")


def _stripe(headers: Mapping[str, str]) -> _Claim | Verdict:
    """Other schemes than v1 are passed over: "ignore all schemes that are not v1". So is a v1 that is no hex: one of
    them has to be right."""
    text = headers.get("stripe-signature")
    if text is None:
        return Verdict.MISSING
    pairs = [part.strip().partition("=") for part in text.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1:
        return Verdict.MALFORMED
    claim = _several([value for name, _, value in pairs if name == "v1"], "hex")
    return _at(claim, times[0], f"{times[0]}.")


def _standard(headers: Mapping[str, str]) -> _Claim | Verdict:
    """Signatures of other versions, which are made with public keys, are passed over."""
    name, timestamp, text = (headers.get(f"webhook-{part}") for part in ("id", "timestamp", "signature"))
    if name is None or timestamp is None or text is None:
        return Verdict.MISSING
    pairs = [part.partition(",") for part in text.split()]
    claim = _several([value for version, _, value in pairs if version == "v1"], "base64")
    return _at(claim, timestamp, f"{name}.{timestamp}.")


def _own(headers: Mapping[str, str], form: Form | None) -> _Claim | Verdict:
    if form is None:
        raise ValueError("the style hmac needs its form")
    claim = _plain(headers, form)
    if isinstance(claim, Verdict) or form.timestamp_header is None:
        return claim
    timestamp = headers.get(form.timestamp_header.lower())
    return Verdict.MISSING if timestamp is None else _at(claim, timestamp, f"{timestamp}.")


def _plain(headers: Mapping[str, str], form: Form) -> _Claim | Verdict:
    """One signature in a header."""
    text = headers.get(form.header.lower())
    if text is None:
        return Verdict.MISSING
    signature = _decoded(text.removeprefix(form.prefix), form.encoding) if text.startswith(form.prefix) else None
    return Verdict.MALFORMED if signature is None else _Claim((signature,))


def _several(texts: list[str], encoding: Literal["hex", "base64"]) -> _Claim:
    """Those of them that can be read."""
    found = (_decoded(text, encoding) for text in texts)
    return _Claim(tuple(each for each in found if each is not None))


def _at(claim: _Claim, timestamp: str, before: str) -> _Claim | Verdict:
    if not _TIMESTAMP.fullmatch(timestamp):
        return Verdict.MALFORMED
    return _Claim(claim.signatures, before.encode(), timestamp)


def _decoded(text: str, encoding: Literal["hex", "base64"]) -> bytes | None:
    """None for what is not so encoded, to the letter."""
    if encoding == "hex":
        return bytes.fromhex(text) if _HEX.fullmatch(text) else None
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


_READERS: Mapping[str, Callable[[Mapping[str, str]], _Claim | Verdict]] = {
    "github": _github, "shopify": _shopify, "slack": _slack, "stripe": _stripe, "standard-webhooks": _standard,
}
