"""How programs write text down within other text, read backwards: what a text says once its escapes are undone.

    bytes ──► decodings: backslashes, %XX, &…;, =XX, UTF-16, hex, base64 ──► what each of them says ──► again

Each decoding is tried by itself, so that JSON in a URL in base64 is found whatever was done first. It tells what the
bytes say, and where a part of that stands in them. Bytes are those of UTF-8; lone surrogates are kept.

Most of what is read is no secret, so a decoding that cannot show one is not made (`Sought.may_show`): escapes leave
letters and digits alone, or stand in the middle of base64; what is random once decoded is looked at, and not decoded
further.
"""

from __future__ import annotations

import binascii
import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from engine.records import dataclass

Span = tuple[int, int]
"""From, and up to before."""

SMALL_BYTES = 2_048
"""What is no longer than this is decoded further even where it looks random."""

LEAST_CORE = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says in one decoding, and where `spans` of it stand in the text. `is_last`: it is not read on."""

    said: bytes
    places: Callable[[Sequence[Span]], list[Span]]
    is_last: bool = False


class Sought:
    """What is looked for: UTF-8 or other bytes, at least one."""

    def __init__(self, wanted: Sequence[bytes]) -> None:
        shortest = min(map(len, wanted))
        self.shortest = shortest
        self.is_ascii = all(octets.isascii() for octets in wanted)
        self.has_space = any(b" " in octets for octets in wanted)
        cores = {max(re.findall(rb"[A-Za-z0-9]+", octets), key=len, default=b"") for octets in wanted}
        self._cores = () if min(map(len, cores)) < LEAST_CORE else tuple(cores)
        digits = -(-4 * shortest // 3)
        self.base64 = re.compile(rb"(?<![A-Za-z0-9+/_\r\n-])[A-Za-z0-9+/_\r\n-]{%d,}" % digits)
        self.hex = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{%d,}" % (2 * shortest))
        self._broken = re.compile(
            rb"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*[\\%%&=])(?:[A-Za-z0-9+/_-]|%b){%d,}" % (_TOKEN, digits)
        )

    def may_show(self, text: bytes) -> bool:
        """Whether what is looked for can come out when escapes of `text` are undone: its longest row of letters and
        digits is there, or some letters are escaped, or there is base64 with escapes in it."""
        return (
            not self._cores or any(core in text for core in self._cores) or _LETTER.search(text) is not None
            or self._broken.search(text) is not None
        )


def readings(text: bytes, sought: Sought) -> Iterator[Reading]:
    """What `text` may say else."""
    if any(mark in text for mark in _MARKS) and sought.may_show(text):
        for mark, token, decode in _ESCAPES:
            if mark in text:
                yield from _unescaped(text, token, decode, sought)
        if b"+" in text and sought.has_space:
            yield from _form(text, sought)
    if b"\0" in text:
        yield _without_zeros(text)
        if not sought.is_ascii:
            yield from _utf16(text)
    yield from _blocks(text, sought.hex, _HEX, sought)
    yield from _blocks(text, sought.base64, _BASE64, sought)


# ---------------------------------------------------------------- escapes


def _text(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass") if number <= 0x10FFFF else b"\xef\xbf\xbd"


_LETTERS = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"a": b"\a", b"v": b"\v", b"0": b"\0",
    b"e": b"\x1b",
}


@lru_cache(maxsize=4096)
def _backslash(token: bytes) -> bytes:
    kind, rest = token[1:2], token[2:]
    if kind.isdigit() and len(rest) == 2:
        return bytes([int(token[1:], 8)])
    if kind == b"x" and rest:
        return bytes.fromhex(rest.decode())
    if kind in b"uU" and rest:
        high, _, low = rest.strip(b"{}").partition(b"\\u")
        if low:  # a character beyond the first 65,536 as two halves
            return _text(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
        return _text(int(high, 16))
    return _LETTERS.get(kind, kind)


@lru_cache(maxsize=4096)
def _percent(token: bytes) -> bytes:
    digits = token.lstrip(b"%uU").decode()
    return _text(int(digits, 16)) if token[1:2] in b"uU" else bytes.fromhex(digits)


@lru_cache(maxsize=4096)
def _entity(token: bytes) -> bytes:
    return html.unescape(token.decode()).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _quoted(token: bytes) -> bytes:
    return b"" if token.endswith(b"\n") else bytes.fromhex(token[1:].decode())


_H = rb"[0-9A-Fa-f]"
_PERCENT = re.compile(rb"%" + _H + rb"{2}|%[uU]" + _H + rb"{4}")
_ESCAPES: tuple[tuple[bytes, re.Pattern[bytes], Callable[[bytes], bytes]], ...] = (
    (b"\\", re.compile(
        rb"\\u[dD][89abAB]" + _H + rb"{2}\\u[dD][c-fC-F]" + _H + rb"{2}|\\u" + _H + rb"{4}|\\u\{" + _H + rb"{1,6}\}"
        rb"|\\U" + _H + rb"{8}|\\x" + _H + rb"{2}|\\[0-3][0-7]{2}|\\[^\x80-\xff]", re.DOTALL,
    ), _backslash),
    (b"%", _PERCENT, _percent),
    (b"&", re.compile(rb"&(?:#[0-9]{1,8};?|#[xX]" + _H + rb"{1,8};?|[A-Za-z][A-Za-z0-9]{1,31};?)"), _entity),
    (b"=", re.compile(rb"=" + _H + rb"{2}|=\r?\n"), _quoted),
)
_MARKS = (b"\\", b"%", b"&", b"=", b"+")
_TOKEN = (
    rb"\\(?:u\{?" + _H + rb"{1,6}\}?|x" + _H + rb"{2}|[0-3][0-7]{2}|[^\x80-\xff])|%" + _H
    + rb"{2}|&#?[A-Za-z0-9]{1,31};|=" + _H + rb"{2}|=\r?\n"
)
_CODE = rb"(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])"  # of a letter or a digit, in hexadecimal
_LETTER = re.compile(
    rb"%(?:25)*" + _CODE + rb"|\\[01][0-7]{2}|\\x" + _CODE + rb"|\\[uU]\{?0{0,6}" + _CODE
    + rb"|#0*(?:4[89]|5[0-7]|6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[0-2]);|#[xX]0*" + _CODE
)
"""A letter or a digit that was escaped, once or more often."""


def _as_character(decode: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    r"""`decode`, where an octet that is no character by itself stands for the character of its number: ``\xf6``."""

    def decoded(token: bytes) -> bytes:
        said = decode(token)
        return said.decode("latin-1").encode() if len(said) == 1 and said >= b"\x80" else said

    return decoded


def _unescaped(
    text: bytes, token: re.Pattern[bytes], decode: Callable[[bytes], bytes], sought: Sought
) -> Iterator[Reading]:
    """`text` with each `token` decoded; its octets as UTF-8's, and as characters. Nothing where there is no token."""
    said, count = token.subn(lambda match: decode(match.group()), text)
    if not count:
        return
    yield Reading(said, partial(_places_of_escapes, text, token, decode))
    if not sought.is_ascii:
        other = _as_character(decode)
        yield Reading(
            token.sub(lambda match: other(match.group()), text), partial(_places_of_escapes, text, token, other)
        )


