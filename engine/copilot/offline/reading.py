"""Clauses to a flow.

    text        clause*
    scope of    if/when/unless      the clauses up to the full stop or semicolon; `otherwise` may follow either
                for each            up to the full stop
                if it fails         as an `if`; becomes the Catch of the step before (of all, for "anything")
                if approved         as an `if`; becomes the branch behind the last question
    a question  gates what follows it in its scope

What no rule reads is a Placeholder with the words in it: nothing is dropped and nothing invented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.copilot.catalogue import Catalogue
from engine.copilot.offline import triggers
from engine.copilot.offline.actions import parse_action
from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.conditions import never, opposite, parse_condition
from engine.copilot.offline.earlier import Earlier
from engine.copilot.offline.flow import (
    Action,
    Condition,
    End,
    If,
    Placeholder,
    Reading,
    Step,
    contains,
    gated,
    innermost,
    merge,
)
from engine.copilot.offline.phrases import (
    APPROVED,
    BATCHES,
    BULK,
    CONCURRENCY,
    DONE,
    EACH,
    FAILING,
    FAILURE,
    FORBIDDEN,
    ITEMS,
    LATE,
    REJECTING,
    SAY_NOTHING,
    STOPPING,
    SUCCESS,
    TOGETHER,
    after_else,
    is_else,
    not_understood,
    phrase_of,
    stripped,
    without,
)
from engine.copilot.offline.reader import SENTENCE
from engine.copilot.offline.sources import answered_by
from engine.copilot.offline.terms import negated, plain
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.voice import commanded, is_command
from engine.copilot.offline.waits import wait_in
from engine.copilot.offline.ways import Way
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.words import (
    DETERMINERS,
    FILLERS,
    VERBS,
    Word,
    base_verb,
    lower,
    number_of,
    singular,
    words_of,
)

DEEPEST = 12
"""How many scopes (if, for each, if it fails) may lie in one another."""

_AFTERWARDS = re.compile(r"(?:then|afterwards|finally|lastly|after that|after which)\b")
"""How a step begins that comes behind those that run together."""
_ELLIPTIC = frozenset(["by", "to", "on", "in", "into", "onto"])
"""What a step begins with that says no verb: ``if it is French on the queue mails-fr``."""

_CONDITIONAL = ("if", "when", "whenever", "once", "unless", "while", "provided", "should")


def read(text: str, catalogue: Catalogue, *, ways: Sequence[Way] = ()) -> Reading:
    """What `text` asks for, put in these ways first."""
    return _Reader(text, catalogue, ways).read()


_HAPPENED = re.compile(r"^(?:once|as soon as) .* (?:has|have) been ")
"""What has happened elsewhere, or is a step of its own: no field of the input tells."""


class _Reader(Earlier):
    """Reads all clauses."""

    def read(self) -> Reading:
        steps: list[Step] = []
        while self.at < len(self.clauses):
            before = self.at
            steps += self.block(steps, ends=frozenset())
            if self.at == before:  # an `otherwise` with nothing before it
                self.at += 1
                steps.append(Placeholder(phrase_of(self.clauses[before]), "there is no condition before this"))
        self.reading.steps = gated(steps)
        return self.reading

    # Blocks

    def block(self, before: list[Step], ends: frozenset[str]) -> list[Step]:
        """Steps up to a clause that begins outside: joined by one of `ends`, or an `otherwise`."""
        if self.depth == DEEPEST:
            note = f"Conditions and loops more than {DEEPEST} deep were not followed: what they hold stands outside."
            self.reading.notes += [note] if note not in self.reading.notes else []
            return []
        self.depth += 1
        try:
            return self.steps_of_block(before, ends)
        finally:
            self.depth -= 1

    def steps_of_block(self, before: list[Step], ends: frozenset[str]) -> list[Step]:
        steps: list[Step] = []
        together_from: int | None = None
        while self.at < len(self.clauses):
            clause = self.clauses[self.at]
            if steps and (clause.joiner in ends or self.opposes(clause, steps) or self.is_behind_all(clause, ends)):
                break
            if is_else(clause) and (steps or before or ends):
                if self.otherwise(clause, inner=bool(ends)):
                    continue
                break
            behind = clause.joiner in ("then", "hard", "stop") or _AFTERWARDS.match(clause.text)
            if together_from is not None and behind:
                merge(steps, together_from)
                together_from = None
            together_from = self.clause(clause, steps, before, together_from)
        if together_from is not None:
            merge(steps, together_from)
        return steps

    def is_behind_all(self, clause: Clause, ends: frozenset[str]) -> bool:
        """Whether the clause comes behind a loop, whose last clause says of how many at once or that it is for each:
        ``… five at once, then post done``."""
        before = self.clauses[self.at - 1].text
        return ends == frozenset({"stop"}) and clause.joiner == "then" and (
            CONCURRENCY.search(before) is not None or re.search(r"\b(?:for|of) each(?: of them)?$", before) is not None
        ) and re.search(r"^(?!.*\ball\b).*\b(?:it|its|each)\b", clause.text) is None

    def clause(self, clause: Clause, steps: list[Step], before: list[Step], together: int | None) -> int | None:
        """Read one clause, and what belongs to it, into `steps`; where a group that runs together began."""
        text = clause.text
        match = TOGETHER.search(text)
        if match is not None and not CONCURRENCY.search(text):
            position = "start" if match.start() < 3 else "end"
            clause.words = without(clause.words, match.group())
            if position == "end":
                self.statement(clause, steps, before)
                merge(steps, max(0, len(steps) - self.joiners(steps)))
                return None
            if clause.joiner in ("and", "comma") and steps:
                start = len(steps) - 1
                self.statement(clause, steps, before)
                return start
            start = len(steps)
            if clause.words:
                self.statement(clause, steps, before)
            else:
                self.at += 1
            return start
        self.statement(clause, steps, before)
        return together

    def joiners(self, steps: list[Step]) -> int:
        """How many of the last steps were joined by `and` before this one."""
        count, index = 1, self.at - 1
        while index > 0 and self.clauses[index].joiner in ("and", "comma") and count < len(steps):
            count += 1
            index -= 1
        return count

    def statement(self, clause: Clause, steps: list[Step], before: list[Step]) -> None:
        """Read one clause that says no more of when things run together."""
        if self.only_tells(clause):
            self.clauses.pop(self.at)
            return
        clause = self.answer_first(clause)
        clause.words = stripped(clause.words)
        if re.match(rf"only (?:{'|'.join(_CONDITIONAL)})\b", clause.text):
            clause.words = clause.words[1:]
        text = clause.text
        if not text or text in SAY_NOTHING:
            self.at += 1
            return
        if self.of_started(clause, steps) or self.of_earlier(clause, steps, before) or self.triggered(clause):
            return
        if self.at == 0:  # a trigger may have left a condition, or what follows a schedule
            clause = self.clauses[0]
            text = clause.text
        head = text.split()[0]
        if head in _CONDITIONAL or text.startswith("as soon"):
            self.conditional(clause, steps)
        elif re.match(r"for (?:each|every|all)\b", text):
            self.loop(clause, steps)
        else:
            self.at += 1
            self.plain(clause, steps)

    def of_earlier(self, clause: Clause, steps: list[Step], before: list[Step]) -> bool:
        """Whether the clause speaks of a step before it: its failure, its answer, how often; then it is read."""
        text = clause.text
        answer = APPROVED.match(text)
        if LATE.match(text) and self.actions:
            self.late(clause, steps)
        elif FAILURE.match(text) and (answer is None or self.question is None) and (
            window_in(plain(lower(clause.words[1:]))) is None) and (
            self.actions
            or (
                re.search(
                    r"\b(?:is|are|was) (?:down|un|off"
                    r"|not)",
                    text,
                )
                is None
                and triggers.ENDS.match(text) is None
            )
        ):
            self.failure(clause, steps)
        elif (
            (success := SUCCESS.match(text)) is not None
            and self.actions
            and self.question is None
            and (
                success["what"].startswith(("it", "that", "this", "all", "every"))
                or not success["what"]
                or self.targets(success["what"], "and")
            )
        ):
            self.succeeded(success, clause, steps)
        elif answer is not None and self.question is not None:
            self.answered(self.question, answer)
        elif text.startswith("retry") or re.match(r"try (?:again|it|up to|\w+ times)", text):
            self.retry(clause)
        elif found := CONCURRENCY.search(text):
            self.concurrency(found, before, steps)
        elif (batch := BATCHES.match(text)) and (size := number_of(words_of(batch[1])[0])):
            self.at += 1
            loop = self.loops[-1] if self.loops else self.looped(steps, whole=True)
            if loop is None:
                steps.append(not_understood(clause.words))
            else:
                loop.batch = int(size)
        else:
            return False
        return True

    def plain(self, clause: Clause, steps: list[Step]) -> None:
        """An action, a wait, an end."""
        waited, rest = wait_in(clause.words, self.known)
        if waited is not None:
            steps.append(waited)
            if not rest:
                return
            clause = Clause("and", self.with_verb(rest))
        elif clause.joiner == "then" or re.search(r" (?:by|via|through|on|to) ", clause.text):
            clause = Clause(clause.joiner, self.with_verb(clause.words))
        clause = Clause(clause.joiner, commanded(clause.words))
        text = clause.text
        if FORBIDDEN.match(text) or re.match(
                r"^(?:(?:before|as|since|because|although|in order to|so that)\b|after (?:the|an?|it|they|he|she"
                r"|\w+) .*\b(?:has|have|had|is|was|are|were)\b)", text):
            steps.append(not_understood(clause.words))
        elif STOPPING.match(text):
            steps.append(End(phrase_of(clause)))
        elif FAILING.match(text):
            steps.append(End(phrase_of(clause), failed=True))
        elif (
            (items := ITEMS.search(text)) is not None
            and not re.search(r"\b(?:they|we|you|people)(?:'ve|'re| have| are| were)? $", text[:items.start()])
            and not re.match(r"ask .*\S+@", text)
            and not text.startswith("for ")
            and BULK.match(text) is None
        ):
            steps.append(self.items(clause, items))
        elif (passive := self.passive(clause)) is not None:
            steps.append(passive)
        elif (each := EACH.search(text)) is not None:
            words = clause.words[:len(text[:each.start()].split())]
            steps.append(self.each(each[1], each[2], clause, lambda: [self.action(words)]))
        else:
            steps.append(self.action(clause.words))

    def with_verb(self, words: list[Word]) -> list[Word]:
        """``… the second email``: what is done with it is what was done before, where it says no verb of its own."""
        if words[0].kind == "email" and len(words) == 1 and self.actions:
            return [*words_of(self.actions[-1].phrase)[:1], *words]
        others = {"is", "are", "has", "have", "not", "no", "nothing", "others", "rest"} & {word.lower for word in words}
        acts = any(base_verb(word.lower) for word in words[1:-1])
        if words[0].lower not in DETERMINERS | _ELLIPTIC or acts or others or not self.actions:
            return words
        verb = words_of(self.actions[-1].phrase)[:1]
        if words[0].lower == "by" and self.question is not None:
            return [*words_of("ask"), *words[1:], *words_of("to approve it")]
        it = words_of("it") if words[0].lower in _ELLIPTIC else []
        return [*verb, *it, *words] if verb and verb[0].lower in VERBS else words

    # Clauses

    def action(self, words: list[Word]) -> Step:
        """The action that `words` ask for, or a placeholder."""
        condition: Condition | None = None
        brought = frozenset(singular(word.lower) for clause in self.clauses[:self.at - 1] for word in clause.words)
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is not None and following.joiner == "post" and DONE.match(following.text) and self.actions:
            self.at += 1  # in this order anyway
        elif following is not None and following.joiner == "post":
            self.at += 1
            condition = self.condition(following.words)
        found = parse_action(words, self.catalogue, self.known)
        found = found or self.done_again(words)
        step: Action | Placeholder = found if found is not None else not_understood(words)
        self.actions.append(step)
        if found is not None:
            if found.waits:
                self.question = found
            if found.resource.startswith("connector:"):
                self.known = replace(self.known, connector=found.resource.split(":")[1])
            if found.variable:
                self.known = answered_by(
                    found.variable, found.content, lower(words), self.known, brought)
        if condition is None:
            return step
        self.last_if = If(condition, [step])
        return self.last_if

    def condition(self, words: list[Word]) -> Condition:
        """The condition of an `if`; one that is not understood is never true, and says so."""
        unless = words[0].lower == "unless"
        rest = words[1:]
        while rest and rest[0].lower in ("soon", "as", "that"):
            rest = rest[1:]
        found = parse_condition(rest, self.known)
        if found is None:
            phrase = " ".join(word.text for word in rest)
            found = never(phrase, f'This condition was not understood: "{phrase}". It never holds as it is.')
        if found.subject:
            self.known = replace(self.known, subject=found.subject)
        return negated(found) if unless else found

    def conditional(self, clause: Clause, steps: list[Step]) -> None:
        begins = self.at == 0 and clause.words[0].lower in ("when", "whenever", "once", "as")
        self.at += 1
        condition = self.condition(clause.words)
        if begins and (condition.text == "false" or _HAPPENED.search(clause.text)):
            self.reading.to_dos.append(f'"{phrase_of(clause)}" names no trigger that can be set up: add one.')
            return
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        is_last = following is not None and following is self.clauses[-1] and STOPPING.match(following.text)
        skips = following is not None and (re.match(r"skip (?:it|that|them)\b", following.text) or (
            is_last and clause.joiner in ("stop", "hard")))
        if skips and steps and isinstance(steps[-1], Action) and not steps[-1].waits and condition.text != "false" and (
                f"${steps[-1].variable}" not in condition.text):
            self.at += 1
            steps[-1] = If(negated(condition), [steps[-1]])
            return
        if self.left_out(clause, condition, steps):
            return
        same = self.last_if is not None and self.last_if.otherwise is None and steps and (
            innermost(steps[-1]) is self.last_if and self.goes_beside(clause, self.last_if, condition))
        choice = If(condition)
        outer_if, self.last_if = self.last_if, choice
        is_rest = False
        if same and outer_if is not None:
            outer_if.otherwise = [choice]
            is_rest = self.chain is not outer_if and opposite(outer_if.condition, condition)
            self.chain = choice
        else:
            steps.append(choice)
        self.holding.append(condition)
        whole = begins and self.starts_all(condition)
        choice.then = gated(self.block([], ends=frozenset() if whole else SENTENCE))
        self.holding.pop()
        self.last_if = choice
        if is_rest and outer_if is not None:  # of two sides the second is what else there is
            outer_if.otherwise, self.last_if = choice.then, outer_if
        if not choice.then and steps[-1] is choice and len(steps) > 1:  # what it decides on stands before it
            choice.then = [steps.pop(-2)]

    def otherwise(self, clause: Clause, *, inner: bool) -> bool:
        """An `otherwise`: of the last question, or of the last `if`. False where neither is in this block's reach."""
        owner = self.last_if
        question = self.question
        negative = re.match(r"^(?:if not|else if not)\b", clause.text) is not None
        asked = question is not None and question.rejected is None and (
            question.wants_choice or negative or owner is None
            or (contains(owner.then, question) and clause.joiner != "hard" and owner.then[0] is not question)
        )
        if not asked and (owner is None or owner.otherwise is not None):
            return False
        if inner and not asked and clause.joiner in ("hard", "stop"):
            return False
        if inner and not asked and owner is not None and not owner.then:
            return False  # its own block is not read to the end yet
        words = stripped(after_else(clause.words))
        rest = Clause("comma", words)
        if words:
            self.clauses[self.at] = rest
        else:
            self.at += 1
        if asked and question is not None:
            question.wants_choice = True
            self.question = None
            question.rejected = self.block([], ends=SENTENCE)
            self.refused_alike(question)
        elif owner is not None:
            owner.otherwise = []
            self.question = None
            owner.otherwise = gated(self.block([], ends=SENTENCE))
            self.last_if = owner
        return True

    def answered(self, question: Action, match: re.Match[str]) -> None:
        """``if approved …``, ``if they decline …``: the branch behind the last question."""
        rest = stripped(self.clauses[self.at].words[len(match.group().split()):])
        late = re.match(r"or (?:if )?there is no answer within \S+ (?:an |more )?\w+", lower(rest))
        seconds = None if late is None else duration_in(rest)
        rest = rest if late is None else rest[len(late.group().split()):]
        if rest and not {word.lower for word in rest} <= FILLERS | {"only", "simply"}:
            self.clauses[self.at] = Clause("comma", rest)
        else:
            self.at += 1
        no = match["word"].startswith(REJECTING) is not bool(match["no"])
        of_all = re.search(r"\b(all|both)\b|\b(two|three|[2-9]) of\b", match.group())
        if of_all is not None and isinstance(question.arguments.get("approvers"), list):
            question.arguments["needed"] = "all" if of_all[1] else number_of(words_of(of_all[2])[0])
        question.wants_choice = True
        keep = self.last_if
        self.last_if = None
        if no:
            self.question = None  # an `otherwise` in there is for who approved
        steps = self.block([], ends=SENTENCE)
        self.last_if = keep
        if no:
            self.question = self.question or question
            question.rejected = (question.rejected or []) + steps
            # What follows `otherwise` is then for who approved.
            following = self.clauses[self.at] if self.at < len(self.clauses) else None
            if following is not None and is_else(following):
                following.words = after_else(following.words)
                question.approved += self.block([], ends=SENTENCE)
        else:
            question.approved += steps
        if seconds is not None:
            question.limit = seconds, (question.rejected or []) if no else question.approved

    def triggered(self, clause: Clause) -> bool:
        """Whether the clause only says what starts the workflow; then it is read."""
        if self.reading.steps or self.actions or self.at != 0:
            return False
        found = triggers.trigger_in(clause.words, self.known)
        if found is None:
            return False
        self.reading.triggers += found.triggers
        self.reading.notes += found.notes if not self.reading.triggers or found.triggers else ()
        self.reading.to_dos += found.to_dos
        self.known = replace(self.known, entity=found.entity)
        if found.condition:
            self.clauses[0] = Clause("start", [*words_of("if"), *found.condition])
            return False
        self.at += 1
        return True

    def passive(self, clause: Clause) -> Step | None:
        return None if is_command(clause.words) else self.said_of_it(clause)

    def said_of_it(self, clause: Clause) -> Step | None:
        """``Expenses under 50 EUR are paid at once``: an action, with the condition its subject states."""
        match = re.match(r"^(.*?) (?:is|are|was|were|gets?|should be|must be) (\w+)\b", clause.text)
        verb = base_verb(match[2]) if match is not None else None
        if match is None or verb is None or clause.text.split()[0] == verb:
            return None
        count, more = len(match[1].split()), len(match.group().split())
        subject = clause.words[:count]
        condition = parse_condition(subject, self.known)
        if condition is not None and re.search(r"[<>]", condition.text) is None:
            condition = None
        action = self.action([*words_of(verb), *(subject if condition is None else subject[:1]), *clause.words[more:]])
        if condition is None:
            return action
        self.last_if = If(condition, [action])
        return self.last_if
