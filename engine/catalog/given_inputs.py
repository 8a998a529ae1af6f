"""What a Task gives its connector, as far as the definition writes it out.

Found are a required input that it leaves out or writes as an empty text, a name that is no input of the action, and a
value of another type than the input's.

What an expression or a path gives is not known here, nor is a Task's whole input, which it has without Arguments.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import StateText, language_of
from engine.errors import Diagnostic
from engine.language.asl.resources import plain_resource
from engine.ports.tasks import TaskInput, TaskPolicy, Tasks
from engine.values import is_number, json_type, with_article

Json = Any

_SECRET = frozenset(("$secret", "$secret.$"))


def input_problems(state: StateText, tasks: Tasks) -> Iterator[Diagnostic]:
    """An error for each input with which every call of the Task `state` would fail. An empty text may stand where the
    connector says so: by ``minLength: 0``, or by an ``enum`` that holds it."""
    resource = state.own.get("Resource")
    if not state.is_task or not isinstance(resource, str):
        return
    jsonata = language_of(state) == "JSONata"
    field = "Arguments" if jsonata else "Parameters"
    policy = tasks.policy(plain_resource(resource))
    given, place = state.own.get(field), f"{state.place}/{field}"
    if policy.inputs is None or not isinstance(given, dict) or not _is_plain(given):
        return
    for at, name, code in _lacking(_not_filled(policy, given), given, place, jsonata=jsonata):
        what = "is missing" if code == "REQUIRED_INPUT_MISSING" else "is empty"
        yield Diagnostic(
            code,
            f"state {state.name!r}: {resource} requires the input {name!r}, which {what}: every call would fail. "
            f"Write a value, or {'an expression in {% %}' if jsonata else f'a path as {name}.$'}", at,
        )
    for group in policy.one_of:
        if not any(name in given or (not jsonata and f"{name}.$" in given) for name in group):
            yield Diagnostic(
                "REQUIRED_INPUT_MISSING",
                f"state {state.name!r}: {resource} requires one of the inputs {', '.join(group)}: every call would "
                "fail",
                place,
            )
    for written in given:
        name = written if jsonata else written.removesuffix(".$")
        if name not in policy.inputs and not _is_secret(given[written]):
            yield Diagnostic(
                "UNKNOWN_INPUT",
                f"state {state.name!r}: {written!r} is no input of {resource}: every call would fail. "
                f"{_instead(name, policy.inputs)}", f"{place}/{written}",
            )
    for at, name, kinds, kind in _of_other_types(policy.inputs, given, place, jsonata=jsonata):
        yield Diagnostic(
            "INPUT_OF_OTHER_TYPE",
            f"state {state.name!r}: the input {name!r} of {resource} must be {kinds}, not {kind}: "
            "every call would fail",
            at,
        )


def _not_filled(policy: TaskPolicy, given: Mapping[str, Json]) -> Mapping[str, TaskInput]:
    """The inputs that no connection fills."""
    inputs = policy.inputs or {}
    if not policy.connections or "connection" not in given:
        return inputs
    filled = {name.partition(".")[0] for names in policy.connections.values() for name in names}
    return {name: known for name, known in inputs.items() if name not in filled}


def _lacking(
    inputs: Mapping[str, TaskInput], given: Json, place: str, *, jsonata: bool
) -> Iterator[tuple[str, str, str]]:
    """The place, the name and the code of each that is missing or empty."""
    if not _is_plain(given):
        return
    for name, known in inputs.items():
        if name not in given:
            if known.required and (jsonata or f"{name}.$" not in given):
                yield f"{place}/{name}", name, "REQUIRED_INPUT_MISSING"
        elif given[name] == "":
            if known.required and known.minLength != 0 and "" not in (known.enum or ()):
                yield f"{place}/{name}", name, "REQUIRED_INPUT_EMPTY"
        elif known.properties:
            yield from _lacking(known.properties, given[name], f"{place}/{name}", jsonata=jsonata)


def _of_other_types(
    inputs: Mapping[str, TaskInput], given: Json, place: str, *, jsonata: bool
) -> Iterator[tuple[str, str, str, str]]:
    """The place and the name of each value of another type, the types that it may have, and its own."""
    if not _is_plain(given):
        return
    for name, known in inputs.items():
        value = given.get(name)
        if name not in given or _is_secret(value) or (jsonata and isinstance(value, str) and value.startswith("{%")):
            continue
        if value == "" and known.required:
            continue  # an empty one, of which is told
        if known.types and not any(_is(value, kind) for kind in known.types):
            kinds = " or ".join(map(with_article, known.types))
            yield f"{place}/{name}", name, kinds, with_article(json_type(value))
        elif known.properties:
            yield from _of_other_types(known.properties, value, f"{place}/{name}", jsonata=jsonata)


def _is(value: Json, kind: str) -> bool:
    """JSON Schema's types: 1.0 is an integer, true is no number."""
    if kind == "integer":
        return is_number(value) and float(value).is_integer()
    return json_type(value) == kind


def _is_plain(given: Json) -> bool:
    """Whether its members are known."""
    return isinstance(given, dict) and not given.keys() & _SECRET


def _is_secret(value: Json) -> bool:
    """Whether a secret's value stands in its place when it is called: of that nothing is known."""
    return isinstance(value, dict) and bool(value.keys() & _SECRET)


def _instead(name: str, inputs: Mapping[str, TaskInput]) -> str:
    near = difflib.get_close_matches(name, inputs, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"It takes {', '.join(inputs)}" if inputs else "It takes none"
