"""Limits of calls: tokens that all workers share, accounts that an answer closes, and executions that wait parked."""

from __future__ import annotations

from heapq import heappop, heappush
from random import Random

import pytest

from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.durable.lifecycle.budgets import Leases
from engine.durable.lifecycle.call_limits import CallLimits, LimitedTasks, Standing, account_of, standings
from engine.ports.journal import RUNNING
from engine.ports.tasks import CallLimit, TaskFailed, TaskPolicy, TaskSucceeded
from engine.settings import Settings
from tests.support.durable import START, Product, ScriptedTasks
from tests.support.flows import WORK, flow, task
from tests.support.memory.deliveries import CountedStates, MemoryTriggerStates

LIMIT = CallLimit("shop", 5, 10.0)
ACCOUNT = account_of([("/key", "SHOP_KEY")], LIMIT)
FAILED, DONE = TaskFailed("shop.ConnectorError"), TaskSucceeded(None)


def taken(limits, clock, many, *, limit=LIMIT, account=ACCOUNT):
    """When each of `many` calls began, by one caller that asks again when it is told to."""
    began = []
    while len(began) < many:
        at = limits.turn("default", account, limit)
        if at is None:
            began.append(clock.now())
        else:
            assert at > clock.now()
            clock.sleep(at - clock.now())
    return began


