"""tools/release.py: the changelog's section and the project's number."""

from __future__ import annotations

import pytest

from engine.clock import SkipClock
from tools import release

CHANGES = """# Changelog

## [Unreleased]

### Added

- More.

## [0.1.0] - 2026-01-01

### Added

- All.
"""
RELEASED = CHANGES.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.2.0] - 2027-01-15\n")
PROJECT = '[project]\nname = "automate"\nversion = "0.1.0"\n'
CLOCK = SkipClock(1_800_000_000.0)  # 2027-01-15


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def texts(folder):
    return [(folder / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "pyproject.toml")]


def test_what_was_unreleased_becomes_the_section_of_the_number(checkout):
    release.number(checkout, "0.2.0", CLOCK)
    assert texts(checkout) == [RELEASED, PROJECT.replace("0.1.0", "0.2.0")]


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "v0.2.0", "0.2", "0.02.0", "1", "", "0.2.0-rc1"])
def test_what_is_no_higher_number_changes_nothing(checkout, version):
    with pytest.raises(ValueError, match="is no number above the release before"):
        release.number(checkout, version, CLOCK)
    assert texts(checkout) == [CHANGES, PROJECT]


def test_numbers_are_compared_as_numbers(checkout):
    release.number(checkout, "0.10.0", CLOCK)
    (checkout / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    with pytest.raises(ValueError, match="is no number above the release before"):
        release.number(checkout, "0.9.0", CLOCK)


def test_a_release_of_nothing_is_none(checkout):
    release.number(checkout, "0.2.0", CLOCK)
    with pytest.raises(ValueError, match="nothing stands under Unreleased"):
        release.number(checkout, "0.3.0", CLOCK)
    assert texts(checkout) == [RELEASED, PROJECT.replace("0.1.0", "0.2.0")]


@pytest.mark.parametrize("arguments", [[], ["0.2.0", "0.3.0"], ["next"], ["0.0.0"]])
def test_the_command_tells_how_it_is_used(arguments, capsys):
    assert release.main(arguments) == 2
    assert release.USAGE in capsys.readouterr().err


def test_the_command_says_what_is_left_to_do(checkout, monkeypatch, capsys):
    monkeypatch.setattr(release, "ROOT", checkout)
    assert release.main(["0.2.0"]) == 0
    assert "tag the commit v0.2.0" in capsys.readouterr().out
