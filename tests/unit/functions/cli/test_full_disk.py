"""Looking at a data folder needs no room on its disk: that is when one wants to look."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from engine.adapters.local.database import Database
from engine.adapters.local.processes import Processes
from engine.adapters.local.stores import LocalStores
from engine.clock import SkipClock
from engine.errors import StoreUnavailable
from engine.settings import Settings
from tests.support import patience

ROOT = Path(__file__).parents[4]
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}
LOOKING = [
    ["workflows"], ["executions"], ["show", "hello:one"], ["history", "hello:one"], ["export", "hello"],
    ["versions", "hello"], ["diff", "hello", "1"], ["audit", "list"], ["audit", "verify"], ["secrets", "list"],
]


def in_a_process(folder, *arguments, nothing_grows=False, given=None):
    def before():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_")}
    return subprocess.run(
        [sys.executable, "-m", "functions.cli.main", "--data-dir", str(folder), *arguments], cwd=ROOT, text=True,
        capture_output=True, check=False, timeout=patience.SECONDS, input=given,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "AUTOMATE_DISK_RESERVE_MB": "0"},
        preexec_fn=before if nothing_grows else None,
    )


def filled(folder):
    """A data folder with an execution, cleanly closed: neither log nor shared memory lie beside the database."""
    file = folder.parent / "hello.json"
    file.write_text(json.dumps({"name": "hello", "definition": HELLO}))
    for arguments in (["import", "--file", str(file), "--publish"], ["start", "hello", "--name", "one", "--wait"]):
        done = in_a_process(folder, *arguments)
        assert done.returncode == 0, done.stderr
    assert in_a_process(folder, "secrets", "set", "KEY", given="abcdefghij").returncode == 0
    assert not (folder / "automate.db-shm").exists()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("full") / "data")


@pytest.mark.parametrize("arguments", LOOKING, ids=" ".join)
def test_what_only_looks_works_where_no_file_can_grow(folder, automate, arguments):
    done = in_a_process(folder, *arguments, nothing_grows=True)
    assert (done.returncode, done.stderr) == (0, "")
    _, elsewhere, _ = automate("--data-dir", str(folder), *arguments)
    assert len(done.stdout.splitlines()) == len(elsewhere.splitlines()) > 0


def test_what_writes_says_that_the_disk_is_full(folder):
    for arguments in (["start", "hello", "--name", "two"], ["publish", "hello"], ["pause", "--all"]):
        done = in_a_process(folder, *arguments, nothing_grows=True)
        if arguments[0] == "publish":
            assert done.returncode == 0, "an unchanged draft writes nothing"
            continue
        assert done.returncode in (2, 74), (arguments, done.stderr)
        assert done.returncode == 2 or "the disk is full" in done.stderr
    assert in_a_process(folder, "executions").stdout.count("hello:") == 1


def test_doctor_looks_at_all_it_can_and_says_so(folder):
    done = in_a_process(folder, "--json", "doctor", nothing_grows=True)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert checks["claims"]["verdict"] == "ill"
    assert "the disk is full" in checks["claims"]["says"]
    assert checks["audit"]["verdict"] == checks["database"]["verdict"] == "well"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MB that the test may fill."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    ) if os.geteuid() == 0 and shutil.which("mount") else None
    if done is None or done.returncode:
        pytest.skip("only who may mount a file system can fill one")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk):
    handle = os.open(disk / "everything", os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)
    assert shutil.disk_usage(disk).free == 0


@pytest.mark.parametrize("left", [
    "cleanly closed", pytest.param("killed", marks=pytest.mark.full),
    pytest.param("killed, without shared memory", marks=pytest.mark.full),
])
def test_a_full_disk_can_be_looked_at_and_backed_up(folder, small_disk, tmp_path, left):
    folder = shutil.copytree(folder, small_disk / "data")
    if left != "cleanly closed":
        killed = (
            "import os, sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "c.execute('UPDATE workflow SET description = ?', ('in the log alone',))\nos._exit(0)"
        )
        subprocess.run([sys.executable, "-c", killed, str(folder / "automate.db")], check=True)
        assert (folder / "automate.db-wal").stat().st_size
    if left.endswith("memory"):
        (folder / "automate.db-shm").unlink()
    fill(small_disk)
    for arguments in LOOKING if left != "cleanly closed" else LOOKING[::4]:  # each of them is looked at above
        done = in_a_process(folder, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    if left != "cleanly closed":
        assert "in the log alone" in in_a_process(folder, "workflows").stdout
    said = in_a_process(folder, "doctor").stdout
    assert f"the disk of {folder} is full" in said
    assert in_a_process(folder, "backup", str(tmp_path / "copy")).returncode == 0
    assert "the disk is full" in in_a_process(folder, "start", "hello", "--name", "two").stderr
    (small_disk / "everything").unlink()
    done = in_a_process(folder, "start", "hello", "--name", "three", "--wait")
    assert done.returncode == 0, done.stderr


def test_who_got_no_lock_may_look_and_not_write(tmp_path, monkeypatch):
    """Nobody could tell that it lives, so it may own nothing."""
    LocalStores.open(tmp_path / "data", Settings(), SkipClock(), command="first").close()
    made = os.open

    def no_room(path, *more, **named):
        if str(path).endswith(".new"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return made(path, *more, **named)

    monkeypatch.setattr(os, "open", no_room)
    processes = Processes(tmp_path / "data" / "locks", "second")
    assert not processes.is_known
    with closing(Database(tmp_path / "data" / "automate.db", processes, 1.0)) as database:
        assert database.read(lambda connection: connection.execute("SELECT count(*) FROM header").fetchone()) == (0,)
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            database.write(lambda connection: connection.execute("DELETE FROM header"))
    processes.close()
