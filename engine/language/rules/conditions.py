"""A JSONata Condition evaluated part by part, each by the engine's own adapter.

The root's result is the engine's verdict on the whole; the other parts are evaluated alone, with the statements before
them in their block. `and`, `or` and a conditional leave parts unreached, as jlens does; their values are shown too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.scope import ABSENT, Scope
from engine.language.rules.syntax import Part, parse
from engine.language.rules.tree import Json, Node

MakeScope = Callable[[], Scope]
"""A fresh scope for each evaluation: a scope counts the random numbers it gave."""

_DECIDING = ("and", "or", "not", "comparison")
_UNVALUED = ("assignment", "function")


def evaluated(source: str, field: str, new_scope: MakeScope) -> Node:
    """The tree of the text between ``{%`` and ``%}``. Raises InvalidExpression for what is no JSONata."""
    text = source.strip()
    compile_jsonata(text, field)
    return _Evaluation(text, field, new_scope).node(parse(text), reached=True)


class _Evaluation:
    def __init__(self, text: str, field: str, new_scope: MakeScope) -> None:
        self.text = text
        self.field = field
        self.new_scope = new_scope

    def node(self, part: Part, *, reached: bool) -> Node:
        text = self.text[part.start:part.end]
        value, error = self.value(part, text)
        children = self.children(part, reached=reached)
        result = value if isinstance(value, bool) else None
        if result is None and part.kind in _DECIDING and value is not ABSENT:
            result = truth(value)
        return Node(
            text, part.kind, value, result, error, part.start, part.end, children, part.operator, reached
        )

    def value(self, part: Part, text: str) -> tuple[Json, str | None]:
        """(value or ABSENT, error)."""
        if part.kind in _UNVALUED:
            return ABSENT, None
        try:
            return _compiled("".join(f"{statement}; " for statement in part.prelude), text, self.field).find(
                self.new_scope()), None
        except StateFailure as failure:
            return ABSENT, failure.cause
        except InvalidExpression as problem:  # a part that cannot stand alone after all
            return ABSENT, problem.message

    def children(self, part: Part, *, reached: bool) -> tuple[Node, ...]:
        nodes: list[Node] = []
        goes_on = reached
        for index, child in enumerate(part.parts):
            node = self.node(child, reached=goes_on)
            if part.kind in ("and", "or", "not") or (part.kind == "conditional" and index == 0):
                node = _tested(node)
            if part.kind in ("and", "or"):
                goes_on = goes_on and node.result is not (part.kind == "or")
            nodes.append(node)
        if part.kind == "conditional":
            taken = 1 if nodes[0].result else 2
            nodes = [
                node if index in (0, taken) else unreached(node) for index, node in enumerate(nodes)
            ]
        return tuple(nodes)


def unreached(node: Node) -> Node:
    """`node` and all below it, not evaluated by the engine."""
    return replace(node, reached=False, children=tuple(unreached(child) for child in node.children))


def truth(value: Json) -> bool:
    """JSONata's ``$boolean``: empty texts, lists and objects, 0 and null are false, a list holds if an item does."""
    if isinstance(value, list):
        return any(truth(item) for item in value)
    return bool(value)


def _tested(node: Node) -> Node:
    """`node` where its truth counts: an operand of `and`, `or`, `$not`, a conditional's first part."""
    if node.error is not None or node.result is not None:
        return node
    return replace(node, result=False if node.value is ABSENT else truth(node.value))


@lru_cache(maxsize=512)
def _compiled(prelude: str, text: str, field: str) -> JsonataExpression:
    return compile_jsonata(f"({prelude}\n{text}\n)" if prelude else text, field)
