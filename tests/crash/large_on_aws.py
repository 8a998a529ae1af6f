"""Large values on AWS: input, a task's answer, a callback's answer and the output are objects of the bucket.

The runs are those of `ageing` and `erasing` on DynamoDB, SQS and S3, over workflows whose values are each longer than
an item may be. Every request goes wrong, those of the bucket too. Beside the clients of those runs somebody walks
through the bucket for what nothing refers to, as the sweeper does once an hour, while the execution runs and later.
What must hold is I17 to I20 and I26, and

    I42   it ends as it would have, whatever died between an object and the item that names it
    I43   once its execution is taken an object is gone, unless its writer died or froze; in the end each is, and with
          it the item that names it
"""

from __future__ import annotations

import hashlib
from base64 import b85encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.blobs import S3Blobs
from engine.adapters.aws.dynamo import Table
from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.adapters.aws.erasure.rest import Rest
from engine.adapters.aws.journal import DynamoJournal
from engine.durable.lifecycle.errors import TaskTimedOut
from engine.errors import StorageError
from engine.kernel.snapshot import SCHEMA
from engine.ports.journal import OPEN_STATUSES
from engine.ports.tasks import TaskCall
from tests.crash import ageing, erasing
from tests.crash.ageing import AgedWorld
from tests.crash.clients import Client, _token
from tests.crash.erasing import ErasedWorld
from tests.crash.families import Stores
from tests.crash.faults import BENIGN, Faults, Spec
from tests.crash.mutants import Mutant, Patch, Runs
from tests.crash.ruled import RuledCampaign, calls_of
from tests.crash.scenarios import HAND_OVER, Workflow
from tests.crash.world import World
from tests.support.flows import flow, task
from tests.support.terms import rows

LEFT_ALONE = 400.0
"""For so many seconds an object may still get its item here: longer than a process freezes."""

WALKS = 750.0
"""Between two walks through the bucket: the first is while it runs, the second once it was deleted."""

RESTS = 800.0
"""How long the workflow waits: a walk meets objects of what runs that are no longer left alone."""


def noise(name: str) -> str:
    """A text that stays over 300 KiB however well it is compressed."""
    blocks = (hashlib.sha512(f"{name} {number}".encode()).digest() for number in range(4_900))
    return b85encode(b"".join(blocks)).decode()


GIVEN, FOUND, ANSWERED = ({"text": noise(name)} for name in ("given", "found", "answered"))
OUTPUT = {**GIVEN, "found": FOUND, "answered": ANSWERED, "sent": len(str(FOUND))}

_FLOW = flow({
    "Get": task(Parameters={}, ResultPath="$.found", Next="Ask"),
    "Ask": {"Type": "Task", "Resource": HAND_OVER, "Parameters": {"token.$": "$$.Task.Token"},
            "ResultPath": "$.answered", "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": RESTS, "Next": "Send"},
    "Send": task(Parameters={"of.$": "$.found"}, ResultPath="$.sent", End=True),
})

_PARENT = flow({
    "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultPath": "$.found",
              "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "ResultSelector": {"text.$": "$.Output.text"},
              "Next": "Ask"},
    **{name: state for name, state in _FLOW["States"].items() if name != "Get"},
})


