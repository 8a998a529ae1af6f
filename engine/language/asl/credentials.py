"""Keys written into a definition: what looks like a credential, and where.

    every string of the definition ──► a known form (a prefix, a private key, a URL's password) ──► found
                                  └──► called like a secret, and as random as one             ──► found

The forms are those that their issuers document, so that scanners find them: AWS IAM's unique identifiers, GitHub's
token formats, GitLab's token prefixes, Slack's token types, Stripe's key prefixes, Google Cloud's API keys, the tokens
of SendGrid, npm and PyPI, PEM (RFC 7468), JSON Web Tokens (RFC 7519), user information in URLs (RFC 3986), the schemes
of Authorization (RFC 6750, RFC 7617). What is a path, an expression, a reference or an example is none. The value is
never repeated.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.values import Path, walk

Json = Any

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((what, re.compile(form)) for what, form in (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a GitHub token", r"\bgh[opsur]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("a GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|oas)-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+"),
    ("a Slack webhook", r"https://hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]+/[A-Za-z0-9/]{20,}"),
    ("a Stripe key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/]{24,}"),
    ("a key of a language model's API", r"\bsk-(?:ant-|proj-|svcacct-)?(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{24,}"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("a token of a package registry", r"\bnpm_[A-Za-z0-9]{36}|\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("an address with a password", r"\b[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@'\"{}<>$]+:(?P<value>[^/\s@'\"{}<>$*]{4,})@"),
    ("an Authorization header", r"^(?:Bearer|Basic|Token|Bot)\s+(?P<value>[A-Za-z0-9._~+/=-]{12,})$"),
))

_NAMES = re.compile(
    r"(?:pass_?word|passwd|passphrase|secret|secret_?string|token|credential|authorization|bearer"
    r"|(?:api|access|auth|secret|private|account|shared|master|signing)_?key)$", re.IGNORECASE,
)
_PASSWORDS = re.compile(r"(?:pass_?word|passwd|passphrase)$", re.IGNORECASE)
_HANDLES = re.compile(
    r"(?:task|client|client_?request|idempotency|next|next_?page|page|pagination|continuation)_?token$", re.IGNORECASE
)
_BLANKS = re.compile(r"x{4}|\*{3}|\.\.\.|…|redacted|placeholder", re.IGNORECASE)
_EXAMPLES = re.compile(
    r"example|sample|dummy|change|your|replace|insert|todo|fake|secret|password|token|1234|abcd|0{4}", re.IGNORECASE
)
_WRITTEN = re.compile(r"[A-Za-z0-9+/=_.~!?@#$%^&*:;,-]{8,512}")
SHORTEST = 16
SHORTEST_PASSWORD = 8
RANDOM = 32
"""So long a text that looks random is no example, whatever word is in it."""

LEAST_BITS = 3.0
"""Shannon's entropy of a character: words have less over so few letters, random keys more."""


def credentials_in(value: Json) -> Iterator[tuple[Path, str]]:
    """Where within `value` a credential is written out, and what it looks like ("a GitHub token")."""
    for path, text in walk(value):
        if isinstance(text, str) and "$secret" not in path:
            what = _form(text) or _named(path, text)
            if what is not None:
                yield path, what


def _form(text: str) -> str | None:
    for what, form in _FORMS:
        for found in form.finditer(text):
            value = found.groupdict().get("value")
            if not _BLANKS.search(found.group()) and not (value and _EXAMPLES.search(value)):
                return what
    return None


def _named(path: Path, text: str) -> str | None:
    """What is called like a secret and looks random: letters and digits, no path, no expression, no example."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    plain = re.sub(r"[\s-]", "_", name)
    if not _NAMES.search(plain) or _HANDLES.search(plain) or not _WRITTEN.fullmatch(text):
        return None
    shortest = SHORTEST_PASSWORD if _PASSWORDS.search(plain) else SHORTEST
    mixed = any(char.isdigit() for char in text) and any(char.isalpha() for char in text)
    told = text.startswith(("arn:", "http", "/", "$")) or _BLANKS.search(text) or (
        len(text) < RANDOM and _EXAMPLES.search(text)
    )
    if len(text) < shortest or not mixed or told or _bits(text) < LEAST_BITS * min(1.0, len(text) / SHORTEST + 0.3):
        return None
    return f"the value of a secret, by the name {name!r}"


def _bits(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
