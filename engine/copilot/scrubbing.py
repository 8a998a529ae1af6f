"""What looks like a secret, by its shape: it must not reach a model even where nobody has stored it as one."""

from __future__ import annotations

import re
from typing import Any

from engine.governance.masking import MASK

Json = Any

_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access keys
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}"  # Stripe, OpenAI, Anthropic
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bgh[opsur]_[A-Za-z0-9]{20,}|\bglpat-[A-Za-z0-9_-]{16,}"  # Slack, GitHub, GitLab
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JSON Web Tokens
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # a URL's user and password
    re.DOTALL,
)
_NAME = r"(?:password|passwd|pwd|secret|token|api[-_ ]?key|access[-_ ]?key)"
_NAMED = re.compile(
    # "is" alone is a condition too (the token is expired): a value has a digit then.
    rf"(?i)\b{_NAME}\b(?:\s*[:=]\s*[\"']?|\s+is\s+(?=[^\s]*\d))(?P<value>[^\s\"',;{{}}$*][^\s\"',;{{}}]{{5,}})"
)
_MEMBER = re.compile(rf"(?i)(?:^|[-_])(?:{_NAME})$")


def scrubbed(value: Json) -> Json:
    """`value` with everything masked that looks like a secret, names of members included."""
    if isinstance(value, str):
        return _NAMED.sub(lambda match: match.group().replace(match["value"], MASK), _SHAPES.sub(MASK, value))
    if isinstance(value, dict):
        return {scrubbed(name): MASK if _is_written_out(name, item) else scrubbed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    return value


def _is_written_out(name: str, value: Json) -> bool:
    """Whether a member that is called like a secret holds one, and neither an expression nor a blank."""
    return (
        isinstance(value, str) and value not in ("", MASK) and _MEMBER.search(name) is not None
        and not value.startswith(("{%", "$", "TODO"))
    )
