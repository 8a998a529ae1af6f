"""Comparisons in a Choice that can never hold, since what is compared is of another type: a text against a number.

Types are known of what the workflow's input schema describes, as long as the states before pass it on, and of what a
type test beside the comparison asks for (``IsNumeric``). Of anything else nothing is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from engine.catalog.passing import passed_on
from engine.catalog.states import StateText, is_distributed, language_of, states_of
from engine.errors import Diagnostic, InvalidExpression
from engine.language.expr.jsonata_lexer import parts_of
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.jsonpath_tokens import plain_keys
from engine.language.expr.template import jsonata_source
from engine.records import dataclass
from engine.values import json_type, with_article

Json = Any
Types = frozenset[str]
Keys = tuple[str | int, ...]

CODE = "COMPARISON_NEVER_HOLDS"

_FAMILY = {"String": "string", "Numeric": "number", "Boolean": "boolean", "Timestamp": "string"}
_OPERATOR = re.compile(r"(String|Numeric|Boolean|Timestamp)(Equals|Matches|(?:Less|Greater)Than(?:Equals)?)(Path)?")
_TESTS = {"IsNumeric": "number", "IsString": "string", "IsBoolean": "boolean", "IsTimestamp": "string",
          "IsNull": "null"}
_JSON_TYPES = {"string", "number", "boolean", "null", "array", "object"}
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_NAME = re.compile(r"[^\W\d]\w*|`[^`]*`")
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_LOOSER = frozenset({*"()[]{},;:?", ":=", "and", "or"})
"""What binds less than a comparison, or is around one."""
_MOST_REFERENCES = 20


def comparison_problems(definition: Json, input_schema: dict[str, Json] | None) -> Iterator[Diagnostic]:
    """A warning for each comparison that can never hold (or, with ``!=``, never fails to), with what to write."""
    passed = passed_on(definition) if input_schema is not None else {}
    for state in states_of(definition):
        rules = state.state.get("Choices") if state.state.get("Type") == "Choice" else None
        known = _Known(input_schema, state, passed.get(state.name) if len(state.way) == 1 else None)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            place = f"{state.place}/Choices[{index}]"
            if not isinstance(rule, dict):
                continue
            if language_of(state) != "JSONata":
                yield from _of_rule(known, rule, place, {})
                continue
            source = jsonata_source(rule["Condition"]) if isinstance(rule.get("Condition"), str) else None
            for message in _of_condition(known, source or ""):
                yield known.warning(message, f"{place}/Condition")


class _Known:
    """What is known of the types that a state can read. `overwritten`: the fields of its input that are no longer the
    execution's; None: its input is another."""

    def __init__(self, schema: dict[str, Json] | None, state: StateText, overwritten: frozenset[str] | None) -> None:
        self._schema = schema
        self._name = state.name
        self._overwritten = overwritten
        self._own_input = any(is_distributed(machine["States"][name]) for machine, name in state.way[:-1])
        self._within = _keys_of(state.state.get("InputPath", "$")) if language_of(state) != "JSONata" else ((), False)

    def types(self, keys: Keys, *, context: bool) -> Types | None:
        """What the value at `keys` of the state's input, or of the context object, can be; None: anything."""
        if context:
            if keys[:2] != ("Execution", "Input") or self._own_input:
                return None
            return _types(self._schema, self._schema, keys[2:])
        if self._overwritten is None or self._within is None or self._within[1]:
            return None
        keys = (*self._within[0], *keys)
        if not keys or keys[0] in self._overwritten:
            return None
        return _types(self._schema, self._schema, keys)

    def warning(self, message: str, place: str) -> Diagnostic:
        """The finding."""
        return Diagnostic(CODE, f"state {self._name!r}: {message}", place, "WARNING")


