"""Where each thing that is done stands in the document, against the place that the sentence's own markers give it.

    order       "a, then b": b comes behind a, and is no other branch of what runs at the same time
    each        from "for each …" to "at the end", "…, five at once, then", the full stop: in the Map
    again       the clause with "until", "every 5 minutes": in the circle, and what is done before it is not
    scope       "if …, a and b": on the same side of one rule; "in this case": on that of the condition before
    answers     behind a question: where it was approved, unless a refusal is spoken of

What is done is found by its words: a clause and a state that fit each other better than any other. The reading that
built the draft is not asked. Where a marker leaves the place open, it is a to-do that asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.facts import Facts, Stated, reached
from engine.copilot.accounting.polarity import forbids, holds_with, refuses
from engine.copilot.accounting.signs import contradicted, parts_of
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.phrases import FAILURE, is_else
from engine.copilot.offline.words import stem, stems, words_of
from engine.records import dataclass

Scores = Callable[[Clause], Sequence[tuple[int, Stated]]]
"""How well each state fits a clause."""

Means = Callable[[str, Stated], bool]
"""Whether a word is one for what a state does."""

_HEAD = re.compile(
    r"^(?:but |and |only )*"
    r"(?:if|when|whenever|once|unless|in case|provided|should|where|given|as soon as|until|while)\b")
_BACK = re.compile(
    r"\b(?:before|beforehand|after|afterwards|first|prior|until|once|when|earlier|previously|while|as soon as|upon"
    r"|having|only|last|again|meanwhile|ahead|since|because|following)\b")
"""What may turn the order of two clauses round."""
_BESIDE = re.compile(
    r"\b(?:at the same (?:time|moment)|in parallel|simultaneous\w*|concurrent\w*|meanwhile|side by side|at once|while"
    r"|both|together|parallel\w*|without waiting"
    r"|as well as|alongside|all (?:three|four))\b",
    re.IGNORECASE)
_EACH = re.compile(
    r"\b(?:each|every|all|everyone|everybody|any|per|both|whole|those|them|their|one (?:by|after)|at a time|at once"
    r"|batches|groups|chunks|(?:go|goes|work|loop|iterate|walk|run)\w* (?:through|over)|list|rest|others?)\b",
    re.IGNORECASE)
_SO_MANY = re.compile(
    r"(?:\b(?:at a time|at once|in parallel|at the same time|concurrently)"
    r"|\b(?:batches|groups|chunks) of \S+)[\s,;]*$",
    re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:end|all|everything)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|its|him|her|his|that|this|them|their|they|one|each|every|same)\b")
_AGAIN = re.compile(
    r"\b(?:until|till|while|as long as|every|each|again|repeat\w*|keep\w*|poll\w*|times|retry|retries|attempts|stays?"
    r"|remains|still)\b", re.IGNORECASE)
_LEADS = re.compile(r"(?:^|[:.;] )(?:and |then )*(?:repeat|loop|until|while|as long as|so long as|do|every)\b[^.;]*$",
                    re.IGNORECASE)
_THEN = re.compile(r"\b(then|afterwards|after (?:that|which)|finally)\b[\s,]*(?:and )?$", re.IGNORECASE)
_OVER = (r"(?:for (?:each|every|all)(?: of)?|(?:go|goes|loop|work|walk|iterate)\w* (?:through|over))(?: the| our| its)?"
         r" (?P<item>[\w -]+)")
EITHER_WAY = re.compile(
    r"\b(?P<said>either way|in (?:both|any|either|all) cases?|anyway|regardless|no matter what)\b", re.IGNORECASE)
_HEADS = re.compile(rf"(?:^|[,:;] |then |and ){_OVER}", re.IGNORECASE)
_IN_CASE = re.compile(
    r"^(?P<said>in (?:this|that|those|these|which|such an?) (?:case|event)s?|if so|if that happens)\b")
_COVERS = re.compile(
    r"\b(?:(?:do|did) (?:that|this|it|so|the same) (?:all )?|ask (?:\S+ )?)again\b|\brepeat\w*"
    r"|\bstart over\b|\bagain until\b",
    re.IGNORECASE)
"""What says of all before it that it is done again."""


@dataclass(frozen=True, slots=True)
class Done:
    """A clause and the state that does what it says."""

    clause: Clause
    state: Stated
    place: int
    """Of the clause among all."""

    @property
    def start(self) -> int:
        """Where the clause begins in the sentence."""
        return self.clause.words[0].start


def misplaced(sentence: str, facts: Facts, scores: Scores) -> Iterator[Doubt]:
    """The markers of what the document has elsewhere."""
    clauses = clauses_of(sentence)
    done = done_in(clauses, scores)
    yield from _order(sentence, clauses, done)
    yield from _each(sentence, done, facts)
    yield from _again(sentence, done)
    yield from _scopes(sentence, clauses, done, facts)
    yield from _cases(sentence, clauses, done, facts)
    yield from _answers(sentence, done, facts)
    parts = parts_of(sentence)
    yield from contradicted(sentence, parts, {one.place: one.state for one in done_in(parts, scores)}, facts)


def done_in(clauses: Sequence[Clause], scores: Scores) -> list[Done]:
    """What is done, in the order of the sentence: a clause and a state of which each is the other's best."""
    best: dict[str, tuple[int, int, bool]] = {}
    mine: list[tuple[int, Stated] | None] = []
    for place, clause in enumerate(clauses):
        ranked = [] if _HEAD.match(clause.text) else sorted(scores(clause), key=lambda one: -one[0])
        sure = bool(ranked) and ranked[0][0] > 2 and (len(ranked) == 1 or ranked[0][0] > ranked[1][0])
        mine.append(ranked[0] if sure else None)
        for score, state in ranked if sure else ():
            known = best.get(state.pointer)
            if known is None or score >= known[0]:
                best[state.pointer] = score, place, known is not None and score == known[0]
    return [Done(clauses[place], one[1], place) for place, one in enumerate(mine)
            if one is not None and best[one[1].pointer][1:] == (place, False)]


