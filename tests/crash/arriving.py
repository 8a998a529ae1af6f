"""Triggers in the campaign: what arrives at a webhook, in a queue and by a schedule, while processes die and meet.

The runs are those of `campaign`, over sources of their own (ARRIVING). A source hands over what it has until it is
answered, and more often than that: a sender that was answered sends again, a queue shows a message twice, two look at
one schedule. `rival` is another process that hands over the very same thing at that moment, and works on what it
started.

    I21   a delivery's row and its execution are there together or not at all, at every call
    I22   what was answered has one execution, or a row that says why not; what was not answered comes again, and is
    I23   no key starts two executions, at each trigger; a repeat starts nothing, and the first body counts
    I24   each time of a schedule starts one execution, and none is left out (missed: all)
    I25   each start is told of once in the audit log, by the name of its trigger
    I26   no minute is given to more executions than a budget says, and none begins before its own; no more are open
          than one says; what is refused for that is answered so, and may come again
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.durable.lifecycle.budgets import Budgets, budget_wait
from engine.durable.triggering.delivering import Delivered, TriggerPaused
from engine.durable.triggering.schedules import Schedules
from engine.durable.triggering.telling import Ways
from engine.errors import StorageError
from engine.governance.audit.actors import Actors
from engine.governance.audit.query import MOST_IN_PAGE, AuditQuery, page
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.deliveries import REFUSED, STARTED
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Received
from engine.triggers.listener import Arrival, Listener
from functions.app.triggers.service import Triggers, triggers_over
from tests.crash.clients import Client
from tests.crash.faults import Faults
from tests.crash.invariants import _check_execution, _check_rest
from tests.crash.ruled import RuledCampaign
from tests.crash.scenarios import Workflow
from tests.crash.timing import SkewedClock
from tests.crash.world import World
from tests.support.flows import Died, flow, task

Json = Any

UNTIL = 250.0
"""How long schedules are looked at, in seconds."""
LOOK_SECONDS = 20.0
"""How often somebody looks at them."""
TIMES_SENT = 2
"""How often at least each thing is handed over."""

_OPEN = {"style": "none"}
_WHEN = "{% $states.input.total > 0 %}"


@dataclass(frozen=True)
class Sent:
    """One thing that a source has: `to` is the webhook's name or the queue's, `key` the source's own name for it."""

    name: str
    to: str
    key: str
    body: Json


@dataclass(frozen=True)
class Sources:
    """`triggers` of each workflow, and what is sent to them. `looks`: who looks at the schedules. `budgets` of each
    workflow that has one."""

    triggers: dict[str, tuple[dict[str, Json], ...]]
    sent: tuple[Sent, ...] = ()
    looks: tuple[str, ...] = ()
    budgets: dict[str, dict[str, Json]] = field(default_factory=dict)


