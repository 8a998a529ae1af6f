"""The ledger of effects, of runs whose world tells what it did."""

from __future__ import annotations

import pytest

from engine.durable.views.ledger_facts import BEGINNING, Outcome, Reading
from engine.ports.tasks import TaskFailed, TaskPolicy
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import ONE_TASK, THREE_TASKS, WORK, Died, die, flow, task

REFUSED = TaskFailed("demo.ConnectorError", "declined")
SILENT = TaskFailed("demo.ConnectorError", "no answer", definite=False)
AGAIN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}]


def product(definition, *answers, at_most_once=False, **more):
    tasks = ScriptedTasks({WORK: list(answers)}, at_most_once=(WORK,) if at_most_once else ())
    return Product(definition, tasks, **more)


def rows(made, key, most=1000, policy=None):
    reading = Reading(policy or made.tasks.policy, lambda _state, value: repr(value), lambda _state, value: value)
    found, after = [], BEGINNING
    while True:
        page = made.executions.effects(key, reading, after=after, most=most)
        assert len(page.effects) <= most or page.following is None
        found += page.effects
        if page.following is None:
            return found
        after = page.following


def outcomes(made, key, most=1000):
    return [(row.state, row.attempt, str(row.outcome)) for row in rows(made, key, most)]


def killed(made, key):
    """The worker dies in the call; the lease ends."""
    with pytest.raises(Died):
        made.run(key)
    made.clock.sleep(400)


def test_each_call_has_a_row_and_pages_say_the_same():
    made = product(THREE_TASKS)
    key = made.start({"a": 1})
    made.drain()
    found = rows(made, key)
    assert [(row.state, row.outcome, row.digest) for row in found] == [
        (name, Outcome.DONE, "{'a': 1}") for name in "ABC"
    ]
    assert [row.key for row in found] == made.tasks.keys
    assert all(row.intended_at <= row.began_at <= row.ended_at for row in found)
    for most in (1, 2, 3):
        assert rows(made, key, most) == found


def test_a_definite_failure_was_not_done_and_the_next_attempt_has_another_key():
    made = product(flow({"Work": task(Retry=AGAIN, End=True)}), REFUSED, {"ok": 1})
    key = made.start()
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "NOT_DONE"), ("Work", 1, "DONE")]
    first, second = rows(made, key)
    assert (first.error, first.key == second.key) == ("demo.ConnectorError", False)


def test_an_unknown_outcome_is_repeated_with_the_same_key():
    made = product(flow({"Work": task(Retry=AGAIN, End=True)}), SILENT, {"ok": 1})
    key = made.start()
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "REPEATED"), ("Work", 1, "DONE")]
    first, second = rows(made, key)
    assert first.key == second.key
    assert outcomes(made, key, most=1) == outcomes(made, key)


def test_a_call_of_a_killed_worker_is_under_way_then_unknown_then_repeated():
    made = product(ONE_TASK, die, {"ok": 1})
    key = made.start()
    with pytest.raises(Died):
        made.run(key)
    [row] = rows(made, key)
    assert row.outcome is Outcome.UNDER_WAY
    made.clock.sleep(row.lease_until - made.clock.now())
    assert outcomes(made, key) == [("Work", 0, "UNKNOWN")]
    made.clock.sleep(400)
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "REPEATED"), ("Work", 0, "DONE")]


def test_the_call_of_a_process_that_is_known_to_be_dead_is_unknown_at_once():
    made = product(ONE_TASK, die)
    key = made.start()
    with pytest.raises(Died):
        made.run(key, made.worker(owner=made.stores.owner))
    assert outcomes(made, key) == [("Work", 0, "UNDER_WAY")]
    made.stores.restart()
    assert outcomes(made, key) == [("Work", 0, "UNKNOWN")]


def test_a_repetition_that_is_refused_says_nothing_of_the_call_before_it():
    made = product(ONE_TASK, die, REFUSED)
    key = made.start()
    killed(made, key)
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "REPEATED"), ("Work", 0, "UNKNOWN")]
    assert outcomes(made, key, most=1) == outcomes(made, key)


def test_a_refused_retry_of_an_unknown_call_says_nothing_either():
    made = product(flow({"Work": task(Retry=[{**AGAIN[0], "MaxAttempts": 1}], End=True)}), SILENT, REFUSED)
    key = made.start()
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "REPEATED"), ("Work", 1, "UNKNOWN")]
    assert outcomes(made, key, most=1) == outcomes(made, key)