def _keys_of(path: Json) -> tuple[Keys, bool] | None:
    """The keys of a JSONPath that names one value, and whether it is of the context object."""
    try:
        compiled = compile_path(path) if isinstance(path, str) else None
    except InvalidExpression:
        return None
    keys = None if compiled is None or compiled.references else plain_keys(compiled.tokens)
    return None if compiled is None or keys is None else (tuple(keys), compiled.root == "context")


def _types(root: Json, schema: Json, keys: Keys) -> Types | None:
    """The JSON types of the value at `keys` in what `schema` describes; None: it does not say."""
    for _ in range(_MOST_REFERENCES):
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
            break
        schema = _at_pointer(root, schema["$ref"])
    if not isinstance(schema, dict) or "$ref" in schema:
        return None
    if keys:
        members = schema.get("properties")
        return _types(root, members.get(keys[0]), keys[1:]) if isinstance(members, dict) else None
    given = schema.get("type")
    if given is not None:
        names = {"number" if name == "integer" else name for name in (given if isinstance(given, list) else [given])
                 if isinstance(name, str)}
        return frozenset(names) if names and names <= _JSON_TYPES else None
    if "const" in schema:
        return frozenset({json_type(schema["const"])})
    if isinstance(schema.get("enum"), list):
        return frozenset(map(json_type, schema["enum"]))
    return None


def _at_pointer(root: Json, reference: str) -> Json:
    if not reference.startswith("#/"):
        return None
    for part in reference[2:].split("/"):
        root = root.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(root, dict) else None
    return root


# ---------------------------------------------------------------- JSONPath


def _of_rule(known: _Known, rule: Json, place: str, tested: Mapping[str, str]) -> Iterator[Diagnostic]:
    """`tested` has the type of each Variable that a test which must hold as well asks for."""
    if not isinstance(rule, dict):
        return
    for name in ("And", "Or"):
        members = rule[name] if isinstance(rule.get(name), list) else []
        beside = {**tested, **_tests_in(members)} if name == "And" else tested
        for index, member in enumerate(members):
            yield from _of_rule(known, member, f"{place}/{name}[{index}]", beside)
    if "Not" in rule:
        yield from _of_rule(known, rule["Not"], f"{place}/Not", tested)
    for name, operand in rule.items():
        found = _OPERATOR.fullmatch(name)
        message = _misfit(known, rule, found, operand, tested) if found else None
        if message is not None:
            yield known.warning(message, f"{place}/{name}")


def _tests_in(members: list[Json]) -> dict[str, str]:
    return {
        member["Variable"]: wanted for member in members if isinstance(member, dict)
        for name, wanted in _TESTS.items() if member.get(name) is True and isinstance(member.get("Variable"), str)
    }


def _misfit(
    known: _Known, rule: Mapping[str, Json], operator: re.Match[str], operand: Json, tested: Mapping[str, str]
) -> str | None:
    family, order, twin = operator.groups()
    compared = _FAMILY[family]
    sides = [rule.get("Variable"), operand] if twin else [rule.get("Variable")]
    types = {side: _types_of_path(known, side, tested) for side in sides if isinstance(side, str)}
    for side, (found, why) in types.items():
        if found is None or compared in found:
            continue
        kinds = [kind for kind in ("number", "string", "boolean") if kind in found]
        fix = "Compare values of one type"
        if len(kinds) == 1 and all(other in (None, found) for other, _ in types.values()):
            fix = _written(kinds[0], order, operand, path=twin is not None)
        return f"{side!r} is {_kinds(found)} {why}, and {operator[0]} never holds for one. {fix}"
    return None


def _types_of_path(known: _Known, path: str, tested: Mapping[str, str]) -> tuple[Types | None, str]:
    if path in tested:
        return frozenset({tested[path]}), "by the test beside it"
    keys = _keys_of(path)
    return (None if keys is None else known.types(keys[0], context=keys[1])), "by the input schema"


