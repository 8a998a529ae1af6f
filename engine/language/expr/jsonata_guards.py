"""Guards for what `jlens` measures only when it is whole: a range, a replaced text, a comparison of every pair.

jlens holds its limits against a value after it made it, so ``[1..9000000]`` costs 220 MB before it is refused, and
``$replace`` of every letter by a long text as much as fits into half a second. The wrapper of an expression therefore
puts functions in their place that ask first:

    [a..b]       is read as  [$automate__range(a,b)], which counts what all ranges of the evaluation make together
    $range       is the service's own; a million items of ours would take 150 MB
    $replace     makes no more replacements than the longest text has room for; the limit of the text then speaks
    $split       counts the parts first
    $formatNumber  takes no longer pictures: jlens panics at 65,536 digits behind the point
    $distinct    tells several values apart by their JSON text: jlens compares every pair and hears no timeout meanwhile

What they give is what the language says; that a bound is met is told as jlens tells it. `$split`, `$replace`, `$match`,
`$formatBase` and `$round` also round their whole numbers down (AWS, "Built-in JSONata functions that require integer
values as parameters will automatically round down any non-integer numbers provided").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.language.expr.jsonata_functions import FunctionMistake, refuse, whole
from engine.language.expr.jsonata_lexer import parts_of
from engine.language.expr.limits import Limits
from engine.records import dataclass
from engine.values import is_number

Json = Any

MOST_PICTURE = 65_535

_RANGE = "$automate__range:=function($a,$b){($automate__room($a,$b);[$a..$b])};"
_SPAN = (
    "$automate__reverse:=$reverse;"
    "$range:=function($a,$b,$c)<nnn:x>{($r:=$automate__span($a,$b,$c);"
    "$r.up?[$r.a..$r.b]:$r.down?$automate__reverse([$r.b..$r.a]):$r.items)};"
)
"""One item stands alone, as in a sequence (recorded case); none is nothing (JSONata's documentation, "Sequences")."""
_REPLACE = (
    "$automate__replace:=$replace;$automate__length:=$length;$automate__floor:=$floor;"
    "$replace:=function($s,$p,$r,$n)<s-(sf)(sf)n?:s>{"
    '$automate__type($r)="string"'
    "?$automate__replace($s,$p,$r,$automate__most($automate__length($s),$r,$automate__floor($n)))"
    ":$automate__replace($s,$p,function($m){($t:=$r($m);$automate__grown($t);$t)},$automate__floor($n))};"
)
_SPLIT = (
    "$automate__split:=$split;$automate__floor:=$floor;$automate__length:=$length;$automate__without:=$replace;"
    "$split:=function($s,$p,$n)<s-(sf)n?:a<s>>{("
    """$automate__type($p)="string"?$automate__parts($automate__length($s),$p=""?1:$automate__length($p),"""
    """function(){$p=""?0:$automate__length($automate__without($s,$p,""))});"""
    "$automate__split($s,$p,$automate__floor($n)))};"
)
_MATCH = (
    "$automate__match:=$match;$automate__floor:=$floor;"
    "$match:=function($s,$p,$n)<s-f<s:o>n?:a<o>>{$automate__match($s,$p,$automate__floor($n))};"
)
_BASE = (
    "$automate__base:=$formatBase;$automate__floor:=$floor;"
    "$formatBase:=function($v,$b)<n-n?:s>{$automate__base($v,$automate__floor($b))};"
)
_ROUND = (
    "$automate__round:=$round;$automate__floor:=$floor;"
    "$round:=function($v,$n)<n-n?:n>{$automate__round($v,$automate__floor($n))};"
)
_WHOLE_ROUND = re.compile(r"\$round(?!\w)(?!\s*\()|\$round\s*\((?:[^(),]|\([^(),]*\))*(?:,\s*-?\d+\s*)?\)(?!\s*\()")
"""A `$round` that needs no guard: of one argument, or to as many places as a literal says. Each call costs steps."""
_FORMAT = (
    "$automate__format:=$formatNumber;$automate__length:=$length;"
    "$formatNumber:=function($v,$p,$o)<n-so?:s>{("
    "$automate__picture($automate__length($p));$automate__format($v,$p,$o))};"
)
_DISTINCT = (
    "$automate__distinct:=$distinct;$automate__count:=$count;"
    "$distinct:=function($a){($u:=$automate__unique($a);$automate__count($u)>1?$u:$automate__distinct($a))};"
)
_GUARDS = {
    "$distinct": _DISTINCT, "$range": _SPAN, "$replace": _REPLACE, "$split": _SPLIT, "$match": _MATCH,
    "$formatBase": _BASE, "$formatNumber": _FORMAT,
}
_ASKED = ("$automate__room(", "$automate__span(", "$automate__most(", "$automate__parts(", "$automate__picture(")
_ENDS = frozenset(",)]}")


def guarded(text: str) -> tuple[str, str]:
    """The text with its ranges read as calls, and the definitions that it needs in front of it.

    `text` is a valid expression.
    """
    guards = "".join(guard for name, guard in _GUARDS.items() if name in text)
    if "$round" in (text if "~>" in text else _WHOLE_ROUND.sub("", text)):
        guards += _ROUND
    if ".." in text:
        ranged = _ranges_as_calls(text)
        if ranged != text:
            return ranged, guards + _RANGE
    return text, guards


def budgets(guards: str, limits: Limits) -> Mapping[str, Callable[..., Json]]:
    """The functions that these definitions ask, counting for one evaluation."""
    return _Budgets(limits).functions() if guards and any(name in guards for name in _ASKED) else {}


class _Budgets:
    """What one evaluation has made so far."""

    __slots__ = ("_limits", "_most_ranged", "_ranged", "_replaced")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._most_ranged = 2 * limits.items
        self._ranged = 0
        self._replaced = 0

    def functions(self) -> Mapping[str, Callable[..., Json]]:
        return {
            "automate__room": self.room, "automate__span": self.span, "automate__most": self.most,
            "automate__grown": self.grown, "automate__parts": self.parts, "automate__picture": self.picture,
        }

    def room(self, first: Json = None, last: Json = None) -> None:
        """Refuse a range that is too long; what is no range of numbers is jlens's to refuse."""
        if not (is_number(first) and is_number(last)) or last < first:
            return
        items = last - first + 1
        self._ranged += items
        if items > self._limits.items:
            raise self._too_many()
        if self._ranged > self._most_ranged:
            raise FunctionMistake(
                f"U1001: The ranges would exceed the size limit of {self._most_ranged} items together"
            )

    def span(self, first: Json, last: Json, step: Json) -> Json:
        """What `$range` is made of: the items, or the bounds of a range of jlens's where the step is 1 or -1.

        Items from here take three times the memory, so half as many are made. Raises FunctionMistake.
        """
        first, last, step = whole(first, 1, "range"), whole(last, 2, "range"), whole(step, 3, "range")
        if step == 0:
            refuse(3, "range")
        count = max(0, (last - first) // step + 1)
        most = self._limits.items if abs(step) == 1 else self._limits.items // 2
        if count > most:
            raise FunctionMistake(f"D2014: The size of the range must not exceed {most} items")
        if count == 0:
            return {}
        if count == 1 or abs(step) > 1:
            return {"items": first if count == 1 else list(range(first, first + count * step, step))}
        self.room(min(first, last), max(first, last))
        return {"up": step == 1, "down": step == -1, "a": first, "b": last}

    def most(self, length: int | None, replacement: str, asked: Json = None) -> Json:
        """How many replacements are made: with so many the text is over its limit anyway. No text has no length."""
        if (length or 0) * replacement.count("$") > self._limits.text_bytes:  # a group may be the whole text
            raise self._too_long()
        most = self._limits.text_bytes // max(1, len(replacement)) + 1
        return min(asked, most) if is_number(asked) else most

    def grown(self, text: Json = None) -> None:
        """Count what a replacing function gave."""
        self._replaced += len(text) if isinstance(text, str) else 0
        if self._replaced > self._limits.text_bytes:
            raise self._too_long()

    def parts(self, length: int | None, separator: int, without: Callable[[], int]) -> None:
        """Refuse a text of too many parts, however few are asked for: jlens makes them all.

        `length` is the text's, `separator` the separator's, `without` gives that of the text without its separators.
        """
        most = self._limits.items * separator
        if length is not None and length > most and length - without() > most:
            raise self._too_many()

    def picture(self, length: int | None) -> None:
        """Refuse a picture of so many characters."""
        if length is not None and length > MOST_PICTURE:
            raise FunctionMistake(f"U1001: A picture would exceed the size limit of {MOST_PICTURE} characters")

    def _too_many(self) -> FunctionMistake:
        return FunctionMistake(f"U1001: An array would exceed the size limit of {self._limits.items} items")

    def _too_long(self) -> FunctionMistake:
        return FunctionMistake(f"U1001: A string would exceed the size limit of {self._limits.text_bytes} bytes")


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
    for part in parts_of(text):
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


def later_operator(text: str) -> int | None:
    """Where ``??`` or ``?:`` stands, which came with JSONata 2.1; None where neither does.

    In a function's signature (``<s?:s>``) neither is an operator. `text` is a valid expression.
    """
    if "??" not in text and "?:" not in text:
        return None
    at, function, parameters, signature = 0, False, 0, 0
    opened: list[bool] = []  # whether each open bracket holds a function's parameters
    for part in parts_of(text):
        if signature:
            signature += (part == "<") - (part == ">")
        elif part == "<" and parameters:
            signature = 1
        elif part in {"??", "?:"}:
            return at
        at += len(part)
        if part.isspace() or part.startswith("/*"):
            continue
        parameters = 0
        if part in {"(", "[", "{"}:
            opened.append(part == "(" and function)
        elif part in _ENDS and part != "," and opened:
            parameters = int(opened.pop())
        function = part in {"function", "λ"}
    return None
