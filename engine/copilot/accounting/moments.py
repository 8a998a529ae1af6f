"""When something is done, where the document holds no such moment: ``on the hearing date``, ``at closing time``,
``by the end of the week``. That a message's text repeats the words is no wait. ``wait until the truck has arrived``: no
date says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.facts import Facts
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.words import VERBS, stem, stems

_NOUN = r"(?:dates?|days?|deadlines?|time|birthdays?|anniversar(?:y|ies)|eve)"
_PART = r"(?:morning|afternoon|evening|night|hour|weekend|week|month|quarter|year|end|start|beginning|close)"
_THE = r"(?:the|its|their|his|her|our|that|this|my)"
_ANY = r"(?!(?:the|an?|any|some|same|one|every|each|all|no|most|least|once|about|around|[\d#]\S*)\b)"
_OF = rf"(?: of (?:{_THE} )?(?!each\b|every\b)[\w-]+)"
_SAYS_NO_MOMENT = (
    r"(?:table|sheet|list|board|column|field|queue|topic|channel|bucket|function|workflow|form|log|report"
    r"|page|shift|rate|off)\b"
)
_MOMENT = re.compile(
    rf"\b(?P<said>(?:on|at|by) (?:{_THE} (?!same\b|time\b)(?:[\w'-]+ ){{0,2}}?{_NOUN}\b{_OF}?"
    rf"|{_THE} (?!same\b)(?:(?:very|next|following|same) )?{_PART}\b{_OF}"
    rf"|{_ANY}(?:[\w'-]+ ){{1,2}}?{_NOUN}\b)(?: itself)?)(?! {_SAYS_NO_MOMENT})", re.IGNORECASE)
_CALENDAR = frozenset(map(stem, (
    "first", "second", "third", "fourth", "last", "next", "working", "business", "very", "itself", "date", "time",
    "hour", "day", "week", "month", "quarter", "year", "start", "beginning", "end", "morning", "afternoon", "evening",
    "night", "weekend", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)))
"""What a schedule can say by itself."""
_OFFSET = re.compile(r"\) [-+] \d")

_HAPPENS = re.compile(
    r"\bwait(?:s|ing)? until (?P<said>(?:the|an?|all|both|it|they|he|she|everything|somebody|someone|her|his|their"
    r"|our)\b[^.;,]*? (?:(?:has|have|is|are|was|were|gets?) (?!due\b|over\b|in\b|at\b|on\b)\w+|arrives?|comes?"
    r"|answers?|confirms?|signs?|pays?|replies|responds|approves?)(?: (?:back|in|it))?)(?=[.;,]|$| and\b| then\b)",
    re.IGNORECASE)
"""What is waited for and no date tells: it comes from outside."""


def moments_in(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """The phrases of time that no Wait, no schedule, no time limit and no condition holds."""
    for match in _MOMENT.finditer(sentence):
        words = re.findall(r"[\w'-]+", match["said"])[1:]
        acts = any(word.lower() in VERBS and stem(word.lower()) not in _CALENDAR for word in words[:-1])
        if not acts and sentence[:match.start()].count('"') % 2 == 0 and not _is_held(words, facts):
            yield (*match.span("said"), "time")
    if any(True for _ in facts.key("Timestamp")) and next(facts.circles(), None) is None:
        yield from ((*match.span("said"), "time") for match in _HAPPENS.finditer(sentence))


def _is_held(words: list[str], facts: Facts) -> bool:
    said = [word.lower() for word in words if word.lower() not in GLUE]
    own = frozenset().union(*(stems(word) | {stem(word)} for word in said if not word[0].isdigit())) - _CALENDAR
    if not own and any(str(leaf.value).startswith(("cron(", "rate(")) for leaf in facts.key("expression")):
        return True
    named = own or {stem(word) for word in said}
    waits = [leaf for leaf in facts.key("Timestamp") if not _OFFSET.search(str(leaf.value))]
    limits = facts.key("TimeoutSeconds", "TimeoutSecondsPath") if not own or "deadline" in said else ()
    return any(named & leaf.stems for leaf in (*waits, *facts.conditions())) or any(True for _ in limits)
