"""A Choice state's rules: comparisons with And, Or and Not under JSONPath, a Condition under JSONata."""

from __future__ import annotations

from engine.language.asl.validate.expressions import check_assign, check_condition, check_path, check_template
from engine.language.asl.validate.inspection import Inspection, Json, Spot
from engine.language.asl.validate.shapes import (
    Check,
    Field,
    Table,
    boolean,
    check_object,
    each,
    exactly_one,
    jsonata,
    jsonpath,
    several,
    string,
    timestamp,
)
from engine.values import is_number

_ORDERS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")


def _number(inspection: Inspection, value: Json, spot: Spot) -> None:
    if not is_number(value):
        inspection.error(spot, "Expected value of type Number")


def _operators() -> dict[str, Check]:
    """Operator → check of its operand. A ``…Path`` twin compares with another value of the input."""
    operands: dict[str, Check] = {}
    for kind, check in (("String", string), ("Numeric", _number), ("Timestamp", timestamp)):
        operands |= {f"{kind}{order}": check for order in _ORDERS}
    operands["BooleanEquals"] = boolean
    operands |= {f"{name}Path": check_path for name in operands}
    operands["StringMatches"] = string
    tests = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")
    return operands | dict.fromkeys(tests, boolean)


OPERATORS = _operators()


def _check_nested(inspection: Inspection, value: Json, spot: Spot) -> None:
    if check_object(inspection, value, spot, _NESTED):
        _check_comparison(inspection, value, spot)


_COMPARISON: Table = {
    "Variable": jsonpath(check_path),
    **{name: jsonpath(check) for name, check in OPERATORS.items()},
    "And": jsonpath(several(_check_nested)),
    "Or": jsonpath(several(_check_nested)),
    "Not": jsonpath(_check_nested),
}
_NESTED: Table = {**_COMPARISON, "Comment": Field(string)}
RULE: Table = {
    "Condition": Field(check_condition, "JSONata", required=True),
    **_COMPARISON,
    "Next": Field(string, required=True),
    "Assign": Field(check_assign),
    "Output": jsonata(check_template),
    "Comment": Field(string),
}


def check_choices(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A Choice state's Choices. Where a rule's Next leads is the machine's matter."""
    for rule, inner in each(inspection, value, spot, least=1):
        if check_object(inspection, rule, inner, RULE) and not spot.is_jsonata:
            _check_comparison(inspection, rule, inner)


def _check_comparison(inspection: Inspection, rule: dict[str, Json], spot: Spot) -> None:
    """Exactly one of And, Or, Not or a comparison operator; a comparison has a Variable, the others have none."""
    tests = [name for name in rule if name in OPERATORS or name in ("And", "Or", "Not")]
    if len(tests) > 1:
        inspection.error(spot, f"Only one comparison operator is allowed, but these are given: [{', '.join(tests)}]")
    elif not tests:
        inspection.error(spot, "A Choice Rule needs a comparison operator, or one of these fields: [And, Or, Not]")
    elif tests[0] in OPERATORS and "Variable" not in rule:
        inspection.error(spot, "These fields are required: [Variable]")
    elif tests[0] not in OPERATORS and "Variable" in rule:
        exactly_one(inspection, rule, spot, "Variable", tests[0])
