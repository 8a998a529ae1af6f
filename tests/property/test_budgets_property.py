"""Budgets over all store families, on virtual time: random arrivals at several processes, against a count by hand.

The oracle knows nothing of slices. It is told which execution began when, and counts: no minute begins more than the
budget says; each start that was accepted begins, once; one process's starts begin in their order; the store was
written to as seldom as docs/quotas.md says.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.durable.lifecycle.budgets import REMEMBERED_SECONDS, BudgetExceeded
from engine.ports.keys import ExecutionKey
from tests.support.backends import open_backend
from tests.support.durable import Product

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
EXAMPLES = {"memory": 20, "sqlite": 3, "aws": 2}
EVERY = pytest.mark.parametrize("family", ["memory", "sqlite", pytest.param("aws", marks=pytest.mark.full)])
SLACK = 9
"""Writes of one process in one minute beyond one for a hundred starts."""

arrivals = st.lists(
    st.tuples(st.floats(0, 45), st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=12
)
"""Each: after so many seconds, at that process, so many starts at once."""


class Counting:
    """The states of triggers, and how often they were written."""

    def __init__(self, states):
        self._states, self.writes = states, 0

    def __getattr__(self, name):
        return getattr(self._states, name)

    def change(self, state):
        self.writes += 1
        return self._states.change(state)


def _minute(at):
    return int(at // 60)


def _run(backend, given_arrivals, per_minute, exceeded):
    counted = []

    def wrap(name, port):
        if name == "trigger_states":
            port = Counting(port)
            counted.append(port)
        return port

    product = Product(
        DEFINITION, wrap=wrap, backend=backend,
        budgets={"executions_per_minute": per_minute, "when_exceeded": exceeded},
    )
    processes = [product.budgets, product.new_budgets(), product.new_budgets()]
    accepted, refused, again = [], [], []
    for wait, process, many in given_arrivals:
        backend.clock.sleep(wait)
        product.budgets = processes[process]
        for _ in range(many):
            name = f"n{len(accepted) + len(refused)}"
            try:
                key = product.executions.start("default", "flow", None, name=name).key
            except BudgetExceeded as error:
                again.append(error.retry_after)
                assert product.stores.journal.header(ExecutionKey.of("default", "flow", name)) is None
                refused.append(name)
            else:
                accepted.append((key, process, backend.clock.now()))
        for received in product.stores.queue.claim(100):
            product.run(received.key)
            product.stores.queue.acknowledge([received.receipt])
    product.drain(limit=2000)
    assert all(0 < seconds <= 60 for seconds in again)
    return product, accepted, refused, sum(each.writes for each in counted)


def _check(product, accepted, writes, per_minute):
    began = {}
    for key, _, at in accepted:
        execution = product.describe(key)
        assert execution.status == "SUCCEEDED", key
        began[key] = product.executions.events(key, most=1)[0].at
        assert began[key] >= at
    by_minute = Counter(_minute(at) for at in began.values())
    assert max(by_minute.values(), default=0) <= per_minute, by_minute
    for process in range(3):
        order = [began[key] for key, by, _ in accepted if by == process]
        assert all(_minute(first) <= _minute(then) for first, then in pairwise(order)), order
    assert writes <= len(accepted) / 100 + SLACK * 3 * max(1, len(by_minute)), (writes, len(accepted), by_minute)


@EVERY
@pytest.mark.parametrize("exceeded", ["wait", "refuse"])
def test_no_minute_begins_more_than_the_budget_and_nothing_is_lost(family, exceeded, tmp_path_factory):
    examples = EXAMPLES[family]

    @settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(arrivals, st.sampled_from([1, 3, 20, 50]))
    def check(given_arrivals, per_minute):
        with open_backend(family, tmp_path_factory.mktemp("budgets")) as backend:
            product, accepted, refused, writes = _run(backend, given_arrivals, per_minute, exceeded)
            _check(product, accepted, writes, per_minute)
            if exceeded == "wait":
                assert not refused

    check()


WAITING = {"StartAt": "A", "States": {"A": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}}

def open_arrivals(family):
    """Each: after so many seconds, so many starts, which take so long. A second of AWS costs requests to moto."""
    seconds, many, most = (6, 3, 4) if family == "aws" else (30, 6, 12)
    return st.lists(
        st.tuples(st.floats(0, seconds), st.integers(1, many), st.integers(0, seconds + 10)), min_size=1, max_size=most
    )


@EVERY
@pytest.mark.parametrize("exceeded", ["wait", "refuse"])
def test_no_more_are_open_than_the_budget_and_those_that_wait_begin_in_order(family, exceeded, tmp_path_factory):
    """The oracle reads histories alone: when each began, and when it ended."""
    examples = 6 if family == "aws" else EXAMPLES[family]

    @settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(open_arrivals(family), st.sampled_from([1, 2, 5]))
    def check(given_arrivals, most):
        with open_backend(family, tmp_path_factory.mktemp("open")) as backend:
            product = Product(
                WAITING, backend=backend, budgets={"open_executions": most, "when_exceeded": exceeded},
            )
            accepted, arrived, refused = [], [], 0
            for wait, many, seconds in given_arrivals:
                until = backend.clock.now() + wait
                while backend.clock.now() < until:
                    backend.clock.sleep(min(1.0, max(until - backend.clock.now(), 0.001)))
                    _serve(product)
                for _ in range(many):
                    name = f"n{len(accepted) + refused}"
                    try:
                        accepted.append(product.start({"seconds": seconds}, name))
                        arrived.append(backend.clock.now())
                    except BudgetExceeded:
                        refused += 1
                        stands = product.stores.journal.headers(accepted).values()
                        assert exceeded == "refuse"
                        assert sum(each.status == "RUNNING" for each in stands) >= most
            product.drain(limit=4000)
            spans = []
            for key in accepted:
                events = product.executions.events(key, most=100)
                assert events[-1].type == "ExecutionSucceeded", (key, product.describe(key))
                spans.append((events[0].at, events[-1].at))
            changes = sorted([(end, -1) for _, end in spans] + [(begin, 1) for begin, _ in spans])
            begun = 0
            for _, change in changes:
                begun += change
                assert begun <= most
            assert [begin for begin, _ in spans] == sorted(begin for begin, _ in spans)
            for number, (begin, _) in enumerate(spans):
                ends = sorted(end for _, end in spans[:number])
                free = max(arrived[number], ends[number - most] if number >= most else 0.0)
                late = backend.index.settled_after
                assert begin <= free + 1.5 + late + (REMEMBERED_SECONDS if late else 0.0), (number, spans)
            assert backend.trigger_states.all("default") == []  # nothing is counted anywhere

    check()


def _serve(product):
    for received in product.stores.queue.claim(100):
        product.run(received.key)
        product.stores.queue.acknowledge([received.receipt])
