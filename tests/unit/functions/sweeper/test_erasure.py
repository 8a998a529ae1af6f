"""Erasures on a stage: hidden by the API, deleted by the sweeper's ticks, and gone from every item and object."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from copy import deepcopy

import pytest

from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.adapters.aws.erasure.store import KEPT_DAYS
from engine.durable.lifecycle.erasing import ASKED_SECONDS, Erasing
from engine.durable.retention import Retention
from engine.errors import StoreUnavailable
from engine.governance.audit.actors import ERASE_ACTOR
from engine.governance.audit.audit import Audit
from engine.governance.audit.beside import Beside
from engine.governance.audit.entry import EXECUTION, AuditEntry, Subject
from engine.governance.audit.erasing import ERASE, SETTLED_SECONDS
from engine.governance.audit.expiry import DAY, EXPIRE, AuditExpiry
from engine.governance.audit.heads import HEADS
from engine.governance.audit.query import AuditQuery
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.catalog_store import DraftRecord
from engine.ports.deliveries import TriggerState
from engine.ports.keys import Actor, ExecutionKey
from engine.triggers.alerts import Group
from functions.sweeper.erasure import MINUTES, Parts, again, erasing_over
from functions.sweeper.retention import OldVersions
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import flow, task
from tests.support.sealing import seal
from tests.support.terms import TABLE, _items, expire, rows

CUSTOMER, VALUE, NAME = "kanarienvogel-4711", "roter-kater-0815", "blaue-maus-23"
CANARIES = (CUSTOMER, VALUE, NAME)
ITEMS = flow({"Each": {
    "Type": "Map", "ItemsPath": "$.lines", "Next": "Rest", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    }}, "Rest": task(End=True)})


@pytest.fixture
def audit(stores):
    beside = Beside(stores.index, stores.journal, stores.clock, stores.audit_notes)
    return Audit(stores.audit, stores.clock, beside=beside, notes=stores.audit_notes)


class Stage:
    """A workflow on a stage, with its API, sealer and sweeper."""

    def __init__(self, stores, definition=ITEMS):
        self.stores, self.clock = stores, stores.clock
        self.product = Product(definition, ScriptedTasks(), backend=stores, business_key="$.customer")
        self.api = Erasing(
            stores.erasure, stores.journal, stores.index, stores.clock, at_once=False,
            header_of=self.product.executions.header,
        )
        self.sweeper = erasing_over(stores, stores.clock)

    def run(self, name, customer, value, lines=2):
        given = {"customer": customer, "lines": [f"{value} {n}" for n in range(lines)], "long": value * 40_000}
        key = self.product.executions.start("default", "flow", given, name=name, actor=TESTER).key
        self.product.drain(limit=1000)
        assert self.product.describe(key).status == "SUCCEEDED"
        return key

    def seal(self):
        return seal(self.stores, self.clock)

    def tick(self, seconds=60.0, **more):
        self.clock.sleep(seconds)
        done = self.sweeper.go_on("default", **more)
        self.seal()
        return done


@pytest.fixture
def stage(stores):
    return Stage(stores)


def everything(stores):
    """All items of the table and objects of the bucket, names too, unpacked as far as they are packed."""
    found = []
    for of_partition in _items(TABLE).values():
        for item in of_partition.values():
            found += [value for attribute in item.attrs.values() for value in plain(attribute.value)]
    s3 = stores.clients.s3
    for listed in s3.list_objects_v2(Bucket="automate-test-payloads").get("Contents", []):
        body = s3.get_object(Bucket="automate-test-payloads", Key=listed["Key"])["Body"].read()
        found += [listed["Key"].encode(), *plain(body)]
    return b"\n".join(found)


def plain(value):
    from engine.adapters.aws.audit_log import _DICTIONARY, _OPEN_DICTIONARY  # noqa: PLC0415  botocore where asked for
    from engine.durable.codec import unpack  # noqa: PLC0415

    data = value if isinstance(value, bytes) else str(value).encode()
    yield data
    with suppress(Exception):  # no segment
        yield json.dumps(unpack(data), ensure_ascii=False).encode()
    for dictionary in (_DICTIONARY, _OPEN_DICTIONARY):
        try:
            yield zlib.decompressobj(zdict=dictionary).decompress(data)
        except zlib.error:
            continue


def holding(stores):
    data = everything(stores)
    return [canary for canary in CANARIES if canary.encode() in data]


def test_an_alert_that_is_not_told_yet_is_blanked(stage, stores):
    key = stage.run("one", CUSTOMER, "v")
    told = {"execution": key.id, "cause": "of somebody", "link": key.id}
    group = Group(2, 1.0, f"{key.id}#0#FAILED", told)
    assert stores.trigger_states.change(TriggerState("default", "flow", "!alert!0", spec=group.text()))
    stage.api.erase_one(key, TESTER)
    stage.tick()
    [state] = [each for each in stores.trigger_states.all("default") if each.trigger == "!alert!0"]
    assert Group.of(state.spec) == Group(1, 1.0, "", {"execution": "", "cause": None, "link": ""})


def test_an_actor_who_was_erased_is_in_no_item_and_no_object(stage, stores, audit):
    """Headers and notes have the pseudonym too; a table that is restored loses the name again."""
    who = Actor(f"{NAME}@example.com", "user", "203.0.113.77", "sub-1")
    hidden = audit.actors.hidden("default", who)  # as the route of a start has it
    key = stage.product.executions.start("default", "flow", {"lines": []}, name="one", actor=hidden).key
    stage.product.drain(limit=1000)
    audit.record([AuditEntry("a-note", "default", stage.clock.now(), who, "workflow.publish", Subject("workflow", "w"),
                             reason=f"{who.name} wants it")])
    stage.seal()
    found = {item.entry.act: item.entry for item in audit.page(AuditQuery("default", actor=who.name)).entries}
    assert found.keys() == {"execution.start", "workflow.publish"}
    assert found["execution.start"].subject.name == key.id
    assert {entry.actor.origin for entry in found.values()} == {who.origin}
    (row,) = audit.actors.found("default", who.name)
    audit.record([AuditEntry("stone", "default", stage.clock.now(), TESTER, ERASE_ACTOR, Subject("erasure", "e"),
                             after={"actors": [row.pseudonym]})])
    stage.api.erase_actors("default", [row.pseudonym], TESTER, "e")
    stores.audit.forget_actors("default", [row.pseudonym])
    for word in (who.name, who.origin):
        assert word.encode() not in everything(stores)
    assert audit.verify("default").ok, "the entry of the erasure is a note yet"
    stage.seal()
    assert audit.verify("default").ok
    stores.audit.put_actor(row)
    draft = DraftRecord("default", "w", b"{}", "e", stage.clock.now(), who.name, updated_by_id=who.id)
    stores.catalog.put_draft(draft, expect_etag=None, description="")
    assert again(stage.sweeper, {}) == {"erased": 0}
    for word in (who.name, who.id):
        assert word.encode() not in everything(stores)


def test_what_was_there_is_in_no_item_and_no_object(stage, stores, audit):
    key = stage.run(NAME, CUSTOMER, VALUE)
    other = stage.run("other", "somebody", "else")
    audit.record([AuditEntry("a-note", "default", stage.clock.now(), TESTER, "execution.reveal",
                             Subject(EXECUTION, key.id), reason=f"{NAME} asks")])
    stage.seal()
    assert holding(stores) == list(CANARIES)
    (found,) = stage.api.find("default", CUSTOMER).executions
    stores.left = stores.journal.header(key).seq + 1
    assert stage.api.erase([found.key], TESTER).pending
    assert stage.api.find("default", CUSTOMER).executions == ()
    stage.clock.sleep(ASKED_SECONDS)
    assert stage.tick() == 0  # deleted; the audit log comes last
    assert [one.executions for one in stage.api.pending("default")] == [(key.id,)]
    assert VALUE.encode() not in everything(stores)
    assert CUSTOMER.encode() not in everything(stores)
    assert stage.tick(SETTLED_SECONDS) == 1
    assert stage.api.pending("default") == []
    # Two items keep the name as their key for a day.
    assert {sk for pk, sk in rows() if pk == f"E#default#{key.id}"} == {"H", f"S#{stores.left:012}"}
    assert holding(stores) == [NAME]
    stage.clock.sleep(KEPT_DAYS * DAY + 60)
    expire(stage.clock.now())
    assert holding(stores) == []
    assert stage.product.describe(other).status == "SUCCEEDED"
    found = audit.verify("default")
    assert found.ok, found.findings
    assert found.erased >= 4  # the start, its event and those of its items, the reveal
    stones = audit.page(AuditQuery("default", act=ERASE)).entries
    assert {one.entry.subject.kind for one in stones} == {"erasure"}


def test_what_is_not_sealed_yet_is_waited_for(stage, stores, audit):
    key = stage.run(NAME, CUSTOMER, VALUE)
    stage.api.erase([key], TESTER)
    stage.clock.sleep(SETTLED_SECONDS + 1)
    assert stage.sweeper.go_on("default") == 0  # the sealer stands
    assert stage.api.pending("default")
    stage.seal()
    assert stage.tick() == 1
    stage.clock.sleep(KEPT_DAYS * DAY + 60)
    expire(stage.clock.now())
    assert holding(stores) == []
    assert audit.verify("default").ok


def test_a_tick_without_time_goes_on_at_the_next(stage, stores):
    key = stage.run(NAME, CUSTOMER, VALUE, lines=5)
    stage.seal()
    stage.api.erase([key], TESTER)
    stage.clock.sleep(SETTLED_SECONDS)
    assert stage.tick(0.0, deadline=stage.clock.now()) == 0
    assert VALUE.encode() in everything(stores)
    assert stage.tick() == 1
    assert VALUE.encode() not in everything(stores)


@pytest.mark.parametrize(
    "broken", [pytest.param(at, marks=[pytest.mark.full] if at % 4 else []) for at in range(0, 60, 3)]
)
def test_a_tick_that_dies_at_any_request_is_followed_by_one_that_goes_on(stage, stores, broken, monkeypatch, audit):
    key = stage.run(NAME, CUSTOMER, VALUE, lines=1)
    stage.seal()
    stage.api.erase([key], TESTER)
    stage.clock.sleep(SETTLED_SECONDS + ASKED_SECONDS)
    count, ticking, seal_all = 0, True, stage.seal
    table = type(stores.stored)

    def seal_quietly():
        """The sealer is another function: what it asks for is not counted."""
        nonlocal ticking
        ticking = False
        seal_all()
        ticking = True

    monkeypatch.setattr(stage, "seal", seal_quietly)
    for name in ("get", "write", "delete"):
        real = getattr(table, name)

        def call(self, *given, real=real):
            nonlocal count
            count += ticking
            if ticking and count == broken + 1:
                raise StoreUnavailable("a test")
            return real(self, *given)

        monkeypatch.setattr(table, name, call)
    for _ in range(4):
        try:
            stage.tick()
        except StoreUnavailable:
            continue
    monkeypatch.undo()
    assert stage.api.pending("default") == []
    stage.clock.sleep(KEPT_DAYS * DAY + 60)
    expire(stage.clock.now())
    assert holding(stores) == []
    assert audit.verify("default").ok


def test_a_restored_table_is_brought_up_to_the_list(stage, stores):
    key = stage.run(NAME, CUSTOMER, VALUE)
    stage.seal()
    before = deepcopy(dict(_items(TABLE)))
    stage.clock.sleep(1)
    stage.api.erase([key], TESTER)
    stage.clock.sleep(SETTLED_SECONDS)
    assert stage.tick() == 1
    restored = {place: found for place, found in before.items() if place.value.startswith("E#")}
    _items(TABLE).update(restored)
    stores.journal.header(key)
    assert stage.product.describe(key).status == "SUCCEEDED"
    assert again(stage.sweeper, {"workspace": "default"}) == {"erased": 1}
    assert stores.journal.header(key) is None
    stage.clock.sleep(SETTLED_SECONDS)
    assert stage.tick() == 1
    assert CUSTOMER.encode() not in everything(stores)
    assert again(stage.sweeper, {}) == {"erased": 0}


def test_every_chain_is_looked_at_once_a_day(stores, audit):
    stores.audit._days = 400.0
    recorder = AuditRecorder(stores.audit, stores.clock)
    recorder.record([
        AuditEntry(f"e-{n}", "default", stores.clock.now(), TESTER, "x", Subject("workflow", f"w{n}"))
        for n in range(64)
    ])
    stores.clock.sleep(402 * DAY)
    recorder = AuditRecorder(stores.audit, stores.clock, notes=stores.audit_notes)
    expiry = AuditExpiry(recorder, stores.clock, 400.0)
    orphans = DynamoOrphans(stores.stored, stores.blobs)
    versions = OldVersions(stores, stores.clock, Retention())
    parts = Parts(erasing_over(stores, stores.clock), recorder, expiry, orphans, versions, stores.clock, "default")
    for _ in range(24 * 60):
        stores.clock.sleep(60.0)
        if int(stores.clock.now() // 60) % MINUTES == 0:  # the others only look for erasures
            parts.tick(float("inf"))
    seal(stores, stores.clock)
    found = audit.page(AuditQuery("default", act=EXPIRE, limit=100)).entries
    assert sorted(one.entry.after["chain"] for one in found) == list(range(16))
    assert [one.chain for one in audit.page(AuditQuery("default", act=HEADS)).entries] in ([0, 8], [8, 0])
    stores.clock.sleep(8 * DAY)
    expire(stores.clock.now())
    found = audit.verify("default")
    assert (found.ok, found.expired) == (True, 64)


def test_an_unknown_execution_is_told_so(stage):
    from engine.errors import NotFound  # noqa: PLC0415

    with pytest.raises(NotFound):
        stage.api.erase_one(ExecutionKey.of("default", "flow", "none"), TESTER)
