"""Reference Paths: paths that name one place, and writing a value there (ResultPath).

Only names and indexes from 0 up may stand in one. Writing copies the containers along the path and shares everything
else: a state's input is a value that other frames and the journal hold too.
"""

from __future__ import annotations

from typing import Any

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.java_text import quoted_json
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.jsonpath_tokens import plain_keys
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class ReferencePath:
    """A compiled Reference Path: `keys` are names and indexes; none of them is the whole document (``$``)."""

    text: str
    keys: tuple[str | int, ...]

    def put(self, document: Json, value: Json) -> Json:
        """`document` with `value` at this place; names that are missing on the way are made.

        Raises StateFailure ``States.ResultPathMatchFailure`` where the place cannot exist: a name in something that
        is no object, an index in something that is no array or outside of it (ASL specification, "ResultPath").
        """
        copies: list[Json] = []
        node = document
        for key in self.keys:
            copy = self._opened(node, key, document)
            copies.append(copy)
            node = copy[key] if isinstance(key, int) else copy.get(key, {})
        for key, copy in zip(reversed(self.keys), reversed(copies), strict=True):
            copy[key] = value
            value = copy
        return value

    def _opened(self, node: Json, key: str | int, document: Json) -> Json:
        """A copy of the container that holds `key`."""
        if isinstance(key, str) and isinstance(node, dict):
            return dict(node)
        if isinstance(key, int) and isinstance(node, list) and key < len(node):
            return list(node)
        raise StateFailure(
            "States.ResultPathMatchFailure",
            f"Unable to apply ReferencePath {self.text} to input {quoted_json(document)}",
            field="ResultPath",
        )


def compile_reference(text: str) -> ReferencePath:
    """Compile ``$``, ``$.a.b`` or ``$.a[0]['b c']``. Raises InvalidExpression for anything that is not one place."""
    path = compile_path(text)
    if path.root != "input":
        raise InvalidExpression(f"A Reference Path begins with '$.': {text!r}", position=1)
    keys = plain_keys(path.tokens)
    if keys is None:
        raise InvalidExpression(
            f"A Reference Path names one place; wildcards, slices, filters and functions do not: {text!r}",
            advice="Use names and indexes only.",
        )
    return ReferencePath(text, keys)
