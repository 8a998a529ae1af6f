"""The regular expressions of filters (``[?(@.name =~ /^A/i)]``), compiled by the regex package, whose matches can be
given a time limit. It takes 10 ms to import: only the first pattern pays them (engine.language.expr.jsonpath_syntax).
"""

from __future__ import annotations

import regex

_FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL, "x": regex.VERBOSE, "u": 0, "d": 0, "U": 0}


class BadPattern(ValueError):
    """It is no regular expression."""


def compile_pattern(source: str, letters: str) -> regex.Pattern[str]:
    """``/source/letters``, letters as Java names its flags. Raises BadPattern."""
    flags = 0
    for letter in letters:
        flags |= _FLAGS[letter]
    try:
        return regex.compile(source, flags)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadPattern(error) from error