def _marker(sentence: str, one: Done) -> Doubt:
    """What joins a clause to the one before it: "then", or its own first word."""
    first = next((word for word in one.clause.words if word.kind == "word"), one.clause.words[0])
    before = _THEN.search(sentence, 0, first.start)
    return (*before.span(1), "place") if before is not None else (first.start, first.end, "place")


def _order(sentence: str, clauses: Sequence[Clause], done: Sequence[Done]) -> Iterator[Doubt]:
    """``a, then b``: b is not done before a, nor beside it."""
    for one, other in pairwise(done):
        between = clauses[one.place:other.place + 1]
        if other.clause.joiner == "post" or any(_HEAD.match(each.text) or FAILURE.match(each.text) for each in between):
            continue
        beside = re.match(r"(.*/Branches/)(\d+)/.*\n\1(\d+)/", f"{one.state.pointer}\n{other.state.pointer}")
        if beside is not None and beside[2] != beside[3] and not _BESIDE.search(sentence):
            yield _marker(sentence, other)
        if one.state.machine is other.state.machine and not any(_BACK.search(each.text) for each in between):
            behind = one.state.name in reached(other.state.machine, *targets_of(other.state.state))
            if behind and other.state.name not in reached(one.state.machine, *targets_of(one.state.state)):
                yield _marker(sentence, other)


