"""A line of a crontab in the dialect of EventBridge, to be shown to whoever wrote one where a schedule belongs.

    */15 8-18 * * 1-5   ->   cron(0/15 8-18 ? * MON-FRI *)

POSIX's five fields, with Vixie cron's steps, names and nicknames. There Sunday is 0 or 7, here it is 1: days of the
week are written by name. A line that names a day of the month and one of the week means either; that is two
schedules here.
"""

from __future__ import annotations

import re

from engine.triggers.cron import parse_cron
from engine.triggers.faults import TriggerFault

_NICKNAMES = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def as_cron(text: str) -> str | None:
    """The ``cron()`` that means what a crontab's line does; None for what is none, and where no single one does."""
    fields = _NICKNAMES.get(text.strip().lower(), text).split()
    if len(fields) != 5 or "?" in text:
        return None
    minutes, hours, day, month, weekday = fields
    if day != "*" and weekday != "*":
        return None
    days = (_stepped(day, 1), "?") if weekday == "*" else ("?", _named(weekday))
    made = f"{_stepped(minutes, 0)} {_stepped(hours, 0)} {days[0]} {_stepped(month, 1)} {days[1]} *"
    try:
        parse_cron(made)
    except TriggerFault:
        return None
    return f"cron({made})"


def _stepped(field: str, first: int) -> str:
    return re.sub(r"\*(?=/)", str(first), field)


def _named(weekday: str) -> str:
    return re.sub(r"\b[0-7]\b(?!/)", lambda found: _DAYS[int(found[0])], weekday)
