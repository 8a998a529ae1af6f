"""The wheel that pyproject.toml and setup.py make: typed, whole, and of a named release."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support import patience

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "connectors", "automate_connectors", "functions")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def build(folder, what):
    """What setuptools builds of the sources in `folder`, as a build front end asks it."""
    program = f"from setuptools import build_meta; build_meta.{what}('built')"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=folder, capture_output=True, text=True,
        timeout=patience.SECONDS, check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = (folder / "built").iterdir()
    return built


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The sources, checked out at COMMIT."""
    folder = tmp_path_factory.mktemp("sources")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "release.json"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text(COMMIT + "\n", encoding="ascii")
    return folder


@pytest.fixture(scope="module")
def wheel(sources):
    """The wheel."""
    with zipfile.ZipFile(build(sources, "build_wheel")) as found:
        yield found


@pytest.mark.parametrize("package", ["engine", "connectors", "automate_connectors"])
def test_users_type_checkers_read_the_types_of_what_they_import(wheel, package):
    """The marker of PEP 561."""
    assert f"{package}/py.typed" in wheel.namelist()


def test_it_holds_every_module_and_every_table_of_figures(wheel):
    kept = {
        path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*")
        if path.suffix in (".py", ".json") and path.name != "release.json"
    }
    assert kept - set(wheel.namelist()) == set()


def test_it_names_the_release_and_the_commit_that_it_was_built_from(wheel):
    built = json.loads(wheel.read("functions/app/release.json"))
    version = Path(wheel.filename).name.split("-")[1]
    assert built == {"version": version, "commit": COMMIT}


def test_so_does_an_archive_of_the_sources_and_the_wheel_that_is_built_from_it(sources, tmp_path):
    copied = tmp_path / "copied"
    shutil.copytree(sources, copied, ignore=shutil.ignore_patterns("built", "build", "*.egg-info"))
    with tarfile.open(build(copied, "build_sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("automate-*")
    with zipfile.ZipFile(build(unpacked, "build_wheel")) as found:
        assert json.loads(found.read("functions/app/release.json"))["commit"] == COMMIT
