"""A sentence held against a document: each word is used, with the part that it became, or is a to-do.

    phrases      numbers, times, names, negations, repetitions: by the table of phrases.py
    clauses      "if …" a rule that speaks of it and decides what follows; "if … fails" a Catch on the step named
    values       names, and what something is set to or called: what an action's arguments have (values.py)
    words        all others: the state of their clause, or whatever says the same
    the rest     is a to-do, in the person's own words

It does not ask who drafted. What the grammar lost and what a model dropped, added or bent are found alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.copilot.accounting.arrivals import arrivals_in
from engine.copilot.accounting.audience import audience_in
from engine.copilot.accounting.doubts import doubts_in
from engine.copilot.accounting.ends import either_way_in, ends_in
from engine.copilot.accounting.evidence import NEGATED, Said
from engine.copilot.accounting.facts import Facts, Stated
from engine.copilot.accounting.fetches import fetches_in
from engine.copilot.accounting.hanging import Hanging
from engine.copilot.accounting.joins import joins_in
from engine.copilot.accounting.ledger import first
from engine.copilot.accounting.lists import lists_in
from engine.copilot.accounting.moments import moments_in
from engine.copilot.accounting.phrases import FORMS
from engine.copilot.accounting.sides import sides_in
from engine.copilot.accounting.starts import SOURCES, STARTING, unheard_in
from engine.copilot.accounting.structure import misplaced
from engine.copilot.accounting.synonyms import FORCE, GLUE
from engine.copilot.accounting.turns import turns_in
from engine.copilot.accounting.values import unknown_in, values_in
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.wording.framing import listed_in
from engine.copilot.offline.wording.spelling import Slip, place_in, spelled
from engine.copilot.offline.words import DETERMINERS, VERBS, Word, stem, stems, words_of
from engine.copilot.proposal import WordUse
from engine.records import dataclass

Json = Any

_PASSED = GLUE | {"each", "every", "all", "any"}
_BEHIND = re.compile(r"(?:then|afterwards|finally|lastly)$")
_AUXILIARY = frozenset({"can", "might", "am", "via", "which", "ones"})


@dataclass(frozen=True, slots=True)
class Account:
    """`words` are in the order of the sentence and do not overlap. `added` are the names of Tasks that no word asks
    for."""

    words: tuple[WordUse, ...]
    added: tuple[str, ...]

    @property
    def to_dos(self) -> tuple[WordUse, ...]:
        """What the document does not have."""
        return tuple(word for word in self.words if word.pointer is None)


def account(sentence: str, document: Mapping[str, Json], catalogue: Catalogue) -> Account:
    """What became of each word of `sentence` in `document`."""
    text, slips = spelled(sentence)
    ledger = _Account(text, Facts.of(document), catalogue)
    ledger.marks()
    ledger.products()
    ledger.lists()
    ledger.starts()
    ledger.doubts()
    ledger.phrases()
    ledger.clauses()
    ledger.values()
    ledger.words()
    ledger.unmarked()
    return Account(tuple(_as_said(use, sentence, slips) for use in ledger.merged()), tuple(ledger.added()))


def _as_said(use: WordUse, sentence: str, slips: Sequence[Slip]) -> WordUse:
    """The use of a word as it was written."""
    if not slips:
        return use
    start, end = place_in(slips, use.start), place_in(slips, use.end)
    return WordUse(start, end, sentence[start:end], use.kind, use.pointer)


class _Account(Hanging):
    """Accounts for each word, by one kind of words after the other."""

    def marks(self) -> None:
        """What the draft itself says it did not understand."""
        nothing = {stem(word) for word in GLUE}
        marked = [said for one in self.facts.states if (said := one.marked - nothing)]
        for clause in clauses_of(self.sentence) if marked else ():
            words = [stems(word.text) | {stem(word.lower)} for word in clause.words
                     if word.kind == "word" and word.lower not in GLUE]
            if words and any(sum(bool(word & mark) for word in words) >= 0.8 * len(words) for mark in marked):
                self.lose(clause.words)
        for mark in marked:
            run: list[Word] = []
            for word in [*words_of(self.sentence), None]:
                if word is not None and (word.lower in _PASSED or stem(word.lower) in mark or stems(word.text) & mark):
                    run.append(word)
                    continue
                said = frozenset().union(*(stems(one.text) | {stem(one.lower)} for one in run))
                if len(mark & said) >= 0.8 * len(mark):
                    self.lose(run)
                run = []

    def products(self) -> None:
        """The products that no connector here is for: what is done with them is in the document where it names one."""
        for match in self.catalogue.foreign.finditer(self.sentence):
            code = re.sub(r"\W", "", match[0].lower())
            held = first(leaf for leaf in self.facts.key("Resource", "url", "type", "style")
                          if code in re.sub(r"\W|_", "", str(leaf.value).lower()))
            if self.is_free(*match.span()):
                self.enter(*match.span(), "name", held)

    def lists(self) -> None:
        """The numbers of a list's items: the step of each."""
        places = listed_in(self.sentence)
        ends = [*(start for start, _ in places), len(self.sentence)]
        for (start, end), after in zip(places, ends[1:], strict=True):
            clause = next(iter(clauses_of(self.sentence[end:after])), None)
            does = None if clause is None else self.state_of(clause)
            if self.is_free(start, end):
                self.enter(start, end, "order", None if does is None else does.pointer)

    def starts(self) -> None:
        """What starts it, before all that is done: a to-do where the document has no trigger of that kind."""
        heard = {str(leaf.value) for leaf in self.facts.key("type") if leaf.pointer.startswith("/triggers/")}
        before = True
        for clause in clauses_of(self.sentence):
            before = before and clause.words[0].lower not in VERBS
            said = STARTING.match(clause.text)
            kinds = next((kinds for words, kinds in SOURCES if said and re.search(words, said["source"])), heard)
            if not heard & kinds and kinds is not heard and (before or "workflow_end" not in kinds):
                self.lose(clause.words)

    def doubts(self) -> None:
        """What the shape of the document contradicts; and that a loop is over, where it is."""
        for start, end, pointer in (*ends_in(self.sentence, self.facts, self.doing),
                                    *either_way_in(self.sentence, self.facts, self.doing)):
            if self.is_free(start, end):
                self.enter(start, end, "place" if pointer is None else "order", pointer)
        words = words_of(self.sentence)
        for start, end, kind in (*arrivals_in(self.sentence, self.facts), *moments_in(self.sentence, self.facts),
                                 *turns_in(self.sentence, self.doing),
                                 *joins_in(self.sentence, self.facts, self.doing),
                                 *doubts_in(self.sentence, self.facts, self.doing),
                                 *fetches_in(self.sentence, self.facts, self.doing),
                                 *lists_in(self.sentence, self.facts, self.doing),
                                 *misplaced(self.sentence, self.facts, self.scores),
                                 *audience_in(self.sentence, self.facts, self.scores, self.means),
                                 *sides_in(self.sentence, self.facts, self.scores, self.means)):
            cut = [word for word in words if word.start < start < word.end or word.start < end < word.end]
            places = min(start, *(word.start for word in cut), start), max(end, *(word.end for word in cut), end)
            if self.is_free(*places):
                self.enter(*places, kind, None)
        for start, end in unheard_in(self.sentence, self.facts):
            self.lose([word for word in words if start <= word.start < end])

    def phrases(self) -> None:
        words = words_of(self.sentence)
        cuts = {place for word in words if word.kind == "word" for place in range(word.start + 1, word.end)}
        cuts |= {word.start + place.end() for word in words if word.kind in ("number", "clock")
                 for place in re.finditer(r"[-\u2212\d.,:](?=[$€£\d.,:])", word.text)}
        for form in FORMS:
            for match in form.pattern.finditer(self.sentence):
                if match[0].strip() and not cuts & {match.start(), match.end()} and self.is_free(*match.span()):
                    pointer = form.evidence(Said(match), self.facts)
                    if form.kind == "negation" and self._has_negated(match.start(), pointer):
                        pointer = None
                    self.enter(match.start(), match.end(), form.kind, pointer)

    def _has_negated(self, start: int, pointer: str | None) -> bool:
        """Whether one negation of a condition is what another one of the same clause stands for already."""
        said = next((clause.words for clause in clauses_of(self.sentence)
                     if clause.words[0].start <= start < clause.words[-1].end), None)
        value = next((str(leaf.value) for leaf in self.facts.leaves if leaf.pointer == pointer), "")
        return said is not None and len(re.findall(NEGATED, value)) == 1 and any(
            use.kind == "negation" and use.pointer == pointer and said[0].start <= use.start < said[-1].end
            for use in self.used
        )

    def values(self) -> None:
        for start, end, pointer in (*unknown_in(self.sentence, self.facts), *values_in(self.sentence, self.facts)):
            if self.is_free(start, end):
                self.enter(start, end, "name", pointer)

    def words(self) -> None:
        for clause in clauses_of(self.sentence):
            best = self.state_of(clause)
            for word in clause.words:  # how the verb is said
                if word.lower in _AUXILIARY and best is not None and self.is_free(word.start, word.end):
                    self.enter(word.start, word.end, "word", best.pointer)
            for before, word in zip([None, *clause.words], clause.words, strict=False):
                if self.is_free(word.start, word.end) and word.kind != "mark" and word.lower not in GLUE:
                    a_thing = before is not None and before.lower in DETERMINERS
                    counts = word.kind in ("number", "clock")  # and no form says what
                    behind = best if _BEHIND.match(word.lower) else None
                    lost = counts or (behind is not None and _is_elsewhere(behind, clause, word))
                    pointer = None if lost else self.word(word, best, a_thing=a_thing)
                    if word.lower in FORCE:  # that a step is called so is nothing
                        meant = (one.pointer for one in self.facts.states if self.means(word.lower, one))
                        pointer = next(meant, None)
                    self.enter(word.start, word.end, "word", pointer)
        self._joiners()

    def _joiners(self) -> None:
        """What no clause has: "then", "and"."""
        found = clauses_of(self.sentence)
        for word in words_of(self.sentence):
            if word.kind != "mark" and word.lower not in GLUE and self.is_free(word.start, word.end):
                after = next((one for one in found if one.words[0].start > word.start), None)
                behind = self.state_of(after) if after is not None and _BEHIND.match(word.lower) else None
                lost = after is not None and behind is not None and _is_elsewhere(behind, after, word)
                self.enter(word.start, word.end, "word", None if lost else self.word(word, None))

    def unmarked(self) -> None:
        """A step that was not understood has words that are to-dos, also where another step has the same."""
        for mark in (one.marked for one in self.facts.states if one.marked):
            said = [index for index, use in enumerate(self.used) if use.kind in ("word", "repetition")
                    and mark & (stems(use.text) | {stem(use.text)})]
            if not any(use.pointer is None and mark & stems(use.text) for use in self.used):
                for index in said:
                    use = self.used[index]
                    self.used[index] = WordUse(use.start, use.end, use.text, use.kind, None)


def _is_elsewhere(one: Stated, clause: Clause, word: Word) -> bool:
    """Whether a step that is to come behind others is the first of a branch, and so runs beside them, or is done for
    each of many where it is to come at the end."""
    ends = clause.joiner in ("hard", "stop") and word.lower in ("finally", "lastly")
    if ends and "/ItemProcessor/" in one.pointer:
        return True
    return re.search(r"/Branches/\d+/States/[^/]+$", one.pointer) is not None and one.machine["StartAt"] == one.name
