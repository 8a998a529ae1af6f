"""Budgets: units of minutes leased in slices, starts that wait or are refused, and what else touches them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, count
from threading import Barrier
from time import sleep

import pytest

from engine.clock import SkipClock
from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.budgets import BudgetExceeded, Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.lifecycle.pausing import FINISH, QUEUE
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.ports.journal import RUNNING
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.durable import START, TESTER, Product
from tests.support.memory.deliveries import MemoryTriggerStates
from tests.support.memory.executions_index import MemoryExecutionsIndex

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "No"}}}
MINUTE = START // 60 * 60
NEXT = MINUTE + 60


class Rows(MemoryTriggerStates):
    """Counts writes and reads."""

    writes = reads = 0

    def get(self, *key):
        self.reads += 1
        return super().get(*key)

    def change(self, state):
        self.writes += 1
        return super().change(state)


def _product(definition=PASS, per_minute=1, exceeded="wait", **more):
    return Product(definition, budgets={"executions_per_minute": per_minute, "when_exceeded": exceeded}, **more)


def _budgets(rows, clock):
    return Budgets(rows, MemoryExecutionsIndex(list), clock)


def _taken(budgets, per_minute, many, *, ahead):
    return [budgets.take("default", "flow", per_minute, ahead=ahead) for _ in range(many)]


# ---------------------------------------------------------------- slices

@pytest.mark.parametrize(("per_minute", "most_writes"), [(10_000, 100), (2_000, 101), (1_000, 105), (100, 107)])
def test_ten_thousand_starts_of_one_process_write_once_for_a_hundred_and_a_few_times_a_first_minute(
    per_minute, most_writes
):
    rows = Rows()
    taken = _taken(_budgets(rows, SkipClock(START)), per_minute, 10_000, ahead=True)
    assert [taken.count(MINUTE + 60 * number) for number in range(10_000 // per_minute)] == (
        [per_minute] * (10_000 // per_minute)
    )
    assert taken == sorted(taken)
    assert rows.writes <= most_writes


@pytest.mark.parametrize(("per_minute", "starts", "most_writes"), [
    (50, 10_000, 109), (20, 10_000, 110), (10, 10_000, 109), (1, 1_000, 103),
])
def test_a_small_budget_is_leased_over_ten_minutes_at_the_most(per_minute, starts, most_writes):
    rows = Rows()
    taken = _taken(_budgets(rows, SkipClock(START)), per_minute, starts, ahead=True)
    assert [taken.count(MINUTE + 60 * number) for number in range(starts // per_minute)] == (
        [per_minute] * (starts // per_minute)
    )
    assert rows.writes <= most_writes
    after = _taken(_budgets(rows, SkipClock(START)), per_minute, 1, ahead=True)  # what the other has is lost with it
    assert after[0] <= taken[-1] + 10 * 60


@pytest.mark.parametrize(("per_minute", "first_minute"), [(1, 1), (5, 4), (60, 8), (100, 8)])
def test_where_starts_are_refused_a_minute_costs_a_write_and_what_is_refused_none(per_minute, first_minute):
    """For 100 starts at the most: no minute to come is leased, so below 100 a minute a write is for fewer."""
    rows, clock = Rows(), SkipClock(MINUTE)
    budgets = _budgets(rows, clock)
    for minute in range(20):
        before = rows.writes
        assert _taken(budgets, per_minute, per_minute, ahead=False) == [MINUTE + 60 * minute] * per_minute
        assert rows.writes - before == (1 if minute else first_minute)
        before = rows.writes, rows.reads
        assert _taken(budgets, per_minute, 50, ahead=False) == [None] * 50
        assert (rows.writes - before[0], rows.reads - before[1]) == (0, 1)
        clock.sleep(60)


def test_a_process_leases_what_it_used_and_leaves_the_rest_of_the_minute_to_others():
    rows, clock = Rows(), SkipClock(MINUTE)
    one, two = _budgets(rows, clock), _budgets(rows, clock)
    for _ in range(5):
        [*_, asked_again] = _taken(one, 60, 8, ahead=False)
        one.give_back("default", "flow", asked_again)
        clock.sleep(60)
    writes = rows.writes
    assert None not in _taken(one, 60, 7, ahead=False)
    assert rows.writes == writes + 1
    assert None not in _taken(two, 60, 53, ahead=False)
    assert _taken(two, 60, 1, ahead=False) == [None]
    clock.sleep(120)
    assert None not in _taken(two, 60, 57, ahead=False), "who was idle for a minute begins small"


def test_two_processes_give_no_minute_away_twice():
    rows, clock = Rows(), SkipClock(START)
    one, two = _budgets(rows, clock), _budgets(rows, clock)
    taken = [unit for _ in range(40) for unit in (*_taken(one, 50, 1, ahead=True), *_taken(two, 50, 2, ahead=True))]
    assert max(taken.count(unit) for unit in set(taken)) <= 50


def test_two_processes_that_lease_at_once_give_no_minute_twice():
    rows, clock = Rows(), SkipClock(START)
    other, taken = _budgets(rows, clock), []

    class Raced:
        def __getattr__(self, name):
            return getattr(rows, name)

        def get(self, *key):
            read = rows.get(*key)
            if len(taken) < 5:
                taken.append(other.take("default", "flow", 1, ahead=True))
            return read

    taken += _taken(_budgets(Raced(), clock), 1, 5, ahead=True)
    assert len(taken) == len(set(taken)) == 10


def test_what_was_leased_and_not_used_is_lost_with_its_minute():
    rows, clock = Rows(), SkipClock(MINUTE + 1)
    assert _taken(_budgets(rows, clock), 40, 1, ahead=False) == [MINUTE]  # and dies with another of its slice
    assert _taken(_budgets(rows, clock), 40, 39, ahead=False) == [MINUTE] * 38 + [None]
    clock.sleep(60)
    assert None not in _taken(_budgets(rows, clock), 40, 40, ahead=False)


def test_a_unit_that_is_given_back_is_the_next_one():
    budgets = _budgets(Rows(), SkipClock(START))
    [unit] = _taken(budgets, 1, 1, ahead=False)
    budgets.give_back("default", "flow", unit)
    assert _taken(budgets, 1, 2, ahead=False) == [MINUTE, None]


def test_a_row_that_a_wrong_clock_wrote_is_begun_anew():
    rows = Rows()
    _taken(_budgets(rows, SkipClock(START + 30 * 86400)), 1, 1, ahead=False)
    assert _taken(_budgets(rows, SkipClock(START)), 1, 1, ahead=False) == [MINUTE]


def test_nobody_is_given_a_minute_more_than_a_day_ahead():
    assert _taken(_budgets(Rows(), SkipClock(START)), 1, 1442, ahead=True)[-2:] == [MINUTE + 86400, None]


def test_a_version_with_another_budget_goes_on_from_where_the_row_is():
    rows, clock = Rows(), SkipClock(START)
    assert _taken(_budgets(rows, clock), 10, 10, ahead=False) == [MINUTE] * 10
    assert _taken(_budgets(rows, clock), 5, 1, ahead=False) == [None]


# ---------------------------------------------------------------- starts

def test_a_start_beyond_the_budget_waits_for_the_next_minute_and_says_so():
    product = _product()
    first, second, third = (product.start(name=name) for name in ("a", "b", "c"))
    assert product.describe(first).waits_for_budget is None
    waits = product.describe(second)
    assert (waits.status, waits.waits_for_budget) == (RUNNING, BudgetWait(START, NEXT))
    assert product.describe(third).waits_for_budget == BudgetWait(START, NEXT + 60)
    product.stores.queue.send([Wake(key) for key in (second, third)])  # too early: as a resume or a sweep may
    for received in product.stores.queue.claim(10):
        assert product.run(received.key) is None
        product.stores.queue.acknowledge([received.receipt])
    assert product.events(second) == []
    product.drain()
    began = [product.executions.events(key, most=1)[0].at for key in (first, second, third)]
    assert [at // 60 * 60 for at in began] == [MINUTE, NEXT, NEXT + 60]
    assert all(product.describe(key).waits_for_budget is None for key in (first, second, third))


def test_one_that_waits_longer_than_a_wake_can_be_delayed_begins_in_its_minute():
    product = _product()
    keys = [product.start(name=f"n{number}") for number in range(40)]
    product.drain(limit=1000)
    began = [product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys]
    assert began == [MINUTE + 60 * number for number in range(40)]


def test_a_start_beyond_the_budget_is_refused_with_when_to_come_again_and_nothing_is_written():
    product = _product(exceeded="refuse")
    product.start(name="a")
    with pytest.raises(BudgetExceeded) as refused:
        product.start(name="b")
    assert refused.value.status == 429
    assert refused.value.retry_after == NEXT - START
    assert [row.name for row in product.stores.journal.rows()] == ["a"]
    assert product.start(name="a").name == "a"  # asked for again, it is answered as ever
    product.clock.sleep(refused.value.retry_after)
    assert product.start(name="b").name == "b"


def test_a_start_that_is_asked_for_again_counts_once():
    product = _product(per_minute=2, exceeded="refuse")
    first = product.start(name="a")
    product.clock.sleep(0.001)
    assert product.start(name="a") == first
    product.start(name="b")
    product.clock.sleep(0.001)
    assert product.start(name="a") == first, "no unit is left, and it needs none"


def test_a_start_whose_request_is_made_twice_has_used_its_unit():
    """The answer of the first was lost: it finds itself."""
    product = _product(per_minute=2, exceeded="refuse")
    create = product.stores.journal.create

    def repeated(*given):
        create(*given)
        return create(*given)

    product.stores.journal.create = repeated
    product.start(name="a")
    product.start(name="b")
    with pytest.raises(BudgetExceeded):
        product.start(name="c")


def test_starts_of_one_name_at_once_are_one_and_take_one_unit():
    product = _product(per_minute=3, exceeded="refuse")
    create, many, ticks = product.stores.journal.create, Barrier(10), count()
    product.clock.now = lambda: START + next(ticks) / 1000

    def slow(*given):
        """Whoever is here first is still here when the others ask for their unit."""
        sleep(0.01)
        return create(*given)

    product.stores.journal.create = slow

    def start(_number):
        many.wait()
        return product.start(name="a")

    with ThreadPoolExecutor(10) as threads:
        assert len(set(threads.map(start, range(10)))) == 1
    assert len({product.start(name=name) for name in ("b", "c")}) == 2
    with pytest.raises(BudgetExceeded):
        product.start(name="d")


def test_a_synchronous_start_does_not_wait():
    product = _product(kind="EXPRESS")
    product.executions.start("default", "flow", None, sync=True)
    with pytest.raises(BudgetExceeded):
        product.executions.start("default", "flow", None, sync=True)


def test_an_express_execution_that_waits_runs_once():
    calls = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:x:y", "End": True}}}
    product = _product(calls, kind="EXPRESS")
    keys = [product.start(name=f"n{number}") for number in range(20)]
    product.drain(limit=1000)
    assert all(product.describe(key).status == "SUCCEEDED" for key in keys)
    assert len(product.tasks.calls) == 20


def test_one_that_waits_can_be_stopped_and_redriven():
    product = _product(per_minute=2)
    keys = [product.start(name=name) for name in ("a", "b", "c")]
    product.executions.stop(keys[2], actor=TESTER)
    assert product.run(keys[2]) is None
    assert product.describe(keys[2]).status == "ABORTED"
    with pytest.raises(BudgetExceeded):
        product.executions.redrive(keys[2])
    product.clock.sleep(120)
    product.executions.redrive(keys[2])
    product.drain()
    assert product.describe(keys[2]).status == "SUCCEEDED"


def test_a_redrive_counts_as_a_start():
    product = _product(FAIL, per_minute=2, exceeded="refuse")
    key = product.start(name="a")
    product.drain()
    product.clock.sleep(60)
    product.start(name="b")
    product.executions.redrive(key)
    with pytest.raises(BudgetExceeded):
        product.start(name="c")


def test_what_was_queued_while_its_workflow_was_paused_gets_its_minutes_once_it_is_resumed():
    product = _product()
    product.pausing.pause("default", "flow", starts=QUEUE, running=FINISH, actor=TESTER)
    keys = [product.start(name=f"n{number}") for number in range(3)]
    assert product.describe(keys[0]).waits_for_budget == BudgetWait(START, None)
    product.clock.sleep(600)
    product.pausing.resume("default", "flow")
    product.drain()
    began = sorted(product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys)
    assert began == [MINUTE + 600, MINUTE + 660, MINUTE + 720]


def test_one_whose_workflow_is_paused_when_its_minute_comes_waits_on():
    product = _product()
    keys = [product.start(name=f"n{number}") for number in range(3)]
    product.pausing.pause("default", "flow", starts=QUEUE, running=FINISH, actor=TESTER)
    product.clock.sleep(300)
    for received in product.stores.queue.claim(10):
        product.run(received.key)
        product.stores.queue.acknowledge([received.receipt])
    assert [product.events(key) for key in keys[1:]] == [[], []]
    product.clock.sleep(1)
    product.pausing.resume("default", "flow")
    product.drain()
    began = [product.executions.events(key, most=1)[0].at // 60 * 60 for key in keys]
    assert len(set(began)) == 3


def test_a_child_that_is_refused_fails_the_task_that_starts_it():
    parent = {"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
        "Parameters": {"StateMachineArn": "arn:aws:states:local:default:stateMachine:flow"},
    }}}
    product = _product(exceeded="refuse")
    product.published.publish(parent, "parent")
    product.start(name="a")
    key = product.start(workflow="parent")
    product.drain()
    assert product.describe(key).error == "StepFunctions.ExecutionLimitExceededException"


# ---------------------------------------------------------------- open executions

ASK = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "connector:x:y.waitForTaskToken", "Parameters": {
    "t.$": "$$.Task.Token"}, "End": True}}}


def _settled(product):
    """What is to be done now is done."""
    while received := product.stores.queue.claim(10):
        for each in received:
            product.run(each.key)
            product.stores.queue.acknowledge([each.receipt])


def test_one_that_may_not_be_open_yet_waits_until_another_has_ended():
    product = Product(ASK, budgets={"open_executions": 2})
    keys = [product.start(name=f"n{number}") for number in range(4)]
    _settled(product)
    assert len(product.tasks.calls) == 2
    assert product.describe(keys[2]).waits_for_budget == BudgetWait(START, None)
    product.executions.answers.send_task_success(product.tasks.calls[0].arguments["t"], None)
    _settled(product)
    assert [call.execution_id for call in product.tasks.calls] == [key.id for key in keys[:3]]
    assert product.describe(keys[2]).waits_for_budget is None


@pytest.fixture
def lagging():
    """Budgets over an index that lags, the keys of 40 that are open, and the limits of what was read."""
    clock, read = SkipClock(START), []
    keys = [ExecutionKey("default", f"flow:n{number:02}") for number in range(40)]

    class Lagging(MemoryExecutionsIndex):
        settled_after = 3.0

        def oldest_open(self, workspace, workflow, limit):
            read.append(limit)
            return keys[:limit]

    return Budgets(Rows(), Lagging(list), clock), clock, keys, read


def test_where_an_index_lags_a_batch_reads_the_line_once(lagging):
    budgets, clock, keys, read = lagging
    assert all(key in budgets.line_at(key, 5, START - 3)[:5] for key in keys[:5])
    assert keys[5] not in budgets.line_at(keys[5], 5, START - 3)[:5]
    assert budgets.next_in_line(keys[0], 5) == keys[1:16][::-1]
    assert budgets.next_in_line(keys[1], 5) == keys[2:16][::-1], "whose end it has seen stands before nobody"
    assert keys[6] in budgets.line_at(keys[6], 5, START - 3)[:5]
    assert read == [16]
    clock.sleep(0.5)
    assert keys[4] in budgets.line_at(keys[4], 5, START + 0.4)[:5]
    assert len(read) == 2, "what was read before its place was certain is no answer"
    clock.sleep(1.6)
    budgets.next_in_line(keys[2], 5)
    assert len(read) == 2
    budgets.line_at(keys[4], 5, START)
    assert len(read) == 3, "what was read before those were woken who may begin now is none either"
    clock.sleep(2.5)
    budgets.next_in_line(keys[3], 5)
    assert len(read) == 4


def test_where_an_index_lags_nobody_is_looked_for_while_not_half_of_the_places_are_taken(lagging):
    budgets, clock, keys, read = lagging
    budgets.line_at(keys[0], 100, START - 3)
    for key in keys[:20]:
        clock.sleep(0.4)
        assert budgets.next_in_line(key, 100) == []
    assert read == [200]
    clock.sleep(10)
    assert budgets.next_in_line(keys[20], 100)
    assert read == [200, 200]


@pytest.mark.parametrize(("many", "most", "every", "reads"), [
    (60, 10, 0.25, 16), *(pytest.param(300, *each, marks=pytest.mark.full) for each in (
        (20, 0.0, 30), (20, 0.25, 47), (40, 0.25, 38),
    )),
])
def test_where_an_index_lags_many_executions_read_the_line_a_few_times(many, most, every, reads):
    """Each takes 5 s, so in all but the last case some wait. Before, each of them read it, and up to four a second."""
    product = Product(
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": True}}},
        budgets={"open_executions": most},
    )
    index, counted = product.stores.index, []
    line, index.settled_after = index.oldest_open, 3.0
    index.oldest_open = lambda *asked: counted.append(asked) or line(*asked)
    keys = []
    for number in range(many):
        keys.append(product.start(name=f"n{number:03}"))
        if every:
            _settled(product)
            product.clock.sleep(every)
    product.drain(limit=10_000)
    spans = [product.executions.events(key, most=100) for key in keys]
    changes = sorted([(events[-1].at, -1) for events in spans] + [(events[0].at, 1) for events in spans])
    assert max(accumulate(change for _, change in changes)) <= most
    assert len(counted) <= reads
    assert len(counted) <= (changes[-1][0] - START) / 2 + 1, "once in two seconds"


def test_one_that_is_stopped_while_it_waits_leaves_the_line():
    product = Product(ASK, budgets={"open_executions": 1})
    keys = [product.start(name=f"n{number}") for number in range(3)]
    _settled(product)
    product.executions.stop(keys[1], actor=TESTER)
    _settled(product)
    assert product.describe(keys[1]).status == "ABORTED"
    product.executions.stop(keys[0], actor=TESTER)
    _settled(product)
    assert [call.execution_id for call in product.tasks.calls] == [keys[0].id, keys[2].id]


def test_beyond_what_may_be_open_a_start_and_a_redrive_are_refused():
    product = Product(ASK, budgets={"open_executions": 1, "when_exceeded": "refuse"})
    one = product.start(name="one")
    with pytest.raises(BudgetExceeded):
        product.start(name="two")
    assert product.start(name="one") == one
    product.executions.stop(one, actor=TESTER)
    _settled(product)
    product.start(name="two")
    with pytest.raises(BudgetExceeded):
        product.executions.redrive(one)


def test_the_budget_is_that_of_the_version_that_starts_also_where_nothing_else_is_different():
    product = Product(ASK, budgets={"open_executions": 1})
    product.published.publish(ASK, budgets={"open_executions": 50})
    keys = [
        product.executions.start("default", "flow", None, name=f"n{version}{number}", version=version).key
        for version in (1, 2) for number in (1, 2)
    ]
    _settled(product)
    waiting = [product.describe(key).waits_for_budget is not None for key in keys]
    assert waiting == [False, True, False, False]


def test_a_redrive_by_another_version_has_that_ones_budget():
    product = Product(FAIL, budgets={"open_executions": 1})
    failed = []
    for name in ("n1", "n2", "n3"):
        failed.append(product.start(name=name))
        product.drain()
    product.published.publish(ASK, budgets={"open_executions": 2})
    for key in failed[:2]:
        product.executions.forward(key, 2, actor=TESTER)
        _settled(product)
    with pytest.raises(BudgetExceeded, match="has as many open executions as it may have: 2"):
        product.executions.forward(failed[2], 2, actor=TESTER)


def test_a_redrive_looks_for_its_place_within_the_transaction_that_takes_it():
    product = Product(FAIL, budgets={"open_executions": 1})
    key = product.start()
    product.drain()
    seen = []

    class Watched:
        def __init__(self, what):
            self._what = what

        def __getattr__(self, method):
            if method in ("oldest_open", "commit"):
                seen.append(method)
            return getattr(self._what, method)

    def together(act):
        seen.append("begin")
        act()
        seen.append("end")

    product.wrap = lambda name, port: Watched(port) if name in ("journal", "index") else port
    product.budgets = product.new_budgets()
    Executions(
        journal=product.wrap("journal", product.stores.journal), index=product.stores.index,
        queue=product.stores.queue, published=product.published, clock=product.clock, settings=product.settings,
        together=together, budgets=product.budgets,
    ).redrive(key)
    assert seen == ["begin", "oldest_open", "commit", "end"]


def test_what_cannot_be_redriven_is_told_so_though_the_budget_is_used_up():
    product = Product(PASS, budgets={"open_executions": 1})
    done = product.start(name="done")
    product.drain()
    product.published.publish(ASK, budgets={"open_executions": 1})
    product.start(name="busy")
    _settled(product)
    with pytest.raises(ExecutionNotRedrivable, match="it is SUCCEEDED"):
        product.executions.redrive(done)
    with pytest.raises(ExecutionNotRedrivable, match="it is SUCCEEDED"):
        product.executions.forward(done, 2, actor=TESTER)


def test_a_refusal_does_not_say_that_the_minute_was_begun_by_those_who_only_wait():
    product = _product(per_minute=1)
    for name in ("n1", "n2", "n3"):
        product.start(name=name)
    product.published.publish(PASS, budgets={"executions_per_minute": 1000, "when_exceeded": "refuse"})
    with pytest.raises(BudgetExceeded, match=r"may begin 1,000 a minute .*, and this one is given away"):
        product.start(name="n4")


def test_a_wake_that_is_lost_with_its_worker_costs_a_look():
    product = Product(ASK, budgets={"open_executions": 1})
    keys = [product.start(name=f"n{number}") for number in range(2)]
    _settled(product)
    product.executions.stop(keys[0], actor=TESTER)
    product.run(keys[0])
    lost = product.stores.queue.claim(10)
    assert keys[1] in {each.key for each in lost}
    product.stores.queue.acknowledge([each.receipt for each in lost])
    product.clock.sleep(61)
    product.sweeper.sweep()
    product.clock.sleep(1)
    _settled(product)
    assert len(product.tasks.calls) == 2
