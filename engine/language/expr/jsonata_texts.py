"""`$parse`, `$hash`, `$base64encode` and `$base64decode`: functions over texts, however long.

jlens holds the limit of a result (1 MiB) against the arguments of each function of ours too. So the wrapper of an
expression hands a longer text over in pieces:

    $hash := function($s, $a) <ss:s> { $automate__hash($automate__whole($s), $a) }

Base 64 is Java's there, not jlens's: the service fails where java.util.Base64 does (reported by a user), and a text's
bytes are its UTF-8 (JSONata's documentation of `$base64decode`; jlens takes and gives one byte a character).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.language.expr.bounds import parses_to_too_much
from engine.language.expr.intrinsic_functions import HASHES, parse_json
from engine.language.expr.jsonata_functions import FunctionMistake, refuse

Json = Any

_PIECE = 200_000
"""Characters, of four bytes at most."""
_WHOLE = (
    "$automate__length:=$length;$automate__substring:=$substring;$automate__floor:=$floor;"
    f"$automate__hand:=function($s,$l){{$l>{_PIECE}"
    "?($h:=$automate__floor($l/2);$automate__hand($automate__substring($s,0,$h),$h);"
    "$automate__hand($automate__substring($s,$h),$l-$h)):$automate__piece($s)};"
    "$automate__whole:=function($s){($l:=$automate__length($s);"
    f"$l>{_PIECE}?($automate__hand($s,$l);$automate__nothing):$s)}};"
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
        self._pieces = bytearray()

    def functions(self) -> Mapping[str, Callable[..., Json]]:
        """The bindings that `definitions` calls."""
        return {
            "automate__piece": self._piece,
            "automate__null": lambda text: text is not None and text.strip() in {"", "null"},
            "automate__parse": lambda text: _parse(self._whole(text)),
            "automate__hash": lambda text, algorithm: _hash(self._whole(text), algorithm),
            "automate__encoded": lambda text: _encoded(self._whole(text)),
            "automate__decoded": lambda text: _decoded(self._whole(text)),
        }

    def _piece(self, text: str) -> None:
        self._pieces += text.encode("utf-8", "replace")

    def _whole(self, text: str | None) -> bytes | bytearray | None:
        """The text's UTF-8, or that of the pieces that came in its place; None where it is undefined."""
        if text is not None:
            return text.encode("utf-8", "replace")
        pieces, self._pieces = self._pieces, bytearray()
        return pieces or None


def _parse(data: bytes | bytearray | None) -> Json:
    if data is None:
        refuse(1, "parse")
    text = data.decode("utf-8")
    if parses_to_too_much(text):
        raise FunctionMistake('D3030: Argument 1 of function "parse" is too large')
    try:
        return parse_json(text)
    except ValueError:
        raise FunctionMistake('D3030: Argument 1 of function "parse" is not JSON') from None


def _hash(data: bytes | bytearray | None, algorithm: str | None) -> str:
    if data is None or algorithm is None:
        refuse(1 if data is None else 2, "hash")
    make = HASHES.get(algorithm)
    if make is None:
        raise FunctionMistake(f'D3030: The algorithm of function "hash" must be one of {", ".join(HASHES)}')
    return str(make(data).hexdigest())


def _encoded(data: bytes | bytearray | None) -> str | None:
    if data is None:
        return None
    encoded = base64.b64encode(data)
    _let_go(data)
    return str(encoded, "ascii")


def _let_go(data: bytes | bytearray) -> None:
    """The longest texts have several megabytes: pieces that have served are not kept beside what was made of them."""
    if isinstance(data, bytearray):
        data.clear()


_FOREIGN = re.compile(rb"[^A-Za-z0-9+/]")
_PADDING, _MOST_PADDING = ord("="), 2


def _decoded(data: bytes | bytearray | None) -> str | None:
    """As java.util.Base64's basic decoder: padding may be missing, and where it stands it must be right."""
    if data is None:
        return None
    length = len(data)
    while length and len(data) - length < _MOST_PADDING and data[length - 1] == _PADDING:
        length -= 1
    if (foreign := _FOREIGN.search(data)) and foreign.start() < length:
        raise FunctionMistake(
            "Input byte array has incorrect ending byte" if foreign.group() == b"=" else
            f"Illegal base64 character {foreign.group()[0] if foreign.group()[0] < 0x80 else ord('?'):x}"
        )
    missing = -length % 4
    if missing == 3:
        raise FunctionMistake("Last unit does not have enough valid bits")
    if len(data) - length not in {0, missing}:
        raise FunctionMistake("Input byte array has wrong 4-byte ending unit")
    decoded = base64.b64decode(data if len(data) > length or not missing else bytes(data) + b"=" * missing)
    _let_go(data)
    return str(decoded, "utf-8", "replace")
