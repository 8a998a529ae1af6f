"""engine.ports.pauses.Pauses, the same for every family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.ports.pauses import ALL, Pause


@pytest.fixture
def pauses(backend):
    return backend.pauses


def test_what_is_paused_comes_back_by_workflow(pauses, workspace):
    orders = Pause(workspace, "orders", "queue", "hold", 1_700_000_000.25, "ada")
    every = Pause(workspace, ALL, "refuse", "finish", 1_700_000_001.5, "grace")
    pauses.put(orders)
    pauses.put(every)
    assert pauses.pauses(workspace) == [every, orders]
    assert pauses.pauses(workspace + "-b") == []


def test_a_later_pause_replaces_the_earlier_one(pauses, workspace):
    pause = Pause(workspace, "orders", "queue", "finish", 1_700_000_000.0, "ada")
    pauses.put(pause)
    pauses.put(replace(pause, running="hold"))
    assert pauses.pauses(workspace) == [replace(pause, running="hold")]


def test_a_pause_is_deleted_once(pauses, workspace):
    pauses.put(Pause(workspace, "orders", "queue", "finish", 1_700_000_000.0, "ada"))
    assert pauses.delete(workspace, "orders") is True
    assert pauses.delete(workspace, "orders") is False
    assert pauses.pauses(workspace) == []


def test_a_pause_is_no_workflow(backend, pauses, workspace):
    pauses.put(Pause(workspace, "orders", "queue", "finish", 1_700_000_000.0, "ada"))
    assert backend.catalog.workflows(workspace) == []


def test_who_paused_gets_another_name(pauses, workspace):
    paused = [Pause(workspace, name, "queue", "hold", 1_700_000_000.0, by) for name, by in (("a", "ada"), ("b", "bob"))]
    for pause in (*paused, replace(paused[0], workspace=workspace + "-b")):
        pauses.put(pause)
    pauses.rename(workspace, "ada", "~5f")
    pauses.rename(workspace, "eve", "~60")
    assert [pause.paused_by for pause in pauses.pauses(workspace)] == ["~5f", "bob"]
    assert pauses.pauses(workspace)[0] == replace(paused[0], paused_by="~5f")
    assert [pause.paused_by for pause in pauses.pauses(workspace + "-b")] == ["ada"]
