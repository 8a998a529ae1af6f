"""The worker over every family of stores: the same runs, restarts and answers on memory, SQLite and AWS (moto)."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode

import pytest

from connectors import ActionSpec, ConnectorAdapter, ConnectorError
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.adapters.local.environment_secrets import EnvironmentSecrets
from engine.catalog.catalog import Catalog
from engine.catalog.document import parse_document
from engine.catalog.published import CatalogPublished, WorkflowArchived
from engine.durable import codec
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.governance.resolving import SecretResolving
from engine.ports.activities import Activity
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.queue import MAX_DELAY_SECONDS
from engine.ports.tasks import TaskFailed
from tests.support.canary import Canary
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import CALLBACK, ONE_TASK, THREE_TASKS, WORK, Died, flow, task

ORDER = flow({
    "Fan": {
        "Type": "Parallel",
        "Branches": [
            flow({"Stock": task(Next="Mark"), "Mark": {"Type": "Pass", "Result": "marked", "End": True}}),
            flow({"Lines": {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": flow({"Line": task(End=True)}),
                            "End": True}}),
        ],
        "Next": "Pause",
    },
    "Pause": {"Type": "Wait", "Seconds": 1200, "Next": "Charge"},
    "Charge": task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2}], End=True),
})


@pytest.fixture
def product_of(backend, workspace):
    def make(definition, tasks=None, **more):
        return Product(definition, tasks, backend=backend, workspace=workspace, **more)

    return make


def test_a_fork_is_the_original_from_there_on_and_touches_nothing(product_of):
    product = product_of(ORDER)
    key = product.start({"lines": [{"sku": n} for n in range(3)]})
    product.drain()
    was, events, calls = product.describe(key), product.executions.history(key), len(product.tasks.calls)
    for event in (1, len(events) // 2, len(events)):
        made = product.executions.fork(key, Wanted(event, "me"), Calls(product.tasks, lambda _resource: False))
        assert (made.status, made.output, made.fork.original) == (was.status, was.output, key.id)
        assert product.executions.history(made.key) == events
        assert made.kept_until == pytest.approx(was.kept_until, abs=2000)
    product.drain()
    assert (product.describe(key), len(product.tasks.calls)) == (was, calls)
    page = product.executions.page(ExecutionQuery(product.workspace, workflow="flow", name=key.forks))
    assert {row.key.fork_of for row in page.rows} == {key.id}
    assert len(page.rows) == 3


def test_a_forks_real_call_is_known_before_it_is_made_and_its_end_is_written_over_that(product_of):
    product = product_of(flow({"First": task(Next="Second"), "Second": task(End=True)}))
    key = product.start({"order": 1})
    product.drain()
    seen = []

    def answer(call):
        [row] = product.executions.page(ExecutionQuery(product.workspace, workflow="flow", name=key.forks)).rows
        seen.append((row.status, row.error, call.state in product.describe(row.key).cause))
        return {"order": 10 * len(seen)}

    product.tasks.answers[WORK] = [answer]
    calls = Calls(product.tasks, lambda _resource: False, allow=("First", "Second"))
    made = product.executions.fork(key, Wanted(1, "me", ({"order": 2},)), calls)
    assert seen == [("ABORTED", "Automate.ForkInterrupted", True)] * 2
    assert (made.status, made.output, made.error, made.cause) == ("SUCCEEDED", {"order": 20}, None, None)
    [row] = product.executions.page(ExecutionQuery(product.workspace, workflow="flow", name=key.forks)).rows
    assert (row.status, row.error, row.ended_at) == ("SUCCEEDED", None, made.ended_at)
    assert made.kept_until == pytest.approx(product.describe(key).kept_until, abs=2000)
    assert product.executions.history(made.key)[-1]["type"] == "ExecutionSucceeded"


def test_a_whole_order_runs(product_of):
    product = product_of(ORDER)
    key = product.start({"lines": [{"sku": n} for n in range(3)]})
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.output) == ("SUCCEEDED", ["marked", [{"sku": n} for n in range(3)]])
    assert execution.ended_at - execution.started_at >= 1200
    events = product.executions.history(key)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert product.executions.history(key, after=len(events) - 2) == events[-2:]
    page = product.executions.page(ExecutionQuery(product.workspace, status="SUCCEEDED"))
    assert [row.key for row in page.rows] == [key]


def test_a_death_amid_a_call_and_a_restart(product_of, backend):
    product = product_of(THREE_TASKS, ScriptedTasks({WORK: [{"a": 1}, _die, {"b": 2}]}))
    key = product.start({})
    with pytest.raises(Died):
        product.drain()
    backend.restart()
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 4
    assert len(set(product.tasks.keys)) == 3


def _die(_call):
    raise Died


def test_a_payload_of_a_megabyte_goes_through(product_of):
    product = product_of(THREE_TASKS)
    # What cannot be deflated: DynamoDB holds 400 KB an item, so it has to lie elsewhere.
    big = {"blob": b64encode(hashlib.shake_256(b"a megabyte").digest(750_000)).decode()}
    key = product.start(big)
    product.drain()
    execution = product.describe(key)
    assert execution.output == big
    assert execution.input == big


@pytest.mark.parametrize("seconds", [1, 16 * 60, 365 * 24 * 3600])
def test_a_wait_of_any_length_ends_at_its_time(product_of, backend, monkeypatch, seconds):
    """A message waits 900 s at most (SQS): what lies beyond is the header's due_at, and the sweeper's."""
    delays = []
    send = backend.queue.send
    monkeypatch.setattr(
        type(backend.queue), "send", lambda _self, wakes: (delays.extend(wake.delay for wake in wakes), send(wakes))[1]
    )
    product = product_of(flow({"Pause": {"Type": "Wait", "Seconds": seconds, "End": True}}))
    key = product.start({})
    product.run(key)
    for received in backend.queue.claim(10):
        backend.queue.acknowledge([received.receipt])
    if seconds > MAX_DELAY_SECONDS:
        assert delays == [0.0], "nothing but the start's own wake was sent"
        product.clock.sleep(seconds - 70)
        assert key not in [received.key for received in backend.queue.claim(10)]
    product.drain()
    execution = product.describe(key)
    assert execution.status == "SUCCEEDED"
    assert seconds <= execution.ended_at - execution.started_at <= seconds + 2
    assert max(delays) <= MAX_DELAY_SECONDS


def test_a_callback_and_a_stop(product_of):
    product = product_of(CALLBACK)
    answered, stopped = product.start({}, name="answered"), product.start({}, name="stopped")
    product.run(answered)
    product.executions.answers.send_task_success(product.tasks.calls[0].task_token, {"ok": True})
    product.executions.stop(stopped, cause="no need", actor=TESTER)
    product.drain()
    assert product.describe(answered).output == {"ok": True}
    assert (product.describe(stopped).status, product.describe(stopped).cause) == ("ABORTED", "no need")


class Chatty(ConnectorAdapter):
    """Says its secret wherever it can."""

    code = "chatty"
    name = "Chatty"
    actions = {  # noqa: RUF012
        "say": ActionSpec(inputs={"key": {"type": "string"}, "data": {"type": "object"}}, outputs={}),
        "fail": ActionSpec(inputs={"key": {"type": "string"}}, outputs={}),
    }

    def execute(self, action, params, context):
        value = context["secrets"]["CANARY"]
        if action == "fail":
            raise ConnectorError(f"bad key {value}")
        return {"params": params, "echo": f"<{value}>", value: 1}


def test_a_secret_is_in_no_store_and_a_secret_ref_that_is_data_stays_data(product_of, backend, caplog):
    canary = Canary()
    arguments = {"key": {"$secret": "CANARY"}, "data.$": "$.data"}
    definition = flow({
        "Say": {"Type": "Task", "Resource": "connector:chatty:say", "Parameters": arguments, "ResultPath": "$.said",
                "Next": "Fail"},
        "Fail": {"Type": "Task", "Resource": "connector:chatty:fail", "Parameters": {"key": {"$secret": "CANARY"}},
                 "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Done"}], "End": True},
        "Done": {"Type": "Succeed"},
    })
    registry = Registry()
    registry.register(Chatty)
    backends = [EnvironmentSecrets({"AUTOMATE_CANARY": canary.value})]
    product = product_of(definition)
    product.tasks = SecretResolving(ConnectorTasks(registry), backends, product.clock)
    key = product.start({"data": {"$secret": "CANARY"}})
    product.drain()
    execution = product.describe(key)
    assert execution.status == "SUCCEEDED", execution.cause
    assert execution.output["said"]["echo"] == "<********>"
    assert execution.output["said"]["params"]["data"] == {"$secret": "CANARY"}
    assert "bad key ********" in execution.output["error"]["Cause"]
    canary.assert_absent("the history", product.executions.history(key))
    canary.assert_absent("the execution", execution)
    canary.assert_absent("the log", caplog.text)
    for segment in backend.journal.history(key):
        canary.assert_absent("a segment", codec.stored_json(segment.body))
    _assert_absent_in_stores(canary, backend, key)


def _assert_absent_in_stores(canary: Canary, backend, key: ExecutionKey) -> None:
    """The stores as they lie there: SQLite's file as text, every item of the DynamoDB table."""
    if backend.family == "sqlite":
        database = backend.stores._database.path
        assert key.id.encode() in database.read_bytes() + database.with_name(f"{database.name}-wal").read_bytes()
        canary.assert_absent_in(database.parent)
    elif backend.family == "aws":
        client = backend.stores.clients.dynamodb
        items = [item for page in client.get_paginator("scan").paginate(TableName="automate-test")
                 for item in page["Items"]]
        assert key.id in json.dumps(items, default=repr)
        canary.assert_absent("the table", items)


