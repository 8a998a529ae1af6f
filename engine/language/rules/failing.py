"""Which expression of a state failed, and which part of it: found by what was recorded, with the values of then.

JSONata     the recorded location names the field ─► its text, part by part (`conditions`) ─► the innermost at fault
JSONPath    the recorded cause quotes the path ─► as far as it leads to something, with what is there
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import Path
from engine.language.expr.scope import ABSENT, Scope
from engine.language.expr.template import compile_query, jsonata_source
from engine.language.rules import conditions
from engine.language.rules.conditions import MakeScope
from engine.language.rules.tree import Node, brief
from engine.records import dataclass

Json = Any

_STEP = re.compile(r"([^/\[\]]+)|\[(\d+)\]")
_PLAIN = re.compile(r"\$[\w$]*(?:\.[A-Za-z_]\w*|\[\d+\])+")
_PIECE = re.compile(r"\.[A-Za-z_]\w*|\[\d+\]")
_OF_RESULT = ("ResultSelector",)


@dataclass(frozen=True, slots=True)
class Failing:
    """The expression in `field`: its `text`, the innermost `part` of it at fault with `why`, and all of it as a `tree`.

    `known` is as far as a path leads to a value, and what is there: in a sentence."""

    field: str
    text: str
    part: str
    why: str
    known: str | None
    tree: Node


def failing_jsonata(state: Mapping[str, Json], location: str, cause: str, new_scope: MakeScope) -> Failing | None:
    """The JSONata expression at `location` (as ``Arguments/x[1]/u``) of `state`; None where none is there."""
    value: Json = state
    for name, index in _STEP.findall(location):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return None
    source = jsonata_source(value) if isinstance(value, str) else None
    if source is None:
        return None
    try:
        tree = conditions.evaluated(source, location, new_scope)
    except InvalidExpression:
        return None
    worst = _innermost(tree)
    why = worst.error or ("It gives nothing." if worst.value is ABSENT else plain(cause))
    return Failing(location, tree.text, worst.text, why, _known(worst, _jsonata(location, new_scope)), tree)


def failing_path(state: Mapping[str, Json], cause: str, new_scope: MakeScope, result: Json) -> Failing | None:
    """The JSONPath or intrinsic of `state` that the recorded `cause` quotes; None where it quotes none of it."""
    texts = [(field, text) for field, text in _queries(state, "") if f"'{text}'" in cause or f": {text}" in cause
             or f"'{text}" in cause]
    if not texts:
        return None
    field, text = max(texts, key=lambda found: len(found[1]))

    def scope() -> Scope:
        made = new_scope()
        if field.startswith(_OF_RESULT):
            made.input = result
        return made

    value, error = _query(text, scope)
    tree = Node(text, "path" if text.startswith("$") else "call", value, None, error or plain(cause), 0, len(text))
    return Failing(field, text, text, error or plain(cause), _known(tree, lambda part: _query(part, scope)[0]), tree)


def plain(cause: str) -> str:
    """A recorded cause without the words on where the state was entered."""
    return re.sub(r"^An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ", "", cause)


def _innermost(node: Node) -> Node:
    """The deepest part that has an error of its own; the node itself where it gives nothing."""
    for child in node.children:
        if child.error is not None and child.reached:
            return _innermost(child)
    return node


def _known(node: Node, value_of: Any) -> str | None:
    """As far as a plain path leads to something."""
    found = _PLAIN.fullmatch(node.text.strip())
    paths = [found[0]] if found else _PLAIN.findall(node.text)
    told = []
    for text in dict.fromkeys(paths):
        pieces = _PIECE.findall(text)
        root = text[: len(text) - len("".join(pieces))]
        for length in range(len(pieces), -1, -1):
            part = root + "".join(pieces[:length])
            value = value_of(part)
            if value is not ABSENT:
                rest = "" if length == len(pieces) else f", and has no {pieces[length].strip('.')}"
                told.append(f"{part} is {brief(value)}{rest}")
                break
    return "; ".join(told) or None


def _jsonata(field: str, new_scope: MakeScope) -> Any:
    def value(part: str) -> Json:
        try:
            return compile_jsonata(part, field).find(new_scope())
        except (StateFailure, InvalidExpression):
            return ABSENT

    return value


def _query(text: str, new_scope: MakeScope) -> tuple[Json, str | None]:
    """The value of a JSONPath or an intrinsic, or ABSENT and why."""
    try:
        compiled = compile_query(text, "expression")
        if isinstance(compiled, Path):
            return compiled.find(new_scope()), None
        return compiled.evaluate(new_scope()), None
    except StateFailure as failure:
        return ABSENT, failure.cause
    except InvalidExpression as problem:
        return ABSENT, problem.message


def _queries(value: Json, field: str) -> Iterator[tuple[str, str]]:
    """Every JSONPath and intrinsic in a state, with its field; not those of the states inside it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _queries(item, f"{field}[{index}]")
    for name, item in value.items() if isinstance(value, dict) else ():
        if name in ("States", "Branches", "ItemProcessor", "Iterator"):
            continue
        here = f"{field}/{name}" if field else name
        if isinstance(item, str) and (name.endswith((".$", "Path")) or name == "Variable"):
            yield here, item
        else:
            yield from _queries(item, here)
