"""What a model answered, to a document that holds, or to findings to send back.

Nothing a model says is believed: the JSON is read within limits, the document is parsed and linted like anybody's, a
connector action must be in the catalogue with its required inputs, and a secret must be a SecretRef.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from engine.catalog.document import is_bare_definition, parse_document
from engine.catalog.states import states_of
from engine.copilot.catalogue import Catalogue
from engine.copilot.proposal import PlanStep, Proposal, ToDo, changes_between
from engine.errors import Diagnostic, InvalidDocument
from engine.language.asl.validate import validate
from engine.records import dataclass
from engine.values import no_constant

Json = Any

MOST_CHARACTERS = 400_000
MOST_FINDINGS = 20
_KEPT = ("definition", "triggers")
"""What of a document a model may change; a new one also gets its name and description."""

_PARSED = ("name", "description", "kind", *_KEPT)
"""What is held against the document's schema: a fault in the rest is not the model's."""


@dataclass(slots=True)
class Checked:
    """`proposal` where the answer holds, else `findings`: sentences for the model."""

    proposal: Proposal | None = None
    findings: list[str] = field(default_factory=list)


def check_answer(
    text: str, *, complete: bool, current: Mapping[str, Json] | None, name: str, catalogue: Catalogue,
) -> Checked:
    """The proposal that an answer makes of `current` (None: a new document called `name`)."""
    if not complete:
        return Checked(findings=["The answer was cut off before its end. Answer shorter: fewer states, no comments."])
    try:
        answer = _json_in(text)
    except ValueError as problem:
        return Checked(findings=[f"The answer is no JSON object: {problem}. Answer with the JSON object alone."])
    document = _document(answer, current, name)
    if document is None:
        return Checked(findings=['The answer lacks "document" with its "definition".'])
    try:
        parse_document({key: document[key] for key in _PARSED if key in document})
    except InvalidDocument as problem:
        places = [f"{item['where']}: {item['message']}" for item in problem.details or ()]
        return Checked(findings=places[:MOST_FINDINGS] or [problem.message])
    found = validate(document["definition"], kind=str(document.get("kind", "STANDARD")))
    findings = [str(item) for item in found if item.severity == "ERROR"]
    findings += _resource_findings(document["definition"], catalogue)
    if findings:
        return Checked(findings=findings[:MOST_FINDINGS])
    return Checked(_proposal(answer, document, current, found))


def _json_in(text: str) -> dict[str, Json]:
    """The first JSON object in `text`, which may stand in a fence or among words. Raises ValueError."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it has more than {MOST_CHARACTERS} characters")
    start = text.find("{")
    if start < 0:
        raise ValueError("there is no { in it")
    try:
        value, _ = json.JSONDecoder(parse_constant=no_constant).raw_decode(text, start)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - read as any other fault of the text
    return value


def _document(answer: dict[str, Json], current: Mapping[str, Json] | None, name: str) -> dict[str, Json] | None:
    given = answer.get("document", answer)
    if is_bare_definition(given):
        given = {"definition": given}
    if not isinstance(given, dict) or not isinstance(given.get("definition"), dict):
        return None
    changed = {key: given[key] for key in _KEPT if key in given}
    if current is not None:
        return {**current, **changed}
    description = given.get("description", "")
    return {"name": name, **({"description": description} if description else {}), **changed}


def _resource_findings(definition: Json, catalogue: Catalogue) -> Iterator[str]:
    """Actions that are not there, required inputs that are not given, secrets that are written out."""
    for item in states_of(definition):
        name, state = item.name, item.state
        resource = state.get("Resource")
        if not isinstance(resource, str) or not resource.startswith("connector:"):
            continue
        fact = catalogue.get(resource)
        if fact is None:
            yield f"/States/{name}/Resource: {resource} is not in the catalogue. Use an action that is."
            continue
        if fact.resource != resource:
            yield f"/States/{name}/Resource: write {fact.resource}."
        arguments = state.get("Arguments", state.get("Parameters"))
        if not isinstance(arguments, dict):
            continue
        for key, spec in fact.inputs.items():
            if spec.required and key not in arguments and f"{key}.$" not in arguments:
                yield f"/States/{name}/Arguments: {key} is required."
            if spec.secret and key in arguments and not _is_reference(arguments[key]):
                yield f'/States/{name}/Arguments/{key}: a secret is a reference: {{"$secret": "KEY"}}.'


def _is_reference(value: Json) -> bool:
    return isinstance(value, dict) and set(value) == {"$secret"}


def _proposal(
    answer: dict[str, Json], document: dict[str, Json], current: Mapping[str, Json] | None, found: list[Diagnostic]
) -> Proposal:
    states = list(states_of(document["definition"]))
    names = {item.name for item in states}
    plan = tuple(_plan(answer.get("plan"), names)) or tuple(
        PlanStep(str(item.state.get("Comment") or item.name), (item.name,)) for item in states)
    to_dos = (*_to_dos(answer.get("to_dos"), names), *_blanks(document["definition"]))
    return Proposal(document, plan, tuple(dict.fromkeys(to_dos)), tuple(found), changes_between(current, document))


def _plan(value: Json, names: set[str]) -> Iterator[PlanStep]:
    for item in value if isinstance(value, list) else ():
        text = item.get("text") if isinstance(item, dict) else item
        states = item.get("states") if isinstance(item, dict) else None
        if isinstance(text, str) and text.strip():
            known = [name for name in states if name in names] if isinstance(states, list) else []
            yield PlanStep(text.strip()[:500], tuple(known))


def _to_dos(value: Json, names: set[str]) -> Iterator[ToDo]:
    for item in value if isinstance(value, list) else ():
        text = item.get("text") if isinstance(item, dict) else item
        if not isinstance(text, str) or not text.strip():
            continue
        state, pointer = (item.get("state"), item.get("pointer")) if isinstance(item, dict) else (None, None)
        yield ToDo(
            state if isinstance(state, str) and state in names else None,
            pointer if isinstance(pointer, str) and pointer.startswith("/") else "", text.strip()[:500],
        )


def _blanks(definition: Json) -> Iterator[ToDo]:
    """What a person must look at whatever the model said: texts with TODO."""
    for item in states_of(definition):
        name, arguments = item.name, item.state.get("Arguments")
        for key, value in arguments.items() if isinstance(arguments, dict) else ():
            if isinstance(value, str) and "TODO" in value:
                yield ToDo(name, f"/Arguments/{key}", value)
