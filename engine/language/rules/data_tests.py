"""A JSONPath rule (data tests with And, Or, Not) evaluated part by part.

The rule is written as one line of text, so that its parts have a place in it:
``$.total NumericGreaterThan 100 and not ($.tier StringEquals "gold")``. Every part's result comes from the predicate
that the compiler makes of that part (engine.language.asl.choice).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from engine.errors import StateFailure
from engine.language.asl.choice import compile_rule
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import ABSENT
from engine.language.rules.conditions import MakeScope, unreached
from engine.language.rules.tree import Json, Node

_ABOUT = frozenset({"Variable", "Next", "Comment", "Assign", "Output"})
"""Fields of a rule that are not its operator."""


def evaluated(rule: Mapping[str, Json], new_scope: MakeScope) -> Node:
    """The tree of `rule`. Raises UnknownRule or InvalidExpression where it cannot be compiled."""
    compile_rule(rule)
    return _node(rule, new_scope, start=0, pointer="")


def operator_of(rule: Mapping[str, Json]) -> str:
    """The comparison operator of a data test."""
    return next((name for name in rule if name not in _ABOUT), "")


def _node(rule: Mapping[str, Json], new_scope: MakeScope, *, start: int, pointer: str) -> Node:
    for name, word in (("And", "and"), ("Or", "or")):
        if name in rule:
            return _combined(rule, name, word, new_scope, start=start, pointer=pointer)
    if "Not" in rule:
        opening = "not ("
        inner = _node(rule["Not"], new_scope, start=start + len(opening), pointer=f"{pointer}/Not")
        text = f"{opening}{inner.text})"
        result, error = _verdict(rule, new_scope)
        return _result(Node(text, "not", start=start, end=start + len(text), children=(inner,), operator="Not",
                            pointer=pointer), result, error)
    return _data_test(rule, new_scope, start=start, pointer=pointer)


def _combined(
    rule: Mapping[str, Json], name: str, word: str, new_scope: MakeScope, *, start: int, pointer: str
) -> Node:
    text, children, goes_on = "", [], True
    for index, part in enumerate(rule[name]):
        text += f" {word} " if index else ""
        nested = "And" in part or "Or" in part
        text += "(" if nested else ""
        child = _node(part, new_scope, start=start + len(text), pointer=f"{pointer}/{name}/{index}")
        text += f"{child.text})" if nested else child.text
        children.append(child if goes_on else unreached(child))
        goes_on = goes_on and child.error is None and child.result is (name == "And")
    result, error = _verdict(rule, new_scope)
    return _result(Node(text, word, start=start, end=start + len(text), children=tuple(children), operator=name,
                        pointer=pointer), result, error)


def _data_test(rule: Mapping[str, Json], new_scope: MakeScope, *, start: int, pointer: str) -> Node:
    variable, name = str(rule["Variable"]), operator_of(rule)
    operand = rule[name]
    by_path = name.endswith("Path")
    shown = str(operand) if by_path else json.dumps(operand, ensure_ascii=False)
    text = f"{variable} {name} {shown}"
    left = _path(variable, new_scope, start=start, pointer=f"{pointer}/Variable")
    at = start + len(text) - len(shown)
    right = _path(operand, new_scope, start=at, pointer=f"{pointer}/{name}") if by_path else Node(
        shown, "literal", operand, start=at, end=at + len(shown), pointer=f"{pointer}/{name}")
    result, error = _verdict(rule, new_scope)
    return _result(Node(text, "comparison", start=start, end=start + len(text), children=(left, right), operator=name,
                        pointer=pointer), result, error)


def _path(text: str, new_scope: MakeScope, *, start: int, pointer: str) -> Node:
    end = start + len(text)
    try:
        value = compile_path(text).find(new_scope())
    except StateFailure as failure:
        return Node(text, "path", error=failure.cause, start=start, end=end, pointer=pointer)
    return Node(text, "path", value, start=start, end=end, pointer=pointer)


def _verdict(rule: Mapping[str, Json], new_scope: MakeScope) -> tuple[bool | None, str | None]:
    try:
        return compile_rule(rule)(new_scope()), None
    except StateFailure as failure:
        return None, failure.cause


def _result(node: Node, result: bool | None, error: str | None) -> Node:
    return replace(node, value=ABSENT if result is None else result, result=result, error=error)


