"""What a module of tests leaves behind in its process is found, and named."""

from __future__ import annotations

import os
import resource

from tests.support.process_state import changes, state


def test_a_process_that_is_as_it_was_has_no_changes():
    assert changes(state(), state()) == []


def test_what_is_left_behind_is_named_without_its_value(monkeypatch, tmp_path):
    before = state()
    monkeypatch.setenv("LEFT_BEHIND", "canary")
    monkeypatch.delenv("PATH")
    monkeypatch.chdir(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    umask = os.umask(0o177)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1 if soft != 1 else 0, hard))
        found = changes(before, state())
    finally:
        os.umask(umask)
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    assert found == ["$LEFT_BEHIND", "$PATH", "RLIMIT_CORE", "the current folder", "the umask"]
