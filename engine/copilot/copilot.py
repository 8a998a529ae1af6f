"""The copilot: one of its drafters, and the help that needs none. Everything is a proposal; nothing is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.copilot.accounting.account import account
from engine.copilot.catalogue import Catalogue
from engine.copilot.choosing import best_draft
from engine.copilot.error_handling import add_error_handling
from engine.copilot.explaining import Explanation, explain
from engine.copilot.fixing import fix
from engine.copilot.modelled import ModelDrafter, NoUsableAnswer
from engine.copilot.offline.drafter import check_sentence, name_of
from engine.copilot.proposal import Proposal, ToDo, has_states
from engine.copilot.scrubbing import scrubbed
from engine.errors import Diagnostic, Refused
from engine.governance.masking import Scrubber
from engine.language.asl.validate import validate

Json = Any

MASKED = "What is or looks like a secret was masked before it was sent to the model: name a secret by its key instead."
OFFLINE = "offline"
NOT_IN_IT = 'Not in the draft: "{}".'
MISPLACED = 'Does this stand where you meant it? "{}".'
WHOSE = 'Of which condition is this the other side? "{}".'
NOT_ASKED = "Nothing in the sentence asks for this step."
OFFER_MODEL = "The grammar did not understand all of it. A model understands more: AUTOMATE_COPILOT_PROVIDER sets one."
REPLACES = "The grammar cannot change a workflow: this is a new draft in its place."


class Copilot:
    """`drafter` is None where no model is set. `known_secrets` gives the values that must not reach a model."""

    def __init__(
        self, catalogue: Catalogue, drafter: ModelDrafter | None = None,
        known_secrets: Callable[[], Scrubber] = lambda: Scrubber(()),
    ) -> None:
        self._catalogue = catalogue
        self._drafter = drafter
        self._known_secrets = known_secrets

    def draft(self, sentence: str, current: dict[str, Json] | None = None) -> Proposal:
        """A draft of `sentence`; `current` is the document it should change.

        Where the model gives nothing usable the grammar drafts, and a note says so. Raises InvalidDocument for a
        sentence that is empty or too long, Refused where the settings keep the model from answering.
        """
        text = check_sentence(sentence)
        made = self._drafted(text, current)
        return made if made.provider != OFFLINE and has_states(current) else accounted(text, made, self._catalogue)

    def _drafted(self, text: str, current: dict[str, Json] | None) -> Proposal:
        if self._drafter is None:
            return self._offline(text, current)
        scrub = _Scrub(self._known_secrets())
        try:
            made = self._drafter.draft(text, current, name=name_of(scrub(text)), scrub=scrub)
        except NoUsableAnswer as problem:
            made = _noted(self._offline(text, current), f"Drafted by the grammar, since {problem}.")
        return _noted(made, MASKED) if scrub.masked else made

    def findings(self, document: Mapping[str, Json]) -> list[Diagnostic]:
        """What the linter says of the document's definition."""
        return validate(document.get("definition"), kind=str(document.get("kind", "STANDARD")))

    def explain(self, document: Mapping[str, Json], state: str | None = None) -> Explanation:
        """What the document, or one state, does."""
        return explain(document, self._catalogue, state)

    def fix(self, document: Mapping[str, Json], diagnostic: Mapping[str, Json]) -> Proposal:
        """The document with one finding of the linter fixed: by a rule, else by the model. Raises Refused."""
        try:
            return fix(document, diagnostic)
        except Refused as refusal:
            if self._drafter is None:
                raise
            scrub = _Scrub(self._known_secrets())
            message, place = str(diagnostic.get("message", "")), str(diagnostic.get("location", ""))
            asked = f"Correct this finding of the linter and change nothing else: {place}: {message}"
            try:
                made = self._drafter.draft(
                    asked, dict(document), name="", scrub=scrub, check=_gone(message, place)
                )
            except NoUsableAnswer:
                raise refusal from None
            return _noted(made, MASKED) if scrub.masked else made

    def error_handling(self, document: Mapping[str, Json], states: Collection[str] = ()) -> Proposal:
        """A Retry and a Catch for what has none. Raises NotFound, Refused."""
        return add_error_handling(document, states)

    def _offline(self, sentence: str, current: dict[str, Json] | None) -> Proposal:
        made = best_draft(sentence, self._catalogue, current)
        return _noted(made, REPLACES) if has_states(current) else made


class _Scrub:
    """Takes out what is a secret, and what looks like one; `masked` tells whether there was any."""

    def __init__(self, known: Scrubber) -> None:
        self._known = known
        self.masked = False

    def __call__(self, value: Json) -> Json:
        clean = scrubbed(self._known.json(value))
        self.masked = self.masked or bool(clean != value)
        return clean


def _gone(message: str, place: str) -> Callable[[Proposal], list[str]]:
    """Whether the finding is still there."""
    def check(proposal: Proposal) -> list[str]:
        found = validate(proposal.document["definition"], kind=str(proposal.document.get("kind", "STANDARD")))
        left = any((item.message, item.location) == (message, place) for item in found)
        return ["The finding is still there."] if left else []

    return check


def accounted(sentence: str, proposal: Proposal, catalogue: Catalogue) -> Proposal:
    """The proposal with what became of each word. What became nothing is a to-do and comes first, and so is each step
    that nothing asks for."""
    found = account(sentence, proposal.document, catalogue)
    said = " ".join(to_do.text for to_do in proposal.to_dos)
    asks = {"place": MISPLACED, "whose": WHOSE}
    to_dos = [ToDo(None, "", asks.get(word.kind, NOT_IN_IT).format(word.text))
              for word in found.to_dos if f'"{word.text}"' not in said]
    to_dos += [ToDo(name, "", NOT_ASKED) for name in found.added]
    notes = (OFFER_MODEL, *proposal.notes) if found.to_dos and proposal.provider == OFFLINE else proposal.notes
    return dataclasses.replace(proposal, words=found.words, to_dos=(*to_dos, *proposal.to_dos), notes=notes)


def _noted(proposal: Proposal, note: str) -> Proposal:
    return dataclasses.replace(proposal, notes=(*proposal.notes, note))
