"""Retention in the campaign: who takes executions dies, freezes, meets redrives and late workers, at every port call.

The runs are those of `campaign`, over workflows of their own (AGED), with terms of minutes. At their end everything of
an execution must be gone, and everything that was done until then must have been whole:

    I17   what is open is never taken, and nothing of an execution that something open waits for
    I18   at every call an execution is whole for its readers, or gone for all of them
    I19   nothing is left of what was taken; what was taken says when
    I20   a redrive that was accepted ends its run before that is taken; one that was refused changed nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.durable.lifecycle.ageing import Ageing
from engine.durable.lifecycle.errors import ExecutionTaken
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.durable.retention import DAY, Retention
from engine.errors import NotFound, StorageError
from engine.kernel.snapshot import Status
from engine.ports.executions_index import ExecutionQuery
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed
from tests.crash.clients import Client
from tests.crash.families import VISIBILITY_SECONDS
from tests.crash.faults import READS
from tests.crash.ruled import RuledCampaign
from tests.crash.scenarios import FRAGILE, Workflow
from tests.crash.world import World
from tests.support.flows import flow, task
from tests.support.terms import expire, rows

TERM = 300.0
DELETED_LATER = 300.0
"""So much later DynamoDB deletes the segment that closed it: within that a sweep finds whose header is open still."""

LOOKS = 60.0
"""How often somebody looks what is to be taken."""


@dataclass(frozen=True)
class Terms:
    """How long an execution that failed can be redriven, and how long it is kept beyond that (GRACE_SECONDS).

    Where the store takes in one transaction, a redrive may begin for a minute after retention may take: the transaction
    alone keeps the two apart. On DynamoDB time does, and the term ends later than whoever began a redrive may take.
    """

    redrive: float
    grace: float

    @classmethod
    def of(cls, family: str) -> Terms:
        return cls(280.0, 400.0) if family == "aws" else cls(360.0, -60.0)

    @property
    def from_on(self) -> float:
        """When a redrive is asked for, after the end."""
        return min(self.redrive - 10, TERM)


class AgedWorld(World):
    """A world whose executions are taken. `took` are the statuses of the main one when it was."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.took: list[str] = []
        self.looked = 0.0
        super().__init__(*given, **more)
        self.terms = Terms.of(self.stores.family)
        self.settings = replace(
            self.settings, retention_days=TERM / DAY, redrive_days=self.terms.redrive / DAY
        )

    @property
    def retention(self) -> Retention:
        return Retention.of(self.settings)

    def _performed(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if name in READS:  # what it leaves is what the call before it left, and was looked at then
            return super()._performed(name, act, *args, **kwargs)
        before = self._open_ones()
        answer = super()._performed(name, act, *args, **kwargs)
        with self.quietly():
            self._check_moment(before)
        return answer

    def _open_ones(self) -> dict[ExecutionKey, str]:
        if self._quiet:
            return {}
        with self.quietly():
            return {header.key: header.status for header in self.stores.headers()}

    def _check_moment(self, before: dict[ExecutionKey, str]) -> None:
        if not before:
            return
        now = {header.key for header in self.stores.headers()}
        gone = before.keys() - now
        for key in gone:
            if before[key] in OPEN_STATUSES:
                self.watched.broken.append(f"I17: {key.id} was taken while it was {before[key]}")
            if key == self.key:
                self.took.append(before[key])
        waits = [key for key in gone if key.id.startswith("child:")]
        if waits and self.key in now:
            self.watched.broken.append(f"I17: {waits[0].id} was taken before its parent")
        self._check_whole()

    def _check_whole(self) -> None:
        journal = self.stores.journal
        there = journal.header(self.key) is not None
        listed = any(
            row.key == self.key
            for row in self.stores.index.query(ExecutionQuery(self.workspace, workflow="flow")).rows
        )
        seen = [listed, journal.load(self.key) is not None, journal.execution_input(self.key) is not None]
        if self.stores.family != "aws":
            seen.append(there or bool(self.stores.segments(self.key)))
        numbers = [segment.seq for segment in self.stores.segments(self.key)] if there else []
        if numbers != list(range(len(numbers))):
            self.watched.broken.append(f"I17: of one that is there segments {numbers} are left")
        if any(found is not there for found in seen):
            self.watched.broken.append(f"I18: header {there}, but row, load, input, segments {seen}")
        if there:
            try:
                self.describe(self.key)
            except (StorageError, NotFound) as error:
                self.watched.broken.append(f"I18: it is there, and cannot be read: {error!r}")

    def _goes_wrong_before(self, mode: str) -> None:
        """Whoever takes, and whoever redrives: at that very moment the other one comes."""
        if mode not in ("news", "paused-before") or not self.asking & {"take", "redrive"}:
            super()._goes_wrong_before(mode)
            return
        with self.quietly():
            if mode == "paused-before":
                self.clock.sleep(VISIBILITY_SECONDS)
            for client in self._clients:
                if client.name in {"take", "redrive"} and self._wants(client):
                    self._ask(client)

    # ---------------------------------------------------------------- who takes

    def take(self) -> None:
        """What a worker does beside its loop, or DynamoDB and the sweeper function."""
        if self.stores.family == "aws":
            self._take_on_aws()
            return
        job = Ageing(self.wrap("retention", self.stores.retention), self.clock, self.retention)
        while job.round():
            pass

    def _take_on_aws(self) -> None:
        from functions.sweeper.retention import Retaining  # noqa: PLC0415  boto3 only where it is asked for

        for record in expire(self.clock.now()):
            self.told.append(record)
        retaining = Retaining(self.stores.stores, self.clock, self.retention)
        while self.told:  # the stream hands a batch over again until it was done
            failed = retaining.records(self.told[:1], float("inf"))["batchItemFailures"]
            if failed:
                raise StorageError("not done")
            self.told.pop(0)

    @property
    def told(self) -> list[Any]:
        """The stream, as far as it was not done."""
        return self.__dict__.setdefault("_told", [])


# ---------------------------------------------------------------- who asks what


def _header(world: World) -> Any:
    return world.stores.journal.header(world.key)


def _gone(world: World) -> bool:
    return bool(world.ledger.accepted.get("start")) and _header(world) is None


def _may_take(world: World) -> bool:
    """Whoever takes looks from the start on, and when a term is over."""
    assert isinstance(world, AgedWorld)
    if not world.ledger.asked("start"):
        return False
    header, now = _header(world), world.clock.now()
    until = None if header is None else world.retention.kept_until(header.status, header.ended_at)
    return now >= world.looked + LOOKS or (until is not None and until <= now)


def _take(world: World) -> None:
    if isinstance(world, AgedWorld):
        world.looked = world.clock.now()
        world.take()
        with world.quietly():
            over = _gone(world) and not any(_left(world))
        if not over:
            raise StorageError("not yet")  # asks again


TAKE = Client("take", _may_take, _take)


def _late(world: World) -> bool:
    """Just before a redrive may begin no more; asked again until there was an answer."""
    if "redrive" in world.ledger.accepted:
        return False
    header = _header(world)
    asked = world.ledger.asked("redrive")
    if _gone(world):
        return True  # who comes too late is told so
    if header is None or header.ended_at is None or header.status in OPEN_STATUSES:
        return asked
    return asked or world.clock.now() >= header.ended_at + Terms.of(world.stores.family).from_on


def _redrive(world: World) -> None:
    try:
        world.executions.redrive(world.key)
    except (ExecutionNotRedrivable, ExecutionTaken):
        return
    world.ledger.accept("redriven", world.clock.now())


REDRIVES = Client("redrive", _late, _redrive)


def _broken_until_redriven(world: World, call: TaskCall) -> Any:
    if call.resource == FRAGILE and not world.ledger.asked("redrive"):
        return TaskFailed("Broken")
    return call.arguments


_ITEMS = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 2, "Next": "Rest", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    }}, "Rest": {"Type": "Wait", "Seconds": 400, "Next": "Sum"}, "Sum": task(End=True)})
_PARENT = flow({
    "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "OutputPath": "$.Output",
              "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 400, "Next": "Sum"}, "Sum": task(End=True),
})
_FAILS = flow({
    "Work": task(Next="Bad"), "Bad": {"Type": "Task", "Resource": FRAGILE, "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 900, "Next": "After"}, "After": task(End=True),
})
_LONG = flow({
    "Work": task(Next="Rest"), "Rest": {"Type": "Wait", "Seconds": 700, "Next": "Again"}, "Again": task(End=True),
})

AGED: dict[str, Workflow] = {
    "aged": Workflow(flow({"A": task(Next="B"), "B": task(End=True)}), clients=(TAKE,)),
    "aged-long": Workflow(_LONG, clients=(TAKE,)),
    "aged-items": Workflow(_ITEMS, clients=(TAKE,)),
    "aged-child": Workflow(_PARENT, clients=(TAKE,), child=flow({"Work": task(End=True)})),
    "aged-overtaken": Workflow(_FAILS, _broken_until_redriven, clients=(TAKE, REDRIVES)),
    "aged-redriven": Workflow(_FAILS, _broken_until_redriven, clients=(REDRIVES, TAKE)),
}
"""By name; none is among WORKFLOWS, whose runs are counted by themselves."""


# ---------------------------------------------------------------- what must hold


def check(world: AgedWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = list(world.watched.broken)
    if not _gone(world):
        return [*broken, "I19: it was not taken"]
    broken += [f"I19: {what} is left" for what in _left(world)]
    if world.stores.journal.taken_at(world.key) is None:
        broken.append("I19: nothing says when it was taken")
    redriven = "redriven" in world.ledger.accepted
    wanted = {str(Status.SUCCEEDED)} if redriven or "redrive" not in world.ledger.asks else {"FAILED", "SUCCEEDED"}
    if world.took and world.took[-1] not in wanted:
        broken.append(f"I20: redriven {redriven}, and taken when it was {world.took}")
    if redriven and "After" not in {call.state for call in world.ledger.calls}:
        broken.append("I20: it was redriven, and did not go on")
    return broken


def _left(world: AgedWorld) -> Iterator[str]:
    stores, owner = world.stores, world.workspace
    if stores.family == "aws":
        for pk, sk in rows():
            if pk.startswith(f"E#{owner}#") and sk != "H":
                yield f"{pk} {sk}"
    elif stores.family == "sqlite":
        for name in ("header", "execution", "input", "segment", "inbox", "wake"):
            query = f"SELECT count(*) FROM {name}"  # noqa: S608  our own tables
            count = stores.stores._database.read(lambda connection, q=query: connection.execute(q).fetchone()[0])
            if count:
                yield f"{count} of {name}"
    else:
        journal = stores.journal
        kept = {
            "headers": journal._headers, "rows": journal._rows, "inputs": journal._inputs, "put aside": journal._aside,
            "segments": [key for key, numbered in journal._segments.items() if numbered],
            "inbox items": [key for key, items in journal._inbox.items() if items],
        }
        for name, found in kept.items():
            if found:
                yield f"{len(found)} {name}"


# ---------------------------------------------------------------- running


def aged_campaign(folder: Path) -> RuledCampaign:
    """Over AGED. Small transactions, so that a few segments are too many for one."""
    return RuledCampaign(
        folder, lambda spec, stores: AgedWorld(AGED[spec.workflow], spec.faults, stores), check, small
    )


def small(family: str) -> dict[str, Any]:
    """Small transactions and terms."""
    grace = Terms.of(family).grace
    sizes = {f"tests.support.memory.retention.{name}": size for name, size in (("SMALL", 1), ("MOST_SEGMENTS", 3))}
    sizes |= {f"engine.adapters.local.retention.{name}": size for name, size in (("SMALL", 1), ("MOST_SEGMENTS", 3))}
    return {
        **sizes, "engine.durable.retention.GRACE_SECONDS": grace, "tests.crash.world.MOST_STEPS": 700,
        "engine.durable.lifecycle.ageing.ITEMS": 2, "engine.adapters.aws.items.LATER_SECONDS": DELETED_LATER,
    }
