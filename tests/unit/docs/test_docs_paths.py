"""The recipes of CONTRIBUTING.md and the walks of docs/walks.md name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recipes")[2].partition("\n## ")[0]
WALKS = (ROOT / "docs" / "walks.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^(\d+)\. (.+?)(?=^\d+\.|^#|^$|\Z)", WALKS, re.MULTILINE | re.DOTALL)


def named(text):
    return sorted({path for path in re.findall(r"`([\w./-]+)`", text) if "/" in path and not path.startswith("/")})


@pytest.mark.parametrize("path", named(RECIPES))
def test_a_file_of_a_recipe_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", named(WALKS))
def test_a_file_of_a_walk_is_there(path):
    assert (ROOT / path).is_file()


def test_there_are_recipes_for_what_is_added_most():
    assert re.findall(r"^### (.+)$", RECIPES, re.MULTILINE) == [
        "A built-in connector", "An intrinsic function", "A filter on the list of executions", "A route",
        "A field of a state",
    ]
    assert len(named(RECIPES)) > 25


def test_each_step_of_a_walk_has_its_file_and_one_line():
    assert len(re.findall(r"^## ", WALKS, re.MULTILINE)) == 3
    assert len(STEPS) > 30
    for number, step in STEPS:
        assert re.match(r"(`[\w./-]+`(, )?)+: \S", step), (number, step)


def test_a_file_that_is_not_there_would_be_found_out():
    assert named("`engine/nowhere.py`, `POST /x`, `{% … %}` and `automate`") == ["engine/nowhere.py"]
    assert not (ROOT / "engine/nowhere.py").exists()
