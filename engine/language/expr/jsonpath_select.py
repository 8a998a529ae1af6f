"""What the tokens of a path select in a document: Jayway's rules.

Nothing found is a `Missing` with Jayway's own sentence; the caller knows whether that is an error (a definite path)
or an empty list (an indefinite one, AWS's rule). Every visit of a value is counted: a path that would go over a
large document many times ends with `States.Runtime` instead of holding up the worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import StateFailure
from engine.language.expr import jsonpath_filter, limits
from engine.language.expr.java_text import java_class, java_text
from engine.language.expr.jsonpath_functions import FUNCTIONS, Missing
from engine.language.expr.jsonpath_tokens import (
    Filter,
    Function,
    Indexes,
    Names,
    Operand,
    Scan,
    Slice,
    Token,
    Wildcard,
    is_definite,
)
from engine.language.expr.limits import Budget

Json = Any

MOST_VISITS = 1_000_000
_PROVIDER = "com.jayway.jsonpath.spi.json.JacksonJsonProvider"


class Selection:
    """One evaluation over one document."""

    __slots__ = ("_budget", "_operands", "document", "visits")

    def __init__(self, document: Json) -> None:
        self.document = document
        self.visits = 0
        self._operands: dict[int, Json] = {}
        self._budget: Budget | None = None

    @property
    def budget(self) -> Budget:
        """The time that its regular expressions share."""
        if self._budget is None:
            self._budget = Budget(limits.current())
        return self._budget

    def visit(self, times: int = 1) -> None:
        """Count a value, or work that weighs as much as several; raises StateFailure past the limit."""
        self.visits += times
        if self.visits > MOST_VISITS:
            raise StateFailure("States.Runtime", f"The path visits more than {MOST_VISITS} values.")

    def read(self, tokens: tuple[Token, ...], start: Json, path: str = "$") -> Json:
        """The value of a definite path (Missing if there is none), the list of values of an indefinite one."""
        if tokens and isinstance(tokens[-1], Function):
            return self._apply(tokens[-1], tokens[:-1], start, path)
        found = list(self.select(tokens, start, path))
        if not is_definite(tokens):
            return found
        if not found:
            raise Missing(f"No results for path: {path}{normal_text(tokens)}")
        return found[-1]

    def read_operand(self, operand: Operand, item: Json) -> Json:
        """A filter's path: from the tested item, or, read once, from the document."""
        if not operand.from_root:
            return self.read(operand.tokens, item)
        if id(operand) not in self._operands:
            self._operands[id(operand)] = self.read(operand.tokens, self.document)
        return self._operands[id(operand)]

    def select(self, tokens: tuple[Token, ...], start: Json, path: str = "$") -> Iterator[Json]:
        """Every value the tokens find, in document order. Raises Missing where Jayway does."""
        return self._step(tokens, 0, start, path, definite=True)

    def _apply(self, function: Function, tokens: tuple[Token, ...], start: Json, path: str) -> Json:
        value = self.read(tokens, start, path)
        try:
            return self._applied(function, tokens, value)
        except OverflowError:
            raise Missing(f"{function.name}() of numbers that are too large") from None

    def _applied(self, function: Function, tokens: tuple[Token, ...], value: Json) -> Json:
        arguments = tuple(
            self.read_operand(each, self.document) if isinstance(each, Operand) else each for each in function.arguments
        )
        if is_definite(tokens) or any(isinstance(token, Scan) for token in tokens):
            return FUNCTIONS[function.name](value, arguments)
        return [FUNCTIONS[function.name](each, arguments) for each in value]

    def _step(  # noqa: C901 - one case a token
        self, tokens: tuple[Token, ...], at: int, value: Json, path: str, *, definite: bool
    ) -> Iterator[Json]:
        """Tokens from number `at` on `value`; `definite` says whether all tokens before were."""
        self.visit()
        if at == len(tokens):
            yield value
            return
        match tokens[at]:
            case Names(names):
                yield from self._names(tokens, at, names, value, path, definite=definite)
            case Indexes(indexes):
                if _is_array(value, tokens[at], path, definite=definite):
                    for index in indexes:
                        yield from self._index(tokens, at, index, value, path, definite=definite and len(indexes) == 1)
            case Slice(start, stop):
                if _is_array(value, tokens[at], path, definite=definite):
                    for index in _slice(start, stop, len(value)):
                        yield from self._index(tokens, at, index, value, path, definite=False)
            case Wildcard():
                for step, child in _children(value):
                    yield from self._tolerant(tokens, at + 1, child, path + step)
            case Scan():
                yield from self._scan(tokens, at + 1, value, path)
            case Filter(test):
                yield from self._filter(tokens, at, test, value, path, definite=definite)

    def _tolerant(self, tokens: tuple[Token, ...], at: int, value: Json, path: str) -> Iterator[Json]:
        """Below a wildcard a missing part only leaves this branch out."""
        try:
            yield from self._step(tokens, at, value, path, definite=False)
        except Missing:
            return

    def _names(
        self, tokens: tuple[Token, ...], at: int, names: tuple[str, ...], value: Json, path: str, *, definite: bool
    ) -> Iterator[Json]:
        if not isinstance(value, dict):
            if not definite:
                return
            raise Missing(
                f"Expected to find an object with property {normal_text((Names(names),))} in path {path} but found "
                f"'{java_class(value)}'. This is not a json object according to the JsonProvider: '{_PROVIDER}'."
            )
        leaf = at + 1 == len(tokens)
        if leaf and len(names) > 1:
            yield {name: value[name] for name in names if name in value}
            return
        for name in names:
            if name in value:
                yield from self._step(
                    tokens, at + 1, value[name], f"{path}['{name}']", definite=definite and len(names) == 1
                )
            elif not leaf and definite and len(names) == 1:
                raise Missing(f"Missing property in path {path}['{name}']")

    def _index(
        self, tokens: tuple[Token, ...], at: int, index: int, value: Json, path: str, *, definite: bool
    ) -> Iterator[Json]:
        place = index + len(value) if index < 0 else index
        if 0 <= place < len(value):
            yield from self._step(tokens, at + 1, value[place], f"{path}[{index}]", definite=definite)

    def _filter(
        self, tokens: tuple[Token, ...], at: int, test: Any, value: Json, path: str, *, definite: bool
    ) -> Iterator[Json]:
        if isinstance(value, dict):
            if jsonpath_filter.accepts(test, value, self):
                yield from self._step(tokens, at + 1, value, path, definite=False)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.visit()
                if jsonpath_filter.accepts(test, item, self):
                    yield from self._step(tokens, at + 1, item, f"{path}[{index}]", definite=False)
        elif definite:
            raise Missing(
                f"Filter: {normal_text((tokens[at],))} can not be applied to primitives. "
                f"Current context is: {java_text(value)}"
            )

    def _scan(self, tokens: tuple[Token, ...], at: int, value: Json, path: str) -> Iterator[Json]:
        """The token at `at` on `value` and on everything below it, parents first; no recursion over the document."""
        waiting = [value]
        while waiting:
            node = waiting.pop()
            self.visit()
            if self._scan_stops(tokens, at, node):
                yield from self._tolerant(tokens, at, node, path)
            if isinstance(node, dict):
                waiting.extend(reversed(list(node.values())))
            elif isinstance(node, list):
                waiting.extend(reversed(node))

    def _scan_stops(self, tokens: tuple[Token, ...], at: int, node: Json) -> bool:
        """Whether the token after ``..`` applies to this node."""
        if at >= len(tokens):
            return False
        match tokens[at]:
            case Names(names):
                if not isinstance(node, dict):
                    return False
                iterates = len(names) > 1 and at + 1 < len(tokens)
                return iterates or all(name in node for name in names)
            case Indexes() | Slice():
                return isinstance(node, list)
            case Filter(test):
                return isinstance(node, (dict, list)) and jsonpath_filter.accepts(test, node, self)
            case _:
                return isinstance(node, (dict, list))


