"""Slips of the keys: a letter left out, doubled, or swapped with the next one, in a word that the grammar knows.

Only words that say what to do, where such a word may stand, and those of schedules and of kinds of things are mended. A
letter that is another one may be another word: *parse* is not *pause*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from engine.copilot.offline.schedules import zone_of
from engine.copilot.offline.wording.quantities import quantities_in
from engine.copilot.offline.words import (
    DETERMINERS,
    ENTITIES,
    NUMBERS,
    PREPOSITIONS,
    PROPERTIES,
    TRADE_VERBS,
    UNITS,
    VERBS,
    base_verb,
    singular,
    words_of,
)
from engine.records import dataclass

_KEYWORDS = frozenset([
    "every", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekday", "weekdays",
    "minute", "minutes", "second", "seconds", "hours", "morning", "evening", "month", "weeks", "daily", "hourly",
    "function", "functions", "queue", "table", "topic", "bucket", "workflow", "webhook",
    "approve", "approves", "approved", "rejected", "declined", "otherwise", "unless", "until", "message",
    "arrives", "fails", "customer", "parallel", "batches", "retry", "times",
])
_VERBS = frozenset(verb for verb in VERBS - TRADE_VERBS if len(verb) > 3)
_WORDS = frozenset([
    "able", "alter", "belief", "black", "briefs", "carrying", "clean", "cleaner", "clears", "count", "court",
    "crab", "crate", "diary", "draft", "drift", "elect", "emails", "ever", "fall", "falls", "fine", "fired", "form",
    "fried", "gab", "gradle", "inset", "lave", "leave", "lose", "lunch", "mere", "moth", "mouth", "nude", "pace",
    "pare", "pint", "quit", "rely", "replay", "rest", "retain", "rout", "sale", "shape", "share", "short", "shot",
    "shout", "sing", "slacks", "slick", "star", "stat", "summaries", "tabled", "tale", "than", "thank", "thanks",
    "ties", "timers", "tired", "topics", "unit", "untied", "util", "very", "wise",
])
"""Words of their own that are one slip away from another."""
_WHOLE = frozenset(["url", "email", "quoted", "channel", "path", "repository"])
"""The kinds of words that stay as they are written."""
_BEFORE_A_VERB = frozenset(["and", "then", "to", "please", "or", "should", "must", "than", "otherwise", "else", "just"])


@dataclass(frozen=True, slots=True)
class Slip:
    """The place of words in a text, and what was meant. `is_mistake`: and not only another way to say it."""

    start: int
    end: int
    said: str
    meant: str
    is_mistake: bool = True


def slips_in(text: str) -> Iterator[Slip]:
    """The slips of `text`, in order."""
    before = None
    words = words_of(text)
    whole = [word for word in words if word.kind in _WHOLE]
    for start, end, quantity in quantities_in(text):
        if all(end <= word.start or word.end <= start for word in whole):
            yield Slip(start, end, text[start:end], quantity, is_mistake=False)
    yield from _in_other_words(text)
    for word, after in zip(words, [*words[1:], None], strict=False):
        if word.kind == "word":
            head = before is None or before.kind == "mark" or before.lower in _BEFORE_A_VERB or (
                after is not None and after.lower in DETERMINERS and before.lower not in DETERMINERS | PREPOSITIONS)
            meant = _meant(word.lower, head=head)
            if meant is not None:
                yield Slip(word.start, word.end, word.text, meant)
        before = word


def _in_other_words(text: str) -> Iterator[Slip]:
    """Times and places that are written in another way than the reader has them."""
    taken = 0
    for match in _OTHER_WORDS.finditer(text):
        kind = match.lastgroup or ""
        meant = _MEANT[kind](match)
        if meant is not None and meant[1] > meant[0] >= taken:
            yield Slip(meant[0], meant[1], text[meant[0]:meant[1]], meant[2], is_mistake=False)
            taken = meant[1]


_HOURS = "|".join(word for word, value in NUMBERS.items() if value in range(1, 13) and word not in ("a", "an"))
_PART = r"(?:o'?clock )?(?:in the (?:morning|afternoon|evening)|at night)"
_BEHIND = (
    r"(?=\s*(?:[.,:;]|$|o'?clock|sharp|in the |at night|every |each |on |(?:and|or) at )|\s(?:mon|tues|wednes"
    r"|thurs|fri|satur|sun)day)"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_OTHER_WORDS = re.compile("|".join((
    r"(?P<bracketed>\([A-Z][a-z]+(?: [A-Z][a-z]+)?(?: time)?\))",
    r"(?P<lower>\b[a-z]+(?: [a-z]+)?(?= time\b))",
    rf"(?P<hour>\b(?:at |, ?)(?:{_HOURS})\b(?=\s(?:{_PART})| (?-i:{'|'.join(sorted(VERBS))})\b|{_BEHIND[3:]})",
    r"(?P<short>\b\d{1,2}(?:h(?:\d\d)?|\.[0-5]\d)(?= (?:\w|every|each)|[.,:;] |$))",
    r"(?P<second>\b(?:every|each) second (?=hour|day|week|month)|\b(?:a|every|each) fortnight\b)",
    (r"(?P<ends>\b(?:at|on|by) (?:the )?(?:very )?(?:end|start|beginning) of (?=(?:each|every|the|a) (?:month"
    r"|quarter)\b)|\bat month(?:'s)? end\b)"),
    (r"(?P<days>\bon the \d{1,2}(?:st|nd|rd|th)(?:(?:,| and|, and) (?:the )?\d{1,2}(?:st|nd|rd|th))*(?=,? (?:at \d"
    r"|at noon|at midnight|at half|\d{1,2}:)))"),
    (rf"(?P<date>\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd"
    rf"|th)?,? \d{{4}})(?:,? at (?:\d{{1,2}}:\d\d|noon))?)"),
    r"(?P<dated>\b(?:monthly|once a month|every month|each month),? on (?:the )?\d{1,2}(?:st|nd|rd|th)\b(?! of))",
)), re.IGNORECASE)
_Meant = tuple[int, int, str] | None


def _place_of(match: re.Match[str]) -> _Meant:
    said = match[0].strip("()").removesuffix(" time")
    name = next((part for part in (said, said.split()[-1]) if zone_of(part) is not None), None)
    place = "" if name is None else " ".join(part.capitalize() for part in name.split())
    if name is None or (match["lower"] and len(name) < 4):
        return None
    if match["bracketed"]:
        return match.start(), match.end(), f"{place} time"
    start = match.start() + said.rindex(name)
    return start, start + len(name), place


def _hour_of(match: re.Match[str]) -> _Meant:
    word = match[0].split()[-1].lstrip(",")
    start = match.end() - len(word)
    return start, match.end(), f"{'' if match[0].lower().startswith('at') else 'at '}{NUMBERS[word.lower()]}"


def _short_of(match: re.Match[str]) -> _Meant:
    before = match.string[:match.start()]
    if not match[0].lower().count("h") and not re.search(r"\b(?:at|days?|and) $", before, re.IGNORECASE):
        return None
    hour, _, minute = match[0].lower().replace("h", ".").partition(".")
    return (match.start(), match.end(), f"{hour}:{minute or '00'}") if int(hour) < 24 else None


def _end_of(match: re.Match[str]) -> _Meant:
    which = "first" if re.search(r"start|beginning", match[0], re.IGNORECASE) else "last"
    return match.start(), match.end(), f"on the {which} day of " + ("each month" if "month" in match[0] else "")


def _date_of(match: re.Match[str]) -> _Meant:
    said = match[0].lower()
    month = next(place for place, name in enumerate(_MONTHS, 1) if name in said)
    year = re.search(r"\d{4}", said)
    day = re.search(r"\b\d{1,2}(?!\d|:)", said)
    at = re.search(r"at (\d{1,2}):(\d\d)", said)
    if year is None or day is None:
        return None
    time = f"T{int(at[1]):02d}:{at[2]}:00Z" if at is not None else "T12:00:00Z" if "noon" in said else ""
    return match.start(), match.end(), f"{year[0]}-{month:02d}-{int(day[0]):02d}{time}"


_MEANT: dict[str, Callable[[re.Match[str]], _Meant]] = {
    "bracketed": _place_of, "lower": _place_of, "hour": _hour_of, "short": _short_of, "ends": _end_of,
    "second": lambda match: (
        match.start(), match.end(), "every two weeks" if "fortnight" in match[0].lower() else "every other "),
    "date": _date_of,
    "days": lambda match: (match.start(), match.end(), re.sub(r"(?<=and )the ", "", match[0]) + " of each month"),
    "dated": lambda match: (match.start(), match.end(), f"on the {match[0].split()[-1]} of each month"),
}


def spelled(text: str) -> tuple[str, list[Slip]]:
    """`text` without its slips, and the slips."""
    slips: list[Slip] = []
    for slip in sorted(slips_in(text), key=lambda slip: slip.start):
        if not slips or slip.start >= slips[-1].end:
            slips.append(slip)
    for slip in reversed(slips):
        text = text[:slip.start] + slip.meant + text[slip.end:]
    return text, slips


def place_in(slips: Sequence[Slip], place: int) -> int:
    """Where a place of the text without its slips is in the one with them."""
    moved = 0
    for slip in slips:
        start, longer = slip.start - moved, len(slip.meant)
        if place <= start:
            break
        if place < start + longer:
            return min(place + moved, slip.end)
        moved += slip.end - slip.start - longer
    return place + moved


@cache
def _meant(word: str, *, head: bool) -> str | None:
    known = _WORDS | _KEYWORDS | ENTITIES | PROPERTIES | {*UNITS}
    if {word, singular(word)} & known or base_verb(word) is not None or word in PREPOSITIONS:
        return None
    if re.fullmatch(r"[a-z]{4,}", word) is None:
        return None
    targets = _KEYWORDS | _VERBS if head else _KEYWORDS
    return next((target for target in sorted(targets) if _is_slip(word, target)), None)


def _is_slip(word: str, target: str) -> bool:
    """Whether one key makes the difference; the first letter is the right one, and an ``s`` at the end is no slip."""
    if len(word) == len(target):
        at = next((index for index, (one, other) in enumerate(zip(word, target, strict=True)) if one != other), 0)
        return at > 0 and word == f"{target[:at]}{target[at + 1:at + 2]}{target[at]}{target[at + 2:]}"
    short, long = sorted((word, target), key=len)
    if len(long) != len(short) + 1 or len(target) < 5 or word[0] != target[0] or long == f"{short}s":
        return False
    if long == word and word.startswith(target) and word[-1] != word[-2]:
        return False  # an ending
    return any(long[:at] + long[at + 1:] == short for at in range(1, len(long)))
