"""Stubs to begin with: for each resource that a definition calls, an answer of the shape that the real one has.

An AWS service's is the operation's response, as botocore's model has it (engine.adapters.aws.service_shapes); an
ItemReader's a file's text of its InputType, or a listing; a connector's the outputs that its action declares. All
else is {}: what functions, activities, answers to a task token and the ends of jobs give is theirs to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.catalog.states import StateText, states_of
from engine.language.asl.file_paths import FILE_READ
from engine.language.asl.resources import parse_resource

Json = Any

_BODIES: Mapping[str, str] = {"JSON": '[{"id": 1}]', "JSONL": '{"id": 1}\n', "CSV": "id\n1\n"}
_VALUES: Mapping[str, Json] = {
    "string": "text", "number": 0, "integer": 0, "boolean": False, "array": [], "object": {}, "null": None,
}


def example_stubs(definition: Json, outputs: Callable[[str], Mapping[str, Json]]) -> dict[str, list[dict[str, Json]]]:
    """Stubs in the shape of `engine.testing.stubs`, one answer for each state that calls something. `outputs` gives the
    JSON types of a connector's outputs, by name."""
    stubs: dict[str, list[dict[str, Json]]] = {}
    for state in states_of(definition):
        for resource, answer in _answers(state, outputs):
            stubs.setdefault(resource, []).append({"state": state.name, "output": answer})
    return stubs


def _answers(state: StateText, outputs: Callable[[str], Mapping[str, Json]]) -> Iterator[tuple[str, Json]]:
    resource = state.state.get("Resource")
    if state.is_task and isinstance(resource, str):
        yield resource, _answer(resource, outputs)
    reader = state.state.get("ItemReader")
    if isinstance(reader, dict) and isinstance(reader.get("Resource"), str):
        config = reader.get("ReaderConfig")
        kind = config.get("InputType", "JSON") if isinstance(config, dict) else ""
        one_file = reader["Resource"].endswith(":getObject") or reader["Resource"] == FILE_READ
        body = _BODIES.get(kind, "") if one_file else None
        yield reader["Resource"], {"Contents": [{"Key": "text", "Size": 0}]} if body is None else {"Body": body}


def _answer(resource: str, outputs: Callable[[str], Mapping[str, Json]]) -> Json:
    from engine.adapters.aws.service_shapes import example_response  # noqa: PLC0415  botocore for those who use it

    if resource.startswith("connector:"):
        return {name: _VALUES.get(kind) for name, kind in outputs(resource).items()}
    return example_response(parse_resource(resource)) or {}
