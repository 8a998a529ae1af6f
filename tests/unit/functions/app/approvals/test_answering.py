"""An answer outlives every death: a process dies before or after calls of its ports, while it asks, reminds, is
answered and goes on. What was acknowledged counts, nothing counts twice, and the row is closed in the end."""

from __future__ import annotations

import pytest

from connectors.asking import Asking
from connectors.registry import Registry
from connectors.tasks import ConnectorTasks
from engine.ports.people.approvals import OPEN, ApprovalQuery
from functions.app.approvals.answering import AlreadyAnswered, Answer, Answering, ApprovalOver, Who
from tests.support.durable import Product
from tests.support.memory.approvals import MemoryApprovals

SECONDS = 600.0
"""Longer than a lease of a call and the minute of a sweep."""

FLOW = {"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "TimeoutSeconds": 86_400,
            "Parameters": {"question": "Go?", "approvers": ["ada", "bob"], "needed": 2, "remind_after": 120},
            "Next": "Done"},
    "Done": {"Type": "Succeed"},
}}


class Died(KeyboardInterrupt):
    """The process is gone: what a connector raises otherwise is its call's outcome."""


class Deaths:
    """Wraps ports: the process dies at the moment `at`, of which each call has one before it and one after it."""

    def __init__(self, at):
        self.at = at
        self.count = 0

    def moment(self):
        self.count += 1
        if self.count == self.at:
            raise Died

    def wrap(self, _name, port):
        return _Dying(port, self)


class _Dying:
    def __init__(self, port, deaths):
        self._port, self._deaths = port, deaths

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args, **more):
            self._deaths.moment()
            answer = found(*args, **more)
            self._deaths.moment()
            return answer

        return call


class Run:
    """A product whose execution asks two people."""

    def __init__(self, at):
        self.deaths = Deaths(at)
        self.store = MemoryApprovals()
        registry = Registry(installed=tuple)
        asked = self.deaths.wrap("approvals", self.store)
        tasks = ConnectorTasks(registry, lambda: Asking(asked, self.product.clock))
        self.product = Product(FLOW, tasks=tasks, wrap=self.deaths.wrap)
        self.died = 0
        self.key = self.alive(lambda: self.product.start({}))  # the same name and input: the same execution

    def alive(self, act):
        """What `act` gives; where the process dies in it, another does it again."""
        while True:
            try:
                return act()
            except Died:
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
            except Died:
                self.died += 1
                product.stores.restart()

    @property
    def answering(self):
        product, wrap = self.product, self.deaths.wrap
        return Answering(
            wrap("approvals", self.store), wrap("journal", product.stores.journal), product.executions, product.clock,
            product.workspace,
        )

    def answer(self, name):
        """Whether it was acknowledged; else it was said that it was decided."""
        (row,) = self.store.page(ApprovalQuery("default")).approvals

        def act():
            return self.answering.answer(row.id, Who(name, "user"), Answer("approved"), lambda _terms: None)

        try:
            self.alive(act)
        except ApprovalOver:
            return False
        except AlreadyAnswered:
            pass  # the answer before the death counted
        return True


def whole(at):
    run = Run(at)
    run.go_on()
    assert run.answer("ada")
    run.go_on(60)
    acknowledged = run.answer("bob")
    run.go_on()
    return run, acknowledged


def test_every_moment_may_be_the_last_of_a_process():
    undisturbed, _ = whole(0)
    moments = undisturbed.deaths.count
    assert moments > 100
    for at in range(1, moments + 1, 3):
        run, acknowledged = whole(at)
        ended = run.product.describe(run.key)
        assert (ended.status, run.died) == ("SUCCEEDED", 1), at
        assert [one["by"] for one in ended.output["answers"]] == ["ada", "bob"], at
        assert acknowledged or run.died, at
        assert run.store.page(ApprovalQuery("default")).approvals == (), at
        assert {row.status for row in run.store._rows.values()} == {"APPROVED"}, at
        assert len(run.store._rows) == 1, at


def test_reminders_go_on_until_somebody_decides():
    run = Run(0)
    run.go_on()
    (row,) = run.store.page(ApprovalQuery("default")).approvals
    assert row.status == OPEN
    taken = [event for event in run.product.events(run.key) if event == "TaskStarted"]
    assert taken == ["TaskStarted"]  # a reminder is no start of its own
    before = run.product.stores.journal.header(run.key).seq
    run.go_on(360)
    assert run.product.stores.journal.header(run.key).seq > before


def test_two_that_decide_at_once_are_one_decision():
    run = Run(0)
    run.go_on(60)
    run.answer("ada")
    found = run.answering
    (row,) = run.store.page(ApprovalQuery("default")).approvals
    found.answer(row.id, Who("bob", "user"), Answer("refused", "no"), lambda _terms: None)
    with pytest.raises(ApprovalOver, match="decided just now"):
        found.answer(row.id, Who("eve", "user"), Answer("approved"), lambda _terms: None)
    run.go_on(120)
    assert run.product.describe(run.key).output["decision"] == "refused"
