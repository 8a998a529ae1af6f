"""The schedules that a text speaks of, wherever it does: days, times of day and a place, taken out of the text.

    Every weekday at 18:30 Berlin time, run …          cron(30 18 ? * MON-FRI *) in Europe/Berlin, and "run …"
    … on Mondays at 8:00 and on Thursdays at 14:00     two of them

A phrase that only says how often something is tried (every 30 seconds until …) is no schedule.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from zoneinfo import available_timezones

from engine.copilot.offline.times import (
    CODES,
    DATE,
    DAY,
    DAYS,
    NOT_ON,
    NOT_THEN,
    REGIONS,
    USUAL,
    WEEK,
    WHICH,
    Schedule,
    code_of,
    codes_of,
    days_of,
    field_of,
    scheduled,
)
from engine.copilot.offline.words import NUMBERS
from engine.records import dataclass

_CLOCK = (r"(?:half past \w+|(?:a )?quarter (?:past|to) \w+|\d{1,2}:\d\d(?:\s?[ap]\.?m\b)?|\d{1,2}\.\d\d\s?[ap]\.?m\b"
          r"|\d{1,2}\s?(?:[ap]\.?m\b|o'clock\b)|noon\b|midnight\b)")
_HOUR = r"\d{1,2}(?![\w:%]|\.\d| (?!o'clock)\w+s\b)"
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|mornings?|afternoons?|evenings?|nights?|quarters?)"
_OF_MONTH = r"(?:of|in)? ?(?:the|each|every|a) (month|quarter)\b"
_PLACE = r"(?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?"
_ATOMS: tuple[tuple[str, str], ...] = (
    ("less", rf"(?:and )?on (?P<days>{DAYS}),? {NOT_THEN}(?=\s*(?:[.;,]|$))"),
    ("less", rf"{NOT_ON} (?P<days>{DAYS})"),
    ("less", rf"(?P<days>{DAYS}) (?:are )?(?:excluded|excepted|left out)\b"),
    ("nth", (rf"(?:on )?(?:the |every |each )?({DATE}(?:(?:,| and|, and) (?:the )?{DATE})*) ({DAY}|{WEEK}) "
     rf"{_OF_MONTH}")),
    ("range", rf"(?:from |every |each |on )?({DAY})(?: (?:to|through|thru|till|until) | ?[-\u2013] ?)({DAY})"),
    ("days", rf"(?:but )?(?:only )?(?:every |each |on |at |during )?(?:the )?({DAYS})"),
    ("month", rf"(?:on )?(?:every |each |the )({DATE}(?:(?:,| and|, and) (?:the )?{DATE})*)(?: day)? {_OF_MONTH}"),
    ("month", rf"(?<=monthly )on the ({DATE})()\b"),
    ("often", (rf"(?:once )?(?:every|each) ((?:other|couple of|half(?: an?)?|quarter of an|{'|'.join(NUMBERS)}|\d+) "
     rf")?({_UNIT})\b(?:,? on the hour\b)?")),
    ("often", r"(?<!than )once (?:an?|per|each|every) (minute|hour|day|week|month)\b"),
    ("often", r"on the (hour)\b"),
    ("often", r"(?<!than )(twice) (?:a|per|each|every) (day|week|month)\b"),
    ("count", (rf"(?:at )?(?:{'|'.join(NUMBERS)}|\d+) (?:times|runs) (?:a|per|each|every) (day)\b(?:(?: are)? "
     rf"(?:needed|required|planned))?:?")),
    ("adverb", (r"(hourly|daily|weekly|monthly|nightly)\b(?=\s*(?:[,.:;]|$|\d|(?:at|on|in|and|but|between|from"
     r"|except)\b))")),
    ("within", rf"(?:between|from) ({_CLOCK}|\d{{1,2}}\b) (?:and|to|until|till) ({_CLOCK}|\d{{1,2}}\b)"),
    ("part", r"(?:(?:in the|at) )?(morning|afternoon|evening|night)s?\b"),
    ("time", rf"(?:at )?({_CLOCK}(?:(?:,? (?:and|&)(?: at)? |, (?:at )?){_CLOCK})*)"),
    ("time", rf"at ({_HOUR}(?:(?:,? and(?: at)?|,(?: at)?) {_HOUR})*)(?: o'clock)?"),
    ("zone", r"(?:in )?(UTC|GMT|(?-i:CET|ET|EST|EDT|CT|CST|CDT|MT|MST|MDT|PT|PST|PDT))(?: time)?\b"),
    ("zone", r"(?:in )?(?:US |U\.S\. )?((?-i:Eastern|Central|Mountain|Pacific))(?: (?:standard |daylight )?time)\b"),
    ("zone", r"(?:in )?((?-i:[A-Z])\w+/(?-i:[A-Z])\w+)\b"),
    ("zone", rf"(?:in )?({_PLACE}) time\b"),
    ("zone", rf"in ({_PLACE})\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ATOMS)
_BETWEEN = re.compile(r"(?:[\s,(]|\b(?:and|on|the|also|but|additionally|in addition)\b(?= ))*", re.IGNORECASE)
_NEVER = re.compile(r"[\s,]*(?:(?:it|they|this|we) )?(?:(?:should|must|do|does|is|are|will) )?(?:not|never)\b")
_LEFT_OUT = re.compile(r"(?:\b(?:not|never|except|excluding|without)|n't)(?: (?:for|on))? $", re.IGNORECASE)
_ALTERNATE = re.compile(r"\b(?:every|each) (?:other|second|third|fourth|\d+(?:nd|rd|th)) $", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:[\s,:;]|\b(?:and also|and|additionally|in addition|or also|or|but"
    r"|start(?:s|ed)?(?=\s*:)|start and|it (?:should|must|has to|is to) "
    r"(?:run|start|happen)(?=\s*[.,:;])|then|(?:we|I) (?:need|want)(?=\s*[.,:;])"
    r"|(?:is|are) (?:needed|required|planned|wanted)(?=\s*[.,:;]))\b)*", re.IGNORECASE)
_ORDERS = {**WHICH, **{str(day): str(day) for day in range(10)}}
_MONTHS = {"month": "*", "quarter": "1/3"}
_ON = ("days", "range", "month", "nth")


@dataclass(frozen=True, slots=True)
class _Atom:
    kind: str
    start: int
    end: int
    groups: tuple[str, ...]


def schedules_in(text: str) -> tuple[list[Schedule], str]:
    """The schedules, and the text without them."""
    limits: list[_Atom] = []
    apart_from: tuple[list[_Atom], list[_Atom]] = ([], [])  # days without a time, and a time that stands elsewhere
    at, kept, whole = 0, "", ""
    runs: list[list[_Atom]] = []
    while at < len(text):
        atoms = _run(text, at) if at == 0 or text[at - 1].isspace() else []
        if atoms and _is_schedule(text, atoms):
            runs.append(atoms)
            if {atom.kind for atom in atoms}.isdisjoint({"time", "within", "count"}):
                apart_from[0].extend(atoms)
        elif atoms and not apart_from[1] and _is_time_apart(text, atoms):
            apart_from[1].extend(atoms)
            kept, whole = kept + _HERE, whole + text[at:atoms[-1].end]
        elif atoms and _is_limit(text, atoms):
            limits += atoms
            whole += text[at:atoms[-1].end]
        else:
            kept, whole, at = kept + text[at], whole + text[at], at + 1
            continue
        at = atoms[-1].end
    found = _of_runs(text, runs)
    found, kept = _with_time_apart(text, found, *apart_from, kept)
    if not found:
        return [], text
    for limit in limits:
        if any(_limited(schedule, limit) is None for schedule in found):
            return found, _tidied(whole)
    for limit in limits:
        found = [limited for schedule in found if (limited := _limited(schedule, limit)) is not None]
    return _in_zone(found, kept)


def _in_zone(found: list[Schedule], kept: str) -> tuple[list[Schedule], str]:
    """The schedules with the zone that one of them has or that stands apart from them."""
    zone = next((schedule.timezone for schedule in found if schedule.timezone), None)
    apart = re.search(rf",? ?\b({_PLACE}) time\b", kept)
    if zone is None and apart is not None and (zone := zone_of(apart[1])) is not None:
        kept = kept.replace(apart[0], "", 1)
    return [replace(schedule, timezone=schedule.timezone or zone) for schedule in found], _tidied(kept)


def _of_runs(text: str, runs: list[list[_Atom]]) -> list[Schedule]:
    """The schedules of all runs of atoms; days and how often on them, in one sentence, are one."""
    if len(runs) == 2 and _are_one(*runs) and not re.search(r"[.;]\s", text[runs[0][-1].end:runs[1][0].start]):
        runs = [[*runs[0], *runs[1]]]
    return [schedule for atoms in runs for schedule in _schedules(atoms)]


def _are_one(one: list[_Atom], other: list[_Atom]) -> bool:
    """Whether one says the days and the other how often on them: on weekdays … every hour from 9:00 to 17:00."""
    kinds = [{atom.kind for atom in run} - {"zone"} for run in (one, other)]
    often = next((run for run, said in zip((one, other), kinds, strict=True) if said <= {"often", "within"}), [])
    return ({"days"} in kinds or {"range"} in kinds) and any(
        atom.kind == "often" and re.match(r"minute|hour", atom.groups[-1].lower()) for atom in often)


_HERE = "\x00"


def _is_time_apart(text: str, atoms: list[_Atom]) -> bool:
    """Whether it is a time of day alone that nothing is done until, before or after."""
    before = text[:atoms[0].start]
    return "time" in {atom.kind for atom in atoms} <= {"time", "zone", "part"} and re.search(
        r"\b(?:until|till|before|after|by|from|than|since|to|for|up|wait|wait\w*|on|of"
        r"|\d) $", before, re.IGNORECASE) is None


_RECURS = re.compile(r"\b(?:(?:every|each) (?:other |\d+ |\w+ )?(?:\w+day|day|week|month|year|hour|minute|January"
                     r"|December)s?|yearly|annually|on the|(?-i:January|February|March|April|May|June|July|August"
                     r"|September"
                     r"|October|November|December))\b", re.IGNORECASE)


def _with_time_apart(
    text: str, found: list[Schedule], days: list[_Atom], times: list[_Atom], kept: str
) -> tuple[list[Schedule], str]:
    """The schedules with the time of day that stands apart from them; one of each day where it begins the text or ends
    it and there is none."""
    used = False
    if times and len(found) == 1 and days and found[0].by_clocks:
        found, used = _schedules([*days, *times]), True
    elif (
        times
        and not found
        and (times[0].start == 0 or not text[times[-1].end :].strip(" .!"))
        and not _RECURS.search(kept)
    ):
        found, used = [replace(one, guess="That it is every day is a guess.") for one in _schedules(times)], True
    return found, kept.replace(_HERE, "" if used or not times else text[times[0].start:times[-1].end])


def _is_limit(text: str, atoms: list[_Atom]) -> bool:
    """Whether it only says on which days the schedules beside it come: ``except on Sundays``, ``only on weekdays``."""
    if {atom.kind for atom in atoms} == {"less"}:
        return True
    said = text[atoms[0].start:atoms[-1].end].lower()
    return {atom.kind for atom in atoms} == {"days"} and re.match(r"(?:but )?only\b", said) is not None


def _limited(schedule: Schedule, limit: _Atom) -> Schedule | None:
    """The schedule on the days that the limit leaves; None where that cannot be said."""
    every = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule.expression)
    fields = schedule.expression[5:-1].split()
    if every is not None:
        if every[2] == "day" and every[1] != "1":
            return None
        fields = ["0", "0", "*", "*", "?"] if every[2] == "day" else [
            *_rounds(every[2], int(every[1]), {}).split(), "*", "*", "?"]
    if len(fields) < 5 or (fields[2] not in "*?"):
        return None
    days = _without(limit, fields[4]) if limit.kind == "less" else codes_of(limit.groups[0])
    if days == (days_of(fields[4]) or [*CODES]):
        return schedule
    return None if not days else replace(schedule, expression=f"cron({fields[0]} {fields[1]} ? * {field_of(days)} *)")


def _without(limit: _Atom, field: str) -> list[str]:
    """The days of a field that the limit leaves."""
    never = codes_of(limit.groups[0])
    return [code for code in (CODES if field in "*?" else days_of(field)) if code not in never]


def _run(text: str, start: int) -> list[_Atom]:
    """The atoms from `start` on with nothing between them."""
    atoms: list[_Atom] = []
    at = start
    while True:
        place = at if not atoms else _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it may match nothing
        atom = next((_Atom(kind, match.start(), match.end(), match.groups()) for kind, pattern in _PATTERNS
                     if (match := pattern.match(text, place)) and (kind != "zone" or zone_of(match[1]))), None)
        if atom is None:
            return atoms
        atoms.append(atom)
        at = atom.end


def _is_schedule(text: str, atoms: list[_Atom]) -> bool:  # noqa: PLR0911 - one for each way to be one
    kinds = {atom.kind for atom in atoms}
    if _NEVER.match(text[atoms[-1].end:]) or _LEFT_OUT.search(text[:atoms[0].start]):
        return False  # when it does not start
    if atoms[0].kind == "days" and _ALTERNATE.search(text[:atoms[0].start]):
        return False  # a cron expression cannot say it
    if kinds & {"range", "month", "nth"} or kinds >= {"count", "time"}:
        return True
    said = text[atoms[0].start:atoms[-1].end]
    if "within" in kinds and not kinds & {"often", "adverb"}:
        return False  # in which hours something holds
    if "days" in kinds:
        if re.match(r"(?:but )?only\b", said, re.IGNORECASE) and not kinds & {"time", "often", "adverb"}:
            return False
        if "time" in kinds or re.match(r"every|each|on |weekdays?|but|only", said, re.IGNORECASE):
            return True
    return bool(kinds & {"often", "adverb"}) and _is_often(text, atoms, kinds)


def _is_often(text: str, atoms: list[_Atom], kinds: set[str]) -> bool:
    """Whether ``every 5 minutes`` is when it starts, and not how often something in it is done."""
    if re.search(r"\bremind(?:er|s|ing)?(?: [\w-]+){0,3} $", text[:atoms[0].start], re.IGNORECASE):
        return False
    sentence = re.split(r"[.;]\s", text[:atoms[0].start])[-1] + re.split(r"[.;](?:\s|$)", text[atoms[-1].end:])[0]
    begins = re.fullmatch(r"(?s:.*[.;]\s)?\s*", text[:atoms[0].start]) is not None
    tried = r"until|while|as long as|poll" if begins else r"until|while|as long as|at most|times|retr\w+|attempts?|poll"
    if "time" not in kinds and re.search(rf"\b(?:{tried})\b|\b(?:wait|pause|sleep)\W*$", sentence, re.IGNORECASE):
        return False
    if "time" not in kinds and any(atom.groups[0] in ("twice", "Twice") and atom.groups[1] != "day" for atom in atoms):
        return False  # on which two days, nobody said
    if "time" not in kinds and not begins and re.search(r"[,;]|\.(?:\s|$)|\band\b", text[:atoms[0].start]):
        return False  # how often one of several things is done
    return "adverb" in kinds or not re.search(r"\bfor $", text[:atoms[0].start])


def _schedules(atoms: list[_Atom]) -> list[Schedule]:
    """One for each time that days follow times."""
    groups: list[list[_Atom]] = [[]]
    for place, atom in enumerate(atoms):
        kinds = {one.kind for one in groups[-1]}
        follows = atom.kind == "time" or (atom.kind in _ON and "time" in {one.kind for one in atoms[place:]})
        if follows and "time" in kinds and kinds & {*_ON, "often", "adverb"}:
            groups.append([])
        groups[-1].append(atom)
    found = []
    for group in groups:
        said = {atom.kind: atom.groups for atom in group}
        limits = [atom for atom in group if atom.kind == "less"]
        for schedule in _schedule(said):
            for limit in limits:
                schedule = _limited(schedule, limit) or schedule  # noqa: PLW2901 - each takes days from what is left
            found.append(schedule)
    return found


def _schedule(said: dict[str, tuple[str, ...]]) -> list[Schedule]:
    """One for each minute of an hour that it comes at."""
    zone = zone_of(said["zone"][0]) if "zone" in said else None
    part = said.get("part", ("",))[0].lower()
    often = said.get("often", ("",))
    unit = often[-1].lower().rstrip("s") if often[-1] else ""
    late = "night" if "night" in (part, unit) else part in ("afternoon", "evening") or unit in ("afternoon", "evening")
    times = _times(said["time"][0], late=late) if "time" in said else []
    days = _days(said)
    what = unit or ("" if "adverb" not in said else {
        "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "nightly": "night",
    }[said["adverb"][0].lower()])
    count = ((often[0] or "1") if len(often) > 1 else "1").lower().strip()
    if count.startswith(("half", "quarter")):
        what, amount = "minute", 30 if count.startswith("half") else 15
    else:
        two = count in ("other", "twice", "couple of")
        amount = 2 if two else int(count) if count.isdigit() else int(NUMBERS[count])
    if what in ("minute", "hour") and not times and (days is not None or "within" in said):
        return [Schedule(f"cron({_rounds(what, amount, said)} {days or '* * ?'} *)", timezone=zone)]
    if days is not None or (times and (unit in ("", "day", "morning", "afternoon", "evening", "night") or (
            unit == "week" and len(times) > 1)) and (amount == 1 or count == "twice")):
        usual = 22 if days is not None and part == "night" else USUAL.get(part or unit, 0)  # of the day that is named
        guess = None if times else f"No time was said: {usual:02d}:00 is a guess."
        rounds: dict[int, list[int]] = {}
        for hour, minute in times or [(usual, 0)]:
            if hour not in rounds.setdefault(minute, []):
                rounds[minute].append(hour)
        return [Schedule(f"cron({minute} {','.join(map(str, hours))} {days or '* * ?'} *)", guess, zone)
                for minute, hours in rounds.items()]
    if count == "twice" and not times:
        return [Schedule("rate(12 hours)", "No times were said: 12 hours apart is a guess.", zone)]
    if what == "week" and amount > 1 and not times:
        return [Schedule(f"rate({7 * amount} days)", timezone=zone)]
    at = (times[0][1], times[0][0]) if times else None
    return [replace(scheduled(what, amount, at), timezone=zone)]


def _rounds(what: str, amount: int, said: dict[str, tuple[str, ...]]) -> str:
    """The minutes and hours of a cron expression: every so many minutes or hours, within some hours of the day. Minutes
    end before the last hour begins."""
    hours = "*" if what == "minute" or amount == 1 else "0"
    if "within" in said:
        begin, end = (_time(found, late=False)[0] for found in said["within"])
        hours = f"{begin}-{(end - 1) % 24 if what == 'minute' else end}"
    return f"0/{amount} {hours}" if what == "minute" else f"0 {hours}{f'/{amount}' if amount > 1 else ''}"


def _days(said: dict[str, tuple[str, ...]]) -> str | None:
    """The day fields of a cron expression; None where no day was named."""
    if "nth" in said:
        dates, day, span = said["nth"]
        which = [_ORDERS[date] for date in re.findall(r"first|second|third|fourth|last|\d", dates.lower())]
        if re.match(WEEK, day, re.IGNORECASE):
            return f"{','.join('LW' if one == 'L' else f'{one}W' for one in which)} {_MONTHS[span.lower()]} ?"
        return f"? {_MONTHS[span.lower()]} " + ",".join(
            f"{code_of(day)}L" if one == "L" else f"{code_of(day)}#{one}" for one in which)
    if "month" in said:
        named = re.findall(r"first|second|third|fourth|last|\d+", said["month"][0].lower())
        days = [_ORDERS.get(day, day) for day in named]
        months = (
            "3/3"
            if days == ["L"] and said["month"][1].lower() == "quarter"
            else _MONTHS[said["month"][1].lower() or "month"]
        )
        return f"{','.join(days)} {months} ?"
    if "range" in said:
        return "? * " + "-".join(code_of(day) for day in said["range"])
    if "days" in said:
        return f"? * {field_of(codes_of(said['days'][0]))}"
    return None


def _times(text: str, *, late: bool | str) -> list[tuple[int, int]]:
    """The hours and minutes of ``6:30 and 18:30``."""
    return [_time(found, late=late) for found in re.findall(f"{_CLOCK}|{_HOUR}", text, re.IGNORECASE)]


def _time(text: str, *, late: bool | str) -> tuple[int, int]:
    said = text.lower()
    if said in ("noon", "midnight"):
        return (12 if said == "noon" else 0), 0
    part = re.match(r"(?:a )?(half past|quarter past|quarter to) (\w+)", said)
    digits = [*map(int, re.findall(r"\d+", said)), 0]
    hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    if part is not None:
        hour = int(NUMBERS.get(part[2], digits[0]))
        minute = {"half past": 30, "quarter past": 15, "quarter to": 45}[part[1]]
        hour -= part[1] == "quarter to"
    late = hour > 5 if late == "night" else late  # at eleven at night, and at two
    if re.search(r"p\.?m", said) or (late and not re.search(r"a\.?m", said)):
        hour = hour % 12 + 12
    elif re.search(r"a\.?m", said):
        hour %= 12
    return min(hour, 23), min(minute, 59)


@cache
def _cities() -> dict[str, str]:
    """The zones by their city."""
    return {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones(), reverse=True)
             if zone.count("/") == 1 and not zone.startswith(("Etc/", "US/", "SystemV/"))}


def zone_of(place: str) -> str | None:
    """The zone of a place, or of its own name."""
    name = REGIONS.get(place.strip().lower().replace(" ", "_"), place.strip().replace(" ", "_"))
    return name if ("/" in name or name == "UTC") and name in available_timezones() else _cities().get(name.lower())


def _tidied(text: str) -> str:
    """Without what a schedule leaves behind: marks and joiners at the start of a sentence, doubled blanks."""
    text = re.sub(r"(?:,? (?:and |but |or )?(?:also|additionally|in addition))(?=\s*(?:[.;]|$))", "", text)
    parts = [_LEAD.sub("", part).strip() for part in re.split(r"(?<=[.;])\s", text)]
    joined = re.sub(r"\.(?:\s*\.)+", ".", " ".join(part for part in parts if part.strip(" .,;:")))
    return re.sub(r"\s+([.,;:])", r"\1", re.sub(r"[,:]\s*(?=[.,;:])", "", re.sub(r"\s+", " ", joined))).strip()
