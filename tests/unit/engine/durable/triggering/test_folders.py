"""Watched folders: a file that comes starts its workflow once, when it is whole."""

from __future__ import annotations

import pytest

from engine.adapters.local.file_roots import FileRefused
from engine.clock import SkipClock
from engine.durable.triggering.folders import Folders
from engine.errors import StoreUnavailable
from engine.ports.tasks import TaskPolicy
from engine.triggers.folders import FileSeen
from tests.support.api import api_over
from tests.support.flows import flow
from tests.support.memory.stores import MemoryStores

PASS = flow({"Done": {"Type": "Pass", "End": True}})
START = 1_700_000_000.0


class Disk:
    """A folder `in` whose files are what a test says."""

    def __init__(self, clock):
        self.clock = clock
        self.files = {}
        self.written = set()
        self.refuses = None
        self.unreadable = set()
        self.read = 0

    def put(self, name, size=5):
        now = self.clock.now()
        self.files[name] = FileSeen(name, size, int(now * 1e9), now)

    def listed(self, path):
        if self.refuses is not None:
            raise FileRefused(self.refuses)
        assert path == "in"
        return list(self.files.values())

    def digest(self, path, seen):
        self.read += 1
        if seen.name in self.unreadable:
            raise FileRefused(f"the file {seen.name!r} cannot be read: Permission denied")
        present = self.files.get(seen.name)
        whole = present is not None and present.signature == seen.signature and seen.name not in self.written
        return f"digest of {seen.size}" if whole else None


class Watching:
    def __init__(self):
        self.clock = SkipClock(START)
        self.stores = MemoryStores(self.clock)
        self.api = api_over(self.stores, self.clock)
        self.disk = Disk(self.clock)
        self.restart()

    def restart(self):
        triggers = self.api.services.open_triggers()
        self.folders = Folders(
            triggers.listening, triggers.delivering, self.stores.trigger_states, self.disk, self.clock, "default",
            remembered_days=30, source="worker w",
        )

    def publish(self, **trigger):
        document = {"name": "etl", "definition": PASS, "triggers": [{"type": "folder", "folder": "in", **trigger}]}
        reply = self.api("POST", "/workflows/import", {"document": document, "publish": True})
        assert reply.status == 200, reply.text
        self.clock.sleep(2.5)

    def look(self, times=4, seconds=1.0):
        for _ in range(times):
            self.folders.look()
            self.clock.sleep(seconds)

    @property
    def inputs(self):
        rows = self.api("GET", "/executions?workflow=etl").json["executions"]
        return [self.api("GET", f"/executions/{row['id']}").json["input"] for row in reversed(rows)]


@pytest.fixture
def watching(monkeypatch):
    made = Watching()
    tasks = made.api.services.tasks  # where folders are open
    monkeypatch.setattr(type(tasks), "policy", lambda *_: TaskPolicy())
    return made


def test_a_file_is_told_when_it_is_whole_and_once(watching):
    watching.publish(pattern="*.csv")
    watching.disk.put("a.csv", size=7)
    watching.disk.put("a.txt")
    watching.disk.put(".b.csv")
    watching.folders.look()
    watching.clock.sleep(1)
    watching.folders.look()
    assert watching.inputs == []
    watching.look()
    assert watching.inputs == [{
        "path": "in/a.csv", "name": "a.csv", "size": 7, "modified": "2023-11-14T22:13:22.500Z", "sha256": "digest of 7",
    }]
    watching.look(20)
    assert len(watching.inputs) == 1
    assert watching.disk.read == 1
    assert watching.api("GET", "/triggers/etl/folder/deliveries").json["deliveries"][0]["repeats"] == 0


def test_a_file_that_grows_is_waited_for(watching):
    watching.publish()
    for size in range(1, 6):
        watching.disk.put("a.csv", size=size)
        watching.look(1)
    assert watching.inputs == []
    watching.look(4)
    assert [given["size"] for given in watching.inputs] == [5]
    watching.disk.put("a.csv", size=5)  # written anew
    watching.look(4)
    assert len(watching.inputs) == 2


def test_a_file_that_may_not_be_read_holds_up_no_other_and_is_heard_once_it_may(watching, caplog):
    watching.publish()
    watching.disk.put("a.csv", size=1)
    watching.disk.put("b.csv", size=2)
    watching.disk.unreadable.add("a.csv")
    watching.look(4)
    assert [given["name"] for given in watching.inputs] == ["b.csv"]
    assert "etl/folder is looked at again: the file 'a.csv' cannot be read: Permission denied" in caplog.text
    watching.disk.unreadable.clear()
    watching.look(2)
    assert [given["name"] for given in watching.inputs] == ["b.csv", "a.csv"]


