"""What ageing asks of its store, by a workflow's own term."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from engine.durable.lifecycle.ageing import Ageing
from engine.durable.retention import DAY, Retention
from engine.ports.keys import ExecutionKey
from engine.ports.retention import Ended

KEY = ExecutionKey.of("default", "orders", "one")


class Store:
    """One execution that has ended, which `ended` gives whatever it is asked for."""

    def __init__(self, ended_at):
        self.one = Ended(KEY, "SUCCEEDED", ended_at, ended_at)
        self.taken, self.versions = [], []

    def workflows(self):
        return [("default", "orders")]

    def ended(self, _workspace, _workflow, _before, _after, _limit):
        return [one for one in [self.one] if one.key not in self.taken], None

    def take(self, due, _now):
        self.taken += [one.key for one in due]
        return len(due)

    def old_versions(self, _workspace, _workflow, before, _keep):
        self.versions.append(before)

    def nothing(self, *_given):
        return 0

    clear = forget = shrink = nothing


@pytest.mark.parametrize(("own", "days", "taken"), [
    (None, 89, False), (None, 91, True), (7, 6, False), (7, 8, True), (365, 364, False), (365, 366, True),
])
def test_a_workflow_s_own_term_is_that_of_its_executions_and_its_versions(own, days, taken):
    clock = SkipClock(1e9)
    store = Store(clock.now() - days * DAY)
    ageing = Ageing(store, clock, Retention(days=90.0), lambda _workspace, _workflow: own)
    while ageing.round():
        pass
    assert store.taken == ([KEY] if taken else [])
    assert set(store.versions) == {clock.now() - (own or 90) * DAY}
