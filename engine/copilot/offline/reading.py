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
from collections.abc import Callable
from dataclasses import replace

from engine.copilot.accounting.synonyms import GLUE, meant_by
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline import triggers
from engine.copilot.offline.actions import parse_action
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.conditions import Known, negated, never, parse_condition
from engine.copilot.offline.flow import (
    Action,
    Again,
    Condition,
    End,
    ForEach,
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
    CONCURRENCY,
    EACH,
    FAILING,
    FAILURE,
    FORBIDDEN,
    ITEMS,
    LATE,
    REJECTING,
    SAY_NOTHING,
    STOPPING,
    TOGETHER,
    after_else,
    expanded,
    is_else,
    not_understood,
    phrase_of,
    stripped,
    without,
)
from engine.copilot.offline.repeating import Repeated, repeated_in
from engine.copilot.offline.rewriting import rewritten
from engine.copilot.offline.schedules import schedules_in
from engine.copilot.offline.times import count_of_times, duration_in
from engine.copilot.offline.waits import wait_in
from engine.copilot.offline.windows import window_in
from engine.copilot.offline.words import (
    DETERMINERS,
    ENTITIES,
    VERBS,
    Word,
    base_verb,
    camel,
    lower,
    number_of,
    plural,
    singular,
    stem,
    stems,
    words_of,
)

DEEPEST = 12
"""How many scopes (if, for each, if it fails) may lie in one another."""

_CONDITIONAL = ("if", "when", "whenever", "once", "unless", "while", "provided", "should")
_SENTENCE = frozenset({"hard", "stop"})
"""The joiners that end the scope of an `if`: a semicolon, a full stop."""


def read(text: str, catalogue: Catalogue, fields: frozenset[str] = frozenset()) -> Reading:
    """What `text` asks for."""
    return _Reader(text, catalogue, fields).read()


