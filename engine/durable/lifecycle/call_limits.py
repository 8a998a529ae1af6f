"""How often a service may be called, by all workers together: tokens of windows, leased in slices as budgets are.

    a call is owed ──► a token of this window ──► it begins
                   └─► none left, or closed   ──► its execution is parked until one may be there: no thread waits
    an answer      ──► Retry-After, or BREAKS failures in a row ──► closed for a while, for all workers

An account is a connector with the secrets that a step names, and the limit that its action declares: two keys of a
service have a limit each. One that declares no limit takes no tokens, and is closed all the same (lifecycle.breakers).
Calls of EXPRESS executions are not counted: they cannot wait.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from threading import Lock

from engine.clock import Clock
from engine.durable.lifecycle.breakers import Breakers, break_seconds
from engine.durable.lifecycle.budgets import Leases
from engine.errors import StorageError
from engine.ports.deliveries import TriggerStates
from engine.ports.tasks import CallLimit, TaskCall, TaskFailed, TaskOutcome, Tasks, TasksDecorator
from engine.records import dataclass

_LOG = logging.getLogger(__name__)

_CALLS = "!calls"
"""In place of a workflow's name: the rows lie among the triggers' states, as those of budgets do."""

ALONE_SECONDS = 10.0
"""A process that alone calls a service leases tokens so far ahead: another one that begins waits for so long."""

MOST_UNLIMITED = 1000
"""Resources without a limit that are remembered. A resource may be computed, so that there is no end of them."""

MOST_KEYS = 160
"""Characters of the keys in an account's name; more are told apart by their digest."""

STORE_SECONDS = 1.0
"""A store that fails is asked again after so long."""


def account_of(refs: Iterable[tuple[str, str]], limit: CallLimit) -> str:
    """The name of the account that a call is counted to."""
    keys = ",".join(sorted({key for _, key in refs}))
    if len(keys) > MOST_KEYS:
        keys = f"{keys[:100]}#{hashlib.sha256(keys.encode()).hexdigest()[:16]}"
    return f"{limit.service}:{keys}:{limit.requests}/{limit.seconds!r}"


class CallLimits:
    """One for a process. Safe to share between threads."""

    def __init__(self, rows: TriggerStates, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._lock = Lock()
        self._leases: dict[float, Leases] = {}
        self._closed: dict[tuple[str, str], tuple[float, int]] = {}
        self._failed: dict[tuple[str, str], int] = {}
        self._breakers = Breakers(rows, clock, _CALLS)

    def turn(self, workspace: str, account: str, limit: CallLimit) -> float | None:
        """None: a call may begin now, and its token is taken. Else when to ask again (epoch seconds): those who ask
        later are told a later window, so that not all come at once."""
        if not limit.requests:
            return self._breakers.turn(workspace, account)
        key, now = (workspace, account), self._clock.now()
        with self._lock:
            closed, asked = self._closed.get(key, (0.0, 0))
            if now < closed:
                self._closed[key] = closed, asked + 1
                return closed + asked // limit.requests * limit.seconds
        leases = self._of(limit)
        try:
            if leases.take(workspace, account, limit.requests, ahead=False) is not None:
                return None
        except StorageError as error:
            _LOG.warning("calls to %s wait: %s", account, error)
            return now + STORE_SECONDS
        closed = max(leases.opens_at(workspace, account), now + 0.001)
        with self._lock:
            self._closed[key] = closed, 1
        return closed

    def told(self, workspace: str, account: str, limit: CallLimit, outcome: TaskOutcome) -> None:
        """What came of a call."""
        if not limit.requests:
            self._breakers.told(workspace, account, outcome)
            return
        key = workspace, account
        if not isinstance(outcome, TaskFailed) or not outcome.retryable:
            with self._lock:
                self._failed.pop(key, None)
            return
        with self._lock:
            failed = self._failed[key] = self._failed.get(key, 0) + 1
        seconds = max(outcome.retry_after, break_seconds(failed))
        if seconds > 0:
            self._close(key, limit, self._clock.now() + seconds)

    def _close(self, key: tuple[str, str], limit: CallLimit, until: float) -> None:
        with self._lock:
            closed, asked = self._closed.get(key, (0.0, 0))
            self._closed[key] = max(closed, until), asked
        try:
            self._of(limit).close(*key, until)
        except StorageError as error:
            _LOG.warning("other workers are not told to wait for %s: %s", key[1], error)

    def _of(self, limit: CallLimit) -> Leases:
        with self._lock:
            found = self._leases.get(limit.seconds)
            if found is None:
                found = self._leases[limit.seconds] = Leases(
                    self._rows, self._clock, _CALLS, seconds=limit.seconds, alone=int(ALONE_SECONDS // limit.seconds)
                )
        return found


class LimitedTasks(TasksDecorator):
    """Tells `limits` what came of the calls that have one."""

    def __init__(self, tasks: Tasks, limits: CallLimits) -> None:
        super().__init__(tasks)
        self._limits = limits
        self._unlimited: set[tuple[str, str | None]] = set()

    def call(self, call: TaskCall) -> TaskOutcome:
        """The inner Tasks' call."""
        outcome = self._tasks.call(call)
        known = call.resource, None if call.pin is None else call.pin.name
        if known in self._unlimited:
            return outcome
        policy = self._tasks.policy(call.resource, call.pin)
        limit = policy.limit
        if limit is None and policy.problem is None and len(self._unlimited) < MOST_UNLIMITED:
            self._unlimited.add(known)
        if limit is not None:
            self._limits.told(call.workspace, account_of(call.secret_refs, limit), limit, outcome)
        return outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands: its tokens are leased, or it is closed, until `next_at` (epoch seconds); None: calls may
    begin. `requests` in `per_seconds` are its limit; None without one."""

    service: str
    secrets: tuple[str, ...]
    requests: int | None
    per_seconds: float | None
    next_at: float | None


def standings(rows: TriggerStates, workspace: str, now: float) -> list[Standing]:
    """The accounts with a limit that were called, and those without that were closed once; by service and secrets."""
    found = []
    for row in rows.all(workspace):
        name, _, rate = row.trigger.rpartition(":")
        if row.workflow == _CALLS and row.spec and "/" in rate:
            service, _, keys = name.partition(":")
            requests, _, seconds = rate.partition("/")
            limited = requests != "0"
            opens = json.loads(row.spec)[0] * (float(seconds) if limited else 1)
            found.append(Standing(
                service, tuple(filter(None, keys.split(","))), int(requests) if limited else None,
                float(seconds) if limited else None, opens if opens > now else None,
            ))
    return sorted(found, key=lambda each: (each.service, each.secrets))