def _written(kind: str, order: str, operand: Json, *, path: bool) -> str:
    """What to write instead, for values of the type `kind`."""
    family = {"number": "Numeric", "string": "String", "boolean": "Boolean"}[kind]
    if order == "Matches" or (kind == "boolean" and order != "Equals"):
        return f"Compare it as {with_article(kind)}"
    value = operand if path else _converted(operand, kind)
    if value is None:
        return f"Compare it with {with_article(kind)}, by {family}{order}"
    return f'Write "{family}{order}{"Path" if path else ""}": {json.dumps(value, ensure_ascii=False)} instead'


def _converted(value: Json, kind: str) -> Json:
    """The literal `value` as one of the type `kind`; None where it is none."""
    text = value if isinstance(value, str) else json.dumps(value)
    if kind == "string":
        return text
    fits = _NUMBER.fullmatch(text) if kind == "number" else text in ("true", "false")
    return json.loads(text) if fits else None


def _kinds(types: Types) -> str:
    return " or ".join(map(with_article, sorted(types)))


# ---------------------------------------------------------------- JSONata


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: what can be there, as it is written, and the value of a literal."""

    types: Types
    text: str
    literal: Json = None
    is_literal: bool = False


def _of_condition(known: _Known, source: str) -> Iterator[str]:
    """What is wrong with the comparisons of a condition whose sides are a literal or a path of ``$states``."""
    for _, group in groupby(parts_of(source), _LOOSER.__contains__):
        parts = list(group)
        signs = [index for index, part in enumerate(parts) if part in _SIGNS]
        if len(signs) != 1:
            continue
        left, right = _side(known, parts[:signs[0]]), _side(known, parts[signs[0] + 1:])
        if left is None or right is None or left.types & right.types or (left.is_literal and right.is_literal):
            continue
        if (left if left.is_literal else right).types == {"null"}:
            continue  # asks whether it is there
        yield _said(left, parts[signs[0]], right, "".join(parts).strip())


def _said(left: _Side, sign: str, right: _Side, text: str) -> str:
    path, other = (right, left) if left.is_literal else (left, right)
    what = {"=": "this never holds", "!=": "this always holds"}.get(sign, "JSONata cannot order the two, so it fails")
    by = f"{path.text} is {_kinds(path.types)} by the input schema, and {other.text} is {_kinds(other.types)}: {what}"
    kinds = [kind for kind in path.types if kind != "null"]
    value = _converted(other.literal, kinds[0]) if other.is_literal and len(kinds) == 1 else None
    if value is None:
        return f"{by}. Compare values of one type"
    sides = (json.dumps(value, ensure_ascii=False) if side is other else side.text for side in (left, right))
    return f"{by}. Write {f' {sign} '.join(sides)} instead of {text}"


def _side(known: _Known, parts: list[str]) -> _Side | None:
    """What stands on one side; None where that is more than a literal or a path, or of a type that is not known."""
    text = "".join(parts).strip()
    words = [part for part in parts if part.strip()]
    if _NUMBER.fullmatch(text) or text in ("true", "false", "null"):
        value = json.loads(text)
        return _Side(frozenset({json_type(value)}), text, value, is_literal=True)
    if len(words) == 1 and text[0] in "\"'":
        return _Side(frozenset({"string"}), text, _text_of(text), is_literal=True)
    names, dots = words[::2], words[1::2]
    if names[:1] != ["$states"] or set(dots) - {"."} or len(dots) != len(names) - 1:
        return None
    if not all(map(_NAME.fullmatch, names[1:])):
        return None
    keys = tuple(name.strip("`") for name in names[2:])
    types = known.types(keys, context=names[1] == "context") if names[1] in ("input", "context") else None
    # An array of one item compares as its item, and what an object has is not looked at.
    return None if types is None or types & {"array", "object"} else _Side(types, text)


def _text_of(quoted: str) -> str:
    inner = quoted[1:-1]
    try:
        return str(json.loads(f'"{inner}"' if quoted[0] == '"' else json.dumps(inner)))
    except ValueError:
        return inner