def test_a_file_that_is_open_for_writing_is_waited_for(watching):
    watching.publish()
    watching.disk.put("a.csv")
    watching.disk.written.add("a.csv")
    watching.look(8)
    assert watching.inputs == []
    watching.disk.written.clear()
    watching.look(4)
    assert len(watching.inputs) == 1


def test_what_lay_there_before_is_not_told_and_another_version_begins_no_anew(watching):
    watching.disk.put("old.csv")
    watching.clock.sleep(10)
    watching.publish()
    watching.disk.put("new.csv")
    watching.publish(when="{% $states.input.size > 0 %}")
    watching.look()
    assert [given["name"] for given in watching.inputs] == ["new.csv"]


def test_who_begins_anew_tells_nothing_again_however_late(watching):
    watching.publish()
    watching.disk.put("a.csv")
    watching.look()
    for days in (0, 28, 3, 40):
        watching.clock.sleep(days * 86400)
        watching.stores.deliveries.forget(watching.clock.now(), 100)
        watching.restart()
        watching.look()
    assert len(watching.inputs) == 1


def test_a_death_before_the_file_is_remembered_starts_it_once(watching, monkeypatch):
    watching.publish()
    watching.disk.put("a.csv")
    begin = watching.stores.deliveries.start

    def started_and_dead(*given):
        begin(*given)
        raise StoreUnavailable("no answer")

    monkeypatch.setattr(watching.stores.deliveries, "start", started_and_dead)
    with pytest.raises(StoreUnavailable):
        watching.look()
    monkeypatch.undo()
    watching.restart()
    watching.look()
    assert len(watching.inputs) == 1


def test_a_folder_that_cannot_be_looked_at_is_said_and_comes_again(watching, caplog):
    watching.publish()
    watching.disk.put("a.csv")
    watching.look()
    watching.disk.refuses = "there is no such folder"
    watching.look(10)
    assert caplog.text.count("the folder of etl/folder is looked at again: there is no such folder") == 1
    watching.disk.refuses = None
    watching.look()
    assert len(watching.inputs) == 1


def test_a_paused_trigger_hears_the_file_when_it_goes_on(watching):
    watching.publish()
    watching.api("POST", "/triggers/etl/folder/pause", {})
    watching.disk.put("a.csv")
    watching.look()
    assert watching.inputs == []
    watching.api("POST", "/triggers/etl/folder/resume", {})
    watching.look()
    assert len(watching.inputs) == 1


@pytest.mark.parametrize(("found", "code", "severity"), [
    (("it lies below none of the folders", True), "FOLDER_NOT_OPEN", "ERROR"),
    (("there is no such file or folder", False), "FOLDER_NOT_THERE", "WARNING"),
])
def test_a_folder_that_cannot_be_opened_is_told_of_when_it_is_published(monkeypatch, found, code, severity):
    clock = SkipClock(START)
    api = api_over(MemoryStores(clock), clock)
    tasks = api.services.tasks
    monkeypatch.setattr(type(tasks), "policy", lambda *_: TaskPolicy(path_problem=lambda _: found))
    document = {"name": "etl", "definition": PASS, "triggers": [{"type": "folder", "folder": "in"}]}
    said = api("POST", "/definitions/validate", {"document": document}).json["diagnostics"]
    assert [(each["code"], each["severity"], each["location"]) for each in said] == [
        (code, severity, "/triggers/0/folder")
    ]
    reply = api("POST", "/workflows/import", {"document": document, "publish": True})
    assert (reply.status, found[0] in reply.text) == (422 if severity == "ERROR" else 200, True)
    document["triggers"][0]["enabled"] = False
    assert found[0] not in api("POST", "/workflows/import", {"document": document, "publish": True}).text


def test_where_no_folder_is_open_it_is_refused():
    clock = SkipClock(START)
    api = api_over(MemoryStores(clock), clock)
    document = {"name": "etl", "definition": PASS, "triggers": [{"type": "folder", "folder": "in"}]}
    reply = api("POST", "/workflows/import", {"document": document, "publish": True})
    assert reply.status == 422
    assert "FOLDER_NOT_OPEN" in reply.text
    document["triggers"][0]["folder"] = "../in"
    assert "goes up" in api("POST", "/workflows/import", {"document": document, "publish": True}).text


