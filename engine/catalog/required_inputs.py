"""The inputs of a Task that its connector requires and that the definition leaves out, or writes as an empty text.

What an expression or a path gives is not known here, nor is a Task's whole input, which it has without Arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog.states import StateText, language_of
from engine.errors import Diagnostic
from engine.language.asl.resources import plain_resource
from engine.ports.tasks import TaskInput, Tasks

Json = Any


def input_problems(state: StateText, tasks: Tasks) -> Iterator[Diagnostic]:
    """An error for each input that the Task `state` must give and does not. An empty text is none where the connector
    says that it may stand there: by ``minLength: 0``, or by an ``enum`` that holds it."""
    resource = state.own.get("Resource")
    if not state.is_task or not isinstance(resource, str):
        return
    jsonata = language_of(state) == "JSONata"
    field = "Arguments" if jsonata else "Parameters"
    policy = tasks.policy(plain_resource(resource))
    inputs, given = policy.inputs, state.own.get(field)
    if inputs is not None and policy.connections and isinstance(given, dict) and "connection" in given:
        filled = {name.partition(".")[0] for names in policy.connections.values() for name in names}
        inputs = {name: known for name, known in inputs.items() if name not in filled}
    if inputs is not None:
        for place, name, code in _lacking(inputs, given, f"{state.place}/{field}", jsonata=jsonata):
            what = "is missing" if code == "REQUIRED_INPUT_MISSING" else "is empty"
            yield Diagnostic(
                code,
                f"state {state.name!r}: {resource} requires the input {name!r}, which {what}: every call would fail. "
                f"Write a value, or {'an expression in {% %}' if jsonata else f'a path as {name}.$'}", place,
            )


def _lacking(
    inputs: Mapping[str, TaskInput], given: Json, place: str, *, jsonata: bool
) -> Iterator[tuple[str, str, str]]:
    """The place, the name and the code of each."""
    if not isinstance(given, dict) or given.keys() & {"$secret", "$secret.$"}:
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
