"""Alerts: told of ends, as triggers are, and of what is late. Each group is one row, changed as it was read.

    an end ──► its workflow's alerts ──► group: the first of late? ── yes ──► written down, then sent
                                            └── no ──► counted ──► a summary, when its time has come

What is written down is sent at each look until it is taken, or given up. So what is sent twice, after a death in
between, has the same name and the same words: the workflow that it starts is started once, and the others get the same
key (engine.durable.triggering.telling). Nobody else's is sent for its group meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field, replace
from typing import Any, Protocol

from engine.clock import Clock
from engine.durable.triggering.delivering import Delivering
from engine.durable.triggering.telling import Ways, target_of, tell
from engine.durable.views.causes import plain_cause
from engine.errors import Conflict, NotFound, StorageError, UserError
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.ends import End
from engine.ports.executions_index import ExecutionPage, ExecutionQuery
from engine.ports.journal import RUNNING
from engine.ports.published import PublishedVersion
from engine.ports.tasks import TaskFailed
from engine.records import dataclass
from engine.triggers.alerts import (
    ALERT,
    LATE,
    MOST_CAUSE,
    AlertMessage,
    Group,
    Sending,
    Told,
    group_of,
    is_group,
    late_mark,
    message,
    prefix_of,
    tells,
    untold,
)
from engine.triggers.listener import Arrival, Listener, mark_of

Json = Any

_LOG = logging.getLogger(__name__)

MINUTE = 60.0
GIVEN_UP_SECONDS = 900.0
"""What is not taken is sent again for so long."""

LOOK_SECONDS = 30.0
"""What is late, what was counted and what was not taken is looked at so often. A target that failed rests so long."""

_TRIES = 5
_STALE_PERIODS = 2


class Versions(Protocol):
    """What is asked of the published versions."""

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        """Version `number`, the active one by default; raises NotFound, Conflict."""
        ...

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`; raises NotFound."""
        ...


@dataclass(frozen=True, slots=True)
class AlertPlace:
    """What alerts of a place have: `default` are those of a workflow that names none, `link` gives the address of an
    execution's page, `ways` are how they leave."""

    default: tuple[Mapping[str, Json], ...] = ()
    link: Callable[[str], str] = str
    ways: Ways = field(default_factory=Ways)


def alerted(version: PublishedVersion) -> Listener:
    """Who starts the workflow of `version` for an alert."""
    return Listener(version.workflow, version.number, ALERT, {"type": ALERT}, version.published_at)


