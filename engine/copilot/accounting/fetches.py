"""Conditions and loops on what an earlier step has fetched: they read that step's answer, and no field of the input."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Facts, Leaf, Stated, reached
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.sources import FETCHED, fetched_in
from engine.copilot.offline.words import plural, singular

_INPUT = "{% $states.input %}"
_PATH = re.compile(r"\$(?P<of>states\.input|(?!states\b)\w+)(?P<path>(?:\.\w+)*)")
_URL = re.compile(r"https?://\S+")
_ASKS = r"\b(?:if|when|unless|once|only|each|every|all)\b"
_IT = re.compile(r"\b(?:if|when|unless|once) (?P<said>it(?:'s)?)\b", re.IGNORECASE)


def fetches_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The places of the conditions and loops that read a fetched thing in the input; and of the conditions on one of
    the many that were fetched, since no single field says so."""
    for said in FETCHED.finditer(sentence):
        does = state_of(re.split(r"[,;]|\.(?!\w)|\bif\b", sentence[said.start():])[0])
        if does is None or not _keeps_the_input(does):
            continue
        rules = _rules_behind(does, facts)
        for thing in fetched_in(sentence[said.start():]):
            if re.search(rf"\b{thing}\b", sentence[:said.start()], re.IGNORECASE):
                continue  # what the sentence is about
            many = plural(thing) if re.search(rf"\b{plural(thing)}\b", said[0], re.IGNORECASE) else None
            place = re.compile(
                rf"{_ASKS}[^.;:]*?(?P<said>\b(?:(?P<one>an?|any|one|some|no) (?:of the )?"
                rf"|the )?(?:{thing}|{plural(thing)}))\b", re.IGNORECASE).search(sentence, said.end())
            if place is not None and any(_is_made_up(leaf, thing, many is not None and place["one"] is not None)
                                         for leaf in rules):
                yield (*place.span("said"), "condition")
    yield from _unsaid(sentence, facts, state_of)


def _unsaid(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``call https://…; if the temperature is below 4``: nothing before the call has brought a temperature, so it is in
    the answer. A trigger that is no schedule brings what it likes."""
    if any(leaf.value != "schedule" for leaf in facts.key("type") if leaf.pointer.startswith("/triggers/")):
        return
    for clause in clauses_of(sentence):
        start, end = clause.words[0].start, clause.words[-1].end
        does = state_of(sentence[start:end])
        if does is None or not _keeps_the_input(does) or not (
                "url" in does.state.get("Arguments", {}) or FETCHED.search(sentence, start, end)):
            continue
        things = fetched_in(sentence[start:end])
        brought = {singular(word) for word in re.findall(r"[a-z]+", _URL.sub("", sentence[:end]).lower())} - things
        for rule in _rules_behind(does, facts):
            for names in _names_in_the_input(rule):
                place = None if brought & {*names} else _place_of(names, sentence, end)
                others = rule.key == "Items" and things and not things & {*names}  # such as whom a report is sent to
                if place is not None and not others:
                    yield (*place, "condition")


def _place_of(names: list[str], sentence: str, end: int) -> tuple[int, int] | None:
    """Where a condition or a loop behind `end` says the field of these names; else where it says ``it``."""
    words = r"\W+".join(f"(?:{name}|{plural(name)})" for name in names)
    place = re.compile(rf"{_ASKS}[^.;:]*?(?P<said>(?:\bthe )?\b{words})\b", re.IGNORECASE).search(sentence, end)
    found = place or _IT.search(sentence, end)
    return None if found is None else found.span("said")


def _keeps_the_input(does: Stated) -> bool:
    """Whether a step's answer is in a variable, and the input goes on. The row of a table is what the sentence is
    about."""
    return does.state.get("Type") == "Task" and does.state.get("Output") == _INPUT and (
        "dynamodb" not in str(does.state.get("Resource")))


def _rules_behind(does: Stated, facts: Facts) -> list[Leaf]:
    """The conditions and the lists of what the step leads to; not those within a loop."""
    behind = reached(does.machine, *targets_of(does.state))
    places = [f"{one.pointer}/" for one in facts.states if one.machine is does.machine and one.name in behind]
    return [leaf for leaf in (*facts.conditions(), *facts.key("Items"))
            if any(leaf.pointer.startswith(place) and "/ItemProcessor/" not in leaf.pointer[len(place) - 1:]
                   for place in places)]


def _names_in_the_input(rule: Leaf) -> Iterator[list[str]]:
    """The words of each field of the input that a rule reads, in the singular."""
    for read in _PATH.finditer(str(rule.value)):
        words = re.findall(r"[A-Za-z][a-z]*", read["path"])
        if read["of"] == "states.input" and words:
            yield [singular(word.lower()) for word in words]


def _is_made_up(rule: Leaf, thing: str, one_of_many: bool) -> bool:
    """Whether a rule reads the thing in the input, or one of many as a field of the answer."""
    return any(thing in names[:1] for names in _names_in_the_input(rule)) or (one_of_many and any(
        re.search(rf"\.{thing}\b", read["path"]) is not None
        for read in _PATH.finditer(str(rule.value)) if read["of"] != "states.input"))
