"""No secret is in the audit log, and none in what the log's failure says."""

from __future__ import annotations

import pytest

from engine.catalog.document import parse_document
from engine.clock import SkipClock
from engine.durable import codec
from engine.durable.codec import Change
from engine.errors import Conflict
from engine.governance.audit import Audit
from engine.governance.audit_query import AuditQuery
from engine.governance.audit_verify import exported
from engine.governance.log_masking import KnownSecrets
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Snapshot
from engine.ports.audit_log import CHAINS
from engine.ports.journal import Header, Segment
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.secrets import SecretInfo
from functions.app import audited, notices
from functions.app.audited import AuditedCatalog, AuditedSecrets, Recorder
from functions.engine_audit import EngineRecorder
from tests.support.canary import Canary
from tests.support.memory.stores import MemoryStores

CANARY = Canary()
ADA = Actor("ada", origin="command line")


class Secrets:
    """A backend that says what it was given wherever it can."""

    name = "memory"

    def __init__(self):
        self.values = {}

    def list(self, workspace):
        return [SecretInfo(key, self.name, 1.0, value) for key, value in self.values.items()]

    def set(self, workspace, key, value, *, by):
        if key == "REFUSED":
            raise Conflict(f"somebody else set {value!r} meanwhile", details={"value": value})
        self.values[key] = value
        return SecretInfo(key, self.name, 1.0, value)

    def delete(self, workspace, key):
        return self.values.pop(key, None) is not None


@pytest.fixture
def known(monkeypatch):
    known = KnownSecrets()
    monkeypatch.setattr(audited, "KNOWN", known)
    return known


@pytest.fixture
def stores():
    return MemoryStores(SkipClock())


@pytest.fixture
def audit(stores, known):
    return Audit(stores.audit, SkipClock(), known=known)


@pytest.fixture
def recorder(audit):
    return Recorder(audit, SkipClock())


def assert_clean(audit, *, least):
    found = audit.page(AuditQuery("default")).entries
    assert len(found) >= least
    CANARY.assert_absent("the audit log", found, *(item.as_dict() for item in found))
    lines = [line for chain in range(CHAINS) for line in exported(audit.log, "default", chain)]
    CANARY.assert_absent("its store", str(vars(audit.log)), *lines)


def test_a_secret_that_is_set_rotated_refused_and_deleted_is_in_no_entry(audit, recorder, caplog):
    secrets = AuditedSecrets(Secrets(), recorder)
    secrets.set("default", "KEY", CANARY.value, actor=ADA)
    secrets.set("default", "KEY", CANARY.value, actor=ADA)
    with pytest.raises(Conflict):
        secrets.set("default", "REFUSED", CANARY.value, actor=ADA)
    secrets.delete("default", "KEY", actor=ADA)
    assert_clean(audit, least=4)
    CANARY.assert_absent("the log", caplog.text)


def test_a_value_written_into_a_definition_by_mistake_is_masked_in_the_difference(audit, recorder, known, stores):
    known.add([CANARY.value])
    catalog = AuditedCatalog(stores.catalog, SkipClock(), recorder=recorder)
    for comment in ("none yet", f"the key is {CANARY.value}"):
        definition = {"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
        document = parse_document({"name": "flow", "definition": definition})
        catalog.import_document("default", document, actor=ADA)
    catalog.publish("default", "flow", note=f"uses {CANARY.value}", actor=ADA)
    assert_clean(audit, least=3)


def test_a_cause_that_quotes_a_secret_is_masked_in_the_engine_s_entry(audit, known, stores):
    """Calls are scrubbed before their outcome is stored; this is the second line."""
    known.add([CANARY.value])
    key = ExecutionKey.of("default", "flow", "one")
    stores.journal.create(Header(key, "flow", 1, "d", "i", "STANDARD", "RUNNING", 1.0, 0), b"{}")
    events = [
        HistoryEvent(1, 0, "ExecutionStarted", 1.0, {"input": CANARY.value}),
        HistoryEvent(2, 1, "ExecutionFailed", 2.0, {"error": "E", "cause": f"bad key {CANARY.value}"}),
    ]
    snapshot = Snapshot(facts=Facts("flow:one", "one", "flow", 1, 1.0, "STANDARD", "default"), input=None)
    change = Change((), tuple(map(codec.encode_event, events)), snapshot, frozenset(), frozenset())
    segment = Segment(key, 0, "n", codec.encode_change(change, checkpoint=True), 2.0, True, 0.0, "", 1, 2)
    EngineRecorder(audit, stores.journal, origin="")([segment])
    assert_clean(audit, least=2)


def test_the_failure_of_the_log_says_no_value(recorder, stores, monkeypatch, caplog):
    def away(records):
        raise OSError(f"cannot write {len(records)} records")

    monkeypatch.setattr(stores.audit, "append", away)
    with notices.collected_warnings() as warnings:
        AuditedSecrets(Secrets(), recorder).set("default", "KEY", CANARY.value, actor=ADA)
    assert warnings == ["secret.set of secret/KEY stands and is not in the audit log: by a defect; the log has it"]
    CANARY.assert_absent("what is said", warnings, caplog.text)
