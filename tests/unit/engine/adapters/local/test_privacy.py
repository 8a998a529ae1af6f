"""A data folder that others can get into is closed, and said to have been open; or it is refused."""

from __future__ import annotations

import os
import stat

import pytest

from engine.adapters.local.privacy import keep_private, write_private
from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.errors import StoreUnavailable
from engine.settings import Settings

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to somebody else")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path):
    """A data folder as a process left it."""
    folder = tmp_path / "data"
    opened(folder).close()
    for name in ("token", "secrets.key", "secrets.json", "server.json", "order.json"):
        write_private(folder / name, "x")
    for name in ("logs", "signin"):
        (folder / name).mkdir(mode=0o700)
        write_private(folder / name / "one.log", "x")
    return folder


def opened(folder):
    return LocalStores.open(folder, Settings(), SkipClock(), command="test")


@pytest.mark.parametrize("open_mode", [0o701, 0o710, 0o750, 0o755, 0o770, 0o777, 0o1777, 0o2775])
def test_a_folder_that_is_open_to_others_is_closed_and_said(folder, open_mode):
    folder.chmod(open_mode)
    stores = opened(folder)
    stores.close()
    assert mode(folder) & 0o777 == 0o700
    assert str(folder) in stores.mended[0]
    assert keep_private(folder) == (), "once"


@pytest.mark.parametrize("name", [
    "automate.db", "token", "secrets.key", "secrets.json", "server.json", "order.json", "logs/one.log",
    "signin/one.log",
])
@pytest.mark.parametrize("open_mode", [0o640, 0o644, 0o602, 0o666])
def test_a_file_that_is_open_to_others_is_closed_and_said(folder, name, open_mode):
    (folder / name).chmod(open_mode)
    stores = opened(folder)
    stores.close()
    assert mode(folder / name) == 0o600
    assert name in " ".join(stores.mended)


@pytest.mark.parametrize("name", ["locks", "logs", "signin"])
def test_a_folder_within_is_closed(folder, name):
    (folder / name).chmod(0o777)
    stores = opened(folder)
    stores.close()
    assert mode(folder / name) == 0o700
    assert name in " ".join(stores.mended)


def test_what_could_be_read_of_the_keys_is_said(folder):
    folder.chmod(0o755)
    assert "could be read" not in " ".join(keep_private(folder)), "the files within could not"
    folder.chmod(0o755)
    (folder / "secrets.key").chmod(0o644)
    (folder / "token").chmod(0o604)
    said = " ".join(keep_private(folder))
    assert "secrets.key, token could be read by others" in said
    assert "automate secrets rotate" in said


def test_another_programs_files_are_left_alone(folder):
    (folder / "notes.sh").write_text("mine")
    (folder / "notes.sh").chmod(0o755)
    opened(folder).close()
    assert mode(folder / "notes.sh") == 0o755


def test_an_open_folder_of_other_things_is_refused(tmp_path):
    """Closing it would take it away from those who share it."""
    shared = tmp_path / "project"
    shared.mkdir()
    (shared / "README").write_text("ours")
    (shared / "logs").mkdir()
    shared.chmod(0o775)
    with pytest.raises(StoreUnavailable, match="holds other files") as refused:
        opened(shared)
    assert "AUTOMATE_DATA_DIR" in str(refused.value)
    assert mode(shared) == 0o775
    assert sorted(path.name for path in shared.iterdir()) == ["README", "logs"]


def test_an_open_folder_that_is_empty_becomes_the_owners_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)
    opened(tmp_path / "data").close()
    assert mode(tmp_path / "data") == 0o700


@pytest.mark.parametrize("name", [
    "automate.db", "token", "secrets.key", "logs", "locks", "signin/one.log", "server.json",
])
def test_a_link_within_is_refused(folder, tmp_path, name):
    target = tmp_path / "elsewhere"
    (folder / name).rename(target)
    (folder / name).symlink_to(target)
    with pytest.raises(StoreUnavailable, match="is a link") as refused:
        opened(folder)
    assert str(folder / name) in str(refused.value)


def test_a_link_to_a_folder_is_followed_and_its_target_closed(folder, tmp_path):
    folder.chmod(0o755)
    (tmp_path / "link").symlink_to(folder)
    stores = opened(tmp_path / "link")
    stores.close()
    assert mode(folder) == 0o700
    assert stores.mended


def test_what_is_neither_file_nor_folder_is_refused(folder):
    (folder / "token").unlink()
    os.mkfifo(folder / "token", 0o600)
    with pytest.raises(StoreUnavailable, match="is no file"):
        opened(folder)


@needs_root
@pytest.mark.parametrize("name", ["", "automate.db", "token", "secrets.key", "logs", "logs/one.log", "locks"])
def test_what_belongs_to_somebody_else_is_refused(folder, name):
    os.chown(folder / name, NOBODY, NOBODY)
    with pytest.raises(StoreUnavailable, match="belongs to") as refused:
        opened(folder)
    assert "chown" in str(refused.value)
    assert str(folder / name) in str(refused.value)


@needs_root
def test_a_link_of_somebody_else_is_refused(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    os.lchown(tmp_path / "link", NOBODY, NOBODY)
    with pytest.raises(StoreUnavailable, match="belongs to"):
        opened(tmp_path / "link")


def test_a_file_system_without_permissions_is_refused(folder, monkeypatch):
    """As FAT: chmod succeeds and changes nothing."""
    folder.chmod(0o755)
    monkeypatch.setattr(os, "chmod", lambda *_, **__: None)
    with pytest.raises(StoreUnavailable, match="keeps no permissions"):
        opened(folder)


def test_what_cannot_be_closed_is_refused(folder, monkeypatch):
    def refuse(*_, **__):
        raise OSError(1, "Operation not permitted")

    folder.chmod(0o755)
    monkeypatch.setattr(os, "chmod", refuse)
    with pytest.raises(StoreUnavailable, match=r"cannot be closed .*: Operation not permitted"):
        opened(folder)


def test_a_private_file_is_private_from_its_first_byte_and_no_link_is_followed(tmp_path):
    old = os.umask(0)
    try:
        write_private(tmp_path / "a", "x")
    finally:
        os.umask(old)
    assert mode(tmp_path / "a") == 0o600
    write_private(tmp_path / "a", "yy")
    assert (tmp_path / "a").read_text() == "yy"
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="b"):
        write_private(tmp_path / "b", "z")
    assert (tmp_path / "a").read_text() == "yy"
