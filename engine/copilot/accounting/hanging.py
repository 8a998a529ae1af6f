"""What hangs on something: on a condition, on its other side, on what failed or worked, on what is tried again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.copilot.accounting.evidence import number, numbers_in
from engine.copilot.accounting.facts import Stated, reached
from engine.copilot.accounting.ledger import Ledger, first
from engine.copilot.accounting.polarity import NOTHING, forbids
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.phrases import (
    APPROVED,
    DONE,
    FAILS_TOO,
    FAILURE,
    IN_CASE,
    LATE,
    SUCCESS,
    after_else,
    is_else,
)
from engine.copilot.offline.times import count_of_times
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.words import Word, lower, stem, stems
from engine.copilot.proposal import WordUse

_IF = re.compile(
    r"^(?:but |and )?(if|when|whenever|once|unless|in case|provided|should|where|given|as soon as|only if|only)\b")
_ALL = re.compile(r"\b(?:any\w*|whatever|something|everything|either|one of|it|that|this|still|they|an?|keeps?"
                  r"|steps?|these|those|of|them"
                  r"|last|first|second|third|final|attempts?|all|else|two|three|both|retries|tries|there|is|even)\b|'s\b")
_AGAIN = re.compile(r"(?:then )?(?:retry|repeat|try)\b")
_THEN = re.compile(r"\b(?:after (?:that|which)|then|afterwards?|finally)\b", re.IGNORECASE)
_A_WORD = re.compile(r"\w+")
_HOW_MANY = re.compile(r"\b(?:none|no|any|some|empty|entries)\b")
_COMPARED = re.compile(
    r"\b(?P<noun>[A-Za-z][\w-]*) (?:is|are|was|were) (?:over|above|below|under|exceeds"
    r"|(?:more|less|higher|lower|greater) than|at (?:least|most)) [$€£]?(?P<n>\d+)")
"""What is compared with a number."""
_LATE = re.compile(r"\b(?:answer|repl|respon|react|pass|elapse|go by|run out|over$|up$)")

_HEADS = frozenset({"if", "it's", "he's", "she's", "that's", "they're"})
"""What a condition is said with, and says nothing by itself."""


class Hanging(Ledger):
    """Accounts for the clauses that others hang on."""

    def clauses(self) -> None:
        """Each clause that something hangs on."""
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

    def _in_order(self, clause: Clause, before: Clause) -> None:
        """``… once that is done``: it comes behind what is done anyway."""
        doing = self.state_of(before)
        if doing is not None:
            self.enter(clause.words[0].start, clause.words[-1].end, "order", doing.pointer)

    def _failed(self, clause: Clause, match: re.Match[str], found: Sequence[Clause], index: int) -> None:
        """``if it fails …``, also behind what is then tried again."""
        is_retried = clause.joiner == "post" and index > 0 and _AGAIN.match(found[index - 1].text)
        if is_retried:
            self.enter(clause.words[0].start, clause.words[-1].end, "failure", first(self.facts.key("MaxAttempts")))
        self._failure(clause, match, found[index + 1:])
        if is_retried:
            self._after_retry(clause.words[-1].end, found[index + 1:], always=True)

    def _if(self, clause: Clause, found: Sequence[Clause], index: int) -> None:
        """``if …``, before or behind what it decides on; ``ask them if …``."""
        head = _IF.match(clause.text)
        if head is None:
            return
        behind = index > 0 and (clause.joiner == "post" or (
            head[1] == "unless" and IN_CASE.match(next(iter(found[index + 1:]), clause).text) is not None))
        acting, after = found[index - 1] if behind else next(iter(found[index + 1:]), None), found[index + 2:index + 3]
        if acting is not None and after and after[0].joiner == "post" and _IF.match(after[0].text) and forbids(
                acting.text, self.sentence[:acting.words[0].start]):
            acting = None  # what forbids it is the condition behind it
        if not self.is_free(clause.words[0].start, clause.words[0].end):
            answer = APPROVED.match(clause.text)
            own = clause.words[len(answer[0].split()):] if answer is not None else []
            if not _LATE.search(clause.text):
                self._doubted(clause, Clause("and", own) if own else acting)
            return
        if behind and re.match(r"(?:\w+ )?ask\b", found[index - 1].text):
            asking = self.state_of(found[index - 1])
            self.enter(clause.words[0].start, clause.words[0].end, "question",
                       None if asking is None else asking.pointer)
            return
        if head[1] not in ("if", "unless"):
            self._start(clause.words[0], found[:index])
        if acting is None and head[1] in ("if", "unless"):  # nothing is said to hang on it
            self.enter(clause.words[0].start, clause.words[0].end, "condition", None)
        self._condition(clause, acting)

    def _success(self, words: Sequence[Word]) -> None:
        """``if it works``: a step that another follows, or that has a Catch."""
        work = next((one for one in self.facts.typed("Task") if "Catch" in one.state or "Next" in one.state), None)
        pointer = self._started(frozenset(stem(word.lower) for word in words))
        pointer = work.pointer if pointer is None and work is not None else pointer
        for word in words if pointer is not None else ():
            if self.is_free(word.start, word.end):
                self.enter(word.start, word.end, "failure", pointer)

    def _start(self, head: Word, before: Sequence[Clause]) -> None:
        """``when …`` before all that is done: the trigger, where no rule decides on anything."""
        listens = next((leaf for leaf in self.facts.key("type") if leaf.pointer.startswith("/triggers/")
                        and leaf.value != "schedule"), None)
        decides = next(self.facts.typed("Choice"), None) is not None
        if listens is not None and not decides and self.is_free(head.start, head.end) and (
                not any(self.state_of(one) for one in before)):
            self.enter(head.start, head.end, "condition", listens.pointer)

    def _failure(self, clause: Clause, match: re.Match[str], following: Sequence[Clause]) -> None:
        """``if shipping fails``: a Catch on the step that it names, which leads to what comes next."""
        what = frozenset(stem(word) for word in _ALL.sub(" ", match["what"] or "").split() if word not in GLUE)
        whole = [stems(word) for word in (match["what"] or "").split() if "-" in word]
        named = [one for one in self.facts.typed("Task", "Parallel", "Map")
                 if not what or any(parts <= one.names | one.stems for parts in whole)
                 or what & (one.names | one.stems | self.meanings(one, match["what"] or ""))]
        said = len(match.group().split())
        too = FAILS_TOO.match(lower(clause.words[said:]))
        said += 0 if too is None else len(too[0].split())
        rest = Clause("and", clause.words[said:])
        after = rest if rest.words else next(iter(following), None)
        if after is not None and _AGAIN.match(after.text):
            self._after_retry(after.words[-1].end, following if rest.words else following[1:])
        handler = None if after is None else self.state_of(after)
        caught = next((one for one in named for catcher in one.state.get("Catch", ()) if handler is None
                       or handler.machine is not one.machine
                       or handler.name in reached(one.machine, catcher["Next"])), None)
        pointer = None if caught is None else f"{caught.pointer}/Catch"
        if pointer is None and what:
            pointer = self._started(what)
        if pointer is None and after is not None and re.match(r"(?:then )?(?:retry|repeat|try)\b", after.text):
            pointer = first(self.facts.key("MaxAttempts"))
        for word in clause.words[:said]:
            if word.kind != "mark" and self.is_free(word.start, word.end):
                self.enter(word.start, word.end, "failure", pointer)

    def _after_retry(self, behind: int, following: Sequence[Clause], *, always: bool = False) -> None:
        """``try again twice, and after that …``: where it still fails, and a Catch leads there, or else a to-do: it may
        mean either. `always`: it is what comes next, and no Catch leads there."""
        then = next((clause for clause in following if count_of_times(clause.words) is None), None)
        doing = None if then is None or then.joiner == "stop" else self.state_of(then)
        if then is None or doing is None or FAILURE.match(then.text):
            return
        if always is not any(doing.name in reached(doing.machine, catcher["Next"]) for one in self.facts.states
                             if one.machine is doing.machine for catcher in one.state.get("Catch", ())):
            return
        until = then.words[min(1, len(then.words) - 1)].end
        said = _THEN.search(self.sentence, behind, until) or _A_WORD.search(self.sentence, then.words[0].start)
        if said is not None and self.is_free(*said.span()):
            self.enter(*said.span(), "order", None)

    def _condition(self, clause: Clause, acting: Clause | None) -> None:
        """``if …``: a rule that speaks of it, behind which stands what it decides on."""
        rules = self._rules_of(clause)
        if rules:
            self._measured(clause, *rules[0])
        first_word = clause.words[clause.words[0].lower == "only" and len(clause.words) > 1]
        heads = [word for word in clause.words if word is first_word or word.lower in _HEADS]
        if not self.is_free(first_word.start, first_word.end):
            return
        pointer = self._started(_said(clause)) or self._too_late(clause, acting)
        if pointer is None and not rules:
            pointer = first(self.facts.key("when", "TimeoutSeconds", "TimeoutSecondsPath"))
        elif pointer is None:
            pointer = next((f"{choice.pointer}/Choices/{index}/Condition" for choice, index in rules
                            if self._decides(choice, index, acting)), None)
        for head in heads:
            if self.is_free(head.start, head.end):
                self.enter(head.start, head.end, "condition", pointer)

    def _too_late(self, clause: Clause, acting: Clause | None) -> str | None:
        """``if there is no answer within 2 days, …``: the limit of a step that leads there when the time is over."""
        doing = None if acting is None or LATE.match(clause.text) is None else self.state_of(acting)
        return None if doing is None else next(
            (f"{one.pointer}/TimeoutSeconds" for one in self.facts.states if "TimeoutSeconds" in one.state
             and any(doing.name in reached(one.machine, catcher["Next"]) for catcher in one.state.get("Catch", ()))),
            None)

    def _doubted(self, clause: Clause, acting: Clause | None) -> None:
        """``unless …``, ``if approved …``: what a phrase has already is a to-do where no rule decides so."""
        rules = self._rules_of(clause)
        if rules and not any(self._decides(choice, index, acting) for choice, index in rules):
            for place, use in enumerate(self.used):
                if use.start <= clause.words[0].start < use.end and use.kind in ("negation", "answer"):
                    self.used[place] = WordUse(use.start, use.end, use.text, use.kind, None)

    def _rules_of(self, clause: Clause) -> list[tuple[Stated, int]]:
        """The rules that speak most of what the clause does."""
        said, amounts = _said(clause), numbers_in(" ".join(word.text for word in clause.words))
        compared = {use.pointer for use in self.used if use.kind == "condition"
                    and clause.words[0].start <= use.start < clause.words[-1].end}
        best, found = 0, list[tuple[Stated, int]]()
        for one in self.facts.typed("Choice"):
            for index, rule in enumerate(() if one.marked else one.state.get("Choices", ())):
                text = str(rule.get("Condition", ""))
                score = 2 * len(said & stems(text)) + len(said & one.names) + 2 * len(amounts & numbers_in(text))
                if "approved" in text and any(use.kind in ("answer", "question") for use in self.used):
                    score += 1
                score += 4 * (f"{one.pointer}/Choices/{index}/Condition" in compared)
                score += bool(_HOW_MANY.search(clause.text) and re.search(r"\$count|\$exists", text))
                if score > best:
                    best, found = score, []
                if score == best > 0:
                    found.append((one, index))
        return found

    def _measured(self, clause: Clause, choice: Stated, index: int) -> None:
        """``the error count is over 10``: what is compared with a number is in the condition, or is a to-do."""
        text = str(choice.state["Choices"][index].get("Condition", ""))
        start = clause.words[0].start
        for found in _COMPARED.finditer(self.sentence, start, clause.words[-1].end):
            word = found["noun"].lower()
            is_said = stem(word) in stems(text) or word in GLUE or number(word) is not None
            if not is_said and numbers_in(found["n"]) & numbers_in(text) and self.is_free(*found.span("noun")):
                self.enter(*found.span("noun"), "word", None)

    def _other_side(self, clause: Clause, before: Clause) -> None:
        """``otherwise …``, ``… otherwise``: what it says stands on the other side of a rule alone."""
        words = after_else(clause.words) if is_else(clause) else clause.words
        acting = self.state_of(Clause("and", words or before.words))
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
        return first(leaf for leaf in self.facts.leaves if leaf.pointer.startswith("/triggers/") and said & leaf.stems
                      and leaf.key not in ("when", "expression", "timezone", "style"))

    def _decides(self, choice: Stated, index: int, acting: Clause | None) -> bool:
        """Whether what follows the condition hangs on it: it stands on one of its sides alone. Which that is,
        `signs.py` looks at."""
        if acting is None or _IF.match(acting.text) or is_else(acting):
            return True
        rules = choice.state["Choices"]
        behind = reached(choice.machine, str(rules[index].get("Next")))
        beside = reached(choice.machine, *(str(rule.get("Next")) for other, rule in enumerate(rules) if other != index),
                         str(choice.state.get("Default")))
        if NOTHING.match(acting.text):
            return behind != beside or not any(choice.machine["States"][name]["Type"] == "Task" for name in behind)
        said = [stems(word.text) | {stem(word.lower)} for word in acting.words
                if word.kind == "word" and word.lower not in GLUE]
        scores = [(1, one) for one in self.facts.states
                  if one.marked and sum(bool(word & one.marked) for word in said) >= 0.8 * len(said)]
        scores = scores or self.scores(acting)
        best = [state for score, state in scores if score == max(score for score, _ in scores)]
        return not best or any(
            state.machine is not choice.machine or state.state.get("Type") in ("Choice", "Succeed")
            or (state.name in behind) is not (state.name in beside) for state in best)


def _said(clause: Clause) -> frozenset[str]:
    """The stems of what a condition speaks of."""
    return frozenset(stem(word.lower) for word in clause.words[1:] if word.lower not in GLUE)
