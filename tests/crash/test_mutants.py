"""A test that cannot fail proves nothing: with each protection switched off the campaign fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash import touched
from tests.crash.direct import DIRECT
from tests.crash.edits import EDITS
from tests.crash.ending_edits import ENDING_EDITS
from tests.crash.large_value_edits import LARGE_VALUE_EDITS
from tests.crash.mutants import MUTANTS, Mutant
from tests.crash.noticed import assert_noticed
from tests.crash.slips import SLIPS

ROOT = Path(__file__).parents[2]
ALL_EDITS = EDITS | LARGE_VALUE_EDITS | ENDING_EDITS | SLIPS


@pytest.mark.parametrize("name", MUTANTS)
def test_the_campaign_fails_without(campaign, name):
    assert_noticed(campaign, MUTANTS[name])


@pytest.mark.parametrize("name", [name for name, edited in EDITS.items() if edited.runs is not None])
def test_the_campaign_fails_with_an_edit(campaign, name):
    assert_noticed(campaign, Mutant("", EDITS[name].edit.apply, EDITS[name].runs, ""))


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name, edited in ALL_EDITS.items() if edited.test])
def test_its_test_fails_with_an_edit(name):
    """A process of its own has the edit, and runs the one test, which the whole suite runs without."""
    command = [sys.executable, "-m", "tests.crash.editing", name, "-q", "-x", "-p", "no:cacheprovider"]
    told = subprocess.run([*command, ALL_EDITS[name].test], capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == pytest.ExitCode.TESTS_FAILED, told.stdout[-2000:]
    assert ALL_EDITS[name].test.partition("[")[0] in told.stdout


@pytest.mark.parametrize("name", ALL_EDITS)
def test_an_edit_is_somewhere_and_has_somebody_who_notices(name, monkeypatch):
    edited = ALL_EDITS[name]
    assert (edited.runs is None) is bool(edited.test)
    if edited.test:
        file, _, test = edited.test.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
    edited.edit.apply(monkeypatch)


def test_the_list_of_what_is_untouched_is_current():
    assert touched.FILE.read_text(encoding="utf-8") == touched.text(touched.report()[1]), (
        "python -m tests.crash.touched --write"
    )


@pytest.mark.parametrize("name", DIRECT)
def test_its_own_check_fails_without(name, monkeypatch):
    DIRECT[name].check()
    DIRECT[name].off(monkeypatch)
    with pytest.raises(AssertionError):
        DIRECT[name].check()