def _each(sentence: str, done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``for each x, a, five at once, then b``: a in the Map, b behind it."""
    loops = list(facts.typed("Map"))
    if loops and not _EACH.search(sentence):
        named = stems(str(loops[0].state.get("Items")).rpartition(".")[2])
        word = next((word for word in words_of(sentence) if stem(word.lower) in named), None)
        yield from [] if word is None else [(word.start, word.end, "place")]
    opened: tuple[int, Done] | None = None
    for begins, one in _by_sentence(sentence, done):
        inside = "/ItemProcessor/" in one.state.pointer
        said = sentence[begins:one.start]
        heads = _HEADS.search(said + one.clause.text)
        if heads is None:
            continue
        then = _THEN.search(said)
        if opened is not None and opened[0] == begins:
            item = stems(heads["item"])
            speaks = _IT.search(one.clause.text) or any(stem(word.lower) in item for word in one.clause.words)
            counted = then is not None and _SO_MANY.search(said[:then.start()])
            if inside and then is not None and (counted or not speaks):
                yield begins + then.start(1), begins + then.end(1), "place"
            elif not inside and then is None and "/ItemProcessor/" in opened[1].state.pointer and (
                    one.clause.joiner in ("and", "comma")) and not _TOGETHER.search(said[-40:]):
                yield _marker(sentence, one)
        elif opened is None or opened[0] != begins:
            opened = begins, one


def _by_sentence(sentence: str, done: Sequence[Done]) -> Iterator[tuple[int, Done]]:
    """Each with the begin of its sentence."""
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s|$)", sentence)]
    for one in done:
        yield max((end for end in ends if end <= one.start), default=0), one


def _again(sentence: str, done: Sequence[Done]) -> Iterator[Doubt]:
    """``order x and look at y every hour until …``: the order is no part of it."""
    inner = [one for one in done if one.state.name in reached(one.state.machine, *targets_of(one.state.state))]
    for one, other in pairwise(inner):
        begin = max((place.end() for place in re.finditer(r"[.!?;:]\s", sentence[:one.start])), default=0)
        marks = _AGAIN.search(sentence[other.start:])
        own = _AGAIN.search(sentence[begin:other.start])
        if one.state.machine is other.state.machine and marks is not None and own is None and not _COVERS.search(
                sentence[other.start:]) and not _LEADS.search(
                sentence[:one.start]):
            then = _marker(sentence, other)
            yield then if then[0] < other.start else _marker(sentence, one)


def _scopes(sentence: str, clauses: Sequence[Clause], done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``if …, a and b``: b hangs on what a does."""
    for one, other in pairwise(done):
        head = clauses[one.place - 1] if one.place else None
        if head is None or not _HEAD.match(head.text) or one.clause.joiner not in ("comma", "bare", "and"):
            continue
        if other.place != one.place + 1 or other.clause.joiner not in ("and", "comma") or (
                one.state.machine is not other.state.machine):
            continue
        after = clauses[other.place + 1:other.place + 2]
        if (after and after[0].joiner == "post") or EITHER_WAY.search(other.clause.text):
            continue
        mine, others = (guards(facts, each) for each in (one.state, other.state))
        if mine - others and not is_else(other.clause):
            yield _marker(sentence, other)


def _cases(sentence: str, clauses: Sequence[Clause], done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``in this case …``: where the condition before it holds."""
    by_place = {one.place: one for one in done}
    for place, clause in enumerate(clauses):
        said = _IN_CASE.match(clause.text)
        acts = by_place.get(place) or by_place.get(place + 1)
        if said is None or acts is None:
            continue
        start = clause.words[0].start
        head = next((each for each in reversed(clauses[:place]) if _HEAD.match(each.text)), None)
        sides = guards(facts, acts.state)
        if not sides or (head is not None and not any(_fits(sentence, head, facts, *side) for side in sides)):
            yield start, start + len(said["said"]), "condition"


def guards(facts: Facts, state: Stated) -> set[tuple[str, str]]:
    """The Choices on one of whose sides alone the state stands, with that side: the name that it begins with."""
    found = set()
    for one in facts.typed("Choice"):
        if one.machine is state.machine and one.name not in reached(one.machine, *targets_of(one.state)):
            sides = {name for name in targets_of(one.state) if state.name in reached(one.machine, name)}
            if len(sides) == 1 and len({*targets_of(one.state)}) > 1:
                found.add((one.pointer, next(iter(sides))))
    return found


def _fits(sentence: str, head: Clause, facts: Facts, pointer: str, side: str) -> bool:
    """Whether a side of a rule is that where the condition of the clause holds."""
    one = next(each for each in facts.states if each.pointer == pointer)
    said = re.sub(r"^unless\b", "if", head.text)  # the case that is left out
    for rule in one.state.get("Choices", ()):
        holds = holds_with(said, sentence[:head.words[0].start], str(rule.get("Condition")))
        if holds is None or (rule.get("Next") == side) is holds:
            return True
    return False


def _answers(sentence: str, done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """What stands behind a question alone stands where it was approved, unless a refusal was spoken of."""
    for choice in facts.typed("Choice"):
        rules = choice.state.get("Choices", ())
        if len(rules) != 1 or not re.search(r"\.approved = true", str(rules[0].get("Condition"))):
            continue
        holds = "$not" not in str(rules[0].get("Condition"))
        yes, no = str(rules[0].get("Next")), str(choice.state.get("Default"))
        yes, no = (yes, no) if holds else (no, yes)
        asked = next((one.start for one in done if choice.name in targets_of(one.state.state)), 0)
        for one in done:
            if one.state.machine is not choice.machine or one.start < asked or (
                    choice.name in reached(choice.machine, *targets_of(one.state.state))):  # a circle: asked again
                continue
            sides = [one.state.name in reached(choice.machine, name) for name in (yes, no)]
            said = sentence[asked:one.clause.words[-1].end]
            if sides == [False, True] and not refuses(said) and not forbids(one.clause.text, ""):
                yield _marker(sentence, one)
