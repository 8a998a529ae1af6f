"""Whether a condition of a sentence and one of a document hold together, by their negations.

"if it is not paid" and ``$not($states.input.paid = true)`` hold together; "unless it is paid" holds where
``$states.input.paid = true`` does not.
"""

from __future__ import annotations

import re

_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|without|unless|neither|cannot)\b|n't\b")
_MAY_NEGATE = re.compile(
    r"\b(?:missing|empty|absent|lack\w*|blank|fail\w*|invalid|off|out|gone|less|fewer|any\w*|only|late|except\w*|other"
    r"|different|else|instead|apart|new|first|yet|still|closed|stopped|done|free"
    r"|(?:un|non|dis|in|im)\w{3,})\b")
"""What may stand for a negation, or make none of one."""
_EXCEPT = re.compile(r"\b(?:except|but not|only not)(?: for| in)? $", re.IGNORECASE)
_BEFORE_IT = re.compile(r"\b(?:do not|don't|never)$")
"""What forbids the clause behind it, and is no part of the condition."""
_TURNED = re.compile(r"\$not\(|!=|= false|= null|= \[\]|= \"\"|\$count\([^()]*\) = 0(?![\d.])")
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
    """Whether `condition` holds where `said` does, which stands behind `before` and lacks what a comparison has said;
    None where a word of it may be a negation."""
    said = _BEFORE_IT.sub("", said.strip())
    if _ANSWER.search(condition):
        return (_REFUSED.search(said.partition(" or ")[0]) is not None) is is_turned(condition)
    negations = len(_NEGATION.findall(said)) + bool(_EXCEPT.search(before))
    turned = len(_TURNED.findall(condition)) + len(_NAMED.findall(condition))
    if negations and not turned and re.search(r"[<>]", condition):
        return None  # "does not exceed 5" may be one comparison
    if not negations and re.search(r"\$not\(\$exists|= null|= \[\]", condition):
        return None
    if negations and re.search(r"\b(?:and|or|nor)\b|,", said):
        return True if negations == turned else None
    if negations % 2 == turned % 2:
        return True
    return None if _MAY_NEGATE.search(said) else False


def may_negate(said: str) -> bool:
    """Whether a text has a word that is a negation, or may stand for one."""
    text = said.lower()
    return _NEGATION.search(text) is not None or _MAY_NEGATE.search(text) is not None


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
