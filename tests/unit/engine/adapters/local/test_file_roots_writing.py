"""A file is written whole or not at all, whenever its writer dies."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from engine.adapters.local import file_roots
from engine.adapters.local.file_roots import FileRefused, FileRoots
from tests.support.dying_calls import dying_at
from tests.support.file_roots import SECRET
from tests.support.flows import Died


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
