"""Payload templates: JSON with expressions in it, rendered against a scope.

JSONPath:  ``{"id.$": "$.order.id", "note": "plain"}``, a key that ends in ``.$`` holds a path or an intrinsic.
JSONata:   ``{"id": "{% $states.input.order.id %}"}``, any text in ``{% %}``, at any depth.

What holds no expression is a constant and is handed out as it is, shared: nobody changes JSON values in place.
A literal ``{"$secret": "KEY"}`` is recorded with its place; it renders as itself, and only the edge resolves it. One
that an expression brings in is data and is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.bounds import DATA_LIMIT, excess
from engine.language.expr.intrinsics import Intrinsic, compile_intrinsic
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.jsonpath import Path, compile_path
from engine.language.expr.scope import Scope

Json = Any
Render = Callable[[Scope], Json]

_E = TypeVar("_E", Path | Intrinsic, JsonataExpression)

MOST_NESTING = 200

_Place = tuple[str | int, ...]


class Template:
    """A compiled template. Make one with `compile_payload_template` or `compile_jsonata_template`.

    `expressions` holds every compiled expression with the pointer of the text that it comes from.
    """

    __slots__ = ("_field", "_render", "_value", "constant", "expressions", "references", "secret_refs")

    def __init__(
        self,
        field: str,
        value: Json,
        render: Render | None,
        expressions: tuple[tuple[str, Path | Intrinsic | JsonataExpression], ...],
        secret_refs: tuple[tuple[str, str], ...],
    ) -> None:
        self._field = field
        self._value = value
        self._render = render
        self.constant = render is None
        self.expressions = expressions
        self.secret_refs = secret_refs
        self.references = frozenset(name for _, expression in expressions for name in expression.references)

    def render(self, scope: Scope) -> Json:
        """The value. Raises what the expressions raise, in the template's order, and StateFailure for one too large."""
        if self._render is None:
            return self._value
        value = self._render(scope)
        if value is not scope.input:  # handed on as it is: it was looked at when it was made
            problem = excess(value)
            if problem is not None:
                raise StateFailure(DATA_LIMIT, f"The value of the field '{self._field}' {problem}.", field=self._field)
        return value


def compile_payload_template(value: Json, field: str) -> Template:
    """Compile a JSONPath payload template. `field` is the field that holds it (``Parameters``).

    Raises InvalidExpression for a ``.$`` key without a path or an intrinsic; `where` is the JSON pointer within it.
    """
    return _Compiler(field, jsonata=False).compile(value)


def compile_jsonata_template(value: Json, field: str) -> Template:
    """Compile a JSONata template. `field` begins each expression's field in causes: ``Arguments/a[0]``.

    Raises InvalidExpression; `where` is the JSON pointer within the template.
    """
    return _Compiler(field, jsonata=True).compile(value)


def jsonata_source(text: str) -> str | None:
    """What stands between ``{%`` and ``%}``, or None for a text that is no expression."""
    if text.startswith("{%") and text.endswith("%}") and len(text) >= 4:
        return text[2:-2]
    return None


def compile_query(text: str, field: str) -> Path | Intrinsic:
    """Compile the value of a ``.$`` key: a path (``$``) or an intrinsic (``States.``)."""
    if text.startswith("$"):
        return compile_path(text)
    if text.startswith("States."):
        return compile_intrinsic(text, field)
    raise InvalidExpression(
        f"The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call", position=0
    )


class _Compiler:
    """Walks a template once, collecting expressions and secret references by their pointers."""

    def __init__(self, field: str, *, jsonata: bool) -> None:
        self.field = field
        self.jsonata = jsonata
        self.expressions: list[tuple[str, Path | Intrinsic | JsonataExpression]] = []
        self.secret_refs: list[tuple[str, str]] = []

    def compile(self, value: Json) -> Template:
        render = self.part(value, (), 0)
        return Template(self.field, value, render, tuple(self.expressions), tuple(self.secret_refs))

    def part(self, value: Json, place: _Place, depth: int) -> Render | None:
        """How to render `value`; None where it is a constant."""
        if depth > MOST_NESTING:
            raise InvalidExpression(f"The template nests deeper than {MOST_NESTING} levels")
        if isinstance(value, dict):
            return self.object(value, place, depth)
        if isinstance(value, list):
            return self.array(value, place, depth)
        if self.jsonata and isinstance(value, str):
            source = jsonata_source(value)
            if source is not None:
                field = self.field + "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in place)
                expression = self.located(place, lambda: compile_jsonata(source, field))
                return expression.evaluate
        return None

    def object(self, value: dict[str, Json], place: _Place, depth: int) -> Render | None:
        if value.keys() == {"$secret"} and isinstance(value["$secret"], str) and not self.is_expression(value):
            self.secret_refs.append((_pointer(place), value["$secret"]))
            return None
        frame: dict[str, Json] = {}
        parts: list[tuple[str, Render]] = []
        for key, child in value.items():
            query = not self.jsonata and key.endswith(".$")
            name = key[:-2] if query else key
            if name in frame:
                raise InvalidExpression(f"The field '{name}' is given twice", advice=f"Keep '{name}' or '{name}.$'.")
            render = self.query(key, child, place) if query else self.part(child, (*place, key), depth + 1)
            frame[name] = child
            if render is not None:
                parts.append((name, render))
        return _filled(frame, tuple(parts)) if parts else None

    def is_expression(self, value: dict[str, Json]) -> bool:
        return self.jsonata and jsonata_source(value["$secret"]) is not None

    def array(self, value: list[Json], place: _Place, depth: int) -> Render | None:
        parts = [
            (index, render)
            for index, child in enumerate(value)
            if (render := self.part(child, (*place, index), depth + 1)) is not None
        ]
        return _filled(value, tuple(parts)) if parts else None

    def query(self, key: str, child: Json, place: _Place) -> Render:
        """The value of a ``.$`` key; causes name the key alone (recorded case: 'value.$')."""
        text = child if isinstance(child, str) else ""
        expression = self.located((*place, key), lambda: compile_query(text, key))
        if isinstance(expression, Intrinsic):
            return expression.evaluate
        path = expression
        return lambda scope: path.read(scope, key)

    def located(self, place: _Place, make: Callable[[], _E]) -> _E:
        pointer = _pointer(place)
        try:
            expression = make()
        except InvalidExpression as error:
            error.where = pointer
            raise
        self.expressions.append((pointer, expression))
        return expression


def _filled(frame: Any, parts: tuple[tuple[str | int, Render], ...]) -> Render:
    """`frame`, an object or an array, has the constants in place and keeps the template's order."""

    def render(scope: Scope) -> Json:
        made = frame.copy()
        for place, part in parts:
            made[place] = part(scope)
        return made

    return render


def _pointer(place: _Place) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
