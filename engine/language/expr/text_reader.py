"""What the recursive-descent readers of expressions stand on: a text, and a place in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NoReturn, TypeVar

from engine.errors import InvalidExpression

T = TypeVar("T")


class TextReader:
    """`at` is the next character, `depth` how deep what is read is nested."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at
        self.depth = 0

    def fail(self, message: str, at: int | None = None) -> NoReturn:
        """Raise InvalidExpression at `at`, or here."""
        position = self.at if at is None else at
        raise InvalidExpression(f"{message} (at character {position + 1} of {self.text!r})", position=position)

    def peek(self) -> str:
        """The next character; "" at the end."""
        return self.text[self.at] if self.at < len(self.text) else ""

    def space(self) -> None:
        """Go past blanks."""
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1

    def take(self, expected: str) -> bool:
        """Go past `expected`, if it is next."""
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def listed(self, closing: str, read: Callable[[], T], missing: str) -> list[T]:
        """What `read` reads, again after each comma, up to `closing`, which is taken too; else it is `missing`."""
        found: list[T] = []
        self.space()
        while not self.take(closing):
            if found and not self.take(","):
                self.fail(missing)
            self.space()
            found.append(read())
            self.space()
        return found

    def numeral(self, digits: str) -> int | float:
        """The number that `digits`, which are next, stand for."""
        number = int(digits) if digits.lstrip("-").isdigit() else float(digits)
        if not math.isfinite(number):
            self.fail("The number is too large")
        self.at += len(digits)
        return number
