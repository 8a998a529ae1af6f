"""functions/app/release.py: the number and the commit, in a checkout as git lays it out, in a build, in neither.

The judge is git itself, which makes the repositories here.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from functions.app import release as module
from functions.app.release import FILE, Release, of_folder, release
from functions.cli.main import automate

ROOT = Path(__file__).parents[4]


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false", *arguments],
        cwd=folder, check=True, capture_output=True, text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """A repository of one commit."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n', encoding="utf-8")
    git(folder, "init", "-b", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "first")
    return folder


def test_a_checkout_has_the_number_of_the_project_and_the_commit_of_its_branch(checkout):
    assert of_folder(checkout) == Release("1.2.3", git(checkout, "rev-parse", "HEAD"))


def test_the_commit_moves_with_the_branch(checkout):
    before = of_folder(checkout)
    git(checkout, "commit", "--allow-empty", "-m", "second")
    assert of_folder(checkout) == Release("1.2.3", git(checkout, "rev-parse", "HEAD")) != before


@pytest.mark.parametrize("commands", [
    [("pack-refs", "--all")],
    [("checkout", "--detach")],
    [("checkout", "-b", "a/branch/of/folders")],
    [("checkout", "-b", "other"), ("pack-refs", "--all"), ("commit", "--allow-empty", "-m", "loose again")],
], ids=lambda commands: " ".join(commands[-1]))
def test_however_git_keeps_the_commit_it_is_found(checkout, commands):
    for command in commands:
        git(checkout, *command)
    assert of_folder(checkout).commit == git(checkout, "rev-parse", "HEAD")


@pytest.mark.parametrize("packed", [False, True])
def test_a_worktree_has_its_own_commit(checkout, packed):
    folder = checkout.parent / "worktree"
    git(checkout, "worktree", "add", "-b", "other", str(folder))
    git(folder, "commit", "--allow-empty", "-m", "second")
    if packed:
        git(folder, "pack-refs", "--all")
    assert of_folder(folder).commit == git(folder, "rev-parse", "HEAD") != git(checkout, "rev-parse", "HEAD")


@pytest.mark.parametrize("head", ["", "ref: refs/heads/nowhere\n", "59bdaf4\n", "\xff"])
def test_where_nothing_tells_the_commit_there_is_none(checkout, head):
    (checkout / ".git" / "HEAD").write_bytes(head.encode("latin-1"))
    assert of_folder(checkout) == Release("1.2.3", None)


def test_an_archive_of_the_sources_has_a_number_only(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    assert of_folder(tmp_path) == Release("1.2.3", None)


def test_packages_without_a_project_are_of_no_known_release(tmp_path):
    assert of_folder(tmp_path) == Release("unknown", None)


def test_what_a_build_wrote_comes_before_the_checkout_around_it(checkout):
    built = Release("1.2.0", "a" * 40)
    (checkout / FILE).parent.mkdir(parents=True)
    (checkout / FILE).write_text(built.as_json(), encoding="utf-8")
    assert of_folder(checkout) == built
    assert json.loads(built.as_json()) == {"version": "1.2.0", "commit": "a" * 40}


@pytest.mark.parametrize(("told", "text"), [
    (Release("1.2.3", "0123456789abcdef" * 2 + "01234567"), "1.2.3 (commit 0123456789ab)"),
    (Release("1.2.3", None), "1.2.3"),
])
def test_people_read_the_number_and_a_short_commit(told, text):
    assert str(told) == text


def test_this_process_is_of_the_checkout_that_it_runs_from():
    assert module.__file__ == str(ROOT / "functions" / "app" / "release.py")
    assert release() == Release(release().version, git(ROOT, "rev-parse", "HEAD"))


def test_the_command_says_its_release():
    done = CliRunner().invoke(automate, ["--version"])
    assert (done.exit_code, done.output) == (0, f"automate {release()}\n")
