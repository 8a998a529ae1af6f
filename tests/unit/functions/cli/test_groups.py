"""How the command line is shown: groups, whole lines, --json wherever it is written, completion in the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest

from functions.cli import main, reference
from functions.cli.groups import Grouped
from tests.support import patience


def groups():
    yield ["--help"]
    for name, command in main.automate.commands.items():
        if isinstance(command, click.Group):
            yield [name, "--help"]


@pytest.mark.parametrize("arguments", list(groups()), ids=" ".join)
def test_no_line_of_the_help_is_cut_off(automate, arguments):
    status, out, _ = automate(*arguments)
    assert status == 0
    assert "..." not in out.partition("Options:")[2]
    assert max(map(len, out.splitlines())) <= 110


def test_commands_stand_in_groups(automate):
    _, out, _ = automate("--help")
    titles = [line.rstrip(":") for line in out.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Options", "Authoring", "Running", "Operating", "Serving and signing in"]
    shown = {words[0] for line in out.splitlines() if (words := line.split()) and line.startswith("  ")}
    assert set(main.automate.commands) <= shown


def test_every_group_is_of_this_kind():
    assert all(
        isinstance(command, Grouped) for command in main.automate.commands.values() if isinstance(command, click.Group)
    )


@pytest.mark.parametrize("words", [
    ["--json", "workflows"], ["workflows", "--json"], ["--json", "audit", "list"], ["audit", "--json", "list"],
    ["audit", "list", "--json", "--limit", "1"], ["executions", "--limit", "1", "--json"],
])
def test_json_is_understood_before_and_after_a_command(automate, words):
    status, out, _ = automate(*words)
    assert status == 0
    assert isinstance(json.loads(out), dict)


@pytest.mark.parametrize(("words", "code"), [
    (["show", "nope:x", "--json"], "ExecutionDoesNotExist"), (["show", "--json"], "Usage"),
    (["nonsense", "--json"], "Usage"), (["secrets", "--json"], "Usage"),
    (["stop", "--json", "--workflow", "nope"], "NotFound"),
])
def test_an_error_is_json_wherever_json_is_asked_for(automate, words, code):
    _, out, err = automate(*words)
    assert out == ""
    assert json.loads(err)["error"]["code"] == code


def test_a_group_without_a_command_says_which_there_are(automate):
    _, _, err = automate("secrets", "--json")
    assert json.loads(err)["error"]["message"] == (
        "'automate secrets' needs a command: one of delete, get, grant, list, revoke, rotate, set, usage."
    )


def test_json_that_is_an_argument_is_none_of_it(automate):
    status, _, err = automate("show", "--", "--json")
    assert (status, err.startswith("automate: ")) == (1, True)


@pytest.mark.parametrize(("typed", "offered"), [
    ("automate exec", "executions"), ("automate audit ver", "verify"), ("automate log", "login"),
    ("automate executions --started-", "--started-after"),
])
def test_the_shell_completes_commands_and_options(typed, offered):
    """As the line in docs/cli.md has bash ask for it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    done = subprocess.run(
        [sys.executable, "-c", "from functions.cli.main import main; main()"], text=True, capture_output=True,
        check=False, timeout=patience.SECONDS,
        env={**environment, "_AUTOMATE_COMPLETE": "bash_complete", "COMP_WORDS": typed,
             "COMP_CWORD": str(len(typed.split()) - 1)},
    )
    assert done.returncode == 0, done.stderr
    assert f"plain,{offered}" in done.stdout.splitlines()
    assert "_AUTOMATE_COMPLETE=bash_source automate" in reference.cli()


def test_the_page_has_the_table_of_commands_and_transports():
    page = reference.cli()
    assert "| Operating | `backup` | yes | no: it copies a data folder |" in page
    assert "| Serving and signing in | `login` | no: a data folder has no users | yes |" in page
    for name in main.automate.commands:
        assert f" | `{name}` | " in page
