"""DynamoDB's expressions, as far as the adapters write them, each made a function once.

Conditions and key conditions: comparisons, BETWEEN, IN, attribute_exists, attribute_not_exists, begins_with, AND, OR
and parentheses. Updates: SET with sums and if_not_exists, REMOVE. Anything else is refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Item = dict[str, dict[str, Any]]
Asked = Mapping[str, Any]
"""A request: its ExpressionAttributeValues and ExpressionAttributeNames are looked up."""

Condition = Callable[[Item, Asked], bool]
Operand = Callable[[Item, Asked], Any]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),+-]|[#:]?\w+)")
_COMPARISONS = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
_NUMBER = {"+": operator.add, "-": operator.sub}


class UnknownExpression(ValueError):
    """The adapters write no such expression, and this store does not know it."""


def plain(value: Mapping[str, Any] | None) -> Any:
    """What an attribute's value compares as; None where there is none."""
    if value is None:
        return None
    return float(value["N"]) if "N" in value else next(iter(value.values()))


@cache
def condition(text: str) -> Condition:
    """A condition, or a key condition. Raises UnknownExpression."""
    return _Parser(text).whole(_Parser.either)


@cache
def update(text: str) -> Callable[[Item, Asked], Item]:
    """The item after an update; the one before stays as it is. Raises UnknownExpression."""
    return _Parser(text).whole(_Parser.changes)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)[::-1]

    def whole(self, rule: Callable[[_Parser], Any]) -> Any:
        made = rule(self)
        if self._tokens:
            raise UnknownExpression(f"{self._tokens[-1]!r} in {self._text!r}")
        return made

    def either(self) -> Condition:
        terms = [self._all()]
        while self._next("OR"):
            terms.append(self._all())
        return terms[0] if len(terms) == 1 else lambda item, asked: any(term(item, asked) for term in terms)

    def _all(self) -> Condition:
        terms = [self._term()]
        while self._next("AND"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else lambda item, asked: all(term(item, asked) for term in terms)

    def _term(self) -> Condition:
        if self._next("("):
            inner = self.either()
            self._must(")")
            return inner
        if self._tokens[-1] in ("attribute_exists", "attribute_not_exists"):
            there = self._tokens.pop() == "attribute_exists"
            self._must("(")
            path = self._operand()
            self._must(")")
            return lambda item, asked: (path(item, asked) is not None) == there
        if self._next("begins_with"):
            self._must("(")
            path = self._operand()
            self._must(",")
            prefix = self._operand()
            self._must(")")
            return lambda item, asked: (path(item, asked) or "").startswith(prefix(item, asked))
        return self._comparison(self._operand())

    def _comparison(self, left: Operand) -> Condition:
        if self._next("BETWEEN"):
            low = self._operand()
            self._must("AND")
            high = self._operand()
            return lambda item, asked: (
                (found := left(item, asked)) is not None and low(item, asked) <= found <= high(item, asked)
            )
        if self._next("IN"):
            self._must("(")
            any_of = [self._operand()]
            while self._next(","):
                any_of.append(self._operand())
            self._must(")")
            return lambda item, asked: left(item, asked) in [each(item, asked) for each in any_of]
        compare = _COMPARISONS.get(self._tokens.pop()) if self._tokens else None
        if compare is None:
            raise UnknownExpression(f"no comparison where one was expected in {self._text!r}")
        right = self._operand()
        return lambda item, asked: (found := left(item, asked)) is not None and compare(found, right(item, asked))

    def changes(self) -> Callable[[Item, Asked], Item]:
        sets: list[tuple[Callable[[Asked], str], Operand]] = []
        removes: list[Callable[[Asked], str]] = []
        while self._tokens:
            if self._next("SET"):
                sets.append(self._set())
                while self._next(","):
                    sets.append(self._set())
            else:
                self._must("REMOVE")
                removes.append(self._name())
                while self._next(","):
                    removes.append(self._name())

        def changed(item: Item, asked: Asked) -> Item:
            after = dict(item)
            for name, value in sets:
                made = value(item, asked)
                after[name(asked)] = made if isinstance(made, dict) else {"N": repr(made)}
            for name in removes:
                after.pop(name(asked), None)
            return after

        return changed

    def _set(self) -> tuple[Callable[[Asked], str], Operand]:
        name = self._name()
        self._must("=")
        left = self._value()
        if self._tokens and self._tokens[-1] in _NUMBER:
            reckon = _NUMBER[self._tokens.pop()]
            right = self._value()
            return name, lambda item, asked: reckon(plain(left(item, asked)), plain(right(item, asked)))
        return name, left

    def _value(self) -> Operand:
        """A whole attribute value, as a SET stores it."""
        if self._next("if_not_exists"):
            self._must("(")
            name = self._name()
            self._must(",")
            otherwise = self._value()
            self._must(")")
            return lambda item, asked: item[name(asked)] if name(asked) in item else otherwise(item, asked)
        token = self._tokens.pop()
        if token.startswith(":"):
            return lambda _item, asked: asked["ExpressionAttributeValues"][token]
        return lambda item, asked: item[_named(token, asked)]

    def _operand(self) -> Operand:
        """What compares."""
        token = self._tokens.pop()
        if token.startswith(":"):
            return lambda _item, asked: plain(asked["ExpressionAttributeValues"][token])
        return lambda item, asked: plain(item.get(_named(token, asked)))

    def _name(self) -> Callable[[Asked], str]:
        token = self._tokens.pop()
        return lambda asked: _named(token, asked)

    def _next(self, token: str) -> bool:
        found = bool(self._tokens) and self._tokens[-1] == token
        if found:
            self._tokens.pop()
        return found

    def _must(self, token: str) -> None:
        if not self._next(token):
            raise UnknownExpression(f"no {token!r} where it was expected in {self._text!r}")


def _named(token: str, asked: Asked) -> str:
    name: str = asked["ExpressionAttributeNames"][token] if token.startswith("#") else token
    return name
