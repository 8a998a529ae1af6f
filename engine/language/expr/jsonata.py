"""JSONata: a thin adapter over `jlens`, with what the service adds to the language and takes from it.

`jlens` answers None for undefined, null and functions alike, so an expression is evaluated inside a wrapper that tells
them apart; the bare text is compiled first, so that no text can break out of it:

    ($automate__type:=$type; $states:=states; $total:=v.`total`; $r:=(1;
    EXPRESSION
    ); {"v":$r, "f":$automate__type($r)="function"})

An expression may begin with a regular expression, which the language knows behind a semicolon and not behind an open
bracket. `$states` and the variables are lazy *input*, read as far as the expression goes; as bindings they would be
converted whole on each call. A variable may be named like a built-in function (`$count`) and then hides it. An
expression that is only a way to a value (``$states.input.order.id``, ``$total``) is looked up here and the value handed
on untouched, without a trip through double-precision numbers; a list on the way (JSONata maps over it) goes to the
engine.

Added: `$parse`, `$hash`, `$uuid`, `$range`, `$partition`, `$random(seed)`. Taken away: `$eval`. Time and randomness
come from the scope. Limits always apply (`engine.language.expr.limits`): an expression bomb ends with
``States.QueryEvaluationError`` after half a second of CPU time. So does one at which jlens panics.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jlens

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr import limits
from engine.language.expr.bounds import json_size
from engine.language.expr.java_text import quoted_json
from engine.language.expr.jsonata_functions import ARGUMENTS, PURE_FUNCTIONS, FunctionMistake, scoped_functions
from engine.language.expr.jsonata_guards import budgets, guarded
from engine.language.expr.jsonata_lexer import parts_of
from engine.language.expr.jsonata_texts import NAMES as TEXT_NAMES
from engine.language.expr.jsonata_texts import Texts, definitions
from engine.language.expr.jsonpath import names_only
from engine.language.expr.limits import Budget, Limits, OutOfTime
from engine.language.expr.scope import ABSENT, Scope
from engine.values import json_type

Json = Any

MOST_RESULT = 32 * 1024 * 1024
"""However much an expression is given, its result has no more bytes of JSON text."""
MOST_CHARACTERS = 65_536

_OUT_OF_TIME = "D1012"
_TOO_LARGE = ("The result would exceed", "The arguments of a host function would exceed")
_TYPE = "automate__type"
_ADDED = frozenset({"uuid", "random", "eval", "range"}) | PURE_FUNCTIONS.keys() | TEXT_NAMES
"""Names of functions that no variable need have."""
_NAME = re.compile(r"\$([^\W\d]\w*)")
_LOOKUP = re.compile(r"\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)", re.ASCII)
_NAMED_STATE = re.compile(r"\$states\s*\.\s*`?(\w+)")
_STATES_LOOKUP = re.compile(r"\$states\.(input|context|result|errorOutput)(?:\.[A-Za-z_]\w*)*", re.ASCII)
_OPERATORS = frozenset({"and", "or", "in", "true", "false", "null", "function"})
STATES = ("input", "context", "result", "errorOutput")
"""What `$states` holds."""


class JsonataExpression:
    """A compiled expression. Make one with `compile_jsonata`."""

    __slots__ = (
        "_asks", "_guarded", "_guards", "_lookup", "_mentioned", "_texts", "_wrapped", "context_names", "field",
        "named_states", "reads", "reads_states", "references", "text",
    )

    def __init__(self, text: str, field: str) -> None:
        self.text = text
        self.field = field
        self._lookup = _plain_lookup(text)
        reads = _reads(text)
        bound = set(reads["bindings"])
        self.reads: dict[str, Json] = reads["bindings"]
        """The members that it may read of each variable and of ``states``, as a tree: True where the whole value is."""
        self.references = frozenset(bound - {"states"} - _ADDED)
        """The variables it reads, without ``$``."""
        self.context_names = _context_names(reads.get("input"), text)
        """What stands at top level though it has no value there: ``$``, ``$$``, bare names. The service refuses it."""
        states = reads["bindings"].get("states", {})
        self.named_states = frozenset(states if isinstance(states, dict) else ()) & set(_NAMED_STATE.findall(text))
        """The fields of ``$states`` that it reads and names: ``$states.result``."""
        every = "everyBinding" in reads or states is True
        self.reads_states = frozenset(STATES if every else states)
        """The fields of ``$states`` it reads."""
        self._mentioned = frozenset(_NAME.findall(text))
        self._asks = self._mentioned & {"uuid", "random", "eval"}
        self._guarded, self._guards = guarded(text)
        self._texts = definitions(self._mentioned)
        self._wrapped: dict[frozenset[str], Any] = {}

    @property
    def calls(self) -> frozenset[str]:
        """The names that it calls as functions though neither the language nor the expression has a function of that
        name: such a call fails, for a variable holds no function."""
        parts = [part for part in parts_of(self.text) if part.strip() and not part.startswith("/*")]
        return self.references & {
            name.removeprefix("$") for before, name, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False)
            if after == "(" or before == "~>"
        }

    def __repr__(self) -> str:
        return f"JsonataExpression({self.text!r}, {self.field!r})"

    def evaluate(self, scope: Scope) -> Json:
        """The value.

        Raises StateFailure ``States.QueryEvaluationError``; its cause begins with "The JSONata expression '…'".
        """
        value = self.find(scope)
        if value is ABSENT:
            raise self._failure("returned nothing (undefined).")
        return value

    def find(self, scope: Scope) -> Json:
        """The value, or ABSENT where it is undefined: for who shows an expression's parts. Raises as `evaluate`."""
        if self._lookup is not None:
            value = self._lookup(scope)
            if value is not ABSENT:
                return value
        answer = self._run(scope)
        if answer["f"]:
            raise self._failure("returned an unsupported result type.")
        return answer.get("v", ABSENT)

    def evaluate_as(self, scope: Scope, expected: str) -> Json:
        """The value, which must be an ``array``, ``boolean``, ``number``, ``object``, ``string`` or ``null``."""
        value = self.evaluate(scope)
        found = json_type(value)
        if found != expected:
            raise self._failure(
                f"returned an unexpected result type. Expected '{expected}', but was '{found}' "
                f"for value: {quoted_json(value)}"
            )
        return value

    def _run(self, scope: Scope) -> dict[str, Json]:
        variables = scope.variables if isinstance(scope.variables, dict) else dict(scope.variables)
        names = self._mentioned.intersection(variables)
        given = {"states": self._states(scope), "v": variables}
        try:
            wrapped = self._wrapped.get(names)
            if wrapped is None:
                wrapped = self._wrapped[names] = _wrap(self._guarded, self._guards + self._texts, names)
            answer = self._evaluated(wrapped, given, scope)
        except jlens.JlensError as error:
            raise self._failure(f"threw an error during evaluation. {error.code}: {error}") from None
        except FunctionMistake as mistake:
            raise self._failure(f"threw an error during evaluation. {mistake}") from None
        except OutOfTime as over:
            raise self._failure(f"threw an error during evaluation. {_OUT_OF_TIME}: {over}") from None
        except (RecursionError, ValueError):  # Python's limit of nested calls, jlens's of nested values
            raise self._failure("threw an error during evaluation. The value is nested too deeply") from None
        except BaseException as error:
            if not _is_panic(error):
                raise
            raise self._failure("threw an error during evaluation. The evaluator broke down at it") from None
        return answer

    def _evaluated(self, wrapped: Any, given: Json, scope: Scope) -> dict[str, Json]:
        """The wrapper's answer; where a result, or what a function of ours is given, is over the limit of results,
        it is made again if what was given allows more.
        """
        within = limits.current()
        drawn = scope.drawn
        try:
            return self._evaluated_within(within, within.result_bytes, wrapped, given, scope)
        except jlens.JlensError as error:
            if not str(error).startswith(_TOO_LARGE):
                raise
            allowed = min(self._size_of(given) * 5 // 4, MOST_RESULT)
            if allowed <= within.result_bytes:
                raise
        scope.rewind(drawn)
        return self._evaluated_within(within, allowed, wrapped, given, scope)

    def _evaluated_within(
        self, within: Limits, result_bytes: int, wrapped: Any, given: Json, scope: Scope
    ) -> dict[str, Json]:
        """The answer within these limits. An attempt that had too little CPU time leaves nothing to the next."""
        drawn, began = scope.drawn, within.clock()
        try:
            return self._attempt(within, within.first_wall, result_bytes, wrapped, given, scope)
        except jlens.JlensError as error:
            if error.code != _OUT_OF_TIME:
                raise

        def again(seconds: float) -> dict[str, Json]:
            scope.rewind(drawn)
            try:
                return self._attempt(within, seconds, result_bytes, wrapped, given, scope)
            except jlens.JlensError as error:
                if error.code == _OUT_OF_TIME:
                    raise TimeoutError from None
                raise

        return Budget(within).run(again, stopped=within.clock() - began)

    def _attempt(
        self, within: Limits, seconds: float, result_bytes: int, wrapped: Any, given: Json, scope: Scope
    ) -> dict[str, Json]:
        """The answer, within so many seconds by the clock on the wall."""
        bindings: dict[str, Json] | None = None
        if self._asks or self._guards or self._texts:
            bindings = scoped_functions(self._asks.difference(given["v"]), scope, self.field)
            bindings |= budgets(self._guards, within)
            if self._texts:
                bindings |= Texts().functions()
        answer: dict[str, Json] = wrapped.evaluate(
            given, bindings, now=round(scope.at * 1000), timeout=seconds,
            seed=scope.random_seed(self.field) if "shuffle" in self._mentioned else 0,
            max_depth=within.depth, max_steps=within.steps, max_array_length=within.items,
            max_string_length=within.text_bytes, max_result_size=result_bytes,
        )
        return answer

    def _size_of(self, given: Json) -> int:
        """The JSON text's size of what the expression may read."""
        read = {name: value for name, value in given["v"].items() if name in self._mentioned}
        values = [value for name, value in given["states"].items() if name != "context"] + list(read.values())
        return sum(json_size(value, MOST_RESULT) for value in values)

    def _states(self, scope: Scope) -> dict[str, Json]:
        """As much of ``$states`` as the expression reads: the context object is made only when asked for."""
        wanted, states = self.reads_states, {}
        if "input" in wanted:
            states["input"] = scope.input
        if "context" in wanted:
            context = scope.context
            states["context"] = context if isinstance(context, dict) else dict(context)
        if "result" in wanted and scope.result is not ABSENT:
            states["result"] = scope.result
        if "errorOutput" in wanted and scope.error_output is not ABSENT:
            states["errorOutput"] = scope.error_output
        return states

    def _failure(self, what: str) -> StateFailure:
        return StateFailure(
            "States.QueryEvaluationError",
            f"The JSONata expression '{self.text}' specified for the field '{self.field}' {what}",
            field=self.field,
        )


def compile_jsonata(source: str, field: str) -> JsonataExpression:
    """Compile the text between ``{%`` and ``%}``; `field` names the definition's field (``Output/result``).

    Raises InvalidExpression with jlens's message and the position in `source`.
    """
    if len(source) > MOST_CHARACTERS:
        raise InvalidExpression(f"The expression is longer than {MOST_CHARACTERS} characters", position=MOST_CHARACTERS)
    text = source.strip()
    try:
        return JsonataExpression(text, field)
    except UnicodeEncodeError as error:
        shift = len(source) - len(source.lstrip())
        raise InvalidExpression("The expression holds half a character", position=error.start + shift) from None
    except jlens.JlensError as error:
        place = error.start if error.start is not None else error.position
        shift = len(source) - len(source.lstrip())
        raise InvalidExpression(
            f"{error.code}: {error}", position=None if place is None else place + shift
        ) from None
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise InvalidExpression("The parser broke down at the expression", position=0) from None


def _is_panic(error: BaseException) -> bool:
    """Whether jlens panicked. The class is no Exception, and pyo3 lets nobody import it."""
    return (type(error).__module__, type(error).__name__) == ("pyo3_runtime", "PanicException")


def _reads(text: str) -> Any:
    """What the bare expression reads; ``$states.input.id`` and its like need no parser to be understood.

    A call of a name that jlens does not know, of ``$eval``, or of what a variable or a call gives would count as
    reading the context value: in a second look every name that is read is declared a function, the others are made one.
    """
    if (match := _STATES_LOOKUP.fullmatch(text)) and _OPERATORS.isdisjoint(text.split(".")):
        return {"bindings": {"states": {match.group(1): True}}}
    bare = jlens.Expression(text)
    first = bare.reads()
    names = first["bindings"].keys() - {"states"}
    if "input" not in first:
        return first
    renamed = jlens.Expression(_with_known_calls(text))
    first["input"] = renamed.reads(dict.fromkeys([*names, "evaluate"], _declared)).get("input", {})
    return first


def _with_known_calls(text: str) -> str:
    """`text` with ``$evaluate`` for each function that is no built-in one, and for what a call gives: ``$f(1)(2)`` is
    ``$evaluate(1) ~> $evaluate(2)``."""
    parts = list(parts_of(text))
    solid = [index for index, part in enumerate(parts) if part.strip() and not part.startswith("/*")]
    for index, following in pairwise(solid):
        part = parts[index]
        if parts[following] == "(" and len(part) > 1 and part[0] == "$" and part[1:] not in ARGUMENTS:
            parts[index] = "$evaluate"
        elif parts[following] == "(" and part == ")":
            parts[index] = ") ~> $evaluate"
    return "".join(parts)


def _context_names(reads: Any, text: str) -> tuple[str, ...]:
    """The names that jlens says are read of the context value; {}: an object is built there, nothing of it is read."""
    if isinstance(reads, dict):
        return tuple(sorted(reads, key=text.find))
    return ("$$" if "$$" in text else "$",) if reads else ()


def _declared(*_arguments: Json) -> None:
    """Stands for any function while reads are counted; never called."""


def _wrap(text: str, guards: str, variables: frozenset[str]) -> Any:
    """The wrapper of the module's docstring, for the variables that exist."""
    bound = "".join(f"${name}:=v.`{name}`;" for name in sorted(variables))
    expression = jlens.Expression(
        f'(${_TYPE}:=$type;$states:=states;{guards}{bound}$r:=(1;\n{text}\n);{{"v":$r,"f":${_TYPE}($r)="function"}})'
    )
    for name, (function, signature) in PURE_FUNCTIONS.items():  # each that is registered costs more than the compiling
        if name not in variables and (f"${name}" in text or f"${name}" in guards):
            expression.register_function(name, function, signature)
    return expression


def _plain_lookup(text: str) -> Callable[[Scope], Json] | None:
    """A lookup for a text that is a variable and names; ABSENT sends the caller to the engine."""
    match = _LOOKUP.fullmatch(text)
    if match is None:
        return None
    root, names = match.group(1), tuple(match.group(2).split(".")[1:])
    if not _OPERATORS.isdisjoint(names):
        return None
    if root != "states":
        find = names_only(names)
        return lambda scope: find(scope.variables.get(root, ABSENT))
    if not names or names[0] not in STATES:
        return None
    return _states_lookup(names[0], names_only(names[1:]))


def _states_lookup(first: str, find: Callable[[Json], Json]) -> Callable[[Scope], Json]:
    match first:
        case "input":
            return lambda scope: find(scope.input)
        case "context":
            return lambda scope: find(scope.context)
        case "result":
            return lambda scope: find(scope.result)
        case _:
            return lambda scope: find(scope.error_output)
