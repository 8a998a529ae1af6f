"""Timestamps as the Amazon States Language takes them: RFC 3339 with an upper-case ``T`` and a zone.

Pure text to epoch seconds; nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def parse_timestamp(text: str) -> float | None:
    """Epoch seconds (up to nanoseconds are read, microseconds kept), or None for what is no such timestamp."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=_zone(zone)
        )
    except ValueError:
        return None
    return moment.timestamp() + (float(f"0.{fraction}") if fraction else 0.0)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


_LATEST = 253_402_300_799.0
"""The last second of the year 9999: no later one can be written; Waits in a row can lead beyond it."""


def iso_timestamp(at: float) -> str:
    """Epoch seconds as AWS writes them in the context object: ``2024-05-01T12:00:00.123Z``."""
    moment = datetime.fromtimestamp(min(at, _LATEST), UTC)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