def normal_text(tokens: tuple[Token, ...]) -> str:
    """The tokens as Jayway prints them: bracket notation throughout."""
    parts: list[str] = []
    for token in tokens:
        match token:
            case Names(names):
                parts.append("[" + ",".join(f"'{name}'" for name in names) + "]")
            case Indexes(indexes):
                parts.append("[" + ",".join(map(str, indexes)) + "]")
            case Slice(start, stop):
                parts.append(f"[{'' if start is None else start}:{'' if stop is None else stop}]")
            case Wildcard():
                parts.append("[*]")
            case Scan():
                parts.append("..")
            case Filter():
                parts.append("[?]")
            case Function(name):
                parts.append(f".{name}()")
    return "".join(parts)


def _is_array(value: Json, token: Token, path: str, *, definite: bool) -> bool:
    if isinstance(value, list):
        return True
    if not definite:
        return False
    if value is None:
        raise Missing(f"The path {path} is null")
    raise Missing(
        f"Filter: {normal_text((token,))} can only be applied to arrays. Current context is: {java_text(value)}"
    )


def _slice(start: int | None, stop: int | None, length: int) -> range:
    """The indexes of a slice. Jayway resolves a negative bound only where it stands alone."""
    if stop is None:
        first = start or 0
        return range(max(0, first + length if first < 0 else first), length)
    if start is None:
        return range(min(length, stop + length if stop < 0 else stop))
    return range(max(start, -length), min(length, stop))


def _children(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield f"['{key}']", child
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield f"[{index}]", child
