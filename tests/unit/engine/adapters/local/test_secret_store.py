import fcntl
import json
import os
import subprocess
import sys
import threading

import pytest

from engine.adapters.local.secret_store import PREVIOUS_SECONDS, LocalSecretStore
from engine.clock import SkipClock
from engine.errors import StoreBusy, StoreCorrupt, StoreUnavailable


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def store(folder):
    return LocalSecretStore(folder, SkipClock(1000.0))


def _edit(folder, change):
    file = folder / "secrets.json"
    document = json.loads(file.read_text())
    change(document["secrets"])
    file.write_text(json.dumps(document))


def test_reading_makes_nothing(store, folder):
    assert store.get("default", "KEY") is None
    assert not folder.exists()


def test_the_files_are_their_owner_s_alone_and_hold_no_value(store, folder):
    store.set("default", "KEY", "hush-hush-4711", by="ann")
    assert sorted(p.name for p in folder.iterdir()) == ["secrets.json", "secrets.key", "secrets.lock"]
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"hush" not in path.read_bytes()
    assert folder.stat().st_mode & 0o077 == 0


def test_the_same_value_never_looks_the_same(store, folder):
    store.set("default", "A", "value", by="ann")
    store.set("default", "B", "value", by="ann")
    entries = json.loads((folder / "secrets.json").read_text())["secrets"]["default"]
    assert entries["A"]["value"] != entries["B"]["value"]


def test_the_list_tells_when_and_by_whom(store):
    store.set("default", "KEY", "v", by="ann")
    (info,) = store.list("default")
    assert (info.updated_at, info.updated_by) == (1000.0, "ann")


def test_another_process_s_write_is_seen_at_once(store, folder):
    store.set("default", "KEY", "old", by="ann")
    assert store.get("default", "KEY") == "old"
    LocalSecretStore(folder, SkipClock()).set("default", "KEY", "new", by="bob")
    assert store.get("default", "KEY") == "new"


@pytest.mark.parametrize(
    "move",
    [
        lambda secrets: secrets["default"].update(OTHER=secrets["default"]["KEY"]),
        lambda secrets: secrets.update(team={"OTHER": secrets["default"]["KEY"]}),
        lambda secrets: secrets["default"].update(OTHER={**secrets["default"]["KEY"], "value": "AAAA"}),
        lambda secrets: secrets["default"].update(OTHER={**secrets["default"]["KEY"], "value": "no base64!"}),
    ],
    ids=["to another key", "to another workspace", "cut", "not base64"],
)
def test_an_entry_that_was_moved_or_damaged_does_not_decrypt_and_costs_no_other(store, folder, move):
    store.set("default", "KEY", "value", by="ann")
    _edit(folder, move)
    where = "team" if store.get("default", "KEY") == "value" and store.list("team") else "default"
    with pytest.raises(StoreCorrupt, match="OTHER"):
        store.get(where, "OTHER")
    assert store.get("default", "KEY") == "value"
    store.set(where, "OTHER", "again", by="ann")
    assert store.get(where, "OTHER") == "again"


@pytest.mark.parametrize(
    "contents",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"schema": 1}', b'{"schema": 0, "key_check": null, "secrets": {}}',
     b'{"schema": 1, "key_check": null, "secrets": {"default": {"KEY": {"value": 1}}}}', b"[" * 100_000],
    ids=["empty", "cut", "a list", "null", "not text", "no secrets", "an unknown schema", "a wrong entry", "too deep"],
)
def test_a_damaged_file_is_told_and_kept(store, folder, contents):
    store.set("default", "KEY", "value", by="ann")
    (folder / "secrets.json").write_bytes(contents)
    for use in (
        lambda: store.get("default", "KEY"),
        lambda: store.list("default"),
        lambda: store.set("default", "KEY", "new", by="ann"),
        lambda: store.delete("default", "KEY"),
    ):
        with pytest.raises(StoreCorrupt, match="nothing was changed"):
            use()
    assert (folder / "secrets.json").read_bytes() == contents


def test_a_newer_release_s_file_is_left_alone(store, folder):
    folder.mkdir()
    (folder / "secrets.json").write_text('{"schema": 2}')
    with pytest.raises(StoreCorrupt, match="newer release"):
        store.set("default", "KEY", "value", by="ann")


