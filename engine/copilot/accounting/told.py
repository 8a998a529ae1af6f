"""What somebody is told: its negations decide on nothing."""

from __future__ import annotations

import re

_TOLD = re.compile(
    r"\b(?:(?:so )?that|saying|because|since|why|how|which|what|who)\b(?:(?!\b(?:if|unless|when|and)\b)[^,;.])*$",
    re.IGNORECASE)
_TELLS_TO = re.compile(r"\b(?:text|tell|email|mail|ask|warn|remind|inform)\b[^.;]*$", re.IGNORECASE)


def told_in(before: str, text: str, after: str) -> str | None:
    """What somebody is told around `text`: ``that they did not pay``, ``not to come``; None for what is no part of a
    message."""
    if re.match(r" to \w", after) and _TELLS_TO.search(before):
        return text
    told = _TOLD.search(before)
    if told is None or re.match(r"unless|except|without", text, re.IGNORECASE):
        return None
    return f"{told[0]}{text}{re.split(r'[,;.]', after)[0]}".strip()
