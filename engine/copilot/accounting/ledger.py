"""What an account keeps: the sentence, the document's facts, and what became of each word so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from engine.copilot.accounting.facts import Facts, Leaf, Stated
from engine.copilot.accounting.polarity import opposite_of
from engine.copilot.accounting.starts import STARTS
from engine.copilot.accounting.synonyms import GLUE, action_of, meant_by
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.words import Word, stem, stems, words_of
from engine.copilot.proposal import WordUse
from engine.records import dataclass

_ORDER = re.compile(r"^(?:first|second|then|next|last|lastly|finally|after|afterwards|before|later|again|once|now)$")


@dataclass(slots=True)
class Ledger:
    """`used` has each word's use once, in the order in which they were found."""

    sentence: str
    facts: Facts
    catalogue: Catalogue
    used: list[WordUse] = field(default_factory=list)

    # The entries

    def enter(self, start: int, end: int, kind: str, pointer: str | None) -> None:
        """What became of the words from `start` to `end`; None for a to-do."""
        while start < end and self.sentence[start] in " ,":
            start += 1
        while start < end and self.sentence[end - 1] in " ,":
            end -= 1
        self.used.append(WordUse(start, end, self.sentence[start:end], kind, pointer))

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing is known yet of these places."""
        return all(end <= use.start or use.end <= start for use in self.used)

    def lose(self, words: Sequence[Word]) -> None:
        """The words are to-dos, except those of which something is known."""
        for word in words:
            if word.kind != "mark" and word.lower not in GLUE and self.is_free(word.start, word.end):
                self.enter(word.start, word.end, "word", None)

    def _is_glue(self, start: int, end: int) -> bool:
        between = self.sentence[start:end]
        return not re.search(r"[.;!?\n]", between) and all(
            word.kind == "mark" or word.lower in GLUE for word in words_of(between))

    def merged(self) -> Iterator[WordUse]:
        """In order; to-dos with nothing but glue between them are one."""
        last: WordUse | None = None
        for use in sorted(self.used, key=lambda use: use.start):
            if last is not None and last.pointer is None and use.pointer is None and self._is_glue(last.end, use.start):
                last = WordUse(last.start, use.end, self.sentence[last.start:use.end], "clause", None)
                continue
            if last is not None:
                yield last
            last = use
        if last is not None:
            yield last

    def added(self) -> Iterator[str]:
        """The names of the Tasks that no word led to."""
        pointers = [use.pointer for use in self.used if use.pointer is not None]
        for one in self.facts.typed("Task"):
            under = f"{one.pointer}/"
            if one.is_work and not any(pointer == one.pointer or pointer.startswith(under) for pointer in pointers):
                yield one.name

    # What the document has of a clause, and of a word

    def state_of(self, clause: Clause) -> Stated | None:
        """The state that does what the clause says."""
        return max(self.scores(clause), key=lambda one: one[0], default=(0, None))[1]

    def scores(self, clause: Clause) -> list[tuple[int, Stated]]:
        """The states that may do what the clause says, each with how much of it they say."""
        said = frozenset(part for word in clause.words if word.lower not in GLUE
                         for part in (stem(word.lower), *(stems(word.text) if "-" in word.text else ())))
        whom = [word.text for word in clause.words if word.kind in ("email", "url", "channel")]
        found = ((3 * len(said & one.names) + len(said & one.stems) + len(said & self.meanings(one, clause.text))
                  + sum(text in str(one.state.get("Arguments")) for text in whom), one)
                 for one in self.facts.states if one.is_work and one.state.get("Type") not in ("Succeed", "Choice"))
        return [one for one in found if one[0]]

    def doing(self, text: str) -> Stated | None:
        """The state that does what a text says."""
        words = words_of(text)
        return self.state_of(Clause("and", words)) if words else None

    def word(self, word: Word, best: Stated | None, *, a_thing: bool = False) -> str | None:
        """Where a word that no phrase has is said: the state of its clause, or another place. `a_thing`: no verb."""
        one = stem(word.lower)
        parts = stems(word.text) | {one}
        means = None if a_thing else action_of(word.lower, self.catalogue)
        if means is not None:  # what happens is no text of a message
            done = (state for state in self.facts.states if state.is_work and (
                re.search(means, str(state.state.get("Resource", ""))) or (state.is_named and parts & state.firm)))
            return next((state.pointer for state in done), None)
        if best is not None and (parts & (best.names | best.stems) or self.means(word.lower, best)):
            return best.pointer
        for state in self.facts.states:
            if state.is_work and (parts & (state.names | state.stems) or self.means(word.lower, state)):
                return state.pointer
        found = first(leaf for leaf in self.facts.leaves if parts & leaf.stems)
        if found is None and _ORDER.match(word.lower) and len(self.facts.states) > 1:
            return next((state.pointer for state in self.facts.states if state.is_work), None)
        kind = next((kind for words, kind in STARTS if words.match(word.lower)), None)
        if found is None and kind is not None:
            return first(leaf for leaf in self.facts.key("type") if re.fullmatch(kind, str(leaf.value)))
        return found or first(leaf for leaf in self.facts.conditions() if opposite_of(word.lower) in leaf.stems)

    def meanings(self, one: Stated, text: str) -> frozenset[str]:
        """The stems of the words in `text` that mean what the state's action does."""
        return frozenset(stem(word) for word in text.split() if self.means(word, one))

    def means(self, word: str, one: Stated) -> bool:
        """Whether the word is one for what the state does."""
        return meant_by(word, one.state, self.catalogue)


def first(found: Iterator[Leaf]) -> str | None:
    """The pointer of the first."""
    return next((leaf.pointer for leaf in found), None)
