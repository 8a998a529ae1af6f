"""Durations, moments and schedules in words: ``2 days``, ``until the start date``, ``every Monday at 7:30``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import available_timezones

from engine.copilot.offline.words import NUMBERS, TIMES, UNITS, Word, lower, number_of, singular
from engine.records import dataclass

_DAYS = {"monday": "MON", "tuesday": "TUE", "wednesday": "WED", "thursday": "THU", "friday": "FRI", "saturday": "SAT",
         "sunday": "SUN"}
_SCHEDULE = re.compile(
    r"(?:at [^,]*? )?\b(?:every|each)\b (?:(?P<count>\d+|two|three|four|five|six|ten|fifteen|thirty) )?"
    r"(?P<what>second|minute|hour|day|week|weekday|month|morning|evening|night|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)s?\b|\b(?P<adverb>hourly|daily|weekly|monthly|nightly)\b"
)
_PLACE = re.compile(r"(?:\bin |, |(?:[ap]m|\d) )(?P<place>[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?: time)?(?=$|[ ,.])")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s?([ap]m)?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as triggers write it. `guess` says what was not said. `timezone` is an IANA name, None where no place
    was named; `by_clocks` is whether it matters."""

    expression: str
    guess: str | None = None
    timezone: str | None = None

    @property
    def by_clocks(self) -> bool:
        """Whether it comes by the clocks of a place: a rate is the same everywhere."""
        return self.expression.startswith("cron(")


def duration_in(words: list[Word] | tuple[Word, ...]) -> int | None:
    """The first duration among `words`, in seconds: ``2 days``, ``a week``, ``half an hour``."""
    for index, word in enumerate(words[:-1]):
        count = number_of(word)
        if count is None:
            continue
        after = index + 1
        if word.lower == "half" and words[after].lower == "an" and after + 1 < len(words):
            after += 1
        unit = UNITS.get(singular(words[after].lower)) or UNITS.get(words[after].lower)
        if unit is not None:
            return int(count * unit)
    return None


def count_of_times(words: list[Word] | tuple[Word, ...]) -> int | None:
    """``3 times``, ``twice``, ``5 attempts``."""
    for index, word in enumerate(words):
        if word.lower in TIMES and word.lower != "once":
            return TIMES[word.lower]
        if index and singular(word.lower) in ("time", "attempt", "retry", "try"):
            count = number_of(words[index - 1])
            if count is not None:
                return int(count)
    return None


def schedule_in(words: list[Word] | tuple[Word, ...]) -> Schedule | None:
    """The schedule that `words` speak of."""
    text = lower(words)
    match = _SCHEDULE.search(text)
    if match is None:
        return None
    at = next(((_minute_hour(word.text)) for word in words if word.kind == "clock"), None)
    if at is None and (found := re.search(r"\bat (noon|midnight)\b", text)):
        at = (0, 12) if found.group(1) == "noon" else (0, 0)
    what = match["what"] or {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month",
                             "nightly": "night"}[match["adverb"]]
    return replace(_schedule(what, _count(match["count"]), at), timezone=zone_in(words))


def zone_in(words: Sequence[Word]) -> str | None:
    """The time zone that is named: ``UTC``, ``Europe/Berlin``, or the place of one, as in ``in New York time``."""
    text = " ".join(word.text for word in words)
    named = re.search(r"\b[A-Z][A-Za-z]+ ?/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?", text)  # a word, and a path
    zones = available_timezones()
    if named is not None and (zone := named[0].replace(" ", "")) in zones:
        return zone
    if re.search(r"\b(?:UTC|GMT)\b", text):
        return "UTC"
    place = _PLACE.search(text)
    if place is None:
        return None
    ending = f"/{place['place'].replace(' ', '_')}"
    return min((zone for zone in zones if zone.endswith(ending) and zone.count("/") == 1), default=None)


def _count(text: str | None) -> int:
    if text is None:
        return 1
    return int(text) if text.isdigit() else int(NUMBERS[text])


def _schedule(what: str, count: int, at: tuple[int, int] | None) -> Schedule:  # noqa: PLR0911 - one for each kind
    if what in ("minute", "hour") or (what == "day" and at is None):
        plural = "s" if count != 1 else ""
        return Schedule(f"rate({count} {what}{plural})")
    if what == "second":
        return Schedule("rate(1 minute)", "A schedule runs once a minute at most.")
    usual = {"morning": (0, 8), "evening": (0, 18), "night": (0, 2)}.get(what, (0, 0))
    minute, hour = at or usual
    guess = None if at else f"No time was said: {hour:02d}:{minute:02d} is a guess."
    day = next((code for name, code in _DAYS.items() if name.startswith(what) and len(what) >= 3), None)
    if what == "week":
        return Schedule(f"cron({minute} {hour} ? * MON *)", guess or "No day was said: Monday is a guess.")
    if what == "weekday":
        return Schedule(f"cron({minute} {hour} ? * MON-FRI *)", guess)
    if what == "month":
        return Schedule(f"cron({minute} {hour} 1 * ? *)", guess or "No day was said: the first is a guess.")
    if day is not None:
        return Schedule(f"cron({minute} {hour} ? * {day} *)", guess)
    return Schedule(f"cron({minute} {hour} * * ? *)", guess)


def _minute_hour(text: str) -> tuple[int, int]:
    match = _CLOCK.match(text.lower())
    if match is None:
        return 0, 0
    hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(3)
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return minute, hour
