"""Slips of the keys: a letter left out, doubled, or swapped with the next one, in a word that the grammar knows.

Only words that say what to do, where such a word may stand, and those of schedules and of kinds of things are mended. A
letter that is another one may be another word: *parse* is not *pause*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from engine.copilot.offline.words import (
    DETERMINERS,
    ENTITIES,
    PREPOSITIONS,
    PROPERTIES,
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
_VERBS = frozenset(verb for verb in VERBS if len(verb) > 3)
_WORDS = frozenset([
    "crate", "gradle", "inset", "mere", "pace", "pare", "pint", "rely", "replay", "rest", "retain", "sale", "summaries",
    "ties", "timers", "util",
    "able", "alter", "diary", "emails", "ever", "fall", "falls", "fine", "form", "lose", "lunch", "moth", "mouth",
    "quit", "rout", "sing", "slacks", "star", "stat", "tabled", "tale", "tired", "topics", "unit", "untied", "very",
])
"""Words of their own that are one slip away from another."""
_BEFORE_A_VERB = frozenset(["and", "then", "to", "please", "or", "should", "must", "than", "otherwise", "else", "just"])


@dataclass(frozen=True, slots=True)
class Slip:
    """The place of a word in a text, and the word that was meant."""

    start: int
    end: int
    said: str
    meant: str


def slips_in(text: str) -> Iterator[Slip]:
    """The slips of `text`, in order."""
    before = None
    words = words_of(text)
    for word, after in zip(words, [*words[1:], None], strict=False):
        if word.kind == "word":
            head = before is None or before.kind == "mark" or before.lower in _BEFORE_A_VERB or (
                after is not None and after.lower in DETERMINERS and before.lower not in DETERMINERS | PREPOSITIONS)
            meant = _meant(word.lower, head=head)
            if meant is not None:
                yield Slip(word.start, word.end, word.text, meant)
        before = word


def spelled(text: str) -> tuple[str, list[Slip]]:
    """`text` without its slips, and the slips."""
    slips = list(slips_in(text))
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
