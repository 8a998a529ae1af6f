"""docs/architecture.md is the map: every folder stands on it, and its layers are those that import-linter holds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = TEXT.partition("## Folders")[2].partition("```\n\nDependencies")[0]


def packages(top):
    """Every package below `top`, relative to it."""
    return {path.parent.relative_to(ROOT / top).as_posix() for path in (ROOT / top).rglob("__init__.py")} - {"."}


def block(top):
    """What the map says of a folder at the top, up to the next one."""
    return re.search(rf"^{top}/.*?(?=^[a-z])", FOLDERS, re.MULTILINE | re.DOTALL)[0]


@pytest.mark.parametrize(("top", "whole"), [
    ("engine", {"language", "kernel", "durable", "adapters"}), ("functions", {"app"}),
])
def test_the_folders_stand_there(top, whole):
    """Those of the first level, and those within `whole`; what else the map names is there as well."""
    there, named = packages(top), set(re.findall(r"\b([a-z_]+)/", block(top))) - {top}
    expected = {name.rpartition("/")[2] for name in there if "/" not in name or name.partition("/")[0] in whole}
    expected -= {name.rpartition("/")[2] for name in there if name.count("/") > 1}
    assert expected <= named
    assert named <= {name.rpartition("/")[2] for name in there}


def test_every_module_of_the_engine_itself_stands_there():
    there = {path.name for path in (ROOT / "engine").glob("*.py") if path.name != "__init__.py"}
    assert set(re.findall(r"^  ([a-z_]+\.py)", block("engine"), re.MULTILINE)) == there


def test_every_folder_at_the_top_stands_there():
    there = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {
        "workflows", "tests", "docs", "studio_static", "benchmarks", "tools",
    }
    assert set(re.findall(r"^([a-z_]+)/", FOLDERS, re.MULTILINE)) == there


def test_the_layers_are_the_linters():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"] == "The layers of docs/architecture.md"]
    sentence = TEXT.partition("held by import-linter in `make lint`:")[2].partition("\n\n")[0]
    said = [re.findall(r"`([a-z_.]+)`", part) for part in " ".join(sentence.split()).split(" > ")]
    assert said == [re.split(r" [|:] ", layer) for layer in layers]
