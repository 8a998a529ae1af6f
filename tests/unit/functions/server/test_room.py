"""A disk that is nearly full takes no new work, so that what runs can end."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.ports.tasks import TaskFailed
from functions.server.room import MEGABYTE, DiskNearlyFull, refuse_without_room
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK

FOLDER = Path("data")


def asked(reserve, free):
    refuse_without_room(FOLDER, reserve, free=lambda _folder: free)()


def test_with_room_nothing_is_refused():
    asked(200, 200 * MEGABYTE)


def test_without_room_a_start_is_refused_in_clear_words():
    with pytest.raises(DiskNearlyFull, match="has 199 MB free: below 200 MB nothing new is started") as refused:
        asked(200, 200 * MEGABYTE - 1)
    assert refused.value.status == 503
    assert "Make room" in refused.value.advice


def test_without_a_reserve_nothing_is_refused():
    asked(0, 0)


def test_a_start_a_redrive_and_a_fork_need_room_and_what_runs_goes_on():
    full = []

    def room():
        if full:
            raise DiskNearlyFull("full", where="AUTOMATE_DISK_RESERVE_MB")

    product = Product(ONE_TASK, ScriptedTasks({WORK: [TaskFailed("E", "bad"), {"done": True}]}), room=room)
    failed = product.start({})
    product.drain()
    assert product.describe(failed).status == "FAILED"
    runs = product.start({}, "two")
    full.append(True)
    for begin in (
        lambda: product.start({}, "three"), lambda: product.executions.redrive(failed),
        lambda: product.executions.forward(failed, 1, actor=TESTER),
        lambda: product.executions.fork(failed, Wanted(1, "me"), Calls(product.tasks, bool)),
    ):
        with pytest.raises(DiskNearlyFull):
            begin()
    assert product.start({}, "two") == runs  # asked for again, as its answer was lost
    product.drain()
    assert (product.describe(runs).status, product.describe(failed).status) == ("SUCCEEDED", "FAILED")
    full.clear()
    assert product.executions.redrive(failed).status == "RUNNING"
