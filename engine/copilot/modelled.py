"""A draft by a model: ask, check, send back what is wrong, at most ATTEMPTS times and within one time limit.

    sentence ──scrubbed──► model ──► check ──holds──► Proposal
                             ▲         │ findings
                             └─────────┘

A model that does not answer now (throttled, too slow) is asked again while there is time. One that cannot answer as
things are set (no access, no such model) is an error that says so. Nothing usable in the end: NoUsableAnswer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.clock import Clock
from engine.copilot.answers import Checked, check_answer
from engine.copilot.catalogue import Catalogue
from engine.copilot.prompt import repair_prompt, request_prompt, system_prompt
from engine.copilot.proposal import Proposal, has_states
from engine.errors import AutomateError, Refused
from engine.ports.language_model import LanguageModel, ModelReply, ModelUnavailable, Said

Json = Any
Check = Callable[[Proposal], Sequence[str]]
Scrub = Callable[[Any], Any]

ATTEMPTS = 4
LEAST_SECONDS = 1.0
PAUSE_SECONDS = 1.0
_SENT = ("description", "kind", "triggers", "definition")
MOST_SENT_BACK = 100_000
"""Characters of an answer that go back to the model with its findings."""


class NoUsableAnswer(AutomateError):
    """The attempts or the time are used up; the message says what the last answer lacked."""


class ModelDrafter:
    """One model with the catalogue it may use. `seconds` is what one draft may take in all."""

    def __init__(self, model: LanguageModel, catalogue: Catalogue, clock: Clock, *, seconds: float) -> None:
        self._model = model
        self._catalogue = catalogue
        self._clock = clock
        self._seconds = seconds

    def draft(
        self, sentence: str, current: dict[str, Json] | None, *, name: str, scrub: Scrub, check: Check = lambda _: (),
    ) -> Proposal:
        """The proposal. `scrub` takes secrets out of what is sent; `check` may find more wrong with a proposal.

        Of `current` only what a draft is about is sent: no cases, whose inputs may be somebody's data. Raises Refused,
        NoUsableAnswer.
        """
        sent = None
        if current is not None and has_states(current):
            sent = scrub({key: current[key] for key in _SENT if key in current})
        said = [Said("user", request_prompt(scrub(sentence), sent))]
        deadline = self._clock.now() + self._seconds
        last = "there was no time"
        for attempt in range(1, ATTEMPTS + 1):
            left = deadline - self._clock.now()
            if left < LEAST_SECONDS:
                break
            try:
                reply = self._model.reply(system_prompt(self._catalogue), said, seconds=left)
            except ModelUnavailable as fault:
                last = scrub(str(fault))
                self._wait_or_refuse(fault, last, deadline)
                continue
            checked = self._checked(reply, current, name, check)
            if checked.proposal is not None:
                return dataclasses.replace(checked.proposal, provider=self._model.provider, attempts=attempt)
            last = checked.findings[0]
            said += [Said("assistant", reply.text[:MOST_SENT_BACK] or "(nothing)"),
                     Said("user", scrub(repair_prompt(checked.findings)))]
        raise NoUsableAnswer(f"the model made no usable draft: {last}")

    def _checked(
        self, reply: ModelReply, current: Mapping[str, Json] | None, name: str, check: Check
    ) -> Checked:
        checked = check_answer(
            reply.text, complete=reply.complete, current=current, name=name, catalogue=self._catalogue
        )
        more = list(check(checked.proposal)) if checked.proposal is not None else []
        return Checked(findings=more) if more else checked

    def _wait_or_refuse(self, fault: ModelUnavailable, message: str, deadline: float) -> None:
        if not fault.passing:
            raise Refused(
                f"the model cannot be asked: {message}", where="AUTOMATE_COPILOT_PROVIDER",
                advice="Correct the setting, or set AUTOMATE_COPILOT_PROVIDER=offline to draft by the grammar.",
            ) from None
        pause = PAUSE_SECONDS if fault.retry_after is None else fault.retry_after
        self._clock.sleep(max(0.0, min(pause, deadline - self._clock.now())))
