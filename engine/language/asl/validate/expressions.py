"""Paths, payload templates and JSONata: every expression is compiled once, so that it is known to be well-formed.

Compiling also says which workflow variables an expression reads; they are recorded for the state it stands in.
A SecretRef (``{"$secret": "KEY"}``) is checked here too, for it can only stand in a template.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from engine.errors import InvalidExpression
from engine.language.asl.validate.inspection import (
    INVALID_JSONATA,
    JSONATA,
    SCHEMA,
    UNSUPPORTED_JSONATA,
    Inspection,
    Json,
    Spot,
)
from engine.language.asl.validate.shapes import is_jsonata
from engine.language.expr.intrinsics import compile_intrinsic
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.jsonata_functions import ARGUMENTS
from engine.language.expr.jsonata_guards import later_operator
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.reference import compile_reference

LONGEST_VARIABLE_NAME = 80
UNKNOWN_FUNCTION = "UNKNOWN_FUNCTION"

_VARIABLE = re.compile(r"[^\W\d_]\w*")
_SECRET = re.compile(r"[A-Za-z0-9_.-]{1,128}")  # as engine.governance.secret_refs.is_key, which a test compares
_JSONATA_CODE = re.compile(r"^[A-Z]\d{4}: ")
_LOOKS_LIKE_A_PATH = re.compile(r"\$(\$?[.\[]|\$?$|[A-Za-z]\w*$)|States\.[A-Za-z0-9]+\(.*\)$", re.DOTALL)


class _Compiled(Protocol):
    @property
    def references(self) -> Iterable[str]: ...


def looks_like_a_path(value: Json) -> bool:
    """Whether `value` is text that its author surely meant as a JSONPath or an intrinsic function call."""
    return isinstance(value, str) and _LOOKS_LIKE_A_PATH.match(value) is not None


def _fault(compiling: Callable[[], object]) -> InvalidExpression | None:
    try:
        compiling()
    except InvalidExpression as fault:
        return fault
    except RecursionError:
        return InvalidExpression("it is nested too deeply")
    return None


def _compiles(inspection: Inspection, spot: Spot, compiling: Callable[[], _Compiled]) -> InvalidExpression | None:
    """What is wrong with an expression; when nothing is, the variables it reads are recorded."""
    return _fault(lambda: inspection.read(spot, frozenset(compiling().references)))


def check_path(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A field that holds a JSONPath: of the input, the context object (``$$``) or a variable."""
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")
    elif fault := _compiles(inspection, spot, lambda: compile_path(value)):
        inspection.error(spot, "Value must be a valid JSONPath." + (f" {fault.message}" if inspection.precise else ""))


def check_path_or_null(inspection: Inspection, value: Json, spot: Spot) -> None:
    """InputPath and OutputPath: null stands for an empty object."""
    if value is not None:
        check_path(inspection, value, spot)


def check_reference_path(inspection: Inspection, value: Json, spot: Spot) -> None:
    """ResultPath: a place in the input to write to (no wildcards, filters, slices), or null to discard."""
    if value is None:
        return
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")
    elif fault := _fault(lambda: compile_reference(value)):
        inspection.error(spot, f"Value is not a Reference Path: {fault.message}")


def check_number_path(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Map's field that names a number: of the input or a variable; AWS takes no context object there."""
    if isinstance(value, str) and value.startswith("$$"):
        inspection.error(spot, "Value is not a Reference Path" + (
            ": the context object cannot stand here" if inspection.precise else ""))
    else:
        check_path(inspection, value, spot)


def check_path_or_intrinsic(inspection: Inspection, value: Json, spot: Spot) -> None:
    """ErrorPath and CausePath: a JSONPath or an intrinsic function call."""
    if isinstance(value, str) and value.startswith("States."):
        if _compiles(inspection, spot, lambda: compile_intrinsic(value)):
            inspection.error(spot, _neither(spot.field))
    else:
        check_path(inspection, value, spot)


def _neither(field: str) -> str:
    return f"The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"


def check_jsonata(inspection: Inspection, value: str, spot: Spot) -> None:
    """A JSONata expression between ``{%`` and ``%}``.

    A state has no context value: its input is ``$states.input``, and ``$``, ``$$`` or a bare name at the top level is
    refused, as is ``$states.result`` or ``$states.errorOutput`` where there is none (Developer Guide, "Transforming
    data with JSONata"). Codes and wordings are AWS's, quoted in public reports.
    """
    source = value[2:-2].strip()

    compiled: list[JsonataExpression] = []
    fault = _fault(lambda: compiled.append(compile_jsonata(source, spot.field)))
    if fault is not None:
        inspection.error(spot, _JSONATA_CODE.sub("", fault.message), INVALID_JSONATA)
    elif not inspection.extensions and later_operator(source) is not None:
        inspection.error(spot, "'??' and '?:' are operators of JSONata 2.1; Step Functions has 2.0.6", INVALID_JSONATA)
    for expression in compiled:
        inspection.read(spot, expression.references)
        for name in sorted(expression.calls) if expression.references else ():
            inspection.advise(spot, f"There is no function ${name}: the call fails{_meant(name)}", UNKNOWN_FUNCTION)
        for name in expression.context_names:
            inspection.error(
                spot, f"Reference to '{name}' at the top level is not supported.", UNSUPPORTED_JSONATA
            )
        for name in sorted(expression.named_states & {"result", "errorOutput"}):
            if not _is_reachable(name, spot):
                inspection.error(spot, f"Field '$states.{name}' does not exist.", UNSUPPORTED_JSONATA)


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, ARGUMENTS, n=1)
    return f". Did you mean ${close[0]}?" if close else ""


