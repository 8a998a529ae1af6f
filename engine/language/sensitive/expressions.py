"""What an expression makes of marked places, told without evaluating it.

    $.card, $states.input.card      a copy: the places within it stay the same
    $.people[*].ssn                 a copy of parts of it
    $merge([$states.input, {…}])    what holds marked places goes in: they are marked at any depth
    $states.input.ssn & '!'         computed from a marked place, or reads one by its name: the whole result is marked

Where it cannot be told, more is marked than need be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from engine.errors import UserError
from engine.language.expr.jsonata_lexer import parts_of
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.jsonpath_tokens import Filter, Function, Indexes, Names, Scan, Slice, Wildcard
from engine.language.sensitive import places
from engine.language.sensitive.places import ANY, DEEP, NONE, WHOLE, Marks, Place
from engine.records import dataclass

Json = Any

_PATH_IN_INTRINSIC = re.compile(r"\$[^,()]*")
_NAME = re.compile(r"[^\W\d]\w*|`[^`]*`|\"[^\"]*\"|'[^']*'")
_TEXTS = frozenset({
    "&", "$string", "$join", "$eval", "$base64encode", "$encodeUrl", "$encodeUrlComponent", "$hash", "$formatNumber",
    "$keys", "$distinct", "$sort", "$zip", "$sum", "$max", "$min", "$average", "$each", "$lookup", "*", "**",
})
"""What makes of a value another one, in which its members cannot be told any more: by their names, or of themselves."""


@dataclass(frozen=True, slots=True)
class Env:
    """The marks of what an expression can read: `variables` of an object with all of them."""

    input: Marks = NONE
    result: Marks = NONE
    context: Marks = NONE
    variables: Marks = NONE
    error: Marks = NONE


def template_marks(template: Json, env: Env, *, jsonata: bool) -> Marks:
    """The marks of what a payload template (JSONPath), or a value with expressions in it (JSONata), gives."""
    if isinstance(template, dict):
        found: set[Place] = set()
        for key, item in template.items():
            if not jsonata and key.endswith(".$"):
                found |= places.under(path_marks(item, env), key[:-2])
            else:
                found |= places.under(template_marks(item, env, jsonata=jsonata), key)
        return places.bounded(found)
    if isinstance(template, list):
        return places.bounded(
            place for index, item in enumerate(template)
            for place in places.under(template_marks(item, env, jsonata=jsonata), str(index))
        )
    if jsonata and isinstance(template, str) and template.startswith("{%"):
        return jsonata_marks(template.removeprefix("{%").removesuffix("%}"), env)
    return NONE


def path_marks(text: Json, env: Env) -> Marks:
    """The marks of what a JSONPath, or an intrinsic, gives."""
    if not isinstance(text, str):
        return NONE
    if not text.startswith("$"):
        return _intrinsic_marks(text, env)
    try:
        path = compile_path(text)
    except UserError:
        return NONE
    if path.references:
        marks = places.at(env.variables, next(iter(path.references)))
    else:
        marks = env.context if path.root == "context" else env.input
    return _through(marks, path.tokens, env.input | env.context | env.variables)


def _through(marks: Marks, tokens: Sequence[Any], every: Marks) -> Marks:
    """The marks of what the tokens lead to from a value with `marks`; `every` are those that a filter can read."""
    many = False  # what was found is an array by now
    for token in tokens:
        match token:
            case Names(names) if len(names) == 1:
                marks = places.at(marks, names[0])
            case Names(names):
                marks = places.bounded(one for name in names for one in places.under(places.at(marks, name), name))
            case Indexes(indexes) if len(indexes) == 1 and indexes[0] >= 0:
                marks = places.at(marks, str(indexes[0]))
            case Indexes(indexes):
                marks, many = places.at(marks, None), many or len(indexes) > 1
            case Filter(text=text) if marks and _keys(marks | every) & set(_NAME.findall(text)):
                return WHOLE  # which items there are tells what the marked values are
            case Wildcard() | Slice() | Filter():
                marks, many = places.at(marks, None), True
            case Scan():
                rests = {place[index:] for place in marks for index in range(len(place) + 1)}
                marks, many = places.bounded({*places.anywhere(marks), *(rest for rest in rests if rest)}), True
            case Function():
                return WHOLE if marks else NONE
    return places.under(marks, ANY) if many else marks


def _intrinsic_marks(text: str, env: Env) -> Marks:
    """An intrinsic's result is marked where an argument is, or holds what is; the length of an array tells nothing."""
    found = [path_marks(one.group().strip(), env) for one in _PATH_IN_INTRINSIC.finditer(text)]
    if text.startswith("States.ArrayLength"):
        return WHOLE if any(map(places.is_whole, found)) else NONE
    return WHOLE if any(found) else NONE


