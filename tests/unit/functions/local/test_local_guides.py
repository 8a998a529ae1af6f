"""The commands that README.md and the guides print: each exists, with the options that stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from functions.local import cli
from functions.local.remote.commands import COMMANDS

ROOT = Path(__file__).parents[4]
PAGES = (
    "README.md", "docs/how-to-guides.md", "docs/deployment.md", "docs/operations.md", "docs/audit.md",
    "docs/workflow-document.md", "docs/step-functions.md",
)
COMMAND = re.compile(r"^    ((?:\.venv/bin/)?automate .*)$|`((?:\.venv/bin/)?automate [^`…]*)`", re.MULTILINE)


def printed():
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for found in COMMAND.finditer(text):
            yield page, " ".join((found[1] or found[2]).split())


ALL = sorted(set(printed()))


@pytest.mark.parametrize(("page", "line"), ALL, ids=[line for _, line in ALL])
def test_what_is_printed_can_be_typed(page, line):
    words = shlex.split(line.replace("[", "").replace("]", ""), comments=True)[1:]
    command: click.Command = cli.automate
    options = []
    if words[0] in ("--data-dir", "--endpoint"):
        options, words = [(command, words[0])], words[2:]
    for word in words:
        if word.startswith("--"):
            options.append((command, word))
        elif isinstance(command, click.Group):
            known = COMMANDS if "--endpoint" in line and command is cli.automate else command.commands
            assert word.rstrip(",") in known, f"{page}: {line}"
            command = known[word.rstrip(",")]
            if line.split(word, 1)[1].startswith(","):
                break  # a list of commands; the reference page holds them all
    for owner, option in options:
        assert any(option in parameter.opts for parameter in owner.params), f"{page}: {line}"


def test_the_guides_print_commands():
    assert len(ALL) > 30
