"""The files of a folder, as a trigger looks at them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from engine.adapters.local import file_roots
from engine.clock import SystemClock
from tests.support.file_roots import SECRET, refused


def seen_of(roots, path="in", name="a.csv"):
    return next(each for each in roots.listed(path) if each.name == name)


def test_a_folder_s_regular_files_are_listed_and_nothing_else(roots, place, tmp_path):
    (place / "in" / "inner").mkdir()
    (place / "in" / "link.csv").symlink_to(tmp_path / "outside" / "a.csv")
    os.mkfifo(place / "in" / "pipe.csv")
    (found,) = roots.listed("in")
    assert (found.name, found.size) == ("a.csv", 4)
    assert abs(found.came_at - SystemClock().now()) < 3600


def test_a_file_that_was_moved_in_came_then(roots, place, tmp_path):
    old = tmp_path / "old.csv"
    old.write_bytes(b"1")
    os.utime(old, (1_000_000, 1_000_000))
    before = SystemClock().now() - 1
    old.rename(place / "in" / "old.csv")
    assert seen_of(roots, name="old.csv").came_at >= before


@pytest.mark.parametrize("path", [".automate", "in/../.automate", "outside", "/etc", "none"])
def test_no_folder_but_those_below_the_roots_is_looked_through(roots, tmp_path, path):
    assert SECRET.decode() not in refused(roots.listed, path)


def test_why_a_folder_cannot_be_opened_and_whether_that_stays_so(roots, place, tmp_path):
    (place / "link").symlink_to(place / "in")
    assert roots.path_problem("in") is None
    assert roots.path_problem("later/on") == ("there is no such file or folder", False)
    for path, reason in (
        (str(tmp_path / "outside"), "lies below none"), (".automate", "data folder"), ("link", "symbolic link"),
        ("in/a.csv", "is a file"),
    ):
        said, stays = roots.path_problem(path)
        assert (reason in said, stays) == (True, True), said


def test_a_link_on_the_way_is_not_followed_by_a_look(roots, place, tmp_path):
    (place / "away").symlink_to(tmp_path / "outside")
    assert "link" in refused(roots.listed, "away")


def test_a_whole_file_has_its_digest(roots, place):
    assert roots.digest("in", seen_of(roots)) == hashlib.sha256(b"x\n1\n").hexdigest()


def test_a_file_that_changed_or_went_has_none(roots, place):
    seen = seen_of(roots)
    (place / "in" / "a.csv").write_bytes(b"other")
    assert roots.digest("in", seen) is None
    (place / "in" / "a.csv").unlink()
    assert roots.digest("in", seen) is None


def test_a_file_that_became_a_link_is_not_read(roots, place, tmp_path):
    seen = seen_of(roots)
    (place / "in" / "a.csv").unlink()
    (place / "in" / "a.csv").symlink_to(tmp_path / "outside" / "a.csv")
    assert SECRET.decode() not in refused(roots.digest, "in", seen)


def test_a_large_file_is_not_read_for_its_digest(roots, monkeypatch):
    monkeypatch.setattr(file_roots, "MOST_DIGESTED", 3)
    assert roots.digest("in", seen_of(roots)) == ""


def test_too_many_files_are_refused(roots, place, monkeypatch):
    monkeypatch.setattr(file_roots, "MOST_LISTED", 1)
    (place / "in" / "b.csv").write_bytes(b"")
    assert "more than 1 files" in refused(roots.listed, "in")


@pytest.mark.skipif(sys.platform != "linux", reason="told by Linux's leases")
def test_a_file_that_somebody_writes_has_none_until_it_is_closed(roots, place):
    seen = seen_of(roots)
    with (place / "in" / "a.csv").open("ab"):
        assert roots.digest("in", seen) is None
    assert roots.digest("in", seen) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="told by Linux's leases")
def test_who_writes_while_it_is_looked_at_ends_nothing(roots, place):
    """The lease that is broken sends a signal, whose default would be the end of this process."""
    path = place / "in" / "a.csv"
    code = "import sys\nfor _ in range(3000):\n    open(sys.argv[1], 'ab').close()"
    writer = subprocess.Popen([sys.executable, "-c", code, str(path)])
    while writer.poll() is None:
        roots.digest("in", seen_of(roots))
    assert writer.returncode == 0