class Alerting:
    """One workspace's. For one thread at a time. `alerts` gives those that active versions name, by workflow."""

    def __init__(
        self, *, published: Versions, alerts: Callable[[], Mapping[str, Sequence[Mapping[str, Json]]]],
        delivering: Delivering, states: TriggerStates, page: Callable[[ExecutionQuery], ExecutionPage], clock: Clock,
        workspace: str, place: AlertPlace,
    ) -> None:
        self._published = published
        self._alerts = alerts
        self._delivering = delivering
        self._states = states
        self._page = page
        self._clock = clock
        self._workspace = workspace
        self._place = place
        self._looked_at: float | None = None
        self._rests: dict[str, tuple[float, TaskFailed]] = {}

    def of(self, workflow: str, version: int) -> Sequence[Mapping[str, Json]]:
        """The alerts of a workflow's active version; of `version` where none is."""
        try:
            found = self._published.version(self._workspace, workflow)
        except (NotFound, Conflict):
            try:
                found = self._published.numbered(self._workspace, workflow, version)
            except NotFound:
                return ()
        return self._of(found)

    def tell(self, end: End, cause: str | None) -> None:
        """Tell, or count, what `end` says; `cause` is None where it is hidden. Raises StorageError where it is to come
        again."""
        for spec in self.of(end.workflow, end.version):
            if tells(spec, end.status, end.error):
                self._tell(spec, end, cause)

    def look(self) -> int:
        """Once in LOOK_SECONDS: tell what is late, what was not taken, and what was counted and whose time has come;
        answers how many alerts were sent. Raises StorageError, and a UserError of status 500 or more."""
        now = self._clock.now()
        if self._looked_at is not None and 0 <= now - self._looked_at < LOOK_SECONDS:
            return 0
        self._looked_at = now
        sent = 0
        failed: StorageError | UserError | None = None
        for workflow, specs in self._alerts().items():
            for spec in specs:
                if spec.get("late_after_seconds") is not None:
                    self._look_for_late(workflow, spec, now)
        for state in self._states.all(self._workspace):
            if is_group(state.trigger):
                try:
                    sent += self._looked(state, now)
                except (StorageError, UserError) as error:  # it stays written down, and holds up no other
                    failed = error
        if failed is not None:
            raise failed
        return sent

    def _of(self, version: PublishedVersion) -> Sequence[Mapping[str, Json]]:
        if version.alerts is not None:
            return version.alerts
        return [spec for spec in self._place.default if spec.get("workflow") != version.workflow]

    def _tell(self, spec: Mapping[str, Json], end: End, cause: str | None) -> None:
        plain = plain_cause(cause)
        told = Told(
            end.key.id, end.workflow, end.status, end.started_at, end.ended_at, end.error,
            None if plain is None else plain[:MOST_CAUSE], self._place.link(end.key.id),
        )
        name = group_of(spec, end.status, end.error)
        first = f"{end.workflow} {name} {end.id}"
        for _ in range(_TRIES):
            now = self._clock.now()
            state = self._state(end.workflow, name)
            group = Group.of(state.spec)
            if group.seen == end.id or (group.sending is not None and group.sending.name == first):
                return
            if group.sending is None and (state.looked_at is None or now >= state.looked_at + _period(spec)):
                sending = Sending(asdict(told), group.held, group.since, first, now)
                if self._states.change(replace(state, spec=Group(seen=end.id, sending=sending).text())):
                    self._sent_first(spec, end.workflow, name, sending)
                    return
                continue
            since = group.since if group.held else now
            counted = replace(group, held=group.held + 1, since=since, seen=end.id, last=asdict(told))
            if self._states.change(replace(state, spec=counted.text())):
                return

    def _sent_first(self, spec: Mapping[str, Json], workflow: str, name: str, sending: Sending) -> None:
        """What fails here is written down already: the next look sends it, and the end need not come again."""
        try:
            self._sent(spec, workflow, name, sending)
        except (StorageError, UserError) as error:
            _LOG.warning("an alert is sent later: %s: %s", sending.name, error)

    def _looked(self, state: TriggerState, now: float) -> int:
        """Tell what was not taken, or what was counted, where its time has come; forget a group that has long been
        quiet. How many alerts were sent."""
        group = Group.of(state.spec)
        spec = next((
            spec for spec in self.of(state.workflow, 0) if state.trigger.startswith(prefix_of(spec))
        ), None)
        period = 0.0 if spec is None else _period(spec)
        told_at = state.looked_at or 0.0
        if spec is None or (group.sending is None and (not group.held or group.last is None)):
            if now >= told_at + _STALE_PERIODS * period:
                self._states.forget(state.workspace, state.workflow, state.trigger)
            return 0
        sending = group.sending
        if sending is None:
            if now < told_at + period:
                return 0
            name = f"{state.workflow} {state.trigger} {told_at}"
            sending = Sending(group.last or {}, group.held - 1, group.since, name, now)
            if not self._states.change(replace(state, spec=Group(seen=group.seen, sending=sending).text())):
                return 0
        return int(self._sent(spec, state.workflow, state.trigger, sending))

    def _sent(self, spec: Mapping[str, Json], workflow: str, name: str, sending: Sending) -> bool:
        """Send what is written down in the group `name`, and write down that it is over: taken, or given up. False
        where it is to be sent again."""
        told = Told(**sending.told)
        said = message(spec, told, held=sending.held, since=sending.since or None)
        failed = self._send(spec, told, said, sending.name)
        now = self._clock.now()
        if failed is not None and failed.retryable and now - sending.at < GIVEN_UP_SECONDS:
            _LOG.warning("an alert is sent again: %s: %s: %s", said["text"], failed.error, failed.cause)
            return False
        if failed is not None:
            why = f"{failed.error}: {failed.cause}"
            _LOG.error("AN ALERT IS NOT TOLD: %s: %s", said["text"], why, extra={"execution": told.execution})
            self._keep(said["alert"], told, sending.name, f"the alert is not told: {why}")
        for _ in range(_TRIES):
            state = self._state(workflow, name)
            group = Group.of(state.spec)
            if group.sending is None or group.sending.name != sending.name:
                break
            if self._states.change(replace(state, looked_at=now, spec=replace(group, sending=None).text())):
                break
        return True

    def _send(self, spec: Mapping[str, Json], told: Told, said: AlertMessage, name: str) -> TaskFailed | None:
        """Start the workflow, or tell who else hears it; what went wrong."""
        if spec.get("workflow") is not None:
            return self._start(spec["workflow"], told, said, name)
        target, now = target_of(spec), self._clock.now()
        until, failed_before = self._rests.get(target, (0.0, None))
        if now < until:
            return failed_before
        failed = tell(self._place.ways, self._workspace, spec, told, said, name)
        self._rests.pop(target, None)
        if failed is not None and failed.retryable:
            self._rests[target] = now + LOOK_SECONDS, failed
        return failed

    def _start(self, target: str, told: Told, said: AlertMessage, name: str) -> TaskFailed | None:
        try:
            version = self._published.version(self._workspace, target)
        except (NotFound, Conflict) as error:
            return TaskFailed(error.code, error.message, retryable=False)
        arrival = Arrival(
            said, self._clock.now(), {"Workflow": told.workflow, "Execution": told.execution}, name, told.execution
        )
        self._delivering.deliver(alerted(version), arrival, keeps=True)
        return None

    def _keep(self, alert: str, told: Told, name: str, why: str) -> None:
        """That an alert was given up is a delivery of its workflow. Of which execution is not kept in it, nor what was
        said: an erasure would not find it. The log has that."""
        try:
            number = self._published.version(self._workspace, told.workflow).number
        except (NotFound, Conflict):  # archived meanwhile
            number = 0
        listener = Listener(told.workflow, number, untold(alert), {"type": ALERT}, 0.0)
        mark = mark_of(name)
        arrival = Arrival(None, self._clock.now(), {"Status": told.status}, mark, mark=mark)
        self._delivering.refuse(listener, arrival, why)

    def _look_for_late(self, workflow: str, spec: Mapping[str, Json], now: float) -> None:
        """Each is late once: those that started between the last look's limit and this one's."""
        limit = now - float(spec["late_after_seconds"])
        state = self._state(workflow, late_mark(spec))
        if state.looked_at is None:  # what started before anybody asked, and was late by then, is not told
            try:
                asked_at = self._published.version(self._workspace, workflow).published_at
            except (NotFound, Conflict):  # archived meanwhile
                return
            self._states.change(replace(state, looked_at=min(limit, asked_at)))
            state = self._state(workflow, late_mark(spec))
        token: str | None = None
        while True:
            page = self._page(ExecutionQuery(
                self._workspace, workflow=workflow, status=RUNNING, started_after=state.looked_at,
                started_before=limit, limit=1000, next_token=token,
            ))
            for row in page.rows:
                self._tell(spec, End(row.key, row.workflow, row.version, LATE, 0, row.started_at), None)
            token = page.next_token
            if token is None:
                break
        self._states.change(replace(state, looked_at=max(limit, state.looked_at or limit)))

    def _state(self, workflow: str, name: str) -> TriggerState:
        return self._states.get(self._workspace, workflow, name) or TriggerState(self._workspace, workflow, name)


def _period(spec: Mapping[str, Json]) -> float:
    return MINUTE * float(spec.get("every_minutes", 60))
