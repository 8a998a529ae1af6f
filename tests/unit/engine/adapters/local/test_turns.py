"""Taking turns at writing: one at a time, woken at once, and never longer than patience lasts."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.adapters.local.turns import Turns

LONG = 60.0
"""Seconds that nothing here takes; the machine may be busy."""


@pytest.fixture
def two(tmp_path):
    """Two processes' turns, as far as the kernel can tell: each has its own open file."""
    made = [Turns(tmp_path), Turns(tmp_path)]
    yield made
    for turns in made:
        turns.close()


def test_the_second_waits_until_the_first_has_written(two):
    first, second = two
    first.take(LONG)
    order: list[str] = []

    def wait() -> None:
        second.take(LONG)
        order.append("second")
        second.end()

    thread = threading.Thread(target=wait)
    thread.start()
    while not second._awaited:
        pass
    order.append("first")
    first.end()
    thread.join(LONG)
    assert order == ["first", "second"]


def test_who_loses_patience_goes_on_without_and_takes_nothing_from_the_next(two, tmp_path):
    first, second = two
    third = Turns(tmp_path)
    first.take(LONG)
    second.take(0.01)
    assert not second._mine
    second.end()  # of a turn that it never had
    first.end()
    third.take(LONG)  # what `second` asked for was given back
    assert third._mine
    third.close()


def test_a_turn_that_was_given_up_is_waited_for_again(two):
    first, second = two
    first.take(LONG)
    second.take(0.01)
    assert (second._mine, second._awaited) == (False, True)
    later = threading.Timer(0.05, first.end)
    later.start()
    second.take(LONG)
    assert second._mine
    later.join()
    second.end()
    first.take(LONG)
    assert first._mine


def test_the_turn_of_a_process_that_was_killed_is_free(tmp_path):
    code = (
        "import sys; from pathlib import Path; from engine.adapters.local.turns import Turns\n"
        "turns = Turns(Path(sys.argv[1])); turns.take(60); print('mine', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "mine\n"
        turns = Turns(tmp_path)
        turns.take(0.01)
        assert not turns._mine
        child.kill()
        turns.take(LONG)
        assert turns._mine
    turns.close()


def test_closing_while_it_waits_gives_the_turn_back(two, tmp_path):
    first, second = two
    first.take(LONG)
    second.take(0.01)
    thread = second._thread
    assert thread is not None
    second.close()
    first.end()
    thread.join(LONG)
    assert not thread.is_alive()
    third = Turns(tmp_path)
    third.take(LONG)
    assert third._mine
    third.close()


def test_where_there_is_no_place_for_turns_nobody_waits(tmp_path):
    turns = Turns(tmp_path / "missing")
    turns.take(LONG)
    turns.end()
    turns.close()
    assert list(Path(tmp_path).iterdir()) == []
