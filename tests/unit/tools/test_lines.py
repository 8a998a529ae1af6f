"""tools/lines.py: what counts as a line of code, and the tables of two commits."""

from __future__ import annotations

import json
import subprocess

import pytest

from tools import lines

PYTHON = '''\
"""A module.

Two more lines of it.
"""

from x import (  # why
    y,

    # a comment between
    z,
)

LIMIT = 3
"""What the limit is."""


class Thing:
    """One."""

    def held(self):
        """Two
        lines."""
        text = """a text

        that is a value"""
        return f"""{text}
        and {LIMIT}"""  # and a comment

    def short(self): "One line."; return 1
'''
CODE_OF_PYTHON = 4 + 1 + 1 + 1 + 2 + 2 + 1  # import, LIMIT, class, def, text, return, short

TYPESCRIPT = """\
// Above.
import { a } from "./a"; // beside

/** What it does.

    More. */
export function b() {
  /* inside */ return a;
  /* over
     two */ c();
}
const path = "src/*.ts";
const view = (
  <p>
    {/* said to
        no one */}
    {a /* beside */}
  </p>
);
"""
CODE_OF_TYPESCRIPT = 1 + 1 + 1 + 1 + 1 + 1 + 5  # import, function, return, c(), }, path, view


def test_lines_of_python_are_those_that_hold_code():
    assert lines.python_lines(PYTHON) == CODE_OF_PYTHON


def test_lines_of_typescript_are_those_that_hold_code():
    assert lines.other_lines(TYPESCRIPT) == CODE_OF_TYPESCRIPT


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", '"""Only."""\n', "'''Two\n\nlines.'''"])
def test_python_without_code_has_no_lines(text):
    assert lines.python_lines(text) == 0


@pytest.mark.parametrize(("text", "count"), [
    ("", 0), ("/* open\nfor good\n", 0), ("/* a */\n", 0), ("{/* a */}\n", 0), ("a { /* b */\n  color: red;\n}\n", 3),
])
def test_lines_of_styles_and_of_comments(text, count):
    assert lines.other_lines(text) == count


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two commits, where `lines` counts."""
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false", *arguments],
            cwd=tmp_path, check=True, capture_output=True,
        )

    def commit(tag, files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        git("add", "--all")
        git("commit", "-m", tag)
        git("tag", tag)

    git("init", "-b", "main")
    commit("first", {
        "engine/runtime/a.py": "x = 1\n", "engine/runtime/__init__.py": "", "studio/b.css": "a { }\n",
        "tests/unit/test_a.py": "y = 1\n", "studio/a.test.ts": "z\n", "studio/prices.json": "{}\n",
        "studio/schema.ts": "// Made by a command: edit not this.\nlet a = 1;\n",
    })
    (tmp_path / "engine/runtime/a.py").unlink()
    commit("second", {"engine/kernel/b.py": "x = 1\ny = 2\n", "engine/kernel/deep/c.py": "z = 3\n"})
    monkeypatch.setattr(lines, "ROOT", tmp_path)
    return tmp_path


def test_the_table_compares_the_lines_of_two_commits_by_folder(repository, capsys):
    assert lines.main(["first", "second"]) == 0
    assert capsys.readouterr().out == """\
folder          first  second  change
engine/kernel       0       3      +3
engine/runtime      1       0      -1
studio              1       1      +0
in all              2       4      +2
"""


def test_the_table_of_files_has_those_that_differ(repository, capsys):
    assert lines.main(["first", "second", "--files"]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["engine/kernel/b.py", "0", "2", "+2"], ["engine/kernel/deep/c.py", "0", "1", "+1"],
        ["engine/runtime/a.py", "1", "0", "-1"], ["in", "all", "2", "4", "+2"],
    ]


def test_the_table_of_modules_counts_each_folder_itself(repository, capsys):
    assert lines.main(["first", "second", "--modules"]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["engine/kernel", "0", "1", "+1"], ["engine/kernel/deep", "0", "1", "+1"],
        ["engine/runtime", "1", "0", "-1"], ["in", "all", "1", "2", "+1"],
    ]


def test_json_holds_both_counts(repository, capsys):
    assert lines.main(["first", "second", "--depth", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "before": {"engine": 1, "studio": 1}, "after": {"engine": 3, "studio": 1},
    }


def test_a_commit_that_git_does_not_know_is_told_by_git(repository, capfd):
    assert lines.main(["first", "nowhere"]) != 0
    assert "nowhere" in capfd.readouterr().err
