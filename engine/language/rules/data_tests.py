"""A JSONPath rule (data tests with And, Or, Not) evaluated part by part.

The rule is written as one line of text, so that its parts have a place in it:
``$.total NumericGreaterThan 100 and not ($.tier StringEquals "gold")``. Every part's result comes from the predicate
that the compiler makes of that part (engine.language.asl.choice).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import StateFailure
from engine.language.asl.choice import compile_rule
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import ABSENT
from engine.language.rules.conditions import MakeScope, unreached
from engine.language.rules.tree import Json, Node

_ABOUT = frozenset({"Variable", "Next", "Comment", "Assign", "Output"})
"""Fields of a rule that are not its operator."""

_COMBINED = {"And": "and", "Or": "or"}


def evaluated(rule: Mapping[str, Json], new_scope: MakeScope) -> Node:
    """The tree of `rule`. Raises UnknownRule or InvalidExpression where it cannot be compiled."""
    compile_rule(rule)
    return _valued(written(rule), rule, new_scope)


def written(rule: Mapping[str, Json], *, start: int = 0, pointer: str = "") -> Node:
    """The parts of `rule` with their places in its text, without values. A rule that is not complete has a text too."""
    for name, word in _COMBINED.items():
        if isinstance(rule.get(name), list):
            return _combined(rule[name], name, word, start=start, pointer=pointer)
    if isinstance(rule.get("Not"), dict):
        opening = "not ("
        inner = written(rule["Not"], start=start + len(opening), pointer=f"{pointer}/Not")
        text = f"{opening}{inner.text})"
        return Node(text, "not", start=start, end=start + len(text), children=(inner,), operator="Not", pointer=pointer)
    variable, name = str(rule.get("Variable", "?")), operator_of(rule)
    operand, by_path = rule.get(name), name.endswith("Path")
    shown = "?" if not name else str(operand) if by_path else json.dumps(operand, ensure_ascii=False)
    text = " ".join(filter(None, (variable, name, shown)))
    end = start + len(text)
    left = Node(variable, "path", start=start, end=start + len(variable), pointer=f"{pointer}/Variable")
    right = Node(
        shown, "path" if by_path else "literal", ABSENT if by_path else operand, start=end - len(shown), end=end,
        pointer=f"{pointer}/{name}",
    )
    return Node(text, "comparison", start=start, end=end, children=(left, right), operator=name, pointer=pointer)


def operator_of(rule: Mapping[str, Json]) -> str:
    """The comparison operator of a data test."""
    return next((name for name in rule if name not in _ABOUT), "")


def _combined(parts: Sequence[Mapping[str, Json]], name: str, word: str, *, start: int, pointer: str) -> Node:
    text, children = "", []
    for index, part in enumerate(parts):
        text += f" {word} " if index else ""
        nested = not _COMBINED.keys().isdisjoint(part)
        text += "(" if nested else ""
        child = written(part, start=start + len(text), pointer=f"{pointer}/{name}/{index}")
        text += f"{child.text})" if nested else child.text
        children.append(child)
    end = start + len(text)
    return Node(text, word, start=start, end=end, children=tuple(children), operator=name, pointer=pointer)


def _valued(node: Node, rule: Mapping[str, Json], new_scope: MakeScope) -> Node:
    """`node`, which is `rule` as written, with the value of each of its parts."""
    children, goes_on = [], True
    for index, child in enumerate(node.children):
        if node.kind == "comparison":
            children.append(_looked_up(child, new_scope))
            continue
        part = _valued(child, rule["Not"] if node.kind == "not" else rule[node.operator][index], new_scope)
        children.append(part if goes_on else unreached(part))
        goes_on = goes_on and part.error is None and part.result is (node.kind != "or")
    try:
        result, error = compile_rule(rule)(new_scope()), None
    except StateFailure as failure:
        result, error = None, failure.cause
    value = ABSENT if result is None else result
    return replace(node, value=value, result=result, error=error, children=tuple(children))


def _looked_up(node: Node, new_scope: MakeScope) -> Node:
    """A side of a comparison: what a path names."""
    if node.kind != "path":
        return node
    try:
        return replace(node, value=compile_path(node.text).find(new_scope()))
    except StateFailure as failure:
        return replace(node, error=failure.cause)
