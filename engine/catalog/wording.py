"""What pydantic finds wrong with a value, in words for whoever wrote it: what is expected, and what is there instead.

The value itself is never repeated: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.values import is_number, kind_of

_EXPECTED: Mapping[str, str] = {
    "model_type": "a JSON object", "dict_type": "a JSON object", "list_type": "an array", "string_type": "a string",
    "bool_type": "true or false", "int_type": "a whole number", "float_type": "a number",
}
"""What pydantic names by Python's types."""

_SAID: Mapping[str, str] = {
    "missing": "{name!r} is missing", "extra_forbidden": "unknown field {name!r}", "value_error": "{error}",
    "union_tag_invalid": "unknown type {tag!r}; known are {expected_tags}",
    "string_pattern_mismatch": "{name!r} does not match {pattern}", "literal_error": "{name}: must be {expected}",
    "greater_than": "{name}: must be more than {gt}", "greater_than_equal": "{name}: must be at least {ge}",
    "less_than": "{name}: must be less than {lt}", "less_than_equal": "{name}: must be at most {le}",
    "bool_parsing": "{name}: must be true or false", "int_parsing": "{name}: must be a whole number",
    "int_from_float": "{name}: must be a whole number", "float_parsing": "{name}: must be a number",
    "string_too_short": "{name}: must have {min_length} or more characters",
    "string_too_long": "{name}: must have {max_length} characters or fewer",
    "too_short": "{name}: must have {min_length} or more entries",
    "too_long": "{name}: must have {max_length} entries or fewer",
}


_NAME = re.compile(r"\^(?:\[([^\]]+)\])?\[([^\]]+)\]\{(\d+),(\d+)\}(?:\[([^\]]+)\])?\$")
_LIST = re.compile(r"\^\((\w+(?:\|\w+)*)\)\(,\(\1\)\)\*\$")
_RANGES: Mapping[str, tuple[str, ...]] = {
    "A-Za-z0-9": ("letters", "digits"), "A-Za-z": ("letters",), "a-z0-9": ("small letters", "digits"),
}


def _pattern_words(pattern: str) -> str | None:
    """What the pattern of a name (``^[a-z][a-z0-9-]{0,9}$``), or of words between commas, lets it have; None for one of
    another form."""
    if (words := _LIST.fullmatch(pattern)) is not None:
        *others, last_word = words[1].split("|")
        return f"be {', '.join(others)} or {last_word}, or several with commas between"
    found = _NAME.fullmatch(pattern)
    if found is None:
        return None
    first, rest, least, most, last = found.groups()
    ends = (first is not None) + (last is not None)
    said = f"have {int(least) + ends} to {int(most) + ends} characters, of {_characters(rest)}"
    if first is not None:
        said += f"; the first of {_characters(first)}"
    return said if last is None else f"{said}; the last of {_characters(last)}"


def _characters(kind: str) -> str:
    known = next((name for name in _RANGES if kind.startswith(name)), "")
    parts = [*_RANGES.get(known, ()), *kind[len(known):]]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def named(path: Sequence[str | int]) -> str:
    """What the value at `path` is called: its field, an item by its number."""
    last = path[-1] if path else ""
    return f"{path[-2]}[{last}]" if isinstance(last, int) and len(path) > 1 else str(last)


def in_words(item: Any, name: str) -> str:
    """One of ``ValidationError.errors()`` in words; `name` is what its value is called."""
    kind, context = item["type"], dict(item.get("ctx", {}))
    if kind == "int_type" and is_number(item["input"]):
        kind = "int_from_float"
    if kind in _EXPECTED:
        return f"{name}: must be {_EXPECTED[kind]}, not {kind_of(item['input'])}"
    if kind not in _SAID:
        return f"{name}: {item['msg'][:1].lower()}{item['msg'][1:]}"
    if kind == "string_pattern_mismatch" and (words := _pattern_words(str(context["pattern"]))) is not None:
        return f"{name}: must {words}"
    if context.get("expected") == "True":
        context["expected"] = "true"
    return _SAID[kind].format(name=name, **context)
