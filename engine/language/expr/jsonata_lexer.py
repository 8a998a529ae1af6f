"""A JSONata expression cut into what its lexer tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PART = re.compile(
    r"""(?P<blank>\s+|/\*.*?\*/)
      | (?P<operand>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | (?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?
        | [^\s"'`.[\]{}(),@\#;:?+\-*/%|=<>^&!~][^\s.[\]{}(),@\#;:?+\-*/%|=<>^&!~]*)
      | \.\. | \*\* | [:!<>]= | ~> | \?[?:] | .""",
    re.DOTALL | re.VERBOSE,
)
"""What the lexer tells apart; a name goes on to the next blank or sign of an operator."""
_PREFIXES = frozenset("([{-|")
_INFIX_WORDS = frozenset({"and", "or", "in"})


def parts_of(text: str) -> Iterator[str]:
    """The text, cut into what JSONata's lexer tells apart.

    A slash begins a regular expression at the start and behind an infix operator, a comma or the like; behind a prefix
    (an open bracket that follows no operand, a minus) it does not: so do the reference implementation and jlens.
    """
    operand, regular, at = True, True, 0  # what comes next: an operand? may it be a regular expression?
    while at < len(text):
        found = _PART.match(text, at)
        part = found.group() if found else text[at]
        if part == "/" and regular:
            part = _regular_expression(text, at)
            operand = regular = False
        elif found is None or found.lastgroup != "blank":
            if operand:
                operand, regular = part in _PREFIXES, False
            else:
                ended = (found is not None and found.lastgroup == "operand") or part in {")", "]", "}"}
                operand = regular = part in _INFIX_WORDS or not ended
        at += len(part)
        yield part


def _regular_expression(text: str, start: int) -> str:
    """The literal that begins at `start`: to the slash outside of its brackets, and the flags behind."""
    depth, at = 0, start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        elif text[at] == "/" and depth == 0:
            break
        at += 1
    end = at + 1
    while end < len(text) and text[end] in "im":
        end += 1
    return text[start:end]
