"""What of the audit log goes because it is old, and that what is left still verifies."""

from __future__ import annotations

import json

import pytest

from engine.governance.audit.audit import Audit
from engine.governance.audit.beside import Beside
from engine.governance.audit.entry import Subject, canonical, digest_of, written_time
from engine.governance.audit.erasing import erase_entries
from engine.governance.audit.expiry import DAY, EXPIRE, AuditExpiry, subject_of
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.ports.audit_log import AuditHead
from engine.ports.erasure import Erasure
from engine.ports.keys import ENGINE
from tests.support.durable import TESTER
from tests.support.records import an_entry


def listed(audit, workspace, **filters):
    return [item.entry for item in audit.page(AuditQuery(workspace, **filters)).entries]


DAYS = 400.0


def expire(audit, clock, workspace, days=DAYS):
    """What a store does: SQLite by the job; DynamoDB deletes by the term."""
    expiry = AuditExpiry(audit, clock, days)
    while expiry.round(workspace):
        pass
    if not hasattr(audit.log, "_days"):
        return
    from tests.support.terms import _items  # noqa: PLC0415  moto's

    for pk, found in list(_items("automate-test").items()):
        for sk, item in list(found.items()):
            until = item.attrs.get("expires_at")
            if pk.value.startswith(f"A#{workspace}#") and until is not None and float(until.value) <= clock.now():
                del found[sk]


@pytest.fixture
def aged(audit, clock, workspace):
    """Five old entries and three new ones, in one chain."""
    if hasattr(audit.log, "_days"):
        audit.log._days = DAYS
    for number in range(5):
        audit.record([an_entry(workspace, "workflow/orders", at=clock.now(), after={"n": number})])
    clock.sleep((DAYS + 8) * DAY)
    for number in range(5, 8):
        audit.record([an_entry(workspace, "workflow/orders", at=clock.now(), after={"n": number})])
    yield Subject("workflow", "orders").chain
    if hasattr(audit.log, "_days"):
        audit.log._days = 0.0


def test_old_entries_go_behind_a_checkpoint(audit, clock, workspace, aged):
    expire(audit, clock, workspace)
    assert [record.number for record in audit.log.oldest(workspace, aged, after=0, limit=99)] == [6, 7, 8, 9]
    (checkpoint,) = listed(audit, workspace, act=EXPIRE)
    assert checkpoint.after["number"] == 5
    found = audit.verify(workspace)
    assert found.ok, found.findings
    assert (found.expired, found.entries) == (5, 4)
    assert "5 older ones are kept no longer" in found.says


def test_young_ones_stay_and_no_second_checkpoint_is_written(audit, clock, workspace, aged):
    expire(audit, clock, workspace)
    expire(audit, clock, workspace)
    assert len(listed(audit, workspace, act=EXPIRE)) == 1


def test_a_beginning_that_nobody_let_go_is_found(audit, clock, workspace, aged, tamper):
    for number in (1, 2):
        tamper.drop(aged, number)
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(1, "missing")]


def test_more_than_the_checkpoint_lets_go_is_found(audit, clock, workspace, aged, tamper):
    expire(audit, clock, workspace)
    tamper.drop(aged, 6)
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(1, "missing")]


def test_a_checkpoint_with_another_digest_is_found(audit, clock, workspace, aged):
    records = audit.log.oldest(workspace, aged, after=0, limit=9)
    audit.record([an_entry(
        workspace, str(subject_of(aged)), act=EXPIRE, at=clock.now(), actor=ENGINE,
        after={"chain": aged, "number": 5, "digest": "0" * 64, "recorded_at": "2023-11-14T22:13:20.000000Z"},
    )])
    drop_old(audit, workspace, aged, records[4])
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(6, "forged")]


def test_a_checkpoint_of_young_entries_is_none(audit, clock, workspace, aged):
    records = audit.log.oldest(workspace, aged, after=0, limit=9)
    audit.record([an_entry(
        workspace, str(subject_of(aged)), act=EXPIRE, at=clock.now(), actor=ENGINE,
        after={"chain": aged, "number": 5, "digest": records[4].digest,
               "recorded_at": written_time(clock.now() - 29 * DAY)},
    )])
    drop_old(audit, workspace, aged, records[4])
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(1, "missing")]


