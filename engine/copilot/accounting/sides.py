"""The other side of a condition: what stands behind "otherwise" is on no side where the first one's is.

    behind      "if it is late, mail ann, and post to #b otherwise": not on the side of ann's mail
    before      "mail ann and post to #b if it is late, otherwise mail bob": ann's mail hangs on the condition too
    conjoined   "if it is late and if it is new, mail ann, otherwise mail bob": bob where it is late and not new, too
    or          "mail ann, or bob if it is not": one of two
    whose       "if it is late, mail ann. If it is paid, mail bob. Otherwise mail cy": of which of the two, is asked
    left out    "mail ann, unless it is late; then mail bob": where it is late, or after ann, is asked
    instead     "if it is late, don't mail ann; mail bob instead": where it is late
    decided     "if it is over 1000, mail ann, and if it is over 500, mail bob": the second always holds there

Where the document has them together, the marker is a to-do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.evidence import numbers_in
from engine.copilot.accounting.facts import Facts
from engine.copilot.accounting.polarity import forbids, refuses
from engine.copilot.accounting.structure import Done, Means, Scores, done_in, guards
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.conditions import apart, implies
from engine.copilot.offline.flow import Condition
from engine.copilot.offline.phrases import APPROVED, FAILURE, LATE

_ELSE = re.compile(r"\b(?P<said>otherwise|or else|else|if not)\b", re.IGNORECASE)
_PART = re.compile(r"[.;!?](?=\s)|\n")
_STOP = re.compile(r"[.;!?](?=\s)")
_DECIDES = re.compile(
    r"^(?:but |and |then |only )*(?:if|unless|in case|provided|should|(?P<when>when|once|as soon as))\b")
_SOME = re.compile(r"s (?:who|that|which|whose|from|with|without|in|on|of|over|under|above|below)\b")
_HEAD = re.compile(r"^(?:if|unless|when|in case|provided)\b")
_OR_IF_NOT = re.compile(
    r"\bor (?:(?:the|to|in|to the) )?[^\s,;.]+(?: [^\s,;.]+)?,? (?P<said>if (?:it|he|she|they|that|this)"
    r"(?:'s not| (?:is|are|does|do|has|have|was|did)(?:n't| not)))(?=\s*(?:[.,;]|$))", re.IGNORECASE)


def sides_in(sentence: str, facts: Facts, scores: Scores, means: Means) -> Iterator[Doubt]:
    """The markers of another side that the document has on the same one. `means`: whether a word is one for what a
    state does."""
    clauses = clauses_of(sentence)
    done = done_in(clauses, scores)
    yield from _together(sentence, done, facts)
    yield from _before(sentence, clauses, done, facts, means)
    yield from _conjoined(sentence, clauses, done, facts)
    yield from _swapped(sentence, clauses, done, facts)
    yield from _whose(sentence, clauses, facts)
    yield from _decided(clauses, facts)
    yield from _left_out(sentence, clauses)
    yield from _instead(clauses, done, facts)
    apart = any(len({name for name in targets_of(one.state)
                     if one.machine["States"].get(name, {}).get("Type") not in ("Succeed", None)}) > 1
                for one in facts.typed("Choice"))
    if not apart:
        yield from ((*said.span("said"), "otherwise") for said in _OR_IF_NOT.finditer(sentence))


def _together(sentence: str, done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """What is said otherwise, and what before it, hang on the very same."""
    for said in _ELSE.finditer(sentence):
        begin = max((stop.end() for stop in _STOP.finditer(sentence[:said.start()].rstrip(" .;!?"))), default=0)
        for other in done:
            end = other.clause.words[-1].end
            last = said.start() - 1 == end and re.match(r"\s*(?:[.;!?]|$)", sentence[said.end():])
            if not last and not other.start <= said.start() < end and not (
                    said.end() <= other.start <= said.end() + 3):
                continue
            before = [one for one in done if one.place < other.place and one.start >= begin
                      and one.state is not other.state]
            one = before[-1] if before else None
            if one is None or one.state.machine is not other.state.machine:
                continue
            mine, others = guards(facts, one.state), guards(facts, other.state)
            apart = {pointer for pointer, side in mine for at, where in others if at == pointer and where != side}
            if mine & others and not apart and not others - mine:
                yield (*said.span("said"), "otherwise")


def _conjoined(sentence: str, clauses: Sequence[Clause], done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``if a and if b, x, otherwise z``: z is done where either of both does not hold."""
    for said in _ELSE.finditer(sentence):
        heads = [clause for clause in clauses if clause.words[0].start < said.start() and _HEAD.match(clause.text)]
        if not heads or re.search(r"\b(?:and|but) if\b", heads[-1].text) is None:
            continue
        end = heads[-1].words[-1].end
        one = next((one for one in done if end <= one.start < said.start()), None)
        other = next((one for one in done if one.start - 3 <= said.end() < one.clause.words[-1].end), None)
        if one is not None and other is not None and guards(facts, one.state) & guards(facts, other.state):
            yield (*said.span("said"), "otherwise")


