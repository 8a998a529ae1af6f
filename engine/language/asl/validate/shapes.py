"""Fields and their types: tables of fields, and the checks that tables are made of.

Theory of operation: the rules that only look at one field are data. A `Table` maps a field's name to a `Field`: its
check, the query language it belongs to, and whether it must be there. `check_object` holds an object against a table
and reports what is missing, unknown or of the other query language; then every known field is checked. Rules between
fields stand beside their tables, in code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

from engine.language.asl.times import parse_timestamp
from engine.language.asl.validate.inspection import JSONATA, JSONPATH, Inspection, Json, Spot
from engine.language.expr.template import jsonata_source
from engine.records import dataclass
from engine.values import is_number

Check = Callable[[Inspection, Json, Spot], None]

LARGEST_SECONDS = 99_999_999
"""AWS's limit for the seconds of a timeout, a Wait or a Retrier."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its check, the only query language it exists in (None: both), and whether it is required."""

    check: Check
    language: str | None = None
    required: bool = False


Table = Mapping[str, Field]


def jsonpath(check: Check) -> Field:
    """A field that exists under JSONPath only."""
    return Field(check, JSONPATH)


def jsonata(check: Check) -> Field:
    """A field that exists under JSONata only."""
    return Field(check, JSONATA)


def check_object(inspection: Inspection, value: Json, spot: Spot, table: Table) -> bool:
    """Hold `value` against `table`; True when it is an object (whatever else is wrong with it)."""
    if not isinstance(value, dict):
        inspection.error(spot, "Expected value of type Object")
        return False
    missing = [name for name, known in table.items()
               if known.required and name not in value and known.language in (None, spot.language)]
    if missing:
        inspection.error(spot, f"These fields are required: [{', '.join(missing)}]")
    for name, member in value.items():
        known = table.get(name)
        inner = spot.inside(name)
        if known is None:
            inspection.error_about(spot, inner, f"Field '{name}' is not supported")
        elif known.language not in (None, spot.language):
            inspection.error_about(
                spot, inner, f"The QueryLanguage is set to '{spot.language}', but field '{name}' is only supported for "
                             f"the '{known.language}' QueryLanguage",
            )
        else:
            known.check(inspection, member, inner)
    return True


def each(inspection: Inspection, value: Json, spot: Spot, *, least: int) -> list[tuple[Json, Spot]]:
    """The items of an array and their spots; none for what is no array. `least` (0 or 1) is how many there must be."""
    if not isinstance(value, list):
        inspection.error(spot, "Expected value of type Array")
        return []
    if len(value) < least:
        inspection.error(spot, "Array must have at least one item")
    return [(item, spot.inside(index)) for index, item in enumerate(value)]


def given(value: dict[str, Json], *names: str) -> list[str]:
    """Those of `names` that `value` has."""
    return [name for name in names if name in value]


def at_most_one(inspection: Inspection, value: dict[str, Json], spot: Spot, *names: str) -> None:
    """Report when more than one of `names` is there."""
    if len(given(value, *names)) > 1:
        inspection.error(spot, f"There should only be one of the following fields: [{', '.join(names)}]")


def exactly_one(inspection: Inspection, value: dict[str, Json], spot: Spot, *names: str) -> None:
    """Report when none or more than one of `names` is there."""
    if len(given(value, *names)) != 1:
        inspection.error(spot, f"Exactly one of these fields is required: [{', '.join(names)}]")


def is_jsonata(value: Json) -> TypeGuard[str]:
    """Whether `value` is a JSONata expression: a string from ``{%`` to ``%}`` (ASL specification)."""
    return isinstance(value, str) and jsonata_source(value) is not None


def is_whole(value: Json) -> TypeGuard[int | float]:
    """Whether `value` is a whole JSON number (2.0 is)."""
    return is_number(value) and (isinstance(value, int) or value.is_integer())


def anything(_inspection: Inspection, _value: Json, _spot: Spot) -> None:
    """Any JSON value will do."""


def string(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A string."""
    if not isinstance(value, str):
        inspection.error(spot, "Expected value of type String")


def timestamp(inspection: Inspection, value: Json, spot: Spot) -> None:
    """A literal timestamp: RFC 3339 with an upper-case T and a zone. The wording is recorded."""
    if not isinstance(value, str) or parse_timestamp(value) is None:
        inspection.error(spot, "String does not match RFC3339 timestamp")


def boolean(inspection: Inspection, value: Json, spot: Spot) -> None:
    """One of true and false."""
    if not isinstance(value, bool):
        inspection.error(spot, "Expected value of type Boolean")


def several(item_check: Check) -> Check:
    """An array of at least one item, each of which `item_check` looks at."""
    def check(inspection: Inspection, value: Json, spot: Spot) -> None:
        for item, inner in each(inspection, value, spot, least=1):
            item_check(inspection, item, inner)

    return check


def unrecognised(inspection: Inspection, resource: str, spot: Spot) -> None:
    """Report a Resource that AWS does not know."""
    inspection.error(
        spot, f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
              "resource is not available in this region.",
    )


@dataclass(frozen=True, slots=True)
class OneOf:
    """A check: one of the strings `allowed`, in AWS's wording."""

    allowed: tuple[str, ...]

    def __call__(self, inspection: Inspection, value: Json, spot: Spot) -> None:
        """Report a `value` that is none of them."""
        if value not in self.allowed:
            name = spot.field.rpartition("/")[2]
            inspection.error(
                spot, f"The field '{name}' should have one of these values: [{', '.join(self.allowed)}]"
            )


def one_of(*allowed: str) -> OneOf:
    """One of the strings `allowed`."""
    return OneOf(allowed)


def number(minimum: float, maximum: float, *, whole: bool = True) -> Check:
    """A number from `minimum` to `maximum`, whole unless said otherwise. A fraction's bounds are written ``0.0``."""
    name, written = ("Integer", int) if whole else ("Number", float)

    def check(inspection: Inspection, value: Json, spot: Spot) -> None:
        if not (is_whole(value) if whole else is_number(value)):
            inspection.error(spot, f"Expected value of type {name}")
        elif not value >= minimum:
            inspection.error(spot, f"Minimum value is {written(minimum)}")
        elif value > maximum:
            inspection.error(spot, f"Maximum value is {written(maximum)}")

    return check
