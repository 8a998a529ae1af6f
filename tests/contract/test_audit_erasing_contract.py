"""What of the audit log is erased, what goes because it is old, and that what is left still verifies."""

from __future__ import annotations

import pytest

from engine.governance.audit.entry import Subject
from engine.governance.audit.erasing import ERASE, erase_entries
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.ports.audit_log import CHAINS
from engine.ports.erasure import Erasure
from tests.support.durable import TESTER
from tests.support.records import an_entry

ONE, TWO = "orders:kanarienvogel", "orders:other"
DIGEST = "ab" * 32


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
