"""Whether a condition of a sentence and one of a document hold together, by their negations.

"if it is not paid" and ``$not($states.input.paid = true)`` hold together; "unless it is paid" holds where
``$states.input.paid = true`` does not.
"""

from __future__ import annotations

import re

from engine.copilot.offline.words import stem, stems

_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|without|unless|neither|cannot)\b|n't\b")
_MAY_NEGATE = re.compile(
    r"\b(?:missing|empty|absent|lack\w*|blank|fail\w*|off|out|gone|late|other"
    r"|different|else|instead|apart|new|first|closed|stopped|done|free)\b")
"""What may stand for a negation, or make none of one."""
_OPPOSITE = re.compile(r"\b(?:(?:un|non-?)(?P<of>\w{3,})|(?:dis|in|im|ir)(?P<of2>\w+(?:ed|id|ete|ive|ct|ble|al|ar)))\b")
"""A word that may be the opposite of another."""
_ABSENT = re.compile(r"\b(?:missing|empty|absent|lack\w*|blank)\b")
EXISTS = re.compile(r"\$exists\(|= null|= \[\]|\$count\([^()]*\) (?:!?=|>) 0(?![\d.])")
_UP = re.compile(
    r"\b(?:over|above|beyond|exceed\w*|more|(?:great|high|larg|bigg|old|long|heavi|warm|hott|fast)er|at least|upwards?"
    r"|minimum)\b|>")
_DOWN = re.compile(
    r"\b(?:under|below|less|fewer|(?:low|small|young|short|light|cheap|cold|slow)er|at (?:the )?most|up to|maximum)\b"
    r"|<")
_RANGE = re.compile(r"\bbetween\b|\bfrom\b.*\bto\b|\d ?[-\u2013] ?\d|\d to \S*\d")
_EXCEPT = re.compile(r"\b(?:except|but not|only not)(?: for| in)? $", re.IGNORECASE)
_BUT = re.compile(r"\b(?:but |and )?except\b(?! (?:not|un))")
_BEFORE_IT = re.compile(r"\b(?:do not|don't|never)$")
"""What forbids the clause behind it, and is no part of the condition."""
_TURNED = re.compile(r"\$not\(|!=|= false|= null|= \[\]|= \"\"|\$count\([^()]*\) = 0(?![\d.])")
_ZERO = re.compile(r"\w = 0(?![\d.])")
_NONE = re.compile(r"\b(?:no|none)\b(?!.*\b(?:zero|0)\b)")
"""How an expression, and how a sentence, says none of what is counted."""
_NAMED = re.compile(
    r"(?<=[a-z])(?:Not|No|Without|Never)(?=[A-Z])|\"[^\"]*\b(?:not|no|without|never)\b[^\"]*\"|\$(?:\w+\.)*(?:not|no)(?=[A-Z])")
"""A negation in the name of a field, or in what it is compared with."""
_REFUSED = re.compile(
    r"\b(?:reject|declin|den[iy]|refus|disagree|object|turns? (?:\w+ )?down|not|never|no\b|without)|n't\b")
_ANSWER = re.compile(r"\.approved\b")
NOTHING = re.compile(
    r"(?:just |simply )?(?:do nothing|stop|end|skip it|ignore it|nothing (?:happens|has to)|that's it|leave it)\b")
_FORBIDS = re.compile(
    r"^(?:(?:please|just|also|then|we|it|they) )*(?:do not|don't|never|must not|should not|skip|leave out)\b")


def holds_with(said: str, before: str, condition: str) -> bool | None:
    """Whether `condition` holds where `said` does, which stands behind `before`; None where a word of it may be a
    negation."""
    said = _BEFORE_IT.sub("", said.strip())
    if _ANSWER.search(condition):
        return (_REFUSED.search(said.partition(" or ")[0]) is not None) is is_turned(condition)
    opposites, unsure = _opposites(said, condition)
    negations = len(_NEGATION.findall(said)) + bool(_EXCEPT.search(before) or _BUT.match(said)) + opposites
    turned = len(_TURNED.findall(condition)) + len(_NAMED.findall(condition))
    turned += bool(_NONE.search(said) and _ZERO.search(condition))
    listed = re.search(r"\b(?:and|or|nor)\b|,", said) is not None
    if re.search(r"[<>]", condition) and not EXISTS.search(condition):
        other_way = _runs_other_way(said, condition)
        if other_way is None or (listed and negations):
            return None
        return (negations + other_way) % 2 == turned % 2
    if negations and listed:
        return True if negations == turned else None
    if negations % 2 == turned % 2:
        return True
    return None if unsure else False


def _opposites(said: str, condition: str) -> tuple[int, bool]:
    """How many words are negations of what the condition has, and whether others may be. A word that the condition has
    itself negates nothing."""
    has = terms_of(condition)
    found = sum(opposite_of(match[0]) in has and stem(match[0]) not in has for match in _OPPOSITE.finditer(said))
    if EXISTS.search(condition):
        return found + len(_ABSENT.findall(said)), False
    return found, any(stem(match[0]) not in has for match in _MAY_NEGATE.finditer(said))


def opposite_of(word: str) -> str | None:
    """The stem of what a word is the opposite of: unpaid, of paid; None for another word."""
    match = _OPPOSITE.fullmatch(word)
    return None if match is None else stem(match["of"] or match["of2"])


def _runs_other_way(said: str, condition: str) -> bool | None:
    """Whether an amount is said from the other end than the condition has it; None where that is not clear."""
    signs = {*re.findall(r"[<>]", re.sub(r"(?<=\w)\[[^\]]*\]", "", condition))}
    ways = {sign for sign, form in ((">", _UP), ("<", _DOWN)) if form.search(said)}
    if len(signs) == 2:
        return False if _RANGE.search(said) else None
    return signs != ways if len(ways) == 1 else False if not ways and signs == {">"} else None


def terms_of(condition: str) -> frozenset[str]:
    """The stems of what a condition is about: its fields and its values."""
    bare = re.sub(r"(?<=\w)\[[^\]]*\]", "", condition)
    return stems(_GENERIC.sub(" ", bare))


_GENERIC = re.compile(
    r"\$\w+\(|\$states\.(?:input|result)|\$answer\.(?:body|answer)|\.(?:Item|Payload|body)\b|\.[NS]\b"
    r"|\b(?:true|false|null|and|or|in|item|value|result)\b")


def may_negate(said: str) -> bool:
    """Whether a text has a word that is a negation, or may stand for one."""
    text = said.lower()
    return any(form.search(text) is not None for form in (_NEGATION, _MAY_NEGATE, _BUT, _OPPOSITE))


def is_turned(condition: str) -> bool:
    """Whether a condition of a document is negated."""
    return len(_TURNED.findall(condition)) % 2 == 1


def forbids(said: str, before: str) -> bool:
    """Whether a clause, behind `before`, says what is not done."""
    return _FORBIDS.search(said) is not None or _BEFORE_IT.search(before.lower().rstrip()) is not None


def refuses(said: str) -> bool:
    """Whether what is said of an answer is no, none, or the other one."""
    return _REFUSED.search(said.lower()) is not None or re.search(
        r"\b(?:otherwise|else|silence|nobody|answer|instead|either)\b", said, re.IGNORECASE) is not None
