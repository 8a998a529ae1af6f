"""What is wrong with the marks of a document that is to be published: those that mark nothing, and what could be
searched for. Places in a definition are AWS's: the definition itself is "/".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.catalog.states import states_of
from engine.errors import Diagnostic, json_pointer, location
from engine.language.asl.resources import START_EXECUTION
from engine.language.sensitive.declaring import declared_of
from engine.language.sensitive.expressions import Env, template_marks
from engine.language.sensitive.flow import Declared, assigned_names, flow_of, key_marks
from engine.language.sensitive.places import ANY, DEEP, Marks, Place, at, parse_pointer, written
from engine.language.sensitive.schemas import MARK, misplaced, missing_part
from engine.values import walk

if TYPE_CHECKING:
    from engine.catalog.triggers import Trigger

Json = Any

_PATH = re.compile(r"\s*(?:\{%\s*\$states\.input|\$)\.([\w.]+?)\s*(?:%\})?\s*")
"""A key that is a path of names, in either language."""


def sensitive_problems(
    sensitive: Json, input_schema: dict[str, Json] | None, business_key: str | None, definition: Json,
    triggers: Sequence[Trigger] = (),
) -> Iterator[Diagnostic]:
    """What is wrong with the marks of a document, in the order of its fields."""
    given = sensitive if isinstance(sensitive, dict) else {}
    if input_schema is not None:
        for fault in misplaced(input_schema):
            yield Diagnostic("SENSITIVE_MARK_MISPLACED", fault.why, json_pointer(("input_schema", *fault.path)))
        for index, pointer in enumerate(given.get("input", ())):
            yield from _unknown_in_schema(input_schema, pointer, index)
    yield from _elsewhere(definition)
    assigned = assigned_names(definition)
    for index, pointer in enumerate(given.get("variables", ())):
        name = (*parse_pointer(pointer), ANY)[0]
        if name not in (*assigned, ANY):
            yield Diagnostic(
                "SENSITIVE_FIELD_UNKNOWN", f"no state assigns the variable {name!r}{_meant(name, assigned)}",
                f"/sensitive/variables/{index}",
            )
    names = [state.name for state in states_of(definition)]
    for name in given.get("results", ()):
        if name not in names:
            yield Diagnostic(
                "SENSITIVE_FIELD_UNKNOWN", f"no state is called {name!r}{_meant(name, names)}",
                json_pointer(("sensitive", "results", name)),
            )
    yield from _searchable(sensitive, input_schema, business_key, definition)
    declared = declared_of(sensitive, input_schema)
    for index, trigger in enumerate(triggers):
        if _key_is_marked(trigger, declared):
            yield Diagnostic(
                "SENSITIVE_DEDUPE_KEY",
                f"the dedupe_key of {trigger} reads a sensitive field: the names of its executions follow from it, and "
                "whoever sees them could try values. Take a field that is not sensitive, such as the event's number",
                json_pointer(("triggers", index, "dedupe_key")),
            )


def _key_is_marked(trigger: Trigger, declared: Declared) -> bool:
    """Whether a trigger's key reads what is marked in the input that it gives. Of a key that is more than a path, what
    its template makes of it is not told."""
    key = trigger.dedupe_key
    if key is None or trigger.input is None:
        return bool(key_marks(key, declared))
    path = _PATH.fullmatch(key)
    if path is None:
        return False
    read = Env(input=frozenset({tuple(path[1].split("."))}))
    given = template_marks(trigger.input, read, jsonata=True) | template_marks(trigger.input, read, jsonata=False)
    marked = declared.input
    return any(_holds(marked, place) for place in given) or any(_holds(given, place) for place in marked)


def _holds(marks: Marks, place: Place) -> bool:
    """Whether something at `place` is marked, or within it."""
    for key in place:
        marks = at(marks, None if key in (ANY, DEEP) else key)
    return bool(marks)


def _unknown_in_schema(schema: Json, pointer: str, index: int) -> Iterator[Diagnostic]:
    place = parse_pointer(pointer)
    missing = missing_part(schema, place)
    if missing is None:
        return
    at, known = missing
    around: Place = place[:at]
    what = "the input" if not around else f"{written(around)} of the input"
    yield Diagnostic(
        "SENSITIVE_FIELD_UNKNOWN",
        f"{pointer!r} leads nowhere: by the input schema {what} has no {place[at]!r}{_meant(place[at], known)}",
        f"/sensitive/input/{index}",
    )


def _elsewhere(definition: Json) -> Iterator[Diagnostic]:
    for path, value in walk(definition):
        if path and path[-1] == MARK and value is True:
            yield Diagnostic(
                "SENSITIVE_MARK_MISPLACED",
                f"{MARK} is data here and marks nothing: it counts in the input schema. The field 'sensitive' of the "
                "document marks variables, results and the output", location(path), "WARNING",
            )


def _searchable(
    sensitive: Json, input_schema: Json, business_key: str | None, definition: Json
) -> Iterator[Diagnostic]:
    """Lists are searched by business key and by the error's name, and show them to all: neither may tell of a value."""
    declared = declared_of(sensitive, input_schema)
    if not declared:
        return
    if key_marks(business_key, declared):
        yield Diagnostic(
            "SENSITIVE_BUSINESS_KEY",
            f"the business key {business_key!r} reads a sensitive field: who may not see it could search for it. Take "
            "a field that is not sensitive, such as an order's number", "/business_key",
        )
    flow = flow_of(definition, declared)
    errors = flow.errors
    for state in states_of(definition):
        if state.name in errors:
            yield Diagnostic(
                "SENSITIVE_ERROR_NAME",
                f"state {state.name!r}: the error's name is read from a sensitive field, and lists are searched by it. "
                "Write the name out, and put what differs into the cause", state.place,
            )
        started = str(state.state.get("Resource", "")).startswith(START_EXECUTION)
        if started and at(flow.state(state.name).arguments, "Name"):
            yield Diagnostic(
                "SENSITIVE_EXECUTION_NAME",
                f"state {state.name!r}: the name of the execution that it starts reads a sensitive field, and names "
                "are shown to all. Leave Name out, or take a field that is not sensitive", state.place,
            )


def _meant(name: str, known: object) -> str:
    names = sorted(map(str, known)) if isinstance(known, list | frozenset | set | tuple) else []
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f". Did you mean {close[0]!r}?"
    return f". It knows {', '.join(names[:10])}" if names else ""
