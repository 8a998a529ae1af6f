"""Clauses on what failed, takes too long or is tried again: the Catch, the limit or the Retry of the step they mean."""

from __future__ import annotations

import re

from engine.copilot.accounting.synonyms import GLUE, meant_by
from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.conditions import never
from engine.copilot.offline.flow import Action, If, Placeholder, Step
from engine.copilot.offline.phrases import FAILURE, LATE, phrase_of
from engine.copilot.offline.reader import SENTENCE, Reader
from engine.copilot.offline.times import count_of_times, duration_in
from engine.copilot.offline.words import stem, stems, words_of


class Failures(Reader):
    """Reads clauses on failures, limits and retries."""

    def failure(self, clause: Clause, steps: list[Step]) -> None:
        """``if it fails …``: the Catch of the step it means."""
        match = FAILURE.match(clause.text)
        what = re.sub(r"\b(?:keeps|still|also|again)\b", "", (match["what"] or "") if match is not None else "").strip()
        rest = clause.words[len(match.group().split()):] if match is not None else []
        self.at += 1
        if rest:
            self.at -= 1
            self.clauses[self.at] = Clause("and", rest)
        if re.match(r"(?:on|upon|in case of) (?:any|every)\b", clause.text):
            what = "anything"
        targets = self.targets(what, clause.joiner) or self.implied(what, steps)
        keep, asked = self.actions, self.question
        self.actions = []
        handler = self.block([], ends=SENTENCE)
        self.actions, self.question = keep, asked
        if not targets:
            steps.append(If(never(phrase_of(clause), "There is no step before this that could fail."), handler))
        for action in targets:
            action.catch = handler

    def implied(self, what: str, steps: list[Step]) -> list[Action | Placeholder]:
        """The step that is first spoken of where it fails: ``if the load function fails``."""
        if self.actions or re.search(r"\b(?:function|lambda|workflow|job)$", what) is None:
            return []
        steps.append(self.action(words_of(f"run {what}")))
        return self.actions[-1:]

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
        steps = self.block([], ends=SENTENCE)
        self.actions, self.question = keep, asked
        if target is not None and seconds is not None:
            target.limit = seconds, steps
        else:
            to_do = "There is no question before this that waits for an answer."
            before.append(If(never(phrase_of(clause), to_do), steps))

    def retry(self, clause: Clause) -> None:
        """``retry it 3 times every minute``: of the step that is named, else of the last."""
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
