"""One commit for many executions."""

from __future__ import annotations

import math

from engine.clock import SkipClock
from engine.durable.worker.committing import COMMIT_ATTEMPTS
from engine.errors import StoreBusy
from tests.support.backends import Backend, open_local
from tests.support.durable import START, Product, ScriptedTasks
from tests.support.flows import ONE_TASK, THREE_TASKS, WORK, die
from tests.support.poisoned import dies, killer


def sqlite(folder, tasks=None):
    """A product whose stores share a transaction."""
    clock = SkipClock(START)
    stores = open_local(folder, clock)
    return Product(ONE_TASK, tasks, backend=Backend("sqlite", clock, stores, lambda same: same))


def test_of_a_commit_those_are_told_that_stand(tmp_path):
    """Somebody else was faster with one of the two: what is told of it is in no history."""
    product = sqlite(tmp_path)
    one, two = (product.start({}, name=name) for name in ("one", "two"))
    told = []
    worker = product.worker(on_committed=lambda segments: told.extend(segment.key for segment in segments))
    worker.admit([one, two], math.inf)
    product.run(one)
    worker.round()
    assert told == [two]
    product.stores.stores.close()


def test_one_with_strikes_ends_like_any_other(tmp_path):
    """They are taken back in its header, which has to be open for that."""
    product, key = killer(sqlite(tmp_path, ScriptedTasks({WORK: [die, {}]})))
    dies(product, key)
    assert product.run(key) is None
    header = product.stores.journal.header(key)
    assert (header.status, header.strikes) == ("SUCCEEDED", 0)
    product.stores.stores.close()


def test_what_a_commit_failed_before_is_forgotten_once_it_stands(monkeypatch):
    """A store that fails for a moment, now and then, does not add up: each commit has all of its tries."""
    product = Product(THREE_TASKS, ScriptedTasks({WORK: [{}, {}, {}]}))
    key = product.start({})
    commit, tries = product.stores.journal.commit, []

    def fails_twice(segments, *more):
        tries.append(segments[0].seq)
        if tries.count(segments[0].seq) < COMMIT_ATTEMPTS:
            raise StoreBusy("locked")
        return commit(segments, *more)

    monkeypatch.setattr(product.stores.journal, "commit", fails_twice)
    assert product.run(key) is None
    assert product.describe(key).status == "SUCCEEDED"
    assert set(map(tries.count, tries)) == {COMMIT_ATTEMPTS}
