"""`$parse`, `$hash`, `$base64encode` and `$base64decode`: functions over texts, however long.

jlens holds the limit of a result (1 MiB) against the arguments of each function of ours too. So the wrapper of an
expression hands a longer text over in pieces:

    $hash := function($s, $a) <ss:s> { $automate__hash($automate__whole($s), $a) }

Base 64 is Java's there, not jlens's: the service fails where java.util.Base64 does (reported by a user), and a text's
bytes are its UTF-8 (JSONata's documentation of `$base64decode`; jlens takes and gives one byte a character).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from engine.expr.bounds import parses_to_too_much
from engine.expr.intrinsic_functions import HASHES, parse_json
from engine.expr.jsonata_functions import FunctionMistake, refuse

Json = Any

_PIECE = 200_000
"""Characters, of four bytes at most."""
_WHOLE = (
    "$automate__length:=$length;$automate__substring:=$substring;$automate__floor:=$floor;"
    f"$automate__whole:=function($s){{($l:=$automate__length($s);$l>{_PIECE}"
    f"?([0..$automate__floor(($l-1)/{_PIECE})].$automate__piece($automate__substring($s,$*{_PIECE},{_PIECE}));"
    "$automate__nothing):$s)};"
)
_DEFINITIONS = {
    "parse": "$parse:=function($s)<s:x>{($w:=$automate__whole($s);$automate__null($w)?null:$automate__parse($w))};",
    "hash": "$hash:=function($s,$a)<ss:s>{$automate__hash($automate__whole($s),$a)};",
    "base64encode": "$base64encode:=function($s)<s-:s>{$automate__encoded($automate__whole($s))};",
    "base64decode": "$base64decode:=function($s)<s-:s>{$automate__decoded($automate__whole($s))};",
}
"""What our functions give as None is undefined to jlens, so that null is asked for first."""
NAMES = frozenset(_DEFINITIONS)


def definitions(names: frozenset[str]) -> str:
    """What puts those of these functions that are named into their place."""
    made = "".join([_DEFINITIONS[name] for name in sorted(names & NAMES)])
    return _WHOLE + made if made else ""


class Texts:
    """The functions' Python halves, for one evaluation."""

    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def functions(self) -> Mapping[str, Callable[..., Json]]:
        """The bindings that `definitions` calls."""
        return {
            "automate__piece": self._pieces.append,
            "automate__null": lambda text: text is not None and text.strip() in {"", "null"},
            "automate__parse": lambda text: _parse(self._whole(text)),
            "automate__hash": lambda text, algorithm: _hash(self._whole(text), algorithm),
            "automate__encoded": lambda text: _encoded(self._whole(text)),
            "automate__decoded": lambda text: _decoded(self._whole(text)),
        }

    def _whole(self, text: str | None) -> str | None:
        """The text, or the pieces that came in its place; None where it is undefined."""
        if text is None and self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
        return text


def _parse(text: str | None) -> Json:
    if text is None:
        refuse(1, "parse")
    if parses_to_too_much(text):
        raise FunctionMistake('D3030: Argument 1 of function "parse" is too large')
    try:
        return parse_json(text)
    except ValueError:
        raise FunctionMistake('D3030: Argument 1 of function "parse" is not JSON') from None


def _hash(text: str | None, algorithm: str | None) -> str:
    if text is None or algorithm is None:
        refuse(1 if text is None else 2, "hash")
    make = HASHES.get(algorithm)
    if make is None:
        raise FunctionMistake(f'D3030: The algorithm of function "hash" must be one of {", ".join(HASHES)}')
    return str(make(text.encode("utf-8", "replace")).hexdigest())


def _encoded(text: str | None) -> str | None:
    return None if text is None else base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def _decoded(text: str | None) -> str | None:
    """As java.util.Base64's basic decoder: padding may be missing, and where it stands it must be right."""
    if text is None:
        return None
    data = text.rstrip("=")
    padding = len(text) - len(data)
    foreign = next((letter for letter in data if letter not in _ALPHABET), None)
    if foreign == "=":
        raise FunctionMistake("Input byte array has incorrect ending byte")
    if foreign is not None:
        raise FunctionMistake(f"Illegal base64 character {ord(foreign) if ord(foreign) < 256 else ord('?'):x}")
    rest = len(data) % 4
    if rest == 1:
        raise FunctionMistake("Last unit does not have enough valid bits")
    if padding not in {0, -len(data) % 4}:
        raise FunctionMistake("Input byte array has wrong 4-byte ending unit")
    return base64.b64decode(data + "=" * (-len(data) % 4)).decode("utf-8", "replace")