ARRIVING: dict[str, Sources] = {
    "hook": Sources(
        {"flow": (
            {"type": "webhook", "path": "order", "auth": _OPEN, "when": _WHEN},
            {"type": "webhook", "name": "second", "path": "second", "auth": _OPEN, "input": {
                "key": "{% $states.input.key %}", "half": "{% $states.input.total / 2 %}"}},
        )},
        (
            Sent("a", "webhook", "k1", {"key": "k1", "total": 5}),
            Sent("a-other", "webhook", "k1", {"key": "k1", "total": 6}),
            Sent("a-none", "webhook", "k1", {"key": "k1", "total": 0}),
            Sent("b", "webhook", "k2", {"key": "k2", "total": 0}),
            Sent("c", "second", "k1", {"key": "k1", "total": 8}),
            Sent("d", "second", "k3", {"key": "k3", "total": "many"}),
        ),
    ),
    "messages": Sources(
        {"flow": ({"type": "queue", "queue": "orders"}, {"type": "queue", "name": "again", "queue": "orders"}),
         "other": ({"type": "queue", "queue": "orders", "dedupe_key": "$.key"},)},
        (Sent("m1", "orders", "1", {"key": "k1"}), Sent("m2", "orders", "2", {"key": "k2"})),
    ),
    "schedule": Sources(
        {"flow": ({"type": "schedule", "expression": "rate(1 minute)", "missed": "all", "most_missed": 1000},),
         "other": ({"type": "schedule", "expression": "rate(1 minute)", "window_minutes": 2, "missed": "all"},),
         "third": ({"type": "schedule", "expression": "rate(2 minutes)", "window_minutes": 2, "missed": "skip"},)},
        looks=("look-a", "look-b"),
    ),
    "budget": Sources(
        {"flow": ({"type": "webhook", "path": "order", "auth": _OPEN},),
         "other": ({"type": "webhook", "name": "second", "path": "second", "auth": _OPEN},)},
        (
            *(Sent(f"w{number}", "webhook", f"k{number}", {"key": f"k{number}", "total": 1}) for number in range(5)),
            *(Sent(f"r{number}", "second", f"k{number}", {"key": f"k{number}", "total": 1}) for number in range(3)),
        ),
        budgets={
            "flow": {"executions_per_minute": 2},
            "other": {"executions_per_minute": 1, "when_exceeded": "refuse"},
        },
    ),
    "line": Sources(
        {"flow": ({"type": "webhook", "path": "order", "auth": _OPEN},)},
        tuple(Sent(f"l{number}", "webhook", f"k{number}", {"key": f"k{number}", "total": 1}) for number in range(5)),
        budgets={"flow": {"open_executions": 2}},
    ),
}
"""By name; none is among WORKFLOWS, whose runs are counted by themselves."""

UNFIT = frozenset({"d"})
"""Of what is sent, what can start nothing."""


class _Listed:
    """The catalog's list of what is active, and its versions."""

    def __init__(self, published: Any, rows: tuple[str, ...]) -> None:
        self._published = published
        self._rows = rows

    def workflows(self, workspace: str) -> list[Any]:
        return [
            SimpleNamespace(
                workflow=name, active_version=self._published.version(workspace, name).number, archived=False
            ) for name in self._rows
        ]

    def version(self, workspace: str, workflow: str, _number: int | None = None) -> Any:
        return self._published.version(workspace, workflow)

    def numbered(self, workspace: str, workflow: str, _number: int) -> Any:
        return self._published.version(workspace, workflow)