def test_at_most_once_is_said_and_its_interrupted_call_stays_unknown():
    made = product(ONE_TASK, die, at_most_once=True)
    key = made.start()
    killed(made, key)
    made.drain()
    row, = rows(made, key)
    assert (row.outcome, row.at_most_once, row.error) == (Outcome.UNKNOWN, True, "Automate.TaskInterrupted")
    named = product(ONE_TASK, {}, at_most_once=False)
    named.published.publish(ONE_TASK, at_most_once=frozenset({"Work"}))
    key = named.start()
    named.drain()
    assert [row.at_most_once for row in rows(named, key)] == [True]


def test_items_of_inline_maps_are_numbered_through_branches():
    inner = flow({"Both": {"Type": "Parallel", "End": True, "Branches": [
        flow({"Quiet": {"Type": "Pass", "End": True}}), flow({"Each": {
            "Type": "Map", "ItemsPath": "$.inner", "End": True, "ItemProcessor": flow({"Work": task(End=True)}),
        }}),
    ]}})
    made = product(flow({"All": {"Type": "Map", "End": True, "ItemProcessor": inner}}))
    key = made.start([{"inner": [1, 2]}, {"inner": [3]}])
    made.drain()
    found = rows(made, key)
    assert sorted((row.items, row.digest) for row in found) == [((0, 0), "1"), ((0, 1), "2"), ((1, 0), "3")]
    assert rows(made, key, most=1) == found


def test_a_call_that_is_stopped_away_was_perhaps_done():
    made = product(ONE_TASK, die)
    key = made.start()
    with pytest.raises(Died):
        made.run(key)
    made.executions.stop(key, actor=TESTER)
    made.clock.sleep(400)
    made.drain()
    assert made.describe(key).status == "ABORTED"
    assert outcomes(made, key) == [("Work", 0, "UNKNOWN")]


def test_what_is_owed_and_not_begun_is_certainly_not_done():
    made = product(ONE_TASK)
    made.tasks.policy = lambda _resource, _pin=None: TaskPolicy(problem="it is not installed")
    key = made.start()
    made.run(key)
    row, = rows(made, key)
    assert (row.outcome, row.began_at) == (Outcome.NOT_DONE, None)


def test_a_call_that_hands_over_is_done_when_it_was_handed_over():
    made = product(flow({"Ask": {"Type": "Task", "Resource": WORK + ".waitForTaskToken", "End": True,
                                 "Parameters": {"token.$": "$$.Task.Token"}}}))
    key = made.start()
    made.run(key)
    assert outcomes(made, key) == [("Ask", 0, "DONE")]


@pytest.mark.parametrize(("where", "output", "found"), [
    ("id", {"id": "ch_1"}, "ch_1"), ("charges.0.id", {"charges": [{"id": 7}]}, "7"), ("id", {"id": {"a": 1}}, None),
    ("charges.3.id", {"charges": []}, None), ("id", "text", None), ("id", {"id": True}, None),
])
def test_the_services_id_is_where_the_connector_says(where, output, found):
    made = product(ONE_TASK, output)
    key = made.start()
    made.drain()
    assert [row.service_id for row in rows(made, key, policy=lambda _: TaskPolicy(id_field=where))] == [found]


@pytest.mark.parametrize(("kind", "refused"), [("EXPRESS", "UNKNOWN"), ("EXPRESS_SYNC", "NOT_DONE")])
def test_an_express_execution_that_may_have_run_before_is_certain_of_nothing(kind, refused):
    definition = flow({"A": task(Next="B"), "B": task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "C"}], Next="C"),
                       "C": {"Type": "Succeed"}})
    made = product(definition, {"ok": 1}, REFUSED, kind="EXPRESS")
    sync = kind == "EXPRESS_SYNC"
    key = made.executions.start(made.workspace, "flow", {"n": 1}, name="one", sync=sync).key
    reading = Reading(made.tasks.policy, lambda _state, value: repr(value), lambda _state, value: value)
    assert made.executions.effects(key, reading, after=BEGINNING, most=9).effects == ()
    made.run(key, made.worker(runs_sync=sync))
    page = made.executions.effects(key, reading, after=BEGINNING, most=9)
    assert [(row.state, str(row.outcome), row.digest) for row in page.effects] == [
        ("A", "DONE", "{'n': 1}"), ("B", refused, "{'ok': 1}"),
    ]
    assert not page.keeps_intents
    assert rows(made, key, most=1) == list(page.effects)


