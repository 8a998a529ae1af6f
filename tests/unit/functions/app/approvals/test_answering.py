"""An answer outlives every death and every fault of a store: each befalls each call of the ports, while a process asks,
reminds, is answered and goes on. What was acknowledged counts, nothing counts twice, and nothing is left open."""

from __future__ import annotations

from functools import partial

import pytest

from connectors.asking import Asking
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.errors import StorageError, StoreUnavailable, Throttled
from engine.ports.people.approvals import OPEN, ApprovalQuery
from functions.app.approvals.answering import AlreadyAnswered, Answer, Answering, ApprovalOver, Who
from tests.support import backends
from tests.support.durable import Product

SECONDS = 600.0
"""Longer than a lease of a call and the minute of a sweep."""

FLOW = {"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "TimeoutSeconds": 86_400,
            "Parameters": {"question": "Go?", "approvers": ["ada", "bob"], "needed": 2, "remind_after": 120},
            "Retry": [{"ErrorEquals": ["approval.ConnectorError"]}], "Next": "Done"},
    "Done": {"Type": "Succeed"},
}}


MODES = ("before", "after", "refused", "lost", "throttled")
"""The process dies before a call or after it; the store does not serve, its reply is lost, or it throttles."""


class Died(KeyboardInterrupt):
    """The process is gone: what a connector raises otherwise is its call's outcome."""


class Fault:
    """Wraps ports: `mode` befalls the call number `at`, from 1 on; none for 0."""

    def __init__(self, at=0, mode="before"):
        self.at, self.mode = at, mode
        self.count = 0

    def call(self, act, *args, **more):
        self.count += 1
        if self.count != self.at:
            return act(*args, **more)
        if self.mode in ("after", "lost"):
            act(*args, **more)
        if self.mode in ("before", "after"):
            raise Died
        raise Throttled("slow down") if self.mode == "throttled" else StoreUnavailable("no answer")

    def wrap(self, name, port):
        """A call of the tasks may be the last of a process; it is no store, and does not fail as one."""
        return port if name == "tasks" and self.mode not in ("before", "after") else _Faulty(port, self)


class _Faulty:
    def __init__(self, port, fault):
        self._port, self._fault = port, fault

    def __getattr__(self, name):
        found = getattr(self._port, name)
        return partial(self._fault.call, found) if callable(found) else found


class Run:
    """A product whose execution asks two people, over stores."""

    def __init__(self, fault, backend=None, workspace="default"):
        self.fault, self.workspace = fault, workspace
        tasks = ConnectorTasks(Registry(installed=tuple), self.asking)
        self.product = Product(FLOW, tasks=tasks, wrap=fault.wrap, backend=backend, workspace=workspace)
        self.died = 0
        self.key = self.alive(lambda: self.product.start({}))  # the same name and input: the same execution

    @property
    def store(self):
        return self.product.stores.approvals  # a restart opens the stores anew

    def asking(self):
        return Asking(self.fault.wrap("approvals", self.store), self.product.clock)

    def alive(self, act):
        """What `act` gives; where the process dies in it, another does it again."""
        while True:
            try:
                return act()
            except (Died, StorageError):
                self.died += 1

    def go_on(self, seconds=SECONDS):
        """Workers and sweeps, for so long."""
        product = self.product
        until = product.clock.now() + seconds
        while product.clock.now() < until:
            received = product.stores.queue.claim(10)
            try:
                outcomes = product.worker().run([one.key for one in received], deadline=product.clock.now() + 300)
                good = [one.receipt for one in received if outcomes[one.key] is None]
                product.stores.queue.acknowledge(good)
                product.stores.queue.release([one.receipt for one in received if one.receipt not in good], delay=30)
                if not received:
                    product.clock.sleep(30)
                    product.sweeper.sweep()
            except StorageError:
                self.died += 1
            except Died:
                self.died += 1
                if hasattr(product.stores, "restart"):
                    product.stores.restart()

    @property
    def answering(self):
        product, wrap = self.product, self.fault.wrap
        return Answering(
            wrap("approvals", self.store), wrap("journal", product.stores.journal), product.executions, product.clock,
            product.workspace,
        )

    def listed(self):
        """What a person is shown that waits."""
        return self.alive(lambda: self.answering.page(100, None, lambda act, found: list(map(act, found)))[0])

    def answer(self, name):
        """Whether it was acknowledged; else it was said that it was decided."""
        (asked,) = self.listed()  # one whose asking failed after all is shown to nobody

        def act():
            return self.answering.answer(asked.row.id, Who(name, "user"), Answer("approved"), lambda _terms: None)

        try:
            self.alive(act)
        except ApprovalOver:
            return False
        except AlreadyAnswered:
            pass  # the answer before the death counted
        return True


