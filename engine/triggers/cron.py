"""Cron in the dialect of EventBridge: six fields, read to sets of numbers, and the wall-clock minutes that they name.

    minutes hours day-of-month month day-of-week year        0 6 ? * MON-FRI *

AWS's text is "Cron-based schedules" (Schedule types, EventBridge Scheduler User Guide) and "Cron expressions" (Setting
a schedule pattern, EventBridge User Guide). Where it says nothing, this does what Quartz does, whose dialect it is:
``L-3`` is the third day before the last, and a range may go over the end of its field (``FRI-MON``, AWS's own example
``20-2`` in the hours). Wider than both: ``L``, ``LW`` and ``15W`` may stand in a list.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.records import dataclass
from engine.triggers.faults import TriggerFault

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_SATURDAY, _SUNDAY = 7, 1


@dataclass(frozen=True, slots=True)
class _Field:
    """A field: its name, its values, what those from 1 on are called, and whether a range may go over the end."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    round: bool = True


_MINUTES = _Field("the minutes", 0, 59)
_HOURS = _Field("the hours", 0, 23)
_DAY = _Field("the day of the month", 1, 31, round=False)
_MONTH = _Field("the month", 1, 12, _MONTHS)
_WEEKDAY = _Field("the day of the week", 1, 7, _DAYS)
_YEAR = _Field("the year", 1970, 2199, round=False)

