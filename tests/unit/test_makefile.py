"""The Makefile: its help names what can be made, and at the end of a run of the tests stands pytest's summary."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^([a-z0-9-]+):[^\n]*\n((?:\t[^\n]*\n)+)", TEXT, re.MULTILINE))


def test_help_names_every_target_that_says_what_it_does():
    said = subprocess.run(["make", "help"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    named = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    assert named == re.findall(r"^([^\s:]+):.* ## ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("target", ["test", "test-full", "e2e"])
def test_the_tests_run_last(target):
    assert "-m pytest" in RECIPES[target].splitlines()[-1]


def test_pytest_is_quiet_once():
    """Quiet twice it prints no summary."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"].split()
    assert options.count("-q") == 1
    assert not any(re.search(r"pytest .*-q", recipe) for recipe in RECIPES.values())
