"""Durations, counts and recurring times in words: ``2 days``, ``3 times``, every so often."""

from __future__ import annotations

from engine.copilot.offline.words import TIMES, UNITS, Word, number_of, singular
from engine.records import dataclass


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


def scheduled(what: str, count: int, at: tuple[int, int] | None) -> Schedule:
    """So often, at a (minute, hour) where one was said."""
    if what in ("minute", "hour") or (what == "day" and at is None):
        plural = "s" if count != 1 else ""
        return Schedule(f"rate({count} {what}{plural})")
    if what == "second":
        return Schedule("rate(1 minute)", "A schedule runs once a minute at most.")
    usual = {"morning": (0, 8), "evening": (0, 18), "night": (0, 2)}.get(what, (0, 0))
    minute, hour = at or usual
    guess = None if at else f"No time was said: {hour:02d}:{minute:02d} is a guess."
    if what == "week":
        return Schedule(f"cron({minute} {hour} ? * MON *)", guess or "No day was said: Monday is a guess.")
    if what == "month":
        return Schedule(f"cron({minute} {hour} 1 * ? *)", guess or "No day was said: the first is a guess.")
    return Schedule(f"cron({minute} {hour} * * ? *)", guess)
