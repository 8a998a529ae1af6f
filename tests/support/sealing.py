"""The sealer over stores on moto, with a pump in the place of Lambda's stream poller."""

from __future__ import annotations

from typing import Any

from engine.clock import Clock
from engine.governance.audit.recorder import AuditRecorder
from functions.engine_audit import EngineEntries
from functions.sealer import app
from functions.sealer.reading import StreamReader
from functions.sealer.refill import Refill

Json = Any


def sealer(stores: Any, clock: Clock) -> app.Parts:
    """The sealer's parts over these stores."""
    reader = StreamReader(stores.journal, stores.blobs, EngineEntries(stores.journal, origin="automate-test-worker"))
    recorder = AuditRecorder(stores.audit, clock)
    refill = Refill(reader, recorder, stores.index, stores.audit_notes, clock)
    return app.Parts(reader, recorder, stores.index.add_ends, refill, clock)


def seal(stores: Any, clock: Clock) -> int:
    """Seal what the stream says since the last time; how many records that was."""
    records = stores.stream.records()
    if records:
        assert app.seal(sealer(stores, clock), records) == []
    return len(records)
