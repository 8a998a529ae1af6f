"""Conditions and loops on what an earlier step has fetched: they read that step's answer, and no field of the input."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt, StateOf
from engine.copilot.accounting.facts import Facts, Leaf, Stated, reached
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.sources import FETCHED, GIVEN, fetched_in
from engine.copilot.offline.words import ENTITIES, plural, singular

_INPUT = "{% $states.input %}"
_PATH = re.compile(r"\$(?P<of>states\.input|(?!states\b)\w+)(?P<path>(?:\.\w+)*)")
_URL = re.compile(r"https?://\S+")
_CALLED = frozenset({"url", "FunctionName"})
"""The arguments of what is called for its answer."""
_ASKS, _REPEATS = r"\b(?:if|when|unless|once|only)\b", r"\b(?:each|every|all)\b"
_EACH_OF = re.compile(r"\b(?:each|every one|all)(?: of (?:them|those|these)|(?= one\b))", re.IGNORECASE)
_IT = re.compile(r"\b(?:if|when|unless|once) (?P<said>it(?:'s)?)\b", re.IGNORECASE)


def fetches_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """The places of the conditions and loops that read a fetched thing in the input; and of the conditions on one of
    the many that were fetched, since no single field says so."""
    for said in FETCHED.finditer(sentence):
        text = re.split(r"[,;]|\.(?!\w)|\bif\b", sentence[said.start():])[0]
        does = state_of(text)
        if does is None or not _keeps_the_input(does):
            continue
        rules = _rules_behind(does, facts)
        for thing in fetched_in(text):
            if re.search(rf"\b{thing}\b", sentence[:said.start()], re.IGNORECASE):
                continue  # what the sentence is about
            many = plural(thing) if re.search(rf"\b{plural(thing)}\b", said[0], re.IGNORECASE) else None
            place = re.compile(
                rf"(?:{_ASKS}|{_REPEATS})[^.;:]*?(?P<said>\b(?:(?P<one>an?|any|one|some|no) (?:of the )?"
                rf"|the )?(?<![\w-])(?:{thing}|{plural(thing)}))(?![\w-])", re.IGNORECASE).search(sentence, said.end())
            if place is not None and any(_is_made_up(leaf, thing, many is not None and place["one"] is not None)
                                         for leaf in rules):
                yield (*place.span("said"), "condition")
            each = _EACH_OF.search(sentence, said.end()) if place is None and many is not None else None
            if each is not None and any(rule.key == "Items" and _is_made_up(rule, thing, False) for rule in rules):
                yield (*each.span(), "condition")
    yield from _unsaid(sentence, facts, state_of)
    yield from _not_yet(sentence, facts)


def _unsaid(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[Doubt]:
    """``run the score function; if the score is over 80``: the step before says what it answers. ``call https://…; if
    the temperature is below 4``: nothing before the call has brought a temperature, so it is in the answer; a trigger
    that is no schedule brings what it likes."""
    starts = {leaf.value for leaf in facts.key("type") if leaf.pointer.startswith("/triggers/")}
    for clause in clauses_of(sentence):
        start, end = clause.words[0].start, clause.words[-1].end
        does = state_of(sentence[start:end])
        if does is None or not _keeps_the_input(does):
            continue
        things = fetched_in(sentence[start:end])
        before = _brought(sentence[:start])
        brought = before | _brought(sentence[start:end]) - things
        called_by = _CALLED & {*does.state.get("Arguments", {})}
        called = " ".join(str(does.state["Arguments"][key]) for key in sorted(called_by))
        calls = starts <= {"schedule"} and bool(
            called_by or FETCHED.search(sentence, start, end))
        taken = frozenset[str]() if starts or "url" in called_by else _taken(facts)
        for rule in _rules_behind(does, facts):
            for names in _names_in_the_input(rule):
                answered = (not before & {*names} and things & {*names[:1]}) or (
                    _is_akin(names, called))
                unsaid = calls and not brought & {*names} and names[0] not in taken and not (
                    things and not starts and names[0] in ENTITIES - things) and not (
                    rule.key == "Items" and things and not things & {*names})  # such as whom a report is sent to
                place = _place_of(names, sentence, end, rule.key) if answered or unsaid else None
                if place is not None:
                    yield (*place, "condition")


def _taken(facts: Facts) -> frozenset[str]:
    """The fields that a step takes from the input, such as the amount that is charged."""
    return frozenset(name for leaf in facts.leaves if "/Arguments/" in leaf.pointer
                     for names in _names_in_the_input(leaf) for name in (leaf.key, names[0]))


def _not_yet(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """Conditions on the answer of a step that does not lead to them, such as one of the other side."""
    assigned = {(name, id(one.machine), one.name) for one in facts.states for name in one.state.get("Assign", {})}
    for one in facts.typed("Choice"):
        for rule in one.state.get("Choices", ()):
            for read in _PATH.finditer(str(rule.get("Condition", ""))):
                makers = [name for variable, machine, name in assigned if variable == read["of"]
                          and machine == id(one.machine)]
                if makers and not any(one.name in reached(one.machine, *targets_of(one.machine["States"][name]))
                                      for name in makers):
                    names = [singular(word.lower()) for word in re.findall(r"[A-Za-z][a-z]*", read["path"])]
                    place = _place_of(names[-1:], sentence, 0, "Condition")
                    if place is not None:
                        yield (*place, "condition")


def _brought(text: str) -> frozenset[str]:
    """The words of what a text has spoken of, in the singular: of a thing of which it has the id alone no other."""
    return frozenset(singular(word) for word in re.findall(r"[a-z]+", GIVEN.sub("", _URL.sub("", text)).lower()))


def _place_of(names: list[str], sentence: str, end: int, key: str) -> tuple[int, int] | None:
    """Where a condition or a loop behind `end` says the field of these names; else where it says ``it``."""
    words = r"(?:\W+[\w']+){0,2}?\W+".join(f"(?:{name}|{plural(name)})" for name in names)
    asks = _REPEATS if key == "Items" else _ASKS
    place = re.compile(rf"{asks}[^.;:]*?(?P<said>(?:\bthe )?(?<![\w-]){words})(?![\w-])", re.IGNORECASE).search(
        sentence, end)
    found = place or _IT.search(sentence, end)
    return None if found is None else found.span("said")


def _is_akin(names: list[str], called: str) -> bool:
    """Whether a field says how a thing is in a word that what was called has in its name: eligible, of eligibility."""
    roots = {root for part in re.findall(r"[A-Za-z][a-z]*", called) if (root := _root(part.lower()))}
    return len(names) > 1 and any(_root(name) in roots for name in names[1:])


def _root(word: str) -> str:
    found = re.sub(r"^(?:in|un|dis|non)(?=\w{5})", "", word)[:5]
    return found if len(found) == 5 else ""


def _keeps_the_input(does: Stated) -> bool:
    """Whether the input goes on behind a call, and its answer is in a variable. What a person answers is none."""
    return does.state.get("Type") == "Task" and does.state.get("Output") == _INPUT and (
        "waitForTaskToken" not in str(does.state.get("Resource")))


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
