"""The JSON text of what a segment holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

Json = Any

_python_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def dumps(value: Json) -> bytes:
    """JSON text in UTF-8. By pydantic's writer where a connector has brought it: it takes a quarter of the time, and
    NaN stays NaN. A worker that has none pays for no import."""
    quick: Callable[[Json], bytes] | None = getattr(sys.modules.get("pydantic_core"), "to_json", None)
    try:
        if quick is not None:
            return quick(value)
    except ValueError:  # it refuses lone surrogates, and what nests more than 255 deep
        pass
    return _python_json(value).encode("utf-8", "surrogatepass")
