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
MOST_LEVELS = 500
"""Arrays and objects within one another: snapshots and events nest a value deeper, within Python's recursion limit."""

DATA_LIMIT = "States.DataLimitExceeded"


def excess(*values: Json) -> str | None:
    """What makes the values too large, to stand behind "it …"; None for what is within bounds."""
    level: list[Json] = list(values)
    nodes = characters = levels = 0
    while level:
        nodes += len(level)
        following: list[Json] = []
        for node in level:
            if isinstance(node, str):
                characters += len(node)
            elif isinstance(node, dict):
                following.extend(node.values())
                characters += sum(map(len, node))
            elif isinstance(node, list):
                following.extend(node)
            if nodes + len(following) > MOST_NODES:
                return f"holds more than {MOST_NODES:,} values"
        if characters > MOST_CHARACTERS:
            return f"holds more than {MOST_CHARACTERS:,} characters of text"
        level = following
        levels += 1
        if levels >= MOST_LEVELS and any(isinstance(node, dict | list) for node in level):
            return f"nests more than {MOST_LEVELS} arrays and objects within one another"
    return None
