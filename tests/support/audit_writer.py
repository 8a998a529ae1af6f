"""A process that writes to the audit log of a folder: ``python -c WRITER FOLDER NAME``, told to go on by a line."""

from __future__ import annotations

WRITER = """
import sys
from engine.adapters.local.stores import LocalStores
from engine.clock import SystemClock
from engine.governance.audit import query
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import AuditEntry, Subject
from engine.ports.keys import Actor
from engine.settings import Settings
stores = LocalStores.open(sys.argv[1], Settings(), SystemClock(), command="a writer")
audit = Audit(stores.audit, SystemClock())
print("ready", flush=True)
sys.stdin.readline()
for n in range(40):
    audit.record([
        AuditEntry(f"{sys.argv[2]}-{n}", "default", 1.0, Actor("ada"), "x", Subject("execution", "w:1")),
        AuditEntry(f"shared-{n}", "default", 1.0, Actor("ada"), "x", Subject("execution", "w:1")),
    ])
"""