class _Reader:
    def __init__(self, text: str, catalogue: Catalogue, fields: frozenset[str]) -> None:
        self.catalogue = catalogue
        schedules, text = schedules_in(text)
        text, self.repeated = repeated_in(rewritten(text))
        self.clauses = clauses_of(expanded(text))
        self.at = 0
        self.known = Known(fields=fields)
        self.reading = Reading()
        self.actions: list[Action | Placeholder] = []
        self.question: Action | None = None
        self.last_if: If | None = None
        self.loops: list[ForEach] = []
        self.depth = 0
        for schedule in schedules:
            trigger, to_dos = triggers.of_schedule(schedule)
            self.reading.triggers.append(trigger)
            self.reading.to_dos += [to_do for to_do in to_dos if to_do not in self.reading.to_dos]
            self.reading.notes += [schedule.guess] if schedule.guess else []

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
            if steps and clause.joiner in ends:
                break
            if is_else(clause) and (steps or before or ends):
                if self.otherwise(clause, inner=bool(ends)):
                    continue
                break
            if together_from is not None and clause.joiner in ("then", "hard", "stop"):
                merge(steps, together_from)
                together_from = None
            together_from = self.clause(clause, steps, before, together_from)
        if together_from is not None:
            merge(steps, together_from)
        return steps

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
        clause.words = stripped(clause.words)
        text = clause.text
        if not text or text in SAY_NOTHING:
            self.at += 1
            return
        if self.of_earlier(clause, steps, before):
            return
        if self.triggered(clause):
            return
        if self.at == 0:  # a trigger may have left a condition, or what follows a schedule
            clause = self.clauses[0]
            text = clause.text
        head = text.split()[0]
        if head in _CONDITIONAL or text.startswith("as soon"):
            self.conditional(clause, steps)
            return
        if re.match(r"for (?:each|every|all)\b", text):
            self.loop(clause, steps)
            return
        self.at += 1
        self.plain(clause, steps)

    def of_earlier(self, clause: Clause, steps: list[Step], before: list[Step]) -> bool:
        """Whether the clause speaks of a step before it: its failure, its answer, how often; then it is read."""
        text = clause.text
        answer = APPROVED.match(text)
        if text in self.repeated:
            self.at += 1
            steps.append(self.again(self.repeated[text]))
        elif LATE.match(text) and self.actions:
            self.late(clause, steps)
        elif FAILURE.match(text) and (self.actions or window_in(lower(clause.words[1:])) is None):
            self.failure(clause, steps)
        elif answer is not None and self.question is not None:
            self.answered(self.question, answer)
        elif text.startswith("retry") or re.match(r"try (?:again|it|up to|\w+ times)", text):
            self.retry(clause)
        elif found := CONCURRENCY.search(text):
            self.concurrency(found, [*before, *steps])
        elif (batch := BATCHES.match(text)) and self.loops and (size := number_of(words_of(batch[1])[0])):
            self.at += 1
            self.loops[-1].batch = int(size)
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
            clause = Clause("and", rest)
        text = clause.text
        if FORBIDDEN.match(text):
            steps.append(not_understood(clause.words))
        elif STOPPING.match(text):
            steps.append(End(phrase_of(clause)))
        elif FAILING.match(text):
            steps.append(End(phrase_of(clause), failed=True))
        elif (items := ITEMS.search(text)) is not None and not text.startswith("for "):
            steps.append(self.items(clause, items))
        elif (passive := self.passive(clause)) is not None:
            steps.append(passive)
        elif (each := EACH.search(text)) is not None:
            words = clause.words[:len(text[:each.start()].split())]
            steps.append(self.each(each[1], each[2], clause, lambda: [self.action(words)]))
        else:
            steps.append(self.action(clause.words))

    # Clauses

    def action(self, words: list[Word]) -> Step:
        """The action that `words` ask for, or a placeholder."""
        condition: Condition | None = None
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is not None and following.joiner == "post":
            self.at += 1
            condition = self.condition(following.words)
        found = parse_action(words, self.catalogue, self.known)
        step: Action | Placeholder = found if found is not None else not_understood(words)
        self.actions.append(step)
        if found is not None:
            if found.waits:
                self.question = found
            if found.variable:
                self.known = replace(self.known, results=(
                    *self.known.results, (found.variable, f"${found.variable}{found.content}")
                ))
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
        if begins and condition.text == "false":
            self.reading.to_dos.append(f'"{phrase_of(clause)}" names no trigger that can be set up: add one.')
            return
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is not None and re.match(r"skip (?:it|that|them)\b", following.text) and steps:
            self.at += 1
            steps[-1] = If(negated(condition), [steps[-1]])
            return
        same = self.last_if is not None and self.last_if.otherwise is None and steps and (
            innermost(steps[-1]) is self.last_if
            and self.last_if.condition.subject == condition.subject != "" and clause.joiner == "hard"
        )
        choice = If(condition)
        outer_if, self.last_if = self.last_if, choice
        if same and outer_if is not None:
            outer_if.otherwise = [choice]
        else:
            steps.append(choice)
        choice.then = gated(self.block([], ends=_SENTENCE))
        self.last_if = choice
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
            question.rejected = self.block([], ends=_SENTENCE)
        elif owner is not None:
            owner.otherwise = []
            self.question = None
            owner.otherwise = gated(self.block([], ends=_SENTENCE))
            self.last_if = owner
        return True

    def answered(self, question: Action, match: re.Match[str]) -> None:
        """``if approved …``, ``if they decline …``: the branch behind the last question."""
        rest = stripped(self.clauses[self.at].words[len(match.group().split()):])
        if rest:
            self.clauses[self.at] = Clause("comma", rest)
        else:
            self.at += 1
        no = match["word"].startswith(REJECTING) is not bool(match["no"])
        question.wants_choice = True
        keep = self.last_if
        self.last_if = None
        steps = self.block([], ends=_SENTENCE)
        self.last_if = keep
        if no:
            question.rejected = (question.rejected or []) + steps
            # What follows `otherwise` is then for who approved.
            following = self.clauses[self.at] if self.at < len(self.clauses) else None
            if following is not None and is_else(following):
                following.words = after_else(following.words)
                question.approved += self.block([], ends=_SENTENCE)
        else:
            question.approved += steps

    def failure(self, clause: Clause, steps: list[Step]) -> None:
        """``if it fails …``: the Catch of the step it means."""
        match = FAILURE.match(clause.text)
        what = re.sub(r"\b(?:keeps|still|also|again)\b", "", (match["what"] or "") if match is not None else "").strip()
        rest = clause.words[len(match.group().split()):] if match is not None else []
        self.at += 1
        if rest:
            self.at -= 1
            self.clauses[self.at] = Clause("and", rest)
        targets = self.targets(what, clause.joiner)
        keep, asked = self.actions, self.question
        self.actions = []
        handler = self.block([], ends=_SENTENCE)
        self.actions, self.question = keep, asked
        if not targets:
            steps.append(If(never(phrase_of(clause), "There is no step before this that could fail."), handler))
        for action in targets:
            action.catch = handler

    def targets(self, what: str, joiner: str) -> list[Action | Placeholder]:
        """The actions whose failure is meant; none where the words name no step."""
        of_all = re.search(r"\b(?:any\w*|something|a step|everything)\b", what)
        if of_all or (not what and joiner == "stop"):
            return [action for action in self.actions if action.catch is None]
        if re.fullmatch(r"(?:it|that|this|they|he|she|even that)?", what.strip()):
            return self.actions[-1:]
        parts = re.split(r"\bor\b|\band\b", re.sub(r"\b(?:either|one of)\b", "", what))
        named = [self.named(part) for part in parts]
        return [action for action in named if action is not None]

    def named(self, what: str) -> Action | Placeholder | None:
        """The step that the words name: the one that shares most of them, of several the last."""
        said = {word for word in re.findall(r"[\w-]+", what) if word not in GLUE}
        best: tuple[int, Action | Placeholder] | None = None
        for action in self.actions:
            phrase = stems(action.phrase)
            resource = {"Resource": action.resource} if isinstance(action, Action) else {}
            score = sum(
                3 if stem(word) in phrase else 1 if meant_by(word, resource, self.catalogue) else 0 for word in said
            )
            if score and (best is None or score >= best[0]):
                best = score, action
        return None if best is None else best[1]

    def late(self, clause: Clause, before: list[Step]) -> None:
        """``if there is no answer within 2 days …``: the time limit of the step before, or of the last question."""
        match = LATE.match(clause.text)
        seconds = duration_in(clause.words)
        rest = clause.words[len(match.group().split()):] if match is not None else []
        called = next((action for action in reversed(self.actions) if isinstance(action, Action)), None)
        target = self.question if "answer" in clause.text else self.question or called
        self.at += 1
        if rest:
            self.at -= 1
            self.clauses[self.at] = Clause("and", rest)
        keep, asked = self.actions, self.question
        self.actions = []
        steps = self.block([], ends=_SENTENCE)
        self.actions, self.question = keep, asked
        if target is not None and seconds is not None:
            target.limit = seconds, steps
        else:
            to_do = "There is no question before this that waits for an answer."
            before.append(If(never(phrase_of(clause), to_do), steps))

    def again(self, said: Repeated) -> Step:
        """What is done again, with the condition that ends it."""
        outer, at = self.clauses, self.at
        self.clauses, self.at = clauses_of(expanded(said.body)), 0
        body: list[Step] = []
        while self.at < len(self.clauses):
            before = self.at
            body += self.block(body, ends=frozenset())
            self.at += self.at == before
        until, stay = (
            self.condition(words_of(f"if {text}")) if text else None for text in (said.until, said.stay)
        )
        self.clauses, self.at = outer, at
        phrase = " until ".join(text for text in (said.body, said.until) if text)
        return Again(phrase, body, until, stay, said.times, said.seconds)

    def retry(self, clause: Clause) -> None:
        self.at += 1
        text, words = clause.text, clause.words
        times = count_of_times(words)
        every = re.search(r"\b(?:every|with|after|wait(?:ing)?)\b", text)
        interval = duration_in(words[len(text[:every.start()].split()):]) if every else None
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is not None and times is None and re.match(r"up to|at most|\w+ times", following.text):
            times = count_of_times(following.words)
            self.at += 1
        named = re.search(r"^retry (?:the )?([\w -]+?)(?= (?:up to |at most )?(?:\w+ times|twice|every)\b|$)", text)
        target = (self.named(named[1]) if named is not None else None) or next(iter(self.actions[-1:]), None)
        if target is None:
            self.reading.notes.append(f'"{phrase_of(clause)}": there is no step before it that could be retried.')
            return
        growing = re.search(r"\bback(?:ing)? off|\bexponential", text)
        if growing and interval is None:
            interval = duration_in(words)
        target.retry = (times or 3, interval or 1, 1 if interval and not growing else 2)
        if times is None and isinstance(target, Action):
            target.to_dos.append(("/Retry/0/MaxAttempts", "How often? 3 is a guess."))

    def concurrency(self, match: re.Match[str], before: list[Step]) -> None:
        self.at += 1
        number = number_of(words_of(match[1])[0])
        inner = self.loops[-1] if self.loops else None
        loop = next((step for step in reversed(before) if isinstance(step, ForEach)), inner)
        if loop is not None and number is not None:
            loop.concurrency = int(number)
        else:
            self.reading.notes.append(f'"{match.group()}" was not used: there is no loop before it.')

    def loop(self, clause: Clause, steps: list[Step]) -> None:
        """``for each line item in the order, …``: a Map over the clauses up to the full stop."""
        self.at += 1
        match = EACH.search(clause.text)
        if match is None:  # what is done follows without a comma
            verb = next((index for index, word in enumerate(clause.words) if index > 2 and word.lower in VERBS
                         and word.lower not in ENTITIES), None)
            match = EACH.search(lower(clause.words[:verb])) if verb is not None else None
            if match is None:
                steps.append(not_understood(clause.words))
                return
            self.at -= 1
            self.clauses[self.at] = Clause("comma", clause.words[verb:])
            clause = Clause(clause.joiner, clause.words[:verb])
        steps.append(self.each(match[1], match[2], clause,
                               lambda: gated(self.block([], ends=frozenset({"stop"})))))

    def items(self, clause: Clause, match: re.Match[str]) -> Step:
        """``email every subscriber``, ``send a text to all members whose plan is gold``: the same for each of them."""
        words = clause.words
        first, last = (len(clause.text[:place].split()) for place in match.span())
        noun = match["noun"].split()
        one = words_of(" ".join(["the", *noun[:-1], singular(noun[-1])]))
        body = [*words[:first], *one, *words[last:]]

        def read() -> list[Step]:
            which = match["which"]
            condition = parse_condition(words_of(f"the {one[-1].text}'s {which}"), self.known) if which else None
            done = self.passive(Clause("and", body)) or self.action(body)
            return [done if condition is None else If(condition, [done])]

        return self.each(match["noun"], match["owner"], clause, read)

    def each(self, said: str, owner: str | None, clause: Clause, body: Callable[[], list[Step]]) -> ForEach:
        """A Map over what is `said`, which `owner` has."""
        names = [name for name in said.split() if name not in DETERMINERS] or ["item"]
        item = singular(names[-1])
        if len(names) > 1 and singular(names[0]) in ("line", "order", "cart") and owner is None:
            owner = "order" if names[0] == "line" else names[0]
        path = "items" if item == "item" else camel([*names[:-1], plural(item)])
        if owner is not None and singular(owner) in ENTITIES:
            path = f"{camel([singular(owner)])}.{path}"
        loop = ForEach(f"$states.input.{path}", phrase_of(clause), to_do=f"Check that the input has the list {path}.")
        self.loops.append(loop)
        outer = self.known
        self.known = replace(self.known, item=item)
        loop.body = body()
        self.known = outer
        return loop

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
        """``Expenses under 50 EUR are paid at once``: an action, with the condition its subject states."""
        match = re.match(r"^(.*?) (?:is|are|gets?|should be|must be) (\w+)\b", clause.text)
        verb = base_verb(match[2]) if match is not None else None
        if match is None or verb is None or clause.text.split()[0] == verb:
            return None
        count, more = len(match[1].split()), len(match.group().split())
        subject = clause.words[:count]
        condition = parse_condition(subject, self.known)
        if condition is not None and re.search(r"[<>=]", condition.text) is None:
            condition = None
        action = self.action([*words_of(verb), *(subject if condition is None else subject[:1]), *clause.words[more:]])
        if condition is None:
            return action
        self.last_if = If(condition, [action])
        return self.last_if