def _before(
    sentence: str, clauses: Sequence[Clause], done: Sequence[Done], facts: Facts, means: Means
) -> Iterator[Doubt]:
    """``a and b if …, otherwise c``: c is done in place of both."""
    by_place = {one.place: one for one in done}
    for place, clause in enumerate(clauses):
        one, other = by_place.get(place - 2), by_place.get(place - 1)
        if clause.joiner != "post" or not _HEAD.match(clause.text) or one is None or other is None:
            continue
        if other.clause.joiner != "and" or not _ELSE.match(sentence[clause.words[-1].end:].lstrip(" ,;.")) or (
                one.state.machine is not other.state.machine):
            continue
        tells = means("notify", one.state) or means("queue", one.state)  # what is fetched is for the condition
        if tells and guards(facts, other.state) - guards(facts, one.state):
            yield clause.words[0].start, clause.words[0].end, "condition"


def _whose(sentence: str, clauses: Sequence[Clause], facts: Facts) -> Iterator[Doubt]:
    """``if a, x and if b, y; otherwise z``, ``if a, x. If b, y. Otherwise z``: the mark does not say whose other side
    it is. Where one Choice decides and no two of its conditions hold together, it is that of all."""
    choices = [[str(rule.get("Condition")).strip("{% }") for rule in one.state.get("Choices", ())]
               for one in facts.typed("Choice")]
    for said in _ELSE.finditer(sentence):
        heads = _open_heads(sentence, clauses, said.start())
        if len(heads) > 1 and sum(map(len, choices)) > 1 and not any(
                len(found) >= len(heads) and _is_told_apart(found) for found in choices):
            yield (*said.span("said"), "whose")


def _open_heads(sentence: str, clauses: Sequence[Clause], end: int) -> list[Clause]:
    """The conditions whose other side may begin at `end`: those of the sentences in a row that begin with one; behind a
    comma those that "and" joins. None where it is the other side of an answer."""
    begins = [0, *(stop.end() for stop in _PART.finditer(sentence, 0, end))]
    begin, before = begins[-1], begins[-2:-1]
    own = _heads_in(clauses, begin, end)
    if own:
        return own if own[-1].joiner == "and" and not _is_of_a_step(own[-1]) else []
    if sentence[begin:end].strip(" -*\u2022").lower() not in ("", "and", "but"):
        return []
    heads: list[Clause] = []
    for place in reversed(begins[:-1]):
        first = next((clause for clause in clauses if clause.words[0].start >= place), None)
        decides = None if first is None else _DECIDES.match(first.text)
        if decides is None or (first is clauses[0] and decides["when"]) or _ELSE.search(sentence, place, begin):
            break
        heads = _heads_in(clauses, place, end)
    answers = [head for place in before for head in heads if head.words[0].start >= place]
    return [] if len(answers) == 1 and _is_of_a_step(answers[0]) else heads


