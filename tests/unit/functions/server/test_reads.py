"""Who read what on one machine: a line each, kept within bounds, told of where it cannot be written."""

from __future__ import annotations

import json
import logging
import stat

import pytest

from engine.clock import SkipClock
from engine.governance.roles import Caller
from engine.ports.keys import Actor
from functions.app.identity import COMMAND_LINE
from functions.app.reads import ReadsQuery
from functions.server import reads as module
from functions.server.reads import EVERY_SECONDS, FILES_KEPT, LocalReads

ADA, CI = Caller(Actor("ada", origin="127.0.0.1")), Caller(Actor("ci", "token", "127.0.0.1"))
HISTORY = "GET /executions/{id}/history"


@pytest.fixture
def clock():
    return SkipClock()


@pytest.fixture
def reads(tmp_path, clock):
    return LocalReads(tmp_path, clock)


def names(found):
    return [(read.actor, read.execution) for read in found]


def test_a_reading_is_a_line_of_who_what_and_of_which(reads, clock, tmp_path):
    reads.record(CI, HISTORY, "history", {"id": "orders:1"})
    (read,) = reads.find(ReadsQuery())
    assert (read.actor, read.kind, read.origin, read.route, read.data, read.execution, read.workflow, read.step) == (
        "ci", "token", "127.0.0.1", HISTORY, "history", "orders:1", "", ""
    )
    assert read.at == clock.now()
    assert stat.S_IMODE((tmp_path / "reads" / "reads.jsonl").stat().st_mode) == 0o600


def test_what_the_same_caller_reads_again_within_a_minute_is_one_line(reads, clock):
    for _ in range(30):
        reads.record(ADA, HISTORY, "history", {"id": "orders:1"})
        clock.sleep(1)
    reads.record(CI, HISTORY, "history", {"id": "orders:1"})
    reads.record(ADA, HISTORY, "history", {"id": "orders:2"})
    reads.record(ADA, "GET /executions/{id}", "input, output", {"id": "orders:1"})
    assert len(reads.find(ReadsQuery())) == 4
    clock.sleep(EVERY_SECONDS - 30)
    reads.record(ADA, HISTORY, "history", {"id": "orders:1"})
    assert len(reads.find(ReadsQuery())) == 5


def test_filters_combine_and_the_newest_come_first(reads, clock):
    began = clock.now()
    for number, caller in enumerate((ADA, CI, ADA, CI)):
        reads.record(caller, HISTORY, "history", {"id": f"{'orders' if number < 2 else 'bills'}:{number}"})
        clock.sleep(10)
    reads.record(ADA, "GET /workflows/{name}/inputs", "inputs", {"name": "orders"})
    assert names(reads.find(ReadsQuery(actor="ci"))) == [("ci", "bills:3"), ("ci", "orders:1")]
    assert names(reads.find(ReadsQuery(execution="bills:2"))) == [("ada", "bills:2")]
    assert names(reads.find(ReadsQuery(workflow="orders"))) == [("ada", ""), ("ci", "orders:1"), ("ada", "orders:0")]
    assert names(reads.find(ReadsQuery(since=began + 10, until=began + 30))) == [("ada", "bills:2"), ("ci", "orders:1")]
    assert names(reads.find(ReadsQuery(limit=1))) == [("ada", "")]


def test_the_files_are_bounded_and_a_torn_line_is_passed_over(reads, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FILE_BYTES", 1000)
    for number in range(100):
        reads.record(ADA, HISTORY, "history", {"id": f"orders:{number}"})
        clock.sleep(1)
    files = sorted(path.name for path in (tmp_path / "reads").iterdir())
    assert files == ["reads.jsonl", *(f"reads.jsonl.{number}" for number in range(1, FILES_KEPT + 1))]
    assert all(path.stat().st_size < 1500 for path in (tmp_path / "reads").iterdir())
    with (tmp_path / "reads" / "reads.jsonl").open("ab") as file:
        file.write(b'{"at": 1, "act')
    assert names(reads.find(ReadsQuery(limit=2))) == [("ada", "orders:99"), ("ada", "orders:98")]


def test_what_cannot_be_written_is_told_of_and_read_all_the_same(reads, tmp_path, caplog):
    (tmp_path / "reads").write_text("in the way")
    reads.record(CI, HISTORY, "history", {"id": "orders:1"})
    assert "NOT IN THE RECORD OF READS" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):  # who commands the folder may read its files without a command
        reads.record(Caller(Actor("ada", origin=COMMAND_LINE)), HISTORY, "history", {"id": "orders:1"})
    assert caplog.text == ""


def test_a_path_of_any_length_is_a_short_line(reads, tmp_path):
    reads.record(ADA, HISTORY, "history", {"id": "x" * 100_000})
    (line,) = (tmp_path / "reads" / "reads.jsonl").read_text().splitlines()
    assert len(line) < 1000
    assert json.loads(line)["execution"] == "x" * 300
