"""What of the audit log is erased, what goes because it is old, and that what is left still verifies."""

from __future__ import annotations

import pytest

from engine.governance.audit import Audit
from engine.governance.audit_entry import Subject, written_time
from engine.governance.audit_erasing import ERASE, erase_entries
from engine.governance.audit_expiry import DAY, EXPIRE, AuditExpiry, subject_of
from engine.governance.audit_query import AuditQuery
from engine.governance.audit_verify import exported
from engine.ports.audit_log import CHAINS, AuditHead
from engine.ports.erasure import Erasure
from engine.ports.keys import ENGINE
from tests.support.durable import TESTER
from tests.support.records import an_entry
from tests.support.tampering import Tamper

ONE, TWO = "orders:kanarienvogel", "orders:other"
DIGEST = "ab" * 32


@pytest.fixture
def clock(backend):
    return backend.clock


@pytest.fixture
def audit(backend):
    return Audit(backend.audit, backend.clock)


@pytest.fixture
def tamper(backend, workspace):
    return Tamper(backend, workspace)


def record(audit, clock, workspace, execution_id, count=3):
    now = clock.now()
    audit.record([
        an_entry(workspace, f"execution/{execution_id}", id=f"{execution_id}#{number}", at=now,
                 after={"input_digest": DIGEST}, reason=f"because of {execution_id}")
        for number in range(1, count + 1)
    ])


def erase(audit, clock, workspace, *ids, since=0.0):
    return erase_entries(audit, Erasure(workspace, "e-1", clock.now(), TESTER, ids, since=since), ids)


def text_of(audit, workspace):
    """All that the log holds."""
    records = [
        record for chain in range(CHAINS) for record in audit.log.oldest(workspace, chain, after=0, limit=999)
    ]
    return repr(records)


def listed(audit, workspace, **filters):
    return [item.entry for item in audit.page(AuditQuery(workspace, **filters)).entries]


def test_what_is_erased_is_in_no_entry_and_the_chains_hold(audit, clock, workspace):
    for name in (ONE, TWO):
        record(audit, clock, workspace, name)
        clock.sleep(1)
    audit.record([an_entry(workspace, f"execution/{ONE}", act="execution.stop", reason=f"{ONE} is wrong")])
    export = [line for chain in range(CHAINS) for line in exported(audit.log, workspace, chain, audit.actors)]
    assert erase(audit, clock, workspace, ONE) == 4
    assert ONE not in text_of(audit, workspace)
    assert TWO in text_of(audit, workspace)
    found = audit.verify(workspace)
    assert found.ok, found.findings
    assert found.erased == 4
    assert "Of 4 what they told of an execution was erased" in found.says
    assert audit.verify(workspace, against=export).ok
    assert listed(audit, workspace, execution=ONE) == []
    assert len(listed(audit, workspace, execution=TWO)) == 3


def test_a_tombstone_says_when_and_for_whom_and_no_name(audit, clock, workspace):
    record(audit, clock, workspace, ONE)
    erase(audit, clock, workspace, ONE)
    (stone,) = listed(audit, workspace, act=ERASE)
    assert (str(stone.subject), stone.actor.kind) == ("erasure/e-1", "engine")
    assert stone.details == {"chain": Subject("execution", ONE).chain, "entries": [[1, 3]]}
    erased = listed(audit, workspace, act="execution.start")
    assert {(entry.actor.name, entry.after, entry.reason) for entry in erased} == {("ada", None, None)}
    assert all(str(entry.subject).startswith("execution/~") for entry in erased)


def test_erased_again_it_finds_nothing(audit, clock, workspace):
    record(audit, clock, workspace, ONE)
    assert erase(audit, clock, workspace, ONE) == 3
    assert erase(audit, clock, workspace, ONE) == 0
    assert len(listed(audit, workspace, act=ERASE)) == 1


