"""A sentence to a Proposal, without a model: read it, build it, lint it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from engine.catalog.states import states_of
from engine.copilot.catalogue import Catalogue
from engine.copilot.offline.building import Built
from engine.copilot.offline.reading import read
from engine.copilot.offline.ways import Way
from engine.copilot.proposal import Proposal, ToDo, changes_between
from engine.errors import InvalidDocument
from engine.language.asl.validate import validate

Json = Any

LONGEST = 4_000
"""Characters of a sentence."""

_STOP = frozenset([
    "when", "a", "an", "the", "if", "and", "then", "to", "on", "in", "by", "of", "for", "is", "it", "with", "each",
    "every", "at",
])


def draft(
    sentence: str, catalogue: Catalogue, current: dict[str, Json] | None = None, *, ways: Sequence[Way] = ()
) -> Proposal:
    """The draft of `sentence`, read in these ways; `current` is the document it would replace, whose name and
    description stay.

    Raises InvalidDocument for a sentence that is empty or too long.
    """
    text = check_sentence(sentence)
    reading = read(text, catalogue, ways=ways)
    built = Built(reading.steps)
    definition = {"Comment": text[:1000], **built.definition}
    document = _document(text, definition, reading.triggers, current)
    to_dos = [*(ToDo(None, "/triggers", text) for text in reading.to_dos), *built.to_dos]
    order: dict[str | None, int] = {}
    for place, item in enumerate(states_of(definition)):
        order[item.name] = place
    to_dos.sort(key=lambda to_do: order.get(to_do.state, -1))
    return Proposal(
        document, tuple(built.plan), tuple(to_dos), tuple(validate(definition)), changes_between(current, document),
        "offline", 0, (*reading.notes, *built.notes),
    )


def check_sentence(sentence: str) -> str:
    """The sentence, trimmed. Raises InvalidDocument for one that is empty or too long."""
    text = sentence.strip()
    if not text:
        raise InvalidDocument("the sentence is empty", where="sentence", advice="Say what the workflow should do.")
    if len(text) > LONGEST:
        raise InvalidDocument(f"the sentence has {len(text)} characters; at most {LONGEST} are read", where="sentence")
    return text


def name_of(sentence: str) -> str:
    """A workflow's name from a sentence: its first words that say something."""
    words = [word.lower() for word in re.findall(r"[A-Za-z0-9]+", sentence) if word.lower() not in _STOP]
    return "_".join(words[:4])[:60] or "draft"


def _document(
    text: str, definition: dict[str, Json], triggers: list[dict[str, Json]], current: dict[str, Json] | None
) -> dict[str, Json]:
    kept = {name: value for name, value in (current or {}).items() if name not in ("definition", "cases")}
    document = {"name": name_of(text), "description": text[:500], **kept, "definition": definition}
    if triggers:
        document["triggers"] = triggers
    return document
