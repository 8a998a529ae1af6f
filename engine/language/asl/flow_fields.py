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

Json = Any


SecretRefs = tuple[tuple[str, str], ...]
"""Those that stand literally in the arguments: pairs of a JSON pointer into them and a KEY."""


def compile_flow(definition: Mapping[str, Json], *, jsonata: bool) -> tuple[dict[str, Any], SecretRefs]:
    """The flow of a state, as those fields of engine.language.asl.model.State, and the SecretRefs of its arguments."""
    arguments = payload(definition, "Arguments" if jsonata else "Parameters", jsonata=jsonata)
    flow: dict[str, Any] = {
        "parameters": arguments.render if arguments else None, "fixed": arguments is not None and arguments.constant,
        "assign": rendered(definition, "Assign", jsonata=jsonata),
    }
    if jsonata:
        flow["output"] = rendered(definition, "Output", jsonata=True)
    else:
        flow |= {
            "input_path": _whole_or_path(definition, "InputPath"),
            "output_path": _whole_or_path(definition, "OutputPath"),
            "result_selector": rendered(definition, "ResultSelector", jsonata=False),
            "place": result_path(definition),
        }
    return flow, arguments.secret_refs if arguments else ()


def rendered(definition: Mapping[str, Json], field: str, *, jsonata: bool, within: str = "") -> Evaluate | None:
    """What a payload template (JSONPath) or a value with expressions in it (JSONata) gives; None where the field is
    absent.

    `within` is where `definition` stands in its state, as causes name it: ``Catch[0]/``.
    """
    template = payload(definition, field, jsonata=jsonata, within=within)
    return template.render if template else None


def payload(definition: Mapping[str, Json], field: str, *, jsonata: bool, within: str = "") -> Template | None:
    """Likewise, the template itself."""
    if field not in definition:
        return None
    value = definition[field]
    if field == "Assign" and not isinstance(value, dict):
        raise InvalidExpression("'Assign' must be an object: the variables by their names")
    return compile_jsonata_template(value, f"{within}{field}") if jsonata else compile_payload_template(value, field)


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

