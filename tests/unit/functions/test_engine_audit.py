"""The worker tells what it committed: every start and failure is recorded once, wherever it dies."""

from __future__ import annotations

import pytest

from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.governance.audit.audit import Audit
from engine.governance.audit.query import AuditQuery
from engine.governance.masking import MASK
from engine.ports.audit_log import CHAINS
from engine.ports.tasks import TaskFailed
from functions.engine_audit import EngineRecorder
from tests.support.api import api_over
from tests.support.durable import Product, ScriptedTasks
from tests.support.memory.stores import MemoryStores

WORK = "connector:work:do"
FLOW = {
    "StartAt": "Pay",
    "States": {
        "Pay": {"Type": "Task", "Resource": WORK, "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], "End": True},
        "Sorry": {"Type": "Fail", "Error": "Refused", "Cause": "nobody pays"},
    },
}
EXPECTED = [
    ("engine.started", None, None), ("engine.step_failed", "Pay", 0), ("engine.step_failed", "Pay", 1),
    ("engine.step_failed", "Pay", 2), ("engine.failed", "Sorry", 0),
]


class Died(BaseException):
    """The process is gone."""


class AuditedProduct(Product):
    """Its workers record; `die` says at which call of the recorder, and on which side of it, one of them dies."""

    def __init__(self, die=None):
        super().__init__(FLOW, ScriptedTasks({WORK: [TaskFailed("E", "bad")]}))
        self.audit = Audit(self.stores.audit, self.clock)
        self.told, self.die = 0, die

    def worker(self, *arguments, **more):
        recorder = EngineRecorder(self.audit, self.stores.journal, origin="a worker")

        def on_committed(segments):
            self.told += 1
            if self.die == (self.told, "before"):
                raise Died
            recorder(segments)
            if self.die == (self.told, "after"):
                raise Died

        return super().worker(*arguments, **more, on_committed=on_committed)

    def recorded(self, key):
        found = self.audit.page(AuditQuery("default", execution=key.id)).entries
        return [(i.entry.act, i.entry.details.get("state"), i.entry.details.get("attempt")) for i in reversed(found)]


def test_starts_and_failures_are_recorded_with_their_context():
    product = AuditedProduct()
    key = product.start({})
    product.drain()
    assert product.describe(key).status == "FAILED"
    assert product.recorded(key) == EXPECTED
    assert product.audit.verify("default").ok


_CALLS = 12


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("call", range(1, _CALLS + 1))
def test_a_death_beside_the_log_neither_loses_nor_doubles_an_entry(call, side):
    product = AuditedProduct(die=(call, side))
    key = product.start({})
    died = False
    try:
        product.drain()
    except Died:
        died = True
        product.stores.restart()
        product.drain()
    assert died == (product.told >= call)
    assert product.describe(key).status == "FAILED"
    assert product.recorded(key) == EXPECTED
    assert product.audit.verify("default").ok


def test_the_deaths_above_reach_the_end_of_the_run():
    """Else the parameters would prove less than they say."""
    product = AuditedProduct()
    product.start({})
    product.drain()
    assert 5 <= product.told <= _CALLS


def test_a_recorder_that_has_told_asks_the_log_no_more(caplog):
    product = AuditedProduct()
    key = product.start({})
    product.drain()
    recorder = EngineRecorder(product.audit, product.stores.journal, origin="")
    segments = list(product.stores.journal.history(key))
    recorder(segments)
    product.stores.audit.heads = None  # whoever asks fails, loudly
    recorder(segments)
    assert "NOT IN THE AUDIT LOG" not in caplog.text
    EngineRecorder(product.audit, product.stores.journal, origin="")(segments)
    assert "NOT IN THE AUDIT LOG" in caplog.text, "another process has to ask"


def test_the_way_back_of_a_failure_reads_a_segment_once():
    product = AuditedProduct()
    key = product.start({})
    product.drain()
    journal, asked = product.stores.journal, []
    segments = list(journal.history(key))
    whole = journal.history

    def history(key, after=0, **how):
        asked.append(after)
        return whole(key, after, **how)

    journal.history = history
    EngineRecorder(product.audit, journal, origin="")(segments[-1:])
    assert 0 < len(asked) < len(segments)


def handed_on(name, to=None):
    """A workflow that fails with its input as the cause, or hands it on to another one."""
    own = {"Type": "Fail", "Error": "Refused", "CausePath": "$.iban"}
    child = {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
        "Parameters": {"StateMachineArn": to, "Input.$": "$"},
    }
    return {"name": name, "definition": {"StartAt": "A", "States": {"A": child if to else own}}}


@pytest.mark.parametrize("marks", [{}, {"sensitive": {"input": ["/iban"]}}])
def test_the_log_keeps_no_cause_of_what_a_workflow_that_marks_fields_has_started(marks):
    clock = SkipClock()
    stores = MemoryStores(clock)
    api = api_over(stores, clock)
    api.on_committed = EngineRecorder(
        api.services.audit, stores.journal, origin="worker", published=CatalogPublished(stores.catalog)
    )
    for document in (handed_on("last"), handed_on("middle", "last"), {**handed_on("first", "middle"), **marks}):
        assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    api("POST", "/workflows/first/executions", {"name": "one", "input": {"iban": "DE-0815-4711"}})
    api.work()
    failed = [one for one in api("GET", "/audit?limit=200").json["entries"] if one["act"] == "engine.failed"]
    assert {one["subject"].split(":")[0] for one in failed} == {"execution/first", "execution/middle", "execution/last"}
    [last] = [one["details"]["cause"] for one in failed if one["subject"].startswith("execution/last")]
    assert last == (MASK if marks else "DE-0815-4711")
    exported = "".join(api("GET", f"/audit/export?chain={chain}").text for chain in range(CHAINS))
    assert ("DE-0815-4711" in exported) is not bool(marks)
