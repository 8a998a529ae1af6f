"""Reading what the model writes as a document and as cases.

A model writes texts where objects are meant, and names with spaces. What can mean one thing alone is taken so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument, is_bare_definition, parse_document
from engine.catalog.states import states_of
from engine.catalog.wording import in_words, named
from engine.copilot.proposal import ToDo
from engine.errors import InvalidDocument, json_pointer
from engine.values import no_constant

Json = Any

CHANGED = ("description", "definition", "triggers", "input_schema")
"""The parts of a document that the model may change. All else stays as it is in the draft on the canvas."""
_IGNORED = frozenset({"name", "cases", "version", "studio", "$schema"})
"""Parts that a model repeats, and that are not its to change: they are passed over."""
_EXPECTED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


def unwrapped(given: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments of `propose`, with the parts that were handed in as a text of JSON read."""
    return {name: _from_text(value) if name in ("document", "clauses", "cases") else value
            for name, value in given.items()}


def document_of(given: Json, current: Mapping[str, Json]) -> WorkflowDocument:
    """The document that the model means: `current` with the parts that it gives. What `current` says about a state that
    is gone is left out. Raises InvalidDocument, with every problem and its place."""
    given = _from_text(given)
    if is_bare_definition(given):
        given = {"definition": given}
    definition = _from_text(given.get("definition")) if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(definition, dict):
        raise InvalidDocument("the document has no 'definition'", where="/document/definition",
                              advice='Give {"definition": {"QueryLanguage": "JSONata", "StartAt": …, "States": …}}.')
    for name in given.keys() - set(CHANGED) - _IGNORED:
        if given[name] not in (current.get(name), None):
            raise InvalidDocument(
                f"{name} is no part of a draft", where=f"/document/{name}",
                advice=f"Give {', '.join(CHANGED)} alone, and say in open of the clause that asks for it that the "
                "person sets it.",
            )
    changed = {key: given[key] for key in CHANGED if given.get(key) is not None} | {"definition": definition}
    kept = {key: value for key, value in current.items() if key != "cases"}
    return parse_document({**_without_gone(kept, definition), **changed})


def taken_away(
    current: Mapping[str, Json], document: Mapping[str, Json], named: set[str]
) -> Iterator[ToDo]:
    """A to-do for each trigger, input schema and mark of a state that the draft changes or takes away and no clause
    names."""
    if not any(place.startswith("/triggers") for place in named):
        now = list(document.get("triggers") or ())
        for trigger in current.get("triggers") or ():
            if isinstance(trigger, dict) and trigger not in now:
                kind = trigger.get("type")
                what = "changes" if any(kind == each.get("type") for each in now) else "takes away"
                yield ToDo(None, "/triggers", f"The draft {what} the trigger of the type {kind}.")
    before, after = current.get("input_schema"), document.get("input_schema")
    if before and before != after and "/input_schema" not in named:
        yield ToDo(None, "/input_schema", f"The draft {'changes' if after else 'takes away'} the input schema.")
    for name in _marked(current) - _marked(document):
        yield ToDo(None, "", f"{name} is gone, and with it what the document said about it (at_most_once, sensitive). "
                   "Say it again of the state in its place, if there is one.")


def case_of(given: Json, index: int) -> Case:
    """A test case as the model wrote it. Raises InvalidDocument, naming the place in ``/cases``."""
    try:
        return Case.model_validate(_plainly(given, index))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = json_pointer(("cases", index, *first["loc"]))
        raise InvalidDocument(in_words(first, named(first["loc"])), where=place, advice=_advice(first["loc"])) from None


def _advice(place: tuple[str | int, ...]) -> str | None:
    if "stubs" in place:
        return ('Stubs are {"resource": [{"output": …}]}: each answer has one of "output", "error" and "timed_out", '
                'beside it "state" or "cause".')
    if "expect" in place:
        return 'expect is {"status": "SUCCEEDED" or "FAILED", "states": [names], "error": …, "output": …}.'
    return None


def _plainly(given: Json, index: int) -> Json:
    """The case with its name, its stubs and its status in their form, and without what a case does not have."""
    if not isinstance(given, dict):
        return given
    case = {key: value for key, value in given.items() if key not in ("description", "comment")}
    case["name"] = re.sub(r"[^A-Za-z0-9_-]+", "-", str(case.get("name", ""))).strip("-")[:80] or f"case-{index + 1}"
    case.setdefault("input", {})
    if isinstance(case.get("stubs"), dict):
        case["stubs"] = {name: value if isinstance(value, list) else [value] for name, value in case["stubs"].items()}
    expected = case.get("expect")
    if isinstance(expected, dict) and isinstance(expected.get("status"), str):
        status = expected["status"].upper().replace("SUCCESS", "SUCCEEDED").replace("SUCCEEDEDED", "SUCCEEDED")
        case["expect"] = {**expected, "status": status if status in _EXPECTED else expected["status"]}
    return case


def _from_text(value: Json) -> Json:
    """The value that a text of JSON holds; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_constant=no_constant)
    except (ValueError, RecursionError):
        return value


def _marked(document: Mapping[str, Json]) -> set[str]:
    """The states of which the document says something beside its definition."""
    results = (document.get("sensitive") or {}).get("results") or {}
    return {*(document.get("at_most_once") or ()), *results}


def _without_gone(document: Mapping[str, Json], definition: Json) -> dict[str, Json]:
    """The document without what it says about states that the definition does not have."""
    names = {state.name for state in states_of(definition)}
    kept = dict(document)
    if kept.get("at_most_once"):
        kept["at_most_once"] = [name for name in kept["at_most_once"] if name in names]
    sensitive = kept.get("sensitive")
    if isinstance(sensitive, dict) and isinstance(sensitive.get("results"), dict):
        results = {name: value for name, value in sensitive["results"].items() if name in names}
        kept["sensitive"] = {**sensitive, "results": results}
    return kept