def _is_reachable(name: str, spot: Spot) -> bool:
    """``$states.result`` is there in the Output and Assign of a state that does work, ``errorOutput`` in its Catch."""
    if name == "errorOutput":
        return spot.field.startswith("Catch[")
    return spot.has_result and re.match(r"(Output|Assign)([/\[]|$)", spot.field) is not None


def check_template(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A value whose parts may be expressions, at any depth, in the language of `spot`."""
    if isinstance(value, dict):
        _check_members(inspection, value, spot)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_template(inspection, item, spot.inside(index))
    elif spot.is_jsonata:
        if is_jsonata(value):
            check_jsonata(inspection, value, spot)
        else:
            _check_delimiters(inspection, value, spot)
    elif looks_like_a_path(value):
        name = spot.field.rpartition("/")[2]
        inspection.warning(spot, f"The value of '{name}' looks like a JSONPath or an intrinsic function call, but the "
                                 "name of the field does not end with '.$'", "NO_DOLLAR")


def _check_delimiters(inspection: Inspection, value: Json, spot: Spot) -> None:
    """Developer guide, "Transforming data with JSONata": "Improperly opening or closing the expression will result in a
    validation error". A string that holds an expression within other text is text."""
    if isinstance(value, str) and (value.startswith("{%") or value.endswith("%}")):
        inspection.error(spot, "A JSONata expression starts with '{%' and ends with '%}', with nothing around them",
                         INVALID_JSONATA)


def _check_members(inspection: Inspection, value: dict[str, Json], spot: Spot) -> None:
    if inspection.extensions and any(key in value for key in ("$secret", "$secret.$")):
        _check_secret(inspection, value, spot)
    for key, member in value.items():
        if spot.is_jsonata or not key.endswith(".$"):
            check_template(inspection, member, spot.inside(key))
            continue
        _check_payload(inspection, key, member, spot)
        name = key.removesuffix(".$")
        if name in value:
            inspection.error(spot, f"The field '{name}' is given twice: with and without '.$'")


def check_object_template(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A template that must be an object; under JSONata an expression may make it."""
    if isinstance(value, dict) or (spot.is_jsonata and is_jsonata(value)):
        check_template(inspection, value, spot)
    else:
        inspection.error(spot, "Expected value of type Object")


def check_task_arguments(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Task's Parameters or Arguments: the one place where SecretRefs resolve."""
    check_object_template(inspection, value, replace(spot, resolves_secrets=True))


def _check_payload(inspection: Inspection, key: str, value: Json, spot: Spot) -> None:
    """A member ``"key.$"``: AWS places the finding at the object that holds it."""
    if not isinstance(value, str):
        inspection.error(spot, f"The value for the field '{key}' must be a STRING that contains a JSONPath or an "
                               f"intrinsic function call but was {_type_name(value)}")
        return
    compiling = compile_intrinsic if value.startswith("States.") else compile_path
    if _compiles(inspection, spot, lambda: compiling(value)):
        inspection.error(spot, _neither(key))


def _type_name(value: Json) -> str:
    if value is None:
        return "NULL"
    names = {dict: "an OBJECT", list: "an ARRAY", bool: "a BOOLEAN"}
    return names.get(type(value), "a NUMBER")


def _check_secret(inspection: Inspection, value: dict[str, Json], spot: Spot) -> None:
    """Only a SecretRef that is literal in a Task's arguments resolves; one elsewhere stays data."""
    if not spot.resolves_secrets:
        inspection.advise(spot, "A SecretRef resolves only in a Task's Parameters or Arguments: here it stays data",
                          "SECRET_NOT_RESOLVED")
        return
    key = value.get("$secret")
    if len(value) != 1 or not isinstance(key, str) or not _SECRET.fullmatch(key):
        inspection.error(spot, 'A SecretRef is an object with the one field "$secret", whose value is the secret\'s '
                               'key as literal text, for example {"$secret": "STRIPE_KEY"}', "INVALID_SECRET_REF")


def check_expression(what: Callable[[Inspection, Json, Spot], None]) -> Callable[[Inspection, Json, Spot], None]:
    """A field whose value is checked by `what`, or is under JSONata an expression that gives it."""

    def check(inspection: Inspection, value: Json, spot: Spot) -> None:
        if spot.language == JSONATA and is_jsonata(value):
            check_jsonata(inspection, value, spot)
            return
        if spot.language == JSONATA:
            _check_delimiters(inspection, value, spot)
        what(inspection, value, spot)

    return check


def check_condition(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A JSONata Choice Rule's Condition: an expression, or true or false."""
    if is_jsonata(value):
        check_jsonata(inspection, value, spot)
    elif not isinstance(value, bool):
        inspection.error(spot, "The value for the field 'Condition' must be a JSONata expression or a Boolean")


def check_assign(inspection: Inspection, value: Json, spot: Spot) -> None:
    """Assign: variable names and their values (Developer Guide, "Passing data between states with variables")."""
    if not isinstance(value, dict):
        inspection.error(spot, "Expected value of type Object")
        return
    for key in value:
        _check_variable_name(inspection, key if spot.is_jsonata else key.removesuffix(".$"), spot)
    check_template(inspection, value, spot)


def _check_variable_name(inspection: Inspection, name: str, spot: Spot) -> None:
    if name == "states":
        inspection.error(spot, "The variable name 'states' is reserved", SCHEMA)
    elif name in spot.outer_variables:
        inspection.error(spot, f"The variable '{name}' is assigned in the machine around this one, too: a variable "
                               "of a branch or an iteration needs a name of its own")
    elif len(name) > LONGEST_VARIABLE_NAME or not _VARIABLE.fullmatch(name):
        inspection.error(spot, f"'{name}' is not a valid variable name: a name starts with a letter, goes on with "
                               f"letters, digits and _, and has at most {LONGEST_VARIABLE_NAME} characters")
