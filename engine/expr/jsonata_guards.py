"""Guards for what `jlens` measures only when it is whole: a range, a replaced text, a comparison of every pair.

jlens holds its limits against a value after it made it, so ``[1..9000000]`` costs 220 MB before it is refused, and
``$replace`` of every letter by a long text as much as fits into half a second. The wrapper of an expression therefore
puts functions in their place that ask first:

    [a..b]       is read as  [$automate__range(a,b)], which counts what all ranges of the evaluation make together
    $replace     makes no more replacements than the longest text has room for; the limit of the text then speaks
    $split       counts the parts first
    $distinct    tells several values apart by their JSON text: jlens compares every pair and hears no timeout meanwhile

What they give is what the language says; that a bound is met is told as jlens tells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.expr.bounds import MOST_TEXT
from engine.expr.jsonata_functions import FunctionMistake
from engine.records import dataclass

Json = Any

MOST_RANGE = 250_000
"""Items of one range, of one array that an expression makes."""
MOST_RANGED = 1_000_000
"""Items of all ranges that one evaluation makes."""

_RANGE = "$automate__range:=function($a,$b){($automate__room($a,$b);[$a..$b])};"
_REPLACE = (
    "$automate__replace:=$replace;$automate__length:=$length;"
    "$replace:=function($s,$p,$r,$n)<s-(sf)(sf)n?:s>{"
    '$automate__type($r)="string"'
    "?$automate__replace($s,$p,$r,$automate__most($automate__length($s),$r,$n))"
    ":$automate__replace($s,$p,function($m){($t:=$r($m);$automate__grown($t);$t)},$n)};"
)
_SPLIT = (
    "$automate__split:=$split;"
    "$split:=function($s,$p,$n)<s-(sf)n?:a<s>>{($automate__parts($s,$p);$automate__split($s,$p,$n))};"
)
_DISTINCT = (
    "$automate__distinct:=$distinct;$automate__count:=$count;"
    "$distinct:=function($a){($u:=$automate__unique($a);$automate__count($u)>1?$u:$automate__distinct($a))};"
)
_PART = re.compile(
    r"""(?P<blank>\s+|/\*.*?\*/)
      | (?P<operand>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | (?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?
        | [^\s"'`.[\]{}(),@\#;:?+\-*/%|=<>^&!~][^\s.[\]{}(),@\#;:?+\-*/%|=<>^&!~]*)
      | \.\. | \*\* | [:!<>]= | ~> | \?[?:] | .""",
    re.DOTALL | re.VERBOSE,
)
"""What the lexer tells apart; a name goes on to the next blank or sign of an operator."""
_ENDS = frozenset(",)]}")
_PREFIXES = frozenset("([{-|")
_INFIX_WORDS = frozenset({"and", "or", "in"})


def guarded(text: str) -> tuple[str, str]:
    """The text with its ranges read as calls, and the definitions that it needs in front of it.

    `text` is a valid expression.
    """
    guards = _DISTINCT if "$distinct" in text else ""
    if "$replace" in text:
        guards += _REPLACE
    if "$split" in text:
        guards += _SPLIT
    if ".." in text:
        ranged = _ranges_as_calls(text)
        if ranged != text:
            return ranged, guards + _RANGE
    return text, guards


def budgets(guards: str) -> Mapping[str, Callable[..., Json]]:
    """The functions that these definitions ask, counting for one evaluation."""
    return _Budgets().functions() if any(guard in guards for guard in (_RANGE, _REPLACE, _SPLIT)) else {}


class _Budgets:
    """What one evaluation has made so far."""

    __slots__ = ("_ranged", "_replaced")

    def __init__(self) -> None:
        self._ranged = 0
        self._replaced = 0

    def functions(self) -> Mapping[str, Callable[..., Json]]:
        return {"automate__room": self.room, "automate__most": self.most, "automate__grown": self.grown,
                "automate__parts": self.parts}

    def room(self, first: Json = None, last: Json = None) -> None:
        """Refuse a range that is too long; what is no range of numbers is jlens's to refuse."""
        if not (_is_number(first) and _is_number(last)) or last < first:
            return
        items = last - first + 1
        self._ranged += items
        if items > MOST_RANGE:
            raise _too_many()
        if self._ranged > MOST_RANGED:
            raise FunctionMistake(f"U1001: The ranges would exceed the size limit of {MOST_RANGED} items together")

    def most(self, length: int | None, replacement: str, asked: Json = None) -> Json:
        """How many replacements are made: with so many the text is over its limit anyway. No text has no length."""
        if (length or 0) * replacement.count("$") > MOST_TEXT:  # a reference to a group stands for up to the whole text
            raise _too_long()
        most = MOST_TEXT // max(1, len(replacement)) + 1
        return min(asked, most) if _is_number(asked) else most

    def grown(self, text: Json = None) -> None:
        """Count what a replacing function gave."""
        self._replaced += len(text) if isinstance(text, str) else 0
        if self._replaced > MOST_TEXT:
            raise _too_long()


    def parts(self, text: Json = None, separator: Json = None) -> None:
        """Refuse a text of too many parts, however few are asked for: jlens makes them all."""
        if isinstance(text, str) and isinstance(separator, str) and text.count(separator) > MOST_RANGE:
            raise _too_many()


def _too_many() -> FunctionMistake:
    return FunctionMistake(f"U1001: An array would exceed the size limit of {MOST_RANGE} items")


def _too_long() -> FunctionMistake:
    return FunctionMistake(f"U1001: A string would exceed the size limit of {MOST_TEXT} bytes")


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(slots=True)
class _Bracket:
    """An open bracket: where the item that is being read begins in what was made, and whether it is a range."""

    mark: str
    item: int
    ranged: bool = False


def _ranges_as_calls(text: str) -> str:
    """``[a..b, c]`` as ``[$automate__range(a,b), c]``.

    Deliberately small: it knows JSONata's brackets and where an operand begins, no more of its grammar. A range stands
    only between the brackets and commas of an array constructor, so those bound it.
    """
    made: list[str] = []
    around: list[_Bracket] = [_Bracket("", 0)]
    for part in _parts(text):
        inner = around[-1]
        if part == ".." and inner.mark == "[":
            made.insert(inner.item, "$automate__range(")
            made.append(",")
            inner.ranged = True
            continue
        if part in _ENDS and inner.ranged:
            made.append(")")
        made.append(part)
        if part in {"(", "[", "{"}:
            around.append(_Bracket(part, len(made)))
        elif part in {")", "]", "}"} and len(around) > 1:
            around.pop()
        elif part == ",":
            inner.item, inner.ranged = len(made), False
    return "".join(made)


def _parts(text: str) -> Iterator[str]:
    """The text, cut into what JSONata's lexer tells apart.

    A slash begins a regular expression at the start and behind an infix operator, a comma or the like; behind a prefix
    (an open bracket that follows no operand, a minus) it does not: so do the reference implementation and jlens.
    """
    operand, regular, at = True, True, 0  # what comes next: an operand? may it be a regular expression?
    while at < len(text):
        found = _PART.match(text, at)
        part = found.group() if found else text[at]
        if part == "/" and regular:
            part = _regular_expression(text, at)
            operand = regular = False
        elif found is None or found.lastgroup != "blank":
            if operand:
                operand, regular = part in _PREFIXES, False
            else:
                ended = (found is not None and found.lastgroup == "operand") or part in {")", "]", "}"}
                operand = regular = part in _INFIX_WORDS or not ended
        at += len(part)
        yield part


def _regular_expression(text: str, start: int) -> str:
    """The literal that begins at `start`: to the slash outside of its brackets, and the flags behind."""
    depth, at = 0, start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        elif text[at] == "/" and depth == 0:
            break
        at += 1
    end = at + 1
    while end < len(text) and text[end] in "im":
        end += 1
    return text[start:end]