class LargeWorld(AgedWorld):
    """A world that looks at its bucket. `ended` is how the execution ended, `at_once` what was left of it when it had
    just been taken."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.ended: list[Any] = []
        self.at_once: list[str] = []
        self.walked = 0.0
        super().__init__(*given, **more)
        self.settings = replace(self.settings, snapshot_schema=SCHEMA)
        self.walked = self.clock.now()

    def _request(self, name: str, request: Any, operation: str, parameters: Any) -> Any:
        try:
            return super()._request(name, request, operation, parameters)
        finally:
            found = _objects().get(parameters.get("Key")) if operation == "PutObject" else None
            if found is not None:  # moto knows real time alone
                found.last_modified = datetime.fromtimestamp(self.clock.now(), UTC).replace(tzinfo=None)

    def _check_whole(self) -> None:
        super()._check_whole()
        self._see_end()

    def _see_end(self) -> None:
        """Its term may be over before its header is closed, after a freeze: how it ended is looked at all the same."""
        if self.ended:
            return
        with mock.patch.object(items, "taken_at", lambda item, _now: item.get(items.TAKEN_AT)):
            header = self.stores.journal.header(self.key)
            if header is not None and header.status not in OPEN_STATUSES:
                found = self.describe(self.key)
                self.ended.append((found.status, found.output))

    def take(self) -> None:
        """How it ended is looked at before, for nothing else is looked at while a process is frozen; what is left of
        it once whoever takes is done."""
        with self.quietly():
            self._see_end()
        super().take()
        with self.quietly():
            self.at_once = self.left()

    def walk(self) -> None:
        """What the sweeper does once an hour."""
        self.walked = self.clock.now()
        DynamoOrphans(self.stores.stores.stored, self.stores.blobs, lambda: "8").look(self.workspace)

    def left(self) -> list[str]:
        """What there is of its execution: objects, and items that name one."""
        blobs, folder = self.stores.blobs, f"blobs/{self.workspace}/"
        held = [key for key in _objects() if key.startswith(folder)]
        named = [f"{pk} {sk}" for pk, sk in rows() if pk.startswith(f"E#{self.workspace}#") and sk[:2] in ("O#", "N#")]
        return [*(f"{key} of {blobs.owner(self.workspace, key.removeprefix(folder))}" for key in held), *named]


class LargeErasedWorld(LargeWorld, ErasedWorld):
    """The same, erased in the place of a term's end."""


def _objects() -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415  moto only where it is asked for

    return s3_backends["123456789012"]["aws"].buckets["automate-test-payloads"].keys


def _answer(world: World) -> None:
    token = _token(world)
    assert token is not None
    try:
        world.executions.answers.send_task_success(token, ANSWERED)
    except TaskTimedOut:
        if not world.ledger.asked("answer", 2):  # else accepted before, and the reply was lost
            raise


def _may_walk(world: World) -> bool:
    assert isinstance(world, LargeWorld)
    return bool(world.ledger.asked("start")) and world.clock.now() >= world.walked + WALKS


def _walk(world: World) -> None:
    if isinstance(world, LargeWorld):
        world.walk()
        with world.quietly():
            over = "take" in world.ledger.accepted and not world.left()
        if not over:
            raise StorageError("not yet")  # walks again


ANSWER = Client("answer", lambda world: _token(world) is not None, _answer, "CallbackReturned")
WALK = Client("walk", _may_walk, _walk)


def _answers(_world: World, call: TaskCall) -> Any:
    if call.state == "Ask":
        return {}
    return FOUND if call.state in ("Get", "Work") else len(str(call.arguments["of"]))


def _large(take: Client, *, nested: bool = False) -> Workflow:
    child = flow({"Work": task(End=True)}) if nested else None
    return Workflow(
        _PARENT if nested else _FLOW, _answers, clients=(ANSWER, take, WALK), input=GIVEN, child=child,
    )


LARGE = {
    "large-aged": _large(ageing.TAKE), "large-erased": _large(erasing.ERASES),
    "large-aged-child": _large(ageing.TAKE, nested=True), "large-erased-child": _large(erasing.ERASES, nested=True),
}


def check(world: LargeWorld) -> list[str]:
    """What is broken, once the run has come to rest."""
    broken = erasing.check(world) if isinstance(world, ErasedWorld) else ageing.check(world)
    if world.ended != [("SUCCEEDED", OUTPUT)]:
        broken.append(f"I42: it ended {[(status, len(str(output))) for status, output in world.ended]}")
    if world.faults.modes <= set(BENIGN):
        broken += [f"I43: {what} was left when it had been taken" for what in world.at_once]
    return broken + [f"I43: {what} is left" for what in world.left()]


