"""What pydantic finds wrong with a value, in words for whoever wrote it: what is expected, and what is there instead.

The value itself is never repeated: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.values import kind_of

_EXPECTED: Mapping[str, str] = {
    "model_type": "a JSON object", "dict_type": "a JSON object", "list_type": "an array", "string_type": "a string",
    "bool_type": "true or false", "bool_parsing": "true or false", "int_type": "a whole number",
    "int_parsing": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "float_parsing": "a number",
}
"""pydantic names Python's types."""


def named(path: Sequence[str | int]) -> str:
    """What the value at `path` is called: its field, an item by its number."""
    last = path[-1] if path else ""
    return f"{path[-2]}[{last}]" if isinstance(last, int) and len(path) > 1 else str(last)


def in_words(item: Any, name: str) -> str:
    """One of ``ValidationError.errors()`` in words; `name` is what its value is called."""
    kind, context = item["type"], item.get("ctx", {})
    match kind:
        case "missing":
            said = f"{name!r} is missing"
        case "extra_forbidden":
            said = f"unknown field {name!r}"
        case "value_error":
            said = str(context["error"])
        case "union_tag_invalid":
            said = f"unknown type {context['tag']!r}; known are {context['expected_tags']}"
        case "string_pattern_mismatch":
            said = f"{name!r} does not match {context['pattern']}"
        case "literal_error":
            said = f"{name}: must be {'true' if context['expected'] == 'True' else context['expected']}"
        case _ if kind in _EXPECTED:
            said = f"{name}: must be {_EXPECTED[kind]}, not {kind_of(item['input'])}"
        case _:
            said = f"{name}: {item['msg'][:1].lower()}{item['msg'][1:]}"
    return said
