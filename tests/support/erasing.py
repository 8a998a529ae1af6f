"""A workflow whose executions are erased."""

from __future__ import annotations

from engine.durable.lifecycle.erasing import ASKED_SECONDS, Erasing
from engine.ports.executions_index import ExecutionQuery
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import THREE_TASKS


class Asked(Product):
    """A workflow, and who erases its executions."""

    def __init__(self, stores, definition=THREE_TASKS, answers=None, child=None, **version):
        super().__init__(definition, ScriptedTasks(answers or {}), backend=stores, **version)
        if child is not None:
            self.published.publish(child, "child")
        self.told = []

    @property
    def erasing(self):
        return Erasing(
            self.stores.erasure, self.stores.journal, self.stores.index, self.clock, header_of=self.executions.header,
            told=lambda _erasure, keys: self.told.extend(key.id for key in keys), at_once=self.stores.family != "aws",
        )

    def ended(self, given=None, name="one"):
        key = self.start(given, name=name)
        self.drain()
        return key

    def over(self):
        """What was asked for is done, by who asked or later."""
        self.clock.sleep(ASKED_SECONDS + 1)
        self.erasing.go_on(self.workspace)
        assert self.erasing.pending(self.workspace) == []

    def listed(self):
        return [row.key.id for row in self.executions.page(ExecutionQuery(self.workspace)).rows]