def whole(*fault, **stores):
    run = Run(Fault(*fault), **stores)
    run.go_on()
    assert run.answer("ada")
    run.go_on(60)
    acknowledged = run.answer("bob")
    run.go_on()
    return run, acknowledged


def check(run, acknowledged):
    """Both answers count, once each; nothing waits any more."""
    ended = run.product.describe(run.key)
    assert ended.status == "SUCCEEDED"
    assert [one["by"] for one in ended.output["answers"]] == ["ada", "bob"]
    assert acknowledged or run.died
    assert run.listed() == []
    assert run.store.page(ApprovalQuery(run.workspace)).approvals == ()  # a list closes what the last call could not


def calls():
    """How many port calls an undisturbed run makes."""
    undisturbed, acknowledged = whole()
    check(undisturbed, acknowledged)
    assert undisturbed.fault.count > 100
    return undisturbed.fault.count


@pytest.mark.parametrize("mode", MODES)
def test_every_call_may_be_the_last_of_a_process_or_fail(mode):
    for at in range(1 + MODES.index(mode), calls() + 1, 7):
        run, acknowledged = whole(at, mode)
        check(run, acknowledged)
        if mode in ("before", "after"):
            assert {row.status for row in run.store._rows.values()} == {"APPROVED"}, at


@pytest.mark.full
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("family", backends.FAMILIES)
def test_so_it_is_of_calls_over_every_family_of_stores(family, mode, tmp_path):
    with backends.open_backend(family, tmp_path / "data") as backend:
        for at in range(1, calls() + 1, 1 if family == "memory" else 3):
            check(*whole(at, mode, backend=backend, workspace=f"space{at}"))


def test_reminders_go_on_until_somebody_decides():
    run = Run(Fault())
    run.go_on()
    (row,) = run.store.page(ApprovalQuery(run.workspace)).approvals
    assert row.status == OPEN
    taken = [event for event in run.product.events(run.key) if event == "TaskStarted"]
    assert taken == ["TaskStarted"]  # a reminder is no start of its own
    before = run.product.stores.journal.header(run.key).seq
    run.go_on(360)
    assert run.product.stores.journal.header(run.key).seq > before


def test_two_that_decide_at_once_are_one_decision():
    run = Run(Fault())
    run.go_on(60)
    run.answer("ada")
    found = run.answering
    (row,) = run.store.page(ApprovalQuery(run.workspace)).approvals
    found.answer(row.id, Who("bob", "user"), Answer("refused", "no"), lambda _terms: None)
    with pytest.raises(ApprovalOver, match="decided just now"):
        found.answer(row.id, Who("eve", "user"), Answer("approved"), lambda _terms: None)
    with pytest.raises(ApprovalOver, match="decided just now"):
        found.find(row.id)
    assert found.page(10, None, lambda act, items: list(map(act, items))) == ([], None)
    run.go_on(120)
    assert run.product.describe(run.key).output["decision"] == "refused"


def test_one_answer_of_each_counts_whatever_way_they_take():
    run = Run(Fault())
    run.go_on(60)
    run.answer("ada")
    (row,) = run.store.page(ApprovalQuery(run.workspace)).approvals
    with pytest.raises(AlreadyAnswered, match="ada has answered"):
        run.answering.answer(row.id, Who("ada", "slack"), Answer("approved"), lambda _terms: None)
