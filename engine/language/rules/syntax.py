"""A JSONata expression taken apart: which spans of its text are expressions of their own.

A Pratt parser over the whole grammar of JSONata 2 (tokens, binding powers of the reference parser), which keeps only
what can stand alone: a part is an expression whose text, evaluated where the whole is evaluated, means the same. So an
operator, a call, a conditional, an array and a block are split into their parts; a path's steps, a predicate, a
lambda's body, a transform, a grouping and a sort are read over and stay within their leaf, since they see another
context value. A statement of a block sees the assignments before it: they are its `prelude`.

    $total > 10000 and $count($items[price > 3]) = 2
    └ comparison ┘     └─────── comparison ────────┘
    └path┘   └lit┘     └────────── call ────────┘└lit┘      $items[price > 3] is a path, and not split

Whether a text is JSONata at all is for expr.jsonata to say; what this parser cannot read becomes one leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.language.expr.jsonata_lexer import parts_of
from engine.records import dataclass

_SIGNS = frozenset(".[]{}(),@#;:?+-*/%|=<>^&!~")

_POWERS = {
    ".": 75, "[": 80, "{": 70, "(": 80, "@": 80, "#": 80, "?": 20, "?:": 40, "??": 40, "+": 50, "-": 50, "*": 60,
    "/": 60, "%": 60, "=": 40, "<": 40, ">": 40, "^": 40, "..": 20, ":=": 10, "!=": 40, "<=": 40, ">=": 40, "~>": 40,
    "and": 30, "or": 25, "in": 40, "&": 50,
}
"""Binding powers of the reference parser; what is absent ends an expression."""

_KINDS = {
    "and": "and", "or": "or", **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "in"), "comparison"),
    **dict.fromkeys(("+", "-", "*", "/", "%"), "arithmetic"), "&": "text", "~>": "chain", "??": "default",
    "?:": "default", "..": "range",
}
_LEAF_STEPS = (".", "[", "{", "^", "@", "#")
"""What follows sees another context value: all of it is one path."""

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 150


class Unreadable(Exception):
    """Not the grammar this parser knows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A span of the expression's text, [start, end) in characters, that can be evaluated alone.

    `kind` is and, or, not, comparison, arithmetic, text, call, conditional, path, variable, literal, array, object,
    block, assignment, chain, default, range, negation, function or expression. `operator` is the operator or the
    called function. `prelude` are the statements that must have run before it.
    """

    kind: str
    start: int
    end: int
    operator: str = ""
    parts: tuple[Part, ...] = ()
    prelude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Part:
    """The parts of `text`, a valid expression. Never raises: what it cannot read is one leaf."""
    try:
        parser = _Parser(text)
        part = parser.expression(0)
        if parser.token.kind == "end":
            return part
    except Unreadable:
        pass
    return Part("expression", 0, len(text))


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    for part in parts_of(text):
        if not (part.isspace() or part.startswith("/*")):
            yield _Token(_kind(part), part, at, at + len(part))
        at += len(part)
    while True:
        yield _Token("end", "", at, at)


def _kind(part: str) -> str:
    if part[0] in "\"'" or part[0].isdigit() or (part[0] == "/" and len(part) > 1):
        return "literal"
    return "operator" if part[0] in _SIGNS else "quoted" if part[0] == "`" else "name"


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.last_end = 0
        self.tokens = _tokens(text)
        self.token = next(self.tokens)

    def next(self) -> _Token:
        """Take the current token."""
        taken = self.token
        self.last_end = taken.end
        self.token = next(self.tokens)
        return taken

    def expect(self, text: str) -> None:
        if not self.at(text):
            raise Unreadable
        self.next()

    def at(self, text: str) -> bool:
        return self.token.kind == "operator" and self.token.text == text

    def power(self) -> int:
        named = self.token.kind == "name" and self.token.text in ("and", "or", "in")
        if self.token.kind != "operator" and not named:
            return 0
        return _POWERS.get(self.token.text, 0)

    def expression(self, least: int) -> Part:
        """Everything that binds tighter than `least`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable
        left = self.operand()
        while self.power() > least:
            left = self.infix(left)
        self.depth -= 1
        return left

    def operand(self) -> Part:  # noqa: PLR0911 - one way out for each way an operand begins
        token = self.token
        if token.kind == "end":
            raise Unreadable
        if token.kind == "literal":
            self.next()
            return Part("literal", token.start, token.end)
        if token.kind in ("name", "quoted"):
            return self.named()
        match token.text:
            case "(":
                return self.block()
            case "[":
                self.next()
                parts = self.listed("]", self.whole)
                return Part("array", token.start, self.last_end, "", tuple(parts))
            case "{":
                self.next()
                parts = self.listed("}", self.member)
                return Part("object", token.start, self.last_end, "", tuple(parts))
            case "-":
                self.next()
                inner = self.expression(70)
                kind = "literal" if inner.kind == "literal" else "negation"
                return Part(kind, token.start, inner.end, "-", () if kind == "literal" else (inner,))
            case "*" | "**" | "%":
                self.next()
                return Part("path", token.start, token.end)
            case "|":
                return self.transform()
            case _:
                raise Unreadable

    def named(self) -> Part:
        token = self.next()
        if token.text in ("function", "λ") and self.at("("):
            return self.function(token.start)
        if token.text in ("true", "false", "null"):
            return Part("literal", token.start, token.end)
        kind = "variable" if token.text.startswith("$") and token.text not in ("$", "$$") else "path"
        return Part(kind, token.start, token.end, token.text)

    def function(self, start: int) -> Part:
        """``function($a)<a:n>{ body }``: read over, and a leaf."""
        self.skip_group()
        if self.at("<"):
            while not self.at("{"):
                if self.token.kind == "end":
                    raise Unreadable
                self.next()
        self.skip_group()
        return Part("function", start, self.last_end)

    def skip_group(self) -> None:
        """From an opening bracket over its closing one."""
        opening = self.token.text
        if opening not in _CLOSERS or self.token.kind != "operator":
            raise Unreadable
        self.next()
        while not self.at(_CLOSERS[opening]):
            if self.token.kind == "end":
                raise Unreadable
            if self.token.kind == "operator" and self.token.text in _CLOSERS:
                self.skip_group()
            else:
                self.next()
        self.next()

    def listed(self, closer: str, item: Callable[[], Part], separator: str = ",") -> list[Part]:
        """What `item` reads, again after each `separator`, up to `closer`, which is taken too."""
        parts: list[Part] = []
        while not self.at(closer):
            parts.append(item())
            if not self.at(separator):
                break
            self.next()
        self.expect(closer)
        return parts

    def whole(self) -> Part:
        """An expression as far as it goes."""
        return self.expression(0)

    def member(self) -> Part:
        """``"key": value``: the value."""
        self.expression(0)
        self.expect(":")
        return self.expression(0)

    def argument(self) -> Part:
        """An argument, or the ``?`` of a partial application."""
        if not self.at("?"):
            return self.expression(0)
        token = self.next()
        return Part("?", token.start, token.end)

    def block(self) -> Part:
        """``(a)`` is its inner part with the brackets; ``(a; b)`` a block whose parts see the ones before."""
        start = self.next().start
        parts = self.listed(")", self.whole, ";")
        if len(parts) == 1 and parts[0].kind != "assignment":
            return replace(parts[0], start=start, end=self.last_end)
        seen: list[str] = []
        for index, part in enumerate(parts):
            parts[index] = _after(part, tuple(seen))
            seen.append(self.text[part.start:part.end])
        return Part("block", start, self.last_end, "", tuple(parts))

    def transform(self) -> Part:
        """``| pattern | update, delete |``: read over, and a leaf."""
        start = self.next().start
        self.expression(20)
        self.expect("|")
        self.expression(0)
        if self.at(","):
            self.next()
            self.expression(0)
        self.expect("|")
        return Part("function", start, self.last_end)

    def infix(self, left: Part) -> Part:
        operator = self.token.text
        if operator == "(":
            return self.call(left)
        if operator in _LEAF_STEPS:
            return self.step(left)
        self.next()
        if operator == "?":
            return self.conditional(left)
        if operator == ":=":
            value = self.expression(9)
            return Part("assignment", left.start, value.end, self.text[left.start:left.end], (value,))
        right = self.expression(_POWERS[operator])
        kind = _KINDS.get(operator)
        if kind is None:
            raise Unreadable
        # What a chain's right side is called with comes from its left: alone it would mean something else.
        parts = (left,) if kind == "chain" else (left, right)
        return Part(kind, left.start, right.end, operator, parts)

    def step(self, left: Part) -> Part:
        """A step of a path, a predicate, a grouping, a sort: the path so far and this make one leaf."""
        operator = self.token.text
        if operator in ("[", "{"):
            self.skip_group()
        elif operator == "^":
            self.next()
            self.skip_group()
        else:
            self.next()
            self.expression(_POWERS[operator])
        return Part("path", left.start, self.last_end)

    def call(self, left: Part) -> Part:
        """``$name(a, b)``: the arguments are parts, except ``?`` of a partial application, which stays a leaf."""
        name = self.text[left.start:left.end]
        self.next()
        parts = self.listed(")", self.argument)
        partial = any(part.kind == "?" for part in parts)
        if partial or left.kind != "variable":
            return Part("function" if partial else "call", left.start, self.last_end, name)
        kind = "not" if name == "$not" and len(parts) == 1 else "call"
        values = tuple(part for part in parts if part.kind != "function")
        return Part(kind, left.start, self.last_end, name, values)

    def conditional(self, left: Part) -> Part:
        yes = self.expression(0)
        parts = [left, yes]
        if self.at(":"):
            self.next()
            parts.append(self.expression(0))
        return Part("conditional", left.start, parts[-1].end, "?", tuple(parts))


def _after(part: Part, statements: tuple[str, ...]) -> Part:
    """`part` where `statements` have run."""
    if not statements:
        return part
    inner = tuple(_after(item, statements) for item in part.parts)
    return replace(part, parts=inner, prelude=(*statements, *part.prelude))