@pytest.mark.parametrize(("requests", "seconds"), [(5, 10.0), (1, 1.0), (100, 60.0), (30, 1.0), (7, 0.5)])
def test_no_window_has_more_calls_than_the_limit_whoever_makes_them(requests, seconds):
    limit = CallLimit("shop", requests, seconds)
    rows, clock = CountedStates(), SkipClock(START)
    workers = [CallLimits(rows, clock) for _ in range(3)]
    began = []
    while len(began) < 60 + 2 * requests:
        asked = [worker.turn("default", ACCOUNT, limit) for worker in workers]
        began += [clock.now()] * asked.count(None)
        if None not in asked:
            clock.sleep(min(asked) - clock.now())
    windows = [int(at // seconds) for at in began]
    assert max(windows.count(window) for window in windows) <= requests


@pytest.mark.parametrize("limit", [
    CallLimit("shop", 10, 1.0), CallLimit("shop", 100, 1.0), CallLimit("shop", 600, 60.0),
])
def test_who_calls_alone_writes_once_for_a_hundred_calls(limit):
    rows, clock = CountedStates(), SkipClock(START // 60 * 60)
    taken(CallLimits(rows, clock), clock, 3_000, limit=limit)
    assert rows.writes <= 3_000 // 100 + 5 * (3_000 // limit.requests if limit.seconds > 10 else 1)


def test_who_comes_later_waits_for_what_the_first_has_leased_and_no_longer():
    rows, clock = CountedStates(), SkipClock(START)
    first, second = CallLimits(rows, clock), CallLimits(rows, clock)
    taken(first, clock, 8)
    before = clock.now()
    taken(second, clock, 1)
    assert clock.now() - before <= 20.0


@pytest.mark.parametrize(("requests", "seconds"), [(20, 2.0), (10, 1.0), (3, 1.0), (5, 10.0)])
@pytest.mark.parametrize("many", [2, 3, 8])
def test_workers_that_share_a_limit_use_all_of_it(requests, seconds, many):
    """Each call that waits is asked for by any of the workers when its time comes, as wakes of a queue are."""
    limit, draws = CallLimit("shop", requests, seconds), Random(4711)  # noqa: S311 - no secret
    rows, clock = CountedStates(), SkipClock(START // 60 * 60)
    workers = [CallLimits(rows, clock) for _ in range(many)]
    waiting = [(clock.now(), number) for number in range(20 * requests)]
    windows = set()
    while waiting:
        at, number = heappop(waiting)
        clock.sleep(max(0.0, at - clock.now()))
        later = draws.choice(workers).turn("default", ACCOUNT, limit)
        if later is None:
            windows.add(int(clock.now() // seconds))
        else:
            heappush(waiting, (later, number))
    assert max(windows) - min(windows) <= 22


def test_those_who_wait_are_told_different_windows_without_asking_the_store():
    rows, clock = CountedStates(), SkipClock(START // 10 * 10)
    limits = CallLimits(rows, clock)
    taken(limits, clock, 5)
    reads = rows.reads
    told = [limits.turn("default", ACCOUNT, LIMIT) for _ in range(50)]
    assert told == sorted(told)
    assert max(told.count(at) for at in told) <= 5
    assert rows.reads - reads <= 1


def test_accounts_of_a_service_are_the_secrets_and_workspaces_have_their_own():
    rows, clock = CountedStates(), SkipClock(START // 10 * 10)
    limits = CallLimits(rows, clock)
    taken(limits, clock, 5)
    assert limits.turn("default", ACCOUNT, LIMIT) is not None
    assert limits.turn("default", account_of([("/key", "OTHER")], LIMIT), LIMIT) is None
    assert limits.turn("team", ACCOUNT, LIMIT) is None
    assert account_of([("/b", "B"), ("/a", "A"), ("/c", "A")], LIMIT) == account_of([("/x", "A"), ("/y", "B")], LIMIT)
    assert len(account_of([("/a", "K" * 128), ("/b", "L" * 128)], LIMIT)) <= 200


def test_how_accounts_stand_is_told_without_those_of_budgets():
    rows, clock = CountedStates(), SkipClock(START // 10 * 10)
    limits = CallLimits(rows, clock)
    assert standings(rows, "default", clock.now()) == []
    plain = CallLimit("plain", 3, 0.5)
    limits.turn("default", account_of((), plain), plain)
    taken(limits, clock, 5)
    Leases(rows, clock, "!budgets").take("default", "flow", 5, ahead=False)
    free, used = standings(rows, "default", clock.now())
    assert free == Standing("plain", (), 3, 0.5, None)
    assert (used.service, used.secrets, used.requests, used.per_seconds) == ("shop", ("SHOP_KEY",), 5, 10.0)
    assert clock.now() < used.next_at <= clock.now() + 20
    assert {each.next_at for each in standings(rows, "default", clock.now() + 30)} == {None}


def test_what_an_answer_asks_for_holds_for_every_worker():
    rows, clock = CountedStates(), SkipClock(START // 10 * 10)
    one, other = CallLimits(rows, clock), CallLimits(rows, clock)
    assert one.turn("default", ACCOUNT, LIMIT) is None
    one.told("default", ACCOUNT, LIMIT, TaskFailed("E", retry_after=65.0))
    for limits in (one, other):
        assert limits.turn("default", ACCOUNT, LIMIT) >= START // 10 * 10 + 65
    clock.sleep(70.0)
    assert [limits.turn("default", ACCOUNT, LIMIT) for limits in (one, other)] == [None, None]


def test_failures_in_a_row_open_the_circuit_longer_each_time_until_one_succeeds():
    clock = SkipClock(START // 10 * 10)
    limit = CallLimit("shop", 1000, 1.0)
    limits, waits = CallLimits(CountedStates(), clock), []
    for _ in range(9):
        limits.told("default", ACCOUNT, limit, FAILED)
        at = limits.turn("default", ACCOUNT, limit)
        waits.append(0.0 if at is None else at - clock.now())
        clock.sleep(max(waits[-1], 0.1))
    assert waits[:4] == [0, 0, 0, 0]
    assert [round(wait) for wait in waits[4:]] == [1, 2, 4, 8, 16]
    clock.sleep(1.0)  # to the window's end
    limits.told("default", ACCOUNT, limit, DONE)
    limits.told("default", ACCOUNT, limit, FAILED)
    assert limits.turn("default", ACCOUNT, limit) is None


def test_who_asks_for_less_time_than_the_failures_in_a_row_make_is_left_alone_for_the_longer():
    clock = SkipClock(START // 10 * 10)
    limit = CallLimit("shop", 1000, 1.0)
    limits = CallLimits(CountedStates(), clock)
    for _ in range(8):
        limits.told("default", ACCOUNT, limit, TaskFailed("E", retry_after=1.0))
    assert limits.turn("default", ACCOUNT, limit) == clock.now() + 8.0


@pytest.mark.parametrize("outcome", [DONE, TaskFailed("E", retryable=False)])
def test_what_a_repetition_would_not_mend_breaks_nothing(outcome):
    limits = CallLimits(CountedStates(), SkipClock(START))
    for _ in range(4):
        limits.told("default", ACCOUNT, LIMIT, FAILED)
    limits.told("default", ACCOUNT, LIMIT, outcome)
    limits.told("default", ACCOUNT, LIMIT, FAILED)
    assert limits.turn("default", ACCOUNT, LIMIT) is None


def test_a_store_that_fails_lets_calls_wait_and_nothing_else_fail():
    rows, clock = CountedStates(), SkipClock(START)
    limits = CallLimits(rows, clock)
    rows.fails = True
    assert limits.turn("default", ACCOUNT, LIMIT) == START + 1
    limits.told("default", ACCOUNT, LIMIT, TaskFailed("E", retry_after=5.0))
    rows.fails = False
    assert limits.turn("default", ACCOUNT, LIMIT) >= START + 5


def test_the_rows_are_kept_on_one_machine_as_well(tmp_path):
    clock = SkipClock(START // 10 * 10)
    stores = LocalStores.open(tmp_path, Settings(), clock, command="a test")
    try:
        one, other = (CallLimits(stores.trigger_states, clock) for _ in range(2))
        assert sum(limits.turn("default", ACCOUNT, LIMIT) is None for limits in (one, other) * 5) == 5
    finally:
        stores.close()


# ---------------------------------------------------------------- executions


class Shop(ScriptedTasks):
    """A service that declares a limit."""

    def policy(self, resource, _pin=None):
        return TaskPolicy(limit=CallLimit("shop", 2, 60.0))


ONE = flow({"Work": task(End=True)})
TWICE = flow({"Both": {"Type": "Parallel", "End": True, "Branches": [
    flow({"Work": task(End=True)}), flow({"Rest": {"Type": "Pass", "End": True}}), flow({"Also": task(End=True)}),
    flow({"Too": task(End=True)}),
]}})


def product(definition=ONE, tasks=None):
    made = Product(definition, tasks or Shop(answers={WORK: [{"ok": True}]}))
    rows = MemoryTriggerStates()
    new = made.worker
    made.worker = lambda *args, **more: new(*args, limits=CallLimits(rows, made.clock), **more)
    return made


def test_a_call_without_a_token_waits_parked_and_no_attempt_is_spent():
    made = product()
    keys = [made.start({}, f"n-{number}") for number in range(5)]
    for key in keys:
        made.run(key)
    assert len(made.tasks.calls) == 2
    waiting = [made.stores.journal.header(key) for key in keys[2:]]
    assert [header.status for header in waiting] == [RUNNING] * 3
    window = START // 60 * 60 + 60
    assert all(window <= header.due_at <= window + 120 for header in waiting)
    assert "TaskStarted" not in made.events(keys[-1])
    made.drain()
    assert {made.describe(key).status for key in keys} == {"SUCCEEDED"}
    assert [call.attempt for call in made.tasks.calls] == [0] * 5


def test_within_one_execution_those_with_a_token_go_first():
    made = product(TWICE)
    key = made.start({})
    made.run(key)
    assert len(made.tasks.calls) == 2
    made.drain()
    assert made.describe(key).status == "SUCCEEDED"


def test_a_service_that_asks_for_time_is_left_alone_by_others_too():
    failed = TaskFailed("shop.ConnectorError", "429", retry_after=300.0)
    made = product(flow({"Work": task(End=True, Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}])}),
                   Shop(answers={WORK: [lambda _call: failed, {"ok": True}]}))
    first, second = made.start({}, "one"), made.start({}, "two")
    made.run(first)
    made.run(second)
    assert len(made.tasks.calls) == 1
    assert made.stores.journal.header(first).due_at >= START + 300
    assert made.stores.journal.header(second).due_at >= START + 240
    made.drain()
    assert {made.describe(key).status for key in (first, second)} == {"SUCCEEDED"}


def test_an_express_execution_cannot_wait_and_does_not():
    made = Product(ONE, Shop(answers={WORK: [{"ok": True}]}), kind="EXPRESS")
    rows = MemoryTriggerStates()
    new = made.worker
    made.worker = lambda *args, **more: new(*args, limits=CallLimits(rows, made.clock), **more)
    keys = [made.start({}, f"n-{number}") for number in range(4)]
    made.drain()
    assert {made.describe(key).status for key in keys} == {"SUCCEEDED"}


def test_what_was_called_is_told_by_its_account():
    told = []

    class Limits:
        def told(self, *said):
            told.append(said)

    tasks = LimitedTasks(Shop(answers={WORK: [{"ok": True}]}), Limits())
    made = Product(ONE, tasks)
    made.run(made.start({}))
    [(workspace, account, limit, outcome)] = told
    assert (workspace, account, outcome.output) == ("default", account_of((), limit), {"ok": True})
