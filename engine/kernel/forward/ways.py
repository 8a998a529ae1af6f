"""What comes to a state, and how it is told apart: whether something is there, which items there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import UserError
from engine.kernel.forward.expressions import Env, among
from engine.kernel.forward.shapes import BLUR, FRESH, IS_BLUR, IS_FRESH, NOWHERE, Alts, Key, bounded, one_of
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.jsonpath_tokens import plain_keys
from engine.records import dataclass

Json = Any
Variables = Mapping[str, Alts]


@dataclass(frozen=True, slots=True)
class Entry:
    """What comes to a state, or to the end of a machine."""

    input: Alts
    variables: Variables

    def joined(self, other: Entry) -> Entry:
        """What may come in either way."""
        names = {**self.variables, **other.variables}
        return Entry(bounded(self.input | other.input), {
            name: bounded(self.variables.get(name, NOWHERE) | other.variables.get(name, NOWHERE)) for name in names
        })


def plain_path(text: Json) -> tuple[str, tuple[Key, ...]] | None:
    """Root and keys of a JSONPath that is plain names; None for any other."""
    try:
        path = compile_path(text) if isinstance(text, str) else None
    except UserError:
        return None
    keys = None if path is None else plain_keys(path.tokens)
    if path is None or keys is None or (path.root == "context" and not path.references):
        return None
    return (f"${next(iter(path.references))}" if path.references else "input"), keys


def split_at(env: Env, root: str, keys: Sequence[Key], *, jsonata: bool) -> tuple[Env, Env]:
    """The two ways of whether there is something."""
    there, absent = among(env.of(root), keys, jsonata=jsonata)
    if root.startswith("$"):
        name = root[1:]
        return (
            replace(env, variables={**env.variables, name: there}),
            replace(env, variables={**env.variables, name: absent}),
        )
    return (replace(env, input=there), replace(env, input=absent)) if root == "input" else (env, env)


def possible(env: Env) -> bool:
    """Whether anything can come this way."""
    return bool(env.input) and all(env.variables.values())


def joined_envs(one: Env, other: Env) -> Env:
    """What may come in either way."""
    if not possible(one):
        return other
    if not possible(other):
        return one
    entry = Entry(one.input, one.variables).joined(Entry(other.input, other.variables))
    return replace(one, input=entry.input, variables=entry.variables)


def elements_of(items: Alts) -> Alts:
    """The alternatives of the items of arrays."""
    found: set[Any] = set()
    for shape in items:
        if shape in (FRESH, BLUR):
            found.add(shape)
        elif shape[0] == "array":
            found |= set(shape[1])
    return bounded(found)


def has_items(items: Alts) -> bool:
    """Whether there are arrays only, and none is empty."""
    return bool(items) and all(shape[0] == "array" and shape[1] for shape in items)


def outputs_of(items: Alts, output: Alts) -> Alts:
    """The output of a Map whose iterations give `output`, for `items`."""
    if len(items) == 1:
        [shape] = items
        if shape[0] == "array":
            return frozenset({("array", (one_of(output),) * len(shape[1]))})
    return IS_FRESH if items <= IS_FRESH and output <= IS_FRESH else IS_BLUR