def drop_old(audit, workspace, chain, last):
    """As whoever can write to the store would."""
    if hasattr(audit.log, "_table"):
        keys = [(f"A#{workspace}#{chain:02}", f"N#{number:012}") for number in range(1, last.number + 1)]
        audit.log._table.delete(keys)
    else:
        audit.log.expire(workspace, chain, AuditHead(last.number, last.digest, last.recorded_at), 99)


def test_a_tail_that_is_cut_is_found_behind_a_checkpoint_too(audit, clock, workspace, aged, tamper):
    expire(audit, clock, workspace)
    tamper.drop(aged, 9)
    tamper.drop(aged, 8)
    problems = [(found.number, found.problem) for found in audit.verify(workspace).findings]
    assert problems in ([(8, "cut")], [(1, "missing")])  # the checkpoint was the last entry


def export(audit, workspace, chain):
    return list(exported(audit.log, workspace, chain, audit.actors))


def problems(audit, workspace, **more):
    return [(found.number, found.problem) for found in audit.verify(workspace, **more).findings]


def checkpoint(audit, clock, workspace, chain, record, **changes):
    """One as whoever can write to the store would write it."""
    after = {
        "chain": chain, "number": record.number, "digest": record.digest,
        "recorded_at": written_time(record.recorded_at), "days": DAYS, **changes,
    }
    audit.record([
        an_entry(workspace, str(subject_of(chain)), act=EXPIRE, at=clock.now(), actor=ENGINE, after=after)
    ])


def test_an_older_export_holds_what_is_kept_no_longer(audit, clock, workspace, aged):
    lines = export(audit, workspace, aged)
    expire(audit, clock, workspace)
    found = audit.verify(workspace, against=lines)
    assert found.ok, found.findings
    assert found.expired == 5


def test_a_forged_checkpoint_is_found_before_anything_is_gone(audit, clock, workspace, aged):
    fifth = audit.log.oldest(workspace, aged, after=4, limit=1)[0]
    checkpoint(audit, clock, workspace, aged, fifth, digest="0" * 64)
    assert problems(audit, workspace) == [(9, "forged")]


def test_a_beginning_that_was_written_anew_is_found_by_an_export_that_ends_before_it(
    audit, clock, workspace, aged, backend,
):
    """Another chain, whose checkpoint and first entry agree with each other, in the place of this one."""
    lines = export(audit, workspace, aged)[:5]
    expire(audit, clock, workspace)
    other = export(audit, workspace, aged)
    assert audit.verify(workspace, against=lines).ok
    changed = {**json.loads(lines[4]), "reason": "another"}
    del changed["digest"], changed["kept"]
    lines[4] = canonical({**changed, "digest": digest_of(canonical(changed))})
    assert problems(audit, workspace, against=lines) == [(6, "rewritten")]
    assert audit.verify(workspace, against=other).ok


def test_young_entries_that_a_checkpoint_calls_old_are_found_by_an_export(audit, clock, workspace, aged):
    lines = export(audit, workspace, aged)
    records = audit.log.oldest(workspace, aged, after=0, limit=9)
    checkpoint(audit, clock, workspace, aged, records[6], recorded_at=written_time(records[4].recorded_at))
    drop_old(audit, workspace, aged, records[6])
    assert audit.verify(workspace).ok
    assert problems(audit, workspace, against=lines) == [(9, "forged")]


def test_a_checkpoint_out_of_a_future_lets_nothing_go(backend, workspace, clock, aged):
    """Whoever can write to the store can write any time."""
    audit = Audit(backend.audit, clock, beside=Beside(backend.index, backend.journal, clock))
    records = audit.log.oldest(workspace, aged, after=0, limit=9)
    clock.sleep(40 * DAY)
    checkpoint(audit, clock, workspace, aged, records[6])
    clock.set(clock.now() - 40 * DAY)
    drop_old(audit, workspace, aged, records[6])
    assert problems(audit, workspace) == [(1, "missing")]