FIRST_YEAR, LAST_YEAR = _YEAR.least, _YEAR.most


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days by their number in the month. `last` counts back from the last day, `nearest` are the days whose nearest day
    from Monday to Friday is meant, and `last_weekday` is the last of those."""

    days: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    nearest: frozenset[int] = frozenset()
    last_weekday: bool = False

    def of(self, first: int, length: int) -> set[int]:
        """The days of a month that begins on the weekday `first` (Sunday is 1) and has `length` days."""
        found = {day for day in self.days if day <= length}
        found |= {length - back for back in self.last if back < length}
        found |= {_nearest(day, first, length) for day in self.nearest if day <= length}
        if self.last_weekday:
            found.add(_nearest(length, first, length))
        return found


@dataclass(frozen=True, slots=True)
class WeekDays:
    """Days of the week, Sunday is 1. `last` are the last such days of a month, `nth` is a day and which of its kind."""

    days: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    nth: tuple[int, int] | None = None

    def of(self, first: int, length: int) -> set[int]:
        """As MonthDays.of."""
        found = {day for day in range(1, length + 1) if _weekday(day, first) in self.days}
        found |= {day for day in range(length - 6, length + 1) if _weekday(day, first) in self.last}
        if self.nth is not None:
            day = 1 + (self.nth[0] - first) % 7 + 7 * (self.nth[1] - 1)
            found |= {day} if day <= length else set()
        return found


@dataclass(frozen=True, slots=True)
class Cron:
    """The six fields. Each tuple is in order."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: MonthDays | WeekDays
    months: tuple[int, ...]
    years: tuple[int, ...]

    def walls(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The minutes from `after` to `until`, both included, in order. None of them has a zone."""
        for year in self.years:
            if not after.year <= year <= until.year:
                continue
            for month in self.months:
                if (year, month) >= (after.year, after.month):
                    yield from self._of_month(year, month, after, until)

    def _of_month(self, year: int, month: int, after: datetime, until: datetime) -> Iterator[datetime]:
        monday_is_0, length = monthrange(year, month)
        for number in sorted(self.days.of((monday_is_0 + 1) % 7 + 1, length)):
            day = datetime(year, month, number)  # noqa: DTZ001 - on the wall, of no zone
            if day + timedelta(days=1) <= after:
                continue
            for hour in self.hours:
                for minute in self.minutes:
                    wall = day.replace(hour=hour, minute=minute)
                    if wall > until:
                        return
                    if wall >= after:
                        yield wall


def parse_cron(text: str) -> Cron:
    """What stands between the parentheses of ``cron()``. Raises TriggerFault."""
    fields = text.split()
    if len(fields) != 6:
        raise TriggerFault.one(
            f"cron() has six fields, minutes hours day-of-month month day-of-week year, and here are {len(fields)}"
            + (": add a year, *" if len(fields) == 5 else "")
        )
    minutes, hours, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise TriggerFault.one(
            "a cron() names a day of the month or a day of the week, and has ? in the other: "
            + (f"write {_with_question(fields)}" if day != "?" else "write * in one of the two for every day")
            + (". 1 is Sunday" if day != "?" and re.search(r"\d", weekday) else "")
        )
    return Cron(
        minutes=_numbers(minutes, _MINUTES), hours=_numbers(hours, _HOURS),
        days=_month_days(day) if weekday == "?" else _week_days(weekday),
        months=_numbers(month, _MONTH), years=_numbers(year, _YEAR),
    )


def _with_question(fields: list[str]) -> str:
    """What was probably meant by fields that name both days."""
    minutes, hours, day, month, weekday, year = fields
    both = (day, "?") if weekday == "*" else ("?", weekday)
    return f"cron({minutes} {hours} {both[0]} {month} {both[1]} {year})"


def _month_days(text: str) -> MonthDays:
    days: set[int] = set()
    last: set[int] = set()
    nearest: set[int] = set()
    last_weekday = False
    for item in text.upper().split(","):
        if item == "LW":
            last_weekday = True
        elif found := re.fullmatch(r"L(?:-(\d{1,3}))?", item):
            back = int(found[1] or 0)
            if back > 30:
                raise TriggerFault.one(f"{item!r} in the day of the month: no month has so many days before its last")
            last.add(back)
        elif item.endswith("W"):
            nearest.add(_number(item[:-1], _DAY))
        else:
            days |= _item(item, _DAY)
    return MonthDays(frozenset(days), frozenset(last), frozenset(nearest), last_weekday)


def _week_days(text: str) -> WeekDays:
    if "#" in text:
        return WeekDays(nth=_nth(text))
    days: set[int] = set()
    last: set[int] = set()
    for item in text.upper().split(","):
        if item == "L":
            days.add(_SATURDAY)
        elif item.endswith("L"):
            last.add(_number(item[:-1], _WEEKDAY))
        else:
            days |= _item(item, _WEEKDAY)
    return WeekDays(frozenset(days), frozenset(last))


def _nth(text: str) -> tuple[int, int]:
    if "," in text:
        raise TriggerFault.one(f"{text!r} in the day of the week: with # only one day can be named. Write two triggers")
    day, _, which = text.partition("#")
    if which not in ("1", "2", "3", "4", "5"):
        raise TriggerFault.one(f"{text!r} in the day of the week: after # stands 1 to 5, which such day of the month")
    return _number(day, _WEEKDAY), int(which)


def _numbers(text: str, field: _Field) -> tuple[int, ...]:
    return tuple(sorted(set().union(*(_item(item, field) for item in text.split(",")))))


def _item(text: str, field: _Field) -> set[int]:
    """``*``, ``5``, ``5-9``, and each of them with a step, ``5/10``."""
    base, slash, step = text.partition("/")
    if slash and not re.fullmatch(r"0*[1-9]\d{0,3}", step):
        raise TriggerFault.one(f"{text!r} in {field.name}: after / stands a whole number from 1 on")
    if base == "*":
        found = list(range(field.least, field.most + 1))
    elif "-" in base:
        found = _range(base, field)
    else:
        least = _number(base, field)
        found = list(range(least, field.most + 1)) if slash else [least]
    return set(found[::int(step)] if slash else found)


def _range(text: str, field: _Field) -> list[int]:
    low, _, high = text.partition("-")
    least, most = _number(low, field), _number(high, field)
    if least <= most:
        return list(range(least, most + 1))
    if not field.round:
        raise TriggerFault.one(f"{text!r} in {field.name}: the range ends before it begins. Write {high}-{low}")
    return [*range(least, field.most + 1), *range(field.least, most + 1)]


def _number(text: str, field: _Field) -> int:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + 1
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        words = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
        raise TriggerFault.one(
            f"{text!r} in {field.name}: a number from {field.least} to {field.most} stands there{words}"
        )
    number = int(text)
    if not field.least <= number <= field.most:
        why = ". Sunday is 1" if field is _WEEKDAY and number == 0 else ""
        raise TriggerFault.one(f"{text} in {field.name}: it has {field.least} to {field.most}{why}")
    return number


def _weekday(day: int, first: int) -> int:
    return (first + day - 2) % 7 + 1


def _nearest(day: int, first: int, length: int) -> int:
    """The day from Monday to Friday that is nearest to `day`, in the same month."""
    weekday = _weekday(day, first)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < length else day - 2
    return day
