"""Alerts: told of ends, as triggers are, and of what is late. Each group is one row, changed as it was read.

    an end ──► its workflow's alerts ──► group: the first of late? ── yes ──► sent, then written down
                                            └── no ──► counted ──► a summary, when its time has come

What is sent twice, after a death in between, has the same name: the workflow that it starts is started once, and a
webhook gets the same Idempotency-Key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from engine.clock import Clock
from engine.durable.triggering.delivering import Delivering
from engine.durable.views.causes import plain_cause
from engine.errors import Conflict, NotFound, UserError
from engine.ports.deliveries import TriggerState, TriggerStates
from engine.ports.ends import End
from engine.ports.executions_index import ExecutionPage, ExecutionQuery
from engine.ports.journal import RUNNING
from engine.ports.published import PublishedVersion
from engine.ports.tasks import TaskCall, TaskFailed, Tasks
from engine.records import dataclass
from engine.triggers.alerts import (
    ALERT,
    LATE,
    MOST_CAUSE,
    Group,
    Told,
    group_of,
    late_mark,
    message,
    prefix_of,
    tells,
)
from engine.triggers.listener import Arrival, Listener

Json = Any

_LOG = logging.getLogger(__name__)

MINUTE = 60.0
WEBHOOK_SECONDS = 10.0
GIVEN_UP_SECONDS = 900.0
"""A webhook that does not answer is called again for so long."""

LOOK_SECONDS = 30.0
"""What is late, and what was counted, is looked at so often."""

_TRIES = 5
_STALE_PERIODS = 2


class AlertNotSent(UserError):
    """Who is to hear it did not take it: it is tried again."""

    code = "AlertNotSent"
    status = 503


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
    """What alerts of a place have: `default` are those of a workflow that names none, `tasks` calls webhooks (None
    where none can be called) by the resource `webhook`, `link` gives the address of an execution's page."""

    default: tuple[Mapping[str, Json], ...]
    tasks: Tasks | None
    link: Callable[[str], str]
    webhook: str = ""


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
        self._failing: dict[str, tuple[float, float]] = {}

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
        """Tell, or count, what `end` says; `cause` is None where it is hidden. Raises StorageError, and AlertNotSent
        where it is to come again."""
        for spec in self.of(end.workflow, end.version):
            if tells(spec, end.status, end.error):
                self._tell(spec, end, cause)

    def look(self) -> int:
        """Once in LOOK_SECONDS: tell what is late, and what was counted and whose time has come; answers how many
        alerts were sent. Raises StorageError."""
        now = self._clock.now()
        if self._looked_at is not None and 0 <= now - self._looked_at < LOOK_SECONDS:
            return 0
        self._looked_at = now
        sent = 0
        for workflow, specs in self._alerts().items():
            for spec in specs:
                if spec.get("late_after_seconds") is not None:
                    self._look_for_late(workflow, spec, now)
        for state in self._states.all(self._workspace):
            if state.trigger.startswith("!") and not state.trigger.startswith("!late!"):
                sent += self._summarised(state, now)
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
        for _ in range(_TRIES):
            now = self._clock.now()
            state = self._state(end.workflow, name)
            group = Group.of(state.spec)
            if group.seen == end.id:
                return
            if state.looked_at is None or now >= state.looked_at + _period(spec):
                self._send(spec, told, f"{end.workflow} {name} {end.id}", group)
                changed = replace(state, looked_at=now, spec=Group(seen=end.id).text())
            else:
                since = group.since if group.held else now
                changed = replace(state, spec=Group(group.held + 1, since, end.id, asdict(told)).text())
            if self._states.change(changed):
                return

    def _summarised(self, state: TriggerState, now: float) -> int:
        """Tell what was counted, where its time has come; forget a group that has long been quiet."""
        group = Group.of(state.spec)
        spec = next((
            spec for spec in self.of(state.workflow, 0) if state.trigger.startswith(prefix_of(spec))
        ), None)
        period = 0.0 if spec is None else _period(spec)
        told_at = state.looked_at or 0.0
        if spec is None or not group.held or group.last is None:
            if now >= told_at + _STALE_PERIODS * period:
                self._states.forget(state.workspace, state.workflow, state.trigger)
            return 0
        if now < told_at + period:
            return 0
        less = replace(group, held=group.held - 1)
        try:
            self._send(spec, Told(**group.last), f"{state.workflow} {state.trigger} {told_at}", less)
        except AlertNotSent as error:
            _LOG.warning("an alert is sent later: %s", error.message)
            return 0
        self._states.change(replace(state, looked_at=now, spec=Group(seen=group.seen).text()))
        return 1

    def _send(self, spec: Mapping[str, Json], told: Told, name: str, group: Group) -> None:
        """Start the workflow, or call the webhook."""
        said = message(spec, told, held=group.held, since=group.since or None)
        target = spec.get("workflow")
        if target is not None:
            self._start(target, told, said, name)
            return
        url, now = spec["webhook"]["url"], self._clock.now()
        since, rests_until = self._failing.get(url, (now, 0.0))
        if now < rests_until:
            raise AlertNotSent(f"the webhook of an alert of {told.workflow} failed a moment ago")
        failed = self._called(spec["webhook"], told, said, name)
        if failed is None:
            self._failing.pop(url, None)
            return
        if failed.retryable and now - since < GIVEN_UP_SECONDS:
            self._failing[url] = since, now + LOOK_SECONDS
            raise AlertNotSent(f"the webhook of an alert of {told.workflow} fails: {failed.error}: {failed.cause}")
        _not_told(told, said, f"{failed.error}: {failed.cause}")

    def _start(self, target: str, told: Told, said: Json, name: str) -> None:
        try:
            version = self._published.version(self._workspace, target)
        except (NotFound, Conflict) as error:
            _not_told(told, said, error.message)
            return
        listener = Listener(target, version.number, ALERT, {"type": ALERT}, version.published_at)
        arrival = Arrival(
            said, self._clock.now(), {"Workflow": told.workflow, "Execution": told.execution}, name, told.execution
        )
        self._delivering.deliver(listener, arrival, keeps=True)

    def _called(self, webhook: Mapping[str, Json], told: Told, said: Json, name: str) -> TaskFailed | None:
        if self._place.tasks is None:
            return TaskFailed("NoWebhooks", "no webhook can be called from here", retryable=False)
        token = webhook.get("bearer_token")
        arguments = {"method": "POST", "url": webhook["url"], "json": said, "timeout_seconds": WEBHOOK_SECONDS}
        outcome = self._place.tasks.call(TaskCall(
            resource=self._place.webhook,
            arguments=arguments if token is None else {**arguments, "bearer_token": token},
            workspace=self._workspace, execution_id=told.execution, workflow=told.workflow, version=0, state=ALERT,
            attempt=1, idempotency_key=name, budget_seconds=WEBHOOK_SECONDS,
            secret_refs=() if token is None else (("/bearer_token", token["$secret"]),),
        ))
        return outcome if isinstance(outcome, TaskFailed) else None

    def _look_for_late(self, workflow: str, spec: Mapping[str, Json], now: float) -> None:
        """Each is late once: those that started between the last look's limit and this one's."""
        limit = now - float(spec["late_after_seconds"])
        state = self._state(workflow, late_mark(spec))
        if state.looked_at is None:  # what was late before anybody asked is not told
            self._states.change(replace(state, looked_at=limit))
            return
        token: str | None = None
        while True:
            page = self._page(ExecutionQuery(
                self._workspace, workflow=workflow, status=RUNNING, started_after=state.looked_at,
                started_before=limit, limit=1000, next_token=token,
            ))
            for row in page.rows:
                try:
                    self._tell(spec, End(row.key, row.workflow, row.version, LATE, 0, row.started_at), None)
                except AlertNotSent as error:
                    _LOG.warning("an alert is sent later: %s", error.message)
                    return
            token = page.next_token
            if token is None:
                break
        self._states.change(replace(state, looked_at=max(limit, state.looked_at)))

    def _state(self, workflow: str, name: str) -> TriggerState:
        return self._states.get(self._workspace, workflow, name) or TriggerState(self._workspace, workflow, name)


def _not_told(told: Told, said: Json, why: str) -> None:
    _LOG.error("AN ALERT IS NOT TOLD: %s: %s", said["text"], why, extra={"execution": told.execution})


def _period(spec: Mapping[str, Json]) -> float:
    return MINUTE * float(spec.get("every_minutes", 60))
