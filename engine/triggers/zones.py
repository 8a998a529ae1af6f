"""Wall clocks and instants: what a time on the clocks of a zone is in epoch seconds.

Twice a year the clocks of many zones are changed. Times that are left out do not exist. Times that come twice exist
twice, and the first of the two counts: AWS's Scheduler skips the ones and runs once in the others ("Daylight savings
time", Schedule types, EventBridge Scheduler User Guide).

The rules of the zones are the system's, else those of the package tzdata.
"""

from __future__ import annotations

import difflib
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from engine.triggers.faults import TriggerFault

_FOREIGN = ("posix/", "right/", "posixrules", "localtime", "Factory")
"""Names that the system's folder has and that are no zones, or count leap seconds."""

_LONGEST_ABBREVIATION = 5


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises TriggerFault, which names those that are spelt alike."""
    try:
        if name.startswith(_FOREIGN):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # no such file, a folder, a path out of it, no characters of a name
        raise TriggerFault.one(f"{name!r} is no time zone{_advice(name)}") from None


def instant_of(wall: datetime, zone: ZoneInfo) -> float | None:
    """When the clocks of `zone` show `wall` (without a zone) for the first time, in epoch seconds. None: never, they
    are put forward over it."""
    at = wall.replace(tzinfo=zone).timestamp()
    return at if wall_of(at, zone) == wall else None


def wall_of(at: float, zone: ZoneInfo) -> datetime:
    """What the clocks of `zone` show at an instant, without the zone."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)


def comes_twice(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of `zone` show `wall`, which exists, twice."""
    first, second = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    return first.utcoffset() != second.utcoffset()


def _advice(name: str) -> str:
    known = {each.lower(): each for each in available_timezones()}
    if not known:
        return ": this machine knows none. Install the package tzdata"
    if name.isalpha() and name.isupper() and len(name) <= _LONGEST_ABBREVIATION:  # EST is like CEST, and far away
        return ": it is an abbreviation. Write an IANA name, such as 'Europe/Berlin'"
    close = difflib.get_close_matches(name.lower().replace(" ", "_"), known, n=1)
    close = close or [each for each in sorted(known) if each.endswith("/" + name.lower().replace(" ", "_"))][:1]
    return f": did you mean {known[close[0]]!r}?" if close else ": write an IANA name, such as 'Europe/Berlin'"
