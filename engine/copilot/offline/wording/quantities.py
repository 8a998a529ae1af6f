"""Numbers in words and units in short, as the reader has them: ``forty-five secs`` is 45 seconds.

A number is one word after the other, with "and" within (two hundred and fifty, twenty-five); a word of NUMBERS stays.
A half comes behind a whole (an hour and a half). A unit in short stands behind a number (45 secs); one of a letter
behind digits, where a span of time is said (wait 30s).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.offline.words import NUMBERS

_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ADDED = {
    **{word: 1 + place for place, word in enumerate(_ONES)}, **{word: 10 + place for place, word in enumerate(_TEENS)},
    **{word: 10 * (2 + place) for place, word in enumerate(_TENS)}, "fourty": 40,
}
_TIMES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_PART = "|".join(sorted({*_ADDED, *_TIMES}, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w-])(?P<a>an? (?=(?:{'|'.join(_TIMES)})\b))?(?P<words>(?:{_PART})(?:(?:-| and | )(?:{_PART}))*)\b(?!-)",
    re.IGNORECASE)
_COUNTED = rf"(?:\d+(?:[.,]\d+)?|{'|'.join(sorted({*NUMBERS, *_ADDED} - {'half'}, key=len, reverse=True))})"
_UNITS = {"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day",
          "wk": "week"}
_UNIT = re.compile(
    rf"\b(?:(?!an?\s){_COUNTED}|half an?)(?:\s|-)(?P<long>secs?|mins?|hrs?|wks?)\b\.?(?=[\s,;:.!?)]|$)"
    r"|\b(?:every|each|wait|after|within|in|for|sleep|pause|another|delay) (?:at most |up to )?"
    r"(?P<count>\d+)(?P<short>secs?|mins?|hrs?|[smhd])\b"
    r"|\b(?:every|each) (?P<one>sec|min|hr)\b(?=[\s,;:.!?)]|$)", re.IGNORECASE)
_LONG = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)"
_HALF = re.compile(
    rf"\b(?P<n>{_COUNTED}) and a half (?={_LONG}\b)|\b(?P<m>{_COUNTED}) (?P<unit>{_LONG}) and a half\b", re.IGNORECASE)

Read = tuple[int, int, str]
"""Where the words begin and end, and what stands for them."""


def quantities_in(text: str) -> Iterator[Read]:
    """Each quantity of `text` that the reader would not have as it is written."""
    for match in _HALF.finditer(text):
        whole = _value((match["n"] or match["m"]).lower())
        unit = "" if match["unit"] is None else f"{_long(match['unit'])}s"
        yield match.start(), match.end(), f"{whole}.5 {unit}"
    for match in _NUMBER.finditer(text):
        value = _value(match["words"].lower())
        if (match["a"] or match["words"].lower() not in NUMBERS) and value is not None:
            yield match.start(), match.end(), str(value)
    for match in _UNIT.finditer(text):
        group = match.lastgroup or "long"
        ending = "" if group == "one" or match[0].lower().startswith("half") else "s"
        count, start = (f"{match['count']} ", match.start("count")) if group == "short" else ("", match.start(group))
        yield start, match.end(group), f"{count}{_long(match[group])}{ending}"


def _long(unit: str) -> str:
    bare = unit.lower() if unit.lower() in _UNITS else unit.lower().removesuffix("s")
    return _UNITS.get(bare, bare)


def _value(words: str) -> int | None:
    """The number that words say; None for words that follow each other and are no number: ``one two``."""
    if words.isdigit() or words in NUMBERS:
        return int(words) if words.isdigit() else int(NUMBERS[words])
    total = group = 0
    lowest = 1000
    for word in re.split(r"-| and | ", words):
        if word in _TIMES:
            times = _TIMES[word]
            if times >= 1000:
                total, group, lowest = total + (group or 1) * times, 0, 1000
            else:
                group, lowest = (group or 1) * times, times
            continue
        value = _ADDED[word]
        if value >= lowest or (value > 9 and lowest < 100):
            return None
        group += value
        lowest = 10 if value >= 20 else 1
    return total + group
