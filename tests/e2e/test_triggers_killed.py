"""Webhooks and schedules of a real local server, while it and its workers are killed (`kill -9`) again and again: what
was answered has one execution, and nothing has two."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException

import pytest

from engine.clock import SystemClock
from engine.triggers.listener import mark_of
from tests.support import patience
from tests.support.local_server import LocalServer
from tests.support.patience import wait_until

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
SENDERS = 4
SPACING = 2.0
SERVICE_UNAVAILABLE = 503


class Place:
    """A server that is killed and started again; `deaths` counts how often what was."""

    def __init__(self, folder):
        self.folder = folder
        self.server = LocalServer(folder, "--workers", "2")
        self.deaths = Counter()

    def send(self, number):
        """Send until it is answered; the execution's id."""
        url_path, body = "/hooks/hooked/order", json.dumps({"n": number}).encode()
        until = time.monotonic() + patience.SECONDS
        while time.monotonic() < until:
            request = urllib.request.Request(  # noqa: S310  our own address
                self.server.url + url_path, body, {"Idempotency-Key": f"k{number}", "Content-Type": "application/json"},
            )
            try:
                with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:  # noqa: S310
                    return json.loads(answer.read())["execution"]
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != SERVICE_UNAVAILABLE:
                        raise
            except (OSError, ValueError, HTTPException):
                time.sleep(0.1)  # it is dead, or died while it answered
        raise AssertionError(f"{number} was never answered")

    def kill(self, what):
        """Kill a worker, or the server, which is started again."""
        workers = self.server.workers()
        if what == "worker" and workers:
            os.kill(workers[0], signal.SIGKILL)
        elif what == "server":
            self.server.kill()
            self.server = LocalServer(self.folder, "--workers", "2")
        self.deaths[what] += 1

    def executions(self, workflow):
        """All of a workflow, by id."""
        found, token = {}, ""
        while token is not None:
            more = f"&next_token={token}" if token else ""
            page = self.server.json("GET", f"/executions?workflow={workflow}&limit=500{more}")
            found |= {each["id"]: each for each in page["executions"]}
            token = page["next_token"]
        return found


def at(seconds):
    return f"at({datetime.fromtimestamp(SystemClock().now() + seconds, UTC):%Y-%m-%dT%H:%M:%S})"


def killed(folder, number, times, least_deaths):
    """`number` webhooks are sent, each up to three times, and `times` come by schedules, under deaths."""
    place = Place(folder)
    chance = random.Random(7)  # noqa: S311  the same each time
    place.server.json("POST", "/workflows/import", {"publish": True, "document": {
        "name": "hooked", "definition": PASS, "triggers": [
            {"type": "webhook", "path": "order", "auth": {"style": "none"}}]}})
    place.server.json("POST", "/workflows/import", {"publish": True, "document": {
        "name": "timed", "definition": PASS, "triggers": [
            {"type": "schedule", "name": f"t{turn}", "expression": at(10 + SPACING * turn)} for turn in range(times)]}})
    wanted = [turn for turn in range(number) for _ in range(chance.choice((1, 2, 3)))]
    chance.shuffle(wanted)
    over = threading.Event()

    def kills():
        turn = 0
        while not over.is_set() or sum(place.deaths.values()) < least_deaths:
            time.sleep(1.0)
            place.kill("server" if turn % 3 == 2 else "worker")
            turn += 1

    killer = threading.Thread(target=kills)
    killer.start()
    try:
        with ThreadPoolExecutor(SENDERS) as pool:
            answers = list(pool.map(place.send, wanted))
    finally:
        over.set()
        killer.join()
    try:
        said = dict(zip(wanted, answers, strict=True))
        assert said == {turn: f"hooked:webhook.{mark_of(f'k{turn}')}" for turn in range(number)}
        wait_until(lambda: len(place.executions("timed")) >= times, "the schedules")
        for workflow in ("hooked", "timed"):
            wait_until(lambda name=workflow: all(
                each["status"] == "SUCCEEDED" for each in place.executions(name).values()
            ), workflow)
        assert set(place.executions("hooked")) == set(said.values())
        assert Counter(each.partition(".")[0] for each in place.executions("timed")) == {
            f"timed:t{turn}": 1 for turn in range(times)}
        assert place.server.json("GET", "/audit/verify")["ok"]
        return {"sent": len(wanted), "distinct": number, "times": times, **place.deaths}
    finally:
        place.server.stop()


@pytest.mark.full
def test_a_thousand_webhooks_and_twenty_times_under_many_deaths(tmp_path, capsys):
    counted = killed(tmp_path / "data", number=1000, times=20, least_deaths=12)
    with capsys.disabled():
        sys.stdout.write(f"{counted}\n")
