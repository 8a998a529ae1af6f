"""Wakes that processes on one folder share."""

from __future__ import annotations

from engine.clock import SkipClock
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.backends import open_local


def test_nobody_deletes_or_gives_back_what_another_process_holds(tmp_path):
    one, other = (open_local(tmp_path / "data", SkipClock()) for _ in range(2))
    one.queue.send([Wake(ExecutionKey("default", "flow:one"))])
    [held] = one.queue.claim(1)
    other.queue.release([held.receipt])
    other.queue.acknowledge([held.receipt])
    assert other.queue.claim(1) == []
    one.queue.release([held.receipt])
    assert len(other.queue.claim(1)) == 1
    for stores in (one, other):
        stores.close()
