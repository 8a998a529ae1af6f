"""Whether each rule of a document leads where the sentence says: a condition that says the opposite, two sides that are
swapped, a circle that goes on where it should end.

The clause that speaks most of a condition is held against it (`polarity.py`), and what is done nearest to that clause
against the side on which it stands. How the clause begins does not matter: "P1: post it" is a condition as well as "if
it is P1, post it".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.evidence import number, numbers_in
from engine.copilot.accounting.facts import Facts, Stated, reached
from engine.copilot.accounting.polarity import EXISTS, forbids, holds_with, is_turned, terms_of
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.clauses import Clause, clauses_in
from engine.copilot.offline.phrases import APPROVED, IN_CASE, is_else
from engine.copilot.offline.words import Word, stem, stems, words_of

Json = Any

_HEADED = re.compile(
    r"^(?:(?:but|and|only|then|except) )*(?:if|when|whenever|once|unless|in case|provided|should|where|given|as soon"
    r" as)\b")
_HOW_MANY = re.compile(r"\b(?:none|no|any|nothing|anything|something|empty|nobody)\b")
_AGAIN = re.compile(
    r"\b(?P<how>until|till|while|(?:as|so) long as) (?P<said>(?:[^,;.:]|[.:](?=\S))+)", re.IGNORECASE)
_COUNTED = re.compile(r"\$(?P<name>\w+) (?P<sign>[<>])=? (?P<n>\d+)")
_EXCEPT = re.compile(r"^(?:(?:but|and|only) )*(?:except|not|unless|only|if|when)\b")
_JOINERS = frozenset({"and", "but", "then"})
_NOTHING = re.compile(
    r"\b(?:(?:do|does|send|write|post|save) nothing|nothing (?:has|happens|is|should|must|needs)|stops?(?!-)|skip\w*"
    r"|ignored?|leave it)\b")
_YES = re.compile(r"^(?:(?:if|on|when) )?(?:yes|no|so|ok|okay)$")
_OTHERS = re.compile(r"\b(?:otherwise|else|others?|rest|remainder|instead|if not)\b")


def parts_of(sentence: str) -> list[Clause]:
    """What stands between two marks, as clauses; behind an answer another begins: ``once approved run it``."""
    found: list[Clause] = []
    joiner, piece = "start", list[Word]()
    for word in [*words_of(sentence), None]:
        if word is not None and word.kind != "mark":
            piece += [word] if piece or word.lower not in _JOINERS else []
            continue
        for index, clause in enumerate(clauses_in(piece)):
            answer = APPROVED.match(clause.text)
            own = len(answer[0].split()) if answer is not None and len(answer[0].split()[-1]) > 3 else 0
            parts = [words for words in (clause.words[:own], clause.words[own:]) if words]
            if found and found[-1].text == "except":
                parts[0] = [*found.pop().words, *parts[0]]
            found += [Clause("comma" if place else clause.joiner if index else joiner, words)
                      for place, words in enumerate(parts)]
        if piece and word is not None:
            joiner = {".": "stop", "!": "stop", "?": "comma", ";": "hard", "\n": "stop"}.get(word.text[0], "comma")
        piece = []
    return found


def contradicted(
    sentence: str, clauses: Sequence[Clause], acting: Mapping[int, Stated], facts: Facts
) -> Iterator[Doubt]:
    """The places of the conditions that a rule has the wrong way round; `acting` is what each clause does, by its
    place."""
    by_pointer = {one.pointer: one for one in facts.states}
    for choice in facts.typed("Choice"):
        around = f"{choice.pointer.rpartition('/')[0]}/"
        here = {place: by_pointer[around + state.pointer[len(around):].partition("/")[0]]
                for place, state in acting.items() if state.pointer.startswith(around)}
        rules = () if choice.marked else choice.state.get("Choices", ())
        goes_round = choice.name in reached(choice.machine, *targets_of(choice.state))
        for index, rule in enumerate(rules):
            if goes_round:
                yield from _circle(sentence, choice, rule)
            else:
                yield from _side(sentence, clauses, here, choice, index, facts)


def _circle(sentence: str, choice: Stated, rule: Json) -> Iterator[Doubt]:
    """``until it is done, at most 20 times``: both lead out of the circle; ``while it is full``: back."""
    condition = str(rule.get("Condition"))
    stays = choice.name in reached(choice.machine, str(rule.get("Next")))
    count = _COUNTED.search(condition)
    if count is not None and f"${count['name']} + 1" in str(choice.machine):
        if ((count["sign"] == ">") is not is_turned(condition)) is stays:
            yield from ((word.start, word.end, "times") for word in words_of(sentence)
                        if number(word.text) == float(count["n"]))
        return
    said = max(_AGAIN.finditer(sentence), default=None,
               key=lambda one: len(terms_of(condition) & stems(one["said"])))
    if said is None or not terms_of(condition) & stems(said["said"]):
        return
    holds = holds_with(said["said"].lower(), "", condition)
    if holds is not None and (holds is stays) is (said["how"].lower() in ("until", "till")):
        yield (*said.span("how"), "repetition")


def _side(
    sentence: str, clauses: Sequence[Clause], acting: Mapping[int, Stated], choice: Stated, index: int, facts: Facts
) -> Iterator[Doubt]:
    """``if x, a``, ``x: a``, ``a unless x``: a stands where the rule holds, if that says what x says."""
    condition = str(choice.state["Choices"][index].get("Condition"))
    place = _place(clauses, acting, choice, condition, facts)
    if place is None:
        return
    does = _does(clauses, acting, place, choice, index)
    if does is None:
        return
    is_done, is_behind = does
    clause = clauses[place]
    holds = holds_with(_NOTHING.sub("", clause.text), sentence[:clause.words[0].start], condition)
    if holds is not None and is_behind is not (holds is is_done):
        word = next((word for word in clause.words if _speaks(word) & terms_of(condition) and not _HEADED.match(
            clause.text)), clause.words[0])
        yield word.start, word.end, "condition"


def _place(
    clauses: Sequence[Clause], acting: Mapping[int, Stated], choice: Stated, condition: str, facts: Facts
) -> int | None:
    """The clause that speaks most of the condition; None where there are several."""
    terms, amounts = terms_of(condition), numbers_in(condition) if re.search(r"[<>]", condition) else set[float]()
    answers = ".approved" in condition
    others = frozenset[str]().union(*(terms_of(str(rule.get("Condition"))) for rule in choice.state["Choices"]
                                      if rule.get("Condition") != condition))
    scores = [0 if _counts_another(clause, condition) or ((
        answers or _is_earlier(acting.get(place), choice)) and not (
        _HEADED.match(clause.text) or (answers and APPROVED.match(clause.text)))) else
              2 * len(terms & _said(clause)) + 3 * len((terms - others) & _said(clause))
              + 3 * (amounts == _amounts(clause) != set()) + len(amounts & _amounts(clause))
              for place, clause in enumerate(clauses)]
    best = max(scores, default=0)
    if not best and (not terms or EXISTS.search(condition)):
        found = [place for place, clause in enumerate(clauses)
                 if _HEADED.match(clause.text) and _HOW_MANY.search(clause.text)]
    else:
        found = [place for place, score in enumerate(scores) if score == best > 0]
    if not found and answers:
        found = [place for place, clause in enumerate(clauses) if _YES.match(clause.text)][:1]
    found = [place for place in found if place in acting or place + 1 not in found]  # a list: Dutch, German or French
    if len(found) > 1:
        found = [place for place in found if _HEADED.match(clauses[place].text)] or found
    same = [one.pointer for one in facts.typed("Choice") for rule in one.state.get("Choices", ())
            if terms_of(str(rule.get("Condition"))) == terms]
    if len(found) == len(same) > 1:
        return found[same.index(choice.pointer)] if same.count(choice.pointer) == 1 else None
    return found[0] if len(found) == 1 else None


def _is_earlier(state: Stated | None, choice: Stated) -> bool:
    """Whether a state leads to the choice, as the question does on whose answer it decides."""
    return state is not None and state.machine is choice.machine and (
        choice.name in reached(state.machine, *targets_of(state.state)))


def _does(
    clauses: Sequence[Clause], acting: Mapping[int, Stated], place: int, choice: Stated, index: int
) -> tuple[bool, bool] | None:
    """Whether something is done where the condition is decided or just not done, and whether that stands where the rule
    holds alone; None where nothing says so."""
    rules = choice.state["Choices"]
    behind = reached(choice.machine, str(rules[index].get("Next")))
    beside = reached(choice.machine, *(str(rule.get("Next")) for other, rule in enumerate(rules) if other != index),
                     str(choice.state.get("Default")))
    for where in _near(clauses, acting, place):
        clause = clauses[where]
        if where != place and (_HEADED.match(clause.text) or is_else(clause) or _OTHERS.search(clause.text)):
            return None
        state = acting.get(where)
        work = [any(choice.machine["States"][name]["Type"] not in ("Succeed", "Fail") for name in side)
                for side in (behind - beside, beside - behind)]
        if state is None and _NOTHING.search(clause.text) and work[0] is not work[1]:
            return False, work[0]
        if state is not None and state.machine is choice.machine and (state.name in behind) is not (
                state.name in beside):
            return where == place or not forbids(clause.text, ""), state.name in behind
    return None


def _near(clauses: Sequence[Clause], acting: Mapping[int, Stated], place: int) -> Sequence[int]:
    """The clauses that may say what hangs on the one at `place`: itself and those behind it, or the one before it."""
    clause, after = clauses[place], clauses[place + 1:place + 2]
    is_last = not after or after[0].joiner in ("stop", "hard")
    is_left_out = clause.words[0].lower == "unless" and bool(after) and IN_CASE.match(after[0].text) is not None
    is_except = is_last and place not in acting and clause.joiner == "comma" and _EXCEPT.match(clause.text) is not None
    if place and (is_left_out or is_except or clause.joiner == "post"):
        return [place - 1]
    return range(place, min(place + 3, len(clauses)))


def _said(clause: Clause) -> frozenset[str]:
    return frozenset[str]().union(*(_speaks(word) for word in clause.words if word.lower not in GLUE))


def _speaks(word: Word) -> frozenset[str]:
    return stems(word.text) | {stem(word.lower)}


def _counts_another(clause: Clause, condition: str) -> bool:
    """Whether the clause says a number, and the condition is that it is another one."""
    said = {number(word.text) for word in clause.words if word.lower not in ("a", "an")} - {None}
    equal = {float(found) for found in re.findall(r" = (\d+(?:\.\d+)?)", condition)}
    return bool(said and equal) and not said & equal


def _amounts(clause: Clause) -> set[float]:
    return {value for word in clause.words if (value := number(word.text)) is not None}
