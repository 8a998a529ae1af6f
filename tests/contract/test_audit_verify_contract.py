"""What verifying the audit log finds, the same for every family: what was changed, cut, or never recorded."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from engine.adapters.local.audit_witness import AuditWitness
from engine.clock import SkipClock
from engine.errors import InvalidDocument, StoreUnavailable
from engine.governance.audit.audit import Audit
from engine.governance.audit.beside import Beside
from engine.governance.audit.entry import Subject
from engine.governance.audit.export import exported as lines_of
from engine.ports.audit_log import CHAINS, AuditHead
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import HeaderChange
from engine.ports.keys import ExecutionKey
from tests.support import patience
from tests.support.audit_writer import WRITER
from tests.support.backends import open_local
from tests.support.records import ENGINE, START, a_header, a_segment, an_entry

ROOT = Path(__file__).parents[2]


def export(audit, workspace):
    """Every entry of the log as a line."""
    return [line for chain in range(CHAINS) for line in lines_of(audit.log, workspace, chain, audit.actors)]


# --- what was changed behind the log's back


@pytest.fixture
def written(audit, workspace):
    """Five entries in the chain of one workflow, two in another's; the first chain's number and records."""
    subject = Subject("workflow", "orders")
    other = next(s for n in range(99) if (s := Subject("secret", f"K{n}")).chain != subject.chain)
    for number in range(1, 6):
        audit.record([an_entry(workspace, str(subject), after={"n": number})])
    audit.record([an_entry(workspace, str(other)), an_entry(workspace, str(other))])
    assert audit.verify(workspace).entries == 7
    return subject.chain, audit.log.oldest(workspace, subject.chain, after=0, limit=9)


def finding(audit, workspace, chain):
    """The one finding: (number, problem). Its chain is `chain`, and the other one holds."""
    found = audit.verify(workspace)
    assert not found.ok
    assert [item.chain for item in found.findings] == [chain]
    return found.findings[0].number, found.findings[0].problem


def test_a_changed_entry_is_found(audit, workspace, written, tamper):
    chain, records = written
    tamper.record(chain, 3, body=records[2].body.replace('"n":3', '"n":9'))
    assert finding(audit, workspace, chain) == (3, "changed")


@pytest.mark.parametrize("changes", [{"body": "no JSON"}, {"body": "ä"}, {"id": "another"}, {"recorded_at": 1.0}])
def test_any_part_that_was_changed_is_found(audit, workspace, written, tamper, changes):
    tamper.record(written[0], 2, **changes)
    assert finding(audit, workspace, written[0]) == (2, "changed")


def test_an_entry_replaced_with_its_digest_is_found(audit, workspace, written, tamper):
    from engine.governance.audit.entry import digest_of  # noqa: PLC0415

    chain, records = written
    body = records[2].body.replace('"n":3', '"n":9')
    tamper.record(chain, 3, body=body, digest=digest_of(body))
    assert finding(audit, workspace, chain) == (4, "broken")


@pytest.mark.parametrize("number", [1, 3])
def test_a_dropped_entry_is_found(audit, workspace, written, tamper, number):
    tamper.drop(written[0], number)
    assert finding(audit, workspace, written[0]) == (number, "missing")


def test_entries_in_another_order_are_found(audit, workspace, written, tamper):
    chain, records = written
    tamper.record(chain, 3, id="for a moment")  # SQLite holds an id once
    for number, record in ((2, records[2]), (3, records[1])):
        tamper.record(
            chain, number, id=record.id, recorded_at=record.recorded_at, digest=record.digest, body=record.body
        )
    assert finding(audit, workspace, chain) == (2, "moved")


@pytest.mark.parametrize("left", [3, 0])
def test_a_cut_tail_is_found(audit, workspace, written, tamper, left):
    for number in range(left + 1, 6):
        tamper.drop(written[0], number)
    assert finding(audit, workspace, written[0]) == (left + 1, "cut")


def test_a_cut_tail_with_an_older_head_is_not_found_from_within_but_by_an_earlier_export(
    audit, workspace, written, tamper
):
    chain, records = written
    exported = export(audit, workspace)
    assert len(exported) == 7
    assert audit.verify(workspace, against=exported).ok
    tamper.drop(chain, 5)
    tamper.head(chain, AuditHead(4, records[3].digest, records[3].recorded_at))
    tamper.witness()
    assert audit.verify(workspace).ok, "who can rewrite everything is consistent: docs/audit.md says so"
    (found,) = audit.verify(workspace, against=exported).findings
    assert (found.chain, found.number, found.problem) == (chain, 5, "rewritten")
    audit.record([an_entry(workspace, "workflow/orders", after={"n": 55})])
    (found,) = audit.verify(workspace, against=exported).findings
    assert (found.chain, found.number, found.problem) == (chain, 5, "rewritten")


def test_a_missing_head_is_found(audit, workspace, written, tamper):
    tamper.head(written[0], None)
    assert finding(audit, workspace, written[0]) == (5, "headless")


def test_a_head_that_is_none_of_the_chain_s_is_found(audit, workspace, written, tamper):
    tamper.head(written[0], AuditHead(5, "0" * 64, START))
    assert finding(audit, workspace, written[0]) == (5, "headless")


def test_an_entry_copied_from_another_workspace_is_found(audit, workspace, written, tamper):
    chain, _ = written
    other = f"{workspace}-other"
    audit.record([an_entry(other, "workflow/orders")])
    (copied,) = audit.log.oldest(other, chain, after=0, limit=1)
    tamper.record(chain, 1, id=copied.id, recorded_at=copied.recorded_at, digest=copied.digest, body=copied.body)
    assert finding(audit, workspace, chain) == (1, "moved")


def test_an_export_that_was_changed_or_is_another_s_is_refused(audit, workspace, written):
    exported = export(audit, workspace)
    exported[1] = exported[1].replace("ada", "eve")
    with pytest.raises(InvalidDocument, match="line 2"):
        audit.verify(workspace, against=exported)
    with pytest.raises(InvalidDocument, match="line 1"):
        audit.verify("another", against=export(audit, workspace))


def test_sqlite_refuses_to_change_or_delete_a_record(tmp_path):
    stores = open_local(tmp_path / "data", SkipClock())
    Audit(stores.audit, SkipClock()).record([an_entry("default")])
    for statement in ("UPDATE audit SET body = ''", "DELETE FROM audit"):
        with pytest.raises(StoreUnavailable, match="append-only"):
            stores._database.write(lambda connection, statement=statement: connection.execute(statement))
    stores.close()


# --- what the log should tell of


def an_execution(backend, workspace, name, *, status="SUCCEEDED", began=True):
    """An execution in journal and index; its first segment has the event 1."""
    key = ExecutionKey.of(workspace, "orders", name)
    opened = ExecutionRow(key, "orders", 3, "RUNNING", START)
    backend.journal.create(a_header(key, started_at=START), b"{}", opened)
    if began:
        backend.journal.commit([a_segment(key, 0, first_event=1, last_event=2)])
    if status != "RUNNING":
        row = dataclasses.replace(opened, status=status, ended_at=START + 1)
        backend.journal.update_headers([HeaderChange(key, 0, status, None, ended_at=START + 1, row=row)])
    return key


def started(workspace, key):
    return an_entry(workspace, f"execution/{key.id}", "engine.started", actor=ENGINE, id=f"{key.id}#1")


@pytest.fixture
def beside(backend):
    return Audit(backend.audit, backend.clock, beside=Beside(backend.index, backend.journal, backend.clock))


def test_executions_with_their_entries_read_as_fine_and_say_what_cannot_be_seen(backend, workspace, beside):
    for name in ("one", "two"):
        beside.record([started(workspace, an_execution(backend, workspace, name))])
    found = beside.verify(workspace)
    assert (found.ok, found.entries, found.executions) == (True, 2, 2)
    assert "executions that lack their start: 0 of 2" in found.says
    assert "cannot be seen from here" in found.says
    assert "none dropped" not in found.says


def test_a_log_without_entries_beside_executions_is_not_fine(backend, workspace, beside):
    key = an_execution(backend, workspace, "one")
    found = beside.verify(workspace)
    assert (found.ok, found.entries) == (False, 0)
    (finding,) = found.findings
    assert (finding.problem, finding.number) == ("unrecorded", 1)
    assert finding.message.startswith(f"the execution {key.id} began, and its start is not in the chain")


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "SUCCEEDED"])
def test_a_tail_that_was_cut_with_its_head_is_found_by_its_executions(backend, workspace, beside, tamper, status):
    keys = [an_execution(backend, workspace, f"n{number}", status=status) for number in range(40)]
    for key in keys:
        beside.record([started(workspace, key)])
    assert beside.verify(workspace).ok
    chain = Subject("execution", keys[-1].id).chain
    records = beside.log.oldest(workspace, chain, after=0, limit=99)
    last = records[-2] if len(records) > 1 else None
    tamper.drop(chain, records[-1].number)
    tamper.head(chain, last and AuditHead(last.number, last.digest, last.recorded_at))
    found = beside.verify(workspace)
    assert [(item.chain, item.number) for item in found.findings] == [(chain, records[-1].number)]
    assert found.findings[0].problem == ("cut" if tamper.family == "sqlite" else "unrecorded")


def test_an_execution_that_has_not_begun_has_no_entry_yet(backend, workspace, beside):
    an_execution(backend, workspace, "waits", status="RUNNING", began=False)
    found = beside.verify(workspace)
    assert (found.ok, found.executions) == (True, 1)


def test_an_entry_that_follows_a_moment_later_is_waited_for(backend, workspace, beside, monkeypatch):
    key = an_execution(backend, workspace, "one")
    sleep = backend.clock.sleep

    def recorded_meanwhile(seconds):
        beside.record([started(workspace, key)])
        sleep(seconds)

    monkeypatch.setattr(backend.clock, "sleep", recorded_meanwhile)
    assert beside.verify(workspace).ok


def test_an_empty_log_beside_nothing_says_so(workspace, beside):
    found = beside.verify(workspace)
    assert (found.ok, found.says) == (
        True, "the audit log is empty, and there is no execution that it should tell of"
    )


def test_what_is_kept_apart_never_leads(backend, workspace, audit):
    for number in range(1, 4):
        audit.record([an_entry(workspace, after={"n": number})])
        heads = backend.audit.heads(workspace, range(CHAINS))
        for chain, count in backend.audit.witnessed(workspace).items():
            assert count <= heads[chain].number


# --- a lost tail of the write-ahead log


def test_a_lost_write_ahead_log_is_found(tmp_path):
    """The tail of automate.db-wal takes entries, their head and their executions with it: what is left agrees."""
    folder = tmp_path / "data"
    stores = open_local(folder, SkipClock())
    audit = Audit(stores.audit, SkipClock())
    audit.record([an_entry("default")])
    stores._database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = (folder / "automate.db").read_bytes()
    for number in range(5):
        audit.record([an_entry("default", after={"n": number})])
    stores.close()
    (folder / "automate.db").write_bytes(kept)
    for left in folder.glob("automate.db-*"):
        left.unlink()
    stores = open_local(folder, SkipClock())
    found = Audit(stores.audit, SkipClock()).verify("default")
    assert [(item.number, item.problem) for item in found.findings] == [(2, "cut")]
    assert "had 6 entries" in found.findings[0].message
    assert "write-ahead log" in found.findings[0].message
    (next(folder.glob("audit-*.heads"))).unlink()
    found = Audit(stores.audit, SkipClock()).verify("default")
    assert found.ok, "without that file it cannot be known"
    assert "cannot be seen from here" in found.says
    stores.close()


def test_a_write_ahead_log_that_was_cut_short_is_found(tmp_path):
    folder = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), "ada"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as writer:
        assert writer.stdout.readline() == "ready\n"
        writer.stdin.write("go\n")
        writer.stdin.flush()
        patience.wait_until(lambda: _witnessed(folder) >= 20)
        writer.kill()
    log = folder / "automate.db-wal"
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size * 3 // 4)
    stores = open_local(folder, SkipClock())
    found = Audit(stores.audit, SkipClock()).verify("default")
    stores.close()
    assert [item.problem for item in found.findings] == ["cut"]


def _witnessed(folder):
    return max(AuditWitness(folder).numbers("default").values(), default=0)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 3, b"\0" * 500])
def test_a_damaged_file_beside_the_database_is_no_finding(tmp_path, content):
    stores = open_local(tmp_path / "data", SkipClock())
    Audit(stores.audit, SkipClock()).record([an_entry("default")])
    next((tmp_path / "data").glob("audit-*.heads")).write_bytes(content)
    assert Audit(stores.audit, SkipClock()).verify("default").ok
    stores.close()
