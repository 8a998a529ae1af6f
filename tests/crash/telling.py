"""Ends, alerts and folders in the campaign: what is told of executions, and what is found in a folder, while who tells
and who looks dies, freezes and meets another.

The runs are those of `arriving`, over sources of their own (TELLING). Whoever tells is a worker on one machine and the
sweeper on AWS, where a batch of the stream comes again until it is done, and now and then once more.

    I30   each end starts each workflow that hears it once, under the end's own name
    I31   of a group of failures one alert starts one workflow, and one is sent to a webhook, each under one key and as
          it was: whatever died, and though the webhook does not take it at first; the others are counted
    I32   each file that is whole starts one execution, and one that is written on meanwhile none
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.adapters.aws.table import ENDED
from engine.durable.triggering.folders import Folders
from engine.durable.triggering.telling import Ways
from engine.durable.triggering.watching import Watched
from engine.errors import StorageError
from engine.ports.deliveries import STARTED
from engine.ports.ends import End
from engine.ports.journal import OPEN_STATUSES
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, TaskSucceeded
from engine.settings import Settings
from engine.triggers.alerts import ALERT, Group
from engine.triggers.ends import WORKFLOW_END, hears
from engine.triggers.folders import FOLDER, FileSeen
from functions.sweeper.ends import Telling
from tests.crash.arriving import ArrivingWorld, Sent, Sources, _flow, keys_of, rows_of
from tests.crash.arriving import check as check_arrived
from tests.crash.clients import Client
from tests.crash.faults import Faults
from tests.crash.ruled import RuledCampaign
from tests.crash.world import World
from tests.support.flows import WORK, Died
from tools.cost.stream import Stream

Json = Any

URL = "https://hooks.example.com/failures"
HOOK = "connector:http:request"
LOOKED = 45.0
"""How often somebody tells and looks, in seconds."""

CALM = 4
"""So often somebody tells or looks when nothing is left to be told."""

_OPEN = {"type": "webhook", "path": "hook", "auth": {"style": "none"}}
_ALERTS = ({"name": "pager", "workflow": "notify"}, {"name": "hook", "webhook": {"url": URL}})

TELLING: dict[str, Sources] = {
    "ends": Sources(
        {"flow": (_OPEN,), "other": ({"type": "workflow_end", "workflow": "flow"},),
         "third": ({"type": "workflow_end", "workflow": "flow", "statuses": ["FAILED"], "errors": ["Br*"]},),
         "deaf": ({"type": "workflow_end", "workflow": "flow", "statuses": ["ABORTED"]},), "notify": ()},
        (Sent("a", "webhook", "k1", {"bad": True}), Sent("b", "webhook", "k2", {"bad": False}),
         Sent("c", "webhook", "k3", {"bad": True})),
    ),
    "folder": Sources({"flow": ({"type": "folder", "folder": "in", "pattern": "*.csv"},),
                       "other": ({"type": "folder", "folder": "in"},)}),
}
"""By name; none is among WORKFLOWS, whose runs are counted by themselves."""

FAMILIES = {"ends": ("memory", "sqlite", "aws"), "folder": ("memory", "sqlite")}
"""A stage has no folders."""


class _Hook:
    """The world behind the webhook: the first call that reaches it it does not take."""

    def __init__(self, world: TellingWorld) -> None:
        self._world = world

    def call(self, call: TaskCall) -> TaskOutcome:
        try:
            answer: TaskOutcome = self._world.port_call("told", self._called, call)
        except StorageError as error:
            return TaskFailed(type(error).__name__, "no reply", definite=False)
        return answer

    def _called(self, call: TaskCall) -> TaskOutcome:
        self._world.told.append((call.idempotency_key, json.dumps(call.arguments)))
        return TaskFailed("Busy") if len(self._world.told) == 1 else TaskSucceeded({"status": 204})


class _Folder:
    """A folder: `whole.csv` and `skipped.txt` are there, `grows.csv` is written on for a while."""

    def __init__(self, world: TellingWorld) -> None:
        self._world = world

    def listed(self, path: str) -> list[FileSeen]:
        assert path == "in"
        came = self._world.began + 1
        age = min(self._world.clock.now(), came + 3 * LOOKED) - came
        grown = int(age)
        return [
            FileSeen("whole.csv", 5, int(came * 1e9), came), FileSeen("skipped.txt", 5, int(came * 1e9), came),
            FileSeen("grows.csv", grown, int((came + grown) * 1e9), came),
        ]

    def digest(self, path: str, seen: FileSeen) -> str | None:
        now = next(each for each in self.listed(path) if each.name == seen.name)
        return "ab" * 32 if now == seen else None


class TellingWorld(ArrivingWorld):
    """`told` are the calls that reached the webhook: key and arguments."""

    def __init__(self, sources: Sources, faults: Faults, stores: Any, **more: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self._tellers: dict[tuple[str, int], Any] = {}
        self._records: list[Any] = []
        self._calm: Counter[str] = Counter()
        self._last_told = 0.0
        super().__init__(sources, faults, stores, **more)
        if "notify" in sources.triggers:
            failing = {**_flow("flow"), "States": {"Work": {
                "Type": "Task", "Resource": f"{WORK}-flow", "End": True,
            }}}
            self.workflow = replace(self.workflow, definition=failing, answer=_answer)
            self.published.publish(
                failing, "flow", triggers=sources.triggers["flow"], alerts=_ALERTS, published_at=self.began
            )
        self._stream = Stream("automate-test", "eu-central-1", (ENDED,))
        is_folder = "notify" not in sources.triggers
        act = self._look_into if is_folder else self._tell

        def done(name: str) -> None:
            act(name)
            with self.quietly():
                is_calm = self.clock.now() >= self.began + 4 * LOOKED and self._is_calm()
            self._calm[name] = self._calm[name] + 1 if is_calm else 0

        self._clients += [Client(
            name, lambda _world: self.clock.now() >= self._last_told + LOOKED / 9, lambda _world, n=name: done(n),
            again=lambda _world, n=name: self._calm[n] < CALM,
        ) for name in (("look-a", "look-b") if is_folder else ("tell",))]

    def _wrapped(self, name: str, port: Any) -> Any:
        if name == "journal" and self.stores.family != "aws" and "notify" in self.sources.triggers:
            port.hears = self._watched()  # each process has its own stores
        return super()._wrapped(name, port)

    def _watched(self) -> Watched:
        return Watched(self.listed, self.listed, self.clock, self.workspace)

    @property
    def ways(self) -> Ways:
        hook: Any = _Hook(self)
        return Ways(hook, HOOK)

    # ---------------------------------------------------------------- who tells

    def _tell(self, _name: str) -> None:
        own = "tell", id(self.stores.stores)
        ended = self._tellers.pop(own, None) or self.triggers().ended
        self._last_told = self.clock.now()
        alive = True
        try:
            if self.stores.family == "aws":
                self._tell_the_stream(Telling(ended, self._watched()))
            else:
                ended.tell_untold(self.wrap("ends", self.stores.stores.ends))
        except Died:
            alive = False
            raise
        finally:
            if alive:
                self._tellers[own] = ended

    def _tell_the_stream(self, telling: Telling) -> None:
        """In batches of two, of which each third comes once more."""
        with self.quietly():
            self._records += self._stream.records()
        while self._records:
            batch = self._records[:2]
            for _ in range(2 if len(self._records) % 3 == 0 else 1):
                if telling.records(batch) is not None:
                    raise StorageError("it comes again")
            self._records = self._records[2:]
        telling.look()

    def _look_into(self, name: str) -> None:
        self._last_told = self.clock.now()
        own = name, id(self.stores.stores)
        found = self._tellers.pop(own, None)
        if found is None:
            triggers = self.triggers()
            found = Folders(
                triggers.listening, triggers.delivering, triggers.states, _Folder(self), self.clock, self.workspace,
                remembered_days=Settings().delivery_days, source=name,
            )
        alive = True
        try:
            found.look()
        except Died:
            alive = False
            raise
        finally:
            if alive:
                self._tellers[own] = found

    def _is_calm(self) -> bool:
        """Whether everything that was sent has run, and is told."""
        if any(header.status in OPEN_STATUSES for header in self.stores.headers()):
            return False
        if any(sent.name not in self.ledger.accepted for sent in self.sources.sent):
            return False
        if self.stores.family == "aws":
            self._records += self._stream.records()
            untold = bool(self._records)
        else:
            untold = bool(self.stores.stores.ends.untold(0, 1))
        return not untold and not any(group.sending for group in groups_of(self).values())


def _answer(_world: World, call: TaskCall) -> Any:
    arguments = call.arguments
    return TaskFailed("Broken", "no") if isinstance(arguments, dict) and arguments.get("bad") else arguments


# ---------------------------------------------------------------- what must hold


def groups_of(world: World) -> dict[str, Group]:
    """The groups of alerts, by alert."""
    return {
        state.trigger.split("!")[1]: Group.of(state.spec) for state in world.stores.trigger_states.all(world.workspace)
        if state.trigger.startswith("!") and not state.trigger.startswith("!late!")
    }


def check(world: TellingWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = check_arrived(world)
    started = [key for key, outcome in rows_of(world).items() if outcome == STARTED]
    rows = [world.stores.deliveries.get(key) for key in started]
    if "notify" not in world.sources.triggers:
        return broken + list(_check_files(rows))
    return [*broken, *_check_ends(world, rows), *_check_alerts(world, rows)]


def _check_ends(world: TellingWorld, rows: list[Any]) -> Iterator[str]:
    wanted: Counter[tuple[str, str]] = Counter()
    for key in keys_of(world):
        header = world.stores.journal.header(key)
        if header.workflow != "flow":
            continue
        error = world.describe(key).error
        end = End(key, "flow", 1, header.status, header.seq, 0.0)
        for workflow, triggers in world.sources.triggers.items():
            for spec in triggers:
                if spec["type"] == WORKFLOW_END and hears(spec, workflow, "flow", header.status, error):
                    wanted[workflow, end.id] += 1
    made = Counter((row.workflow, row.dedupe_key) for row in rows if row.kind == WORKFLOW_END)
    if made != wanted or not wanted:
        yield f"I30: started {sorted((made - wanted).elements())}, not {sorted((wanted - made).elements())}"


def _check_alerts(world: TellingWorld, rows: list[Any]) -> Iterator[str]:
    alerts = [row for row in rows if row.kind == ALERT]
    if [row.workflow for row in alerts] != ["notify"]:
        yield f"I31: alerts started {[row.key.id for row in alerts]}"
    if len({key for key, _ in world.told}) != 1 or len({text for _, text in world.told}) != 1:
        yield f"I31: the webhook was called with {sorted({key for key, _ in world.told})}, not once as it was"
    if len(world.told) < 2:
        yield f"I31: the webhook was called {len(world.told)} times, and took nothing"
    if len(world.told) > 2 + 2 * len(world.faults.at) + 2 * world.faults.loss:
        yield f"I31: the webhook was called {len(world.told)} times"
    failed = sum(sent.body["bad"] for sent in world.sources.sent)
    for name, group in groups_of(world).items():
        if group.held < failed - 1:
            yield f"I31: of {failed} failures {name} counted {group.held} beside the first"
    if set(groups_of(world)) != {"pager", "hook"}:
        yield f"I31: there are groups of {sorted(groups_of(world))}"


def _check_files(rows: list[Any]) -> Iterator[str]:
    made = Counter((row.workflow, str(row.dedupe_key).rpartition("/")[2].partition("#")[0]) for row in rows
                   if row.kind == FOLDER)
    wanted = Counter([("flow", "whole.csv"), ("flow", "grows.csv"), ("other", "whole.csv"), ("other", "grows.csv"),
                      ("other", "skipped.txt")])
    if made != wanted:
        yield f"I32: started {sorted((made - wanted).elements())}, not {sorted((wanted - made).elements())}"


def telling_campaign(folder: Path) -> RuledCampaign:
    """Over TELLING."""
    return RuledCampaign(
        folder, lambda spec, stores: TellingWorld(TELLING[spec.workflow], spec.faults, stores), check
    )