def large_campaign(folder: Path) -> RuledCampaign:
    """Over LARGE."""
    return RuledCampaign(folder, _world, check, lambda family: {
        **ageing.small(family), "engine.adapters.aws.erasure.orphans.LEFT_ALONE_DAYS": LEFT_ALONE / ageing.DAY,
    })


def _world(spec: Spec, stores: Stores) -> LargeWorld:
    made = LargeErasedWorld if spec.workflow.startswith("large-erased") else LargeWorld
    return made(LARGE[spec.workflow], spec.faults, stores)


# ---------------------------------------------------------------- protections off


def _each(operation: str, mode: str, workflow: str = "large-aged", *, behind: int = 0) -> Runs:
    """Each request of one operation, and some behind it: with a protection off it may come later."""
    return lambda campaign: (
        Spec(workflow, "aws", Faults({number + later: mode}))
        for number, name in enumerate(campaign.reference(workflow, "aws").calls) if name == operation
        for later in range(behind + 1)
    )


def _nobodys(patch: Patch) -> None:
    """An object says nobody's name."""
    put = S3Blobs.put
    patch.setattr(S3Blobs, "put", lambda self, workspace, data, **_owner: put(self, workspace, data))


def _read_and_forgotten(patch: Patch) -> None:
    patch.setattr(DynamoJournal, "_name_blob", lambda *_: None)


def _items_first(patch: Patch) -> None:
    """The items go before the objects that they name."""
    def delete(self: Any, key: Any, keep: Any) -> None:
        later: list[Any] = []
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self._blobs, "delete", lambda *given: later.append(given))
            real(self, key, keep)
        for given in later:
            self._blobs.delete(*given)

    real = Rest.delete
    patch.setattr(Rest, "delete", delete)


def _unnoted(patch: Patch) -> None:
    """Nobody says that the children are gone."""
    patch.setattr(Rest, "children", lambda self, key: self._awaited(key))


def _never_walked(patch: Patch) -> None:
    patch.setattr(DynamoOrphans, "_is_orphan", lambda *_: False)


def _item_before_its_object(patch: Patch) -> None:
    """What an item refers to is put after the item."""
    def put(self: Any, workspace: str, data: bytes, *, owner: Any = None) -> str:
        later.append((self, workspace, data, owner))
        return hashlib.sha256(data).hexdigest()

    def write(self: Any, *given: Any, **more: Any) -> Any:
        answer = real(self, *given, **more)
        while later:
            blobs, workspace, data, owner = later.pop(0)
            really(blobs, workspace, data, owner=owner)
        return answer

    later: list[Any] = []
    really, real = S3Blobs.put, Table.write
    patch.setattr(S3Blobs, "put", put)
    patch.setattr(Table, "write", write)


MUTANTS: dict[str, Mutant] = {
    "an item before its object": Mutant(
        "what an item refers to is there", _item_before_its_object,
        _each("PutItem", "after"), says="I2: the product does not come to rest"),
    "an object of nobody": Mutant("an object says whose it is", _nobodys, _each("PutObject", "after"),
        says="I2: the product does not come to rest"),
    "no walk": Mutant("what nothing refers to is found", _never_walked, _each("PutObject", "after"),
        says="I2: the product does not come to rest"),
    "read and forgotten": Mutant(
        "an answer that was read goes with its execution", _read_and_forgotten,
        calls_of("large-aged", family="aws"), says="I43: blobs"),
    "items before objects": Mutant(
        "what names an object outlives it", _items_first,
        _each("DeleteObjects", "throttled", "large-erased", behind=3), says="I43: blobs"),
    "gone children untold": Mutant(
        "who comes after needs no history that is gone", _unnoted,
        _each("BatchWriteItem", "throttled"), says="I2: the product does not come to rest"),
}
"""By name, as tests.crash.mutants.MUTANTS."""
