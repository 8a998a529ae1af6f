"""Records as the ports take them: headers, segments, rows, drafts, entries of the audit log."""

from __future__ import annotations

import json
from dataclasses import replace

from engine.governance.audit.entry import AuditEntry, Subject
from engine.governance.audit.recorder import new_id
from engine.ports.audit_log import AuditRecord
from engine.ports.catalog_store import VersionRecord
from engine.ports.executions_index import ExecutionRow
from engine.ports.journal import Header, HeaderChange, InboxItem, Segment
from engine.ports.keys import Actor, ExecutionKey

START = 1_700_000_000.0
ADA, ENGINE = Actor("ada", "user", "192.0.2.7"), Actor("engine", "engine")


def a_header(key, **changes):
    header = Header(
        key=key, workflow=key.workflow, version=3, definition_digest="d" * 64, input_digest="1" * 64,
        kind="STANDARD", status="RUNNING", started_at=1_700_000_000.123456, due_at=1_700_000_060.5,
    )
    return replace(header, **changes)


def a_segment(key, seq, nonce="a", **changes):
    segment = Segment(
        key=key, seq=seq, nonce=nonce, body=b"\x00body %d" % seq, at=1_700_000_001.25, checkpoint=True,
        lease_until=1_700_000_250.75, owner="42-abc",
    )
    return replace(segment, **changes)


def an_item(key, item_id, body=b"{}", due_at=1_700_000_120.5):
    return InboxItem(key, item_id, body, due_at)


def a_record(workspace, number, *, chain=3, **changes):
    record = AuditRecord(
        workspace, chain, number, f"id-{number}", START + number, f"{number:064x}", json.dumps({"n": number})
    )
    return replace(record, **changes)


def an_entry(workspace, subject="execution/orders:1", act="execution.start", at=START, actor=ADA, **more):
    return AuditEntry(more.pop("id", None) or new_id(), workspace, at, actor, act, Subject.parse(subject), **more)


def a_row(workspace, workflow, name, minute, **changes):
    row = ExecutionRow(ExecutionKey.of(workspace, workflow, name), workflow, 2, "RUNNING", START + 60 * minute)
    return replace(row, **changes)


def put(journal, row):
    """List an execution: by its start, and by its close where `row` says that it is closed."""
    opened = replace(row, status="RUNNING", error=None, ended_at=None)
    journal.create(a_header(row.key, version=row.version, started_at=row.started_at), b"{}", opened)
    if row != opened:
        close(journal, row)


def close(journal, row):
    journal.update_headers([HeaderChange(row.key, 0, row.status, None, ended_at=row.ended_at, row=row)])


def a_version(workspace, number, **changes):
    version = VersionRecord(
        workspace, "orders", number, b'{"v":%d}' % number, f"digest-{number}", f"definition-{number % 2}",
        f"note {number}", 1_700_000_100.5 + number, "grace",
    )
    return replace(version, **changes)
