"""Files below the roots: what is opened, what is refused and why, and that nothing leads out."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.local import file_roots
from engine.adapters.local.file_roots import FileRefused, FileRoots
from engine.clock import SystemClock
from engine.errors import InvalidDocument
from tests.support.dying_calls import dying_at
from tests.support.flows import Died

MOST = 1000
SECRET = b"the data folder's key"


@pytest.fixture
def place(tmp_path):
    """A root with a file, a data folder in it and one beside it, and a file outside."""
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in" / "a.csv").write_bytes(b"x\n1\n")
    (root / ".automate").mkdir()
    (root / ".automate" / "secrets.key").write_bytes(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_bytes(SECRET)
    return root


@pytest.fixture
def roots(place):
    return FileRoots.of([str(place)], str(place / ".automate"))


def refused(act, *args):
    with pytest.raises(FileRefused) as caught:
        act(*args)
    return caught.value.message


def test_a_file_is_read_by_a_path_from_the_first_root_and_by_its_whole_path(roots, place, tmp_path):
    for path in ("in/a.csv", "./in//a.csv", f"{place}/in/a.csv", f"{place}//in/./a.csv"):
        assert roots.read(path, MOST) == b"x\n1\n"
    second = tmp_path / "second"
    second.mkdir()
    (second / "b").write_bytes(b"b")
    both = FileRoots.of([str(place), f"{second}/"], str(place / ".automate"))
    assert both.read(str(second / "b"), MOST) == b"b"
    assert "no such file" in refused(both.read, "b", MOST)


def test_a_root_may_be_a_link_itself(place, tmp_path):
    (tmp_path / "link").symlink_to(place)
    roots = FileRoots.of([str(tmp_path / "link")], str(place / ".automate"))
    assert roots.read("in/a.csv", MOST) == roots.read(f"{tmp_path}/link/in/a.csv", MOST) == b"x\n1\n"
    assert roots.read(f"{place}/in/a.csv", MOST) == b"x\n1\n"  # where it leads


@pytest.mark.parametrize(("path", "reason"), [
    ("", "empty"), ("  ", "empty"), ("in/../../outside/a.csv", "goes up"), ("..", "goes up"), ("in/\0", "NUL"),
    ("in/\udc80", "surrogate"), ("x" * 5000, "more than 4,096"), ("in", "a folder"), ("in/", "a folder"),
    (".", "a folder"),
    ("/", "none of the folders"), ("/etc/passwd", "none of the folders"), ("none.csv", "no such file"),
    ("none/a.csv", "no such file"), ("in/a.csv/b", "'in/a.csv' on the way there is a file"),
    ("y" * 300, "too long"), (".automate/secrets.key", "data folder"), (".automate/none", "data folder"),
])
def test_what_is_no_path_to_a_file_is_refused_with_the_path_and_the_reason(roots, path, reason):
    told = refused(roots.read, path, MOST)
    assert reason in told
    assert repr(path[:300]) in told
    assert "cannot be read" in told


def test_odd_names_are_names(roots, place):
    for name in ("a b", "ä→", "-rf", "~", "*", 'q"', "back\\slash", "new\nline", "..."):
        (place / name).write_bytes(name.encode())
        assert roots.read(name, MOST) == name.encode()


def test_no_link_is_followed_wherever_it_leads(roots, place, tmp_path):
    (place / "file").symlink_to(tmp_path / "outside" / "a.csv")
    (place / "folder").symlink_to(tmp_path / "outside")
    (place / "inner").symlink_to(place / "in")
    (place / "lost").symlink_to(tmp_path / "nowhere")
    (place / "round").symlink_to(place / "round")
    for path in ("file", "folder/a.csv", "inner/a.csv", "lost", "lost/a", "round"):
        assert "a symbolic link, and links are not followed" in refused(roots.read, path, MOST)
    for path in ("folder", "inner", "lost", "folder/new"):
        assert "a symbolic link" in refused(roots.write, path, "n", b"data")
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == ["a.csv"]
    assert not (tmp_path / "nowhere").exists()


def test_only_regular_files_are_opened(roots, place):
    os.mkfifo(place / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(place)  # a socket's path is short
        try:
            server.bind("sock")
        finally:
            os.chdir(here)
        assert "a socket" in refused(roots.read, "sock", MOST)
    assert "a pipe" in refused(roots.read, "pipe", MOST)  # and does not wait for a writer
    assert "'pipe' on the way there is a pipe" in refused(roots.read, "pipe/a", MOST)


def test_a_device_is_not_opened(monkeypatch, place):
    roots = FileRoots([file_roots._Root("/dev", "/dev")], str(place / ".automate"))
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda name, *args, **more: opened.append(name) or real(name, *args, **more))
    assert "a device" in refused(roots.read, "zero", MOST)
    assert opened == ["/dev"]


def test_what_becomes_a_pipe_after_it_was_looked_at_does_not_hang(monkeypatch, roots, place):
    real = os.stat
    found = real(place / "in" / "a.csv")
    (place / "in" / "a.csv").unlink()
    os.mkfifo(place / "in" / "a.csv")
    monkeypatch.setattr(os, "stat", lambda name, **more: found if name == "a.csv" else real(name, **more))
    assert "a pipe" in refused(roots.read, "in/a.csv", MOST)


def test_a_file_has_a_largest_size_also_one_that_grows(monkeypatch, roots, place):
    (place / "most").write_bytes(b"x" * MOST)
    (place / "more").write_bytes(b"x" * (MOST + 1))
    assert len(roots.read("most", MOST)) == MOST
    assert "more than 1,000 bytes" in refused(roots.read, "more", MOST)
    with (place / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert "more than 1,000 bytes" in refused(roots.read, "sparse", MOST)
    real = os.read

    def grows(handle, count):
        with (place / "most").open("ab") as file:
            file.write(b"y" * 500)
        return real(handle, count)

    monkeypatch.setattr(os, "read", grows)
    assert "more than 1,000 bytes" in refused(roots.read, "most", MOST)


def test_a_file_that_is_changed_while_it_is_read_is_not_half_read(monkeypatch, roots, place):
    real = os.read

    def changes(handle, count):
        data = real(handle, count)
        (place / "in" / "a.csv").write_bytes(b"x\n1\n2\n")
        os.utime(place / "in" / "a.csv", ns=(1, time.time_ns() + 10**9))
        return data

    monkeypatch.setattr(os, "read", changes)
    with pytest.raises(FileRefused, match="changed while it was read") as caught:
        roots.read("in/a.csv", MOST)
    assert not caught.value.definite


def test_the_data_folder_is_known_by_itself_not_by_its_name(place, tmp_path):
    roots = FileRoots.of([str(place)], str(place / ".automate"))
    (place / ".automate").rename(place / "innocent")
    (tmp_path / "moved").symlink_to(place / "innocent")
    late = FileRoots.of([str(place)], str(tmp_path / "moved"))
    assert "data folder" in refused(late.read, "innocent/secrets.key", MOST)
    assert "data folder" in refused(late.write, "innocent/deep", "n", b"")
    assert roots.read("innocent/secrets.key", MOST) == SECRET  # it is a data folder no more


def test_a_root_that_has_come_to_lie_in_the_data_folder_opens_nothing(tmp_path):
    (tmp_path / "root").mkdir()
    roots = FileRoots.of([str(tmp_path / "root")], str(tmp_path / "data"))
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "root").rmdir()
    (tmp_path / "root").symlink_to(tmp_path / "data" / "deep")
    for act in (lambda: roots.read("a", MOST), lambda: roots.write("", "a", b""), lambda: roots.write(".", "a", b"")):
        with pytest.raises(FileRefused):
            act()
    assert list((tmp_path / "data" / "deep").iterdir()) == []


@pytest.mark.parametrize(("entry", "reason"), [
    ("here", "no whole path"), ("~/etl", "no whole path"), ("/srv/../etc", "goes up"), ("/srv/\0", "NUL"),
    ("/", "whole machine"), ("/proc", "whole machine"), ("/proc/self", "whole machine"),
    ("/sys/kernel", "whole machine"),
    ("{data}", "data folder"), ("{data}/logs", "data folder"), ("{link}", "data folder"),
])
def test_an_entry_that_is_no_root_is_refused_where_a_process_begins(tmp_path, entry, reason):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(InvalidDocument, match=reason) as caught:
        FileRoots.of([entry.format(data=tmp_path / "data", link=tmp_path / "link")], str(tmp_path / "data"))
    assert caught.value.where == "AUTOMATE_FILE_ROOTS"


def test_without_a_root_nothing_is_opened_and_it_says_what_to_set(tmp_path):
    none = FileRoots.of([], str(tmp_path))
    assert "Set AUTOMATE_FILE_ROOTS" in none.problem()
    assert "Set AUTOMATE_FILE_ROOTS" in refused(none.read, "a", MOST)
    missing = FileRoots.of([str(tmp_path / "none")], str(tmp_path / "data"))
    assert f"there is no folder {tmp_path}/none" in missing.problem()
    assert f"the folder {tmp_path}/none (AUTOMATE_FILE_ROOTS) cannot be opened" in refused(missing.read, "a", MOST)
    (tmp_path / "none").mkdir()
    assert missing.problem() is None


# ---------------------------------------------------------------- writing


def test_a_file_is_written_with_its_folders_and_replaced_whole(roots, place):
    roots.write("out/deep", "a.json", b"[1]")
    roots.write("out/deep/", "a.json", b"[2]")
    roots.write(".", "b.json", b"[3]")
    assert (place / "out" / "deep" / "a.json").read_bytes() == b"[2]"
    assert (place / "b.json").read_bytes() == b"[3]"
    assert [path.name for path in (place / "out" / "deep").iterdir()] == ["a.json"]


def test_a_file_that_is_replaced_stays_as_private_as_it_was(roots, place):
    (place / "in" / "a.csv").chmod(0o600)
    roots.write("in", "a.csv", b"new")
    roots.write("in", "b.csv", b"new")
    assert [(place / "in" / name).stat().st_mode & 0o777 for name in ("a.csv", "b.csv")] == [0o600, 0o666 & ~umask()]


def umask():
    before = os.umask(0o022)
    os.umask(before)
    return before


def test_a_link_in_the_files_place_is_replaced_not_followed(roots, place, tmp_path):
    (place / "in" / "a.json").symlink_to(tmp_path / "outside" / "a.csv")
    roots.write("in", "a.json", b"new")
    assert (tmp_path / "outside" / "a.csv").read_bytes() == SECRET
    assert not (place / "in" / "a.json").is_symlink()


@pytest.mark.parametrize(("path", "name", "reason"), [
    ("in/a.csv", "n", "is a file"), ("../x", "n", "goes up"), (".automate", "n", "data folder"),
    ("in", "deep", "Is a directory|is a folder"), ("in", "z" * 300, "too long"),
])
def test_what_cannot_be_written_says_so_and_leaves_nothing(roots, place, path, name, reason):
    (place / "in" / "deep").mkdir()
    before = sorted(place.rglob("*"))
    with pytest.raises(FileRefused, match=reason) as caught:
        roots.write(path, name, b"data")
    assert caught.value.definite
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize(("number", "definite"), [(errno.ENOSPC, True), (errno.EROFS, True), (errno.EIO, False)])
def test_a_full_disk_is_definite_and_leaves_no_half_file(monkeypatch, roots, place, number, definite):
    real = os.write

    def fails(handle, data):
        if len(data) > 3:
            return real(handle, data[:3])  # a part is written first
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fails)
    with pytest.raises(FileRefused, match=os.strerror(number)) as caught:
        roots.write("in", "a.json", b"123456")
    assert caught.value.definite is definite
    assert [path.name for path in (place / "in").iterdir()] == ["a.csv"]


def test_a_writer_that_dies_at_any_call_leaves_the_old_file_or_the_new(tmp_path):
    """Each system call of a write dies once, before it is made and after it. A second write gives the same."""
    for at in range(200):
        root = tmp_path / f"root{at}"
        (root / "out").mkdir(parents=True)
        (root / "out" / "a").write_bytes(b"old")
        roots = FileRoots.of([str(root)], str(tmp_path / "data"))
        with suppress(Died), dying_at(("open", "mkdir", "write", "fsync", "rename", "close"), at) as death:
            roots.write("out", "a", b"new")
        assert (root / "out" / "a").read_bytes() in (b"old", b"new")
        roots.write("out", "a", b"new")
        roots.sweep("out")
        assert [path.name for path in (root / "out").iterdir()] == ["a"]
        assert (root / "out" / "a").read_bytes() == b"new"
        if not death.came:
            break
    assert at >= 20


def test_a_file_is_on_the_disk_before_it_has_its_name_and_then_the_name(monkeypatch, roots):
    made = []

    def noting(name, real):
        return lambda *args, **more: (made.append(name), real(*args, **more))[1]

    for name in ("mkdir", "write", "fsync", "rename"):
        monkeypatch.setattr(os, name, noting(name, getattr(os, name)))
    roots.write("out", "a", b"data")
    assert made == ["mkdir", "fsync", "write", "fsync", "rename", "fsync"]


KILLED = """
import sys
from engine.adapters.local.file_roots import FileRoots
roots = FileRoots.of([sys.argv[1]], sys.argv[2])
print("ready", flush=True)
number = 0
while True:
    number += 1
    roots.write("out", "a", (str(number % 10) * 3_000_000).encode())
    print(number, flush=True)
