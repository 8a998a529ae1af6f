"""Calls that are made in the loop, and those that go to a thread."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from engine.clock import SkipClock, SystemClock
from engine.durable.worker.calls import FORGIVEN_AFTER, QUICK_SECONDS, CallPool, Ticket
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskCall, TaskFailed, TaskPolicy, TaskSucceeded
from engine.settings import Settings
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import THREE_TASKS, WORK, flow, task
from tests.support.patience import SECONDS

TICKET = Ticket(ExecutionKey("default", "flow:one"), "nonce", ("", 1, 0))
CALL = TaskCall(
    resource=WORK, arguments={}, workspace="default", execution_id="flow:one", workflow="flow", version=1,
    state="Work", attempt=0, idempotency_key="key", budget_seconds=5.0,
)


class Threads:
    """Tasks that say on which thread they were called, and take `seconds`."""

    def __init__(self, clock, seconds=0.0):
        self._clock, self._seconds = clock, seconds

    def policy(self, _resource, _pin=None):
        return TaskPolicy(computes=True)

    def call(self, _call):
        self._clock.sleep(self._seconds)
        return TaskSucceeded(threading.current_thread().name)


def made(pool, *, computes):
    pool.submit(TICKET, CALL, pool._clock.now() + 60, computes=computes)
    (answer,) = pool.answers(SECONDS)
    return answer.outcome.output


@pytest.mark.parametrize("seconds", [0.0, QUICK_SECONDS / 2, QUICK_SECONDS * 2])
def test_one_that_computes_is_made_in_the_loop_however_busy_the_machine_is(seconds):
    """The clock goes on, and the thread neither computes nor waits: it has no processor."""
    clock = SkipClock()
    pool = CallPool(Threads(clock, seconds), clock, 4)
    here = threading.current_thread().name
    assert [made(pool, computes=True) for _ in range(3)] == [here] * 3
    assert made(pool, computes=False).startswith("call-")


class Computes(SystemClock):
    """Its sleep keeps the processor."""

    def sleep(self, seconds):
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass


@pytest.mark.parametrize("clock", [SystemClock(), Computes()])
def test_one_that_waited_or_computed_for_long_twice_was_the_last_in_the_loop(clock, caplog):
    pool = CallPool(Threads(clock, QUICK_SECONDS * 2), clock, 4)
    here = threading.current_thread().name
    assert [made(pool, computes=True) for _ in range(2)] == [here] * 2
    assert f"{WORK} is declared to compute and took " in caplog.text
    assert made(pool, computes=True).startswith("call-")
    assert pool.slow == {WORK}


@pytest.mark.parametrize(("quick", "forgiven"), [(FORGIVEN_AFTER - 1, False), (FORGIVEN_AFTER, True)])
def test_one_hiccup_is_forgiven_after_so_many_quick_calls(quick, forgiven):
    clock = Computes()
    tasks = Threads(clock, QUICK_SECONDS * 2)
    pool = CallPool(tasks, clock, 4)
    made(pool, computes=True)
    assert not pool.quick, "no more are begun than threads can make"
    tasks._seconds = 0.0
    for _ in range(quick):
        made(pool, computes=True)
    assert pool.quick == {WORK}
    tasks._seconds = QUICK_SECONDS * 2
    made(pool, computes=True)
    assert not pool.quick
    assert (pool.slow == set()) is forgiven


def test_no_more_than_threads_can_make_are_begun_until_one_was_quick():
    """Were the first of them slow, the others would wait for a thread while their time runs."""
    class Computing(ScriptedTasks):
        def policy(self, resource, _pin=None):
            return TaskPolicy(computes=True)

    begun = []
    product = Product(flow({"Each": {
        "Type": "Map", "ItemsPath": "$", "ItemProcessor": flow({"Work": task(End=True)}), "End": True,
    }}), Computing())
    product.settings = Settings(task_threads=3)
    key = product.start(list(range(10)))
    worker = product.worker(call_threads=3)
    submit = worker._calls.submit

    def noted(*call, **how):
        begun[-1] += 1
        submit(*call, **how)

    worker._calls.submit = noted
    worker.admit([key], product.clock.now() + 300)
    while worker.owned:
        begun.append(0)
        worker.round()
        worker.gather(0.0)
    assert [count for count in begun if count] == [3, 7]
    assert product.describe(key).output == list(range(10))


def test_one_that_computes_takes_no_thread_from_others():
    clock = SkipClock()
    pool = CallPool(Threads(clock), clock, 1)
    pool.submit(TICKET, CALL, clock.now() + 60, computes=True)
    assert (pool.free, pool.in_flight) == (1, 1)
    assert not pool.holds(TICKET.key, TICKET.nonce), "it is over"
    assert len(pool.answers(0.0)) == 1
    assert pool.in_flight == 0


def test_one_that_computes_is_not_made_past_its_end():
    clock = SkipClock()
    pool = CallPool(Threads(clock), clock, 1)
    pool.submit(TICKET, CALL, clock.now(), computes=True)
    assert [answer.outcome for answer in pool.answers(0.0)] == [None]


def test_a_worker_with_one_thread_makes_a_workflow_that_computes():
    class Computing(ScriptedTasks):
        def policy(self, resource, _pin=None):
            return TaskPolicy(computes=True)

    product = Product(THREE_TASKS, Computing())
    product.settings = Settings(task_threads=1)
    key = product.start({"n": 1})
    product.drain()
    assert product.describe(key).status == "SUCCEEDED"
    assert len(product.tasks.calls) == 3


def test_one_that_hangs_past_its_end_keeps_no_place():
    """Its thread is given up, and another one makes the next call."""
    began, goes_on = threading.Event(), threading.Event()

    class FirstHangs:
        def call(self, call):
            if call.attempt == 0:
                began.set()
                goes_on.wait(SECONDS)
            return TaskSucceeded(call.attempt)

    clock = SkipClock()
    pool = CallPool(FirstHangs(), clock, 1)
    pool.submit(TICKET, CALL, clock.now() + 5)
    assert began.wait(SECONDS)
    assert pool.free == 0
    clock.sleep(5)
    assert pool.free == 1
    again = replace(TICKET, call=("", 1, 1))
    pool.submit(again, replace(CALL, attempt=1), clock.now() + 5)
    assert [(answer.ticket, answer.outcome.output) for answer in pool.answers(SECONDS)] == [(again, 1)]
    goes_on.set()
    assert [answer.ticket for answer in pool.answers(SECONDS)] == [TICKET]
    assert (pool.free, pool.in_flight) == (1, 0)


def test_what_came_of_a_call_is_unknown_where_the_port_breaks():
    """A definite failure would be retried with another idempotency key."""
    class Broken:
        def call(self, _call):
            raise KeyError("answer")

    clock = SkipClock()
    pool = CallPool(Broken(), clock, 0)
    pool.submit(TICKET, CALL, clock.now() + 5)
    (answer,) = pool.answers(0.0)
    assert answer.outcome == TaskFailed("Automate.TaskError", "KeyError in the task port", definite=False)


def test_of_those_that_hang_as_many_are_given_up_as_there_are_threads():
    """A service that never answers takes no more threads than twice as many."""
    goes_on = threading.Event()

    class Hangs:
        def call(self, _call):
            goes_on.wait(SECONDS)
            return TaskSucceeded(None)

    clock = SkipClock()
    pool = CallPool(Hangs(), clock, 1)
    for number, free in ((0, 1), (1, 0)):
        pool.submit(replace(TICKET, call=("", 1, number)), CALL, clock.now() + 5)
        assert pool.free == 0
        clock.sleep(5)
        assert pool.free == free
    goes_on.set()