@pytest.mark.parametrize("damage", ["missing", "damaged", "foreign"])
def test_without_the_right_key_nothing_is_read_and_nothing_written(store, folder, damage, tmp_path):
    store.set("default", "KEY", "value", by="ann")
    key = folder / "secrets.key"
    right = key.read_bytes()
    if damage == "missing":
        key.unlink()
    elif damage == "damaged":
        key.write_bytes(b"!!")
    else:
        LocalSecretStore(tmp_path / "other", SkipClock()).set("default", "KEY", "x", by="ann")
        key.write_bytes((tmp_path / "other" / "secrets.key").read_bytes())
    before = (folder / "secrets.json").read_bytes()
    for use in (lambda: store.get("default", "KEY"), lambda: store.set("default", "NEW", "v", by="ann")):
        with pytest.raises(StoreCorrupt, match=r"secrets\.key"):
            use()
    assert (folder / "secrets.json").read_bytes() == before
    assert [info.key for info in store.list("default")] == ["KEY"]
    key.write_bytes(right)
    assert store.get("default", "KEY") == "value"


def test_a_store_emptied_of_secrets_may_get_a_new_key(store, folder):
    store.set("default", "KEY", "value", by="ann")
    store.delete("default", "KEY")
    (folder / "secrets.key").unlink()
    store.set("default", "KEY", "again", by="ann")
    assert store.get("default", "KEY") == "again"


def test_the_value_of_before_is_good_for_its_time(folder):
    clock = SkipClock(1000.0)
    store = LocalSecretStore(folder, clock)
    for value in ("the-first-one", "the-second-one"):
        store.set("default", "KEY", value, by="ann")
    clock.sleep(PREVIOUS_SECONDS)
    assert store.list("default")[0].previous_until is None
    assert store.go_back("default", "KEY", by="ann") is None
    assert store.get("default", "KEY") == "the-second-one"


def test_what_is_written_lasts_before_it_takes_its_place(store, monkeypatch):
    """A machine that loses its power has the old contents or the new, and no empty file."""
    store.set("default", "KEY", "hush-hush-4711", by="ann")
    made = []
    for name in ("fsync", "replace"):
        act = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, act=act: (made.append(name), act(*given)))
    store.set("default", "KEY", "hush-hush-4712", by="ann")
    assert made == ["fsync", "replace", "fsync"]


def test_a_crash_before_the_rename_leaves_the_old_contents(store, folder, monkeypatch):
    store.set("default", "KEY", "old", by="ann")

    def crash(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", crash)
    with pytest.raises(StoreUnavailable, match="No space left on device; nothing was changed"):
        store.set("default", "KEY", "new", by="ann")
    assert store.get("default", "KEY", fresh=True) == "old"
    assert [p.name for p in folder.iterdir() if p.name.endswith(".new")] == []


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    store = LocalSecretStore(tmp_path / "file" / "data", SkipClock())
    for use in (lambda: store.set("default", "KEY", "v", by="ann"), lambda: store.get("default", "KEY")):
        with pytest.raises(StoreUnavailable, match="Not a directory"):
            use()


def test_a_key_file_that_cannot_be_read_is_unavailable(store, folder):
    store.set("default", "KEY", "value", by="ann")
    (folder / "secrets.key").unlink()
    (folder / "secrets.key").mkdir()
    with pytest.raises(StoreUnavailable, match="directory"):
        store.get("default", "KEY")


def test_a_writer_waits_for_another_and_gives_up_in_time(folder):
    clock = SkipClock(0.0)
    store = LocalSecretStore(folder, clock, busy_timeout=5.0)
    store.set("default", "KEY", "v", by="ann")
    handle = os.open(folder / "secrets.lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(StoreBusy):
            store.set("default", "KEY", "w", by="ann")
        assert 5.0 <= clock.now() < 5.2
        assert store.get("default", "KEY") == "v", "reading waits for nobody"
    finally:
        os.close(handle)
    store.set("default", "KEY", "w", by="ann")


def test_writers_at_the_same_time_lose_nothing(folder):
    code = (
        "import sys; from engine.adapters.local.secret_store import LocalSecretStore as S; "
        "from engine.clock import SystemClock; s = S(sys.argv[1], SystemClock(), busy_timeout=60)\n"
        "for n in range(8): s.set('default', f'{sys.argv[2]}-{n}', f'value {n}', by='x')"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(folder), f"p{n}"]) for n in range(2)]
    store = LocalSecretStore(folder, SkipClock(), busy_timeout=1e6)
    threads = [
        threading.Thread(target=lambda t=t: [store.set("default", f"t{t}-{n}", f"value {n}", by="x") for n in range(8)])
        for t in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in processes] == [0, 0]
    assert len(store.list("default")) == 32
    assert all(store.get("default", info.key) == f"value {info.key[-1]}" for info in store.list("default"))
