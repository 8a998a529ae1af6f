"""What comes behind a branch, where the sentence leaves open for which side it is, or where one side alone has it.

    another       "if it is paid, mail ann. After another 14 days mail bob": no wait before it, or one on one side alone
    last resort   "…; as a last resort mail ann, then mail bob": bob after ann alone, or in any case
    of the kind   "unless it is sold out, ship it; sold out orders go to …": on the other side, and not on both

Each is a to-do that asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Facts, Stated
from engine.copilot.accounting.structure import EITHER_WAY, guards
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.words import DETERMINERS, UNITS, stem

_ANOTHER = re.compile(rf"\b(?P<said>(?:after )?another)(?: \S+)?? (?P<unit>{'|'.join(UNITS)})s?\b", re.IGNORECASE)
_LAST_RESORT = re.compile(r"^(?:and |but )?(?:as (?:a|the) (?:very )?last resort|failing (?:that|which|this))\b")
_THEN = re.compile(r"(?P<said>then|afterwards|after that|finally)\b", re.IGNORECASE)
_HEAD = re.compile(r"^(?:but |and |only )*(?:if|unless|in case) (?P<what>.+)")
_IS = re.compile(r"^.*? (?:is|are|was|were) (?:not )?(?:an? )?(?P<how>[a-z][\w -]*)$")


def joins_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The words of which it is open what they come behind."""
    clauses = clauses_of(sentence)
    yield from _another(sentence, facts)
    yield from _last_resort(sentence, clauses, state_of)
    yield from _of_the_kind(sentence, clauses, facts, state_of)


def _another(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``after another 14 days``: each way there has waited before, and it is for one way alone."""
    waits = [*facts.typed("Wait")]
    said = [*_ANOTHER.finditer(sentence)]
    if not said or len(waits) < len(said):
        return
    limits = {id(one.state) for one in facts.states if "TimeoutSeconds" in one.state}
    for match in said:
        does = next((one for one in waits if re.search(
            re.sub(r"^(?:after )?another ", "", match[0].lower()), f"{one.name} ".lower())), None)
        if does is None:
            continue
        pauses = {one.name for one in facts.states if one.machine is does.machine and one is not does
                  and (one.state.get("Type") == "Wait" or id(one.state) in limits)}
        asks = re.split(r"[.;]\s", sentence[:match.start()].rstrip(" .;"))[-1]
        is_branch = re.search(r"\b(?:if|unless|otherwise|else)\b", asks, re.IGNORECASE) is not None
        both = is_branch and not guards(facts, does)
        rest = re.split(r"[.;]\s", sentence[match.start():])[0]
        if _is_reached_without(does, pauses) or (both and not EITHER_WAY.search(rest)):
            yield (*match.span("said"), "place")


def _is_reached_without(does: Stated, pauses: set[str]) -> bool:
    """Whether a way leads from the start to the state past none of these."""
    pending, seen = [str(does.machine["StartAt"])], set[str]()
    while pending:
        name = pending.pop()
        if name == does.name:
            return True
        if name not in seen and name not in pauses and name in does.machine["States"]:
            seen.add(name)
            pending += targets_of(does.machine["States"][name])
    return False


def _last_resort(sentence: str, clauses: Sequence[Clause], state_of: StateOf) -> Iterator[Doubt]:
    """``as a last resort mail ann, then mail bob``: after ann alone, or where the first attempt worked too."""
    helps = False
    for before, clause in pairwise(clauses):
        helps = _LAST_RESORT.match(before.text) is not None or (helps and before.joiner not in ("hard", "stop"))
        between = _THEN.search(sentence, before.words[-1].end, clause.words[0].end)
        if helps and between is not None and clause.joiner in ("then", "comma", "and") and (
                state_of(sentence[clause.words[0].start:clause.words[-1].end]) is not None):
            yield (*between.span("said"), "place")


def _of_the_kind(
    sentence: str, clauses: Sequence[Clause], facts: Facts, state_of: StateOf
) -> Iterator[Doubt]:
    """``unless it is sold out, …; sold out orders go to …``: done where the condition speaks of them alone."""
    kinds: list[tuple[str, int]] = []
    for place, clause in enumerate(clauses):
        head = _HEAD.match(clause.text)
        how = None if head is None else _IS.match(head["what"])
        if how is not None:
            kinds.append((how["how"], place))
            continue
        words = [word.lower for word in clause.words if word.lower not in DETERMINERS]
        for kind, before in kinds:
            size = len(kind.split())
            if place <= before + 1 or " ".join(words[:size]) != kind or len(words) <= size + 1 or (
                    not words[size].endswith("s")):
                continue
            does = state_of(sentence[clause.words[0].start:clause.words[-1].end])
            asked = {one.pointer for one in facts.typed("Choice")
                     if {stem(word) for word in kind.split()} & one.names}
            if does is not None and asked and not any(pointer in asked for pointer, _ in guards(facts, does)):
                yield clause.words[0].start, clause.words[size].end, "condition"
