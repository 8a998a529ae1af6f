"""The Makefile: what is read at the end of a run of the tests is pytest's summary."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = dict(re.findall(r"^([a-z0-9-]+):[^\n]*\n((?:\t[^\n]*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("target", ["test", "test-full", "e2e"])
def test_the_tests_run_last(target):
    assert "-m pytest" in RECIPES[target].splitlines()[-1]


def test_pytest_is_quiet_once():
    """Quiet twice it prints no summary."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"].split()
    assert options.count("-q") == 1
    assert not any(re.search(r"pytest .*-q", recipe) for recipe in RECIPES.values())
