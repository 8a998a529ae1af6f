"""Requests that are held until what they ask about has changed: a live page has one, in the place of a poll a second.

    GET /changes?after=TAG&wait=20 ──► look ──► another tag? ──► answered at once
                                        ▲         └── the same, and there is room ──► look again, until it is over
                                        └────────────────────────────────────────────────┘

A tag says what was seen. So who comes again with it, after a lost connection too, misses nothing and is told nothing
twice. A held request has a thread. So a place holds so many, and answers the others at once (`held` False: they come
again by themselves, the less often the longer nothing happens). A stage holds none: a Lambda that waits costs more than
the polls that it would save, and is one of the account's concurrent executions.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore, Event

from engine.clock import Clock
from engine.records import dataclass

FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.005, 0.5
"""Between two looks: soon at first, for most of what is waited for is short, then twice as long each time."""
MOST_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is now. `held`: the request was let wait for it."""

    tag: str
    held: bool


class Watching:
    """Holds up to `most` requests at once. Safe to share between threads."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._room = BoundedSemaphore(most) if most else None
        self._over = Event()

    def until(
        self, look: Callable[[], str], after: str | None, wait: float, still: Callable[[], None] = lambda: None
    ) -> Seen:
        """What `look` says as soon as that is not `after` any more, or after `wait` seconds. `still` is asked of who
        was held, before they are told: it raises where they may see it no more. Raises what either does."""
        tag = look()
        if tag != after or wait <= 0:
            return Seen(tag, held=self._room is not None)
        if self._room is None or not self._room.acquire(blocking=False):
            return Seen(tag, held=False)
        try:
            until = self._clock.now() + min(wait, MOST_SECONDS)
            pause = FIRST_LOOK_SECONDS
            while tag == after and (left := until - self._clock.now()) > 0 and not self._over.is_set():
                self._clock.sleep(min(pause, left))
                pause = min(2 * pause, LOOK_SECONDS)
                tag = look()
        finally:
            self._room.release()
        still()
        return Seen(tag, held=True)

    def stop(self) -> None:
        """The place closes: nobody is held any more."""
        self._over.set()
