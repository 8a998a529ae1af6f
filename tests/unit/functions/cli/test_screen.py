"""What people see: tables, times, colours; and what programs see instead."""

from __future__ import annotations

import json
import sys

import pytest

from engine.clock import SkipClock
from functions.cli.screen import Screen, duration, status_mark, styled_diff


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0.00 s"), (0.251, "0.25 s"), (42, "42 s"), (300, "5 min"), (3 * 3600, "3 h"), (200_000, "2 d"),
])
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_ago():
    screen = Screen(as_json=False, clock=SkipClock(1000))
    assert [screen.ago(at) for at in (None, 1000, 990, 400)] == ["", "now", "10 s ago", "10 min ago"]


def test_columns_are_aligned(capsys):
    Screen(as_json=False, clock=SkipClock()).table(("A", "LONG"), [("wide cell", "x"), ("b", "y")], empty="none")
    assert capsys.readouterr().out == "A          LONG\nwide cell  x\nb          y\n"


def test_an_empty_table_says_so(capsys):
    Screen(as_json=False, clock=SkipClock()).table(("A",), [], empty="none yet")
    assert capsys.readouterr().out == "none yet\n"


def test_json_is_all_that_programs_get(capsys):
    screen = Screen(as_json=True, clock=SkipClock())
    screen.say("hello")
    screen.show({"a": "ä"}, lambda: pytest.fail("for people"))
    assert json.loads(capsys.readouterr().out) == {"a": "ä"}


def test_what_is_beside_the_answer_goes_to_standard_error(capsys):
    for as_json in (False, True):
        screen = Screen(as_json=as_json, clock=SkipClock())
        screen.notice("no worker runs")
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err == ('{"warnings": ["no worker runs"]}\n' if as_json else "no worker runs\n")


def test_colours_only_on_a_terminal_that_wants_them(terminal, monkeypatch):
    assert status_mark("FAILED") == "\x1b[31mFAILED\x1b[0m"
    assert styled_diff("+a\n b") == "\x1b[32m+a\x1b[0m\n b"
    monkeypatch.setenv("NO_COLOR", "1")
    assert status_mark("FAILED") == "FAILED"


def test_no_colours_in_a_pipe(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert status_mark("FAILED") == "FAILED"


def test_coloured_cells_are_aligned(terminal, monkeypatch):
    printed = []
    monkeypatch.setattr("functions.cli.screen.click.echo", printed.append)
    Screen(as_json=False, clock=SkipClock()).table(("S", "N"), [("FAILED", "1"), ("ok", "2")], empty="")
    assert printed[2] == "\x1b[32mok\x1b[0m      2"
