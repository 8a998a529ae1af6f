"""Services without a limit that are in trouble: closed for all workers, opened by one call, and what that writes."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.durable.lifecycle.breakers import BREAKS, LOOK_CALLS, LOOK_SECONDS, Breakers
from engine.durable.lifecycle.call_limits import CallLimits, Standing, account_of, standings
from engine.ports.tasks import CallLimit, TaskFailed, TaskPolicy, TaskSucceeded
from tests.support.durable import START, Product, ScriptedTasks
from tests.support.flows import WORK, flow, task
from tests.support.memory.deliveries import CountedStates, MemoryTriggerStates

NONE = CallLimit("shop", 0, 0.0)
ACCOUNT = account_of([("/key", "SHOP_KEY")], NONE)
DOWN, DONE = TaskFailed("shop.ConnectorError", unavailable=True), TaskSucceeded(None)


@pytest.fixture
def made():
    rows, clock = CountedStates(), SkipClock(START - LOOK_SECONDS)
    both = [Breakers(rows, clock, "!calls") for _ in range(2)]
    for each in both:
        called(each, clock, LOOK_CALLS, DONE)
    clock.sleep(LOOK_SECONDS)
    return rows, clock, *both


def called(breakers, clock, many, outcome):
    """`many` calls that end with `outcome`, by one caller that waits when it is told to; how long each waited."""
    waited = []
    for _ in range(many):
        began = clock.now()
        while (at := breakers.turn("default", ACCOUNT)) is not None:
            clock.sleep(at - clock.now())
        waited.append(clock.now() - began)
        breakers.told("default", ACCOUNT, outcome)
    return waited


def test_calls_that_succeed_write_nothing_and_read_seldom(made):
    rows, clock, one, _ = made
    for _ in range(1_000):
        assert called(one, clock, 1, DONE) == [0.0]
        clock.sleep(0.1)
    assert (rows.writes, rows.reads) == (0, pytest.approx(100 / LOOK_SECONDS, abs=1))


@pytest.mark.parametrize(("calls", "seconds"), [(500, 0.0), (LOOK_CALLS, 60.0)])
def test_who_calls_seldom_or_not_for_long_reads_nothing(calls, seconds):
    rows, clock = CountedStates(), SkipClock(START)
    breakers = Breakers(rows, clock, "!calls")
    for _ in range(calls):
        called(breakers, clock, 1, DONE)
        clock.sleep(seconds)
    assert (rows.writes, rows.reads) == (0, 0)


def test_who_meets_the_trouble_asks_what_others_know():
    rows, clock = CountedStates(), SkipClock(START)
    one, other = (Breakers(rows, clock, "!calls") for _ in range(2))
    called(one, clock, BREAKS + 4, DOWN)
    assert other.turn("default", ACCOUNT) is None
    other.told("default", ACCOUNT, DOWN)
    assert other.turn("default", ACCOUNT) == clock.now() + 16


def test_failures_in_a_row_close_it_longer_each_time_and_a_success_opens_it(made):
    _, clock, one, _ = made
    assert called(one, clock, 14, DOWN) == [0] * BREAKS + [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert called(one, clock, 1, DONE) == [60.0]
    assert called(one, clock, 4, DOWN) == [0.0] * 4


@pytest.mark.parametrize("outcome", [TaskFailed("E"), TaskFailed("E", retryable=False), DONE])
def test_what_says_nothing_of_the_service_closes_nothing(made, outcome):
    _, clock, one, _ = made
    assert called(one, clock, 100, outcome) == [0.0] * 100


def test_a_failure_of_another_kind_does_not_open_it_and_a_success_does(made):
    _, clock, one, _ = made
    called(one, clock, 4, DOWN)
    called(one, clock, 1, TaskFailed("E", retryable=False))
    called(one, clock, 1, DOWN)
    assert one.turn("default", ACCOUNT) == START + 1
    one.told("default", ACCOUNT, DONE)
    assert one.turn("default", ACCOUNT) is None


def test_all_workers_wait_and_one_call_goes_first(made):
    rows, clock, one, other = made
    called(one, clock, BREAKS + 3, DOWN)
    assert (other.turn("default", ACCOUNT), rows.writes) == (clock.now() + 8, 4)
    clock.sleep(8.0)
    first = [other.turn("default", ACCOUNT) for _ in range(250)]
    assert first[0] is None
    assert None not in first[1:]
    assert max(first[1:]) - min(first[1:]) == 2
    other.told("default", ACCOUNT, DONE)
    assert [other.turn("default", ACCOUNT) for _ in range(10)] == [None] * 10


def test_a_call_that_never_comes_back_is_not_waited_for(made):
    _, clock, one, _ = made
    called(one, clock, BREAKS, DOWN)
    clock.sleep(1.0)
    assert one.turn("default", ACCOUNT) is None
    at = one.turn("default", ACCOUNT)
    clock.sleep(at - clock.now())
    assert one.turn("default", ACCOUNT) is None


def test_what_was_under_way_when_it_was_closed_counts_once(made):
    rows, clock, one, _ = made
    for _ in range(64):
        one.told("default", ACCOUNT, DOWN)
    assert (one.turn("default", ACCOUNT), rows.writes) == (clock.now() + 1, 1)


def test_an_answer_that_asks_for_time_gets_it_from_all_and_no_success_shortens_it(made):
    rows, _, one, other = made
    one.told("default", ACCOUNT, TaskFailed("E", retry_after=300.0))
    one.told("default", ACCOUNT, TaskFailed("E", retry_after=100.0))
    one.told("default", ACCOUNT, DONE)
    assert [each.turn("default", ACCOUNT) for each in (one, other)] == [START + 300] * 2
    assert rows.writes == 1
    one.told("default", ACCOUNT, TaskFailed("E", retry_after=1e9))
    assert one.turn("default", ACCOUNT) == START + 24 * 3600
    assert other.turn("team", ACCOUNT) is None


def test_a_store_that_fails_closes_nothing_and_each_worker_finds_out_by_itself(made):
    rows, clock, one, other = made
    rows.fails = True
    assert called(one, clock, BREAKS, DOWN) == [0.0] * BREAKS
    assert one.turn("default", ACCOUNT) == START + 1
    assert other.turn("default", ACCOUNT) is None


def test_how_it_stands_is_told():
    rows, clock = CountedStates(), SkipClock(START)
    limits = CallLimits(rows, clock)
    for _ in range(BREAKS):
        assert limits.turn("default", ACCOUNT, NONE) is None
        limits.told("default", ACCOUNT, NONE, DOWN)
    assert standings(rows, "default", START) == [Standing("shop", ("SHOP_KEY",), None, None, START + 1)]
    assert standings(rows, "default", START + 2) == [Standing("shop", ("SHOP_KEY",), None, None, None)]


class Shop(ScriptedTasks):
    """A service without a limit."""

    def policy(self, resource, _pin=None):
        return TaskPolicy(limit=NONE)


def test_executions_wait_parked_while_it_is_closed_and_no_attempt_is_spent():
    down = TaskFailed("shop.ConnectorError", "503", retryable=False, unavailable=True)
    answers = [(lambda _call: down)] * BREAKS + [{"ok": True}]
    made = Product(flow({"Work": task(End=True)}), Shop(answers={WORK: answers}))
    limits, new = CallLimits(MemoryTriggerStates(), made.clock), made.worker
    made.worker = lambda *args, **more: new(*args, limits=limits, **more)
    keys = [made.start({}, f"n-{number}") for number in range(BREAKS + 3)]
    for key in keys:
        made.run(key)
    assert len(made.tasks.calls) == BREAKS
    made.drain()
    found = [made.describe(key).status for key in keys]
    assert found == ["FAILED"] * BREAKS + ["SUCCEEDED"] * 3
    assert {call.attempt for call in made.tasks.calls} == {0}
