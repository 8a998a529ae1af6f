r"""The intrinsic functions of JSONPath definitions: ``States.Format('{}-{}', $.a, States.UUID())``.

The grammar is small and read by hand: a call, and between its parentheses texts in single quotes, numbers, true,
false, null, paths and further calls. In a text a backslash may stand before ``'``, ``\``, ``{`` and ``}`` and before
nothing else. Names and numbers of arguments are checked while compiling; what the functions do is in
`engine.language.expr.intrinsic_functions`.

Every failure names the whole expression as it is written:
"The function 'States.Format('{}', $.a)' had the following error: …".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.intrinsic_functions import FUNCTIONS, Call, Mistake, Signature, holes
from engine.language.expr.java_text import quoted_json
from engine.language.expr.jsonpath import Path, compile_path
from engine.language.expr.scope import ABSENT, Scope
from engine.language.expr.text_reader import TextReader
from engine.records import dataclass

Json = Any

MOST_NESTED = 10
"""Calls within calls; the service's own limit."""
MOST_CHARACTERS = 10_000

_CALL = re.compile(r"States\.(\w+)\s*\(")
_NUMBER = re.compile(r"-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?")
_WORD = re.compile(r"(true|false|null)\b")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class _Text:
    r"""A quoted text. `raw` keeps its escapes: `States.Format` tells ``{}`` from ``\{\}`` by them."""

    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class _Constant:
    value: Json


@dataclass(frozen=True, slots=True)
class _Function:
    signature: Signature
    arguments: tuple[_Argument, ...]


_Argument = _Text | _Constant | _Function | Path


class Intrinsic:
    """A compiled intrinsic. Make one with `compile_intrinsic`."""

    __slots__ = ("_run", "field", "paths", "references", "text")

    def __init__(self, text: str, call: _Function, field: str | None) -> None:
        self.text = text
        self.field = field
        self._run = self._closure(call)
        self.paths = tuple(_paths(call))
        self.references = frozenset(name for path in self.paths for name in path.references)

    def __repr__(self) -> str:
        return f"Intrinsic({self.text!r})"

    def evaluate(self, scope: Scope) -> Json:
        """The result.

        Raises StateFailure ``States.Runtime``: a path argument finds nothing, or the function refuses its arguments.
        (The service does not say ``States.IntrinsicFailure``, whatever its documentation says.)
        """
        try:
            return self._run(scope)
        except Mistake as mistake:
            raise self._failure(str(mistake)) from None
        except RecursionError:
            raise self._failure("The value is nested too deeply.") from None

    def _closure(self, argument: _Argument) -> Callable[[Scope], Json]:
        """What gives the argument's value, made once."""
        if isinstance(argument, _Function):
            return self._function(argument)
        if isinstance(argument, Path):
            return self._reader(argument)
        value = argument.value
        return lambda _scope: value

    def _function(self, function: _Function) -> Callable[[Scope], Json]:
        name, run, field = function.signature.name, function.signature.run, self.field
        arguments = function.arguments
        parts = [self._closure(each) for each in arguments]
        template = arguments[0].raw if arguments and isinstance(arguments[0], _Text) else None
        return lambda scope: run(Call(name, tuple([part(scope) for part in parts]), scope, field, template))

    def _reader(self, path: Path) -> Callable[[Scope], Json]:
        def read(scope: Scope) -> Json:
            value = path.find(scope)
            if value is ABSENT:
                self._nothing_found(path, scope)
            return value

        return read

    def _nothing_found(self, path: Path, scope: Scope) -> NoReturn:
        why = path.why_not(scope)
        if not why.startswith(("Filter:", "The path")):
            why = (
                f"The JsonPath argument for the field '{path.text}' could not be found in the input "
                f"'{quoted_json(path.searched(scope))}'"
            )
        raise self._failure(why)

    def _failure(self, why: str) -> StateFailure:
        cause = f"The function '{self.text}' had the following error: {why}"
        return StateFailure("States.Runtime", cause, field=self.field)


def compile_intrinsic(text: str, field: str | None = None) -> Intrinsic:
    """Compile ``States.…(…)``. `field` names the definition's field for errors and randomness.

    Raises InvalidExpression with the position of the first fault.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidExpression(f"The intrinsic is longer than {MOST_CHARACTERS} characters", position=MOST_CHARACTERS)
    reader = _Reader(text)
    reader.space()
    call = reader.call()
    reader.space()
    if reader.at < len(text):
        reader.fail("The expression goes on after its closing parenthesis")
    return Intrinsic(text, call, field)


def _paths(argument: _Argument) -> Iterator[Path]:
    if isinstance(argument, Path):
        yield argument
    elif isinstance(argument, _Function):
        for each in argument.arguments:
            yield from _paths(each)


class _Reader(TextReader):
    """A recursive-descent reader."""

    def call(self) -> _Function:
        begin = self.at
        match = _CALL.match(self.text, begin)
        if match is None:
            self.fail("Expected a call such as States.Format(…)")
        signature = FUNCTIONS.get(match.group(1))
        if signature is None:
            self.fail(f"There is no intrinsic States.{match.group(1)}")
        self.depth += 1
        if self.depth > MOST_NESTED:
            self.fail(f"Intrinsics nest at most {MOST_NESTED} deep")
        self.at = match.end()
        arguments = self.listed(")", self.argument, "Expected ',' or ')'")
        self.depth -= 1
        if not signature.least <= len(arguments) <= signature.most:
            self.fail(f"States.{signature.name} takes {signature.takes}, not {len(arguments)}", begin)
        if signature.name == "Format" and isinstance(arguments[0], _Text):
            wanted = holes(arguments[0].raw)
            if wanted != len(arguments) - 1:
                self.fail(f"The template has {wanted} times '{{}}' for {len(arguments) - 1} values", begin)
        return _Function(signature, tuple(arguments))

    def argument(self) -> _Argument:
        char = self.peek()
        if char == "'":
            return self.quoted()
        if char == "$":
            return self.path()
        if self.text.startswith("States.", self.at):
            return self.call()
        word = _WORD.match(self.text, self.at)
        if word is not None:
            self.at = word.end()
            return _Constant(_WORDS[word.group()])
        return _Constant(self.number())

    def number(self) -> int | float:
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            self.fail("Expected a text in single quotes, a number, true, false, null, a path or a call")
        return self.numeral(match.group())

    def quoted(self) -> _Text:
        begin = self.at + 1
        self.at = begin
        parts: list[str] = []
        while (char := self.peek()) != "'":
            if char == "":
                self.fail("The quote is not closed", begin - 1)
            self.at += 1
            if char == "\\":
                char = self.peek()
                if char not in ("'", "\\", "{", "}"):
                    self.fail("A backslash may stand before ' \\ { and } only", self.at - 1)
                self.at += 1
            parts.append(char)
        raw = self.text[begin : self.at]
        self.at += 1
        return _Text(raw, "".join(parts))

    def path(self) -> Path:
        begin = self.at
        self.at = _path_end(self.text, begin)
        try:
            return compile_path(self.text[begin : self.at].rstrip())
        except InvalidExpression as error:
            self.fail(error.message, begin + (error.position or 0))


def _path_end(text: str, begin: int) -> int:
    """Where a path argument ends: at the first ``,`` or ``)`` outside its brackets, parentheses and quotes."""
    depth, quote, at = 0, "", begin
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and depth:
            quote = char
        elif char in "[(":
            depth += 1
        elif char in ")]" and depth:
            depth -= 1
        elif char in ",)":
            break
        at += 1
    return min(at, len(text))


