"""The sealer: what the journal and the notes say is in the chains once, whoever dies wherever, and however the stream
hands it over."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest

from engine.adapters.aws import items
from engine.adapters.aws.dynamo import Put
from engine.errors import StoreUnavailable, Throttled
from engine.governance.audit.audit import Audit
from engine.governance.audit.beside import SEALED_SECONDS, Beside
from engine.governance.audit.query import AuditQuery
from engine.ports.audit_log import CHAINS
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from functions.app.acts import digest
from functions.engine_audit import EngineRecorder
from functions.sealer import app
from tests.support.durable import Product, ScriptedTasks
from tests.support.records import ADA, a_header, an_entry
from tests.support.sealing import seal, sealer

WORK = "connector:work:do"
FLOW = {"StartAt": "Pay", "States": {
    "Pay": {"Type": "Task", "Resource": WORK,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], "End": True},
    "Sorry": {"Type": "Fail", "Error": "Refused", "Cause": "nobody pays"},
}}
EXPECTED = ["execution.start", "engine.started", "engine.step_failed", "engine.failed"]


@pytest.fixture
def audit(stores):
    beside = Beside(stores.index, stores.journal, stores.clock, stores.audit_notes)
    return Audit(stores.audit, stores.clock, beside=beside, notes=stores.audit_notes)


def recorded(product, audit):
    """Its workers tell what they commit, as the worker function's do."""
    worker, journal = product.worker, product.stores.journal
    product.worker = lambda *given, **more: worker(
        *given, **{**more, "on_committed": EngineRecorder(audit, journal, origin="w")}
    )
    return product


@pytest.fixture
def product(stores, audit):
    return recorded(Product(FLOW, ScriptedTasks({WORK: [TaskFailed("E", "bad")]}), backend=stores), audit)


def begin(product, name="one", actor=ADA):
    return product.executions.start("default", "flow", {"b": 1, "a": "é"}, name=name, actor=actor).key


def acts(audit, key):
    return [item.entry.act for item in reversed(audit.page(AuditQuery("default", execution=key.id)).entries)]


def ids(audit):
    return [item.entry.id for item in audit.page(AuditQuery("default", limit=1000)).entries]


def whole(audit):
    """Each entry once, and the chains hold."""
    found = audit.verify("default")
    assert (found.findings, found.waiting) == ((), ())
    assert len(set(ids(audit))) == len(ids(audit))


def test_what_the_journal_says_is_sealed_without_a_write_of_its_writers(stores, product, audit):
    key = begin(product)
    product.drain()
    assert acts(audit, key) == []
    seal(stores, stores.clock)
    assert acts(audit, key) == EXPECTED
    whole(audit)


def test_a_start_s_entry_says_what_the_api_tells_elsewhere(stores, product, audit):
    key = begin(product)
    stores.clock.sleep(5)
    seal(stores, stores.clock)
    (found,) = audit.page(AuditQuery("default", execution=key.id)).entries
    header = stores.journal.header(key)
    assert (found.entry.id, found.entry.actor, found.entry.at) == (f"{key.id}#start", ADA, header.started_at)
    assert found.entry.after == {"version": 1, "kind": "STANDARD", "input_digest": digest({"a": "é", "b": 1})}


def test_a_process_that_dies_right_after_the_header_loses_no_entry(stores, product, audit, monkeypatch):
    """No wake is sent and no answer given: the header is all that there is."""
    def died(_wakes):
        raise KeyboardInterrupt

    monkeypatch.setattr(stores.queue, "send", died)
    with pytest.raises(KeyboardInterrupt):
        begin(product)
    seal(stores, stores.clock)
    assert acts(audit, ExecutionKey("default", "flow:one")) == ["execution.start"]


def test_a_start_that_is_repeated_by_another_is_told_once(stores, product, audit):
    begin(product)
    begin(product, actor=dataclasses.replace(ADA, name="bob"))
    seal(stores, stores.clock)
    assert [item.entry.actor.name for item in audit.page(AuditQuery("default")).entries] == ["ada"]


def test_a_child_and_a_start_by_nobody_make_no_entry(stores, product, audit):
    begin(product, actor=None)
    assert stores.stream.records() == []


def filled(stores, product, audit, executions=2):
    """The stream of some executions and notes, unsealed."""
    keys = [begin(product, f"n{number}") for number in range(executions)]
    product.drain()
    for number in range(3):
        audit.record([an_entry("default", f"workflow/w{number}", "workflow.publish", at=stores.clock.now())])
    return keys, stores.stream.records()


@pytest.mark.parametrize("seed", range(3))
def test_records_that_come_twice_late_and_out_of_order_are_sealed_once(stores, product, audit, seed):
    keys, records = filled(stores, product, audit)
    drawn = random.Random(seed)  # noqa: S311  draws a case
    told = [*records, *records]
    drawn.shuffle(told)
    parts = sealer(stores, stores.clock)
    while told:
        batch, told = told[: (size := drawn.randint(1, 6))], told[size:]
        stores.clock.sleep(drawn.choice([0, 1, 3600]))
        assert app.seal(parts, batch) == []
    for key in keys:
        assert sorted(acts(audit, key)) == sorted(EXPECTED)
    assert len(ids(audit)) == 2 * len(EXPECTED) + 3
    whole(audit)


