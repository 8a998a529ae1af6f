"""When two JSON values are the same to a JSON Schema (2020-12 core, 4.2.2): 1 is 1.0, true is not 1, members have no
order."""

from __future__ import annotations

import json
from typing import Any

Json = Any


def canonical(value: Json) -> str:
    """A text that two values share exactly when they are equal. A text, for Python's hashes of numbers can be chosen to
    collide. Raises ValueError for a number that JSON has not."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
