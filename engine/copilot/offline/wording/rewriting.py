"""The same thing said in another way, in the words that the reader knows: the forms of a table, and what goes where.

The accounting looks at the sentence as it was written, so nothing is lost here unseen.
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.forms import RULES
from engine.copilot.offline.wording.parts import NUMBER as _N
from engine.copilot.offline.wording.routing import routed
from engine.copilot.offline.words import base_verb

_AT_ONCE = re.compile(
    rf",? ?(?:with |and |but )?(?:strictly |always |exactly )?(?:at most |up to |(?:no|not|never) more than "
    rf"|max(?:imum)?\.? )?\b({_N})(?: of them"
    rf"| (?!times|retries|attempts|tries|more|things|steps|tasks)[\w-]+)? "
    r"(?:at a time|at once|in parallel|concurrently|at the same time)\b"
    r"|,? ?\b(?:(one) by one|(one) after (?:another|the other)|in (sequence))\b", re.IGNORECASE)
_ITEMS = re.compile(r"\b(?:each|every|all|go through|process)\b", re.IGNORECASE)
_EACH_DONE = re.compile(
    r"(?:(?<=at once)|(?<=at a time)|(?<=in parallel)|(?<=concurrently)|(?<=for each)|(?<=for each one)"
    r"|(?<=for each of them))"
    r",? (?:and )?(?:then|afterwards|after that|finally),? (?=\w)", re.IGNORECASE)
"""Where what is done for each ends: ``five at once, then …``."""
_BATCH = re.compile(rf",? ?\bin (?:batches|groups|chunks) of ({_N})\b", re.IGNORECASE)


def rewritten(text: str) -> str:
    """`text` in words that the reader knows."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    text = " ".join(_at_once_last(routed(_each_done(sentence))) for sentence in sentences)
    for form, meant in RULES:
        text = form.sub(meant, text)
    return re.sub(r"\s+", " ", text).strip()


def _each_done(sentence: str) -> str:
    """The verb before each thing of a list of one kind: call https://a and call https://b."""
    def each(match: re.Match[str]) -> str:
        if base_verb(match["verb"].lower()) is None:
            return match[0]
        joined = match["things"]
        if " then " not in joined:
            joined = re.sub(", (?!and|then)", " and ", joined)
        return f"{match['verb']} " + re.sub(rf"{_AND}(?={_ONE})", lambda found: f"{found[0]}{match['verb']} ", joined)

    return _LISTED.sub(each, sentence)


_KIND = r"(?:function|workflow|lambda|service|job)"
_ONE = rf"(?:https?://[^\s,;]*[^\s,;.]|the (?!and\b)[\w-]+ {_KIND})"
_AND = r"(?:,? and (?:then )?|, (?:then )?)"
_LISTED = re.compile(rf"\b(?P<verb>\w+) (?P<things>{_ONE}(?:{_AND}{_ONE})+)", re.IGNORECASE)
def _at_once_last(sentence: str) -> str:
    """How many items at once: behind what is done with each."""
    each = _EACH_DONE.search(sentence)
    if each is not None and not sentence.startswith(("If ", "Unless ")):
        return f"{_at_once_last(sentence[:each.start()]).rstrip('. ')}. Then {_at_once_last(sentence[each.end():])}"
    over = _ALL_OVER.search(sentence)
    if over is not None and (_BATCH.search(sentence[:over.start()]) or _AT_ONCE.search(sentence[:over.start()])):
        return f"{_at_once_last(sentence[:over.start()]).rstrip('. ')}. {_at_once_last(sentence[over.end('lead'):])}"
    batch = _BATCH.search(sentence)
    if batch is not None:
        after = _ALL_AFTER.search(sentence, batch.end())
        done, rest = (sentence, "") if after is None else (sentence[:after.start()], sentence[after.start():])
        return _at_once_last(_without(done, batch)).rstrip(". ") + f", in batches of {batch[1]}{rest or '.'}"
    match = _AT_ONCE.search(sentence)
    if match is None or (match[1] is None and _ITEMS.search(sentence) is None):
        return sentence
    after = _ALL_AFTER.search(sentence, match.end())
    done, rest = (sentence, "") if after is None else (sentence[:after.start()], sentence[after.start():])
    return f"{_without(done, match).rstrip(';')}, at most {match[1] or 'one'} at a time{rest or '.'}"


_ALL_OVER = re.compile(
    r"(?P<lead>(?:,|;|,? and) (?:and )?)(?:when|once|after|as soon as) (?:all|they|everything|every one|each)\b",
    re.IGNORECASE)
_ALL_AFTER = re.compile(r"(?:,|;|,? and) (?:and )?(?:then|finally|afterwards|lastly)\b"
                        r"(?!(?![^.;]*\ball\b)[^.;]*\b(?:it|its|each|them)\b)", re.IGNORECASE)
"""What comes behind all of them."""


def _without(sentence: str, match: re.Match[str]) -> str:
    return (sentence[:match.start()] + sentence[match.end():]).rstrip(".! ")