class Dying:
    """The table; the process dies at its call number `at` of a kind, before it is made or after."""

    def __init__(self, table, at, side):
        self._table, self._left, self._side = table, at, side

    def __getattr__(self, name):
        return getattr(self._table, name)

    def holds(self, *writes):
        self._left -= 1
        if self._left == 0 and self._side == "before":
            raise KeyboardInterrupt
        held = self._table.holds(*writes)
        if self._left == 0:
            raise KeyboardInterrupt
        return held


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_a_writer_that_dies_half_way_is_followed_by_one_that_doubles_nothing(stores, product, audit, call, side):
    """Between an item and its head above all: the calls take turns."""
    keys, records = filled(stores, product, audit)
    whole_table = stores.audit._table
    stores.audit._table = Dying(whole_table, call, side)
    with pytest.raises(KeyboardInterrupt):
        app.seal(sealer(stores, stores.clock), records)
    stores.audit._table = whole_table
    stores.audit._seen.clear()
    assert audit.verify("default").findings == ()
    stores.clock.sleep(30)
    assert app.seal(sealer(stores, stores.clock), records) == []
    assert [acts(audit, key) for key in keys] == [EXPECTED] * len(keys)
    whole(audit)


def test_the_head_that_a_dead_writer_left_behind_is_put_right(stores, audit):
    for number in range(2):
        entry = an_entry("default", id=f"a{number}", at=stores.clock.now())
        if number:
            stores.audit._table = Dying(stores.audit._table, 2, "before")
        try:
            sealer(stores, stores.clock).recorder.record([entry])
        except KeyboardInterrupt:
            stores.audit._table = stores.audit._table._table
    chain = entry.subject.chain
    assert stores.audit.heads("default", [chain])[chain].number == 1
    sealer(stores, stores.clock).recorder.record([dataclasses.replace(entry, id="b")])
    assert stores.audit.heads("default", [chain])[chain].number == 3
    assert len(ids(audit)) == 3


def test_writers_that_race_take_turns(stores, product, audit):
    """Several shards at once: each pair of calls of one may have all of another's in between."""
    _, records = filled(stores, product, audit)
    table, halves = stores.audit._table, itertools.cycle([records[::2], records[1::2]])
    rivals = [next(halves), next(halves)]

    class Interrupted:
        busy = False

        def __getattr__(self, name):
            return getattr(table, name)

        def holds(self, *writes):
            if not Interrupted.busy and rivals[1:]:
                Interrupted.busy = True
                assert app.seal(sealer(stores, stores.clock), [rivals[1].pop()] if rivals[1] else []) == []
                Interrupted.busy = False
            return table.holds(*writes)

    stores.audit._table = Interrupted()
    assert app.seal(sealer(stores, stores.clock), rivals[0]) == []
    assert app.seal(sealer(stores, stores.clock), rivals[1]) == []
    stores.audit._table = table
    assert len(ids(audit)) == 2 * len(EXPECTED) + 3
    whole(audit)


@pytest.mark.parametrize("error", [Throttled("slow down"), StoreUnavailable("away")])
def test_a_store_that_does_not_serve_has_the_batch_come_again(stores, product, audit, error, monkeypatch):
    _, records = filled(stores, product, audit)

    def away(*_, **__):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(stores.audit._table, "holds", away)
        patched.setattr("engine.governance.audit.recorder.ATTEMPTS", 2)
        assert app.seal(sealer(stores, stores.clock), records) == [records[0]["dynamodb"]["SequenceNumber"]]
    assert app.seal(sealer(stores, stores.clock), records) == []
    whole(audit)


def test_a_body_that_cannot_be_read_now_is_where_the_batch_goes_on(stores, product, audit, monkeypatch):
    _, records = filled(stores, product, audit)
    parts = sealer(stores, stores.clock)
    read = parts.reader.read

    def until_the_fourth(record):
        if record is records[3]:
            raise Throttled("S3")
        return read(record)

    monkeypatch.setattr(parts.reader, "read", until_the_fourth)
    assert app.seal(parts, records) == [records[3]["dynamodb"]["SequenceNumber"]]
    assert 0 < len(ids(audit)) <= 4
    assert app.seal(sealer(stores, stores.clock), records[3:]) == []
    whole(audit)


