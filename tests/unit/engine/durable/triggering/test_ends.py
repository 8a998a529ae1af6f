"""Another workflow's end starts a workflow: what arrives, once, and where it stops."""

from __future__ import annotations

import json

import pytest

from engine.catalog.published import CatalogPublished
from engine.clock import SkipClock
from engine.durable.triggering.watching import Watched
from engine.errors import StoreUnavailable
from engine.ports.deliveries import DeliveryQuery
from engine.triggers.ends import MOST_IN_A_CHAIN
from tests.support.api import api_over
from tests.support.flows import flow
from tests.support.memory.stores import MemoryStores

PASS = flow({"Done": {"Type": "Pass", "End": True}})
FAIL = flow({"No": {"Type": "Fail", "Error": "PaymentDeclined", "Cause": "no money"}})


@pytest.fixture
def api():
    clock = SkipClock(1_700_000_000.0)
    stores = MemoryStores(clock)
    made = api_over(stores, clock)
    stores.journal.hears = Watched(stores.catalog, CatalogPublished(stores.catalog), clock, "default")
    return made


def publish(api, name, definition=PASS, **document):
    reply = api("POST", "/workflows/import", {
        "document": {"name": name, "definition": definition, **document}, "publish": True
    })
    assert reply.status == 200, reply.text
    api.clock.sleep(2.5)  # what was published so long ago is listened for


def on_end(workflow="orders", **more):
    return [{"type": "workflow_end", "workflow": workflow, **more}]


def start(api, workflow="orders", given=None, name="one"):
    assert api("POST", f"/workflows/{workflow}/executions", {"input": given or {}, "name": name}).status == 201
    settle(api)


def settle(api, rounds=30):
    for _ in range(rounds):
        api.work()
        if not ended(api).tell_untold(api.stores.ends):
            return
    raise AssertionError("it goes on and on")


def ended(api):
    return api.services.open_triggers().ended


def deliveries(api, workflow="cleanup", trigger="workflow_end"):
    return api.stores.deliveries.page(DeliveryQuery("default", workflow, trigger)).deliveries


def inputs(api, workflow="cleanup"):
    rows = api("GET", f"/executions?workflow={workflow}").json["executions"]
    return [api("GET", f"/executions/{row['id']}").json["input"] for row in rows]


def test_what_arrives_is_the_detail_of_a_status_change(api):
    publish(api, "cleanup", triggers=on_end(statuses=["FAILED"], errors=["Payment*"]))
    publish(api, "orders", FAIL)
    start(api, given={"total": 12})
    (arrived,) = inputs(api)
    assert arrived == {
        "executionArn": "arn:aws:states:local:default:execution:orders:one",
        "stateMachineArn": "arn:aws:states:local:default:stateMachine:orders", "name": "one", "status": "FAILED",
        "startDate": arrived["startDate"], "stopDate": arrived["stopDate"], "error": "PaymentDeclined",
        "cause": "no money", "redriveCount": 0, "input": '{"total":12}', "inputDetails": {"included": True},
        "output": None, "outputDetails": {"included": False},
    }
    assert 1_700_000_000_000 <= arrived["startDate"] <= arrived["stopDate"]
    (row,) = deliveries(api)
    assert (row.outcome, row.source, row.dedupe_key) == ("STARTED", "orders:one", "orders:one#0#FAILED")
    entry = api("GET", f"/audit?execution={row.key.id}").json["entries"][0]
    assert entry["actor"] == "trigger:cleanup/workflow_end"


def test_who_does_not_listen_hears_nothing_and_costs_nothing(api):
    publish(api, "cleanup", triggers=on_end(statuses=["FAILED"]))
    publish(api, "orders")
    start(api)
    assert inputs(api) == []
    assert api.stores.ends.untold(0, 10) == []
    assert deliveries(api) == ()


