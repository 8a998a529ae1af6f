"""Where what is done for each of many goes on beyond its sentence: ``For each order, check it. If it is late, …``.

A sentence goes on with it that speaks of the one ("if it is …", "if the order is …", "if the answer is …") or of what
was named for each, and what is done otherwise then. Behind a colon ("For each order: check it. …") so does each step
until a sentence says that the list is through; where none says so, a step that speaks of no single one leaves it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.offline.phrases import FAILURE
from engine.copilot.offline.times import DAY, WEEK
from engine.copilot.offline.wording.ending import endings_in
from engine.copilot.offline.words import VERBS, singular
from engine.records import dataclass

_HEAD = re.compile(
    r"(?:^|[,:;] |\band |\bthen )(?:for (?:each|every|all)|(?:go|goes|loop|work|walk|iterate)\w* (?:through|over))"
    r"(?: of)?(?: the| our| my| these| those)? (?P<item>[\w-]+)[^,:;]*(?P<mark>[,:](?= ))?", re.IGNORECASE)
_EACH = re.compile(
    rf"\b(?:each|every)(?: of the| of our)? (?!(?:of|one|time|other|second|minute|hour|day|week|month|quarter|year"
    rf"|night|morning|afternoon|evening|{DAY}|{WEEK}|few|\d+)\b)(?P<item>[\w-]+)", re.IGNORECASE)
_IF = r"(?:but |and |also )?(?:if|unless|when) "
_ANSWER = r"(?:answer|response|result|reply|status|outcome)"
_ONE = re.compile(
    rf"{_IF}(?:(?:it|he|she|they|its|his|her|their|one|that one|this one)\b|the {_ANSWER}\b)"
    rf"(?!(?:'s| is| are)(?: not|n't)? (?:an? |the )?(?:{DAY}|{WEEK}|holiday|morning|afternoon|evening|night|first|last"
    r"|all\b))", re.IGNORECASE)
_THE = re.compile(rf"{_IF}the (?P<what>[\w-]+)", re.IGNORECASE)
_OTHERWISE = re.compile(r"(?:otherwise|else|if not)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|its|him|her|his|hers|they|them|their)\b", re.IGNORECASE)
_ACTS = re.compile(
    r"(?:(?:then|and|also|afterwards|after that|(?P<if>if|unless))\b,? )*(?P<verb>[a-z]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s|$)")


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A sentence from `start` to before `end` behind one that is of each; `opens` is where that one begins. `is_sure`:
    it is of each too, else that is open."""

    start: int
    end: int
    opens: int
    is_sure: bool


def going_on_in(text: str) -> Iterator[GoingOn]:
    """The sentences that go on with what is done for each, in order."""
    cuts = [found.end() for found in _SENTENCE.finditer(text)]
    parts = [(start + len(text[start:end]) - len(text[start:end].lstrip()), end)
             for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True) if text[start:end].strip()]
    endings = [ending.start for ending in endings_in(text) if ending.is_sure]
    head: re.Match[str] | None = None
    opens, is_open = 0, True
    for start, end in parts:
        said = text[start:end]
        opening = _HEAD.search(said) or _EACH.search(said)
        if opening is not None:
            head, opens, is_open = opening, start, False
        elif head is not None and not is_open:
            if any(start <= ending < end for ending in endings):
                is_open = True
                continue
            item = singular(head["item"].lower())
            of_one = _ONE.match(said) or _OTHERWISE.match(said) or re.match(
                rf"{_IF}(?:the|an?|that|this) {item}\b", said, re.IGNORECASE) or _is_named(said, text[opens:start])
            acts = _ACTS.match(said)
            asks = acts is not None and (acts["if"] or acts["verb"].lower() in VERBS)
            if not of_one and (FAILURE.match(said.lower()) or not asks):
                continue
            listed = head.re is _HEAD and head["mark"] == ":"
            is_sure = bool(of_one) or (listed and (any(ending >= end for ending in endings) or bool(
                _IT.search(said) or re.search(rf"\b(?:the|that|this) {item}\b", said, re.IGNORECASE))))
            if is_sure or listed:
                yield GoingOn(start, end, opens, is_sure)
            is_open = not is_sure


def _is_named(said: str, before: str) -> bool:
    """Whether a condition is on what was named before it: ``look up the supplier. If the supplier is new, …``."""
    thing = _THE.match(said)
    return thing is not None and re.search(rf"\bthe {thing['what']}\b", before, re.IGNORECASE) is not None
