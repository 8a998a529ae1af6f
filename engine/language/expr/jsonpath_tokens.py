"""What a JSONPath is made of, as frozen facts: a tuple of tokens, and in a filter a small tree of conditions.

For example:

    $.orders[?(@.total > 100 && @.state in ['NEW','PAID'])]['id','total']
    Names(orders)  Filter(Every(Comparison(@.total > 100), Comparison(@.state in […])))  Names(id, total)

`engine.language.expr.jsonpath_syntax` makes them, `engine.language.expr.jsonpath_select` says what they find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.records import dataclass

if TYPE_CHECKING:
    import regex  # see jsonpath_patterns

Json = Any


@dataclass(frozen=True, slots=True)
class Names:
    """``.a``, ``['a']`` or ``['a','b']``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    """``[0]``, ``[-1]`` or ``[0,2]``."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """``[from:to]``; one of the two may be missing."""

    start: int | None
    stop: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``.*`` or ``[*]``."""


@dataclass(frozen=True, slots=True)
class Scan:
    """``..``: the token after it applies at every depth."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``[?(…)]``."""

    test: Condition
    text: str


@dataclass(frozen=True, slots=True)
class Function:
    """``.length()`` and its like, the last token of a path. An argument is a literal or an `Operand`."""

    name: str
    arguments: tuple[Json | Operand, ...]


Token = Names | Indexes | Slice | Wildcard | Scan | Filter | Function


@dataclass(frozen=True, slots=True)
class Operand:
    """A path inside a filter: from the tested item (``@``) or from the whole document (``$``)."""

    from_root: bool
    tokens: tuple[Token, ...]
    definite: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """``/…/flags``."""

    pattern: regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal JSON value inside a filter."""

    value: Json


Side = Operand | Pattern | Literal


@dataclass(frozen=True, slots=True)
class Exists:
    """``@.x`` alone: true when it is there, null included; ``!@.x`` turns it round."""

    path: Operand


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right``; the operator in lower case."""

    left: Side
    operator: str
    right: Side


@dataclass(frozen=True, slots=True)
class Not:
    """``!(…)``."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """``a && b``."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """``a || b``."""

    parts: tuple[Condition, ...]


Condition = Exists | Comparison | Not | Every | Either


def is_definite(tokens: tuple[Token, ...]) -> bool:
    """Whether the path can find at most one value: nothing found is then an error, else an empty list."""
    last = len(tokens) - 1
    if last >= 0 and isinstance(tokens[last], Function) and any(isinstance(t, Scan) for t in tokens):
        return True
    for position, token in enumerate(tokens):
        match token:
            case Names(names):
                if len(names) > 1 and position != last:
                    return False
            case Indexes(indexes):
                if len(indexes) > 1:
                    return False
            case Function():
                pass
            case _:
                return False
    return True


def plain_keys(tokens: tuple[Token, ...]) -> tuple[str | int, ...] | None:
    """The keys of a path of single names and indexes from 0 up; None for any other."""
    keys: list[str | int] = []
    for token in tokens:
        match token:
            case Names((name,)):
                keys.append(name)
            case Indexes((index,)) if index >= 0:
                keys.append(index)
            case _:
                return None
    return tuple(keys)