def _heads_in(clauses: Sequence[Clause], start: int, end: int) -> list[Clause]:
    return [clause for clause in clauses if start <= clause.words[0].start < end and _DECIDES.match(clause.text)]


def _is_of_a_step(head: Clause) -> bool:
    """Whether a condition speaks of an answer or a failure."""
    return any(form.match(head.text) for form in (APPROVED, FAILURE, LATE))


def _is_told_apart(conditions: Sequence[str]) -> bool:
    """Whether each condition but the first adds what those before it leave."""
    return all(apart(Condition(one, ""), Condition(other, "")) or implies(one, other)
               for one, other in combinations(conditions, 2))


def _decided(clauses: Sequence[Clause], facts: Facts) -> Iterator[Doubt]:
    """``if it is over 1000, a, and if it is over 500, b``: the second condition decides nothing within the first."""
    by_pointer = {one.pointer: one for one in facts.typed("Choice")}
    for one in by_pointer.values():
        conditions = [str(rule.get("Condition")).strip("{% }") for rule in one.state.get("Choices", ())]
        around = [str(rule.get("Condition")).strip("{% }") for pointer, side in guards(facts, one)
                  for rule in by_pointer[pointer].state["Choices"] if rule.get("Next") == side]
        for condition in conditions:
            if any(implies(outer, condition) for outer in around):
                amounts = numbers_in(condition)
                yield from ((clause.words[0].start, clause.words[-1].end, "condition") for clause in clauses
                            if _DECIDES.match(clause.text) and amounts & numbers_in(clause.text))


def _left_out(sentence: str, clauses: Sequence[Clause]) -> Iterator[Doubt]:
    """``a, unless x; then b``: "then" may say in that case, or afterwards."""
    for clause, after in pairwise(clauses):
        end = clause.words[-1].end
        then = re.search(r"; then\b", sentence[end:after.words[0].start], re.IGNORECASE)
        if clause.joiner == "post" and clause.words[0].lower == "unless" and then is not None:
            yield end + then.end() - len("then"), end + then.end(), "place"


def _instead(clauses: Sequence[Clause], done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``if x, don't a; b instead``, ``never a those who x; b instead``: b is not done anyway."""
    for one in done:
        before = clauses[max(0, one.place - 2):one.place]
        said = re.search(r"\binstead\b(?! of\b)", one.clause.text)
        mine = guards(facts, one.state)
        banned = next((other for other in done if other.place == one.place - 1), None)
        alike = banned is not None and mine & guards(facts, banned.state)
        if said is not None and before and forbids(before[-1].text, "") and (alike or not mine) and (
                _HEAD.match(before[0].text) or _SOME.search(before[-1].text)):
            word = next(word for word in one.clause.words if word.lower == "instead")
            yield word.start, word.end, "condition"


def _swapped(sentence: str, clauses: Sequence[Clause], done: Sequence[Done], facts: Facts) -> Iterator[Doubt]:
    """``if she declines, a, otherwise b``: b is not done where she declines."""
    rules = {one.pointer: one.state["Choices"][0] for one in facts.typed("Choice")
             if len(one.state.get("Choices", ())) == 1}
    for said in _ELSE.finditer(sentence):
        heads = [clause for clause in clauses if _HEAD.match(clause.text) and clause.words[0].start < said.start()]
        other = next((one for one in done if one.start - 3 <= said.end() < one.clause.words[-1].end), None)
        if other is None or not heads or not refuses(heads[-1].text):
            continue
        for pointer, side in guards(facts, other.state):
            condition = str(rules.get(pointer, {}).get("Condition"))
            if ".approved = true" in condition and (
                    rules[pointer]["Next"] == side) is ("$not" in condition):
                yield (*said.span("said"), "otherwise")
