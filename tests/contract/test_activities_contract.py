"""engine.ports.activities.ActivityStore, and activities as a whole, the same for every family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import Conflict, NotFound, StoreUnavailable
from engine.ports.activities import Activity, WorkItem
from tests.support.durable import TESTER, Product
from tests.support.faults import Once
from tests.support.flows import flow

RESOURCE = "arn:aws:states:eu-central-1:123456789012:activity:pick"


def asks(**more):
    return flow({"Pick": {"Type": "Task", "Resource": RESOURCE, "End": True, **more}})


@pytest.fixture
def store(backend):
    return backend.activities


@pytest.fixture
def item(workspace):
    return WorkItem(workspace, "pick", "orders:run-1", "/0", 3, 0, 1_700_000_000.5)


@pytest.fixture
def product_of(backend, workspace):
    def make(definition, **more):
        product = Product(definition, backend=backend, workspace=workspace, **more)
        product.activities.create(workspace, "pick")
        return product

    return make


def test_an_activity_is_created_once_and_deleted(store, workspace):
    made = Activity(workspace, "pick", 1_700_000_000.25)
    assert store.create(made) == made
    assert store.create(replace(made, created_at=1_800_000_000.0)) == made
    store.create(Activity(workspace, "a-first", 1_700_000_001.0))
    assert [found.name for found in store.activities(workspace)] == ["a-first", "pick"]
    store.delete(workspace, "pick")
    store.delete(workspace, "pick")
    assert store.activity(workspace, "pick") is None
    assert store.activities(workspace + "-b") == []


def test_items_wait_oldest_first(store, item):
    later = replace(item, execution_id="orders:run-0", since=item.since + 1)
    store.offer(later)
    store.offer(item)
    assert store.waiting(item.workspace, "pick", 5) == [item, later]
    assert store.waiting(item.workspace, "pick", 1) == [item]
    assert store.waiting(item.workspace, "other", 5) == []


def test_one_claim_succeeds_and_offering_again_frees_nothing(store, item):
    store.offer(item)
    assert store.claim(item, "poll-1", "ada")
    assert store.claim(item, "poll-1", "ada")  # its reply was lost
    assert not store.claim(item, "poll-2", "grace")
    store.offer(item)
    assert store.waiting(item.workspace, "pick", 5) == []
    assert store.item(item) == replace(item, taken_by="poll-1", worker="ada")


def test_a_claim_is_given_back_by_its_owner_alone(store, item):
    store.offer(item)
    store.claim(item, "poll-1", None)
    store.release(item, "poll-2")
    assert not store.claim(item, "poll-2", None)
    store.release(item, "poll-1")
    assert store.claim(item, "poll-2", None)


def test_what_is_removed_cannot_be_claimed(store, item):
    store.offer(item)
    store.remove([item])
    store.remove([item])
    assert store.item(item) is None
    assert not store.claim(item, "poll-1", None)
    store.remove([])


def test_a_worker_polls_and_answers(product_of, workspace):
    product = product_of(asks())
    key = product.start({"sku": 1})
    assert product.activities.poll(workspace, "pick") is None
    product.run(key)
    task = product.activities.poll(workspace, "pick", worker="ada")
    assert task.input == {"sku": 1}
    assert product.activities.poll(workspace, "pick", worker="grace") is None
    product.executions.answers.send_task_success(task.token, {"picked": 1})  # before the word that it was taken is read
    product.drain()
    assert product.describe(key).output == {"picked": 1}
    assert product.events(key)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    started = next(event for event in product.executions.history(key) if event["type"] == "ActivityStarted")
    assert started["activityStartedEventDetails"] == {"workerName": "ada"}
    assert product.stores.activities.waiting(workspace, "pick", 5) == []


def test_a_failure_is_the_activitys(product_of, workspace):
    product = product_of(asks())
    key = product.start({})
    product.run(key)
    product.executions.answers.send_task_failure(product.activities.poll(workspace, "pick").token, "Broken", "it fell")
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Broken", "it fell")
    assert "ActivityFailed" in product.events(key)


def test_a_poller_that_dies_is_found_by_its_heartbeat_and_the_retry_goes_to_another(product_of, workspace):
    product = product_of(asks(HeartbeatSeconds=20, TimeoutSeconds=600, Retry=[
        {"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1, "MaxAttempts": 1},
    ]))
    key = product.start({})
    product.run(key)
    lost = product.activities.poll(workspace, "pick", worker="lost")
    product.run(key)
    product.clock.sleep(15)
    product.executions.answers.send_task_heartbeat(lost.token)
    product.run(key)
    product.clock.sleep(15)
    product.run(key)
    assert product.describe(key).status == "RUNNING"  # the heartbeat began its time anew
    product.clock.sleep(10)
    product.run(key)
    assert "ActivityTimedOut" in product.events(key)
    with pytest.raises(Conflict):
        product.executions.answers.send_task_success(lost.token, {"late": True})
    product.clock.sleep(2)
    product.run(key)
    again = product.activities.poll(workspace, "pick", worker="found")
    assert again.token != lost.token
    product.executions.answers.send_task_success(again.token, {"ok": True})
    product.drain()
    assert product.describe(key).output == {"ok": True}


def test_an_item_of_a_stopped_execution_goes_to_nobody(product_of, workspace):
    product = product_of(asks())
    key = product.start({})
    product.run(key)
    product.executions.stop(key, actor=TESTER)
    assert len(product.stores.activities.waiting(workspace, "pick", 5)) == 1
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    assert product.stores.activities.waiting(workspace, "pick", 5) == []
    assert product.activities.poll(workspace, "pick") is None


def test_an_activity_that_is_not_there(product_of, workspace):
    product = product_of(asks())
    product.activities.delete(workspace, "pick")
    key = product.start({})
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause.endswith(f"The activity {RESOURCE} does not exist.")
    with pytest.raises(NotFound):
        product.activities.poll(workspace, "pick")


def test_a_word_in_the_inbox_that_was_lost_is_found_in_the_item(product_of, workspace):
    product = product_of(asks(TimeoutSeconds=30))
    key = product.start({})
    product.run(key)
    [item] = product.stores.activities.waiting(workspace, "pick", 5)
    assert product.stores.activities.claim(item, "poll-1", "died")  # and died before it said so
    product.drain()
    execution = product.describe(key)
    assert (execution.status, execution.error) == ("FAILED", "States.Timeout")
    assert execution.ended_at - execution.started_at >= 300


class Revoked(Exception):
    pass


def asked_at_the_third(product, key):
    """The sleeps of a poll, and a sleep at whose third the execution runs up to its task."""
    slept, real = [], product.clock.sleep

    def sleep(seconds):
        slept.append(seconds)
        real(seconds)
        if len(slept) == 3:
            product.run(key)

    return slept, sleep


def test_who_was_held_and_may_have_nothing_any_more_is_given_nothing(product_of, workspace, monkeypatch):
    product = product_of(asks())
    key = product.start({"sku": 2})
    slept, sleep = asked_at_the_third(product, key)

    def still():
        raise Revoked

    with pytest.raises(Revoked):
        product.activities.poll(workspace, "pick", wait=1, still=still)
    monkeypatch.setattr(product.clock, "sleep", sleep)
    with pytest.raises(Revoked):
        product.activities.poll(workspace, "pick", wait=60, still=still)
    assert len(slept) == 3
    assert product.activities.poll(workspace, "pick").input == {"sku": 2}


def test_a_long_poll_waits_for_what_comes_later(product_of, workspace, monkeypatch):
    product = product_of(asks())
    key = product.start({"sku": 2})
    slept, sleep = asked_at_the_third(product, key)
    monkeypatch.setattr(product.clock, "sleep", sleep)
    assert product.activities.poll(workspace, "pick", wait=60).input == {"sku": 2}
    assert sum(slept) < 10
    began = product.clock.now()
    assert product.activities.poll(workspace, "pick", wait=500) is None
    assert product.clock.now() - began == pytest.approx(60, abs=1)


def test_a_poll_that_fails_gives_its_claim_back(product_of, workspace, monkeypatch):
    product = product_of(asks())
    key = product.start({"sku": 1})
    product.run(key)
    journal = product.stores.journal
    with monkeypatch.context() as patch:
        patch.setattr(journal, "load", Once(journal.load, StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            product.activities.poll(workspace, "pick")
    assert product.activities.poll(workspace, "pick").input == {"sku": 1}
