"""JSON Schema's keywords, counted: what the library `jsonschema` does is paid for out of a budget, and the keywords
whose work has no bound there (patterns, uniqueItems, what is left unevaluated) are done here.

    keyword of a schema over a value ──► cost paid ──► the library's, or ours ──► each error's message paid

A unit is some two microseconds. `paying` opens the budget for what the thread validates within it: one for each input,
since schemas that apply one another double their work with each level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from engine.language.expr import limits
from engine.language.schema.library import exceptions
from engine.language.schema.patterns import compile_pattern
from engine.values import canonical

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError  # noqa: TID251  the type alone

Json = Any
Keyword = Callable[[Any, Any, Json, Any], Iterator["ValidationError"]]
"""What `jsonschema` calls for a keyword: the validator, the keyword's value, the value under test, the schema."""

SHOWN = 200
"""So many characters of a value stand in our own messages."""

_PER_MEMBER = frozenset({
    "items", "contains", "additionalItems", "additionalProperties", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "uniqueItems",
})
"""Keywords that look at each member of a value, whatever their own value is."""

_SAME_VALUE = frozenset({
    "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "if", "not", "dependentSchemas",
})
"""Keywords that apply schemas to the same value: each level costs all that is found below it once more."""
_SAME_VALUE_UNITS = 4

_LISTED_PER_UNIT = 8
_CHARACTERS_PER_UNIT = 16


class TooMuchWork(Exception):
    """The budget is spent. The text says on what, to stand behind "checking the input …"."""


