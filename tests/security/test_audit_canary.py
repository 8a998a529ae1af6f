"""No secret is in the audit log, and none in what the log's failure says."""

from __future__ import annotations

import json

import pytest

from connectors.registry import default_registry
from connectors.tasks import ConnectorTasks
from engine.clock import SkipClock
from engine.durable import codec
from engine.durable.codec import Change
from engine.durable.lifecycle.budgets import Budgets
from engine.errors import Conflict
from engine.governance.audit.audit import Audit
from engine.governance.audit.export import exported
from engine.governance.audit.query import AuditQuery
from engine.governance.log_masking import KnownSecrets
from engine.governance.resolving import AnswerMasks
from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.kernel.history import HistoryEvent
from engine.kernel.snapshot import Facts, Snapshot
from engine.ports.audit_log import CHAINS
from engine.ports.journal import Header, Segment
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.secrets import SecretInfo
from engine.settings import Settings
from functions.app import http
from functions.app.routes import secrets
from functions.app.routing import answer
from functions.app.services import NoLogs, Place
from functions.app.table import find
from functions.app.wiring import services_over
from functions.engine_audit import EngineRecorder
from functions.task_chain import TaskChain
from tests.support.canary import Canary
from tests.support.memory.stores import MemoryStores

CANARY = Canary()
ADA = Actor("ada", origin="command line")
OWNER = Caller(ADA, (Grant("user/ada", EVERY_WORKSPACE, Role.ADMIN),))


class Secrets:
    """A backend that says what it was given wherever it can."""

    name = "memory"

    def __init__(self):
        self.values = {}

    def grants(self, workspace, key, *, fresh=False):
        return None

    def list(self, workspace):
        return [SecretInfo(key, self.name, 1.0, value) for key, value in self.values.items()]

    def set(self, workspace, key, value, *, by):
        if key == "REFUSED":
            raise Conflict(f"somebody else set {value!r} meanwhile", details={"value": value})
        self.values[key] = value
        return SecretInfo(key, self.name, 1.0, value)

    def stage(self, workspace, key, value):
        self.pending = value
        return True

    def promote(self, workspace, key, *, by):
        return self.set(workspace, key, self.pending, by=by)

    def delete(self, workspace, key):
        return self.values.pop(key, None) is not None


@pytest.fixture
def known(monkeypatch):
    known = KnownSecrets()
    monkeypatch.setattr(secrets, "KNOWN", known)
    return known


@pytest.fixture
def stores():
    return MemoryStores(SkipClock())


@pytest.fixture
def audit(stores, known):
    return Audit(stores.audit, SkipClock(), known=known)


class Ask:
    """Asks a route; its answer is the status, `bodies` what was answered."""

    def __init__(self, services):
        self.services = services
        self.bodies = []

    def __call__(self, method, path, body=None):
        route, parameters = find(method, path)
        raw = b"" if body is None else json.dumps(body).encode()
        reply = answer(route, http.Request(method, path, parameters, body=raw), lambda: self.services)
        self.bodies.append(json.loads(reply.body))
        return reply.status


@pytest.fixture
def ask(stores, audit):
    backends = (Secrets(),)
    tasks = ConnectorTasks(default_registry)
    return Ask(services_over(
        stores, Settings(), SkipClock(), TaskChain(tasks, AnswerMasks(backends), None), audit,
        budgets=Budgets(stores.trigger_states, stores.index, SkipClock()), new_worker=None, secret_backends=backends,
        secret_store=backends[0], caller_of=lambda context, headers: OWNER, logs=NoLogs(), place=Place("local"),
        startable=lambda version: None,
    ))


def assert_clean(audit, *, least):
    found = audit.page(AuditQuery("default")).entries
    assert len(found) >= least
    CANARY.assert_absent("the audit log", found, *(item.as_dict() for item in found))
    lines = [line for chain in range(CHAINS) for line in exported(audit.log, "default", chain, audit.actors)]
    CANARY.assert_absent("its store", str(vars(audit.log)), *lines)


def test_a_secret_that_is_set_rotated_refused_and_deleted_is_in_no_entry(ask, audit, caplog):
    value = {"value": CANARY.value}
    assert [ask("PUT", "/secrets/KEY", value), ask("POST", "/secrets/KEY/rotate", value)] == [200, 200]
    assert ask("PUT", "/secrets/REFUSED", value) == 409
    assert ask("DELETE", "/secrets/KEY") == 200
    assert_clean(audit, least=4)
    CANARY.assert_absent("the log", caplog.text)


def test_a_value_written_into_a_definition_by_mistake_is_masked_in_the_difference(ask, audit, known):
    known.add([CANARY.value])
    for comment in ("none yet", f"the key is {CANARY.value}"):
        definition = {"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
        assert ask("POST", "/workflows/import", {"document": {"name": "flow", "definition": definition}}) == 200
    assert ask("POST", "/workflows/flow/publish", {"note": f"uses {CANARY.value}"}) == 200
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
    change = Change((), (codec.encode_events(events),), snapshot, frozenset(), frozenset())
    segment = Segment(key, 0, "n", codec.encode_change(change, checkpoint=True), 2.0, True, 0.0, "", 1, 2)
    EngineRecorder(audit, stores.journal, origin="")([segment])
    assert_clean(audit, least=2)


def test_the_failure_of_the_log_says_no_value(ask, stores, monkeypatch, caplog):
    def away(records, **_):
        raise OSError(f"cannot write {len(records)} records")

    monkeypatch.setattr(stores.audit, "append", away)
    assert ask("PUT", "/secrets/KEY", {"value": CANARY.value}) == 200
    (answered,) = ask.bodies
    assert answered["warnings"] == [
        "secret.set of secret/KEY stands and is not in the audit log: by a defect; the log has it"
    ]
    CANARY.assert_absent("what is said", answered["warnings"], caplog.text)
