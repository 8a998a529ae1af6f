"""The bell: a wake that another process sends is heard at once, and nobody fails where it cannot be."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
import time

import pytest

from engine.adapters.local import bell as bells
from engine.adapters.local.bell import Bell
from engine.clock import SkipClock
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from tests.support.backends import open_local
from tests.support.patience import SECONDS

WAKE = Wake(ExecutionKey("default", "flow:one"))


@pytest.fixture
def two(tmp_path):
    """The stores of two processes on one folder."""
    stores = [open_local(tmp_path / "data", SkipClock()) for _ in range(2)]
    yield stores
    for each in stores:
        each.close()


def listening(queue):
    heard = threading.Event()
    assert queue.listen(heard.set)
    return heard


def test_a_wake_of_another_process_is_heard(two):
    here, there = two
    heard = listening(here.queue)
    here.queue.changed()
    there.queue.send([WAKE])
    assert heard.wait(SECONDS)
    assert here.queue.changed()
    assert [received.key for received in here.queue.claim(10)] == [WAKE.key]


def test_ones_own_wake_is_heard_and_so_is_a_released_one(two):
    here, _ = two
    heard = listening(here.queue)
    here.queue.send([WAKE])
    assert heard.is_set()
    heard.clear()
    [received] = here.queue.claim(10)
    here.queue.release([received.receipt])
    assert heard.is_set()


def test_who_begins_to_listen_later_is_rung_too(two):
    here, there = two
    there.queue.send([WAKE])
    heard = listening(here.queue)
    there.queue.send([WAKE])
    assert heard.wait(SECONDS)


class Listener:
    """What a process with a bell of that name heard; `asked` whether it has looked, it says what `looked` is."""

    def __init__(self, folder, name):
        self.heard, self.asked = threading.Event(), threading.Event()
        self.looked = False
        self.bell = Bell(folder, name)
        assert self.bell.listen(self.heard.set, self._looked)

    def _looked(self):
        self.asked.set()
        return self.looked


@pytest.fixture
def three(tmp_path):
    found = [Listener(tmp_path, name) for name in "abc"]
    yield found
    for each in found:
        each.bell.close()


def test_one_is_rung_and_who_has_not_looked_for_a_while_rings_the_next(tmp_path, three):
    a, b, c = three
    b.looked = True
    outside = Bell(tmp_path, "b-sender")
    outside.ring()
    assert a.heard.wait(SECONDS)
    assert b.heard.wait(SECONDS)
    assert b.asked.wait(SECONDS)
    assert not c.heard.is_set()
    outside.close()


def test_who_listens_rings_the_next_and_the_last_one_the_first(three):
    a, b, c = three
    a.looked = c.looked = True
    b.bell.ring()
    assert c.heard.wait(SECONDS)
    c.bell.ring()
    assert a.heard.wait(SECONDS)
    assert a.asked.wait(SECONDS)
    assert not b.heard.is_set()


def test_who_listens_no_longer_is_not_rung(tmp_path, two):
    here, there = two
    listening(here.queue)
    assert not here.queue.listen(None)
    heard = listening(there.queue)
    here.queue.send([WAKE])
    assert heard.wait(SECONDS)


def test_who_has_not_looked_for_a_while_rings_another_worker_for_its_own_wakes(two, monkeypatch):
    here, there = two
    listening(here.queue)
    heard = listening(there.queue)
    monkeypatch.setattr("engine.adapters.local.queue.PATIENCE_SECONDS", SECONDS)
    here.queue.changed()
    here.queue.send([WAKE])
    assert not heard.is_set()
    monkeypatch.setattr("engine.adapters.local.queue.PATIENCE_SECONDS", -1.0)
    here.queue.send([WAKE])
    assert heard.wait(SECONDS)


def test_a_claim_that_leaves_wakes_rings_another_worker(two):
    here, there = two
    there.queue.send([WAKE, Wake(ExecutionKey("default", "flow:two"))])
    here_heard, there_heard = listening(here.queue), listening(there.queue)
    assert len(here.queue.claim(1)) == 1
    assert there_heard.wait(SECONDS)
    assert not here_heard.is_set()


def test_the_socket_of_a_dead_process_is_removed_by_who_rings_it(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(str(tmp_path / "dead"))
    alive = Bell(tmp_path, "alive")
    alive.ring()
    assert not list(tmp_path.iterdir())
    alive.ring()
    alive.close()


def test_a_closed_bell_leaves_nothing(tmp_path):
    bell = Bell(tmp_path, "one")
    assert bell.listen(lambda: None, lambda: True)
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    bell.close()
    bell.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a long path is not heard, but looked at")
def test_a_folder_with_a_long_path_is_heard(tmp_path):
    folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 6)
    folder.mkdir(parents=True)
    here, there = Bell(folder, "here"), Bell(folder, "there")
    heard = threading.Event()
    assert here.listen(heard.set, lambda: True)
    there.ring()
    assert heard.wait(SECONDS)
    here.close()
    there.close()


def test_where_no_socket_can_be_made_the_database_is_asked(two, monkeypatch):
    here, there = two
    monkeypatch.delattr(bells.socket, "AF_UNIX")
    assert not here.queue.listen(lambda: None)
    here.queue.changed()
    there.queue.send([WAKE])
    assert here.queue.changed()


def test_a_lost_ring_costs_the_wait_for_the_next_look(two, monkeypatch):
    here, there = two
    listening(here.queue)
    monkeypatch.setattr(Bell, "ring", lambda _self: None)
    monkeypatch.setattr("engine.adapters.local.queue.HEARING_SECONDS", 0.0)
    here.queue.changed()
    there.queue.send([WAKE])
    assert here.queue.changed()


def test_a_folder_with_bells_is_opened_and_stays_private(tmp_path, two):
    here, _ = two
    assert here.queue.listen(lambda: None)
    third = open_local(tmp_path / "data", SkipClock())
    assert third.mended == ()
    third.close()


def test_a_folder_that_is_gone_is_not_rung(tmp_path):
    bell = Bell(tmp_path / "never" / "made", "one")
    bell.ring()
    assert not bell.listen(lambda: None, lambda: True)
    bell.close()


def test_who_begins_to_listen_within_a_tick_of_the_file_system_is_rung(tmp_path):
    """The folder says that nothing has changed in it since it was read."""
    folder, tick = tmp_path / "bells", time.time_ns() + 10**10
    folder.mkdir()
    os.utime(folder, ns=(tick, tick))
    here, there, heard = Bell(folder, "here"), Bell(folder, "there"), threading.Event()
    here.ring()
    assert there.listen(heard.set, lambda: True)
    os.utime(folder, ns=(tick, tick))
    assert here._listeners() == ["there"]
    here.ring()
    assert heard.wait(SECONDS)
    for bell in (here, there):
        bell.close()
