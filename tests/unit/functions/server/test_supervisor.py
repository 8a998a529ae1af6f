"""The supervisor: a dead worker is followed by another, at once when it had lived, later and later when it had not."""

from __future__ import annotations

import io
import os
import subprocess

import pytest

from engine.clock import SkipClock
from engine.settings import Settings
from functions.server import supervisor as module


class FakeProcess:
    """A worker that ends when the test says so, or when its input is closed."""

    def __init__(self, command, *, stdin, start_new_session, env):
        assert start_new_session, "Ctrl-C must reach the server alone"
        self.command = command
        self.environment = env
        self.stdin = io.BytesIO()
        self.pid = id(self)
        self.returncode = None
        self.stubborn = False
        self.killed = False

    def poll(self):
        if self.stdin.closed and not self.stubborn:
            self.returncode = 0
        return self.returncode

    def wait(self, timeout=None):
        if self.poll() is None and not self.killed:
            raise subprocess.TimeoutExpired("worker", timeout)
        return self.returncode

    def kill(self):
        self.killed = True


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def supervisor(monkeypatch, clock):
    monkeypatch.setattr(module.subprocess, "Popen", FakeProcess)
    monkeypatch.setattr(module, "WATCH_SECONDS", 3600)  # the tests look themselves
    made = module.Supervisor(2, Settings(data_dir="/data"), clock, samples_port=8411)
    yield made
    made.stop()


def die(supervisor, clock, *, after):
    """Let the first worker end after so many seconds; how long its successor is waited for."""
    place = supervisor._places[0]
    clock.sleep(after)
    place.process.returncode = -9
    waited = 0.0
    while True:
        place = supervisor._tended(place)
        if place.process.returncode is None:
            supervisor._places[0] = place
            return waited
        clock.sleep(0.25)
        waited += 0.25
        assert waited < 100


def test_workers_work_on_the_servers_folder(supervisor):
    for place in supervisor._places:
        assert place.process.command[3:6] == ["--data-dir", "/data", "worker"]
    assert len({place.process.pid for place in supervisor._places}) == 2


def test_a_worker_s_links_lead_to_the_server_s_own_port(supervisor, monkeypatch):
    monkeypatch.setenv("PORT", "8400")
    place = supervisor._hire(3)
    assert place.process.command[-2:] == ["--samples-port", "8411"]
    assert Settings.from_environment(place.process.environment).port == 8411
    assert place.process.environment["PATH"] == os.environ["PATH"]


def test_one_that_had_lived_is_followed_at_once(supervisor, clock):
    assert die(supervisor, clock, after=60) == 0


def test_one_that_dies_at_once_is_waited_for_longer_each_time(supervisor, clock):
    pauses = [die(supervisor, clock, after=0) for _ in range(9)]
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == module.LONGEST_PAUSE
    assert die(supervisor, clock, after=60) == 0
    assert die(supervisor, clock, after=0) == 0.5


def test_who_does_not_stop_is_killed(supervisor):
    stubborn, willing = (place.process for place in supervisor._places)
    stubborn.stubborn = True
    supervisor.stop()
    assert (stubborn.killed, willing.killed) == (True, False)
