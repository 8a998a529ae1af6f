"""How the service prints values inside sentences and `States.Format`: as Java's `toString` does.

A map is ``{a=1, b=[1, 2]}``, a float follows `Double.toString`, null is ``null``.
"""

from __future__ import annotations

import json
import math
from typing import Any

Json = Any

MOST_QUOTED = 8_192
"""How much of a value a cause quotes, in characters."""


def json_text(value: Json) -> str:
    """`value` as compact JSON, as causes quote it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def quoted_json(value: Json) -> str:
    """`value` as causes quote it: compact JSON, cut where it would swell the cause."""
    text = json_text(value)
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}..."


def java_text(value: Json) -> str:
    """`value` as `String.valueOf` prints it."""
    match value:
        case str():
            return value
        case None | True | False:
            return json.dumps(value)
        case float():
            return java_double(value)
        case dict():
            return "{" + ", ".join(f"{key}={java_text(child)}" for key, child in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(java_text, value)) + "]"
        case _:
            return str(value)


def java_double(value: float) -> str:
    """`value` as `Double.toString` prints it: plain from 1e-3 up to 1e7, else with an exponent."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        text = repr(value)
        return text if "e" not in text else f"{value:.20f}".rstrip("0")
    digits, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        sign = "-" if value < 0 else ""
        whole, _, fraction = digits.lstrip("-").partition(".")
        if whole.strip("0"):
            exponent = str(len(whole) - 1)
            significant = (whole + fraction).rstrip("0")
        else:
            significant = fraction.lstrip("0")
            exponent = str(len(significant) - len(fraction) - 1)
        digits = f"{sign}{significant[0]}.{significant[1:] or '0'}"
    elif "." not in digits:
        digits += ".0"
    return f"{digits}E{int(exponent)}"


def java_class(value: Json) -> str:
    """The Java class that holds `value`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if isinstance(value, int):
        return "java.lang.Integer" if -(2**31) <= value < 2**31 else "java.lang.Long"
    if isinstance(value, float):
        return "java.lang.Double"
    if isinstance(value, str):
        return "java.lang.String"
    return "java.util.ArrayList" if isinstance(value, list) else "java.util.LinkedHashMap"
