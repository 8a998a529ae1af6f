"""Where what is done for each of many is over: ``when the list is through``, ``once all are done``, ``after the last
one``, ``and finally``. What comes behind it is done once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.offline.words import ENTITIES, base_verb, plural, stem
from engine.records import dataclass

_LOOP = re.compile(
    r"\b(?:each|every (?!\d|(?:second|minute|hour|day|week|month|quarter|year|morning|afternoon|evening|night|weekday"
    r"|workday|other|time|few|\w+day)s?\b)|for all|all (?:the|of|our|my|their|[\w-]+s)\b"
    r"|(?:go|goes|run|loop|work|walk|iterate)\w* (?:through|over)|one by one|at a time)", re.IGNORECASE)
"""What says that something is done for each of many."""
_WHEN = r"(?:only )?(?:when|once|after|as soon as|now that)"
_BE = r"(?:is|are|was|were|has|have|had|been)"
_NOUN = rf"(?:(?!{_BE}\b|list\b|of\b)[\w-]+)(?: (?!{_BE}\b)[\w-]+)?"
_ALL = (rf"(?:(?:all|every)(?: of)? (?:(?:the|our|my|these|those) )?(?!of\b|them\b|these\b|those\b|it\b|that\b"
        rf"|have\b)(?:{_NOUN})"
        r"|all(?: of (?:them|these|those|it|that))?|them all|they(?: all)?|these|those|every(?:thing|body|one| one)"
        r"(?: of them)?)")
_LIST = (r"(?:the|this|that|our) (?:(?:whole|entire|full|complete) [\w-]+|(?:[\w-]+ )?(?:list|loop|round|run|lot|pile"
         r"|stack|batch))(?: of (?:the |our )?[\w-]+)?")
_LAST = rf"the (?:very )?last (?:one|of (?:them|these|the [\w-]+)|{_NOUN})"
_IS = rf"(?:['\u2019](?:s|ve|re)| {_BE}| gets?)(?: now)?(?: all)?(?: been)?"
_OVER = (r"(?:done|finished|through|over|completed?|handled|processed|dealt with|looked (?:at|after)|gone through"
         r"|checked|seen to|taken care of")
_YOU = r"(?:we|you|i)"
_HAS = rf"{_YOU}(?:['\u2019](?:ve|re|m)| (?:are|have|had|am))?(?: all)?"
_GONE = r"(?:(?:(?:been|gone|got|come|worked|run) )?(?:all the way )?through|(?:done|finished?|completed?)(?: with)?)"
_WHAT = rf"(?: (?:it all|{_ALL}|{_LIST}))?"
_AT_END = r"(?:at|in) the (?:very )?end"
OVER = re.compile(
    r"(?P<lead>^|[.;,:\u2013\u2014-] |\b)(?:(?:and|but|then)\b,? )*(?P<said>"
    rf"{_WHEN} (?:{_ALL}|{_LAST}|{_LIST}|it(?=['\u2019]s all| is all)){_IS} "
    rf"(?:{_OVER}|(?P<verb>[\w-]+(?:ed|en|nt|t|d))))"
    rf"|{_WHEN} {_HAS} {_GONE}{_WHAT}"
    rf"|{_WHEN} {_HAS} (?:reach(?:ed)?|get to|got to|come to|hit) the (?:very )?end(?: of {_LIST})?"
    rf"|(?:after|having) (?:going|gone|working|worked|running|looping|done|doing|finished|finishing)"
    rf"(?: through)?{_WHAT}"
    rf"|after (?:{_LAST}|all(?: of (?:that|this|them|these))|them all|{_LIST})"
    r"|with (?:all|all of (?:that|this|them)|everything) (?:done|finished|over|out of the way)"
    rf"|{_AT_END}(?: of {_LIST})?(?! of\b)|as (?:a|the) (?:very )?last (?:step|thing)"
    r"|(?P<soft>finally|lastly|last of all|to finish(?: (?:up|off))?|to round (?:it )?off|to wrap up)"
    r"|(?P<vague>(?:once|when|as soon as|after) (?:(?:that|this|it)(?:['\u2019]s| is| has)(?: all)?(?: been)? )?"
    r"(?:done|finished|through|over|completed?)|with (?:that|this) done)"
    rf"|(?P<left>(?:when|once|as soon as) (?:there(?:['\u2019]s| {_BE}) (?:no|none|nothing)(?: more)?(?: {_NOUN})?"
    rf"|(?:no|none|nothing)(?: more)?(?: of \w+)?(?: {_NOUN})? {_BE})(?: left| remaining| over)|(?:when|once) "
    rf"(?:{_LIST}|it) (?:is|gets?) empty))"
    r"(?=,| (?=[\w#])|\.(?!\w)|;|$)", re.IGNORECASE)
"""A loop is over. `verb` says by which verb; `soft` and `vague` may also speak of each of the things, and `left` of
something else than the list."""
_SPEAKS = re.compile(r"\b(?:it|its|him|her|his|hers|them|their|they|each|every|(?:this|that) one)\b", re.IGNORECASE)
_STOP = re.compile(r"[.;](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a phrase that ends a loop begins and ends, with its joiner before `start`; `doing` is what is done then.
    `is_sure` where it can be nothing else, `is_left` where it speaks of what is left."""

    lead: int
    start: int
    end: int
    doing: str
    is_before: bool
    """Whether it stands before what is done then."""
    is_sure: bool
    is_left: bool


def endings_in(text: str) -> Iterator[Ending]:
    """The phrases that say that what is done for each of many is over."""
    for said in OVER.finditer(text):
        before, after = text[:said.start("said")], text[said.end():]
        rest = _STOP.split(after.lstrip(", "))[0].strip() if after[:1] not in ".;" else ""
        doing = rest or re.split(r"[,;:]|\.(?!\w)|\band\b", before)[-1]
        if _LOOP.search(before) is None or before.count('"') % 2 or not doing.strip():
            continue
        verb = stem((said["verb"] or "").lower())
        if rest and not after.startswith(",") and base_verb(rest.split()[0].lower()) is None:
            continue
        opens = said["lead"] == ". "
        knows = not verb or verb in {stem(word.lower()) for word in re.findall(r"[\w-]+", before)}
        sure = knows and said["left"] is None and (opens or said["vague"] is None) and not (
            (said["soft"] or said["vague"]) and _is_of_each(doing))
        yield Ending(said.start(), said.start("said"), said.end(), doing, bool(rest), sure, said["left"] is not None)


def _is_of_each(doing: str) -> bool:
    """Whether a step speaks of the thing that is done, or of one that it may have."""
    return _SPEAKS.search(doing) is not None or any(
        re.search(rf"\bthe (?:{one}|{plural(one)})\b", doing, re.IGNORECASE) for one in ENTITIES)


def closed(text: str) -> str:
    """The text with a full stop where a loop is over."""
    parts, at = list[str](), 0
    for said in endings_in(text):
        if said.is_before and said.is_sure:
            parts += [text[at:said.lead].rstrip(" .;,:\u2013\u2014-"), ". Then "]
            at = said.end + len(text[said.end:]) - len(text[said.end:].lstrip(", "))
    return "".join([*parts, text[at:]])
