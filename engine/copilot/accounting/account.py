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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.copilot.accounting.doubts import doubts_in
from engine.copilot.accounting.evidence import NEGATED, Said, number, numbers_in
from engine.copilot.accounting.facts import Facts, Leaf, Stated, reached
from engine.copilot.accounting.phrases import FORMS
from engine.copilot.accounting.starts import SOURCES, STARTING, STARTS
from engine.copilot.accounting.synonyms import FORCE, GLUE, action_of, meant_by
from engine.copilot.accounting.values import unknown_in, values_in
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.phrases import DONE, FAILURE, SUCCESS, after_else, is_else
from engine.copilot.offline.times import count_of_times
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.wording.framing import listed_in
from engine.copilot.offline.wording.spelling import Slip, place_in, spelled
from engine.copilot.offline.words import DETERMINERS, VERBS, Word, lower, stem, stems, words_of
from engine.copilot.proposal import WordUse
from engine.records import dataclass

Json = Any

_IF = re.compile(
    r"^(?:but |and )?(if|when|whenever|once|unless|in case|provided|should|where|given|as soon as|only if|only)\b")
_ALL = re.compile(r"\b(?:any\w*|whatever|something|everything|either|one of|it|that|this|still|they|an?|keeps?"
                  r"|steps?|these|those|of|them"
                  r"|last|first|second|third|final|attempts?|all|two|three|both|retries|tries|there|is|even)\b|'s\b")
_AGAIN = re.compile(r"(?:then )?(?:retry|repeat|try)\b")
_THEN = re.compile(r"\b(?:after (?:that|which)|then|afterwards?|finally)\b", re.IGNORECASE)
_A_WORD = re.compile(r"\w+")
_HOW_MANY = re.compile(r"\b(?:none|no|any|some|empty|entries)\b")
_PASSED = GLUE | {"each", "every", "all", "any"}
_ORDER = re.compile(r"^(?:first|second|then|next|last|lastly|finally|after|afterwards|before|later|again|once|now)$")
_COMPARED = re.compile(
    r"\b(?P<noun>[A-Za-z][\w-]*) (?:is|are|was|were) (?:over|above|below|under|exceeds"
    r"|(?:more|less|higher|lower|greater) than|at (?:least|most)) [$€£]?(?P<n>\d+)")
"""What is compared with a number."""
_BEHIND = re.compile(r"(?:then|afterwards|finally|lastly)$")
_AUXILIARY = frozenset({"can", "might", "am", "via", "which"})


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
    ledger = _Ledger(text, Facts.of(document), catalogue)
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


