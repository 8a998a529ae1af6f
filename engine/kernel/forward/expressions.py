"""What an expression reads, and the shape of what it gives.

A plain path ($.order.id, $states.input.order.id, $total) gives what lies there. Whatever else is computed gives a
`blur`, or what is `fresh` where it reads nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import pairwise
from typing import Any, Protocol

from engine.errors import UserError
from engine.kernel.forward.shapes import (
    IS_BLUR,
    IS_FRESH,
    IS_LEAF,
    LEAF,
    NOWHERE,
    Alts,
    Key,
    holds,
    one_of,
    read,
    shape_of,
)
from engine.language.expr.intrinsics import Intrinsic
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.jsonata_lexer import parts_of
from engine.language.expr.jsonpath import Path
from engine.language.expr.jsonpath_tokens import Function, plain_keys
from engine.language.expr.template import compile_query, jsonata_source
from engine.records import dataclass

Json = Any

_PLAIN = re.compile(r"\$(?:states\.(input|result|errorOutput)|(?!states\b)([^\W\d]\w*))((?:\.[^\W\d]\w*|\[\d+\])*)")
_PART = re.compile(r"\.(\w+)|\[(\d+)\]")
_GUARD = re.compile(r"\$exists\(\s*(\$[\w.\[\]]+)\s*\)")
_NEGATED = re.compile(r"\$not\(\s*(\$exists\(.*\))\s*\)")


_PICKS = frozenset({
    "$lookup", "$filter", "$max", "$min", "$average", "$map", "$sift", "$match", "$reduce", "$single", "$keys",
    "$spread", "$each", "$zip", "$eval", "$sum", "$distinct", "$sort", "$reverse", "**", "%", "$toMillis", "$number",
})
_WORDS = frozenset({"and", "or", "in"})
_LEAVES = frozenset(
    (part, name) for part, names in (
        ("Execution", ("Id", "Name", "RoleArn", "StartTime")), ("State", ("Name", "EnteredTime")),
        ("StateMachine", ("Id", "Name")),
    ) for name in names
)
_CONTEXT = re.compile(r"\$states\.context((?:\.\w+)+)")


@dataclass(frozen=True, slots=True)
class Env:
    """What there is to read: the alternatives of each. A name that `variables` lacks is not assigned."""

    input: Alts
    variables: Mapping[str, Alts] = field(default_factory=dict)
    result: Alts = IS_FRESH
    error: Alts = IS_FRESH
    item: Alts = IS_FRESH
    execution: Alts = IS_FRESH

    def of(self, root: str) -> Alts:
        """The alternatives of a root: ``input``, ``result``, ``errorOutput``; of the context object ``item``,
        ``execution`` (its input) and ``leaf``; else a variable by its name with $."""
        if root.startswith("$"):
            return self.variables.get(root[1:], NOWHERE)
        return {
            "input": self.input, "result": self.result, "errorOutput": self.error, "item": self.item,
            "execution": self.execution, "leaf": IS_LEAF,
        }[root]


class Note(Protocol):
    """Told of a read that may find nothing: its place in the state, the expression, what is missing, whether there is
    nothing for sure, and whether the state fails by it."""

    def __call__(  # noqa: D102  the class says it
        self, place: Sequence[Key], text: str, missing: str, never: bool, fails: bool = True
    ) -> None: ...


class Expressions:
    """The expressions of one state. `note` is told what they may not find."""

    def __init__(self, note: Note) -> None:
        self._note = note

    # ---------------------------------------------------------------- templates

    def template(self, value: Json, env: Env, place: tuple[Key, ...], *, jsonata: bool) -> Alts:
        """A payload template (JSONPath), or a value with expressions in it (JSONata)."""
        if isinstance(value, dict):
            members = {}
            for key, item in value.items():
                if not jsonata and key.endswith(".$"):
                    members[key[:-2]] = one_of(self.query(item, env, (*place, key)))
                else:
                    members[key] = one_of(self.template(item, env, (*place, key), jsonata=jsonata))
            return frozenset({("object", tuple(sorted(members.items())))})
        if isinstance(value, list):
            return frozenset({("array", tuple(
                one_of(self.template(item, env, (*place, index), jsonata=jsonata)) for index, item in enumerate(value)
            ))})
        if jsonata and isinstance(value, str) and jsonata_source(value) is not None:
            return self.jsonata(value, env, place)
        return frozenset({shape_of(value)})

    # ---------------------------------------------------------------- JSONPath

    def query(self, text: Json, env: Env, place: tuple[Key, ...]) -> Alts:
        """The value of a ``.$`` key, or of a field that holds a path or an intrinsic."""
        try:
            query = compile_query(text, "") if isinstance(text, str) else None
        except UserError:
            query = None
        if isinstance(query, Path):
            return self._path(query, env, place)
        if isinstance(query, Intrinsic):
            read_ = [self._path(path, env, place, text) for path in query.paths]
            return IS_FRESH if all(alts <= IS_FRESH for alts in read_) and read_ else IS_BLUR
        return IS_FRESH

    def _path(self, path: Path, env: Env, place: tuple[Key, ...], shown: str | None = None) -> Alts:
        target = _target(path)
        if target is None:
            return IS_FRESH
        root, tokens = target
        prefix = _plain_prefix(tokens)
        found = read(env.of(root), prefix, jsonata=False)
        whole = len(prefix) == len(tokens)
        if path.definite or (root.startswith("$") and not prefix):
            if found.missing:
                self._note(place, shown or path.text, path.text, found.never)
            elif not whole and not found.shapes <= IS_FRESH and not isinstance(tokens[len(prefix)], Function):
                self._note(place, shown or path.text, path.text, False)
        if whole:
            return found.shapes or IS_FRESH
        return IS_FRESH if found.shapes <= IS_FRESH else IS_BLUR

    # ---------------------------------------------------------------- JSONata

    def jsonata(self, text: Json, env: Env, place: tuple[Key, ...]) -> Alts:
        """A text in ``{% %}``."""
        expression = _compiled(text)
        if expression is None:
            return IS_FRESH
        plain = plain_read(expression.text)
        if plain is not None:
            root, keys = plain
            found = read(env.of(root), keys, jsonata=True)
            if found.missing:
                self._note(place, expression.text, expression.text, found.never)
            return found.shapes or IS_FRESH
        if guard(text) is not None:
            return frozenset({LEAF})
        guarded = [match.group(1) for match in _GUARD.finditer(expression.text)]
        known = False
        for root, keys in _tree(expression.reads):
            found = read(env.of(root), keys, jsonata=True)
            known = known or bool(found.shapes - IS_FRESH)
            name = _shown(root, keys)
            if found.missing and not any(name == one or name.startswith(f"{one}.") for one in guarded):
                unassigned = env.of(root) == NOWHERE and root[1:] in expression.references - expression.calls
                self._note(place, expression.text, name, unassigned, fails=False)
        if known and _may_find_nothing(expression.text):
            self._note(place, expression.text, expression.text, False)
        return IS_BLUR if known else IS_FRESH


def _may_find_nothing(text: str) -> bool:
    """Whether an expression may give nothing though all that it reads is there: it picks some of what it finds."""
    tokens = [part for part in parts_of(text) if part.strip() and not part.startswith("/*")]
    if _PICKS & set(tokens) or tokens.count("?") > tokens.count(":"):
        return True
    for at in range(1, len(tokens) - 1):
        behind = tokens[at - 1]
        follows = behind[-1] in ")]}`\"'" or behind[-1].isalnum() or behind[-1] == "_"
        if tokens[at] == "[" and follows and behind not in _WORDS:
            return True
    return any(one == "." and after == "*" for one, after in pairwise(tokens))


def _compiled(text: Json) -> JsonataExpression | None:
    source = jsonata_source(text) if isinstance(text, str) else None
    try:
        return None if source is None else compile_jsonata(source, "")
    except UserError:
        return None


def _target(path: Path) -> tuple[str, Sequence[Any]] | None:
    """Where a path begins; None for one into what the context object holds by itself."""
    if path.references:
        return f"${next(iter(path.references))}", path.tokens
    if path.root != "context":
        return "input", path.tokens
    found = _of_context(_plain_prefix(path.tokens))
    return None if found is None else (found[0], path.tokens[found[1]:])


def _of_context(keys: Sequence[Key]) -> tuple[str, int] | None:
    """What of the context object `keys` begin with, as a root, and how many of them lead there; None for what may be
    there or not."""
    if keys[:2] == ("Execution", "Input"):
        return "execution", 2
    if keys[:3] == ("Map", "Item", "Value"):
        return "item", 3
    return ("leaf", 2) if keys[:2] in _LEAVES else None


def _plain_prefix(tokens: Sequence[Any]) -> tuple[Key, ...]:
    for end in range(len(tokens), 0, -1):
        keys = plain_keys(tuple(tokens[:end]))
        if keys is not None:
            return keys
    return ()


def plain_read(text: str) -> tuple[str, tuple[Key, ...]] | None:
    """Root and keys of an expression that is a variable, or a part of ``$states``, and names; None for any other."""
    if (context := _CONTEXT.fullmatch(text)) is not None:
        names = tuple(context.group(1).split(".")[1:])
        found = _of_context(names)
        return None if found is None else (found[0], names[found[1]:])
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    keys = tuple(name or int(index) for name, index in _PART.findall(match.group(3)))
    if {"and", "or", "in"} & set(keys):
        return None
    return (match.group(1) or f"${match.group(2)}"), keys


def guard(text: Json) -> tuple[str, tuple[Key, ...], bool] | None:
    """Root, keys and what is asked for, of a condition that asks whether something is there; None for any other."""
    source = jsonata_source(text) if isinstance(text, str) else None
    if source is None:
        return None
    source, wanted = source.strip(), True
    if (negated := _NEGATED.fullmatch(source)) is not None:
        source, wanted = negated.group(1).strip(), False
    match = _GUARD.fullmatch(source)
    plain = None if match is None else plain_read(match.group(1))
    return None if plain is None else (*plain, wanted)


def _tree(reads: Mapping[str, Json]) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """Root and keys of all that an expression may read."""
    for name, inner in reads.items():
        if name != "states":
            yield from ((f"${name}", keys) for keys in _ends(inner))
            continue
        for part, below in (inner.items() if isinstance(inner, dict) else ()):
            if part in ("input", "result", "errorOutput"):
                yield from ((part, keys) for keys in _ends(below))
            elif part == "context":
                for root, names in (("item", ("Map", "Item", "Value")), ("execution", ("Execution", "Input"))):
                    value = _below(below, names)
                    yield from ((root, keys) for keys in (() if value is None else _ends(value)))


def _below(tree: Json, names: Sequence[str]) -> Json:
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def _ends(tree: Json) -> Iterator[tuple[Key, ...]]:
    if not isinstance(tree, dict) or not tree:
        yield ()
        return
    for name, inner in tree.items():
        yield from ((name, *keys) for keys in _ends(inner))


def _shown(root: str, keys: Sequence[Key]) -> str:
    name = root if root.startswith("$") else {
        "item": "$states.context.Map.Item.Value", "execution": "$states.context.Execution.Input",
    }.get(root, f"$states.{root}")
    return "".join([name, *(f".{key}" for key in keys)])


def among(alts: Alts, keys: Sequence[Key], *, jsonata: bool) -> tuple[Alts, Alts]:
    """The alternatives in which there may be something at `keys`, and those in which there may be nothing."""
    there = {shape: holds(shape, keys, jsonata=jsonata) for shape in alts}
    return (
        frozenset(shape for shape, is_there in there.items() if is_there is not False),
        frozenset(shape for shape, is_there in there.items() if is_there is not True),
    )
