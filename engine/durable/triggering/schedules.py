"""Schedules: each time that one names starts its workflow once, whoever looks, and however often.

A time is the delivery's key. How far a schedule has been looked at is in its state, which is moved on after the starts:
a crash in between gives the same deliveries again. What comes next is kept in memory, by time; the state is read again
whenever something is due.
"""

from __future__ import annotations

import hashlib
import heapq
import logging
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from engine.clock import Clock
from engine.durable.triggering.delivering import Delivering, TriggerPaused
from engine.durable.triggering.listening import Listening
from engine.errors import StoreCorrupt, UserError
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.records import dataclass
from engine.triggers.faults import TriggerFault
from engine.triggers.listener import Listener, scheduled
from engine.triggers.missed import due, within_window
from engine.triggers.schedule import Schedule, parse_schedule

Json = Any

_LOG = logging.getLogger(__name__)

LATER_SECONDS = 30.0
"""A schedule that is paused, or could start nothing for want of room, is looked at again so much later."""

PUT_BACK_SECONDS = 300.0
"""Who finds that a schedule was looked at so long after now, or more, takes the clock to have been put back: its times
count from now on, and what was started of them is not started again. Clocks of those who look may differ by less."""


LEFT_SECONDS = 60.0
"""A schedule that no version has is let go so long after it was looked at last: by then whoever looks has seen what was
published meanwhile."""

_SPEC = re.compile(r"[0-9a-f]{16}")
"""What a schedule's state keeps of what it says; those of others have something else there."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """One schedule of a version, read."""

    listener: Listener
    schedule: Schedule
    spec: str


class Schedules:
    """One workspace's. For one thread. `source` is who looks, as the audit log names it."""

    def __init__(
        self, listening: Listening, delivering: Delivering, states: TriggerStates, clock: Clock, workspace: str, *,
        source: str,
    ) -> None:
        self._listening = listening
        self._delivering = delivering
        self._states = states
        self._clock = clock
        self._workspace = workspace
        self._source = source
        self._known: tuple[Listener, ...] | None = None
        self._next: list[tuple[float, int, _Plan]] = []
        self._number = count()
        self._fired_at = 0.0
        self._look_again_at = math.inf

    def fire(self, until: float = math.inf) -> int:
        """Start what is due; answers how many executions it started. At `until`, in epoch seconds, it begins no other
        schedule. Raises StorageError: what is due stays due."""
        now, started = self._clock.now(), 0
        if now < self._fired_at - PUT_BACK_SECONDS:
            self._known = None  # what is kept of the next times is of another day
        self._fired_at = now
        self._look()
        while self._next and self._next[0][0] <= now and self._clock.now() < until:
            _, _, plan = self._next[0]
            begun, again_at = self._fire(plan, now)
            started += begun
            heapq.heappop(self._next)
            self._wait(plan, again_at)
        return started

    @property
    def next_at(self) -> float | None:
        """When the next one is due, as far as is known; None where none is."""
        return self._next[0][0] if self._next else None

    def _look(self) -> None:
        """Take up what was published since, and drop what no longer listens."""
        listeners = self._listening.all()
        if listeners is self._known and self._clock.now() < self._look_again_at:
            return
        states = {(state.workflow, state.trigger): state for state in self._states.all(self._workspace)}
        found: list[tuple[float, int, _Plan]] = []
        for listener in listeners:
            plan = _plan_of(listener) if listener.kind == "schedule" else None
            if plan is not None:
                state = self._begun(plan, states.pop((listener.workflow, listener.name), None))
                at = _following(plan, state)
                if at is not None:
                    found.append((at, next(self._number), plan))
        heapq.heapify(found)
        self._next, self._known = found, listeners
        self._let_go(states.values())

    def _let_go(self, left: Iterable[TriggerState]) -> None:
        """What no active version has any more, or has switched off, begins anew when one has it again: nobody missed
        its times of between."""
        now, self._look_again_at = self._clock.now(), math.inf
        for state in left:
            if state.looked_at is None or not _SPEC.fullmatch(state.spec):
                continue
            if now - state.looked_at < LEFT_SECONDS:
                self._look_again_at = now + LEFT_SECONDS
            else:
                self._states.change(replace(state, spec="", looked_at=now))

    def _begun(self, plan: _Plan, kept: TriggerState | None) -> TriggerState:
        """What is kept of it. What says something else than before begins when it was published; an older version that
        is active again begins now."""
        listener = plan.listener
        state = kept or TriggerState(self._workspace, listener.workflow, listener.name)
        looked, now = state.looked_at, self._clock.now()
        if state.spec == plan.spec:
            if looked is None or looked <= now + PUT_BACK_SECONDS:
                return state
            begun = replace(state, looked_at=now)
        else:
            begins = now if looked is not None and looked > listener.published_at else listener.published_at
            begun = replace(state, spec=plan.spec, since=begins, looked_at=begins)
        if self._states.change(begun):
            return replace(begun, revision=begun.revision + 1)
        return self._states.get(self._workspace, listener.workflow, listener.name) or begun

    def _wait(self, plan: _Plan, at: float | None) -> None:
        if at is not None:
            heapq.heappush(self._next, (at, next(self._number), plan))

    def _fire(self, plan: _Plan, now: float) -> tuple[int, float | None]:
        """Start what one schedule has due; how many it started, and when it is to be looked at again."""
        listener = plan.listener
        state = self._begun(plan, self._states.get(self._workspace, listener.workflow, listener.name))
        if state.paused_at is not None:
            return 0, now + LATER_SECONDS
        looked, since = state.looked_at or listener.published_at, state.since or listener.published_at
        found = due(
            plan.schedule, looked=looked, now=now, since=since, missed=listener.spec.get("missed", "one"),
            most=int(listener.spec.get("most_missed", 10)), starts_at=lambda at: _starts_at(plan, at),
        )
        started = 0
        for at in found.times:
            try:
                started += self._deliver(plan, at, now)
            except TriggerPaused:
                return started, now + LATER_SECONDS
            except (StoreCorrupt, UserError) as error:  # of one workflow: the others' schedules go on
                _LOG.warning("the schedule %s is tried again: %s", listener.label, error)
                return started, now + LATER_SECONDS
        moved = replace(state, looked_at=found.looked)
        if found.times and moved != state:
            self._states.change(moved)  # somebody else may have moved it: the deliveries are the same
        return started, _following(plan, moved)

    def _deliver(self, plan: _Plan, at: float, now: float) -> int:
        arrival = scheduled(at, now, plan.listener.spec["expression"], self._source)
        return int(self._delivering.deliver(plan.listener, arrival).started is not None)


def _plan_of(listener: Listener) -> _Plan | None:
    spec = listener.spec
    try:
        schedule = parse_schedule(
            spec["expression"], spec.get("timezone", "UTC"), start=spec.get("start"), end=spec.get("end")
        )
    except (TriggerFault, KeyError):
        return None  # of an earlier release, which looked less closely: `automate triggers list` says so
    says = "\0".join(str(spec.get(field, "")) for field in ("expression", "timezone", "start", "end"))
    return _Plan(listener, schedule, hashlib.sha256(says.encode()).hexdigest()[:16])


def _following(plan: _Plan, state: TriggerState) -> float | None:
    """When it is to be looked at next: at its first time after what was looked at."""
    since = state.since or plan.listener.published_at
    at = next(plan.schedule.times(state.looked_at or since, since=since), None)
    return None if at is None else _starts_at(plan, at)


def _starts_at(plan: _Plan, at: float) -> float:
    return within_window(at, minutes=int(plan.listener.spec.get("window_minutes", 0)), seed=plan.listener.label)
