"""What each ``States.*`` intrinsic does (AWS, "Intrinsic functions for JSONPath states").

Each takes a `Call` and gives a JSON value or raises `Mistake` with what is wrong; `expr.intrinsics` words the
failure. Whole numbers are asked for in several places: a fraction is rounded, half of one upwards (recorded cases:
-0.5 is 0, -1.5 is -1, 2.5 is 3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from engine.language.expr.bounds import MOST_NODES, MOST_TEXT, excess, parses_to_too_much
from engine.language.expr.java_text import java_text, json_text
from engine.language.expr.scope import Scope
from engine.records import dataclass
from engine.values import loads

Json = Any

MOST_CHARACTERS = 10_000
"""The longest text that Base64Encode, Base64Decode and Hash take."""
MOST_RANGE = 1_000
"""The most items that ArrayRange makes."""
MOST_NUMBER = 2**63 - 1


class Mistake(Exception):
    """Arguments that a function refuses. AWS names the function and says no more; a limit of ours is told."""


class Call(NamedTuple):
    """One call while it runs. `template` is the first argument as it is written, where that is a quoted text.

    A named tuple: one is made for every evaluation, and a frozen dataclass takes three times as long to make.
    """

    name: str
    values: tuple[Json, ...]
    scope: Scope
    field: str | None
    template: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A function and how many arguments it takes; `example` shows them as an editor offers them."""

    name: str
    least: int
    most: float
    run: Callable[[Call], Json]
    example: str

    @property
    def takes(self) -> str:
        """The number of arguments in words."""
        if self.least == self.most:
            return f"{self.least} argument{'' if self.least == 1 else 's'}"
        return f"at least {self.least}" if math.isinf(self.most) else f"{self.least} to {self.most:g} arguments"


def _refuse(call: Call, limit: str = "") -> NoReturn:
    raise Mistake(f"Invalid arguments in States.{call.name}" + (f": {limit}" if limit else ""))


def _text(call: Call, number: int) -> str:
    value = call.values[number]
    if not isinstance(value, str):
        _refuse(call)
    return value


def _short_text(call: Call, number: int) -> str:
    value = _text(call, number)
    if len(value) > MOST_CHARACTERS:
        _refuse(call)
    return value


def _array(call: Call, number: int) -> list[Json]:
    value = call.values[number]
    if not isinstance(value, list):
        _refuse(call)
    return value


def _whole(call: Call, number: int) -> int:
    value = call.values[number]
    if isinstance(value, int) and not isinstance(value, bool):
        whole = value
    elif isinstance(value, float) and math.isfinite(value):
        whole = math.floor(value + 0.5)
    else:
        _refuse(call)
    if abs(whole) > MOST_NUMBER:
        _refuse(call)
    return whole


def _printable(call: Call) -> None:
    """Refuse arguments whose text would be too long, before it is made."""
    if excess(*call.values, characters=MOST_TEXT) is not None:
        _refuse(call, "the arguments are too large")


def _key(value: Json) -> str:
    """Equal JSON values have equal keys: the order of an object's names does not count, 1 and true differ."""
    return json.dumps(value, sort_keys=True)


# --- arrays


def _array_of(call: Call) -> Json:
    return list(call.values)


def _partition(call: Call) -> Json:
    array, size = _array(call, 0), _whole(call, 1)
    if size <= 0:
        _refuse(call)
    return [array[at : at + size] for at in range(0, len(array), size)]


def _contains(call: Call) -> Json:
    _printable(call)
    wanted = _key(call.values[1])
    return any(_key(item) == wanted for item in _array(call, 0))


def _range(call: Call) -> Json:
    first, last, step = _whole(call, 0), _whole(call, 1), _whole(call, 2)
    if step == 0:
        _refuse(call)
    numbers = range(first, last + (1 if step > 0 else -1), step)
    if (last - first) // step + 1 > MOST_RANGE:
        _refuse(call)
    return list(numbers)


def _get_item(call: Call) -> Json:
    array, index = _array(call, 0), _whole(call, 1)
    if not 0 <= index < len(array):
        _refuse(call)
    return array[index]


def _length(call: Call) -> Json:
    return len(_array(call, 0))


def _unique(call: Call) -> Json:
    _printable(call)
    found: dict[str, Json] = {}
    for item in _array(call, 0):
        found.setdefault(_key(item), item)
    return list(found.values())


# --- encoding and hashes


def _encode(call: Call) -> Json:
    return base64.b64encode(_utf8(call, _short_text(call, 0))).decode("ascii")


def _decode(call: Call) -> Json:
    text = _short_text(call, 0)
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        _refuse(call)


def _hash(call: Call) -> Json:
    """The digest in hexadecimal; a value that is no text is hashed as its JSON."""
    data, algorithm = call.values[0], _text(call, 1)
    _printable(call)
    make = HASHES.get(algorithm)
    if make is None:
        _refuse(call)
    text = data if isinstance(data, str) else json_text(data)
    if len(text) > MOST_CHARACTERS:
        _refuse(call)
    return str(make(_utf8(call, text)).hexdigest())