class ArrivingWorld(World):
    """A world whose executions are started by what arrives. `answered` are the answers to each who asked, `begun` when
    it began."""

    def __init__(self, sources: Sources, faults: Faults, stores: Any, **more: Any) -> None:
        self.sources = sources
        self.answered: dict[str, list[Delivered]] = {}
        self.began = stores.clock.now()
        self._lookers: dict[tuple[str, int], Schedules] = {}
        self._looked = {name: self.began - LOOK_SECONDS + 7 * turn for turn, name in enumerate(sources.looks)}
        self._done: dict[str, float] = {}
        self._apart: set[str] = set()
        self._later: dict[str, float] = {}
        self.given: dict[ExecutionKey, float] = {}
        super().__init__(Workflow(_flow("flow")), faults, stores, **more)
        for name, triggers in sources.triggers.items():
            self.published.publish(
                _flow(name), name, triggers=triggers, published_at=self.began, budgets=sources.budgets.get(name),
            )
        self._clients = [*map(self._sender, sources.sent), *map(self._looker, sources.looks)]

    # ---------------------------------------------------------------- the sources

    def triggers(self, clock: Any = None) -> Triggers:
        """Of a fresh process."""
        ports = SimpleNamespace(
            catalog=self.wrap("catalog", self.listed),
            deliveries=self.wrap("deliveries", self.stores.deliveries),
            trigger_states=self.wrap("trigger_states", self.stores.trigger_states),
        )
        settings = replace(self.settings, workspace=self.workspace)
        audit = AuditRecorder(self.stores.audit, self.clock)
        published: Any = _Listed(self.published, ())
        return triggers_over(ports, settings, clock or self.clock, self.executions, audit, published, self.ways)

    @property
    def listed(self) -> _Listed:
        """The catalog's list and versions, read by nobody whose calls are numbered."""
        return _Listed(self.published, tuple(self.sources.triggers))

    @property
    def ways(self) -> Ways:
        """How alerts leave: not at all."""
        return Ways()

    def _sender(self, sent: Sent) -> Client:
        return Client(
            sent.name, lambda world: world.clock.now() >= self._later.get(sent.name, 0.0),
            lambda _world: self._send(sent),
            again=lambda world: sent.name in self._later or len(world.ledger.asks[sent.name]) < TIMES_SENT,
        )

    def _send(self, sent: Sent) -> None:
        triggers = self.triggers()
        if sent.to == "orders":
            done = triggers.arriving.message(sent.to, sent.key, json.dumps(sent.body), source="a queue")
        else:
            listener = next(each for each in triggers.listening.all() if each.name == sent.to)
            arrival = Arrival(sent.body, self.clock.now(), {"Headers": {}}, sent.key, "192.0.2.7")
            done = [triggers.delivering.deliver(listener, arrival)]
        self.answered.setdefault(sent.name, []).extend(done)
        self._later.pop(sent.name, None)
        for each in done:
            if each.retry_after is not None:
                self._later[sent.name] = self.clock.now() + each.retry_after

    def _looker(self, name: str) -> Client:
        def due(world: World) -> bool:
            return world.clock.now() >= self._looked[name] + LOOK_SECONDS

        return Client(
            name, due, lambda _world: self._look(name), again=lambda _world: self._done.get(name, 0.0) < self._until,
        )

    @property
    def _until(self) -> float:
        return self.began + UNTIL

    def _look(self, name: str) -> None:
        self._looked[name] = now = self.clock.now()
        own = name, id(self.stores.stores)  # a process that died, on one machine, had all who looked
        looks = self._lookers.pop(own, None)
        if looks is None:
            skew = self.faults.skews[len(name) % len(self.faults.skews)] if name == self.sources.looks[-1] else 0.0
            looks = self.triggers(SkewedClock(self.clock, skew) if skew else None).schedules(name)
        try:
            looks.fire()
            self._done[name] = now
        except Died:
            looks = None
            raise
        finally:
            if looks is not None:  # who froze goes on with what it knew
                self._lookers[own] = looks

    def _rival(self) -> None:
        """Whoever hands something over right now does so twice: the second one is through before the first goes on."""
        own, self.budgets = self.budgets, self.new_budgets()
        with self.quietly():
            for client in self._clients:
                if client.name in self.asking and client.name not in self._apart:
                    self._apart.add(client.name)
                    with suppress(StorageError, TriggerPaused):
                        client.act(self)
                    self._apart.discard(client.name)
            self._run([Received(key, "rival") for key in keys_of(self)])
        self.budgets = own

    def _dies(self) -> None:
        self._leased = None
        super()._dies()

    @property
    def budgets(self) -> Budgets | None:
        """Those of this life of whoever starts."""
        if self._leased is None:
            self._leased = self.new_budgets()
        return self._leased

    @budgets.setter
    def budgets(self, made: Budgets | None) -> None:
        self._leased = made

    def _performed(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = super()._performed(name, act, *args, **kwargs)
        if not self._quiet and self._may_have_written(name):
            with self.quietly():
                self.watched.broken += _apart(self)
                self._note_minutes()
        return answer

    def _may_have_written(self, name: str) -> bool:
        """A look at all that is there is dear on moto, and finds after a request that reads what it found before it."""
        if self.stores.family != "aws":
            return True
        from tests.crash.aws_requests import WRITES  # noqa: PLC0415  botocore only where it is asked for

        return name in WRITES

    def _note_minutes(self) -> None:
        """The minute of each execution that is new, as its header says it: only a pause would change that."""
        for header in self.stores.headers() if self.sources.budgets else ():
            if header.key not in self.given and "executions_per_minute" in self.sources.budgets[header.workflow]:
                wait = budget_wait(header)
                begins = header.started_at if wait is None or wait.until is None else wait.until
                self.given[header.key] = begins // 60 * 60


def _flow(name: str) -> dict[str, Any]:
    return {"Comment": name, **flow({"Work": task(End=True)})}


# ---------------------------------------------------------------- what must hold


def rows_of(world: World) -> dict[ExecutionKey, Any]:
    """The outcome of each delivery that has a row."""
    stores, workspace = world.stores, world.workspace
    if stores.family == "memory":
        return {key: row.outcome for key, row in stores.deliveries._rows.items()}
    if stores.family == "sqlite":
        found = stores.stores._database.rows("SELECT id, outcome FROM delivery", ())
        return {ExecutionKey(workspace, one): outcome for one, outcome in found}
    made = {}
    for pk, items in stores._moto_table().items.items():
        if pk.value.startswith(f"L#{workspace}#"):
            for sk, item in items.items():
                if sk.value.startswith("D#"):
                    workflow = pk.value.rpartition("#")[2]
                    made[ExecutionKey(workspace, f"{workflow}:{sk.value[2:]}")] = item.attrs["outcome"].value
    return made


def keys_of(world: World) -> list[ExecutionKey]:
    """All executions, in the order of their names."""
    return sorted((header.key for header in world.stores.headers()), key=lambda key: key.id)


def _apart(world: World) -> list[str]:
    """I21."""
    started = {key for key, outcome in rows_of(world).items() if outcome == STARTED}
    return [f"I21: {key.id} has its row or its execution alone" for key in sorted(
        started ^ set(keys_of(world)), key=lambda key: key.id
    )]


def check(world: ArrivingWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = [*dict.fromkeys(world.watched.broken), *_apart(world)]
    for header in world.stores.headers():
        broken += [f"{found} [{header.key.id}]" for found in _check_execution(
            world, header, world.stores.segments(header.key)
        )]
    broken += _check_rest(world)
    broken += _check_answers(world)
    broken += _check_keys(world)
    broken += _check_times(world)
    broken += _check_told(world)
    broken += _check_budgets(world)
    return broken


def _check_answers(world: ArrivingWorld) -> Iterator[str]:
    rows, keys = rows_of(world), set(keys_of(world))
    for name, answers in world.answered.items():
        for done in answers:
            if done.again and done.started is not None:
                yield f"I23: {name} was told that it was there, and started {done.delivery.key.id}"
            why = _wrong(name, done, rows.get(done.delivery.key), done.delivery.key in keys)
            if why:
                yield f"I22: {name} was answered {done.delivery.outcome} for {done.delivery.key.id}, {why}"
    for sent in world.sources.sent:
        if sent.name not in world.ledger.accepted:
            yield f"I22: {sent.name} was never answered"


def _wrong(name: str, done: Delivered, row: str | None, there: bool) -> str | None:
    """What is wrong with an answer. A row that started nothing may be of what came later under its key."""
    if row is None:
        return "and there is no row"
    if done.delivery.outcome != STARTED:
        if done.delivery.outcome == REFUSED and name not in UNFIT and done.retry_after is None:
            return f"and nothing is wrong with it: {done.delivery.why}"
        return None if done.delivery.why else "and nothing says why"
    if not there:
        return "which is not there"
    return None if row == STARTED else f"and its row says {row}"


def _check_keys(world: ArrivingWorld) -> Iterator[str]:
    """Which executions there are follows from what was sent alone; with which body, from who came first."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for sent in world.sources.sent:
        for workflow, trigger in _listeners(world, sent):
            weighed = trigger.weigh(Arrival(sent.body, world.began, {}, sent.key), "")
            if weighed.fault is None and weighed.why_not is None:
                wanted[workflow, trigger.name, weighed.dedupe_key] = 1
    made: Counter[tuple[str, str, str]] = Counter()
    for key in keys_of(world) if world.sources.sent else ():
        row = world.stores.deliveries.get(key)
        if row is None or row.kind not in ("webhook", "queue"):
            continue  # said before, or told of by nobody who sends
        made[key.workflow, row.trigger, row.dedupe_key] += 1
        given = json.loads(world.stores.journal.execution_input(key))
        first = [
            done for answers in world.answered.values() for done in answers
            if done.started is not None and done.started.key == key
        ]
        if len(first) > 1:
            yield f"I23: {len(first)} were told that they had started {key.id}"
        if first and first[0].started.input != given:
            yield f"I23: {key.id} has the input {given}, and {first[0].started.input} came first"
    if made != wanted:
        yield f"I23: started {sorted((made - wanted).elements())}, not {sorted((wanted - made).elements())}"


def _listeners(world: ArrivingWorld, sent: Sent) -> Iterator[tuple[str, Listener]]:
    for each in world.triggers().listening.all():
        if sent.to in (each.name, each.spec.get("queue")):
            yield each.workflow, each


def _check_times(world: ArrivingWorld) -> Iterator[str]:
    if not world.sources.looks:
        return
    latest = min(world._done.values()) + min(0.0, *world.faults.skews)
    for workflow, (spec,) in world.sources.triggers.items():
        step = 60.0 * int(spec["expression"][5])
        late = 60.0 * spec.get("window_minutes", 0)
        found = Counter(
            json.loads(world.stores.journal.execution_input(key))["scheduled_time"] for key in keys_of(world)
            if key.workflow == workflow
        )
        twice = [time for time, count in found.items() if count > 1]
        if twice:
            yield f"I24: {workflow} was started twice at {twice}"
        wanted = int((latest - late - world.began) // step)
        if len(found) < wanted and (spec["missed"] == "all" or not world.faults.at):
            yield f"I24: {workflow} was started at {sorted(found)}, not {wanted} times"


def _check_budgets(world: ArrivingWorld) -> Iterator[str]:
    for workflow, budget in world.sources.budgets.items():
        minutes = Counter(minute for key, minute in world.given.items() if key.workflow == workflow)
        if max(minutes.values(), default=0) > budget.get("executions_per_minute", len(world.given)):
            yield f"I26: {workflow} was given {dict(minutes)}"
        spans = [world.executions.events(key, most=1000) for key in keys_of(world) if key.workflow == workflow]
        changes = sorted([(events[-1].at, -1) for events in spans] + [(events[0].at, 1) for events in spans])
        begun = max(accumulate(change for _, change in changes))  # at one time, ends come before
        if not world.faults.skews[1:] and begun > budget.get("open_executions", begun):
            yield f"I26: {begun} of {workflow} were open at once"
    slow = min(0.0, *world.faults.skews) if world.faults.skews else 0.0
    for key, minute in world.given.items():
        began = world.executions.events(key, most=1)[0].at
        if began < minute + slow:
            yield f"I26: {key.id} began {minute - began} s before its minute"


def _check_told(world: ArrivingWorld) -> Iterator[str]:
    if world.stores.family == "memory":
        return  # what comes after the start is nobody's there
    if world.stores.family == "aws":
        world.stores.seal(world._chance)
    found, asked = Counter[str](), AuditQuery(world.workspace, limit=MOST_IN_PAGE)
    while True:
        recorded = page(world.stores.audit, asked, Actors(world.stores.audit, world.clock))
        for item in recorded.entries:
            if item.entry.id.endswith("#start"):
                found[item.entry.id] += 1
                if not str(item.entry.actor.name).startswith("trigger:"):
                    yield f"I25: {item.entry.id} was started by {item.entry.actor.name}"
        if recorded.next_token is None:
            break
        asked = replace(asked, next_token=recorded.next_token)
    wanted = Counter(f"{key.id}#start" for key in keys_of(world))
    if found != wanted:
        yield f"I25: not the entries of the starts: {sorted((wanted - found) + (found - wanted))}"


# ---------------------------------------------------------------- running


def arriving_campaign(folder: Path) -> RuledCampaign:
    """Over ARRIVING."""
    return RuledCampaign(
        folder, lambda spec, stores: ArrivingWorld(ARRIVING[spec.workflow], spec.faults, stores), check
    )
