"""The JSONPath grammar: text to tokens. Jayway's dialect, which the Amazon States Language names as its own.

A recursive-descent reader with bounds on length, steps and nesting. `expr.jsonpath_tokens` has what it makes,
`engine.language.expr.jsonpath_select` what that means.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.errors import InvalidExpression
from engine.language.expr.jsonpath_functions import FUNCTIONS
from engine.language.expr.jsonpath_tokens import (
    Comparison,
    Condition,
    Either,
    Every,
    Exists,
    Filter,
    Function,
    Indexes,
    Literal,
    Names,
    Not,
    Operand,
    Pattern,
    Scan,
    Side,
    Slice,
    Token,
    Wildcard,
    is_definite,
)
from engine.language.expr.text_reader import TextReader

Json = Any

MOST_CHARACTERS = 8192
MOST_TOKENS = 100
MOST_NESTING = 32
MOST_PATTERN = 1024


_SYMBOLS = ("===", "!==", "==", "!=", "<=", ">=", "=~", "<", ">")
_WORDS = ("in", "nin", "all", "contains", "size", "empty", "subsetof", "anyof", "noneof")
_WORD = re.compile(r"[A-Za-z]+")
_DOTTED_NAME = re.compile(r"[^.\[(\s*][^.\[(\s]*")
_DOTTED_NAME_IN_FILTER = re.compile(r"[^.\[\]()\s'\"?,*<>=~!&|]+")
_BARE_WORD = re.compile(r"[^\W\d][\w.:/-]*")
_NAMES = re.compile(rf"(?:\.[A-Za-z_][A-Za-z0-9_]{{0,63}}){{0,{MOST_TOKENS}}}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INTEGERS = re.compile(r"-?\d{1,18}(?:\s*,\s*-?\d{1,18})*")
_SLICE = re.compile(r"(-?\d{1,18})?\s*:\s*(-?\d{1,18})?(?:\s*:.*)?")
_FLAGS = "imsxudU"
_NO_COMMA = "',' is missing"


def parse_tokens(text: str, start: int) -> tuple[Token, ...]:
    """The tokens of `text` from `start`, just after the root, to its end. Raises InvalidExpression.

    Most paths are names with dots between them: those are split, and read by the grammar only when they are not.
    """
    if _NAMES.fullmatch(text, start):
        return tuple([Names((name,)) for name in text[start:].split(".")[1:]])
    if len(text) > MOST_CHARACTERS:
        raise InvalidExpression(f"The path is longer than {MOST_CHARACTERS} characters", position=MOST_CHARACTERS)
    reader = _Reader(text, start)
    tokens = reader.tokens(inside=False)
    if reader.at < len(text):
        reader.fail("The path goes on where it should end")
    return tokens


class _Reader(TextReader):
    """A recursive-descent reader over one text."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text, at)
        self.steps = 0

    def expect(self, expected: str) -> None:
        if not self.take(expected):
            self.fail(f"'{expected}' is missing")

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MOST_NESTING:
            self.fail(f"The path nests deeper than {MOST_NESTING} levels")

    def leave(self) -> None:
        self.depth -= 1

    # --- paths

    def tokens(self, *, inside: bool) -> tuple[Token, ...]:
        """Tokens up to the text's end, or, `inside` a filter, up to what cannot belong to a path."""
        self.enter()
        found: list[Token] = []
        while self.at < len(self.text):
            if self.take(".."):
                found.append(Scan())
                if self.peek() != "[":
                    found.append(self.dotted(inside=inside))
            elif self.take("."):
                found.append(self.bracket() if self.peek() == "[" else self.dotted(inside=inside))
            elif self.peek() == "[":
                found.append(self.bracket())
            elif inside or self.only_blanks_are_left():
                break
            elif found and not self.peek().isspace():
                found.append(self.dotted(inside=inside))  # $.lines[0]id: no dot is needed behind a bracket
            else:
                self.fail("Expected '.' or '['")
            self.steps += 1
            if self.steps > MOST_TOKENS:
                self.fail(f"The path has more than {MOST_TOKENS} steps")
            if isinstance(found[-1], Function):
                break
        self.leave()
        return tuple(found)

    def only_blanks_are_left(self) -> bool:
        if self.text[self.at :].strip():
            return False
        self.at = len(self.text)
        return True

    def dotted(self, *, inside: bool) -> Token:
        if self.take("*"):
            return Wildcard()
        match = (_DOTTED_NAME_IN_FILTER if inside else _DOTTED_NAME).match(self.text, self.at)
        if match is None:
            self.fail("A name is missing; use ['…'] for one with blanks or signs")
        begin, self.at = self.at, match.end()
        if self.peek() != "(":
            return Names((match.group(),))
        if match.group() not in FUNCTIONS:
            self.at = begin
            self.fail(f"{match.group()!r} is not a function of JSONPath")
        self.at += 1
        return Function(match.group(), self.arguments())

    def arguments(self) -> tuple[Json | Operand, ...]:
        """A function's arguments: literals, and paths from the document's root."""
        return tuple(self.listed(")", lambda: self.side() if self.peek() == "$" else self.literal(), _NO_COMMA))

    def bracket(self) -> Token:
        self.expect("[")
        self.space()
        token: Token
        if self.take("*"):
            token = Wildcard()
        elif self.peek() == "?":
            return self.filter()
        elif self.peek() in ("'", '"'):
            names = [self.quoted()]
            self.space()
            while self.take(","):
                self.space()
                names.append(self.quoted())
                self.space()
            token = Names(tuple(names))
        elif match := _SLICE.match(self.text[: self.closing_bracket()].rstrip(), self.at):
            first, second = match.group(1), match.group(2)
            if first is None and second is None:
                self.fail("A slice needs its start or its end")
            token = Slice(None if first is None else int(first), None if second is None else int(second))
            self.at = match.end()
        elif match := _INTEGERS.match(self.text, self.at):
            token = Indexes(tuple(int(part) for part in match.group().split(",")))
            self.at = match.end()
        else:
            self.fail("Expected an index, a slice, a quoted name, '*' or a filter")
        self.space()
        self.expect("]")
        return token

    def closing_bracket(self) -> int:
        end = self.text.find("]", self.at)
        return end if end >= 0 else len(self.text)

    def quoted(self) -> str:
        """A quoted text. A backslash escapes a backslash and the closing quote; before others it is itself."""
        quote = self.peek()
        if quote not in ("'", '"'):
            self.fail("A quoted name is missing")
        self.at += 1
        parts: list[str] = []
        while True:
            char = self.peek()
            if char == "":
                self.fail("The quote is not closed")
            self.at += 1
            if char == quote:
                return "".join(parts)
            if char == "\\" and self.peek() in ("\\", quote):
                char = self.peek()
                self.at += 1
            parts.append(char)

    # --- filters

    def filter(self) -> Filter:
        begin = self.at - 1
        self.expect("?")
        self.space()
        self.expect("(")
        test = self.either()
        self.space()
        self.expect(")")
        self.space()
        self.expect("]")
        return Filter(test, self.text[begin : self.at])

    def either(self) -> Condition:
        self.enter()
        parts = [self.every()]
        while self.sign("||"):
            parts.append(self.every())
        self.leave()
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def every(self) -> Condition:
        parts = [self.single()]
        while self.sign("&&"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def sign(self, sign: str) -> bool:
        self.space()
        return self.take(sign)

    def single(self) -> Condition:
        self.space()
        if self.take("!"):
            self.enter()
            inner = self.single()
            self.leave()
            return Not(inner)
        if self.take("("):
            inner = self.either()
            self.space()
            self.expect(")")
            return inner
        left = self.side()
        self.space()
        operator = self.operator()
        if operator is not None:
            self.space()
            return Comparison(left, operator, self.bare_word() or self.side())
        if not isinstance(left, Operand):
            self.fail("A literal alone is no condition")
        return Exists(left)

    def operator(self) -> str | None:
        for symbol in _SYMBOLS:
            if self.take(symbol):
                return symbol
        word = _WORD.match(self.text, self.at)
        if word is not None:
            if word.group().lower() not in _WORDS:
                self.fail(f"{word.group()!r} is not an operator")
            self.at = word.end()
            return str(word.group()).lower()
        return None

    def bare_word(self) -> Side | None:
        """A text without quotes at the right of a comparison, which real definitions have: ``@.state == OPEN``."""
        word = _BARE_WORD.match(self.text, self.at)
        if word is None or word.group() in ("true", "false", "null"):
            return None
        self.at = word.end()
        return Literal(word.group())

    def side(self) -> Side:
        char = self.peek()
        if char in ("$", "@"):
            self.at += 1
            tokens = self.tokens(inside=True)
            return Operand(char == "$", tokens, is_definite(tokens))
        if char == "/":
            return self.pattern()
        return Literal(self.literal())

    def literal(self) -> Json:
        char = self.peek()
        if char in ("'", '"') and char:
            return self.quoted()
        if char == "[":
            self.at += 1
            self.enter()
            values = self.listed("]", self.literal, _NO_COMMA)
            self.leave()
            return values
        if char == "{":
            return self.object()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.take(word):
                return value
        match = _NUMBER.match(self.text, self.at)
        if match is None or len(match.group()) > 64:
            self.fail("A value is missing")
        return self.numeral(match.group())

    def object(self) -> Json:
        try:
            value, self.at = json.JSONDecoder().raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            self.fail("Not a JSON object")
        return value

    def pattern(self) -> Pattern:
        self.expect("/")
        begin = self.at
        while self.peek() != "/":
            if self.peek() == "":
                self.fail("The pattern is not closed")
            self.at += 2 if self.peek() == "\\" else 1
        source = self.text[begin : self.at]
        self.at += 1
        begin = self.at
        while self.peek() and self.peek() in _FLAGS:
            self.at += 1
        if len(source) > MOST_PATTERN:
            self.fail(f"The pattern is longer than {MOST_PATTERN} characters")
        from engine.language.expr.jsonpath_patterns import BadPattern, compile_pattern  # noqa: PLC0415  see there

        try:
            return Pattern(compile_pattern(source, self.text[begin : self.at]))
        except BadPattern as error:
            self.fail(f"Not a regular expression: {error}")
