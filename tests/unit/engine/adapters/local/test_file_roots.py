"""Files below the roots: what is opened, and what is refused and why."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from engine.adapters.local import file_roots
from engine.adapters.local.file_roots import FileRefused, FileRoots
from engine.errors import InvalidDocument
from tests.support.file_roots import MOST, SECRET, refused


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
