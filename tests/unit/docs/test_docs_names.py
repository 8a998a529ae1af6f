"""What documents name is there: targets of make, modules, files, settings, and the settings of a deployment."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from engine.settings import Settings
from functions.tunables import Tunables

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
OTHERS = {
    "AUTOMATE_ENDPOINT", "AUTOMATE_TOKEN_FILE", "AUTOMATE_BENCH_DIR", "AUTOMATE_COLD", "AUTOMATE_STRIPE_KEY",
    "AUTOMATE_STRIPE_KEY_V2", "AUTOMATE_EXPRESSION_",
}
"""Variables that are no settings of the product: the command line's, the benchmarks', the tests', secrets."""


@pytest.fixture(params=PAGES, ids=lambda path: path.name)
def page(request):
    return request.param.read_text(encoding="utf-8")


def test_every_target_of_make_is_there(page):
    named = re.findall(r"(?:`|^    |&& )make ([a-z][a-z0-9-]*)", page, re.MULTILINE)
    assert set(named) <= TARGETS


def test_every_module_is_there(page):
    for name in re.findall(r"python -m ((?:tools|tests|benchmarks|functions|infra_cdk|engine)[\w.]*\w)", page):
        place = ROOT.joinpath(*name.split("."))
        assert place.is_dir() or place.with_suffix(".py").is_file(), name


def test_every_file_of_the_repository_is_there(page):
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()}
    for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)+)`", page):
        if name.split("/")[0] in tops:
            assert (ROOT / name).exists(), name


def test_every_setting_is_there(page):
    named = set(re.findall(r"\bAUTOMATE_[A-Z0-9_]+", page))
    assert named - OTHERS <= Settings.environment_names()


def test_every_setting_of_a_deployment_is_there(page):
    named = set(re.findall(r"-c ([a-z_]+)=", page))
    assert named <= {item.name for item in fields(Tunables)}
