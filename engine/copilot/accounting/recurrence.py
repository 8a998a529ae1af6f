"""What in a schedule shows that a time of day, a day, a place or how often was used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.evidence import Said, equal, first, number
from engine.copilot.accounting.facts import Facts, Leaf
from engine.copilot.offline.times import CODES, DAY, REGIONS, WEEK, WHICH, code_of, codes_of, days_of
from engine.copilot.offline.words import UNITS, singular

_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:o'?clock\s*)?([ap]\.?m\b)?", re.IGNORECASE)


def _crons(facts: Facts) -> Iterator[tuple[Leaf, list[str]]]:
    for leaf in facts.key("expression"):
        if str(leaf.value).startswith("cron("):
            yield leaf, str(leaf.value)[5:-1].split()


def wall_time(said: Said, facts: Facts) -> str | None:
    """``at 7am``: the minute and the hour of a schedule, or of a time that is waited for."""
    times = _wall(said)
    for leaf, fields in _crons(facts):
        if len(fields) == 6 and any(str(minute) in fields[0].split(",") and str(hour) in fields[1].split(",")
                                    for hour, minute in times):
            return leaf.pointer
    return first(leaf for leaf in facts.key("Timestamp") for hour, minute in times
                  if f"T{hour:02d}:{minute:02d}" in str(leaf.value))


def _wall(said: Said) -> list[tuple[int, int]]:
    """The hours and minutes that a time of day may be."""
    text = said.text.lower()
    if "noon" in text and "after" not in text:
        return [(12, 0)]
    if "midnight" in text:
        return [(0, 0)]
    found: tuple[int, int, str | None] | None
    part = re.search(r"(half past|quarter past|quarter to) (\w+)", text)
    if part is not None:
        hour, minute = number(part[2]), {"half past": 30, "quarter past": 15, "quarter to": 45}[part[1]]
        found = (int(hour) - (minute == 45), minute, None) if hour is not None else None
    else:
        clock = _CLOCK.search(text)
        found = (int(clock[1]), int(clock[2] or 0), clock[3]) if clock is not None else None
    if found is None:
        return []
    hour_, minute, half_day = found
    late = re.search(r"\b(?:afternoons?|evenings?|tonight)\b", said.sentence, re.IGNORECASE) is not None or (
        hour_ > 5 and re.search(r"\b(?:at|every|each|by|\w+day) night|\bnightly"
                                r"|\bnights\b", said.sentence, re.IGNORECASE) is not None)
    if half_day is None and late and hour_ < 12:
        return [(hour_ + 12, minute)]
    if half_day is not None:
        hour_ = hour_ % 12 + (12 if half_day.startswith("p") else 0)
    return [(hour_, minute)]


def weekdays(said: Said, facts: Facts) -> str | None:
    """``on Mondays and Thursdays``: the days of a schedule, but those that are left out."""
    text = said["what"]
    is_range = re.search(r"\b(?:to|through|thru|till|until)\b|[-\u2013]", text) is not None
    wanted = {*(days_of("-".join(codes_of(text))) if is_range else codes_of(text))}
    ways = [(leaf, {*days_of(fields[4])}) for leaf, fields in _crons(facts) if len(fields) == 6]
    some = _LESS.search(said.sentence) is not None
    single = re.fullmatch(DAY, text, re.IGNORECASE) is not None  # another phrase may name others
    return first(leaf for leaf, days in ways if wanted == days) or first(
        leaf for leaf, days in ways if (single and wanted < days) or (some and days and days < wanted))


_LESS = re.compile(
    r"\b(?:except|excluding|excluded|apart from|other than|not|never|left out|but|only)\b|n't", re.IGNORECASE)
"""What leaves days out."""


def left_out(said: Said, facts: Facts) -> str | None:
    """``but not on Fridays``: a schedule with other days alone."""
    never = {*codes_of(said["what"])}
    return first(leaf for leaf, fields in _crons(facts) if len(fields) == 6 and fields[4] not in "*?"
                  and not never & {*days_of(fields[4])})


def month_day(said: Said, facts: Facts) -> str | None:
    """``the 15th of each month``, ``the last Friday of the month``: the day of a schedule."""
    which = [WHICH.get(one, one) for one in re.findall(r"first|second|third|fourth|last|\d+", said["n"].lower())]
    day = said["day"].lower()
    if not day or day == "day":
        return first(leaf for leaf, fields in _crons(facts) if len(fields) == 6 and fields[2] == ",".join(which))
    if re.match(WEEK, day):
        days = ",".join("LW" if one == "L" else f"{one}W" for one in which)
        return first(leaf for leaf, fields in _crons(facts) if len(fields) == 6 and fields[2] == days)
    names = (code_of(day), str((CODES.index(code_of(day)) + 1) % 7 + 1))
    ways = {",".join(f"{name}L" if one == "L" else f"{name}#{one}" for one in which) for name in names}
    return first(leaf for leaf, fields in _crons(facts) if len(fields) == 6 and fields[4] in ways)


def recurring(said: Said, facts: Facts) -> str | None:
    """``every 15 minutes``, ``every day``, ``hourly``, ``three times a day``."""
    text = said.text.lower()
    several = re.match(r"(\w+) (?:times |runs )?(?:an?|per|each|every) day", text)
    if several is not None and (number(several[1]) or 0) > 1:
        return _times_a_day(number(several[1]) or 0, facts)
    part = re.search(r"\b(other|couple of|quarter of an|half)\b", text)
    count = {"other": 2.0, "couple of": 2.0, "quarter of an": 0.25, "half": 0.5}[part[1]] if part is not None else (
        number(said["n"]) if said["n"] else 1.0)
    unit = next((unit for word, unit in (
        ("sec", "second"), ("min", "minute"), ("hour", "hour"), ("dai", "day"), ("day", "day"), ("week", "week"),
        ("month", "month"), ("morning", "day"), ("afternoon", "day"), ("evening", "day"), ("night", "day"),
        ("quarter", "quarter"), ("year", "year")) if word in text), "")
    span = (count or 0) * UNITS.get(unit, 0)
    wait = equal(facts, span, "Seconds", "IntervalSeconds", "remind_after")
    rate = first(leaf for leaf in facts.key("expression") if _seconds_between(str(leaf.value)) == span)
    if rate or wait:
        return rate or wait
    some = _LESS.search(said.sentence) is not None
    for leaf, fields in _crons(facts):
        if len(fields) == 6 and (_comes_round(fields, count or 0, unit) or (
                0 < span < 3600 and _comes_round(fields, span / 60, "minute"))):
            return leaf.pointer
        every = {"day": fields[2] in "*?" and (fields[4] in "*?" or some), "week": fields[4] not in "*?",
                 "month": fields[2] not in "*?" or "#" in fields[4] or "L" in fields[4], "hour": fields[1] == "*",
                 "quarter": "/3" in fields[3]}
        if unit == "month" and fields[3:4] == [f"1/{count or 0:.0f}"]:
            return leaf.pointer
        if count == 1 and len(fields) == 6 and every.get(unit, False):
            return leaf.pointer
    return None


def _times_a_day(count: float, facts: Facts) -> str | None:
    """A rate, or the schedules whose minutes and hours are so many."""
    rate = first(leaf for leaf in facts.key("expression") if _seconds_between(str(leaf.value)) == 86400 / count)
    crons = [(leaf, len({*fields[0].split(",")}) * len({*fields[1].split(",")}))
             for leaf, fields in _crons(facts) if len(fields) == 6]
    if rate is None and len(crons) > 1 and count == sum(times for _, times in crons):
        return "/triggers"
    return rate or first(leaf for leaf, times in crons if count == times)


def _seconds_between(expression: str) -> float | None:
    """How far apart the times of a rate are."""
    found = re.fullmatch(r"rate\((\d+) (\w+)\)", expression)
    return int(found[1]) * UNITS[singular(found[2])] if found is not None else None


def _comes_round(fields: list[str], count: float, unit: str) -> bool:
    """Whether a cron expression comes every so many minutes or hours, as evenly as said."""
    if unit == "minute":
        return fields[0] in (f"0/{count:.0f}", f"*/{count:.0f}") and count > 0 and 60 % count == 0
    step = f"/{count:.0f}" if count != 1 else ""
    return unit == "hour" and fields[0].isdigit() and re.fullmatch(rf"(?:\d+-\d+|[*0]){step}", fields[1]) is not None


def within(said: Said, facts: Facts) -> str | None:
    """``between 8am and 6pm``: the hours of a schedule that comes round in them."""
    ends = [_CLOCK.search(said[name]) for name in ("n", "m")]
    if any(end is None or int(end[2] or 0) for end in ends):
        return None  # a half hour is in no field of hours
    begin, end = (int(clock[1]) % 12 + (12 if clock[3].lower().startswith("p") else 0) if clock[3] else int(clock[1])
                  for clock in ends if clock is not None)
    return first(leaf for leaf, fields in _crons(facts) if len(fields) == 6
                 and fields[1].partition("/")[0] in (
                     f"{begin}-{(end - 1) % 24}", f"{begin}-{end}" if fields[0].isdigit() else None))


def zone(said: Said, facts: Facts) -> str | None:
    """``Berlin time``: the zone of a schedule."""
    place = re.sub(r"\s+", "_", said["zone"].strip()).lower()
    ways = {"utc", "gmt"} if place in ("utc", "gmt") else {place, REGIONS.get(place, place).lower()}
    return first(leaf for leaf in facts.key("timezone")
                  if str(leaf.value).lower() in ways or str(leaf.value).lower().endswith(f"/{place}"))
