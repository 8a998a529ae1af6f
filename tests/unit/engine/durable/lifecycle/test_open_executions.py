"""How many executions of a workflow may be open, and what else touches a budget."""

from __future__ import annotations

from itertools import accumulate

import pytest

from engine.clock import SkipClock
from engine.durable.execution import BudgetWait
from engine.durable.lifecycle.budgets import BudgetExceeded, Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.lifecycle.redrives import ExecutionNotRedrivable
from engine.errors import StoreUnavailable
from engine.ports.keys import ExecutionKey
from tests.support.budgeted import FAIL, PASS, a_product
from tests.support.durable import START, TESTER, Product
from tests.support.faults import Once
from tests.support.memory.deliveries import CountedStates
from tests.support.memory.executions_index import MemoryExecutionsIndex

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

    return Budgets(CountedStates(), Lagging(list), clock), clock, keys, read


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


def test_a_redrive_that_finds_no_place_uses_no_unit_of_the_minute():
    product = Product(ASK, budgets={"open_executions": 1, "executions_per_minute": 3, "when_exceeded": "refuse"})
    one = product.start(name="one")
    product.executions.stop(one, actor=TESTER)
    _settled(product)
    two = product.start(name="two")
    with pytest.raises(BudgetExceeded, match="as many open executions"):
        product.executions.redrive(one)
    product.executions.stop(two, actor=TESTER)
    _settled(product)
    assert product.executions.redrive(one).status == "RUNNING"


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
    product = a_product(per_minute=1)
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


def test_where_an_index_lags_the_next_one_is_woken_when_the_line_knows_of_the_end():
    """Earlier it would find its place taken still, and wait for the next look."""
    product = Product(ASK, budgets={"open_executions": 1})
    product.stores.index.settled_after = 3.0
    for name in ("n1", "n2"):
        product.start(name=name)
    product.clock.sleep(10)
    _settled(product)
    product.executions.answers.send_task_success(product.tasks.calls[0].arguments["t"], None)
    _settled(product)
    assert len(product.tasks.calls) == 1
    assert 3 <= product.stores.queue.next_due_in() <= 5
    product.clock.sleep(5)
    _settled(product)
    assert len(product.tasks.calls) == 2


def test_one_that_is_open_still_is_redriven_in_its_own_place():
    """Its worker died before its header said that it failed."""
    product = Product(FAIL, budgets={"open_executions": 1})
    key = product.start()
    journal = product.stores.journal
    journal.update_headers = Once(journal.update_headers, StoreUnavailable("gone"))
    assert isinstance(product.run(key), StoreUnavailable)
    assert journal.header(key).status == "RUNNING"
    assert product.executions.redrive(key).redrives == 1