def _form(text: bytes, sought: Sought) -> Iterator[Reading]:
    """A form's: a plus sign is a space, the rest is percent-encoded."""
    spaced = text.replace(b"+", b" ")  # as long, so the places are the same
    yield Reading(spaced, list)
    yield from _unescaped(spaced, _PERCENT, _percent, sought)


def _places_of_escapes(
    text: bytes, token: re.Pattern[bytes], decode: Callable[[bytes], bytes], spans: Sequence[Span]
) -> list[Span]:
    """Where `spans` of the decoded text stand in `text`; a token of which a part belongs to one belongs to it."""
    begins_said, ends_said, begins, ends = [0], [0], [0], [0]  # of each token, in what it says and in the text
    shift = 0
    for match in token.finditer(text):
        length = len(decode(match.group()))
        begins_said.append(match.start() + shift)
        ends_said.append(match.start() + shift + length)
        begins.append(match.start())
        ends.append(match.end())
        shift += length - (match.end() - match.start())

    def place(at: int, *, is_end: bool) -> int:
        index = bisect_right(begins_said, at - 1 if is_end else at) - 1
        if at < ends_said[index] or (is_end and at == ends_said[index] and index):
            return ends[index] if is_end else begins[index]
        return ends[index] + at - ends_said[index]

    return [(place(start, is_end=False), place(end, is_end=True)) for start, end in spans]


