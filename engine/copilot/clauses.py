"""Splitting a request into clauses, in any language: at punctuation, and before a few conjunctions.

A clause is a unit to account for, not something understood: the model says of each clause where the draft does it, and
the outline makes a step of each. A clause that is split once too often costs one line of the model's answer. So there
is no grammar here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.errors import InvalidDocument

LONGEST = 4_000
"""Characters of a request."""

_JOINTS = {
    "en": "and then|and|then|but|if|unless|when|whenever|otherwise|or else|else|before|after|until|while|or",
    "de": "und dann|und|dann|aber|wenn|falls|sobald|sonst|andernfalls|bevor|nachdem|bis|oder",
    "es": "y luego|y|luego|pero|si no|si|cuando|antes de|después de|hasta|o",
    "fr": "et puis|et|puis|mais|sinon|si|quand|lorsque|avant de|après|jusqu'à|ou",
    "pt": "e depois|e|depois|mas|senão|se|quando|antes de|até|ou",
    "it": "e poi|e|poi|ma|altrimenti|se|quando|prima di|dopo|finché|o",
    "nl": "en dan|en|dan|maar|anders|als|wanneer|voordat|nadat|totdat|of",
}
"""Conjunctions before which a clause begins, by language."""
_TELLING = {
    "en": "the a is to of it for with", "de": "der die das ist ein eine den dem nicht mit",
    "es": "el la los las que una por del", "fr": "le la les une des est pour du ne",
    "pt": "o os as um uma não com do da",
    "it": "il lo gli di un che per della", "nl": "de het een is van niet met voor",
}
"""Short words by which a language is told from another: a conjunction of one is an article of the next."""

_AND = (
    "and then", "and", "then", "und dann", "und", "dann", "y luego", "y", "luego", "et puis", "et", "puis", "e depois",
    "e", "depois", "e poi", "poi", "en dan", "en", "dan",
)
"""Those that only continue: at the beginning of a clause they say nothing by themselves."""

_WIDE = "\u3002\u3001\uff0c\uff1b\uff1a\uff01\uff1f\u0964\u061f\u060c\u061b"
"""The stops of Chinese, Japanese, Hindi and Arabic, after which no space need stand."""
_DASHES = "\u2013\u2014\u2192"
_ABBREVIATED = r"(?<!\b\w\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bNo\.)(?<!\bNr\.)(?<!\bSt\.)"
_STOPS = re.compile(rf"(?<=[.,;:!?]){_ABBREVIATED}\s+|(?<=[{_WIDE}])\s*|\n+|\s+[{_DASHES}]\s+")
_BULLET = re.compile(r"^[^\S\n]*(?:[-*•]|\(?\d{1,2}[.)])\s+", re.MULTILINE)
_EDGES = f" \t\r\n.,;:!?{_WIDE}{_DASHES}"
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|\{[^{}\n]*\}|\([^()\n]*\)")
_LEAST_WORDS = 2
"""A conjunction splits only where both sides have so many words: "salt and pepper" stays one."""


def check_request(text: str, *, where: str = "text") -> str:
    """The request without spaces at its ends. Raises InvalidDocument for one that is empty or longer than LONGEST."""
    stripped = text.strip()
    if not stripped:
        raise InvalidDocument("the request is empty", where=where, advice="Say what the workflow should do.")
    if len(stripped) > LONGEST:
        raise InvalidDocument(
            f"the request has {len(stripped)} characters; at most {LONGEST} are read", where=where,
            advice="Describe the main course first, and refine the draft in further turns.",
        )
    return stripped


def clauses_of(text: str) -> tuple[str, ...]:
    """The clauses of `text` in order, without punctuation at their ends. What stands in quotation marks, braces or
    brackets is not split. At least one for a text that has a letter or digit; none for one that has neither."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"\x00{len(kept) - 1}\x00"

    marked = _QUOTED.sub(keep, text)
    words = _joints(text)
    found: list[str] = []
    for line in _STOPS.split(_BULLET.sub("", marked)):
        found += _joined(line, words)
    whole = [re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], clause) for clause in found]
    return tuple(clause for clause in whole if re.search(r"\w", clause))


def without_and(clause: str) -> str:
    """The clause without a conjunction at its beginning that only continues the one before."""
    return re.sub(rf"^(?:{'|'.join(_AND)})\s+", "", clause, flags=re.IGNORECASE)


def _joints(text: str) -> list[str]:
    """The conjunctions of English and of the language that most of the text's words tell, the longest first."""
    words = re.findall(r"\w+", text.lower())
    hits = {
        language: sum(word in {*telling.split(), *_JOINTS[language].split("|")} for word in words)
        for language, telling in _TELLING.items()
    }
    best = max(hits, key=lambda language: hits[language])
    return sorted({*_JOINTS["en"].split("|"), *_JOINTS[best].split("|")}, key=len, reverse=True)


def _joined(text: str, words: Sequence[str]) -> list[str]:
    """The parts of a line between the conjunctions `words`, where both sides are long enough."""
    joint = rf"(?<=\s)(?=(?:{'|'.join(map(re.escape, words))})\s)"
    parts: list[str] = []
    held = ""
    for split in re.split(joint, text, flags=re.IGNORECASE):
        piece, held = held + split, ""
        if piece.strip().lower() in words:  # "und dann" begins one clause
            held = piece
        elif parts and (_is_short(parts[-1], words) or _is_short(piece, words)
                        or _is_range(parts[-1], _without_joint(piece, words))):
            parts[-1] = f"{parts[-1]}{piece}"
        else:
            parts.append(piece)
    parts.append(held)
    return [part.strip(_EDGES) for part in parts]


def _is_short(piece: str, words: Sequence[str]) -> bool:
    return len(_without_joint(piece, words).split()) < _LEAST_WORDS


def _is_range(before: str, after: str) -> bool:
    """Whether two numbers meet at the conjunction: between 1,000 and 10,000."""
    return before.rsplit(maxsplit=1)[-1][:1].isdigit() and after[:1].isdigit()


def _without_joint(piece: str, words: Sequence[str]) -> str:
    return re.sub(rf"^(?:{'|'.join(map(re.escape, words))})\s+", "", piece, flags=re.IGNORECASE)
