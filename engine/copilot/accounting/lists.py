"""A list that is worked through one by one: a Map over that list, and of those alone that the sentence means.

    each        "send a reminder for each": a Map is there
    them        "get the clients from https://…, and email them": many were fetched, so a Map is there
    items       "clients each get an email": the Map is over a thing of which the sentence has many
    some        "each client with an open invoice": a condition or the list itself says with what
    the one     "mail each client. …, also call the client": what is done with the one is done in the Map
    it          "check each client. If it is late, …": so is what is said of it; what leaves that open is asked

Where no Map does so, the words are a to-do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Facts, Stated
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.phrases import phrase_of
from engine.copilot.offline.sources import FETCHED
from engine.copilot.offline.wording.going_on import going_on_in
from engine.copilot.offline.words import plural, singular, stem, stems

_ONE_BY_ONE = re.compile(
    r"\b(?P<said>(?:for|to) (?:each|every one|all of (?:them|those|these))(?: one)?(?: of (?:them|those|these))?"
    r"|(?:each|every one) of (?:them|those|these))(?=\s*(?:[.,;:]|$|(?:and|by|on|with|about)\b))", re.IGNORECASE)
_TO_THEM = re.compile(r"\b(?:e-?mail|mail|tell|notify|inform|remind|text|message|warn|call|invite) (?P<said>them)\b",
                      re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:each|every|all)(?: single)?(?: of)?(?: the| our| my)? (?P<item>[\w-]+) (?P<said>(?:with|without|who|whose"
    r"|that|which) (?P<what>[^.,;:]+))", re.IGNORECASE)
_GIVEN = re.compile(
    r"(?:an? |the |our |their |its |his |her )?(?:\w+ )?(?:e-?mail|message|sms|text|reminder|letter|note|link|copy"
    r"|discount|voucher|coupon|code|pdf|report|details|list|summary|function|workflow|slack)\b", re.IGNORECASE)
"""What each one is given, and by what means: ``remind each guest with a note``."""
_CONDITION = re.compile(r"(?:but |and |also )?(?:if|unless|when)\b(?! not\b)")
_SAYS_LITTLE = GLUE | {"an", "a", "the", "is", "are", "was", "has", "have", "had", "been", "who", "their", "its", "not",
                       "of", "that", "in", "on", "at", "from", "due", "more", "than", "over", "under"}


def lists_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The places that speak of many, or of some of them, where the document has one, others or all."""
    loops = [*facts.typed("Map")]
    if not loops and not [*facts.circles()]:
        yield from ((*said.span("said"), "repetition") for said in _ONE_BY_ONE.finditer(sentence))
        for fetched in FETCHED.finditer(sentence):
            things = (fetched["what"] or "").lower().split()
            if things and singular(things[-1]) != things[-1]:
                yield from ((*said.span("said"), "repetition") for said in _TO_THEM.finditer(sentence, fetched.end()))
    for loop in loops:
        yield from _one_of_no_list(sentence, str(loop.state.get("Items")))
        yield from _the_one(sentence, loop, state_of)
    yield from _goes_on(sentence, state_of) if loops else ()
    for said in _SOME.finditer(sentence):
        item = stem(said["item"].lower())
        does = state_of(sentence[said.start():said.end()])
        over = [one for one in loops if item in stems(str(one.state.get("Items")))]
        if not over or does is None or not any(
                one is does or does.pointer.startswith(f"{one.pointer}/") for one in over) or (
                _GIVEN.match(said["what"])):
            continue
        words = [word for word in re.findall(r"[A-Za-z][\w'-]*", said["what"].lower()) if word not in _SAYS_LITTLE][:2]
        known = frozenset().union(*(leaf.stems for leaf in (*facts.conditions(), *facts.key("Items"))))
        if words and not any(stems(word) & known for word in words):
            yield said.start("said"), said.start("what") + said["what"].lower().index(words[-1]) + len(words[-1]), (
                "condition")


def _the_one(sentence: str, loop: Stated, state_of: StateOf) -> Iterator[Doubt]:
    """``mail each client. If it is late, call the client``: the second sentence is for each of them too."""
    named = re.search(r"(\w+) %\}$", str(loop.state.get("Items")))
    one = "" if named is None else singular(re.findall(r"[A-Za-z][a-z]*", named[1])[-1].lower())
    first = re.search(rf"\b(?:each|every|all)\b[^.;]*?\b{one}s?\b[^.;]*[.;]", sentence, re.IGNORECASE) if one else None
    if first is None:
        return
    for said in re.compile(rf"\bthe {one}\b", re.IGNORECASE).finditer(sentence, first.end()):
        begin, end = said.span()
        part = re.search(r"[^.;,]*$", sentence[:begin])
        does = state_of((part[0] if part else "") + re.split(r"[.;,]", sentence[begin:])[0])
        if does not in (None, loop) and not does.pointer.startswith(f"{loop.pointer}/"):
            yield begin, end, "repetition"


def _goes_on(sentence: str, state_of: StateOf) -> Iterator[Doubt]:
    """``for each order, check it. If it is late, …``: the Map has it."""
    for part in going_on_in(sentence):
        clauses = clauses_of(sentence[part.start:part.end])
        does = [state_of(phrase_of(clause)) for clause in clauses
                if not _CONDITION.match(clause.text)]
        if not part.is_sure or any(one is not None and "/ItemProcessor/" not in one.pointer for one in does):
            first = clauses[0].words[-1].end if _CONDITION.match(clauses[0].text) else len(
                re.split(r"\W", sentence[part.start:], maxsplit=1)[0])
            yield part.start, part.start + first, "place"


def _one_of_no_list(sentence: str, items: str) -> Iterator[Doubt]:
    """``each get an email`` as a list of emails, ``#all on Slack`` as one of Slacks."""
    name = re.search(r"\$states\.input\.(\w+) %\}$", items)
    if name is None:
        return
    one = singular(re.findall(r"[A-Za-z][a-z]*", name[1])[-1].lower())
    many = (rf"\b{plural(one)}\b|(?<!#)\b(?:each|every|per|any|all|both|one|no|another) "
            rf"(?:(?!an? )[\w'-]+ ){{0,4}}?{one}s?\b")
    said = re.search(r"(?:\b(?:each|every)|#?\ball)\b(?! an? )", sentence, re.IGNORECASE) or re.search(
        r"\b(?:each|every)\b", sentence, re.IGNORECASE)
    if said is not None and one in sentence.lower() and not re.search(many, sentence, re.IGNORECASE):
        yield (*said.span(), "repetition")
