"""Clauses on what is done again, or for each of many, to circles and Maps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.conditions import parse_condition
from engine.copilot.offline.flow import Action, Again, Condition, ForEach, If, Step, contains, gated
from engine.copilot.offline.phrases import (
    APPROVED,
    EACH,
    REJECTING,
    after_else,
    is_else,
    not_understood,
    phrase_of,
    stripped,
    things_in,
)
from engine.copilot.offline.reader import SENTENCE, Reader
from engine.copilot.offline.terms import negated
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.wording.repeating import Repeated
from engine.copilot.offline.words import (
    DETERMINERS,
    ENTITIES,
    VERBS,
    camel,
    lower,
    number_of,
    plural,
    singular,
    words_of,
)


class Loops(Reader):
    """Reads clauses on repetitions and items."""

    def again(self, said: Repeated) -> Step:
        """What is done again, with the condition that ends it."""
        outer, at = self.clauses, self.at
        self.clauses, self.at = self.cut(said.body), 0
        body: list[Step] = []
        while self.at < len(self.clauses):
            before = self.at
            body += self.block(body, ends=frozenset())
            self.at += self.at == before
        known = self.known
        last = body[-1] if body else None
        answers = isinstance(last, Action) and last.variable and last.content not in ("", ".Item")
        if isinstance(last, Action) and answers and not said.is_first:
            self.known = replace(known, polled=f"${last.variable}{last.content}")
        until, stay = (
            (self.of_answer(text, body) or self.condition(words_of(f"if {text}"))) if text else None
            for text in (said.until, said.stay)
        )
        if stay is not None and self.known.polled:  # it is known when it was done once
            until, stay = negated(stay), None
        self.known = replace(known, subject=self.known.subject)
        self.clauses, self.at = outer, at
        phrase = " until ".join(text for text in (said.body, said.until) if text)
        found = Again(phrase, body, until, stay, said.times, said.seconds)
        if isinstance(last, Action) and last.rejected and until is not None and f"${last.variable}." in until.text:
            found.between, last.rejected, last.wants_choice = last.rejected, None, False  # who agrees ends it
        return found

    def of_answer(self, text: str, body: list[Step]) -> Condition | None:
        """``until she approves``: what was answered, where somebody is asked in what is done again."""
        question, answer = self.question, APPROVED.match(f"if {text}")
        if question is None or answer is None or not contains(body, question):
            return None
        no = answer["word"].startswith(REJECTING) is not bool(answer["no"])
        self.question = None
        approved = Condition(f"${question.variable}.approved = true", text)
        return negated(approved) if no else approved

    def gave_up(self, loop: Again, match: re.Match[str], clause: Clause) -> None:
        """``after 40 attempts give up and …``, ``if it is still pending then, …``: what is done where a circle has
        ended without what it was for."""
        if times := match["n"] or match["n2"]:
            count = number_of(words_of(times)[0])
            loop.times = loop.times or (None if count is None else int(count))
        elif match["span"] and loop.seconds:
            seconds = duration_in(words_of(f"{match['span']} {match['unit']}"))
            loop.times = loop.times or (seconds or 0) // loop.seconds or None
        rest = clause.words[len(match.group().split()):]
        self.clauses[self.at:self.at + 1] = [Clause("and", rest)] if rest else []
        if self.at + 1 < len(self.clauses) and re.fullmatch(r"(?:then )?(?:give up|stop|stop trying|quit)",
                                                            self.clauses[self.at].text):
            self.clauses.pop(self.at)
        keep, self.actions = self.actions, []
        loop.exhausted = self.block([], ends=SENTENCE)
        self.actions = keep
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is not None and is_else(following):
            following.words = stripped(after_else(following.words))

    def looped(self, steps: list[Step], *, whole: bool = False) -> ForEach | None:
        """The last step, done for each of the things that it speaks of; None where it speaks of no such."""
        last = steps[-1] if steps else None
        things = self.things()
        if not isinstance(last, Action) or last.waits or things is None:
            return None
        to_do = f"Check that the input has the list {things}."
        phrase = f"For each of {things}: {last.phrase}"
        loop = ForEach(f"$states.input.{things}", phrase, [last], whole=whole, to_do=to_do)
        steps[-1] = loop
        self.loops.append(loop)
        return loop

    def things(self) -> str | None:
        """What is spoken of last of which there are many."""
        return next((found for action in reversed(self.actions) if (found := things_in(action.phrase))), None)

    def concurrency(self, match: re.Match[str], before: list[Step], steps: list[Step]) -> None:
        """``at most 5 at a time``: of the loop before, else of the step before, which becomes one."""
        self.at += 1
        number = number_of(words_of(match[1])[0])
        inner = self.loops[-1] if self.loops else None
        loop = next((step for step in reversed([*before, *steps]) if isinstance(step, ForEach)), inner)
        loop = loop or self.looped(steps)
        if loop is not None and number is not None:
            loop.concurrency = int(number)
        else:
            self.reading.notes.append(f'"{match.group()}" was not used: there is no loop before it.')

    def loop(self, clause: Clause, steps: list[Step]) -> None:
        """``for each line item in the order, …``: a Map over the clauses up to the full stop."""
        self.at += 1
        match = EACH.search(clause.text)
        words = [word.lower for word in clause.words]
        verb = next((index for index, word in enumerate(words) if index > 2 and word in VERBS
                     and word not in ENTITIES and words[index - 1] not in DETERMINERS), None)
        acts = verb is not None and words[verb + 1:verb + 2] in (["it"], ["them"], ["him"], ["her"])
        if match is None or acts:  # what is done follows without a comma
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
        noun = [self.things() or "item"] if match["noun"] == "them" else match["noun"].split()
        one = words_of(" ".join(["the", *noun[:-1], singular(noun[-1])]))
        body = [*words[:first], *one, *words[last:]]

        if match["noun"] == "them" and self.known.item is not None:  # what the loop around it is over
            of_it = [*words[:first], *words_of(f"the {self.known.item}"), *words[last:]]
            return self.passive(Clause("and", of_it)) or self.action(of_it)

        def read() -> list[Step]:
            which = match["which"]
            condition = parse_condition(words_of(f"the {one[-1].text}'s {which}"), self.known) if which else None
            done = self.passive(Clause("and", body)) or self.action(body)
            return [done if condition is None else If(condition, [done])]

        return self.each(match["noun"], match["owner"], clause, read)

    def each(self, said: str, owner: str | None, clause: Clause, body: Callable[[], list[Step]]) -> ForEach:
        """A Map over what is `said`, which `owner` has."""
        names = [name for name in said.split() if name not in DETERMINERS] or ["item"]
        things = self.things() if names in (["them"], ["one"]) else None
        names = [things] if things is not None else names
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
