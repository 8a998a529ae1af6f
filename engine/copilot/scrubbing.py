"""Masking what is a secret or looks like one by its shape, before anything is sent to a model."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.governance.masking import MASK, Scrubber

Json = Any

_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access keys
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{10,}"  # Stripe, OpenAI, Anthropic
    r"|\b(?:sk|pk|rk)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{16,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bgh[opsur]_[A-Za-z0-9]{20,}|\bglpat-[A-Za-z0-9_-]{16,}"  # Slack, GitHub, GitLab
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JSON Web Tokens
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # a URL's user and password
    re.DOTALL,
)
_NAME = r"(?:password|passwd|pwd|secret|token|api[-_ ]?key|access[-_ ]?key)"
_NAMED = re.compile(
    # "is" alone is a condition too (the token is expired): a value has a digit then. SLACK_TOKEN is a secret's name.
    rf"(?i:\b{_NAME}\b(?:\s*[:=]\s*[\"']?|\s+is\s+(?=[^\s]*\d)))(?![A-Z_]+(?:$|[\s\"',;.{{}}]))(?P<value>[^\s\"',;{{}}$*][^\s\"',;{{}}]{{5,}})"
)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[^\s:/()<>%]{6,}")
_MEMBER = re.compile(rf"(?i)(?:^|[-_])(?:{_NAME})$")


class Scrub:
    """Masks stored secrets (`known`) and what looks like a secret. `masked` says whether it has masked anything."""

    def __init__(self, known: Scrubber) -> None:
        self._known = known
        self.masked = False

    def __call__(self, value: Json) -> Json:
        """`value` with what is or looks like a secret masked."""
        clean = scrubbed(self._known.json(value))
        self.masked = self.masked or bool(clean != value)
        return clean

    def written(self, value: Json) -> Json:
        """`value` with stored secrets masked, what has the shape of one, and what is called one and is no word: "token:
        a8f3…", but not "token: missing"."""
        return _masked_where_random(self.values(value))

    def values(self, value: Json) -> Json:
        """`value` with stored secrets masked and what has the shape of one: a test's "password": "x" stays."""
        return _each_text(self._known.json(value), lambda text: _SHAPES.sub(MASK, text))


def scrubbed(value: Json) -> Json:
    """`value` with everything masked that looks like a secret, names of members included."""
    if isinstance(value, str):
        return _NAMED.sub(lambda match: match.group().replace(match["value"], MASK), _SHAPES.sub(MASK, value))
    if isinstance(value, dict):
        return {scrubbed(name): MASK if _is_written_out(name, item) else scrubbed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    return value


def _masked_where_random(value: Json) -> Json:
    if isinstance(value, str):
        return _NAMED.sub(
            lambda match: match.group().replace(match["value"], MASK) if _is_random(match["value"]) else match.group(),
            value,
        )
    if isinstance(value, dict):
        return {
            name: MASK if _is_written_out(name, item) and _is_random(item) else _masked_where_random(item)
            for name, item in value.items()
        }
    return [_masked_where_random(item) for item in value] if isinstance(value, list) else value


def _is_random(text: str) -> bool:
    """Whether a text reads like a key or a password and not like words, a call or an address."""
    return _RANDOM.fullmatch(text.strip("'\"")) is not None


def _each_text(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _each_text(item, change) for name, item in value.items()}
    return [_each_text(item, change) for item in value] if isinstance(value, list) else value


def _is_written_out(name: str, value: Json) -> bool:
    """Whether a member with the name of a secret holds a text that is no expression and no blank."""
    return (
        isinstance(value, str) and value not in ("", MASK) and _MEMBER.search(name) is not None
        and not value.startswith(("{%", "$", "TODO"))
    )
