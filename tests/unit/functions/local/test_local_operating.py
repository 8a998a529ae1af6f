"""Commands that hold and let go, over a data folder."""

from __future__ import annotations

import json
import logging

import pytest

from engine.ports.keys import ExecutionKey
from engine.runtime.poison import pause
from engine.settings import Settings
from functions.local.product import Product

KEY = ExecutionKey("default", "pause:one")


@pytest.fixture
def waiting(tmp_path, automate):
    """A published workflow called `pause`, one execution of it started."""
    path = tmp_path / "pause.json"
    states = {"Pause": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    path.write_text(json.dumps({"name": "pause", "definition": {"StartAt": "Pause", "States": states}}))
    automate("import", "--file", str(path), "--publish")
    automate("start", "pause", "--name", "one")
    return automate


def poison(automate):
    """Make it PAUSED as a worker would."""
    logging.getLogger("engine.runtime.poison").disabled = True  # the last command's handler is gone
    product = Product.open(Settings(data_dir=str(automate.folder)), command="a test", environment={})
    pause(product.stores.journal, product.stores.index, product.stores.journal.header(KEY), "it kills its workers")
    product.close()
    logging.getLogger("engine.runtime.poison").disabled = False


def test_a_paused_execution_is_shown_with_its_cause_and_resumed(waiting):
    poison(waiting)
    _, out, _ = waiting("show", "pause:one")
    assert "PAUSED" in out
    assert "paused: it kills its workers" in out
    assert "automate resume pause:one" in out
    _, listed = waiting.json("executions", "--status", "paused")
    assert [row["id"] for row in listed["executions"]] == ["pause:one"]
    status, out, _ = waiting("resume", "pause:one")
    assert (status, out) == (0, "pause:one: RUNNING again\n")
    status, error = waiting.json("resume", "pause:one")
    assert (status, error["error"]["code"]) == (1, "ExecutionIsNotPaused")


def test_a_wait_for_an_execution_ends_when_it_is_paused(waiting):
    poison(waiting)
    status, out, _ = waiting("start", "pause", "--name", "one", "--wait")
    assert (status, "PAUSED" in out) == (1, True)
