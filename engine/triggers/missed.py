"""What is started of a schedule by whoever looks at it from time to time, and where in its window.

Whoever looks knows when it looked last. A time that came since then is on time if it is at most a minute old, which is
the precision of AWS's Scheduler, and else it was missed: the machine slept, or the schedule was paused. With a window
it counts from the second of the window at which it is to start.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Literal

from engine.records import dataclass
from engine.triggers.schedule import Schedule

Policy = Literal["skip", "one", "all"]

ON_TIME_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Due:
    """The times to start, in epoch seconds, the oldest first, how many others are left out, and `looked`: up to when
    that is all that came."""

    times: tuple[float, ...]
    left_out: int
    looked: float


def due(
    schedule: Schedule, *, looked: float, now: float, since: float, missed: Policy = "one", most: int = 1,
    starts_at: Callable[[float], float] = lambda at: at,
) -> Due:
    """What came after `looked` and up to `now`. Those on time are always started. Of those that were missed, ``skip``
    starts none, ``one`` the last, and only if none is on time, and ``all`` the last `most`.

    `since` is when the trigger was published (see Schedule.moments). `starts_at` gives when a time is to start, not
    before it (within_window); none starts before an earlier one.
    """
    kept: deque[float] = deque(maxlen={"skip": 0, "one": 1, "all": most}[missed])
    on_time: list[float] = []
    count, begins, reached = 0, looked, max(looked, now)
    last = looked
    for at in schedule.times(looked, since=since):
        if at > now:
            break
        begins = max(begins, starts_at(at))
        if begins > now:
            reached = last
            break
        count, last = count + 1, at
        (on_time if now - begins <= ON_TIME_SECONDS else kept).append(at)
    if missed == "one" and on_time:
        kept.clear()
    times = (*kept, *on_time)
    return Due(times, count - len(times), reached)


def within_window(at: float, *, minutes: int, seed: str) -> float:
    """When a schedule with a flexible window of `minutes` is started that comes at `at`: a second of the window, which
    follows from `seed` and `at` alone, so that whoever asks again gets the same. No minutes: at `at`."""
    if minutes <= 0:
        return at
    digest = hashlib.sha256(f"{seed}\0{at!r}".encode()).digest()
    return at + int.from_bytes(digest[:8]) % (minutes * 60)