def test_an_end_that_is_told_again_starts_nothing_again(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders")
    assert api("POST", "/workflows/orders/executions", {"input": {}, "name": "one"}).status == 201
    api.work()
    ((_, end),) = api.stores.ends.untold(0, 10)
    for _ in range(3):
        ended(api).tell([end])
    assert len(inputs(api)) == 1
    assert deliveries(api)[0].repeats == 2


def test_a_worker_that_dies_before_it_told_loses_nothing(api, monkeypatch):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders")
    assert api("POST", "/workflows/orders/executions", {"input": {}, "name": "one"}).status == 201
    api.work()
    api.stores.restart()
    with monkeypatch.context() as patch:
        patch.setattr(api.stores.deliveries, "start", lambda *_: (_ for _ in ()).throw(StoreUnavailable("down")))
        with pytest.raises(StoreUnavailable):
            ended(api).tell_untold(api.stores.ends)
    with monkeypatch.context() as patch:  # told, and dead before that is written down
        patch.setattr(api.stores.ends, "told", lambda _: (_ for _ in ()).throw(StoreUnavailable("dead")))
        with pytest.raises(StoreUnavailable):
            ended(api).tell_untold(api.stores.ends)
    settle(api)
    assert len(inputs(api)) == 1


def test_what_cannot_be_told_holds_up_nothing_behind_it(api, monkeypatch):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders")
    for name in ("one", "two"):
        assert api("POST", "/workflows/orders/executions", {"input": {}, "name": name}).status == 201
    api.work()
    begin = api.stores.deliveries.start

    def start_but_one(delivery, *rest):
        if delivery.source == "orders:one":
            raise StoreUnavailable("down")
        return begin(delivery, *rest)

    monkeypatch.setattr(api.stores.deliveries, "start", start_but_one)
    with pytest.raises(StoreUnavailable):
        ended(api).tell_untold(api.stores.ends)
    assert [given["name"] for given in inputs(api)] == ["two"]
    assert [end.key.name for _, end in api.stores.ends.untold(0, 10)] == ["one"]


def test_a_redriven_execution_ends_again(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders", FAIL)
    start(api)
    assert api("POST", "/executions/orders:one/redrive").status == 200
    settle(api)
    assert sorted(given["redriveCount"] for given in inputs(api)) == [0, 1]


def test_a_fork_that_really_calls_tells_nobody_of_its_end(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders", flow({"Tell": {"Type": "Task", "Resource": "connector:log:write", "End": True,
                                          "Parameters": {"message.$": "$.message"}}}))
    start(api, given={"message": "one"})
    asked = {"event": 1, "input": {"message": "another"}, "allow": ["Tell"]}
    assert api("POST", "/executions/orders:one/fork", asked).json["status"] == "SUCCEEDED"
    assert api.stores.ends.untold(0, 10) == []
    assert len(deliveries(api)) == 1


def test_of_sensitive_workflows_no_value_leaves(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders", FAIL, sensitive={"input": ["/card"]})
    start(api, given={"card": "4111"})
    (arrived,) = inputs(api)
    assert (arrived["input"], arrived["cause"], arrived["error"]) == (None, None, "PaymentDeclined")
    assert arrived["inputDetails"] == {"included": False}
    assert "4111" not in json.dumps(arrived)


def test_what_a_parent_hides_leaves_with_no_child(api):
    nested = flow({"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {
            "StateMachineArn": "arn:aws:states:local:default:stateMachine:orders", "Input.$": "$",
        }, "End": True,
    }})
    publish(api, "orders")
    publish(api, "parent", nested, sensitive={"input": ["/card"]})
    publish(api, "cleanup", triggers=on_end())
    start(api, "parent", given={"card": "4111"})
    (arrived,) = inputs(api)
    assert (arrived["status"], arrived["input"], arrived["output"]) == ("SUCCEEDED", None, None)


def test_a_long_input_stays_where_it_is(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders")
    start(api, given={"text": "x" * 20_000})
    (arrived,) = inputs(api)
    assert (arrived["input"], arrived["inputDetails"]) == (None, {"included": False})


def test_a_ring_comes_to_its_end_and_says_so(api):
    publish(api, "cleanup", triggers=on_end("orders"))
    publish(api, "orders", triggers=on_end("cleanup"))
    start(api)
    started = len(inputs(api, "cleanup")) + len(inputs(api, "orders"))
    assert started == 1 + MOST_IN_A_CHAIN
    refused = [row for name in ("cleanup", "orders") for row in deliveries(api, name) if row.outcome == "REFUSED"]
    assert len(refused) == 1
    assert "were started by each other's ends" in refused[0].why


def test_a_ring_through_a_child_execution_does_too(api):
    nested = flow({"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": "arn:aws:states:local:default:stateMachine:orders"}, "End": True,
    }})
    publish(api, "orders")
    publish(api, "cleanup", nested, triggers=on_end("orders"))
    start(api)
    assert len(inputs(api, "cleanup")) == MOST_IN_A_CHAIN


def test_every_other_workflow_is_heard_but_not_what_ends_have_started(api):
    publish(api, "orders")
    publish(api, "cleanup", triggers=on_end("*"))
    publish(api, "watch", triggers=on_end("*"))
    publish(api, "third", triggers=on_end("cleanup", name="after"))
    start(api)
    assert [given["name"] for given in inputs(api, "cleanup")] == ["one"]
    assert [given["name"] for given in inputs(api, "watch")] == ["one"]
    assert len(inputs(api, "third")) == 1  # who names a workflow hears it


def test_its_own_end_is_refused_at_publishing(api):
    reply = api("POST", "/workflows/import", {
        "document": {"name": "orders", "definition": PASS, "triggers": on_end("orders")}, "publish": True
    })
    assert reply.status == 422
    assert "TRIGGER_OWN_END" in reply.text


def test_what_is_paused_keeps_what_it_missed(api):
    publish(api, "cleanup", triggers=on_end())
    publish(api, "orders")
    assert api("POST", "/triggers/cleanup/workflow_end/pause").status == 200
    start(api)
    (row,) = deliveries(api)
    assert (row.outcome, row.why) == ("REFUSED", "the trigger was paused")
    assert api("POST", f"/deliveries/{row.key.id}/replay").status == 200
    assert len(inputs(api)) == 1