@dataclass(slots=True)
class _Ledger:
    sentence: str
    facts: Facts
    catalogue: Catalogue
    used: list[WordUse] = field(default_factory=list)

    def marks(self) -> None:
        """What the draft itself says it did not understand."""
        nothing = {stem(word) for word in GLUE}
        marked = [said for one in self.facts.states if (said := one.marked - nothing)]
        for clause in clauses_of(self.sentence) if marked else ():
            words = [stems(word.text) | {stem(word.lower)} for word in clause.words
                     if word.kind == "word" and word.lower not in GLUE]
            if words and any(sum(bool(word & mark) for word in words) >= 0.8 * len(words) for mark in marked):
                self._lose(clause.words)
        for mark in marked:
            run: list[Word] = []
            for word in [*words_of(self.sentence), None]:
                if word is not None and (word.lower in _PASSED or stem(word.lower) in mark or stems(word.text) & mark):
                    run.append(word)
                    continue
                said = frozenset().union(*(stems(one.text) | {stem(one.lower)} for one in run))
                if len(mark & said) >= 0.8 * len(mark):
                    self._lose(run)
                run = []

    def _lose(self, words: Sequence[Word]) -> None:
        for word in words:
            if word.kind != "mark" and word.lower not in GLUE and self._is_free(word.start, word.end):
                self._enter(word.start, word.end, "word", None)

    def products(self) -> None:
        """The products that no connector here is for: what is done with them is in the document where it names one."""
        for match in self.catalogue.foreign.finditer(self.sentence):
            code = re.sub(r"\W", "", match[0].lower())
            held = _first(leaf for leaf in self.facts.key("Resource", "url", "type", "style")
                          if code in re.sub(r"\W|_", "", str(leaf.value).lower()))
            if self._is_free(*match.span()):
                self._enter(*match.span(), "name", held)

    def lists(self) -> None:
        """The numbers of a list's items: the step of each."""
        places = listed_in(self.sentence)
        ends = [*(start for start, _ in places), len(self.sentence)]
        for (start, end), after in zip(places, ends[1:], strict=True):
            clause = next(iter(clauses_of(self.sentence[end:after])), None)
            does = None if clause is None else self._state_of(clause)
            if self._is_free(start, end):
                self._enter(start, end, "order", None if does is None else does.pointer)

    def starts(self) -> None:
        """What starts it, before all that is done: a to-do where the document has no trigger of that kind."""
        heard = {str(leaf.value) for leaf in self.facts.key("type") if leaf.pointer.startswith("/triggers/")}
        for clause in clauses_of(self.sentence):
            if clause.words[0].lower in VERBS:
                return
            said = STARTING.match(clause.text)
            kinds = next((kinds for words, kinds in SOURCES if said and re.search(words, said["source"])), heard)
            if not heard & kinds and kinds is not heard:
                self._lose(clause.words)

    def doubts(self) -> None:
        """What the shape of the document contradicts."""
        for start, end, kind in doubts_in(self.sentence, self.facts, self._doing):
            if self._is_free(start, end):
                self._enter(start, end, kind, None)

    def phrases(self) -> None:
        words = words_of(self.sentence)
        cuts = {place for word in words if word.kind == "word" for place in range(word.start + 1, word.end)}
        cuts |= {word.start + place.end() for word in words if word.kind in ("number", "clock")
                 for place in re.finditer(r"[-\u2212\d.,:](?=[$€£\d.,:])", word.text)}
        for form in FORMS:
            for match in form.pattern.finditer(self.sentence):
                if match[0].strip() and not cuts & {match.start(), match.end()} and self._is_free(*match.span()):
                    pointer = form.evidence(Said(match), self.facts)
                    if form.kind == "negation" and self._has_negated(match.start(), pointer):
                        pointer = None
                    self._enter(match.start(), match.end(), form.kind, pointer)

    def _has_negated(self, start: int, pointer: str | None) -> bool:
        """Whether one negation of a condition is what another one of the same clause stands for already."""
        said = next((clause.words for clause in clauses_of(self.sentence)
                     if clause.words[0].start <= start < clause.words[-1].end), None)
        value = next((str(leaf.value) for leaf in self.facts.leaves if leaf.pointer == pointer), "")
        return said is not None and len(re.findall(NEGATED, value)) == 1 and any(
            use.kind == "negation" and use.pointer == pointer and said[0].start <= use.start < said[-1].end
            for use in self.used
        )

    def clauses(self) -> None:
        found = clauses_of(self.sentence)
        for index, clause in enumerate(found):
            failure, success = FAILURE.match(clause.text), SUCCESS.match(clause.text)
            if index and clause.joiner == "post" and DONE.match(clause.text):
                self._in_order(clause, found[index - 1])
            elif success is not None and failure is None:
                self._success(clause.words[:len(success.group().split())])
                self._if(clause, found, index)
            elif failure is not None and window_in(lower(clause.words[1:])) is None:
                self._failed(clause, failure, found, index)
            elif re.search(r"\b(?:otherwise|else)\b|^\w+ (?:the|all) (?:others?|rest)\b", clause.text):
                self._other_side(clause, found[index - 1] if index else clause)
            else:
                self._if(clause, found, index)

    def values(self) -> None:
        for start, end, pointer in (*unknown_in(self.sentence, self.facts), *values_in(self.sentence, self.facts)):
            if self._is_free(start, end):
                self._enter(start, end, "name", pointer)

    def words(self) -> None:
        for clause in clauses_of(self.sentence):
            best = self._state_of(clause)
            for word in clause.words:  # how the verb is said
                if word.lower in _AUXILIARY and best is not None and self._is_free(word.start, word.end):
                    self._enter(word.start, word.end, "word", best.pointer)
            for before, word in zip([None, *clause.words], clause.words, strict=False):
                if self._is_free(word.start, word.end) and word.kind != "mark" and word.lower not in GLUE:
                    a_thing = before is not None and before.lower in DETERMINERS
                    counts = word.kind in ("number", "clock")  # and no form says what
                    behind = best if _BEHIND.match(word.lower) else None
                    lost = counts or (behind is not None and _is_elsewhere(behind, clause, word))
                    pointer = None if lost else self._word(word, best, a_thing=a_thing)
                    if word.lower in FORCE:  # that a step is called so is nothing
                        meant = (one.pointer for one in self.facts.states if self._means(word.lower, one))
                        pointer = next(meant, None)
                    self._enter(word.start, word.end, "word", pointer)
        self._joiners()

    def _joiners(self) -> None:
        """What no clause has: "then", "and"."""
        found = clauses_of(self.sentence)
        for word in words_of(self.sentence):
            if word.kind != "mark" and word.lower not in GLUE and self._is_free(word.start, word.end):
                after = next((one for one in found if one.words[0].start > word.start), None)
                behind = self._state_of(after) if after is not None and _BEHIND.match(word.lower) else None
                lost = after is not None and behind is not None and _is_elsewhere(behind, after, word)
                self._enter(word.start, word.end, "word", None if lost else self._word(word, None))

    def unmarked(self) -> None:
        """A step that was not understood has words that are to-dos, also where another step has the same."""
        for mark in (one.marked for one in self.facts.states if one.marked):
            said = [index for index, use in enumerate(self.used) if use.kind in ("word", "repetition")
                    and mark & (stems(use.text) | {stem(use.text)})]
            if not any(use.pointer is None and mark & stems(use.text) for use in self.used):
                for index in said:
                    use = self.used[index]
                    self.used[index] = WordUse(use.start, use.end, use.text, use.kind, None)

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
        pointers = [use.pointer for use in self.used if use.pointer is not None]
        for one in self.facts.typed("Task"):
            under = f"{one.pointer}/"
            if one.is_work and not any(pointer == one.pointer or pointer.startswith(under) for pointer in pointers):
                yield one.name

    # One clause

    def _in_order(self, clause: Clause, before: Clause) -> None:
        """``… once that is done``: it comes behind what is done anyway."""
        doing = self._state_of(before)
        if doing is not None:
            self._enter(clause.words[0].start, clause.words[-1].end, "order", doing.pointer)

    def _failed(self, clause: Clause, match: re.Match[str], found: Sequence[Clause], index: int) -> None:
        """``if it fails …``, also behind what is then tried again."""
        is_retried = clause.joiner == "post" and index > 0 and _AGAIN.match(found[index - 1].text)
        if is_retried:
            self._enter(clause.words[0].start, clause.words[-1].end, "failure", _first(self.facts.key("MaxAttempts")))
        self._failure(clause, match, found[index + 1:])
        if is_retried:
            self._after_retry(clause.words[-1].end, found[index + 1:], always=True)

    def _if(self, clause: Clause, found: Sequence[Clause], index: int) -> None:
        """``if …``, before or behind what it decides on; ``ask them if …``."""
        head = _IF.match(clause.text)
        if head is None or not self._is_free(clause.words[0].start, clause.words[0].end):
            return
        behind = clause.joiner == "post" and index > 0
        if behind and re.match(r"(?:\w+ )?ask\b", found[index - 1].text):
            asking = self._state_of(found[index - 1])
            self._enter(clause.words[0].start, clause.words[0].end, "question",
                        None if asking is None else asking.pointer)
            return
        if head[1] not in ("if", "unless"):
            self._start(clause.words[0], found[:index])
        acting = found[index - 1] if behind else next(iter(found[index + 1:]), None)
        if acting is None and head[1] in ("if", "unless"):  # nothing is said to hang on it
            self._enter(clause.words[0].start, clause.words[0].end, "condition", None)
        self._condition(clause, acting)

    def _success(self, words: Sequence[Word]) -> None:
        """``if it works``: a step that another follows, or that has a Catch."""
        work = next((one for one in self.facts.typed("Task") if "Catch" in one.state or "Next" in one.state), None)
        pointer = self._started(frozenset(stem(word.lower) for word in words))
        pointer = work.pointer if pointer is None and work is not None else pointer
        for word in words if pointer is not None else ():
            if self._is_free(word.start, word.end):
                self._enter(word.start, word.end, "failure", pointer)

    def _start(self, head: Word, before: Sequence[Clause]) -> None:
        """``when …`` before all that is done: the trigger, where no rule decides on anything."""
        listens = next((leaf for leaf in self.facts.key("type") if leaf.pointer.startswith("/triggers/")
                        and leaf.value != "schedule"), None)
        decides = next(self.facts.typed("Choice"), None) is not None
        if listens is not None and not decides and self._is_free(head.start, head.end) and (
                not any(self._state_of(one) for one in before)):
            self._enter(head.start, head.end, "condition", listens.pointer)

    def _failure(self, clause: Clause, match: re.Match[str], following: Sequence[Clause]) -> None:
        """``if shipping fails``: a Catch on the step that it names, which leads to what comes next."""
        what = frozenset(stem(word) for word in _ALL.sub(" ", match["what"] or "").split() if word not in GLUE)
        whole = [stems(word) for word in (match["what"] or "").split() if "-" in word]
        named = [one for one in self.facts.typed("Task", "Parallel", "Map")
                 if not what or any(parts <= one.names | one.stems for parts in whole)
                 or what & (one.names | one.stems | self._meanings(one, match["what"] or ""))]
        rest = Clause("and", clause.words[len(match.group().split()):])
        after = rest if rest.words else next(iter(following), None)
        if after is not None and _AGAIN.match(after.text):
            self._after_retry(after.words[-1].end, following if rest.words else following[1:])
        handler = None if after is None else self._state_of(after)
        caught = next((one for one in named for catcher in one.state.get("Catch", ()) if handler is None
                       or handler.machine is not one.machine
                       or handler.name in reached(one.machine, catcher["Next"])), None)
        pointer = None if caught is None else f"{caught.pointer}/Catch"
        if pointer is None and what:
            pointer = self._started(what)
        if pointer is None and after is not None and re.match(r"(?:then )?(?:retry|repeat|try)\b", after.text):
            pointer = _first(self.facts.key("MaxAttempts"))
        for word in clause.words[:len(match.group().split())]:
            if word.kind != "mark" and self._is_free(word.start, word.end):
                self._enter(word.start, word.end, "failure", pointer)

    def _after_retry(self, behind: int, following: Sequence[Clause], *, always: bool = False) -> None:
        """``try again twice, and after that …``: where it still fails, and a Catch leads there, or else a to-do: it may
        mean either. `always`: it is what comes next, and no Catch leads there."""
        then = next((clause for clause in following if count_of_times(clause.words) is None), None)
        doing = None if then is None or then.joiner == "stop" else self._state_of(then)
        if then is None or doing is None or FAILURE.match(then.text):
            return
        if always is not any(doing.name in reached(doing.machine, catcher["Next"]) for one in self.facts.states
                             if one.machine is doing.machine for catcher in one.state.get("Catch", ())):
            return
        until = then.words[min(1, len(then.words) - 1)].end
        said = _THEN.search(self.sentence, behind, until) or _A_WORD.search(self.sentence, then.words[0].start)
        if said is not None and self._is_free(*said.span()):
            self._enter(*said.span(), "order", None)

    def _condition(self, clause: Clause, acting: Clause | None) -> None:
        """``if …``: a rule that speaks of it, behind which stands what it decides on."""
        said = frozenset(stem(word.lower) for word in clause.words[1:] if word.lower not in GLUE)
        amounts = numbers_in(" ".join(word.text for word in clause.words))
        best: tuple[int, Stated, int] | None = None
        for one in self.facts.typed("Choice"):
            if one.marked:
                continue
            for index, rule in enumerate(one.state.get("Choices", ())):
                text = str(rule.get("Condition", ""))
                score = 2 * len(said & stems(text)) + len(said & one.names) + 2 * len(amounts & numbers_in(text))
                if "approved" in text and any(use.kind in ("answer", "question") for use in self.used):
                    score += 1
                score += bool(_HOW_MANY.search(clause.text) and re.search(r"\$count|\$exists", text))
                if score > (best[0] if best is not None else 0):
                    best = score, one, index
        if best is not None:
            self._measured(clause, best[1], best[2])
        head = clause.words[clause.words[0].lower == "only" and len(clause.words) > 1]
        if not self._is_free(head.start, head.end):
            return
        pointer = self._started(said)
        if pointer is None and best is None:
            pointer = _first(self.facts.key("when", "TimeoutSeconds", "TimeoutSecondsPath"))
        elif pointer is None and best is not None:
            _, choice, index = best
            pointer = f"{choice.pointer}/Choices/{index}/Condition" if self._decides(choice, index, acting) else None
        self._enter(head.start, head.end, "condition", pointer)

    def _measured(self, clause: Clause, choice: Stated, index: int) -> None:
        """``the error count is over 10``: what is compared with a number is in the condition, or is a to-do."""
        text = str(choice.state["Choices"][index].get("Condition", ""))
        start = clause.words[0].start
        for found in _COMPARED.finditer(self.sentence, start, clause.words[-1].end):
            word = found["noun"].lower()
            is_said = stem(word) in stems(text) or word in GLUE or number(word) is not None
            if not is_said and numbers_in(found["n"]) & numbers_in(text) and self._is_free(*found.span("noun")):
                self._enter(*found.span("noun"), "word", None)

    def _other_side(self, clause: Clause, before: Clause) -> None:
        """``otherwise …``, ``… otherwise``: what it says stands on the other side of a rule alone."""
        words = after_else(clause.words) if is_else(clause) else clause.words
        acting = self._state_of(Clause("and", words or before.words))
        if acting is None or acting.state.get("Type") == "Succeed":
            return
        for one in self.facts.typed("Choice"):
            targets = [str(rule.get("Next")) for rule in one.state.get("Choices", ())]
            sides = [reached(one.machine, name) for name in (*targets, str(one.state.get("Default")))]
            if acting.machine is not one.machine or 0 < sum(acting.name in side for side in sides) < len(sides):
                return
        for index, use in enumerate(self.used):
            if use.kind == "otherwise" and clause.words[0].start <= use.start < clause.words[-1].end:
                self.used[index] = WordUse(use.start, use.end, use.text, use.kind, None)

    def _started(self, said: frozenset[str]) -> str | None:
        """The trigger that a clause speaks of."""
        return _first(leaf for leaf in self.facts.leaves if leaf.pointer.startswith("/triggers/") and said & leaf.stems
                      and leaf.key not in ("when", "expression", "timezone", "style"))

    def _decides(self, choice: Stated, index: int, acting: Clause | None) -> bool:
        """Whether what follows the condition hangs on it: it stands on one of its sides alone."""
        state = None if acting is None or _IF.match(acting.text) else self._state_of(acting)
        if state is None or state.machine is not choice.machine or state.state.get("Type") in ("Choice", "Succeed"):
            return True
        rules = choice.state["Choices"]
        behind = reached(choice.machine, str(rules[index].get("Next")))
        beside = reached(choice.machine, *(str(rule.get("Next")) for other, rule in enumerate(rules) if other != index),
                         str(choice.state.get("Default")))
        return (state.name in behind) is not (state.name in beside)

    def _state_of(self, clause: Clause) -> Stated | None:
        """The state that does what the clause says."""
        said = frozenset(part for word in clause.words if word.lower not in GLUE
                         for part in (stem(word.lower), *(stems(word.text) if "-" in word.text else ())))
        best: tuple[int, Stated] | None = None
        for one in self.facts.states:
            if one.is_work and one.state.get("Type") not in ("Succeed", "Choice"):
                score = 3 * len(said & one.names) + len(said & one.stems) + len(said & self._meanings(one, clause.text))
                if score > (best[0] if best is not None else 0):
                    best = score, one
        return None if best is None else best[1]

    def _doing(self, text: str) -> Stated | None:
        words = words_of(text)
        return self._state_of(Clause("and", words)) if words else None

    def _word(self, word: Word, best: Stated | None, *, a_thing: bool = False) -> str | None:
        """Where a word that no phrase has is said: the state of its clause, or another place. `a_thing`: no verb."""
        one = stem(word.lower)
        parts = stems(word.text) | {one}
        means = None if a_thing else action_of(word.lower, self.catalogue)
        if means is not None:  # what happens is no text of a message
            done = (state for state in self.facts.states if state.is_work and (
                re.search(means, str(state.state.get("Resource", ""))) or (state.is_named and parts & state.firm)))
            return next((state.pointer for state in done), None)
        if best is not None and (parts & (best.names | best.stems) or self._means(word.lower, best)):
            return best.pointer
        for state in self.facts.states:
            if state.is_work and (parts & (state.names | state.stems) or self._means(word.lower, state)):
                return state.pointer
        found = _first(leaf for leaf in self.facts.leaves if parts & leaf.stems)
        if found is None and _ORDER.match(word.lower) and len(self.facts.states) > 1:
            return next((state.pointer for state in self.facts.states if state.is_work), None)
        kind = next((kind for words, kind in STARTS if words.match(word.lower)), None)
        if found is None and kind is not None:
            return _first(leaf for leaf in self.facts.key("type") if re.fullmatch(kind, str(leaf.value)))
        return found

    def _meanings(self, one: Stated, text: str) -> frozenset[str]:
        """The stems of the words in `text` that mean what the state's action does."""
        return frozenset(stem(word) for word in text.split() if self._means(word, one))

    def _means(self, word: str, one: Stated) -> bool:
        return meant_by(word, one.state, self.catalogue)

    # The entries

    def _enter(self, start: int, end: int, kind: str, pointer: str | None) -> None:
        while start < end and self.sentence[start] in " ,":
            start += 1
        while start < end and self.sentence[end - 1] in " ,":
            end -= 1
        self.used.append(WordUse(start, end, self.sentence[start:end], kind, pointer))

    def _is_free(self, start: int, end: int) -> bool:
        return all(end <= use.start or use.end <= start for use in self.used)

    def _is_glue(self, start: int, end: int) -> bool:
        between = self.sentence[start:end]
        return not re.search(r"[.;!?\n]", between) and all(
            word.kind == "mark" or word.lower in GLUE for word in words_of(between))


def _is_elsewhere(one: Stated, clause: Clause, word: Word) -> bool:
    """Whether a step that is to come behind others is the first of a branch, and so runs beside them, or is done for
    each of many where it is to come at the end."""
    ends = clause.joiner in ("hard", "stop") and word.lower in ("finally", "lastly")
    if ends and "/ItemProcessor/" in one.pointer:
        return True
    return re.search(r"/Branches/\d+/States/[^/]+$", one.pointer) is not None and one.machine["StartAt"] == one.name


def _first(found: Iterator[Leaf]) -> str | None:
    return next((leaf.pointer for leaf in found), None)
