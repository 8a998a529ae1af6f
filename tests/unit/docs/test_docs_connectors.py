"""docs/services.md names every shipped connector, its actions, and that nobody has run it against the service."""

import re
from pathlib import Path

import pytest

from connectors import open_folders
from connectors.registry import SHIPPED, Registry
from engine.adapters.local.file_roots import FileRoots
from functions.cli import main

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/services.md").read_text(encoding="utf-8")
OWN = {"files", "postgres", "transform"}
"""Those that call nobody, or were run against the real thing."""


@pytest.mark.parametrize("code", [point.name for point in SHIPPED])
def test_a_shipped_connector_is_described_as_it_is(code, tmp_path, monkeypatch):
    monkeypatch.setattr(open_folders, "_folders", FileRoots.of([str(tmp_path)], str(tmp_path / "data")))
    adapter = Registry(installed=tuple).get(code)
    words = "Nobody has run its messages to Slack against" if code == "approval" else "Nobody has run it against"
    assert code in OWN or words in adapter.description
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| [`{code}`](")]
    for action, spec in adapter.actions.items():
        assert f"`{action}`" in PAGE or f"connector:{code}:{action}`" in PAGE
        assert all(f"`{name}`" in PAGE for name, field in spec.inputs.items() if field.required)
        assert not spec.at_most_once or f"`{action}`" in row or "every " in row


def test_the_page_says_that_nobody_has_run_them():
    assert "Nobody has run them" in PAGE


def test_the_studios_commands_to_add_one_are_there():
    said = (ROOT / "studio_static/src/pages/connectors/adding.ts").read_text(encoding="utf-8")
    found = [text.split() for text in re.findall(r"[\"`](automate connectors [^\"`]+)[\"`]", said)]
    assert len(found) >= 4
    for _, *words in found:
        command = main.automate
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
    assert "AUTOMATE_CONNECTOR_FILES" in said
