"""The reading that leaves the fewest words of a sentence without a place.

The grammar reads a sentence as it stands. Where the account then has to-dos, the other ways to read it are tried, one
upon another. A way is kept where the account has fewer words left over with it, and not more of the draft's own marks.
So a way may be bold: where the sentence was understood it is never asked.
"""

from __future__ import annotations

from typing import Any

from engine.catalog.states import states_of
from engine.copilot.accounting.account import account
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline.drafter import draft
from engine.copilot.offline.ways import WAYS, Way
from engine.copilot.offline.wording.plainly import plainly
from engine.copilot.offline.words import words_of
from engine.copilot.proposal import Proposal

Json = Any

LONGEST = 1_500
"""Characters of a sentence that is read in more than one way."""


def best_draft(sentence: str, catalogue: Catalogue, current: dict[str, Json] | None = None) -> Proposal:
    """The draft of `sentence` by the way that leaves least of it over. Raises InvalidDocument as `draft` does."""
    best = draft(sentence, catalogue, current)
    left = left_over(sentence, best, catalogue)
    taken: tuple[Way, ...] = ()
    text = plainly(sentence)
    for way in WAYS if len(sentence) <= LONGEST else ():
        if not left:
            break
        if way(text) == text:
            continue
        tried = draft(sentence, catalogue, current, ways=(*taken, way))
        still = left_over(sentence, tried, catalogue)
        if still < left:
            best, left, taken, text = tried, still, (*taken, way), way(text)
    return best


def left_over(sentence: str, proposal: Proposal, catalogue: Catalogue) -> int:
    """How much of the sentence is not in the draft: its words that are to-dos, steps that no word asks for, and twice
    each step or condition that the draft itself marks as not understood."""
    found = account(sentence, proposal.document, catalogue)
    states = [item.state for item in states_of(proposal.document["definition"])]
    marked: int = sum(state.get("Type") == "Pass" and "TODO" in str(state.get("Comment", "")) for state in states)
    marked += sum(rule.get("Condition") in _NEVER for state in states for rule in state.get("Choices", ()))
    left = sum(len(words_of(use.text)) for use in found.to_dos)
    return left + len(found.added) + 2 * marked


_NEVER = ("{% false %}", "{% $not(false) %}")
