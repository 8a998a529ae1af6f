"""CHANGELOG.md keeps to its form, and its newest release is the project's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
"""Keep a Changelog 1.1.0."""


def test_what_is_unreleased_comes_first_and_releases_follow_newest_first():
    assert SECTIONS[0] == "[Unreleased]"
    releases = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})", name) for name in SECTIONS[1:]]
    assert None not in releases, SECTIONS
    numbers = [tuple(map(int, found.groups()[:3])) for found in releases]
    days = [found[4] for found in releases]
    assert (numbers, days) == (sorted(set(numbers), reverse=True), sorted(days, reverse=True))


def test_the_newest_release_has_the_number_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [name.split("]")[0] for name in SECTIONS[1:2]] in ([f"[{project['version']}"], [])


def test_changes_are_of_the_kinds_of_the_format_each_once_a_release():
    for section in re.split(r"^## .+$", TEXT, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert set(kinds) <= KINDS, kinds
        assert len(kinds) == len(set(kinds)), kinds