def test_the_execution_that_a_call_starts_and_the_run_of_a_map_are_named():
    starts = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Next": "All",
              "Parameters": {"StateMachineArn": "flow2", "Name": "two", "Input": {}}, "ResultPath": None}
    each = {"Type": "Map", "End": True, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Work": task(End=True)})}}
    made = product(flow({"Start": starts, "All": {**each, "ItemsPath": "$.items"}}))
    made.published.publish(ONE_TASK, workflow="flow2")
    key = made.start({"items": [1, 2]})
    made.drain()
    first, run = rows(made, key)
    assert (first.child, first.outcome) == ("flow2:two", Outcome.DONE)
    assert (run.state, run.outcome, made.executions.map_runs(key)) == ("All", Outcome.IN_CHILDREN, [run.map_run])
    for child in made.executions.map_run_children(key, run.map_run).rows:
        assert outcomes(made, child.key) == [("Work", 0, "DONE")]
    assert rows(made, key, most=1) == [first, run]


def test_a_redrive_repeats_what_nobody_knew():
    made = product(ONE_TASK, SILENT, {"ok": 1})
    key = made.start()
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "UNKNOWN")]
    made.executions.redrive(key)
    made.drain()
    assert outcomes(made, key) == [("Work", 0, "REPEATED"), ("Work", 1, "DONE")]
    assert outcomes(made, key, most=1) == outcomes(made, key)


def test_after_a_change_of_version_each_call_is_that_of_the_version_then():
    made = product(flow({"A": task(Next="B", ResultPath=None), "B": task(End=True)}), {}, REFUSED)
    key = made.start()
    made.drain()
    other = "connector:demo:other"
    made.published.publish(flow({
        "A": {"Type": "Task", "Resource": other, "Next": "B", "ResultPath": None},
        "B": {"Type": "Task", "Resource": other, "End": True},
    }), at_most_once=("B",))
    made.executions.forward(key, 2, actor=TESTER, accept=True)
    made.drain()
    found = [(row.state, row.resource, row.at_most_once, str(row.outcome)) for row in rows(made, key)]
    assert found == [
        ("A", WORK, False, "DONE"), ("B", WORK, False, "NOT_DONE"), ("B", other, True, "DONE"),
    ]
    assert rows(made, key, most=1) == rows(made, key)


@pytest.mark.parametrize("most", [1, 1000])
@pytest.mark.parametrize(("now", "outcome"), [
    ({"Comment": "only said better"}, "REPEATED"), ({"Resource": "connector:demo:other"}, "UNKNOWN"),
    ({"Parameters": {"to": "elsewhere"}}, "UNKNOWN"),
])
def test_a_call_of_something_else_under_the_same_key_says_nothing_of_the_one_before(now, outcome, most):
    made = product(flow({"Work": task(End=True)}), SILENT, {"ok": 1})
    key = made.start({})
    made.drain()
    made.published.publish(flow({"Work": {**task(End=True), **now}}))
    made.executions.forward(key, 2, actor=TESTER, accept=True)
    made.drain()
    one, other = rows(made, key, most)
    assert one.key == other.key
    assert (one.outcome, other.outcome) == (outcome, "DONE")


def test_a_page_is_read_no_further_than_its_rows_need():
    made = product(flow({"Each": {"Type": "Map", "MaxConcurrency": 1, "End": True,
                                  "ItemProcessor": flow({"Work": task(End=True)})}}))
    key = made.start(list(range(200)))
    made.drain()
    read = []
    journal = made.stores.journal
    real = journal.segments
    journal.segments = lambda *args, **more: (read.append(segment) or segment for segment in real(*args, **more))
    reading = Reading(made.tasks.policy, lambda _state, _value: "", lambda _state, value: value)
    page = made.executions.effects(key, reading, after=BEGINNING, most=10)
    assert len(page.effects) == 10
    assert len(read) < 20
    read.clear()
    made.executions.effects(key, reading, after=page.following, most=10)
    assert len(read) < 20


@pytest.mark.parametrize("most", [1, 1000])
def test_each_call_is_read_by_the_version_that_it_ran_by(most):
    other = "connector:demo:mended"
    old = flow({"First": task(Next="Work"), "Work": task(End=True)})
    new = flow({"Uno": task(Next="Work"), "Work": {**task(End=True), "Resource": other}})
    made = product(old, {"ok": 1}, REFUSED)
    key = made.start({})
    made.drain()
    made.published.publish(new)
    made.executions.forward(key, 2, actor=TESTER)
    made.drain()
    assert made.describe(key).status == "SUCCEEDED"
    found = [(row.state, row.resource, row.outcome) for row in rows(made, key, most)]
    assert found == [
        ("First", WORK, Outcome.DONE), ("Work", WORK, Outcome.NOT_DONE), ("Work", other, Outcome.DONE),
    ]
