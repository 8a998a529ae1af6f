"""A distributed Map over child executions: the main path, tolerances, stops, lost notices, updates."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from engine.durable.poison import pause
from engine.errors import Conflict, InvalidDocument, NotFound
from engine.kernel.children.map_run import THRESHOLD
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import WORK, flow, task


def distributed(states=None, **more):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **flow(states or {"Work": task(End=True)}),
    }
    return flow({"Each": {"Type": "Map", "ItemProcessor": processor, "End": True, **more}})


def run(definition, given, tasks=None, limit=400, **more):
    product = Product(definition, tasks, **more)
    key = product.start(given)
    product.drain(limit=limit)
    return product, key, product.describe(key)


def children_of(product):
    return [key for key in product.stores.journal._headers if "~" in key.id]


def test_each_item_runs_as_an_execution_of_its_own():
    product, key, execution = run(distributed(), [{"n": n} for n in range(5)])
    assert (execution.status, execution.output) == ("SUCCEEDED", [{"n": n} for n in range(5)])
    children = children_of(product)
    assert len(children) == 5
    assert {product.stores.journal.header(child).status for child in children} == {"SUCCEEDED"}
    assert [row.key for row in product.stores.index.query(ExecutionQuery("default")).rows] == [key]
    assert product.events(key) == [
        "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
        "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
    ]
    assert product.events(children[0])[0] == "ExecutionStarted"
    assert not product.stores.journal.due(float("inf"))


def test_two_hundred_and_fifty_children_join_in_order():
    product, _, execution = run(distributed({"Pass": {"Type": "Pass", "End": True}}), list(range(250)))
    assert execution.output == list(range(250))
    assert len(children_of(product)) == 250


def test_concurrency_bounds_what_is_out_at_once():
    seen = []
    product = Product(distributed(MaxConcurrency=3), ScriptedTasks({WORK: [lambda call: seen.append(out(product))]}))
    product.start(list(range(10)))
    product.drain()
    assert len(seen) == 10
    assert max(seen) <= 3


def out(product):
    headers = [product.stores.journal.header(child) for child in children_of(product)]
    return sum(header.status == "RUNNING" for header in headers)


def every_third(call):
    return TaskFailed("Bad", "a bad item", retryable=False) if call.arguments % 3 == 0 else call.arguments


@pytest.mark.parametrize(("tolerance", "status"), [
    ({}, "FAILED"), ({"ToleratedFailureCount": 2}, "FAILED"), ({"ToleratedFailureCount": 3}, "SUCCEEDED"),
    ({"ToleratedFailurePercentage": 33}, "FAILED"), ({"ToleratedFailurePercentage": 34}, "SUCCEEDED"),
])
def test_so_many_failures_are_tolerated_as_it_says(tolerance, status):
    product, _, execution = run(
        distributed(**tolerance), list(range(9)), ScriptedTasks({WORK: [every_third]}),
    )
    assert execution.status == status
    if status == "SUCCEEDED":
        assert execution.output == [1, 2, 4, 5, 7, 8]
    else:
        assert execution.error == THRESHOLD
    assert not product.stores.journal.due(float("inf"))


def test_a_failed_run_can_be_caught_and_its_children_are_stopped():
    states = {"Work": task(Next="Rest"), "Rest": {"Type": "Wait", "Seconds": 5000, "End": True}}
    definition = distributed(states, Catch=[{"ErrorEquals": [THRESHOLD], "Next": "After"}])
    definition["States"]["After"] = {"Type": "Wait", "Seconds": 10_000, "Next": "Done"}
    definition["States"]["Done"] = {"Type": "Succeed"}
    product, _, execution = run(definition, [1, 2, 3, 4], ScriptedTasks({WORK: [every_third]}))
    assert execution.status == "SUCCEEDED"
    statuses = [product.stores.journal.header(child).status for child in children_of(product)]
    assert sorted(statuses) == ["ABORTED", "ABORTED", "ABORTED", "FAILED"]


def test_a_retried_run_starts_other_children():
    tasks = ScriptedTasks({WORK: [lambda call: TaskFailed("Once") if call.execution_id.endswith("~1.0~1") else 7]})
    definition = distributed(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}])
    product, _, execution = run(definition, [1, 2], tasks)
    assert execution.output == [7, 7]
    assert len(children_of(product)) == 4


def test_a_stop_of_the_parent_stops_its_children():
    product = Product(distributed({"Rest": {"Type": "Wait", "Seconds": 5000, "End": True}}))
    key = product.start(list(range(3)))
    for _ in range(2):
        product.run(key)
    product.executions.stop(key, actor=TESTER)
    product.drain()
    assert product.describe(key).status == "ABORTED"
    assert [product.stores.journal.header(child).status for child in children_of(product)] == ["ABORTED"] * 3
    assert not product.stores.journal.due(float("inf"))


def test_a_child_that_begins_after_its_parent_has_ended_does_nothing():
    product = Product(distributed())
    key = product.start([1, 2])
    product.run(key)
    child = children_of(product)[0]
    product.executions.stop(key, actor=TESTER)
    product.stores.journal.delete_inbox(child, [item.id for item in product.stores.journal.inbox(child)])
    product.run(key)
    product.stores.journal.delete_inbox(child, [item.id for item in product.stores.journal.inbox(child)])
    product.drain()
    assert product.stores.journal.header(child).status == "ABORTED"
    assert not product.tasks.calls


def test_large_outputs_are_read_from_the_children():
    tasks = ScriptedTasks({WORK: [lambda call: {"blob": "x" * 5000, "n": call.arguments}]})
    _, _, execution = run(distributed(), list(range(12)), tasks)
    assert [output["n"] for output in execution.output] == list(range(12))


def test_nothing_to_map_over():
    assert run(distributed(), [])[2].output == []


def test_selector_and_batcher_make_the_inputs():
    given = {"Items": [1, 2, 3, 4, 5]}
    definition = distributed(
        ItemsPath="$.Items", ItemBatcher={"MaxItemsPerBatch": 2},
        ItemSelector={"n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"},
    )
    _, _, execution = run(definition, given)
    assert [len(batch["Items"]) for batch in execution.output] == [2, 2, 1]
    assert execution.output[2] == {"Items": [{"n": 5, "at": 4}]}


def test_a_map_inside_a_child_of_a_map():
    inner = distributed({"Pass": {"Type": "Pass", "End": True}})["States"]["Each"]
    _, _, execution = run(distributed({"Inner": inner}), [[1, 2], [3], []])
    assert execution.output == [[1, 2], [3], []]


def test_in_a_parallel_beside_a_task_that_fails():
    definition = flow({"Both": {
        "Type": "Parallel", "End": True, "Branches": [
            distributed({"Rest": {"Type": "Wait", "Seconds": 900, "End": True}}),
            flow({"Pause": {"Type": "Wait", "Seconds": 5, "Next": "Bad"}, "Bad": {"Type": "Fail", "Error": "Bad"}}),
        ],
    }})
    product, _, execution = run(definition, [1, 2, 3])
    assert (execution.status, execution.error) == ("FAILED", "Bad")
    assert [product.stores.journal.header(child).status for child in children_of(product)] == ["ABORTED"] * 3


def test_a_worker_whose_time_is_over_leaves_the_rest_to_the_next():
    product = Product(distributed())
    key = product.start(list(range(250)))
    assert product.run(key, seconds=4.0) is None
    assert not children_of(product)
    assert product.stores.journal.header(key).due_at == product.clock.now()
    product.drain()
    assert product.describe(key).output == list(range(250))


def test_a_stop_is_heard_amid_a_wide_dispatch():
    product = Product(distributed())
    key = product.start(list(range(1000)))
    create = product.stores.journal.create

    def slow(header, data):
        product.clock.sleep(0.03)
        if header.key.id.endswith("~150"):
            product.executions.stop(key, actor=TESTER)
        return create(header, data)

    product.stores.journal.create = slow
    product.run(key)
    assert product.describe(key).status == "ABORTED"
    assert len(children_of(product)) < 350
    product.drain(limit=2000)
    assert {product.stores.journal.header(child).status for child in children_of(product)} == {"ABORTED"}


# ---------------------------------------------------------------- an ItemReader

READ = "arn:aws:states:::s3:getObject"
LIST = "arn:aws:states:::s3:listObjectsV2"


def reads(resource, **config):
    return distributed(ItemReader={
        "Resource": resource, "Parameters": {"Bucket": "b", "Key" if resource == READ else "Prefix": "k"},
        **({"ReaderConfig": config} if config else {}),
    })


def test_items_are_read_by_the_task_port():
    tasks = ScriptedTasks({READ: [{"Body": "sku,n\na,1\nb,2\n"}]})
    product, _, execution = run(reads(READ, InputType="CSV", CSVHeaderLocation="FIRST_ROW"), {}, tasks)
    assert execution.output == [{"sku": "a", "n": "1"}, {"sku": "b", "n": "2"}]
    assert product.tasks.calls[0].arguments == {"Bucket": "b", "Key": "k"}


def test_a_listing_is_read_page_by_page():
    pages = [{"Contents": [{"Key": "1"}], "IsTruncated": True, "NextContinuationToken": "t"},
             {"Contents": [{"Key": "2"}], "IsTruncated": False}]
    product, _, execution = run(reads(LIST), {}, ScriptedTasks({LIST: pages}))
    assert execution.output == [{"Key": "1"}, {"Key": "2"}]
    assert product.tasks.calls[1].arguments["ContinuationToken"] == "t"


@pytest.mark.parametrize(("most", "keys"), [(0, 3), (1, 1), (2, 2), (9, 3), (-1, None)])
def test_a_listing_is_read_up_to_max_items(most, keys):
    page = {"Contents": [{"Key": "1"}, {"Key": "2"}, {"Key": "3"}], "IsTruncated": False}
    _, _, execution = run(reads(LIST, MaxItemsPath="$.most"), {"most": most}, ScriptedTasks({LIST: [page]}))
    if keys is None:  # as for what s3:getObject reads (recorded)
        assert (execution.error, execution.cause) == ("States.ItemReaderFailed", "field MaxItems must be positive")
    else:
        assert len(execution.output) == keys


@pytest.mark.parametrize("answer", [TaskFailed("S3.NoSuchKey", "gone"), {"Body": "no json"}, {"odd": 1}])
def test_what_cannot_be_read_fails_the_run(answer):
    _, _, execution = run(reads(READ), {}, ScriptedTasks({READ: [answer]}))
    assert (execution.status, execution.error) == ("FAILED", "States.ItemReaderFailed")


# ---------------------------------------------------------------- what gets lost


class LosingJournal:
    """Loses notices by seed: the write is answered, and nothing is there."""

    def __init__(self, journal, share, seed=7):
        self.journal, self.share, self.lost = journal, share, 0
        self.draw = random.Random(seed)  # noqa: S311  the same losses each time

    def __getattr__(self, name):
        return getattr(self.journal, name)

    def put_inbox(self, item):
        if item.id.startswith("notice#") and self.draw.random() < self.share:
            self.lost += 1
            return True
        return self.journal.put_inbox(item)


def losing(share):
    found = []

    def wrap(name, port):
        if name != "journal":
            return port
        if not found:
            found.append(LosingJournal(port, share))
        return found[0]

    return wrap, found


def joined_although_notices_get_lost(count, share, limit):
    wrap, found = losing(share)
    product = Product(
        distributed({"Pass": {"Type": "Pass", "End": True}}, ToleratedFailureCount=0), wrap=wrap,
    )
    key = product.start(list(range(count)))
    product.drain(limit=limit)
    execution = product.describe(key)
    assert execution.output == list(range(count))
    assert found[0].lost > count * share / 2
    last = max(product.stores.journal.header(child).ended_at for child in children_of(product))
    assert execution.ended_at - last <= 400  # the bound of docs/reliability.md
    assert not product.stores.journal.due(float("inf"))
    return execution


def test_two_hundred_children_whose_notices_get_lost():
    joined_although_notices_get_lost(200, 0.3, 2_000)


def test_every_notice_lost():
    joined_although_notices_get_lost(20, 1.0, 500)


@pytest.mark.full
def test_ten_thousand_children_whose_notices_get_lost():
    joined_although_notices_get_lost(10_000, 0.3, 100_000)


# ---------------------------------------------------------------- described and updated

REST = {"Rest": {"Type": "Wait", "SecondsPath": "$", "End": True}}


def test_a_run_is_described_while_it_runs_and_afterwards():
    definition = distributed(REST, MaxConcurrency=2, ToleratedFailureCount=1)
    product = Product(definition)
    key = product.start([100, 5000, 5000])
    for _ in range(3):
        product.run(key)
    (arn,) = product.executions.map_runs(key)
    run = product.executions.describe_map_run(key, arn)
    assert run == product.executions.describe_map_run(key, arn.rpartition(":")[2])
    assert (run.status, run.max_concurrency, run.tolerated_failure_count) == ("RUNNING", 2, 1)
    assert (run.counts["total"], run.counts["running"], run.counts["pending"]) == (3, 2, 1)
    rows = product.executions.map_run_children(key, arn).rows
    assert [row.key.id for row in rows] == ["flow:one~1.0~0", "flow:one~1.0~1"]
    assert product.describe(rows[0].key).input == 100
    product.drain()
    run = product.executions.describe_map_run(key, arn)
    assert (run.status, run.counts["succeeded"], run.ended_at) == ("SUCCEEDED", 3, product.describe(key).ended_at)
    rows = product.executions.map_run_children(key, arn, first=1, limit=1).rows
    assert [(row.key.id, row.status) for row in rows] == [("flow:one~1.0~1", "SUCCEEDED")]


def statuses_of(product, key, arn, *statuses, **page):
    found = product.executions.map_run_children(key, arn, statuses=statuses, **page)
    return [int(row.key.id.rpartition("~")[2]) for row in found.rows], found.next_first


@pytest.mark.parametrize("items", [250, pytest.param(10_000, marks=pytest.mark.full)])
def test_children_of_a_status_are_found_without_reading_the_others(items, monkeypatch):
    """While it runs by what the parent knows, afterwards by what is kept of the run."""
    bad, slow = {7, 130, 249}, {5, 200}
    states = {"Work": task(Next="Rest"), "Rest": {"Type": "Wait", "SecondsPath": "$", "End": True}}

    def work(call):
        return TaskFailed("Bad", retryable=False) if call.arguments < 0 else call.arguments

    product = Product(
        distributed(states, ToleratedFailureCount=9, MaxConcurrency=1000), ScriptedTasks({WORK: [work]}),
    )
    key = product.start([-1 if at in bad else 5000 if at in slow else 0 for at in range(items)])
    counts = {"succeeded": 0}
    while counts["succeeded"] < items - 5:
        with suppress(AssertionError):  # it comes to no rest yet
            product.drain(limit=20)
        for arn in product.executions.map_runs(key):
            counts = product.executions.describe_map_run(key, arn).counts
    read: list[int] = []
    headers = product.stores.journal.headers
    monkeypatch.setattr(product.stores.journal, "headers", lambda keys: read.append(len(keys)) or headers(keys))
    assert statuses_of(product, key, arn, "FAILED") == (sorted(bad), None)
    assert statuses_of(product, key, arn, "RUNNING", "PAUSED") == (sorted(slow), None)
    assert statuses_of(product, key, arn, "FAILED", first=8, limit=1) == ([130], 249)
    assert sum(read) <= 8
    product.drain(limit=400)
    assert product.executions.describe_map_run(key, arn).status == "SUCCEEDED"
    read.clear()
    assert statuses_of(product, key, arn, "FAILED", "TIMED_OUT", "ABORTED") == (sorted(bad), None)
    assert statuses_of(product, key, arn, "RUNNING") == ([], None)
    assert statuses_of(product, key, arn, "ABORTED") == ([], None)
    assert sum(read) <= 3
    found, following = statuses_of(product, key, arn, "SUCCEEDED", limit=50)
    assert (len(found), following) == (50, 51)
    assert sum(read) <= 3 + 100


def test_a_failed_run_and_an_aborted_one_are_described():
    product = Product(
        distributed({"Work": task(Next="Rest"), "Rest": REST["Rest"]}),
        ScriptedTasks({WORK: [lambda call: call.arguments or TaskFailed("Bad", retryable=False)]}),
    )
    failed, aborted = product.start([0, 100, 100]), product.start([50, 50], name="two")
    for key in (failed, aborted):
        product.run(key)
    product.executions.stop(aborted, actor=TESTER)
    product.drain()
    run = product.executions.describe_map_run(failed, product.executions.map_runs(failed)[0])
    assert (run.status, run.counts["failed"], run.counts["aborted"]) == ("FAILED", 1, 2)
    run = product.executions.describe_map_run(aborted, product.executions.map_runs(aborted)[0])
    assert (run.status, run.counts["aborted"], run.counts["total"]) == ("ABORTED", 2, 2)


def test_a_run_is_updated():
    product = Product(distributed(REST, MaxConcurrency=1))
    key = product.start([1000] * 4)
    for _ in range(2):
        product.run(key)
    assert len(children_of(product)) == 1
    (arn,) = product.executions.map_runs(key)
    product.executions.update_map_run(
        key, arn, max_concurrency=3, tolerated_failure_percentage=50,
    )
    product.run(key)
    product.run(key)
    assert len(children_of(product)) == 3
    run = product.executions.describe_map_run(key, arn)
    assert (run.max_concurrency, run.tolerated_failure_percentage) == (3, 50)
    product.drain()
    execution = product.describe(key)
    assert execution.ended_at - execution.started_at == pytest.approx(2000, abs=30)


def test_updates_of_the_same_moment_all_count_the_last_one_last():
    product = Product(distributed(REST, MaxConcurrency=1))
    key = product.start([1000] * 4)
    for _ in range(2):
        product.run(key)
    (arn,) = product.executions.map_runs(key)
    for limits in ({"max_concurrency": 3}, {"tolerated_failure_percentage": 50}, {"max_concurrency": 2}):
        product.executions.update_map_run(key, arn, **limits)
    product.run(key)
    run = product.executions.describe_map_run(key, arn)
    assert (run.max_concurrency, run.tolerated_failure_percentage) == (2, 50)


def test_what_cannot_be_described_or_updated():
    product, key, _ = run(distributed(), [1])
    (arn,) = product.executions.map_runs(key)
    with pytest.raises(NotFound):
        product.executions.describe_map_run(key, "nothing")
    with pytest.raises(NotFound):
        product.executions.describe_map_run(ExecutionKey.of("default", "flow", "nobody"), arn)
    with pytest.raises(Conflict):
        product.executions.update_map_run(key, arn, max_concurrency=1)
    for limits in ({}, {"max_concurrency": -1}, {"tolerated_failure_percentage": 101}):
        with pytest.raises(InvalidDocument):
            product.executions.update_map_run(key, arn, **limits)


# ---------------------------------------------------------------- beside poison, pauses and EXPRESS


def test_express_items_are_one_segment_each():
    definition = distributed()
    definition["States"]["Each"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = "EXPRESS"
    product, _, execution = run(definition, [1, 2, 3])
    assert (execution.status, execution.output) == ("SUCCEEDED", [1, 2, 3])
    journal = product.stores.journal
    assert [len(list(journal.history(child))) for child in children_of(product)] == [1, 1, 1]


def test_items_of_a_parent_that_may_finish_are_no_starts_that_wait():
    product = Product(distributed())
    key = product.start([1, 2, 3])
    product.run(key)
    product.pausing.pause("default", "flow", starts="queue", running="finish", actor=TESTER)
    product.drain(limit=400)
    assert product.describe(key).status == "SUCCEEDED"


def test_a_held_parent_dispatches_nothing_until_it_is_resumed():
    product = Product(distributed(MaxConcurrency=1))
    key = product.start([1, 2, 3])
    product.run(key)
    product.pausing.pause("default", "flow", starts="queue", running="hold", actor=TESTER)
    begun = len(children_of(product))
    for _ in range(20):
        product.clock.sleep(60)
        product.sweeper.sweep()
        for received in product.stores.queue.claim(100):
            product.run(received.key)
            product.stores.queue.acknowledge([received.receipt])
    assert len(children_of(product)) == begun < 3
    product.pausing.resume("default", "flow")
    product.drain(limit=400)
    assert product.describe(key).output == [1, 2, 3]


def test_a_paused_item_is_not_listed_keeps_its_parent_waiting_and_may_be_stopped_unread():
    product = Product(distributed(ToleratedFailurePercentage=100))
    key = product.start([1, 2])
    product.run(key)
    child, journal = children_of(product)[0], product.stores.journal
    pause(journal, journal.header(child), "it kills its workers")
    for _ in range(10):
        product.clock.sleep(60)
        product.sweeper.sweep()
        for received in product.stores.queue.claim(100):
            product.run(received.key)
            product.stores.queue.acknowledge([received.receipt])
    assert product.describe(key).status == "RUNNING"
    assert [row.key for row in product.stores.index.query(ExecutionQuery("default")).rows] == [key]
    journal._inputs[child] = None  # and it cannot be opened
    product.executions.stop(child, cause="give it up", actor=TESTER)
    product.drain(limit=400)
    assert journal.header(child).status == "ABORTED"
    assert product.describe(key).status == "SUCCEEDED"
