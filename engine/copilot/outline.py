"""The outline of a request, without a model: one step to be filled in for each clause, in order.

Nothing is guessed: no condition, no number, no service. Each step passes its input on and says in a TODO which clause
it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.catalog.states import MOST_NAME, unused_name
from engine.copilot.clauses import check_request, clauses_of, without_and
from engine.copilot.proposal import PlanStep, Proposal, ToDo, changes_between
from engine.language.asl.validate import validate

Json = Any

MOST_STEPS = 60
_NAME_WORDS = 6


def outline(request: str, current: Mapping[str, Json] | None = None) -> Proposal:
    """A draft with one Pass state for each clause of `request`. It keeps the name of `current`, the document that it
    replaces. Raises InvalidDocument for a request that is empty, too long or without a word."""
    text = check_request(request, where="sentence")
    found = tuple(map(without_and, clauses_of(text))) or (text,)
    steps = (*found[:MOST_STEPS - 1], ", ".join(found[MOST_STEPS - 1:])) if len(found) > MOST_STEPS else found
    names: list[str] = []
    for clause in steps:
        names.append(unused_name(_step_name(clause), names))
    following: list[str | None] = [*names[1:], None]
    states = {
        name: {"Type": "Pass", "Comment": f"TODO: {clause}", **({"Next": after} if after else {"End": True})}
        for name, clause, after in zip(names, steps, following, strict=True)
    }
    definition = {"Comment": text[:1000], "QueryLanguage": "JSONata", "StartAt": names[0], "States": states}
    kept = {key: value for key, value in (current or {}).items() if key not in ("definition", "cases", "triggers")}
    document = {"name": name_of(text), "description": text[:500], **kept, "definition": definition}
    return Proposal(
        document, tuple(PlanStep(clause, (name,)) for name, clause in zip(names, steps, strict=True)),
        tuple(ToDo(name, "", clause) for name, clause in zip(names, steps, strict=True)),
        tuple(validate(definition)), changes_between(current, document),
    )


def name_of(text: str) -> str:
    """A name for a workflow from the first words of `text` that have Latin letters or digits; "draft" without any."""
    words = [word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2]
    return "_".join(words[:4])[:60] or "draft"


def _step_name(clause: str) -> str:
    words = clause.replace("/", " ").split()
    name = " ".join(words[:_NAME_WORDS])[:MOST_NAME - 4].strip(" .,;:") or "Step"
    return name[:1].upper() + name[1:]
