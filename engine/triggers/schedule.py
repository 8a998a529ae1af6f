"""When a schedule comes: the three expressions of EventBridge Scheduler, a zone, a start and an end.

    cron(0 6 ? * MON-FRI *)    the minutes of a wall clock in the zone
    rate(5 minutes)            every so often, counted from the start, else from when the trigger was published
    at(2026-12-24T18:00:00)    once

AWS's text is "Schedule types" (EventBridge Scheduler User Guide). What the clocks skip at a change is left out, what
they show twice comes once, at the first. A rate does not know of clocks: its day has 24 hours.

No library serves. croniter (7.0.0) knows neither ``LW`` nor ``L-3`` nor years after 2099, moves what the clocks skip,
and comes twice in the hour that comes twice; cronsim (2.8) has no ``W``; pyawscron (1.0.7) has no zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from engine.records import dataclass
from engine.triggers.cron import FIRST_YEAR, LAST_YEAR, Cron, parse_cron
from engine.triggers.crontab import as_cron
from engine.triggers.faults import Fault, TriggerFault
from engine.triggers.zones import comes_twice, instant_of, wall_of, zone_of

_RATE = re.compile(r"rate\( *([1-9]\d{0,5}) +(minute|hour|day)(s?) *\)")
_AT = re.compile(r"at\( *(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) *\)", re.ASCII)
_CRON = re.compile(r"cron\((.*)\)", re.DOTALL)
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}

_FIRST = datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001 - on the wall, of no zone
_LAST = datetime(LAST_YEAR, 12, 31, 23, 59, 59)  # noqa: DTZ001 - likewise

_LONGEST_CHANGE = 86400.0
"""Seconds by which clocks were put back at most: a whole day, where the date line was moved."""

ENDLESS = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp() - 1


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that a schedule names. `at` is when it comes, in epoch seconds; None: the clocks skip it, so it does not.
    `wall` is what the clocks of the zone show, and `twice` whether they do it twice: `at` is the first then."""

    at: float | None
    wall: datetime
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so many seconds. `unit` is the unit as it was written, which AWS's rules want in the number of `count`."""

    count: int
    unit: str
    seconds: int

    def moments(self, zone: ZoneInfo, after: float, until: float, since: float) -> Iterator[Moment]:
        """Those after the instant `after` to `until`, in order, counted from `since`, which is the first."""
        number = max(0, int((after - since) // self.seconds) + 1)
        while (at := since + number * self.seconds) <= until:
            if at > after:
                yield Moment(at, wall_of(at, zone))
            number += 1


@dataclass(frozen=True, slots=True)
class Once:
    """At one time on the wall."""

    wall: datetime

    def moments(self, zone: ZoneInfo, after: float, until: float, since: float) -> Iterator[Moment]:
        """The one, unless it is over."""
        del since
        yield from _moments(iter([self.wall]), zone, after, until)


@dataclass(frozen=True, slots=True)
class Recurring:
    """The minutes of a cron expression."""

    cron: Cron

    def moments(self, zone: ZoneInfo, after: float, until: float, since: float) -> Iterator[Moment]:
        """Those from the minute on the wall at `after` on: what the clocks show twice was there the first time."""
        del since
        first = max(_FIRST, _wall(after, zone).replace(second=0, microsecond=0))
        last = _wall(until + _LONGEST_CHANGE, zone)
        yield from _moments(self.cron.walls(first, last), zone, after, until)


def _moments(walls: Iterator[datetime], zone: ZoneInfo, after: float, until: float) -> Iterator[Moment]:
    for wall in walls:
        at = instant_of(wall, zone)
        if at is None:
            yield Moment(None, wall)
        elif after < at <= until:
            yield Moment(at, wall, comes_twice(wall, zone))


def _wall(at: float, zone: ZoneInfo) -> datetime:
    """What the clocks show at `at`, within the years that cron knows."""
    if at <= 0:
        return _FIRST
    return min(_LAST, wall_of(min(at, ENDLESS), zone))


@dataclass(frozen=True, slots=True)
class Schedule:
    """An expression in a zone. It comes neither before `start` nor after `end`, in epoch seconds; None is no bound."""

    expression: str
    when: Rate | Once | Recurring
    zone: ZoneInfo
    start: float | None = None
    end: float | None = None

    def moments(self, after: float, *, since: float) -> Iterator[Moment]:
        """Those after the instant `after`, in order, with those that the clocks skip. `since` is when the trigger was
        published, from which a rate without a start counts. The last year is 2199."""
        begun = since if self.start is None else self.start
        after = after if self.start is None else max(after, _just_before(self.start))
        until = ENDLESS if self.end is None else min(self.end, ENDLESS)
        return self.when.moments(self.zone, after, until, begun)

    def times(self, after: float, *, since: float) -> Iterator[float]:
        """When it comes after `after`, in epoch seconds and in order."""
        return (moment.at for moment in self.moments(after, since=since) if moment.at is not None)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What is shown of a schedule: the next times, and those before the last of them that the clocks skip."""

    times: tuple[Moment, ...]
    skipped: tuple[datetime, ...]


def upcoming(schedule: Schedule, now: float, *, count: int = 10, since: float | None = None) -> Upcoming:
    """The next `count` times after `now`; fewer where it ends. Without `since` it is as if published now."""
    times: list[Moment] = []
    skipped: list[datetime] = []
    waiting: list[datetime] = []
    for moment in schedule.moments(now, since=now if since is None else since):
        if moment.at is None:
            waiting.append(moment.wall)
            continue
        skipped += waiting
        waiting = []
        times.append(moment)
        if len(times) == count:
            break
    return Upcoming(tuple(times), tuple(skipped))


def parse_schedule(
    expression: str, timezone: str = "UTC", *, start: str | None = None, end: str | None = None
) -> Schedule:
    """What a trigger says. `start` and `end` are times in ISO 8601, without an offset in the zone.

    Raises TriggerFault, whose paths begin with the name of the argument at fault.
    """
    with _below("timezone"):
        zone = zone_of(timezone)
    with _below("expression"):
        when = parse_expression(expression)
    begins = None if start is None else _bound(start, zone, "start")
    ends = None if end is None else _bound(end, zone, "end")
    if isinstance(when, Once) and (start or end):
        raise TriggerFault.one("at() comes once: it has neither a start nor an end", ("start" if start else "end",))
    if begins is not None and ends is not None and ends < begins:
        raise TriggerFault.one(f"the end, {end}, is before the start, {start}", ("end",))
    found = Schedule(expression, when, zone, begins, ends)
    if next(found.times(-1.0, since=0.0 if begins is None else begins), None) is None:
        raise TriggerFault.one(_never(found), ("expression",))
    return found


def wrong_number(when: Rate | Once | Recurring) -> str | None:
    """The rate as EventBridge's rules want it, where it is written otherwise: ``rate(1 minute)``, ``rate(5 minutes)``.
    Scheduler takes both ("Rate expressions", EventBridge User Guide; CreateSchedule, Scheduler's API reference)."""
    if not isinstance(when, Rate):
        return None
    right = when.unit.removesuffix("s") + ("" if when.count == 1 else "s")
    return None if right == when.unit else f"rate({when.count} {right})"


def parse_expression(text: str) -> Rate | Once | Recurring:
    """What is written, without a zone: whether it ever comes is not asked. Raises TriggerFault."""
    if found := _RATE.fullmatch(text):
        count, unit, plural = int(found[1]), found[2], found[3]
        return Rate(count, unit + plural, count * _SECONDS[unit])
    if found := _AT.fullmatch(text):
        try:
            return Once(datetime.fromisoformat(found[1]))
        except ValueError as error:
            raise TriggerFault.one(f"{text!r} is no time: {error}") from None
    if found := _CRON.fullmatch(text):
        meant = as_cron(found[1])
        if meant is not None:
            raise TriggerFault.one(f"{text!r} has a crontab's five fields: write {meant}")
        return Recurring(parse_cron(found[1]))
    meant = as_cron(text)
    raise TriggerFault.one(
        f"{text!r} is no schedule: write rate(5 minutes), cron(0 6 * * ? *) or at(2027-01-31T06:00:00)"
        if meant is None else f"{text!r} is a crontab's line: write {meant}"
    )


def _bound(text: str, zone: ZoneInfo, name: str) -> float:
    try:
        if "T" not in text:
            raise ValueError(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise TriggerFault.one(
            f"{text!r} is no time: write 2027-01-31T06:00:00 for one in the trigger's zone, or 2027-01-31T06:00:00Z",
            (name,),
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()


def _never(schedule: Schedule) -> str:
    """Why it never comes."""
    skipped = next((item for item in islice(schedule.moments(-1.0, since=0.0), 1) if item.at is None), None)
    if skipped is not None:
        return (
            f"{schedule.expression} never comes: the clocks of {schedule.zone.key} are put forward over "
            f"{skipped.wall:%Y-%m-%d %H:%M}. Take another time"
        )
    if isinstance(schedule.when, Once):
        return f"{schedule.expression} is not in the years {FIRST_YEAR} to {LAST_YEAR}"
    if schedule.start is not None or schedule.end is not None:
        return f"{schedule.expression} never comes between its start and its end"
    return f"{schedule.expression} never comes: no year has such a day"


def _just_before(at: float) -> float:
    """An instant after which `at` is still to come."""
    return at - 0.001


@contextmanager
def _below(name: str) -> Iterator[None]:
    """A fault found within is one of the argument `name`."""
    try:
        yield
    except TriggerFault as error:
        raise TriggerFault([Fault((name, *each.path), each.message) for each in error.faults]) from None