def test_one_that_died_between_its_entry_and_the_erasing_goes_on(audit, clock, workspace, monkeypatch):
    record(audit, clock, workspace, ONE)
    with monkeypatch.context() as patch:
        patch.setattr(audit.log, "erase", lambda *_: (_ for _ in ()).throw(InterruptedError))
        with pytest.raises(InterruptedError):
            erase(audit, clock, workspace, ONE)
    assert audit.verify(workspace).ok
    assert erase_entries(audit, Erasure(workspace, "e-1", clock.now(), TESTER, (ONE,)), [ONE]) == 3
    assert audit.verify(workspace).ok
    assert len(listed(audit, workspace, act=ERASE)) == 1


def test_what_somebody_takes_away_without_saying_so_is_found(audit, clock, workspace):
    record(audit, clock, workspace, ONE)
    chain = Subject("execution", ONE).chain
    second = audit.log.oldest(workspace, chain, after=1, limit=1)[0]
    audit.log.erase(workspace, chain, {2: "~gone"})
    (finding,) = audit.verify(workspace).findings
    assert (finding.number, finding.problem in ("erased", "changed")) == (second.number, True)


def test_a_part_that_was_changed_is_found(audit, clock, workspace, tamper):
    record(audit, clock, workspace, ONE)
    chain = Subject("execution", ONE).chain
    records = audit.log.oldest(workspace, chain, after=0, limit=9)
    if tamper.family == "aws":
        from engine.adapters.aws.audit_log import KEPT, _closed  # noqa: PLC0415  botocore where asked for
        from engine.adapters.aws.dynamo import Put  # noqa: PLC0415

        kept = [one.kept for one in records]
        item = tamper.stores.audit._table.get((f"A#{workspace}#{chain:02}", f"N#{1:012}"))
        kept[1] = kept[1].replace(DIGEST, "cd" * 32)
        tamper.stores.audit._table.write(Put({**item, KEPT: _closed(kept)}))
    else:
        tamper.record(chain, 2, kept=records[1].kept.replace(DIGEST, "cd" * 32))
    (finding,) = audit.verify(workspace).findings
    assert (finding.number, finding.problem) == (2, "changed")


def test_an_id_that_was_erased_is_free(audit, clock, workspace):
    record(audit, clock, workspace, ONE, 1)
    erase(audit, clock, workspace, ONE)
    clock.sleep(1)
    record(audit, clock, workspace, ONE, 1)
    assert [entry.id for entry in listed(audit, workspace, execution=ONE)] == [f"{ONE}#1"]
    record(audit, clock, workspace, ONE, 1)
    assert len(listed(audit, workspace, execution=ONE)) == 1


# --- what goes because it is old

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
    drop_old(audit, workspace, aged, records)
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(6, "forged")]


def test_a_checkpoint_of_young_entries_is_none(audit, clock, workspace, aged):
    records = audit.log.oldest(workspace, aged, after=0, limit=9)
    audit.record([an_entry(
        workspace, str(subject_of(aged)), act=EXPIRE, at=clock.now(), actor=ENGINE,
        after={"chain": aged, "number": 5, "digest": records[4].digest,
               "recorded_at": written_time(clock.now() - 29 * DAY)},
    )])
    drop_old(audit, workspace, aged, records)
    assert [(found.number, found.problem) for found in audit.verify(workspace).findings] == [(1, "missing")]


def drop_old(audit, workspace, chain, records):
    """As whoever can write to the store would."""
    if hasattr(audit.log, "_table"):
        audit.log._table.delete([(f"A#{workspace}#{chain:02}", f"N#{number:012}") for number in range(1, 6)])
    else:
        audit.log.expire(workspace, chain, AuditHead(5, records[4].digest, records[4].recorded_at), 99)


def test_a_tail_that_is_cut_is_found_behind_a_checkpoint_too(audit, clock, workspace, aged, tamper):
    expire(audit, clock, workspace)
    tamper.drop(aged, 9)
    tamper.drop(aged, 8)
    problems = [(found.number, found.problem) for found in audit.verify(workspace).findings]
    assert problems in ([(8, "cut")], [(1, "missing")])  # the checkpoint was the last entry
