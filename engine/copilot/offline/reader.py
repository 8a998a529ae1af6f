"""What reading a sentence keeps: its clauses, where it is in them, what was understood so far, and where a condition
stands to the one before it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from engine.copilot.catalogue import Catalogue
from engine.copilot.offline import triggers
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.conditions import apart, implies, parse_condition
from engine.copilot.offline.flow import Action, Condition, ForEach, If, Placeholder, Reading, Step
from engine.copilot.offline.naming import Known
from engine.copilot.offline.phrases import APPROVED, FAILURE, LATE, SUCCESS, expanded, is_else
from engine.copilot.offline.schedules import schedules_in
from engine.copilot.offline.ways import Way
from engine.copilot.offline.wording.composing import composed
from engine.copilot.offline.wording.ending import closed
from engine.copilot.offline.wording.framing import unframed
from engine.copilot.offline.wording.plainly import plainly
from engine.copilot.offline.wording.repeating import repeated_in
from engine.copilot.offline.wording.rewriting import rewritten
from engine.copilot.offline.wording.spelling import spelled
from engine.copilot.offline.words import Word

SENTENCE = frozenset({"hard", "stop"})
"""The joiners that end the scope of an `if`: a semicolon, a full stop."""
_OF_A_STEP = (APPROVED, FAILURE, SUCCESS, LATE)
"""Conditions on what a step before has brought."""
_THING = re.compile(r"(?:(?:the|an?|our|its|their) )?([\w-]+)")
"""The first word of what a condition speaks of."""


def _covered(text: str) -> tuple[str, dict[str, str]]:
    """The text with a mark in place of each quotation, which no form looks into, and what the marks stand for."""
    found: dict[str, str] = {}

    def mark(said: re.Match[str]) -> str:
        found[f'"q{len(found)}x"'] = said[0]
        return f'"q{len(found) - 1}x"'

    return re.sub(r'"[^"]+"|“[^”]+”', mark, text), found


class Reader(ABC):
    """`clauses` from `at` on are still to be read. `actions` are those that may be spoken of again, `question` the last
    one that waits for an answer, `last_if` what an `otherwise` belongs to, `chain` the last `if` of several sides,
    `loops` those read so far, `holding` the conditions whose steps are being read, `quoted` what the marks in the text
    stand for."""

    def __init__(self, text: str, catalogue: Catalogue, ways: Sequence[Way]) -> None:
        self.catalogue = catalogue
        text, slips = spelled(text)
        text, self.quoted = _covered(text)
        self.known = Known(spoken=catalogue.spoken_of(text.lower()))
        text = plainly(text)
        for way in ways:
            text = way(text)
        schedules, text = schedules_in(unframed(text))
        text, self.repeated = repeated_in(rewritten(composed(closed(text))))
        self.clauses = self.cut(text)
        self.at = 0
        self.reading = Reading(
            notes=[f'"{slip.said}" was read as "{slip.meant}".' for slip in slips if slip.is_mistake]
        )
        self.actions: list[Action | Placeholder] = []
        self.question: Action | None = None
        self.last_if: If | None = None
        self.chain: If | None = None
        self.loops: list[ForEach] = []
        self.depth = 0
        self.holding: list[Condition] = []
        for schedule in schedules:
            trigger, to_dos = triggers.of_schedule(schedule)
            self.reading.triggers.append(trigger)
            self.reading.to_dos += [to_do for to_do in to_dos if to_do not in self.reading.to_dos]
            self.reading.notes += [schedule.guess] if schedule.guess else []

    def cut(self, text: str) -> list[Clause]:
        """The clauses of `text`, with what is quoted as it was written."""
        clauses = clauses_of(expanded(text))
        for clause in clauses:
            clause.words = [replace(word, text=self.quoted.get(word.text, word.text)) for word in clause.words]
        return clauses

    def opposes(self, clause: Clause, steps: Sequence[Step]) -> bool:
        """Whether the clause is another `if` of what is decided on, which never holds together with it, or always: ``if
        it is French …, if it is German …``, ``if it is over 1000 …, if it is over 500 …``."""
        if not self.holding or clause.words[0].lower != "if" or clause.joiner == "post":
            return False
        known = replace(self.known, subject=self.holding[-1].subject or self.known.subject)
        found = parse_condition(clause.words[1:], known)
        tells = all(isinstance(step, Action) and step.variable is None for step in steps)
        return found is not None and (apart(self.holding[-1], found) or (
            clause.joiner == "and" and tells and not any(form.match(clause.text) for form in _OF_A_STEP)) or (
            clause.joiner in ("comma", "bare") and (
                implies(self.holding[-1].text, found.text) or self.is_case(clause, self.holding[-1], found, steps))))

    def is_case(self, clause: Clause, before: Condition, found: Condition, steps: Sequence[Step]) -> bool:
        """Whether an `if` behind a comma alone is another case beside the one before it: of the same thing, or before
        an `otherwise`. ``if it is good, a, if it is bad, b, otherwise c``"""
        if clause.joiner != "comma" or any(form.match(clause.text) for form in _OF_A_STEP) or implies(
                found.text, before.text) or any(
                not isinstance(step, Action) or step.waits or f"${step.variable}" in found.text for step in steps):
            return False
        following = self.clauses[self.at + 1:]
        ends = next((place for place, one in enumerate(following) if one.joiner in SENTENCE), len(following))
        thing, same = _THING.match(before.phrase.lower()), _THING.match(clause.text[3:])
        return any(is_else(one) for one in following[:ends]) or (
            thing is not None and same is not None and same[1] in (thing[1], "it"))

    def starts_all(self, condition: Condition) -> bool:
        """Whether what a text begins with is what happens, and no size: all that follows is done then, unless an
        `otherwise` speaks of it."""
        after = next((one for one in self.clauses[self.at:] if one.joiner in SENTENCE), None)
        return re.fullmatch(r"\$states\.input\.[\w.]+ = true", condition.text) is not None and (
            after is None or not is_else(after)) and not any(is_else(one) for one in self.clauses[self.at:][:2])

    def goes_beside(self, clause: Clause, last: If, condition: Condition) -> bool:
        """Whether a condition is decided on only where that of the `if` before it does not hold."""
        before = last.condition
        if apart(before, condition):
            return True
        if implies(condition.text, before.text) or before.text == condition.text:
            return False  # it would never be
        after = next((one for one in self.clauses[self.at:] if one.joiner in SENTENCE), None)
        narrows = clause.joiner in ("comma", "bare") or (after is not None and is_else(after))
        return (narrows and implies(before.text, condition.text)) or (
            before.subject == condition.subject != "" and clause.joiner == "hard") or (
            self.is_case(clause, before, condition, last.then))

    @abstractmethod
    def block(self, before: list[Step], ends: frozenset[str]) -> list[Step]:
        """Steps up to a clause that begins outside: joined by one of `ends`, or an `otherwise`."""

    @abstractmethod
    def action(self, words: list[Word]) -> Step:
        """The action that `words` ask for, or a placeholder."""

    @abstractmethod
    def waited_for(self) -> bool:
        """Whether the last step can be waited for until what it started has ended; then it is."""

    @abstractmethod
    def condition(self, words: list[Word]) -> Condition:
        """The condition of an `if`; one that is not understood is never true, and says so."""

    @abstractmethod
    def passive(self, clause: Clause) -> Step | None:
        """What a clause in the passive asks for; None for one in the active."""