# ---------------------------------------------------------------- UTF-16


def _without_zeros(text: bytes) -> Reading:
    """UTF-16, as far as it is ASCII, of either byte order."""

    def places(spans: Sequence[Span]) -> list[Span]:
        kept = [at for at, octet in enumerate(text) if octet]
        return [(kept[start], kept[end - 1] + 1) for start, end in spans]

    return Reading(text.replace(b"\0", b""), places)


def _utf16(text: bytes) -> Iterator[Reading]:
    """UTF-16 of either byte order, from the first octet on and from the second."""
    for coding in ("utf-16-le", "utf-16-be"):
        for first in (0, 1):
            units = text[first : len(text) - (len(text) - first) % 2]
            said = units.decode(coding, "surrogatepass")
            yield Reading(said.encode("utf-8", "surrogatepass"), partial(_places_of_utf16, said, first))


def _places_of_utf16(said: str, first: int, spans: Sequence[Span]) -> list[Span]:
    octets, units = [0], [first]  # where each character begins, as it is said and in the text
    for char in said:
        octets.append(octets[-1] + len(_text(ord(char))))
        units.append(units[-1] + (4 if ord(char) > 0xFFFF else 2))
    return [(units[bisect_right(octets, start) - 1], units[bisect_left(octets, end)]) for start, end in spans]


# ---------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class _Coding:
    """`block` digits say `octets` octets. Runs are filled up with `filler`, which says no zeros, to whole pairs of
    blocks: so that each run begins at an even octet, as UTF-16 needs it."""

    block: int
    octets: int
    decode: Callable[[bytes], bytes]
    filler: bytes


_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_HEX = _Coding(2, 1, binascii.unhexlify, b"f")
_BASE64 = _Coding(4, 3, lambda digits: binascii.a2b_base64(digits.translate(_URL_SAFE)), b"/")
_PRINTABLE = bytes([0, 9, 10, 13, *range(32, 127)])


def _blocks(text: bytes, pattern: re.Pattern[bytes], coding: _Coding, sought: Sought) -> Iterator[Reading]:
    """What all runs of digits say, one after the other, from the first digit on, from the second …"""
    runs = [match.span() for match in pattern.finditer(text)]
    for skipped in range(coding.block) if runs else ():
        pieces = [_filled(text[start:end].translate(None, b"\r\n")[skipped:], coding) for start, end in runs]
        said = coding.decode(b"".join(pieces))
        if len(said) <= SMALL_BYTES:
            yield Reading(said, partial(_places_of_blocks, text, runs, coding, skipped))
            continue
        yield Reading(said, partial(_places_of_blocks, text, runs, coding, skipped), is_last=True)
        texts = [
            (run, decoded) for run, piece in zip(runs, pieces, strict=True)
            if _is_text(decoded := coding.decode(piece), sought)
        ]
        if texts:
            yield Reading(
                b"".join(decoded for _, decoded in texts),
                partial(_places_of_blocks, text, [run for run, _ in texts], coding, skipped),
            )


def _filled(digits: bytes, coding: _Coding) -> bytes:
    return digits + coding.filler * (-len(digits) % (2 * coding.block))


def _is_text(said: bytes, sought: Sought) -> bool:
    """Whether three of four octets are a text's: random ones are not."""
    if not sought.is_ascii:
        said = said.decode("utf-8", "ignore").encode("ascii", "replace") if not said.isascii() else said
    return len(said.translate(None, _PRINTABLE)) * 4 <= len(said)


def _places_of_blocks(
    text: bytes, runs: Sequence[Span], coding: _Coding, skipped: int, spans: Sequence[Span]
) -> list[Span]:
    where: list[int] = []  # of each digit; -1 for those that fill up
    for start, end in runs:
        digits = [at for at in range(start, end) if text[at] not in b"\r\n"][skipped:]
        where += digits + [-1] * (-len(digits) % (2 * coding.block))
    found: list[Span] = []
    for start, end in spans:
        first = start * coding.block // coding.octets
        last = -(-end * coding.block // coding.octets)
        inside = [at for at in where[first:last] if at >= 0]
        if inside:
            found.append((inside[0], inside[-1] + 1))
    return found