def _utf8(call: Call, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        _refuse(call)


HASHES: dict[str, Callable[[bytes | bytearray], Any]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
    "SHA-1": lambda data: hashlib.sha1(data, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


# --- JSON


def _merge(call: Call) -> Json:
    first, second, deep = call.values
    if not isinstance(first, dict) or not isinstance(second, dict):
        _refuse(call)
    if deep is not False:
        _refuse(call)
    return {**first, **second}


def parse_json(text: str) -> Json:
    """JSON text as a value; a blank text is null (recorded case). Raises ValueError."""
    if not text.strip():
        return None
    return loads(text)


def _string_to_json(call: Call) -> Json:
    text = _text(call, 0)
    if parses_to_too_much(text):
        _refuse(call, "argument 1 is too large")
    try:
        return parse_json(text)
    except ValueError:
        _refuse(call)


def _json_to_string(call: Call) -> Json:
    _printable(call)
    return json_text(call.values[0])


# --- numbers, texts, UUID


def _random(call: Call) -> Json:
    """A whole number from the first argument up to, not including, the second; a third makes it repeatable."""
    first, last = _whole(call, 0), _whole(call, 1)
    if last <= first:
        _refuse(call)
    if len(call.values) == 3:
        digest = hashlib.sha256(str(_whole(call, 2)).encode()).digest()
    else:
        digest = call.scope.random_bytes(call.field)
    return first + int.from_bytes(digest[:16]) % (last - first)


def _add(call: Call) -> Json:
    return _whole(call, 0) + _whole(call, 1)


def _split(call: Call) -> Json:
    """The parts between any of the delimiter's characters, empty ones left out (recorded cases)."""
    text, delimiters = _text(call, 0), _text(call, 1)
    if not delimiters:
        return [text] if text else []
    parts: list[str] = []
    for match in re.finditer(f"[^{re.escape(delimiters)}]+", text):
        if len(parts) == MOST_NODES:
            _refuse(call, f"argument 1 has more than {MOST_NODES:,} parts")
        parts.append(match.group())
    return parts


def _format(call: Call) -> Json:
    template = call.template if call.template is not None else _text(call, 0)
    pieces = _pieces(template)
    if len(pieces) != len(call.values):
        _refuse(call)
    _printable(call)
    parts = [pieces[0]]
    for value, piece in zip(call.values[1:], pieces[1:], strict=True):
        parts += (java_text(value), piece)
    return "".join(parts)


_TEMPLATE = re.compile(r"\\([\\'{}])|(\{\})")


def holes(template: str) -> int:
    """How many ``{}`` a template has."""
    return len(_pieces(template)) - 1


def _pieces(template: str) -> list[str]:
    """The texts around each ``{}``, with their escapes resolved."""
    pieces, at, piece = [], 0, ""
    for match in _TEMPLATE.finditer(template):
        piece += template[at : match.start()]
        at = match.end()
        if match.group(2):
            pieces.append(piece)
            piece = ""
        else:
            piece += match.group(1)
    return [*pieces, piece + template[at:]]


def _uuid(call: Call) -> Json:
    return call.scope.uuid(call.field)


FUNCTIONS: dict[str, Signature] = {
    signature.name: signature
    for signature in (
        Signature("Array", 0, math.inf, _array_of, "$.a, $.b"),
        Signature("ArrayPartition", 2, 2, _partition, "$.items, 10"),
        Signature("ArrayContains", 2, 2, _contains, "$.items, $.item"),
        Signature("ArrayRange", 3, 3, _range, "1, 9, 2"),
        Signature("ArrayGetItem", 2, 2, _get_item, "$.items, 0"),
        Signature("ArrayLength", 1, 1, _length, "$.items"),
        Signature("ArrayUnique", 1, 1, _unique, "$.items"),
        Signature("Base64Encode", 1, 1, _encode, "$.text"),
        Signature("Base64Decode", 1, 1, _decode, "$.text"),
        Signature("Hash", 2, 2, _hash, "$.text, 'SHA-256'"),
        Signature("JsonMerge", 3, 3, _merge, "$.a, $.b, false"),
        Signature("StringToJson", 1, 1, _string_to_json, "$.text"),
        Signature("JsonToString", 1, 1, _json_to_string, "$.value"),
        Signature("MathRandom", 2, 3, _random, "1, 100"),
        Signature("MathAdd", 2, 2, _add, "$.number, 1"),
        Signature("StringSplit", 2, 2, _split, "$.text, ','"),
        Signature("Format", 1, math.inf, _format, "'{}', $.value"),
        Signature("UUID", 0, 0, _uuid, ""),
    )
}
"""Every intrinsic by its name without ``States.``."""
