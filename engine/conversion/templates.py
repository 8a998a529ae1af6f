"""The state machines of a CloudFormation or SAM template: resources of the types

- AWS::StepFunctions::StateMachine, with a DefinitionString (JSON text, often in Fn::Sub or Fn::Join) or a Definition;
- AWS::Serverless::StateMachine, with a Definition; a DefinitionUri leads to another file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.conversion.found import Candidate, Conversion, Format, Note, name_of
from engine.conversion.intrinsics import Intrinsics
from engine.errors import InvalidDocument
from engine.language.asl.source import parse_text
from engine.values import mapped

Json = Any

_PLAIN, _SERVERLESS = "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"
_ELSEWHERE = ("DefinitionUri", "DefinitionS3Location")


def is_template(value: Json) -> bool:
    """Whether `value` looks like a template."""
    return isinstance(value, dict) and isinstance(value.get("Resources"), dict)


def with_files(template: Mapping[str, Json], read: Callable[[str], Json]) -> dict[str, Json]:
    """`template` with each definition that stands in a file beside it in its place. `read` gives what a file holds,
    None for one that is not there."""
    def filled(resource: Json) -> Json:
        place = _place_elsewhere(resource) if _is_machine(resource) else None
        definition = read(place) if isinstance(place, str) else None
        if definition is None:
            return resource
        kept = {name: value for name, value in resource["Properties"].items() if name not in _ELSEWHERE}
        return {**resource, "Properties": {**kept, "Definition": definition}}

    return {**template, "Resources": {name: filled(item) for name, item in template["Resources"].items()}}


def from_template(template: Mapping[str, Json]) -> Conversion:
    """Every state machine whose definition stands in the template. Raises InvalidDocument when there is none."""
    kind: Format = "sam" if _is_sam(template) else "cloudformation"
    machines = {name: resource for name, resource in template["Resources"].items() if _is_machine(resource)}
    if not machines:
        raise InvalidDocument(
            "the template has no state machine", where="/Resources",
            advice=f"A state machine is a resource of the type {_PLAIN} or {_SERVERLESS}.",
        )
    elsewhere = [name for name, resource in machines.items() if _place_elsewhere(resource) is not None]
    places = ", ".join(f"{name}: {_place_elsewhere(machines[name])}" for name in elsewhere)
    left = [Note(f"definitions stand in other files and were not taken over ({places})")] if elsewhere else []
    found = [_candidate(template, name, machines[name], left) for name in machines if name not in elsewhere]
    if not found:
        raise InvalidDocument(
            f"the definitions stand in other files ({places})", where="/Resources",
            advice="Give that file itself: a bare definition in JSON or YAML is taken as it is.",
        )
    return Conversion(kind, found)


def _is_sam(template: Mapping[str, Json]) -> bool:
    types = (item.get("Type") for item in template["Resources"].values() if isinstance(item, dict))
    return "AWS::Serverless" in str(template.get("Transform", "")) or any(
        str(kind).startswith("AWS::Serverless::") for kind in types
    )


def _is_machine(resource: Json) -> bool:
    return isinstance(resource, dict) and resource.get("Type") in (_PLAIN, _SERVERLESS)


def _place_elsewhere(resource: Mapping[str, Json]) -> Json:
    properties = resource.get("Properties") or {}
    return next((properties[name] for name in _ELSEWHERE if name in properties), None)


def _candidate(
    template: Mapping[str, Json], logical: str, resource: Mapping[str, Json], left: Sequence[Note]
) -> Candidate:
    properties: dict[str, Json] = resource.get("Properties") or {}
    intrinsics = Intrinsics(template)
    definition = _definition(logical, properties, intrinsics)
    given = intrinsics.filled(properties.get("StateMachineName", properties.get("Name")))
    name = name_of(given if isinstance(given, str) else logical)
    document: dict[str, Json] = {"name": name}
    if properties.get("StateMachineType", properties.get("Type")) == "EXPRESS":
        document["kind"] = "EXPRESS"
    tags = _tags(intrinsics.filled(properties.get("Tags")))
    if tags:
        document["tags"] = tags
    document["definition"] = definition
    notes = [Note(text) for text in intrinsics.notes]
    events = properties.get("Events")
    if isinstance(events, dict):
        notes += [Note(f"the event {event} was not taken over: give the workflow a trigger") for event in events]
    return Candidate.noted(name, document, [*notes, *left])


def _definition(logical: str, properties: Mapping[str, Json], intrinsics: Intrinsics) -> dict[str, Json]:
    where = f"/Resources/{logical}/Properties"
    text = intrinsics.filled(properties.get("DefinitionString"))
    if isinstance(text, str):
        begins_as_json = text.lstrip()[:1] == "{"
        try:
            definition = parse_text(text, name="definition.json" if begins_as_json else "definition.yaml").value
        except InvalidDocument as error:
            raise InvalidDocument(
                f"the definition of {logical} cannot be read: {error.message} ({error.where})",
                where=f"{where}/DefinitionString", advice=error.advice,
            ) from None
    else:
        definition = text if text is not None else intrinsics.filled(properties.get("Definition"))
    if not isinstance(definition, dict):
        raise InvalidDocument(f"the state machine {logical} has no definition", where=where)
    substitutions = properties.get("DefinitionSubstitutions")
    values = substitutions if isinstance(substitutions, dict) else {}
    filled = {name: intrinsics.filled(value) for name, value in values.items()}
    substituted: dict[str, Json] = mapped(definition, lambda value: _substituted(value, filled))
    return substituted


def _substituted(value: Json, values: Mapping[str, Json]) -> Json:
    """DefinitionSubstitutions: ``${Name}`` in a text; a text that is nothing else becomes the value itself."""
    if not isinstance(value, str) or "${" not in value:
        return value
    for name, item in values.items():
        if value == f"${{{name}}}":
            return item
        value = value.replace(f"${{{name}}}", item if isinstance(item, str) else str(item))
    return value


def _tags(value: Json) -> dict[str, str]:
    if isinstance(value, list):
        value = {item["Key"]: item.get("Value") for item in value if isinstance(item, dict) and "Key" in item}
    return {str(name): str(item) for name, item in value.items()} if isinstance(value, dict) else {}
