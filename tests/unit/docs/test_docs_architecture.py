"""docs/architecture.md is the map: every folder stands on it, and its layers are those that import-linter holds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = TEXT.partition("## Folders")[2].partition("```\n\nDependencies")[0]


def test_every_folder_of_the_engine_stands_there():
    there = {path.name for path in (ROOT / "engine").iterdir() if path.is_dir() and path.name != "__pycache__"}
    named = set(re.findall(r"^  ([a-z_]+)/", FOLDERS, re.MULTILINE))
    assert named == there
    adapters = {path.name for path in (ROOT / "engine" / "adapters").iterdir() if (path / "__init__.py").is_file()}
    assert set(re.findall(r"^  adapters/([a-z]+)/", FOLDERS, re.MULTILINE)) == adapters


def test_every_module_of_the_engine_itself_stands_there():
    there = {path.name for path in (ROOT / "engine").glob("*.py") if path.name != "__init__.py"}
    assert set(re.findall(r"^  ([a-z_]+\.py)", FOLDERS, re.MULTILINE)) == there


def test_every_folder_at_the_top_stands_there():
    there = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {
        "workflows", "tests", "docs", "studio_static", "benchmarks", "tools",
    }
    assert set(re.findall(r"^([a-z_]+)/", FOLDERS, re.MULTILINE)) == there


def test_the_deployables_stand_there():
    there = {path.parent.name for path in (ROOT / "functions").glob("*/__init__.py")}
    line = FOLDERS.partition("functions/")[2].partition("infra_cdk/")[0]
    assert set(re.findall(r"([a-z]+)/", line)) == there


def test_the_layers_are_the_linters():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    sentence = TEXT.partition("held by import-linter in `make lint`:")[2].partition("\n\n")[0]
    said = [re.findall(r"`([a-z_.]+)`", part) for part in " ".join(sentence.split()).split(" > ")]
    assert said == [re.split(r" [|:] ", layer) for layer in layers]
