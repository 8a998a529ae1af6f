"""What is said behind another thing and comes before it, or the other way round: an order that is turned is a to-do.

    before      "before emailing him, wait 2 hours": the wait leads to the mail
    beforehand  "email him, and wait 2 hours beforehand": so here
    but first   "email him, but first look up the address", "… Before that, look up …": of all in the sentence before

Before which step "before that" is, and on which side of a condition, the sentence before may leave open: it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Stated, reached
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.phrases import phrase_of
from engine.copilot.offline.wording.parts import BEFORE_THAT, HANGING, ITS_END, SAID

_BEFORE = re.compile(
    rf"(?:^|[,;.] )(?:but |and )?(?P<said>before) (?P<late>{SAID}), (?P<early>{SAID}){ITS_END}", re.IGNORECASE)
_BEFOREHAND = re.compile(
    rf"(?:^|[,;.] )(?P<late>{SAID})(?:[,;.] (?:but |and )?| but | and )(?P<early>{SAID}) "
    rf"(?P<said>beforehand|before (?:that|this)){ITS_END}", re.IGNORECASE)
_BUT_FIRST = re.compile(
    rf"(?:[.;] (?:but |and )?|,? (?:but|and) ){BEFORE_THAT},? (?P<early>{SAID}){ITS_END}", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?](?=\s)")
_STARTS = re.compile(r"(?:when|whenever|once|as soon as)\b")


def turns_in(sentence: str, state_of: StateOf) -> Iterator[Doubt]:
    """The words of order that the document has the other way round, and those that leave it open."""
    for match in (*_BEFORE.finditer(sentence), *_BEFOREHAND.finditer(sentence)):
        if _is_turned(state_of(match["early"]), state_of(match["late"])):
            yield (*match.span("said"), "order")
    for match in _BUT_FIRST.finditer(sentence):
        before = _SENTENCE.split(sentence[:match.start()])[-1]
        clauses = [clause for clause in clauses_of(before) if not _STARTS.match(clause.text)]
        many = "before" in match["said"].lower() and any(clause.joiner == "then" for clause in clauses[1:])
        early = state_of(match["early"])
        late = [state_of(phrase_of(clause)) for clause in clauses]
        if many or HANGING.search(before) or any(_is_turned(early, one) for one in late):
            yield (*match.span("said"), "order")


def _is_turned(early: Stated | None, late: Stated | None) -> bool:
    """Whether what comes first does not lead to the other."""
    return late is not None and early is not None and early.machine is late.machine and early is not late and (
        late.name not in reached(early.machine, *targets_of(early.state)))