"""


def test_a_killed_process_leaves_a_whole_file(tmp_path):
    """A real process is killed amid writing, again and again: the file is whole each time, by one write."""
    (tmp_path / "root").mkdir()
    roots = FileRoots.of([str(tmp_path / "root")], str(tmp_path / "data"))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "root"), str(tmp_path / "data")]
    for writes in range(1, 4):
        here = Path(file_roots.__file__).parents[3]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=here) as process:
            for _ in range(writes + 1):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        whole = (tmp_path / "root" / "out" / "a").read_bytes()
        assert len(whole) == 3_000_000
        assert len(set(whole)) == 1
        roots.sweep("out")
        assert [path.name for path in (tmp_path / "root" / "out").iterdir()] == ["a"]


def test_the_sweep_takes_what_writers_left_and_nothing_else(roots, place):
    left = ".a.json.0123456789abcdef.partial"
    kept = [".hidden", "a.partial", ".a.json.0123.partial", "x.a.json.0123456789abcdef.partial"]
    for name in (left, *kept):
        (place / "in" / name).write_bytes(b"")
    roots.sweep("in")
    assert sorted(path.name for path in (place / "in").iterdir()) == sorted([*kept, "a.csv"])


# ---------------------------------------------------------------- attacks


NAMES = st.sampled_from([
    "in", "a.csv", "link", "up", "home", ".automate", "secrets.key", "..", ".", "", "deep", "a\0b", "\udc80", "outside",
])


@given(st.lists(NAMES, max_size=6), st.booleans())
def test_no_path_reads_what_is_not_below_the_root(tmp_path_factory, names, absolute):
    base = tmp_path_factory.mktemp("attack")
    root = base / "root"
    (root / "in" / "deep").mkdir(parents=True)
    (root / "in" / "a.csv").write_bytes(b"mine")
    (root / ".automate").mkdir()
    (root / ".automate" / "secrets.key").write_bytes(SECRET)
    (base / "outside").mkdir()
    (base / "outside" / "a.csv").write_bytes(SECRET)
    (root / "link").symlink_to(base / "outside")
    (root / "in" / "up").symlink_to("../..")
    (root / "home").symlink_to(root / ".automate")
    roots = FileRoots.of([str(root)], str(root / ".automate"))
    path = "/".join([str(root), *names] if absolute else names)
    before = {p for p in base.rglob("*") if not p.is_relative_to(root) or p.is_relative_to(root / ".automate")}
    with suppress(FileRefused):
        assert roots.read(path, MOST) == b"mine"
    with suppress(FileRefused):
        roots.write(path, "new", b"data")
    after = {p for p in base.rglob("*") if not p.is_relative_to(root) or p.is_relative_to(root / ".automate")}
    assert after == before


@pytest.mark.parametrize("swapped", ["in", "in/deep", "in/deep/a.csv"])
@pytest.mark.parametrize("writes", [False, True])
def test_what_is_swapped_for_a_link_between_two_calls_leads_nowhere(monkeypatch, tmp_path, swapped, writes):
    """At each system call on the way a part of it is swapped for a link to the outside, before the call."""
    refusals = 0
    for at in range(40):
        base = tmp_path / str(at)
        (base / "root" / "in" / "deep").mkdir(parents=True)
        (base / "root" / "in" / "deep" / "a.csv").write_bytes(b"mine")
        outside = base / "outside"
        (outside / "deep").mkdir(parents=True)
        (outside / "a.csv").write_bytes(SECRET)
        (outside / "deep" / "a.csv").write_bytes(SECRET)
        leads = {"in": outside, "in/deep": outside / "deep", "in/deep/a.csv": outside / "a.csv"}[swapped]
        roots = FileRoots.of([str(base / "root")], str(base / "data"))
        left = [at]

        def swapping(real, left=left, base=base, leads=leads):
            def call(*args, **more):
                left[0] -= 1
                if left[0] == -1:
                    (base / "root" / swapped).rename(base / "aside")
                    (base / "root" / swapped).symlink_to(leads)
                return real(*args, **more)
            return call

        with monkeypatch.context() as patched:
            for name in ("open", "stat", "fstat", "read", "write", "fsync", "close"):
                patched.setattr(os, name, swapping(getattr(os, name)))
            try:
                if writes:
                    roots.write("in/deep", "b.csv", b"mine")
                else:
                    assert roots.read("in/deep/a.csv", MOST) == b"mine"
            except FileRefused:
                refusals += 1
        assert sorted(p.name for p in outside.rglob("*")) == ["a.csv", "a.csv", "deep"]
        if left[0] >= 0:
            break
    assert left[0] >= 0  # each call had its turn
    assert refusals or swapped == "in/deep/a.csv"


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
