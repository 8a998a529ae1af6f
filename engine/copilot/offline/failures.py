"""Clauses on what failed, takes too long or is tried again: the Catch, the limit or the Retry of the step they mean."""

from __future__ import annotations

import re

from engine.copilot.accounting.synonyms import GLUE, meant_by
from engine.copilot.offline.actions import parse_action
from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.conditions import never
from engine.copilot.offline.flow import Action, If, Placeholder, Step
from engine.copilot.offline.phrases import FAILS_TOO, FAILURE, LATE, after_else, is_else, phrase_of, stripped
from engine.copilot.offline.reader import SENTENCE, Reader
from engine.copilot.offline.times import count_of_times, duration_in
from engine.copilot.offline.words import base_verb, lower, stem, stems, words_of

_THAT_TOO = re.compile(r"^(?:and |but )?(?:failing|as\b|.*\b(?:that|this|even|still|all else)\b)")
"""What speaks of the step that was to help, where one failed before it: ``if that fails``, ``as a last resort``."""


class Failures(Reader):
    """Reads clauses on failures, limits and retries."""

    def failure(self, clause: Clause, steps: list[Step]) -> None:
        """``if it fails …``: the Catch of the step it means."""
        match = FAILURE.match(clause.text)
        what = re.sub(r"\b(?:keeps|still|also|again)\b", "", (match["what"] or "") if match is not None else "").strip()
        rest = clause.words[len(match.group().split()):] if match is not None else []
        what = "it" if match is not None and (match["it"] or what == "all else") else what
        too = FAILS_TOO.match(lower(rest))
        rest = rest if too is None else rest[len(too[0].split()):]
        self.at += 1
        if rest:
            self.at -= 1
            self.clauses[self.at] = Clause("and", rest)
        if re.match(r"what|which|(?:on|upon|in case of) (?:any|every)\b", clause.text):
            what = "anything"
        targets = self.targets(what, clause.joiner) or self.implied(what, steps)
        if match is not None and targets == self.actions[-1:] and (too or _THAT_TOO.match(match.group())):
            targets = [_last_tried(action) for action in targets]
        if targets and self.at < len(self.clauses) and self.clauses[self.at].text.startswith("retry"):
            self.retry(self.clauses[self.at], targets[-1])
            return
        keep, asked = self.actions, self.question
        self.actions = []
        handler = self.block([], ends=SENTENCE)
        self.actions, self.question = keep, asked
        if not targets:
            steps.append(If(never(phrase_of(clause), "There is no step before this that could fail."), handler))
        for action in targets:
            action.catch = handler
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if targets and following is not None and is_else(following):  # what is done where it did not fail
            following.words = stripped(after_else(following.words))

    def succeeded(self, match: re.Match[str], clause: Clause, steps: list[Step]) -> None:
        """``if it works …, otherwise …``: what comes next, and the Catch of the step it means."""
        targets = self.targets(match["what"], "and") or self.actions[-1:]
        ended = re.search(r"\b(?:done|finish|complete|end|(?:is|has) through)", match.group())
        if targets == self.actions[-1:] and ended is not None:
            self.waited_for()
        rest = clause.words[len(match.group().split()):]
        self.clauses[self.at:self.at + 1] = [Clause("and", rest)] if rest else []
        steps += self.block([], ends=SENTENCE)
        following = self.clauses[self.at] if self.at < len(self.clauses) else None
        if following is None or not is_else(following):
            return
        following.words = stripped(after_else(following.words))
        keep, asked = self.actions, self.question
        self.actions = []
        handler = self.block([], ends=SENTENCE)
        self.actions, self.question = keep, asked
        for action in targets:
            action.catch = handler

    def implied(self, what: str, steps: list[Step]) -> list[Action | Placeholder]:
        """The step that is first spoken of where it fails: ``if the load function fails``, ``if charging it fails``."""
        if self.actions:
            return []
        gerund, _, rest = what.partition(" ")
        verb = base_verb(gerund) if gerund.endswith("ing") and rest else None
        does = words_of(f"{verb} {rest}" if verb else f"run {what}")
        runs = re.search(r"\b(?:function|lambda|workflow|job)$", what)
        if runs is None and (verb is None or parse_action(does, self.catalogue, self.known) is None):
            return []
        steps.append(self.action(does))
        return self.actions[-1:]

    def targets(self, what: str, joiner: str) -> list[Action | Placeholder]:
        """The actions whose failure is meant; none where the words name no step."""
        tried = any(action.retry for action in self.actions[-1:])
        if tried and re.fullmatch(r"(?:all|none|each|every one) of (?:them|those|these|the \w+)|all", what.strip()):
            return self.actions[-1:]  # the attempts
        of_all = re.search(r"\b(?:any\w*|something|a step|everything|either|one of (?:them|these|those|the \w+)"
                           r"|any of \w+|some of \w+)\b", what)
        if re.fullmatch(r"either(?: one)?(?: of (?:them|(?:the |these |those )?(?:two|both)))?|(?:any|one) of (?:the"
                        r"|these) two", what.strip()):
            return [action for action in self.actions[-2:] if action.catch is None]
        if of_all or (not what and joiner == "stop"):
            return [action for action in self.actions if action.catch is None]
        if re.fullmatch(r"(?:it|that|this|they|he|she|even that|(?:all|the last|the final|every|even the last) "
                        r"(?:attempts?|retr(?:y|ies)|tr(?:y|ies))|(?:this|that|(?:the|this|that) (?:last|final"
                        r"|previous)) (?:step|call|request|task|action|attempt))?", what.strip()):
            return self.actions[-1:]
        nth = re.fullmatch(r"the (first|second|third|fourth|fifth) (?:step|call|function|request|task|one"
                           r"|action)?", what.strip() + " ")
        nth = nth or re.fullmatch(r"the (first|second|third|fourth|fifth)(?: (?:step|call|function|request|task|one"
                                  r"|action))?", what.strip())
        if nth is not None:
            at = ("first", "second", "third", "fourth", "fifth").index(nth[1])
            return self.actions[at:at + 1]
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
                3 if stem(word) in phrase or ("-" in word and stems(word) <= phrase)
                else 1 if meant_by(word, resource, self.catalogue) else 0 for word in said
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
        steps = self.block([], ends=SENTENCE)
        self.actions, self.question = keep, asked
        if target is not None and seconds is not None:
            target.limit = seconds, steps
        else:
            to_do = "There is no question before this that waits for an answer."
            before.append(If(never(phrase_of(clause), to_do), steps))

    def retry(self, clause: Clause, failed: Action | Placeholder | None = None) -> None:
        """``retry it 3 times every minute``: of the step that is named, else of what failed, else of the last."""
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
        target = (self.named(named[1]) if named is not None else None) or failed or next(iter(self.actions[-1:]), None)
        if target is None:
            self.reading.notes.append(f'"{phrase_of(clause)}": there is no step before it that could be retried.')
            return
        growing = re.search(r"\bback(?:ing)? off|\bexponential", text)
        if growing and interval is None:
            interval = duration_in(words)
        if times is None and re.search(r"\bonce\b", text):
            times = 1
        target.retry = (times or 3, interval or 1, 1 if interval and not growing else 2)
        if times is None and isinstance(target, Action):
            target.to_dos.append(("/Retry/0/MaxAttempts", "How often? 3 is a guess."))


def _last_tried(action: Action | Placeholder) -> Action | Placeholder:
    """The last step of those that are each done where the one before it fails."""
    while action.catch and isinstance(helps := action.catch[-1], (Action, Placeholder)):
        action = helps
    return action
