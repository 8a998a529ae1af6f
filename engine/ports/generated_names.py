"""Names that the product gives to executions: UUIDs of version 7 (RFC 9562), whose first 48 bits are the start's time.

    0197a3c2-5f10-7c3e-9a41-6b1f0c2d4e5f
    └─ milliseconds ┘                        of started_at, since 1970

So a store that lists executions by start time finds such a name there, and needs no index of names for it.
"""

from __future__ import annotations

import re
import secrets

_WHOLE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_FORM = "00000000-0000-7000-0000-000000000000"
_TIME_DIGITS = 12
RANDOM_BITS = 80
"""Of which six say what kind of UUID it is."""


def random_bits() -> int:
    """What tells the names of one millisecond apart."""
    return secrets.randbits(RANDOM_BITS)


def generated_name(started_at: float) -> str:
    """A new name for an execution that starts at `started_at` (epoch seconds). No two are the same."""
    number = _milliseconds(started_at) << RANDOM_BITS | random_bits()
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 2 << 62
    digits = f"{number:032x}"  # as uuid.UUID writes it, which takes four times as long
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_generated(name: str, started_at: float) -> bool:
    """Whether `name` is one that `generated_name` gives to an execution that starts at this time."""
    return _WHOLE.fullmatch(name) is not None and _time_of(name) == f"{_milliseconds(started_at):012x}"


def starts_of(prefix: str) -> tuple[float, float] | None:
    """When executions start whose generated names begin with `prefix`: first <= started_at <= last, a little widened.
    None where no generated name begins so."""
    if len(prefix) > len(_FORM) or not all(map(_fits, prefix, _FORM)):
        return None
    digits = _time_of(prefix)
    first, last = (int(digits.ljust(_TIME_DIGITS, fill), 16) for fill in "0f")
    return (first - 1) / 1000, (last + 2) / 1000


def _fits(found: str, form: str) -> bool:
    return found == form if form in "-7" else found in "0123456789abcdef"


def _time_of(name: str) -> str:
    return name.replace("-", "")[:_TIME_DIGITS]


def _milliseconds(started_at: float) -> int:
    return int(started_at * 1000)
