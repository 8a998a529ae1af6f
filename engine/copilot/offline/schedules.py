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

from engine.copilot.offline.times import Schedule, scheduled
from engine.copilot.offline.words import NUMBERS
from engine.records import dataclass

_CODES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_CLOCK = r"(?:half past \w+|\d{1,2}:\d\d(?:\s?[ap]\.?m\b)?|\d{1,2}\s?(?:[ap]\.?m\b|o'clock\b)|noon\b|midnight\b)"
_HOUR = r"\d{1,2}(?![\w:.%]| (?!o'clock)\w+s\b)"
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|mornings?|afternoons?|evenings?|nights?)"
_DATE = r"(?:first|last|\d+(?:st|nd|rd|th)?)"
_PLACE = r"(?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?"

_ATOMS: tuple[tuple[str, str], ...] = (
    ("range", rf"(?:from |every |each |on )?({_DAY}) (?:to|through|till|until) ({_DAY})\b"),
    ("except", rf"every day(?:,)? (?:except|but not)(?: for| on)? ({_DAY}(?:(?:,? and |, ){_DAY})*)\b"),
    ("days", rf"(?:every |each |on )?((?:weekdays?|working days?)|{_DAY}(?:(?:,? and |, (?:and )?){_DAY})*)\b"),
    ("month", rf"(?:on )?the ({_DATE}(?:(?:,| and|, and) (?:the )?{_DATE})*)(?: day)? of (?:the|each|every) month\b"),
    ("often", rf"(?:every|each) (?:(other|{'|'.join(NUMBERS)}|\d+) )?({_UNIT})\b"),
    ("often", r"(?<!than )once (?:a|per) (day|week|month)\b"),
    ("often", r"(?<!than )(twice) (?:a|per) (day|week|month)\b"),
    ("adverb", r"(hourly|daily|weekly|monthly|nightly)\b(?=\s*(?:[,.:;]|$|at\b|on\b|in\b|and\b))"),
    ("within", rf"(?:between|from) ({_CLOCK}) (?:and|to|until|till) ({_CLOCK})"),
    ("part", r"(?:in the )?(morning|afternoon|evening)s?\b"),
    ("time", rf"(?:at )?({_CLOCK}(?:(?:,? and(?: at)? |, (?:at )?){_CLOCK})*)"),
    ("time", rf"at ({_HOUR}(?: and(?: at)? {_HOUR})*)(?: o'clock)?"),
    ("zone", r"(?:in )?(UTC|GMT)(?: time)?\b"),
    ("zone", r"(?:in )?((?-i:[A-Z])\w+/(?-i:[A-Z])\w+)\b"),
    ("zone", rf"(?:in )?({_PLACE}) time\b"),
    ("zone", rf"in ({_PLACE})\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ATOMS)
_BETWEEN = re.compile(r"(?:[\s,]|\b(?:and|on|the|also)\b(?= ))*", re.IGNORECASE)
_NEVER = re.compile(r"[\s,]*(?:(?:it|they|this|we) )?(?:(?:should|must|do|does|is|are|will) )?(?:not|never)\b")
_LEFT_OUT = re.compile(r"(?:\b(?:not|never|except|excluding|without)|n't)(?: (?:for|on))? $", re.IGNORECASE)
_LEAD = re.compile(r"^(?:[\s,:;]|\b(?:and also|and|or also|or|start(?:s|ed)?(?=\s*:)|then)\b)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Atom:
    kind: str
    start: int
    end: int
    groups: tuple[str, ...]


def schedules_in(text: str) -> tuple[list[Schedule], str]:
    """The schedules, and the text without them."""
    found: list[Schedule] = []
    at, kept = 0, ""
    while at < len(text):
        atoms = _run(text, at) if at == 0 or text[at - 1].isspace() else []
        if atoms and _is_schedule(text, atoms):
            found += _schedules(atoms)
            at = atoms[-1].end
        else:
            kept += text[at]
            at += 1
    if not found:
        return [], text
    zone = next((schedule.timezone for schedule in found if schedule.timezone), None)
    apart = re.search(rf",? ?\b({_PLACE}) time\b", kept)
    if zone is None and apart is not None and (zone := _zone(apart[1])) is not None:
        kept = kept.replace(apart[0], "", 1)
    return [replace(schedule, timezone=schedule.timezone or zone) for schedule in found], _tidied(kept)


def _run(text: str, start: int) -> list[_Atom]:
    """The atoms from `start` on with nothing between them."""
    atoms: list[_Atom] = []
    at = start
    while True:
        place = at if not atoms else _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it may match nothing
        atom = next((_Atom(kind, match.start(), match.end(), match.groups()) for kind, pattern in _PATTERNS
                     if (match := pattern.match(text, place)) and (kind != "zone" or _zone(match[1]))), None)
        if atom is None:
            return atoms
        atoms.append(atom)
        at = atom.end


def _is_schedule(text: str, atoms: list[_Atom]) -> bool:
    kinds = {atom.kind for atom in atoms}
    if _NEVER.match(text[atoms[-1].end:]) or _LEFT_OUT.search(text[:atoms[0].start]):
        return False  # when it does not start
    if kinds & {"range", "month", "except"}:
        return True
    said = text[atoms[0].start:atoms[-1].end]
    if "within" in kinds and not kinds & {"often", "adverb"}:
        return False  # in which hours something holds
    if "days" in kinds:
        return "time" in kinds or re.match(r"every|each|on |weekdays?", said, re.IGNORECASE) is not None
    return bool(kinds & {"often", "adverb"}) and _is_often(text, atoms, kinds)


def _is_often(text: str, atoms: list[_Atom], kinds: set[str]) -> bool:
    """Whether ``every 5 minutes`` is when it starts, and not how often something in it is done."""
    sentence = re.split(r"[.;]\s", text[:atoms[0].start])[-1] + re.split(r"[.;](?:\s|$)", text[atoms[-1].end:])[0]
    begins = re.fullmatch(r"(?s:.*[.;]\s)?\s*", text[:atoms[0].start]) is not None
    tried = r"until|while|poll" if begins else r"until|while|at most|times|retr\w+|attempts?|poll"
    if "time" not in kinds and re.search(rf"\b(?:{tried})\b|\b(?:wait|pause|sleep)\W*$", sentence, re.IGNORECASE):
        return False
    if "time" not in kinds and any(atom.groups[0] in ("twice", "Twice") and atom.groups[1] != "day" for atom in atoms):
        return False  # on which two days, nobody said
    if "time" not in kinds and not begins and re.search(r"[,;.]|\band\b", text[:atoms[0].start]):
        return False  # how often one of several things is done
    return "adverb" in kinds or not re.search(r"\bfor $", text[:atoms[0].start])


def _schedules(atoms: list[_Atom]) -> list[Schedule]:
    """One for each time that days follow times."""
    groups: list[list[_Atom]] = [[]]
    for atom in atoms:
        if atom.kind in ("days", "range", "month") and any(one.kind == "time" for one in groups[-1]) and any(
                one.kind in ("days", "range", "month") for one in groups[-1]):
            groups.append([])
        groups[-1].append(atom)
    return [_schedule({atom.kind: atom.groups for atom in group}) for group in groups]


def _schedule(said: dict[str, tuple[str, ...]]) -> Schedule:
    zone = _zone(said["zone"][0]) if "zone" in said else None
    part = said.get("part", ("",))[0].lower()
    often = said.get("often", ("",))
    unit = often[-1].lower().rstrip("s") if often[-1] else ""
    late = part in ("afternoon", "evening") or unit in ("afternoon", "evening")
    times = _times(said["time"][0], late=late) if "time" in said else []
    days = _days(said)
    what = unit or ("" if "adverb" not in said else {
        "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "nightly": "night",
    }[said["adverb"][0].lower()])
    count = (often[0] if len(often) > 1 and often[0] else "1").lower()
    two = count in ("other", "twice")
    amount = 2 if two else int(count) if count.isdigit() else int(NUMBERS[count])
    if what in ("minute", "hour") and not times and (days is not None or "within" in said):
        return Schedule(f"cron({_rounds(what, amount, said)} {days or '* * ?'} *)", timezone=zone)
    if days is not None or (times and unit in ("", "day", "morning", "afternoon", "evening", "night", "week")):
        guess = None if times else "No time was said: 00:00 is a guess."
        minutes = ",".join(dict.fromkeys(str(minute) for _, minute in times)) or "0"
        hours = ",".join(dict.fromkeys(str(hour) for hour, _ in times)) or "0"
        return Schedule(f"cron({minutes} {hours} {days or '* * ?'} *)", guess, zone)
    if count == "twice" and not times:
        return Schedule("rate(12 hours)", "No times were said: 12 hours apart is a guess.", zone)
    at = (times[0][1], times[0][0]) if times else None
    return replace(scheduled("evening" if what == "afternoon" else what, amount, at), timezone=zone)


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
    if "month" in said:
        days = re.findall(r"\d+|first|last", said["month"][0].lower())
        return ",".join({"first": "1", "last": "L"}.get(day, day) for day in days) + " * ?"
    if "range" in said:
        return "? * " + "-".join(_code(day) for day in said["range"])
    if "except" in said:
        never = {_code(day) for day in re.findall(_DAY, said["except"][0], re.IGNORECASE)}
        return "? * " + ",".join(code for code in _CODES if code not in never)
    if "days" in said:
        names = re.findall(_DAY, said["days"][0], re.IGNORECASE)
        return "? * " + (",".join(map(_code, names)) or "MON-FRI")
    return None


def _code(day: str) -> str:
    return next(code for code in _CODES if day.upper().startswith(code))


def _times(text: str, *, late: bool) -> list[tuple[int, int]]:
    """The hours and minutes of ``6:30 and 18:30``."""
    return [_time(found, late=late) for found in re.findall(f"{_CLOCK}|{_HOUR}", text, re.IGNORECASE)]


def _time(text: str, *, late: bool) -> tuple[int, int]:
    said = text.lower()
    if said in ("noon", "midnight"):
        return (12 if said == "noon" else 0), 0
    half = re.match(r"half past (\w+)", said)
    digits = [*map(int, re.findall(r"\d+", said)), 0]
    hour = int(NUMBERS.get(half[1], digits[0])) if half else digits[0]
    minute = 30 if half else digits[1]
    if re.search(r"p\.?m", said) or (late and not re.search(r"a\.?m", said)):
        hour = hour % 12 + 12
    elif re.search(r"a\.?m", said):
        hour %= 12
    return min(hour, 23), min(minute, 59)


@cache
def _cities() -> dict[str, str]:
    """The zones by their city."""
    found = {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones(), reverse=True)
             if zone.count("/") == 1 and not zone.startswith(("Etc/", "US/", "SystemV/"))}
    return {**found, "utc": "UTC", "gmt": "UTC"}


def _zone(place: str) -> str | None:
    """The zone of a place, or of its own name."""
    name = place.strip().replace(" ", "_")
    return name if "/" in name and name in available_timezones() else _cities().get(name.lower())


def _tidied(text: str) -> str:
    """Without what a schedule leaves behind: marks and joiners at the start of a sentence, doubled blanks."""
    parts = [_LEAD.sub("", part).strip() for part in re.split(r"(?<=[.;])\s", text)]
    joined = " ".join(part for part in parts if part.strip(" .,;:"))
    return re.sub(r"\s+([.,;:])", r"\1", re.sub(r"[,:]\s*(?=[.,;:])", "", re.sub(r"\s+", " ", joined))).strip()