def test_a_record_that_says_nonsense_is_counted_and_holds_up_nobody(stores, product, audit, caplog):
    _, records = filled(stores, product, audit)
    bad = next(n for n, record in enumerate(records) if "audited" in record["dynamodb"]["NewImage"])
    image = {**records[bad]["dynamodb"]["NewImage"], "body": {"B": "AXh4"}}
    records[bad] = {**records[bad], "dynamodb": {**records[bad]["dynamodb"], "NewImage": image}}
    assert app.seal(sealer(stores, stores.clock), records) == []
    assert "NOT IN THE AUDIT LOG" in caplog.text
    assert len(ids(audit)) == 2 * len(EXPECTED) + 3 - 1
    (finding,) = audit.verify("default").findings or [None]
    if finding is not None:
        assert finding.problem == "unrecorded"


class TestVerify:
    def test_what_is_young_waits_and_what_is_old_is_a_finding(self, stores, product, audit):
        key = begin(product)
        product.drain()
        audit.record([an_entry("default", "workflow/w", "workflow.publish", at=stores.clock.now(), id="published")])
        found = audit.verify("default")
        assert found.findings == ()
        assert set(found.waiting) == {f"{key.id}#start", f"{key.id}#1", "published"}
        assert "not sealed yet: 3 (" in found.says
        stores.clock.sleep(SEALED_SECONDS + 60)
        problems = {(item.problem, item.chain) for item in audit.verify("default").findings}
        assert {problem for problem, _ in problems} == {"unrecorded", "unsealed"}
        seal(stores, stores.clock)
        whole(audit)


class TestRefill:
    """The stream forgets after 24 hours; the table does not."""

    def lost(self, stores, product, audit):
        keys, _ = filled(stores, product, audit)
        stores.clock.sleep(2 * 86400)
        return keys

    def test_it_makes_every_entry_that_is_missing_and_no_other(self, stores, product, audit):
        first = begin(product, "sealed")
        product.drain()
        seal(stores, stores.clock)
        keys = self.lost(stores, product, audit)
        asked = {"since": "2023-01-01", "until": "2030-01-01"}
        answer = sealer(stores, stores.clock).refill.run(asked, deadline=stores.clock.now() + 60)
        assert answer == {"executions": 3, "notes": 3, "next": None}
        assert [acts(audit, key) for key in (first, *keys)] == [EXPECTED] * 3
        whole(audit)

    def test_it_stops_in_time_and_says_where_to_go_on(self, stores, product, audit, monkeypatch):
        monkeypatch.setattr("functions.sealer.refill._PAGE", 1)
        keys = self.lost(stores, product, audit)
        asked, rounds = {"since": "2023-01-01", "until": "2030-01-01"}, 0
        while asked is not None:
            parts = sealer(stores, stores.clock)
            times = iter([0.0, 100.0])
            parts.refill._clock = type("Clock", (), {"now": lambda self, times=times: next(times)})()
            asked, rounds = parts.refill.run(asked, deadline=50.0)["next"], rounds + 1
        assert rounds == 2
        assert [acts(audit, key) for key in keys] == [EXPECTED] * 2
        whole(audit)


class TestUpgrade:
    """Executions under way at the upgrade: their segments have no mark, and the worker tells of them itself."""

    def test_what_an_earlier_release_has_left_is_told_once(self, stores, audit):
        product = recorded(Product({"StartAt": "Rest", "States": {
            "Rest": {"Type": "Wait", "Seconds": 30, "Next": "Sorry"}, "Sorry": FLOW["States"]["Sorry"],
        }}, backend=stores), audit)
        key = begin(product, actor=None)
        product.run(key)
        item = stores.journal._table.get((items.partition(key), f"S#{0:012}"))
        assert item.pop("audited") is True
        stores.journal._table.write(Put(item))  # as that release wrote it
        stores.stream.records()  # and no stream heard of it, nor did its worker tell
        product.drain()
        for _ in range(2):
            seal(stores, stores.clock)
        assert acts(audit, key) == ["engine.started", "engine.failed"]
        whole(audit)

    def test_what_that_release_has_recorded_is_not_doubled(self, stores, product, audit):
        key = begin(product)
        product.drain()
        records = stores.stream.records()
        entries = [entry for record in records for entry in sealer(stores, stores.clock).reader.read(record)]
        for entry in entries:  # one by one, as its workers did
            sealer(stores, stores.clock).recorder.record([entry])
        stores.clock.sleep(7200)
        assert app.seal(sealer(stores, stores.clock), records) == []
        assert acts(audit, key) == EXPECTED
        whole(audit)


def test_a_header_and_a_note_alone_are_let_through(stores, audit):
    key = ExecutionKey("default", "orders:1")
    stores.journal.create(a_header(key, actor=ADA), b"{}")
    stores.journal.create(a_header(ExecutionKey("default", "orders:2")), b"{}")
    audit.record([an_entry("default", id="x"), an_entry("default", id="x")])
    stores.clock.sleep(1)
    audit.record([an_entry("default", id="y")], kept=True)
    assert [record["dynamodb"]["Keys"]["pk"]["S"][:3] for record in stores.stream.records()] == ["E#d", "AN#"]
    assert sum(len(list(stores.audit_notes.notes("default", chain, since=0.0))) for chain in range(CHAINS)) == 1