def jsonata_marks(text: str, env: Env) -> Marks:
    """The marks of what a JSONata expression gives; `text` without {% and %}."""
    tokens = [part for part in parts_of(text) if part.strip() and not part.startswith("/*")]
    chains = list(_chains(tokens))
    if len(chains) == 1 and chains[0].whole:
        return _chain_marks(chains[0].keys, env)
    if (".", "%") in pairwise(tokens) and any((env.input, env.result, env.context, env.variables, env.error)):
        return WHOLE  # a parent of what is not marked may be
    found: set[Place] = set()
    for chain in chains:
        marks = _chain_marks(chain.keys, env)
        if places.is_whole(marks):
            return WHOLE
        found |= marks
    if not found:
        return NONE
    words = {_plain(token) for token in tokens if _NAME.fullmatch(token)}
    elsewhere = Counter(_plain(token) for token in tokens if _NAME.fullmatch(token))
    elsewhere.subtract(key for chain in chains if chain.keys[0] == "$states" for key in chain.keys)
    steps_in = any(elsewhere[key] > 0 for key in _keys(frozenset(found)))  # a function's argument has no chain
    nameless = any(place[-1] in (ANY, DEEP) or place[-1].isdigit() for place in found)
    if nameless or steps_in or _TEXTS & set(tokens) or places.names(found) & words:
        return WHOLE
    return places.anywhere(frozenset(found))


def _keys(marks: Marks) -> frozenset[str]:
    """The names in all places, on the way to what is marked too."""
    return frozenset(key for place in marks for key in place if key not in (ANY, DEEP) and not key.isdigit())


@dataclass(frozen=True, slots=True)
class _Chain:
    """``$states.input.a[0].b``: its keys; `whole`: the expression is nothing else."""

    keys: tuple[str, ...]
    whole: bool


def _chains(tokens: Sequence[str]) -> Iterator[_Chain]:
    at = 0
    while at < len(tokens):
        begins, keys = at, [tokens[at]]
        at += 1
        if not keys[0].startswith("$") or (at < len(tokens) and tokens[at] == "("):
            continue
        while at + 1 < len(tokens):
            if tokens[at] == "." and _NAME.fullmatch(tokens[at + 1]) and tokens[at + 2:at + 3] != ["("]:
                keys.append(_plain(tokens[at + 1]))
                at += 2
            elif tokens[at] == "[" and tokens[at + 1].isdigit() and tokens[at + 2:at + 3] == ["]"]:
                keys.append(tokens[at + 1])
                at += 3
            else:
                break
        yield _Chain(tuple(keys), begins == 0 and at == len(tokens))


def _chain_marks(keys: Sequence[str], env: Env) -> Marks:
    roots: Mapping[str, Marks] = {
        "input": env.input, "result": env.result, "context": env.context, "errorOutput": env.error,
    }
    if keys[0] == "$states":
        if len(keys) == 1:
            return places.bounded(one for name, marks in roots.items() for one in places.under(marks, name))
        marks, rest = roots.get(keys[1], NONE), keys[2:]
    else:
        marks, rest = places.at(env.variables, keys[0][1:]), keys[1:]
    for key in rest:
        marks = _step(marks, key)
    return marks


def _step(marks: Marks, key: str) -> Marks:
    """A step of a JSONata path goes through arrays: of the members of all items it makes one array."""
    items = frozenset(place[1:] for place in marks if place and (place[0] == ANY or place[0].isdigit()))
    through = places.at(items, key) if items and not key.isdigit() else NONE
    if key.isdigit():
        return places.bounded({*places.at(marks, key), *(marks if not items else ())})
    return places.bounded({*places.at(marks, key), *through, *((ANY, *place) for place in through if place)})


def _plain(token: str) -> str:
    return token[1:-1] if token[:1] in "`\"'" else token
