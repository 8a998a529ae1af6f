"""Clauses on what was started, asked or said before: waited for, done again, decided; and what only tells of things."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.copilot.offline.actions import parse_action
from engine.copilot.offline.aws_actions import WAITED_FOR
from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.failures import Failures
from engine.copilot.offline.flow import Action, Again, Condition, If, Step, gated
from engine.copilot.offline.loops import Loops
from engine.copilot.offline.phrases import APPROVED, DECIDED, GAVE_UP, IN_CASE, NO_RETRY, WAITED, is_else, stripped
from engine.copilot.offline.reader import SENTENCE
from engine.copilot.offline.words import VERBS, Word, number_of, words_of

MOST_AGAIN = 6
"""Words of a clause that only says that something is done again."""
LOOKING = frozenset(["look", "check", "query", "ask", "try", "read", "call", "poll"])
_WHETHER_TO = re.compile(r"\bwhether to (?P<what>\w.*?)(?: anyway)?$")
_STATES = re.compile(r"^(?:we|i|our|my|there (?:is|are)|they|people|customers|it is|this is)\b")
"""How a sentence begins that says how things are, and asks for nothing."""


def _last_circle(steps: list[Step]) -> Again | None:
    """The circle of which no step says yet what happens where it came to nothing."""
    last = next((step for step in reversed(steps) if not isinstance(step, Action)), None)
    return last if isinstance(last, Again) and last.exhausted is None else None


class Earlier(Failures, Loops):
    """Reads clauses that add no step of their own, or one that was there before."""

    def only_tells(self, clause: Clause) -> bool:
        """Whether the clause says how things are before anything is asked for: its words are to-dos, and no step."""
        if self.actions or self.at + 1 >= len(self.clauses) or _STATES.match(clause.text) is None or re.search(
                r"\b(?:should|must|want|wants|need|needs|have to|has to|would like|webhook|queue|bucket|folder|form)\b",
                clause.text):
            return False
        words = stripped(clause.words)
        return words[0].lower not in VERBS or parse_action(words, self.catalogue, self.known) is None

    def of_started(self, clause: Clause, steps: list[Step]) -> bool:
        """Whether the clause speaks of what was started or asked before, or is a circle of its own; then it is read."""
        text = clause.text
        if self.in_that_case(clause):
            return True
        if text in self.repeated:
            self.at += 1
            steps.append(self.again(self.repeated[text]))
        elif NO_RETRY.match(text) or (WAITED.match(text) and self.waited_for()):
            self.at += 1
        elif (decided := DECIDED.match(text)) is not None and self.question is not None:
            self.at += 1
            number = None if decided["n"] is None else number_of(words_of(decided["n"])[0])
            self.question.arguments["needed"] = number or ("all" if decided["all"] else "any")
        elif (over := GAVE_UP.match(text)) is not None and (loop := _last_circle(steps)) is not None:
            self.gave_up(loop, over, clause)
        else:
            return False
        return True

    def in_that_case(self, clause: Clause) -> bool:
        """``… unless it is late; in that case …``: where the last condition that was said holds; then it is read."""
        said, owner = IN_CASE.match(clause.text), self.last_if
        if said is None or owner is None or self.question is not None or owner.condition.text == "false":
            return False
        self.clauses[self.at] = Clause("comma", clause.words[len(said.group().split()):])
        steps = gated(self.block([], ends=SENTENCE))
        if owner.condition.phrase.startswith("not: "):
            owner.otherwise = [*(owner.otherwise or []), *steps]
        else:
            owner.then += steps
        self.last_if = owner
        return True

    def left_out(self, clause: Clause, condition: Condition, steps: list[Step]) -> bool:
        """``if x, a; unless y``: it is left out of what was said before; then it is read."""
        owner, following = self.last_if, next(iter(self.clauses[self.at:]), None)
        alone = following is None or following.joiner in ("hard", "stop") or IN_CASE.match(following.text)
        if clause.words[0].lower != "unless" or clause.joiner != "hard" or not alone or not steps or (
                owner is None or steps[-1] is not owner or owner.otherwise is not None):
            return False
        self.last_if = If(condition, owner.then)
        owner.then = [self.last_if]
        return True

    def answer_first(self, clause: Clause) -> Clause:
        """``do so if they agree``: the answer before what hangs on it; the clause that is read first."""
        after = self.clauses[self.at + 1:self.at + 2]
        if self.question is None or not after or after[0].joiner != "post" or is_else(clause) or (
                APPROVED.match(after[0].text) is None):
            return clause
        answer = Clause(clause.joiner, after[0].words)
        self.clauses[self.at:self.at + 2] = [answer, Clause("comma", clause.words)]
        return answer

    def refused_alike(self, question: Action) -> None:
        """Of those who are asked one after another a refusal of each leads to the same."""
        place = next((index for index, one in enumerate(self.actions) if one is question), 0)
        for before in reversed(self.actions[:place]):
            if not (isinstance(before, Action) and before.waits and before.rejected is None):
                break
            before.rejected, before.wants_choice = question.rejected, True

    def waited_for(self) -> bool:
        """Whether the last step can be waited for until what it started has ended; then it is."""
        last = self.actions[-1] if self.actions else None
        if not isinstance(last, Action) or (last.variable is None and last.resource not in WAITED_FOR):
            return False
        last.resource += WAITED_FOR.get(last.resource, "")
        return not last.waits

    def done_again(self, words: list[Word]) -> Action | None:
        """``post it again``, ``look again``: what was done before with that verb, or what was looked at."""
        said = [word.lower for word in words]
        if " ".join(said) in ("do so", "do it", "do that") and self.actions:  # what was asked
            asked = _WHETHER_TO.search(self.actions[-1].phrase)
            return None if asked is None else parse_action(words_of(asked["what"]), self.catalogue, self.known)
        if "again" not in said[1:] or len(said) > MOST_AGAIN:
            return None
        before = [one for one in reversed(self.actions) if isinstance(one, Action)]
        same = next((one for one in before if one.phrase.lower().split()[:1] == said[:1]), None)
        looked = next((one for one in before if one.variable and not one.waits), None) if said[0] in LOOKING else None
        one = same or looked
        if one is None:
            return None
        name = f"{one.name} Again"
        return replace(one, name=name, phrase=" ".join(word.text for word in words), to_dos=[*one.to_dos], retry=None,
                       catch=None, limit=None, approved=[], rejected=None, wants_choice=False)