class Budget:
    """What is left for one input: units of work, and the time of one expression for all its patterns together."""

    __slots__ = ("_time", "_units")

    def __init__(self, units: int) -> None:
        self._units = units
        self._time = limits.Budget(limits.current())

    def pay(self, units: int) -> None:
        """Take `units`. Raises TooMuchWork when fewer are left."""
        self._units -= units
        if self._units < 0:
            raise TooMuchWork("takes too many steps")

    def search(self, pattern: str, text: str) -> bool:
        """Whether `pattern` occurs in `text`. Raises TooMuchWork, BadPattern."""
        self.pay(1 + len(text) // _CHARACTERS_PER_UNIT)
        compiled = compile_pattern(pattern)
        try:
            return self._time.run(lambda wall: compiled.search(text, timeout=wall, concurrent=True)) is not None
        except limits.OutOfTime:
            raise TooMuchWork(f"takes too long: the pattern {pattern[:SHOWN]!r} tries too many ways to match") from None
        except MemoryError:
            raise TooMuchWork(f"takes too much memory: the pattern {pattern[:SHOWN]!r}") from None


_budget: ContextVar[Budget] = ContextVar("_budget")


@contextmanager
def paying(units: int) -> Iterator[Budget]:
    """A budget for what this thread validates within."""
    budget = Budget(units)
    token = _budget.set(budget)
    try:
        yield budget
    finally:
        _budget.reset(token)


def counted(name: str, keyword: Keyword) -> Keyword:
    """`keyword`, paid for: by the length of what it lists, of what it looks through, and of what it says."""

    def paid(validator: Any, value: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
        budget = _budget.get()
        units = _SAME_VALUE_UNITS if name in _SAME_VALUE else 1
        if isinstance(value, list | dict):
            units += len(value) // _LISTED_PER_UNIT
        if name in _PER_MEMBER and isinstance(instance, list | dict):
            units += len(instance)
        budget.pay(units)
        for error in keyword(validator, value, instance, schema) or ():
            budget.pay(len(error.message) // _CHARACTERS_PER_UNIT)
            yield error

    return paid


def _pattern(validator: Any, pattern: str, instance: Json, schema: Any) -> Iterator[ValidationError]:
    del validator, schema
    if isinstance(instance, str) and not _budget.get().search(pattern, instance):
        yield exceptions.ValidationError(f"{_shown(instance)} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    del schema
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            for name, item in instance.items():
                if _budget.get().search(pattern, name):
                    yield from validator.descend(item, subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    left = [name for name in instance if name not in known and not _matches(patterns, name)]
    yield from _held(validator, allowed, instance, left, "Additional properties")


def _unique_items(validator: Any, unique: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    del validator, schema
    if not unique or not isinstance(instance, list):
        return
    first: dict[str, int] = {}
    for index, item in enumerate(instance):
        text = canonical(item)
        _budget.get().pay(len(text) // _CHARACTERS_PER_UNIT)
        before = first.setdefault(text, index)
        if before != index:
            yield exceptions.ValidationError(f"has non-unique elements: {before} and {index} are {_shown(item)}")
            return


def _enum(validator: Any, allowed: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    del validator, schema
    if not (instance in allowed if isinstance(instance, str) else any(_same(each, instance) for each in allowed)):
        yield exceptions.ValidationError(f"{_shown(instance)} is not one of {_listed(allowed)}")


def _same(one: Json, other: Json) -> bool:
    """JSON Schema's equality."""
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        if type(one) is not type(other) or len(one) != len(other):
            return False
        written = canonical(one), canonical(other)
        _budget.get().pay(_SAME_VALUE_UNITS + sum(map(len, written)) // _CHARACTERS_PER_UNIT)
        return written[0] == written[1]
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _unevaluated_items(validator: Any, allowed: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, list):
        evaluated = _evaluated(validator, instance, {**schema, "unevaluatedItems": None})
        left = [index for index in range(len(instance)) if index not in evaluated]
        yield from _held(validator, allowed, instance, left, "Unevaluated items")


def _unevaluated_properties(validator: Any, allowed: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        evaluated = _evaluated(validator, instance, {**schema, "unevaluatedProperties": None})
        left = [name for name in instance if name not in evaluated]
        yield from _held(validator, allowed, instance, left, "Unevaluated properties")


def _held(validator: Any, allowed: Any, instance: Json, left: list[Any], what: str) -> Iterator[ValidationError]:
    """Those `left` of the instance's members against `allowed`."""
    if allowed is False and left:
        were = "was" if len(left) == 1 else "were"
        yield exceptions.ValidationError(f"{what} are not allowed ({_listed(left)} {were} unexpected)")
    elif allowed is not False:
        for key in left:
            yield from validator.descend(instance[key], allowed, path=key)


def _evaluated(validator: Any, instance: Json, schema: Any) -> set[Any]:
    """The indexes or names of `instance` that `schema`, which it fits, has looked at (2020-12 core, 11)."""
    _budget.get().pay(1)
    if not isinstance(schema, dict):
        return set()
    found = _items_here(validator, instance, schema) if isinstance(instance, list) else _names_here(instance, schema)
    for inner, part in _applied(validator, instance, schema):
        found |= _evaluated(inner, instance, part)
    return found


def _names_here(instance: dict[str, Json], schema: dict[str, Any]) -> set[Any]:
    if any(schema.get(name) is not None for name in ("additionalProperties", "unevaluatedProperties")):
        return set(instance)
    patterns = schema.get("patternProperties", {})
    return {name for name in instance if name in schema.get("properties", {}) or _matches(patterns, name)}


def _items_here(validator: Any, instance: list[Json], schema: dict[str, Any]) -> set[Any]:
    items = schema.get("items")
    if any(schema.get(name) is not None for name in ("additionalItems", "unevaluatedItems")) or (
        items is not None and not isinstance(items, list)
    ):
        return set(range(len(instance)))
    found = set(range(max(len(schema.get("prefixItems", [])), len(items or []))))
    if "contains" in schema and "prefixItems" in validator.VALIDATORS:  # 2019-09 does not count what contains finds
        contains = validator.evolve(schema=schema["contains"])
        found |= {index for index, item in enumerate(instance) if contains.is_valid(item)}
    return found


def _applied(validator: Any, instance: Json, schema: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The schemas that `schema` applies to the same value and that it fits, each with the validator that resolves its
    references."""
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        if keyword in schema and keyword in validator.VALIDATORS:
            resolved = _resolved(validator, keyword, schema[keyword])
            yield validator.evolve(schema=resolved.contents, _resolver=resolved.resolver), resolved.contents
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, [])]
    parts += [part for name, part in schema.get("dependentSchemas", {}).items() if name in instance]
    if "if" in schema:
        fits = validator.evolve(schema=schema["if"]).is_valid(instance)
        parts += [schema[name] for name in (("if", "then") if fits else ("else",)) if name in schema]
    for part in parts:
        if validator.evolve(schema=part).is_valid(instance):
            yield validator, part


def _resolved(validator: Any, keyword: str, ref: str) -> Any:
    from referencing.jsonschema import lookup_recursive_ref  # noqa: PLC0415  only where one is met

    resolver = validator._resolver  # noqa: SLF001 - the library gives its own keywords no other way
    return lookup_recursive_ref(resolver) if keyword == "$recursiveRef" else resolver.lookup(ref)


def _matches(patterns: Any, name: str) -> bool:
    budget = _budget.get()
    return any(budget.search(pattern, name) for pattern in patterns)


def _shown(value: Json) -> str:
    """The beginning of a value: a large one is not written out."""
    if isinstance(value, str):
        return repr(value[:SHOWN]) if len(value) <= SHOWN else f"{value[:SHOWN]!r}…"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return repr(value)


def _listed(values: list[Json]) -> str:
    shown = ", ".join(_shown(value) for value in values[:10])
    return f"{shown} and {len(values) - 10} more" if len(values) > 10 else shown


OWN: dict[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "enum": _enum,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
}
