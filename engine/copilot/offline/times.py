"""Durations, counts, days and recurring times in words: ``2 days``, ``3 times``, every so often."""

from __future__ import annotations

import re

from engine.copilot.offline.words import TIMES, UNITS, Word, number_of, singular
from engine.records import dataclass

DAY = (r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
       r"|(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b(?!-?(?-i:[a-z])))")
WEEK = r"(?:weekdays?|work(?:ing )?days?|(?:business|school|office) days?|weekends?)\b"
DAYS = rf"(?:{WEEK}|{DAY}(?:(?:,? and |,? & |, (?:and )?|/){DAY})*)"
"""Days of a week in words, in a text whose case is ignored; a short name begins with a capital letter."""
NOT_ON = (r"(?:(?:except|excluding|apart from|other than|(?:but |and )?(?:not|never))(?: for)?(?: on| at| during)?"
          r"(?: the| any)?|but(?: the)?)")
"""What stands before the days that are left out."""
NOT_THEN = (r"(?:it|they|this|that|we|nothing) (?:(?:should|must|do|does|is|are|will|shall) (?:not|never)"
            r"|(?:should|must|do|does|is|are)n't|won't)(?: (?:be )?\w+)?")
"""What stands behind them."""
DATE = r"(?:first|second|third|fourth|last|\d+(?:st|nd|rd|th)?)"
CODES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
"""Those of a cron expression."""
WHICH = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "L"}
"""Which of a month it is, as a cron expression writes it."""
REGIONS = {
    "eastern": "America/New_York", "et": "America/New_York", "est": "America/New_York", "edt": "America/New_York",
    "central": "America/Chicago", "ct": "America/Chicago", "cst": "America/Chicago", "cdt": "America/Chicago",
    "mountain": "America/Denver", "mt": "America/Denver", "mst": "America/Denver", "mdt": "America/Denver",
    "pacific": "America/Los_Angeles", "pt": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "cet": "Europe/Paris", "utc": "UTC", "gmt": "UTC",
    **{city: zone for zone, cities in {
        "Europe/Berlin": "frankfurt munich hamburg cologne stuttgart leipzig", "Europe/Rome": "milan turin naples",
        "Europe/Zurich": "geneva basel bern", "Europe/Paris": "lyon marseille", "Europe/Madrid": "barcelona seville",
        "Europe/London": "manchester edinburgh birmingham", "Europe/Amsterdam": "rotterdam utrecht",
        "America/New_York": "boston washington miami atlanta philadelphia", "America/Chicago": "dallas houston austin",
        "America/Los_Angeles": "seattle san_francisco san_diego portland", "America/Toronto": "montreal ottawa",
        "Asia/Kolkata": "mumbai delhi bangalore chennai", "Asia/Shanghai": "beijing shenzhen", "Asia/Tokyo": "osaka",
        "Africa/Johannesburg": "cape_town durban", "America/Sao_Paulo": "rio_de_janeiro",
    }.items() for city in cities.split()},
}
"""Zones that are called by no city, and cities that no zone is called by."""


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


def codes_of(text: str) -> list[str]:
    """The days that a text names: ``Tuesdays and Fridays``, ``weekends``; the working days where it names none."""
    if "weekend" in text.lower():
        return ["SAT", "SUN"]
    return [code_of(day) for day in re.findall(DAY, text, re.IGNORECASE)] or [*CODES[:5]]


def code_of(day: str) -> str:
    """The day's code."""
    return next(code for code in CODES if day.upper().startswith(code))


def days_of(field: str) -> list[str]:
    """The days that the field of a cron expression has: ``MON-WED,FRI``, ``FRIL``."""
    found: list[str] = []
    for part in re.split(r"[,#]", field.replace("L", "")):
        begin, _, end = part.partition("-")
        if begin in CODES:
            at, until = CODES.index(begin), CODES.index(end if end in CODES else begin)
            found += [CODES[(at + step) % 7] for step in range((until - at) % 7 + 1)]
    return found


def field_of(codes: list[str]) -> str:
    """The days as the field of a cron expression."""
    return "MON-FRI" if codes == [*CODES[:5]] else ",".join(codes)


def duration_in(words: list[Word] | tuple[Word, ...]) -> int | None:
    """The first duration among `words`, in seconds: ``2 days``, ``a week``, ``half an hour``."""
    for index, word in enumerate(words[:-1]):
        count = number_of(word)
        if count is None:
            continue
        after = index + 1
        if word.lower == "half" and words[after].lower in ("a", "an") and after + 1 < len(words):
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


USUAL = {"morning": 8, "afternoon": 15, "evening": 18, "night": 2}
"""The hour of a part of the day of which no time is said."""


def scheduled(what: str, count: int, at: tuple[int, int] | None) -> Schedule:
    """So often, at a (minute, hour) where one was said."""
    if what in ("minute", "hour") or (what == "day" and at is None):
        plural = "s" if count != 1 else ""
        return Schedule(f"rate({count} {what}{plural})")
    if what == "second":
        return Schedule("rate(1 minute)", "A schedule runs once a minute at most.")
    usual = (0, USUAL.get(what, 0))
    minute, hour = at or usual
    guess = None if at else f"No time was said: {hour:02d}:{minute:02d} is a guess."
    if what == "week":
        return Schedule(f"cron({minute} {hour} ? * MON *)", guess or "No day was said: Monday is a guess.")
    if what in ("month", "quarter"):
        months = count * (3 if what == "quarter" else 1)
        which = "*" if months == 1 else f"1/{months}"
        return Schedule(f"cron({minute} {hour} 1 {which} ? *)", guess or "No day was said: the first is a guess.")
    return Schedule(f"cron({minute} {hour} * * ? *)", guess)
