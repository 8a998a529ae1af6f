"""The regular expressions of a JSON Schema, compiled and searched within bounds.

The schema's author writes them and the input's sender picks the text: ``^(a+)+$`` and a few dozen characters occupy a
backtracking matcher for years. So the `regex` package matches, which gives up after a time, and what already costs too
much to compile (``a{1000000}`` takes a second) is refused when the schema is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

MOST_CHARACTERS = 10_000
MOST_UNROLLED = 20_000
"""How long a pattern may be with its least repeats written out: they are compiled like that."""

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<times>\d+)(?:,\d*)?\}|.", re.DOTALL)
_RECURSION = re.compile(r"\(\?(?:R|&|P>|[+-]?\d)")
_VERBOSE = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?=[A-Za-z0-9-]*+[:)])[A-Za-wyz0-9-]*+x")
"""The flag under which spaces and comments stand in a pattern, within its repeats too: ``(?x)a { 1000000 }``."""

_PLAIN = re.compile(r"\^?(?:(?:[\w /:@,;=-]|\\[dws./-]|\[\^?(?:A-Z|a-z|0-9|A-F|a-f|[\w ./@])+-?\])"
                    r"(?:[+*?]|\{\d{1,2}\}|\{[01],[1-9]\d?\})?){0,100}\$?", re.ASCII)
"""Characters, the usual classes and ranges, each repeated at most so often."""


class BadPattern(ValueError):
    """It is no regular expression, or one too large."""


def check_pattern(source: str) -> None:
    """Raise BadPattern for what `compile_pattern` would not take; a plain pattern is told without compiling it."""
    if not _PLAIN.fullmatch(source):
        compile_pattern(source)


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> regex.Pattern[str]:
    """`source` compiled. Raises BadPattern, in words for its author."""
    import regex  # noqa: PLC0415  10 ms that processes without patterns do not pay

    if len(source) > MOST_CHARACTERS or _unrolled(source) > MOST_UNROLLED:
        raise BadPattern(
            f"is too large: it may have {MOST_CHARACTERS:,} characters, {MOST_UNROLLED:,} with its repeats written out"
        )
    if _RECURSION.search(source):
        raise BadPattern("calls itself or a group, which is no part of JSON Schema's regular expressions")
    if _VERBOSE.search(source):
        raise BadPattern("sets the flag x, which is no part of JSON Schema's regular expressions")
    try:
        return regex.compile(source)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadPattern(f"is not a regular expression: {error}") from error


def _unrolled(source: str) -> int:
    """About how many characters `source` has once each ``x{n,m}`` stands as n times x."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(source):
        times, text = token["times"], token[0]
        if times is not None:
            grown = last * (min(int(times[:6]), MOST_UNROLLED + 1) or 1)
            sizes[-1] += grown - last
            last = grown
        elif text == "(":
            sizes.append(0)
        elif text == ")" and len(sizes) > 1:
            last = sizes.pop() or 1
            sizes[-1] += last
        else:
            sizes[-1] += 1
            last = 1
        if sizes[-1] > MOST_UNROLLED:
            break
    return sum(sizes)