def test_a_redrive_goes_on_with_what_did_not_succeed(product_of, backend):
    fragile = "connector:demo:fragile"
    branches = [flow({"Good": task(End=True)}), flow({"Bad": {**task(End=True), "Resource": fragile}})]
    definition = flow({"Both": {"Type": "Parallel", "Branches": branches, "Next": "Nap"},
                       "Nap": {"Type": "Wait", "Seconds": 1200, "End": True}})
    down = TaskFailed("Demo.Down", "it is down")
    product = product_of(definition, ScriptedTasks({WORK: ["good"], fragile: [down, "mended"]}))
    key = product.start({"big": "x" * 5000})
    product.drain()
    assert product.describe(key).status == "FAILED"
    backend.restart()
    assert product.executions.redrive(key).status == "RUNNING"
    page = product.executions.page(ExecutionQuery(product.workspace, status="RUNNING"))
    assert [(row.key, row.ended_at, row.error) for row in page.rows] == [(key, None, None)]
    assert not product.executions.page(ExecutionQuery(product.workspace, status="FAILED")).rows
    backend.restart()
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.output, execution.redrives) == ("SUCCEEDED", ["good", "mended"], 1)
    assert [call.resource for call in product.tasks.calls].count(WORK) == 1
    [row] = product.executions.page(ExecutionQuery(product.workspace)).rows
    assert (row.status, row.ended_at) == ("SUCCEEDED", execution.ended_at)


