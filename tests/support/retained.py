"""Executions over the AWS stores, and retention of them."""

from __future__ import annotations

from engine.adapters.aws import items
from engine.durable.retention import DAY, Retention
from engine.ports.executions_index import ExecutionQuery
from functions.sweeper.retention import Retaining
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import THREE_TASKS
from tests.support.terms import expire, rows


class Aws(Product):
    """A workflow over the AWS stores, and retention."""

    def __init__(self, stores, definition=THREE_TASKS, answers=None, **version):
        super().__init__(definition, ScriptedTasks(answers or {}), backend=stores, **version)
        self.retaining = Retaining(stores, stores.clock, Retention.of(self.settings))

    def ended(self, name="one", given=None):
        key = self.start(given, name=name)
        self.drain()
        return key

    def at(self, days, since):
        self.clock.sleep(max(0.0, since + days * DAY - self.clock.now()))

    def expire(self):
        """DynamoDB's part, then the function's; what it answers."""
        records = expire(self.clock.now())
        return self.retaining.records(records, deadline=float("inf"))["batchItemFailures"]

    def listed(self):
        return [row.key.id for row in self.executions.page(ExecutionQuery("default")).rows]


def partition(key):
    return sorted(sk for pk, sk in rows() if pk == items.partition(key))
