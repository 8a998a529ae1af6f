"""What the recursive-descent readers of expressions stand on: a text, and a place in it."""

from __future__ import annotations

from typing import NoReturn

from engine.errors import InvalidExpression


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
