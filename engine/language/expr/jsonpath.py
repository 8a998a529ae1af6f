"""JSONPath, compiled: Jayway's semantics with the service's one difference, and a short way for plain paths.

Of the paths in real definitions 98 % are plain (``$.order.lines[0]``, ``$total``, ``$$.Execution.Id``): they become a
closure that walks keys. Whatever the short way does not find, and every other path, goes to the general evaluator in
`engine.language.expr.jsonpath_select`, which also words the error. The two agree by a property test.

    root       text       reads
    input      $.a        the document the scope calls its input
    context    $$.a       the context object
    <name>     $name.a    a variable (one called input or context has the root ``$input``, ``$context``)

The service's difference: an *indefinite* path (slice, wildcard, filter, ``..``, several indexes) that finds nothing
gives ``[]``, whatever was missing on the way; a definite one fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.java_text import quoted_json
from engine.language.expr.jsonpath_functions import Missing
from engine.language.expr.jsonpath_select import Selection
from engine.language.expr.jsonpath_syntax import parse_tokens
from engine.language.expr.jsonpath_tokens import Token, is_definite, plain_keys
from engine.language.expr.scope import ABSENT, Scope

Json = Any

_ROOT = re.compile(r"\$(\$(?![A-Za-z_])|[^\W\d]\w*)?")
_LONGEST_VARIABLE = 80


class Path:
    """A compiled path. Make one with `compile_path`."""

    __slots__ = ("_document", "_quick", "definite", "references", "root", "text", "tokens")

    def __init__(self, text: str, root: str, variable: str | None, tokens: tuple[Token, ...]) -> None:
        self.text = text
        self.root = root
        self.tokens = tokens
        self.definite = is_definite(tokens)
        self.references: frozenset[str] = frozenset() if variable is None else frozenset((variable,))
        self._document = _document_of(root, variable)
        self._quick = _plain(tokens)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"

    def find(self, scope: Scope) -> Json:
        """The value, or ABSENT where a definite path finds nothing. Never raises except for a path over its limits."""
        document = self._document(scope)
        if document is ABSENT:
            return ABSENT
        if self._quick is not None:
            return self._quick(document)
        try:
            return Selection(document).read(self.tokens, document)
        except Missing:
            return ABSENT if self.definite else []
        except RecursionError:
            raise StateFailure("States.Runtime", f"Invalid path '{self.text}' : nested too deeply.") from None

    def read(self, scope: Scope, field: str | None = None) -> Json:
        """The value.

        Raises StateFailure ``States.Runtime`` where a definite path finds nothing: with `field` (``value.$``,
        ``CausePath``) in the words the service uses for templates, without it in those for a state's own paths.
        """
        value = self.find(scope)
        if value is ABSENT:
            raise StateFailure("States.Runtime", self._not_found(scope, field), field=field)
        return value

    def searched(self, scope: Scope) -> Json:
        """The document this path reads, for an error's words: an undefined variable leaves an empty one."""
        document = self._document(scope)
        return {} if document is ABSENT else document

    def why_not(self, scope: Scope) -> str:
        """Jayway's sentence about what is missing."""
        document = self._document(scope)
        if document is ABSENT:
            return f"No results for path: $['{self.root}']"
        try:
            Selection(document).read(self.tokens, document)
        except Missing as missing:
            return str(missing)
        return f"No results for path: {self.text}"

    def _not_found(self, scope: Scope, field: str | None) -> str:
        if field is None:
            return f"Invalid path '{self.text}' : {self.why_not(scope)}"
        return (
            f"The JSONPath '{self.text}' specified for the field '{field}' could not be found in the input "
            f"'{quoted_json(self.searched(scope))}'"
        )


def compile_path(text: str) -> Path:
    """Compile ``$…``, ``$$…`` or ``$name…``. Raises InvalidExpression with the position of the first fault."""
    match = _ROOT.match(text)
    if match is None:
        raise InvalidExpression(f"A path begins with '$': {text!r}", position=0)
    name = match.group(1) or ""
    if len(name) > _LONGEST_VARIABLE:
        raise InvalidExpression(f"A variable's name has at most {_LONGEST_VARIABLE} characters", position=1)
    tokens = parse_tokens(text, match.end())
    if name in ("", "$"):
        return Path(text, "context" if name else "input", None, tokens)
    return Path(text, name if name not in ("input", "context") else match.group(), name, tokens)


def _document_of(root: str, variable: str | None) -> Callable[[Scope], Json]:
    if variable is not None:
        return lambda scope: scope.variables.get(variable, ABSENT)
    if root == "input":
        return lambda scope: scope.input
    return lambda scope: scope.context


def _plain(tokens: tuple[Token, ...]) -> Callable[[Json], Json] | None:
    """A closure for a path of single names and indexes from 0 up; None for any other."""
    keys = plain_keys(tokens)
    if keys is None:
        return None
    if not keys:
        return lambda document: document
    if len(keys) == 1 and isinstance(keys[0], str):
        return _one_name(keys[0])
    if all(isinstance(key, str) for key in keys):
        return names_only(keys)
    return _names_and_indexes(keys)


def _one_name(name: str) -> Callable[[Json], Json]:
    def find(document: Json) -> Json:
        return document.get(name, ABSENT) if isinstance(document, dict) else ABSENT

    return find


def names_only(names: tuple[Any, ...]) -> Callable[[Json], Json]:
    """What lies at the end of `names`, one within another; ABSENT where nothing does."""

    def find(document: Json) -> Json:
        try:
            for name in names:
                document = document[name]
        except (KeyError, TypeError):  # no such name, or not an object: a text or a list refuses a name
            return ABSENT
        return document

    return find


def _names_and_indexes(keys: tuple[str | int, ...]) -> Callable[[Json], Json]:
    def find(document: Json) -> Json:
        try:
            for key in keys:
                if type(key) is int and type(document) is not list:
                    return ABSENT
                document = document[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
        return document

    return find
