"""Services that are in trouble are left alone for a while, by all workers together, whether they have a limit or not.

    an answer   ──► Retry-After, or BREAKS in a row that say "not now" ──► closed; a row tells the other workers
    a call      ──► closed: its execution is parked                        one that succeeds opens it again
    it opens    ──► one call goes first; the others wait PROBE_SECONDS for what comes of it

What says "not now" is the connector's word (TaskFailed.unavailable): 429, 5xx, no connection, no answer. A failure of
another kind says nothing of the service. Nothing is written while calls succeed: a row is written when an account is
closed. A process that calls it reads the row once in LOOK_CALLS calls, every LOOK_SECONDS at the most, and after a
failure of its own: who calls seldom reads nothing while all is well.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from threading import Lock

from engine.clock import Clock
from engine.errors import StorageError
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.tasks import TaskFailed, TaskOutcome

_LOG = logging.getLogger(__name__)

BREAKS = 5
"""So many failures in a row close an account: for a second, and twice as long with each that follows."""

LONGEST_BREAK_SECONDS = 60.0
LONGEST_ASKED_SECONDS = 24 * 3600.0
LOOK_SECONDS = 10.0
LOOK_CALLS = 100
PROBE_SECONDS = 1.0
AT_ONCE = 100
"""So many of those who wait are told the same second."""

_TRIES = 3


def break_seconds(failures: int) -> float:
    """For how long an account is closed after so many failures in a row."""
    return 0.0 if failures < BREAKS else min(2.0 ** min(failures - BREAKS, 10), LONGEST_BREAK_SECONDS)


class _Account:
    """What this process knows of one: `closed` until then, `failures` in a row, `looked` at its row then and called so
    often since (`calls`), `doubts` after a failure, `asked` by so many while it was closed, `probed` by one that went
    first."""

    __slots__ = ("asked", "calls", "closed", "doubts", "failures", "looked", "probed")

    def __init__(self, now: float) -> None:
        self.closed, self.looked = 0.0, now
        self.failures = self.calls = self.asked = 0
        self.doubts = self.probed = False

    def looks(self, now: float) -> bool:
        """Whether its row is to be looked at before a call."""
        self.calls += 1
        is_due = self.doubts or (self.calls > LOOK_CALLS and now - self.looked >= LOOK_SECONDS)
        if now < self.closed or not is_due:
            return False
        self.looked, self.calls, self.doubts = now, 0, False
        return True

    def turn(self, now: float) -> float | None:
        """As Breakers.turn."""
        if now < self.closed:
            self.asked += 1
            return self.closed + self.asked // AT_ONCE
        if self.failures >= BREAKS:  # this one goes first
            self.closed, self.asked, self.probed = now + PROBE_SECONDS, 0, True
        return None

    def told(self, outcome: TaskOutcome, now: float) -> tuple[float, int] | None:
        """What came of a call; until when it closes by that, after so many failures."""
        if not isinstance(outcome, TaskFailed):
            if self.failures >= BREAKS:
                self.closed = now
            self.failures, self.probed, self.doubts = 0, False, False
            return None
        asked = min(outcome.retry_after, LONGEST_ASKED_SECONDS)
        under_way = self.failures >= BREAKS and now < self.closed and not self.probed
        if outcome.unavailable and not under_way:  # what was called before it was closed says nothing new
            self.failures, self.probed = self.failures + 1, False
            asked = max(asked, break_seconds(self.failures))
        until = now + asked
        self.doubts = self.doubts or outcome.unavailable
        if asked <= 0 or until <= self.closed:
            return None
        self.closed, self.asked = until, 0
        return until, self.failures

    def heard(self, until: float, failures: int, now: float) -> None:
        """Another process has closed it."""
        if now < until <= now + LONGEST_ASKED_SECONDS and until > self.closed:
            self.closed, self.failures, self.asked = until, max(self.failures, failures), 0


class Breakers:
    """Accounts of `group`, rows among the triggers' states. One for a process. Safe to share between threads."""

    def __init__(self, rows: TriggerStates, clock: Clock, group: str) -> None:
        self._rows, self._clock, self._group = rows, clock, group
        self._lock = Lock()
        self._accounts: dict[tuple[str, str], _Account] = {}

    def turn(self, workspace: str, account: str) -> float | None:
        """None: a call may begin now. Else when to ask again (epoch seconds). A store that fails closes nothing."""
        now = self._clock.now()
        with self._lock:
            known = self._accounts.setdefault((workspace, account), _Account(now))
            looks = known.looks(now)
        if looks:
            self._look(workspace, account, known)
        with self._lock:
            return known.turn(now)

    def told(self, workspace: str, account: str, outcome: TaskOutcome) -> None:
        """What came of a call."""
        now = self._clock.now()
        with self._lock:
            closed = self._accounts.setdefault((workspace, account), _Account(now)).told(outcome, now)
        if closed is not None:
            self._write(workspace, account, *closed)

    def _look(self, workspace: str, account: str, known: _Account) -> None:
        try:
            row = self._rows.get(workspace, self._group, account)
        except StorageError as error:
            _LOG.warning("whether others left %s alone is not known: %s", account, error)
            return
        if row is not None and row.spec:
            until, failures = json.loads(row.spec)
            with self._lock:
                known.heard(until, failures, self._clock.now())

    def _write(self, workspace: str, account: str, until: float, failures: int) -> None:
        try:
            for _ in range(_TRIES):
                row = self._rows.get(workspace, self._group, account) or TriggerState(workspace, self._group, account)
                if row.spec and self._clock.now() < json.loads(row.spec)[0] >= until:
                    return
                if self._rows.change(replace(row, spec=json.dumps([until, failures]))):
                    return
        except StorageError as error:
            _LOG.warning("other workers are not told to wait for %s: %s", account, error)
