"""How large a value may be that an expression makes: a few shared references can stand for gigabytes once printed.

    {"v.$": "States.Array($v, $v)"} in a loop of sixty rounds: sixty lists, and 2^60 texts in their JSON

Making such a value is cheap; printing, encoding or walking it is not. So what a state makes is walked once, level by
level, and given up as soon as it is known to be too much. What is only handed on is not walked again.
"""

from __future__ import annotations

from typing import Any

Json = Any

MOST_NODES = 500_000
MOST_CHARACTERS = 32 * 1024 * 1024
MOST_TEXT = 8 * 1024 * 1024
"""The longest text that a function makes or reads: characters in intrinsics, bytes in JSONata."""
MOST_LEVELS = 500
"""Arrays and objects within one another: snapshots and events nest a value deeper, within Python's recursion limit."""

DATA_LIMIT = "States.DataLimitExceeded"


def excess(*values: Json, characters: int = MOST_CHARACTERS) -> str | None:
    """What makes the values too large, to stand behind "it …"; None for what is within bounds.

    `characters` bounds all texts and names together.
    """
    level: list[Json] = list(values)
    nodes = written = levels = 0
    while level:
        nodes += len(level)
        following: list[Json] = []
        for node in level:
            if isinstance(node, str):
                written += len(node)
            elif isinstance(node, dict):
                following.extend(node.values())
                written += sum(map(len, node))
            elif isinstance(node, list):
                following.extend(node)
            if nodes + len(following) > MOST_NODES:
                return f"holds more than {MOST_NODES:,} values"
        if written > characters:
            return f"holds more than {characters:,} characters of text"
        level = following
        levels += 1
        if levels >= MOST_LEVELS and any(isinstance(node, dict | list) for node in level):
            return f"nests more than {MOST_LEVELS} arrays and objects within one another"
    return None


def parses_to_too_much(text: str) -> bool:
    """Whether JSON text would be too large a value, told by its length and what separates values in it."""
    return len(text) > MOST_TEXT or text.count(",") + text.count("[") + text.count("{") > MOST_NODES


def json_size(value: Json, most: int) -> int:
    """About how many characters the value's JSON text has; `most` where they are more."""
    size, waiting = 0, [value]
    while waiting and size < most:
        node = waiting.pop()
        if isinstance(node, str):
            size += len(node) + 2
        elif isinstance(node, dict):
            size += sum(map(len, node)) + 4 * len(node) + 2
            waiting.extend(node.values())
        elif isinstance(node, list):
            size += len(node) + 2
            waiting.extend(node)
        else:
            size += 5
    return min(size, most)
