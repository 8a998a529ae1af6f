"""Conditions on what an earlier step has fetched: they read that step's answer, and no field of the input."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Facts, Leaf
from engine.copilot.offline.sources import FETCHED, fetched_in
from engine.copilot.offline.words import plural, singular

_INPUT = "{% $states.input %}"
_PATH = re.compile(r"\$(?P<of>states\.input|(?!states\b)\w+)(?P<path>(?:\.\w+)*)")


def fetches_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The places of the conditions that read a fetched thing in the input; and of those on one of the many that were
    fetched, since no single field says so."""
    for said in FETCHED.finditer(sentence):
        does = state_of(re.split(r"[,;]|\.(?!\w)|\bif\b", sentence[said.start():])[0])
        if does is None or does.state.get("Type") != "Task" or does.state.get("Output") != _INPUT or (
                "dynamodb" in str(does.state.get("Resource"))):
            continue
        rules = [leaf for leaf in facts.conditions() if leaf.pointer.startswith(does.pointer.rpartition("/")[0])
                 and "/ItemProcessor/" not in leaf.pointer[len(does.pointer.rpartition("/")[0]):]]
        for thing in fetched_in(sentence[said.start():]):
            if re.search(rf"\b{thing}\b", sentence[:said.start()], re.IGNORECASE):
                continue  # what the sentence is about
            many = plural(thing) if re.search(rf"\b{plural(thing)}\b", said[0], re.IGNORECASE) else None
            place = re.compile(
                r"\b(?:if|when|unless|once|only)\b[^.;:]*?(?P<said>\b(?:(?P<one>an?|any|one|some|no) (?:of the )?"
                rf"|the )?(?:{thing}|{plural(thing)}))\b", re.IGNORECASE).search(sentence, said.end())
            if place is not None and any(_is_made_up(leaf, thing, many is not None and place["one"] is not None)
                                         for leaf in rules):
                yield (*place.span("said"), "condition")


def _is_made_up(rule: Leaf, thing: str, one_of_many: bool) -> bool:
    """Whether a rule reads the thing in the input, or one of many as a field of the answer."""
    for read in _PATH.finditer(str(rule.value)):
        names = [singular(word.lower()) for word in re.findall(r"[A-Za-z][a-z]*", read["path"].replace(".", " "))]
        own = thing in names[:1] if read["of"] == "states.input" else one_of_many and (
            re.search(rf"\.{thing}\b", read["path"]) is not None)
        if own:
            return True
    return False
