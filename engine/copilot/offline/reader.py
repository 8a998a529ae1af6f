"""What reading a sentence keeps: its clauses, where it is in them, and what was understood so far."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from engine.copilot.catalogue import Catalogue
from engine.copilot.offline import triggers
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.flow import Action, Condition, ForEach, If, Placeholder, Reading, Step
from engine.copilot.offline.naming import Known
from engine.copilot.offline.phrases import expanded
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