def test_a_redrive_goes_on_by_another_version(product_of, backend):
    """Stored and read again between all steps: the header, the list and the worker say the same version."""
    old = flow({"Good": task(Next="Bad"), "Bad": {**task(End=True), "Resource": "connector:demo:fragile"}})
    new = flow({"Good": task(Next="Bad"), "Bad": {**task(Next="Nap"), "Resource": "connector:demo:mended"},
                "Nap": {"Type": "Wait", "Seconds": 1200, "End": True}})
    down = TaskFailed("Demo.Down", "it is down")
    product = product_of(old, ScriptedTasks({"connector:demo:fragile": [down], "connector:demo:mended": ["mended"]}))
    key = product.start({"big": "x" * 5000})
    product.drain()
    version = product.published.publish(new)
    backend.restart()
    assert product.executions.forward(key, 2, actor=TESTER).version == 2
    with pytest.raises(ExecutionNotRedrivable):
        product.executions.forward(key, 2, actor=TESTER)
    backend.restart()
    header = backend.journal.header(key)
    assert (header.version, header.definition_digest) == (2, version.definition_digest)
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.output, execution.version) == ("SUCCEEDED", "mended", 2)
    assert [call.resource for call in product.tasks.calls].count(WORK) == 1
    [row] = product.executions.page(ExecutionQuery(product.workspace)).rows
    assert (row.status, row.version) == ("SUCCEEDED", 2)
    assert [(change.from_version, change.to_version) for change in execution.changeovers] == [(1, 2)]


def test_of_an_archived_workflow_nothing_goes_on_again(backend, product_of):
    """Neither by the version that it ran by nor by another one, and no fork of it is made; nothing is written."""
    product = product_of(ONE_TASK, ScriptedTasks({WORK: [TaskFailed("Demo.Down", "it is down"), {"ok": 1}]}))
    catalog = Catalog(backend.catalog, backend.clock)
    for definition in (ONE_TASK, flow({"Work": task(Next="Nap"), "Nap": {"Type": "Wait", "Seconds": 1, "End": True}})):
        catalog.import_document(product.workspace, parse_document(definition, name="flow"), actor=TESTER)
        catalog.publish(product.workspace, "flow", actor=TESTER)
    product.published = CatalogPublished(backend.catalog)
    key = product.executions.start(product.workspace, "flow", {}, name="one", version=1).key
    product.drain()
    catalog.set_archived(product.workspace, "flow", archived=True)
    executions, before = product.executions, backend.journal.load(key)
    for goes_on in (
        lambda: executions.redrive(key), lambda: executions.forward(key, 2, actor=TESTER),
        lambda: executions.forward_plan(key, 2),
        lambda: executions.fork(key, Wanted(1, "me"), Calls(product.tasks, lambda _resource: False)),
    ):
        with pytest.raises(WorkflowArchived, match="archived"):
            goes_on()
    assert backend.journal.load(key) == before
    catalog.set_archived(product.workspace, "flow", archived=False)
    assert product.executions.redrive(key).status == "RUNNING"
    product.drain()
    assert product.describe(key).output == {"ok": 1}


def test_a_stopped_execution_offers_no_work(backend, product_of):
    """Its work item goes before its header says that it is closed: no poll has to find out."""
    backend.activities.create(Activity(product_of(THREE_TASKS).workspace, "packing", backend.clock.now()))
    product = product_of(flow({"Pack": {
        "Type": "Task", "Resource": "arn:aws:states:local:default:activity:packing", "End": True,
    }}))
    key = product.start({})
    product.run(key)
    assert len(backend.activities.waiting(product.workspace, "packing", 10)) == 1
    product.executions.stop(key, actor=TESTER)
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    assert backend.activities.waiting(product.workspace, "packing", 10) == []
