"""The data-flow fields that states share, compiled: InputPath … OutputPath, Arguments and Output, Assign.

A field that is absent, or that changes nothing (``"InputPath": "$"``), compiles to None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InvalidExpression
from engine.language.asl.model import Evaluate, Place
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.reference import compile_reference
from engine.language.expr.template import Template, compile_jsonata_template, compile_payload_template
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Flow:
    """A state's data flow; the fields are those of engine.language.asl.model.State."""

    input_path: Evaluate | None = None
    parameters: Evaluate | None = None
    result_selector: Evaluate | None = None
    place: Place | None = None
    output_path: Evaluate | None = None
    output: Evaluate | None = None
    assign: Evaluate | None = None
    secret_refs: tuple[tuple[str, str], ...] = ()

    def fields(self) -> dict[str, Json]:
        """As keyword arguments of a state."""
        return {
            "input_path": self.input_path, "parameters": self.parameters, "result_selector": self.result_selector,
            "place": self.place, "output_path": self.output_path, "output": self.output, "assign": self.assign,
        }


def compile_flow(definition: Mapping[str, Json], *, jsonata: bool) -> Flow:
    """The flow of a state."""
    assign = payload(definition, "Assign", jsonata=jsonata)
    if jsonata:
        arguments = payload(definition, "Arguments", jsonata=True)
        output = payload(definition, "Output", jsonata=True)
        return Flow(
            parameters=_render(arguments), output=_render(output), assign=_render(assign),
            secret_refs=arguments.secret_refs if arguments else (),
        )
    parameters = payload(definition, "Parameters", jsonata=False)
    return Flow(
        input_path=_whole_or_path(definition, "InputPath"), parameters=_render(parameters),
        result_selector=_render(payload(definition, "ResultSelector", jsonata=False)),
        place=result_path(definition), output_path=_whole_or_path(definition, "OutputPath"), assign=_render(assign),
        secret_refs=parameters.secret_refs if parameters else (),
    )


def payload(definition: Mapping[str, Json], field: str, *, jsonata: bool, within: str = "") -> Template | None:
    """A payload template (JSONPath) or a value with expressions in it (JSONata); None where the field is absent.

    `within` is where `definition` stands in its state, as causes name it: ``Catch[0]/``.
    """
    if field not in definition:
        return None
    value = definition[field]
    if field == "Assign" and not isinstance(value, dict):
        raise InvalidExpression("'Assign' must be an object: the variables by their names")
    return compile_jsonata_template(value, f"{within}{field}") if jsonata else compile_payload_template(value, field)


def _render(template: Template | None) -> Evaluate | None:
    return template.render if template else None


def jsonpath_path(text: str) -> Evaluate:
    """A path that must lead somewhere, in the words AWS uses for a state's own paths."""
    path = compile_path(text)
    if text == "$":
        return lambda scope: scope.input
    return path.read


def _whole_or_path(definition: Mapping[str, Json], field: str) -> Evaluate | None:
    """InputPath or OutputPath: absent and ``$`` change nothing; null gives ``{}``."""
    text = definition.get(field, "$")
    if text is None:
        return lambda _scope: {}
    return None if text == "$" else jsonpath_path(text)


def result_path(definition: Mapping[str, Json]) -> Place | None:
    """ResultPath: absent and ``$`` replace (None); null keeps the input; a reference path puts the result into it."""
    text = definition.get("ResultPath", "$")
    if text is None:
        return lambda original, _result: original
    if text == "$":
        return None
    reference = compile_reference(text)
    return reference.put

