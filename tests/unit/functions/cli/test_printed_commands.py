"""The commands that README.md and the guides print: each exists, with the options that stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from functions.cli import main

ROOT = Path(__file__).parents[4]
GENERATED = {"main.md", "api.md", "settings.md", "deployment-settings.md"}
PAGES = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in GENERATED),
)
LINE = re.compile(r"^(?:    |\$ )?((?:\.venv/bin/)?automate .*)$", re.MULTILINE)
QUOTED = re.compile(r"`((?:\.venv/bin/)?automate [^`…]*)`")
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed():
    """Page and command line: indented, in a fenced block with or without a prompt, or within a sentence."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        blocks, prose = FENCED.findall(text), FENCED.sub("", text).replace("\\\n", " ")
        indented = [line for line in LINE.findall(prose) if f"    {line}" in prose]
        fenced = [line for block in blocks for line in LINE.findall(block.replace("\\\n", " "))]
        for line in (*indented, *fenced, *QUOTED.findall(prose)):
            yield page, " ".join(re.sub(r"\s\|$|\s\|\s.*$", "", line).split())


ALL = sorted(set(printed()))


@pytest.mark.parametrize(("page", "line"), ALL, ids=[line for _, line in ALL])
def test_what_is_printed_can_be_typed(page, line):
    words = shlex.split(line.replace("[", "").replace("]", ""), comments=True)[1:]
    command: click.Command = main.automate
    options = []
    if words[0] in ("--data-dir", "--endpoint"):
        options, words = [(command, words[0])], words[2:]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith("--"):
            options.append((command, word))
        elif isinstance(command, click.Group) and f"{word} {following}" in command.commands:  # one of two words
            command = command.commands[f"{word} {following}"]
        elif isinstance(command, click.Group) and not (command.invoke_without_command and word not in command.commands):
            known = command.commands
            assert word.rstrip(",") in known, f"{page}: {line}"
            command = known[word.rstrip(",")]
            if line.split(word, 1)[1].startswith(","):
                break  # a list of commands; the reference page holds them all
    for owner, option in options:
        assert any(option in parameter.opts for parameter in owner.params), f"{page}: {line}"


def test_the_guides_print_commands():
    assert len(ALL) > 30


PROSE = {"named", "compiles", "secret"}
"""What follows the word where it is no command."""


def test_a_command_that_a_message_names_is_there():
    """Messages, advice and help stand in the source."""
    known = {name.split()[0] for name in main.automate.list_commands(click.Context(main.automate))}
    named = {
        (word, str(path.relative_to(ROOT))) for folder in ("connectors", "engine", "functions")
        for path in (ROOT / folder).rglob("*.py")
        for word in re.findall(r"\bautomate ([a-z][a-z-]*)", path.read_text(encoding="utf-8")) if word not in PROSE
    }
    assert not {(word, place) for word, place in named if word not in known}
    assert len(named) > 50
