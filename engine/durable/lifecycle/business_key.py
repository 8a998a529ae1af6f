"""The business key of a run: what people search for (an order number), taken from the input by the workflow's own
expression."""

from __future__ import annotations

from typing import Any

from engine.errors import StateFailure
from engine.ports.published import PublishedVersion

Json = Any

MAX_LENGTH = 256


def business_key(version: PublishedVersion, execution_input: Json) -> str | None:
    """The key as text, at most 256 characters; None where the workflow has none or the input holds none."""
    source = version.business_key
    if source is None:
        return None
    # Few workflows have one, and these are much to import.
    from engine.language.expr.jsonata import compile_jsonata  # noqa: PLC0415
    from engine.language.expr.jsonpath import compile_path  # noqa: PLC0415
    from engine.language.expr.scope import Scope  # noqa: PLC0415

    scope = Scope(input=execution_input)
    try:
        if source.startswith("{%"):
            inner = source.removeprefix("{%").removesuffix("%}").strip()
            value = compile_jsonata(inner, "business_key").evaluate(scope)
        else:
            value = compile_path(source).read(scope, "business_key")
    except StateFailure:
        return None
    return None if value is None or isinstance(value, (dict, list)) else str(value)[:MAX_LENGTH]