def test_what_was_erased_may_outlive_the_entry_that_says_so(audit, clock, workspace, tamper):
    """The two lie in chains of their own, and each goes by the first entry of its chain."""
    erased = an_entry(workspace, "execution/orders:1", id="orders:1#1", at=clock.now())
    audit.record([erased])
    erase_entries(audit, Erasure(workspace, "e-1", clock.now(), TESTER, ("orders:1",)), ("orders:1",))
    (tombstone,) = audit.page(AuditQuery(workspace, act="audit.erase")).entries
    assert tombstone.chain != erased.subject.chain
    clock.sleep(40 * DAY)
    audit.record([an_entry(workspace, str(tombstone.entry.subject), at=clock.now())])
    told = audit.log.oldest(workspace, tombstone.chain, after=0, limit=1)[0]
    checkpoint(audit, clock, workspace, tombstone.chain, told)
    tamper.drop(tombstone.chain, tombstone.number)
    if hasattr(audit.log, "_witness"):
        audit.log._witness.note_expired(workspace, {tombstone.chain: tombstone.number})
    assert audit.verify(workspace).ok, audit.verify(workspace).findings


@pytest.mark.parametrize("days", [0.0, 2 * DAYS])
def test_a_longer_term_leaves_a_checkpoint_for_what_has_the_shorter_one(audit, clock, workspace, aged, days):
    """DynamoDB deletes an item by the term that it was written with."""
    expire(audit, clock, workspace, days)
    left = [record.number for record in audit.log.oldest(workspace, aged, after=0, limit=99)]
    assert left == ([6, 7, 8, 9] if hasattr(audit.log, "_days") else [1, 2, 3, 4, 5, 6, 7, 8])
    assert audit.verify(workspace).ok, audit.verify(workspace).findings


def test_a_term_that_is_made_shorter_and_longer_again_leaves_a_checkpoint(audit, clock, workspace):
    """The entries between go first: those before them have the longer term, and are there still."""
    def written(days, count):
        if hasattr(audit.log, "_days"):
            audit.log._days = days
        audit.record([an_entry(workspace, "workflow/orders", at=clock.now(), after={"n": n}) for n in range(count)])

    chain = Subject("workflow", "orders").chain
    written(DAYS, 5)
    clock.sleep(DAY)
    written(30.0, 2)
    clock.sleep(DAY)
    written(30.0, 1)
    clock.sleep(DAY)
    written(DAYS, 4)
    for _ in range(60):
        clock.sleep(DAY)
        expire(audit, clock, workspace)
        assert problems(audit, workspace) == []
    left = [record.number for record in audit.log.oldest(workspace, chain, after=0, limit=12)]
    assert left[:9] == ([1, 2, 3, 4, 5, 9, 10, 11, 12] if hasattr(audit.log, "_days") else list(range(1, 10)))
    said = [entry.after["number"] for entry in listed(audit, workspace, act=EXPIRE)]
    assert said == ([8, 7, 5] if hasattr(audit.log, "_days") else []), "one for each day that had entries"
    if hasattr(audit.log, "_days"):
        audit.log._days = 0.0


def test_a_term_that_is_made_longer_twice_leaves_a_checkpoint_for_what_has_the_shortest(audit, clock, workspace):
    """Entries with the longest term are before them, and are there still."""
    for days in (DAYS, 30.0, 60.0, DAYS):
        if hasattr(audit.log, "_days"):
            audit.log._days = days
        audit.record([an_entry(workspace, "workflow/orders", at=clock.now(), after={"days": days})])
        clock.sleep(DAY)
    for _ in range(70):
        clock.sleep(DAY)
        expire(audit, clock, workspace)
        assert problems(audit, workspace) == []
    left = audit.log.oldest(workspace, Subject("workflow", "orders").chain, after=0, limit=9)
    assert [record.number for record in left][:2] == ([1, 4] if hasattr(audit.log, "_days") else [1, 2])
    if hasattr(audit.log, "_days"):
        audit.log._days = 0.0
