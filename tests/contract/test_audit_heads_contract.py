"""Chains of the audit log that tell of the others: one that is removed or rewritten with its head is found by them."""

from __future__ import annotations

import pytest

from engine.governance.audit.entry import Subject, digest_of
from engine.governance.audit.heads import HEADS, TELLERS, tell_heads
from engine.ports.audit_log import CHAINS, AuditHead
from tests.support.records import an_entry

DAY = 86_400.0


@pytest.fixture
def chain(audit, workspace):
    """A chain that tells of nothing, with five entries."""
    subject = next(s for n in range(99) if (s := Subject("workflow", f"w{n}")).chain not in TELLERS)
    for number in range(5):
        audit.record([an_entry(workspace, str(subject), after={"n": number})])
    return subject.chain


def remove(tamper, chain, numbers):
    for number in numbers:
        tamper.drop(chain, number)
    tamper.head(chain, None)
    tamper.witness()


def heads_told(audit, workspace):
    return [
        record.number for teller in TELLERS
        for record in audit.log.oldest(workspace, teller, after=0, limit=99) if f'"{HEADS}"' in record.body
    ]


def test_a_chain_that_is_removed_whole_with_its_head_is_found(audit, workspace, chain, tamper, backend):
    assert tell_heads(audit, workspace, backend.clock.now())
    assert audit.verify(workspace).ok
    remove(tamper, chain, range(1, 6))
    (found,) = audit.verify(workspace).findings
    assert (found.chain, found.number, found.problem) == (chain, 1, "cut")
    assert "tells that it had 5 entries" in found.message


def test_a_chain_that_goes_on_after_a_removal_is_found_too(audit, workspace, chain, tamper, backend):
    tell_heads(audit, workspace, backend.clock.now())
    last = audit.log.oldest(workspace, chain, after=2, limit=1)[0]
    for number in (4, 5):
        tamper.drop(chain, number)
    tamper.head(chain, AuditHead(last.number, last.digest, last.recorded_at))
    tamper.witness()
    (found,) = audit.verify(workspace).findings
    assert (found.chain, found.number, found.problem) == (chain, 4, "cut")


def test_a_chain_that_is_written_anew_is_found(audit, workspace, chain, tamper, backend):
    """Its last entry, digest and head: consistent in itself."""
    tell_heads(audit, workspace, backend.clock.now())
    last = audit.log.oldest(workspace, chain, after=4, limit=1)[0]
    body = last.body.replace('"n":4', '"n":7')
    tamper.record(chain, 5, body=body, digest=digest_of(body))
    tamper.head(chain, AuditHead(5, digest_of(body), last.recorded_at))
    (found,) = audit.verify(workspace).findings
    assert (found.chain, found.number, found.problem) == (chain, 5, "rewritten")


def test_a_teller_that_is_removed_is_told_of_by_the_other(audit, workspace, chain, tamper, backend):
    tell_heads(audit, workspace, backend.clock.now())
    audit.record([an_entry(workspace, str(next(
        s for n in range(999) if (s := Subject("workflow", f"v{n}")).chain == chain
    )), after={})])
    assert tell_heads(audit, workspace, backend.clock.now() + DAY)
    there = [record.number for record in audit.log.oldest(workspace, TELLERS[0], after=0, limit=99)]
    remove(tamper, TELLERS[0], there)
    (found,) = audit.verify(workspace).findings
    assert (found.chain, found.problem) == (TELLERS[0], "cut")


def test_what_did_not_change_is_not_told_again(audit, workspace, chain, backend):
    now = backend.clock.now()
    assert not tell_heads(audit, "other", now)
    assert tell_heads(audit, workspace, now)
    assert not tell_heads(audit, workspace, now + DAY)
    assert heads_told(audit, workspace) == [heads_told(audit, workspace)[0]] * 2
    for other in range(CHAINS):
        if other not in TELLERS and other != chain:
            assert audit.log.heads(workspace, [other]) == {}


def test_what_anybody_else_writes_tells_nothing(audit, workspace, chain):
    """A person's act of that name, and one that cannot be read."""
    subject = next(s for n in range(99) if (s := Subject("audit", f"x{n}")).chain == TELLERS[0])
    audit.record([an_entry(workspace, str(subject), act=HEADS, after={"heads": {str(chain): [99, "0" * 64]}})])
    assert audit.verify(workspace).ok
