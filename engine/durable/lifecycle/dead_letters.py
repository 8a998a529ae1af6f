"""A wake that no worker could finish: its execution is PAUSED, with the reason, unless it fares well without it.

closed, unknown or PAUSED        nothing to do
somebody is at work on it        its lease lives: nothing to do
a newer release's data           not its fault: due again soon, for a worker that can read it
anything else                    PAUSED
"""

from __future__ import annotations

from enum import StrEnum

from engine.clock import Clock
from engine.durable import codec, inbox
from engine.durable.poison import pause
from engine.errors import SchemaTooNew, StoreCorrupt
from engine.ports.journal import RUNNING, Header, HeaderChange, Journal, Loaded
from engine.ports.keys import ExecutionKey

NEWER_AGAIN_SECONDS = 900.0
"""What a newer release wrote is looked at so often."""


class Burial(StrEnum):
    """What became of a dead letter's execution."""

    NOTHING_TO_DO = "nothing to do"
    IN_GOOD_HANDS = "a worker is at work on it"
    LEFT_FOR_A_NEWER_RELEASE = "left for a newer release"
    PAUSED = "paused"


class DeadLetters:
    """Wired in functions/deadletter."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    def bury(self, key: ExecutionKey, receives: str) -> Burial:
        """See to the execution whose wake was received `receives` times. Raises StorageError: then it comes again."""
        header = self._journal.header(key)
        if header is None or header.status != RUNNING:
            return Burial.NOTHING_TO_DO
        cause = header.cause or f"Its wake was received {receives} times, and no worker could finish with it."
        try:
            loaded = self._journal.load(key)
            if loaded is not None and self._somebody_works(loaded):
                return Burial.IN_GOOD_HANDS
            if loaded is not None:
                self._read(loaded)
        except SchemaTooNew:
            return self._leave(header)
        except StoreCorrupt as error:
            cause = f"It cannot be read: {error}"
        pause(self._journal, header, cause)
        return Burial.PAUSED

    def _somebody_works(self, loaded: Loaded) -> bool:
        return bool(loaded.segments) and loaded.segments[-1].lease_until > self._clock.now()

    def _read(self, loaded: Loaded) -> None:
        """Raises SchemaTooNew where a newer release wrote something of it."""
        codec.stored_snapshot(loaded)
        for item in self._journal.inbox(loaded.header.key):
            inbox.stimulus_of(item, at=0.0, seed=0)

    def _leave(self, header: Header) -> Burial:
        again = self._clock.now() + NEWER_AGAIN_SECONDS
        if header.due_at is None or header.due_at > again:
            self._journal.update_headers([HeaderChange(header.key, header.seq, RUNNING, again, cause=header.cause)])
        return Burial.LEFT_FOR_A_NEWER_RELEASE
