"""Named tokens in the data folder: what is on the disk, and what is wrong with it."""

from __future__ import annotations

import json
import os
import stat

import pytest

from engine.adapters.local.access.tokens import LocalTokenRoot, LocalTokenStore
from engine.clock import SkipClock
from engine.errors import StoreBusy, StoreCorrupt
from engine.ports.access_tokens import TokenRecord

NOW = 1_800_000_000.0
ONE = TokenRecord("a" * 12, "ci", "operator", "default", "d" * 64, NOW, "ada")


def put(records):
    return [*records, ONE], None


@pytest.fixture
def store(tmp_path):
    return LocalTokenStore(tmp_path, SkipClock(), busy_timeout=0.1)


def test_reading_makes_nothing(store, tmp_path):
    store.read()
    assert list(tmp_path.iterdir()) == []


def test_its_files_are_its_owners_alone(store, tmp_path):
    store.change(put)
    store.mark_used(ONE.id, NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tokens").iterdir()}
    assert modes == {"tokens.json": 0o600, "lock": 0o600, f"used-{ONE.id}": 0o600}
    assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700


def test_a_change_of_another_process_is_seen_at_once(store, tmp_path):
    assert list(store.read()) == []
    LocalTokenStore(tmp_path, SkipClock()).change(put)
    assert list(store.read()) == [ONE]
    LocalTokenStore(tmp_path, SkipClock()).change(lambda _: ([], None))
    assert list(store.read()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '{"schema": 1, "tokens": [{"id": "x"}]}', "null"])
def test_a_damaged_file_lets_nobody_in_and_is_not_written_over(store, tmp_path, text):
    store.change(put)
    file = tmp_path / "tokens" / "tokens.json"
    file.write_text(text)
    with pytest.raises(StoreCorrupt, match="damaged"):
        store.read()
    with pytest.raises(StoreCorrupt):
        store.change(put)
    assert file.read_text() == text


def test_a_newer_schema_is_refused(store, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "tokens.json").write_text(json.dumps({"schema": 3, "tokens": []}))
    with pytest.raises(StoreCorrupt, match="a newer release wrote it"):
        store.read()


def test_a_crash_while_writing_leaves_the_old_file(store, tmp_path, monkeypatch):
    store.change(put)

    def dies(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt):
        store.change(lambda _: ([], None))
    monkeypatch.undo()
    assert list(LocalTokenStore(tmp_path, SkipClock()).read()) == [ONE]
    store.change(lambda _: ([], None))
    assert list(store.read()) == []


def test_a_writer_waits_for_another_and_gives_up(store, tmp_path):
    def meanwhile(records):
        with pytest.raises(StoreBusy, match="held by another process"):
            LocalTokenStore(tmp_path, SkipClock(), busy_timeout=0.1).change(put)
        return records, None

    store.change(put)
    store.change(meanwhile)


def test_the_last_use_is_written_once_an_hour_and_goes_with_its_token(store, tmp_path):
    store.change(put)
    for seconds in (0, 1800, 3599):
        store.mark_used(ONE.id, NOW + seconds)
    assert store.used() == {ONE.id: NOW}
    store.mark_used(ONE.id, NOW - 7200)  # the clock was set back
    assert store.used() == {ONE.id: NOW - 7200}
    store.change(lambda _: ([], None))
    assert store.used() == {}
    assert sorted(path.name for path in (tmp_path / "tokens").iterdir()) == ["lock", "tokens.json"]


def test_a_file_of_before_there_were_generations_is_read(store, tmp_path):
    shape = {
        "id": "a" * 12, "name": "ci", "role": "operator", "workspace": "default", "digest": "d" * 64,
        "created_at": NOW, "created_by": "ada", "expires_at": None, "replaced": "e" * 64, "rotated_at": NOW,
        "revoked_at": None, "revoked_by": None,
    }
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "tokens.json").write_text(json.dumps({"schema": 1, "tokens": [shape]}))
    [found] = store.read()
    assert (found.name, found.digest, found.generation, found.oldest) == ("ci", "d" * 64, 0, 0)
    store.change(lambda records: (records, None))
    assert json.loads((tmp_path / "tokens" / "tokens.json").read_text())["schema"] == 2


class TestRoot:
    def test_it_is_made_once_and_its_owners_alone(self, tmp_path):
        root = LocalTokenRoot(tmp_path)
        assert root.get() is None
        assert list(tmp_path.iterdir()) == []
        made = root.make()
        assert (len(made), root.make(), LocalTokenRoot(tmp_path).get()) == (32, made, made)
        [file] = (tmp_path / "tokens").iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("key", 0o600)

    def test_of_two_that_make_it_the_first_ones_stays(self, tmp_path, monkeypatch):
        first, made = LocalTokenRoot(tmp_path), []
        link = os.link

        def late(*paths):
            monkeypatch.setattr(os, "link", link)
            made.append(first.make())
            link(*paths)

        monkeypatch.setattr(os, "link", late)
        assert LocalTokenRoot(tmp_path).make() == made[0]

    @pytest.mark.parametrize("text", ["", "short", "=" * 44])
    def test_a_damaged_one_is_said_and_not_written_over(self, tmp_path, text):
        root = LocalTokenRoot(tmp_path)
        root.make()
        file = tmp_path / "tokens" / "key"
        file.write_text(text)
        for ask in (root.get, root.make):
            with pytest.raises(StoreCorrupt, match="rotate each of them"):
                ask()
        assert file.read_text() == text
