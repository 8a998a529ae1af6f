"""One commit for many executions."""

from __future__ import annotations

import math

from engine.clock import SkipClock
from tests.support.backends import Backend, open_local
from tests.support.durable import START, Product
from tests.support.flows import ONE_TASK


def test_of_a_commit_those_are_told_that_stand(tmp_path):
    """Somebody else was faster with one of the two: what is told of it is in no history."""
    clock = SkipClock(START)
    stores = open_local(tmp_path, clock)
    product = Product(ONE_TASK, backend=Backend("sqlite", clock, stores, lambda same: same))
    one, two = (product.start({}, name=name) for name in ("one", "two"))
    told = []
    worker = product.worker(on_committed=lambda segments: told.extend(segment.key for segment in segments))
    worker.admit([one, two], math.inf)
    product.run(one)
    worker.round()
    assert told == [two]
    stores.close()
