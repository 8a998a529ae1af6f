"""README.md names every command, and says no time and no count that nothing holds."""

from __future__ import annotations

import re
from pathlib import Path

from functions.cli import main

TEXT = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_the_table_of_commands_has_all_of_them():
    table = TEXT.partition("| command | does |")[2].partition("`automate` is `.venv/bin/automate`")[0]
    first = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    named = {name.removeprefix("automate ").split(" ")[0] for cell in first for name in re.findall(r"`([^`]+)`", cell)}
    assert named == {name for name, command in main.automate.commands.items() if not command.hidden}


def test_no_count_of_tests_and_no_duration_is_said():
    """A machine and a day are no promise. What is printed there and the tables of costs are left out."""
    prose = re.sub(r"```.*?```|<!-- automate cost.*?<!-- end -->", "", TEXT, flags=re.DOTALL)
    assert re.findall(r"[\d,]+ tests", prose) == []
    assert re.findall(r"\d+ (?:s|min|seconds|minutes)\b", re.sub(r"within \d+ minutes", "", prose)) == []
