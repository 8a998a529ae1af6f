"""The nightly ETL sample, whole, on a machine: from a CSV file to files of results, by the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.catalog.catalog import Catalog
from engine.catalog.files import read_document
from engine.clock import SkipClock
from engine.settings import Settings
from functions.task_chain import connected
from tests.support.memory.catalog_store import MemoryCatalogStore

SAMPLE = Path(__file__).parents[4] / "workflows" / "nightly_etl"
FILE = str(SAMPLE / "nightly_etl.json")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "files").mkdir()
    shutil.copy(SAMPLE / "orders.csv", tmp_path / "files")
    return tmp_path / "files"


def test_it_runs_from_file_to_files(automate, monkeypatch, root):
    monkeypatch.setenv("AUTOMATE_FILE_ROOTS", str(root))
    status, out, _ = automate("validate", FILE)
    assert (status, out.splitlines()[0]) == (0, f"{FILE}: no problems")
    assert automate("test", FILE)[0] == 0
    assert automate("import", "--file", FILE, "--publish")[0] == 0
    status, ended = automate.json("start", "nightly_etl", "--input", f"@{SAMPLE / 'input.json'}", "--wait")
    assert (status, ended["status"]) == (0, "SUCCEEDED")
    manifest = json.loads((root / ended["output"]["manifest"]).read_text())
    [done], [bad] = manifest["ResultFiles"]["SUCCEEDED"], manifest["ResultFiles"]["FAILED"]
    assert [json.loads(line) for line in (root / done["Path"]).read_text().splitlines()] == [
        {"order": "A-1001", "customer": "Ada Lovelace", "total": 21},
        {"order": "A-1002", "customer": "Hopper, Grace", "total": 80},
        {"order": "A-1003", "customer": "Edsger Dijkstra", "total": 36.75},
        {"order": "A-1005", "customer": "Tony Hoare", "total": 9.9},
    ]
    [told] = [json.loads(line) for line in (root / bad["Path"]).read_text().splitlines()]
    assert (told["Error"], told["Cause"]) == ("Orders.NoOrder", "The row of A-1004 has no quantity or no price.")


def test_without_a_root_it_is_neither_valid_nor_published_nor_started(automate, monkeypatch, root):
    status, out, _ = automate("validate", FILE)
    assert status == 1
    assert "state 'Orders': file:read: no folder is open to workflows. Set AUTOMATE_FILE_ROOTS" in out
    assert automate("import", "--file", FILE, "--publish")[0] == 1
    monkeypatch.setenv("AUTOMATE_FILE_ROOTS", str(root))
    assert automate("import", "--file", FILE, "--publish")[0] == 0
    monkeypatch.delenv("AUTOMATE_FILE_ROOTS")
    status, _, err = automate("start", "nightly_etl", "--input", f"@{SAMPLE / 'input.json'}")
    assert status == 1
    assert "cannot run here: state 'Orders': file:read: no folder is open" in err


def test_a_wrong_entry_is_said_by_every_command(automate, monkeypatch):
    monkeypatch.setenv("AUTOMATE_FILE_ROOTS", "files")
    status, _, err = automate("validate", FILE)
    assert status == 1
    assert "where: AUTOMATE_FILE_ROOTS" in err
    monkeypatch.setenv("AUTOMATE_FILE_ROOTS", str(automate.folder))
    assert "lies in the data folder" in automate("workflows")[2]


def test_a_stage_refuses_it_by_name(root):
    stage = connected(Settings(file_roots=(str(root),)), {}, aws=lambda: None)  # as functions.api wires it
    catalog = Catalog(MemoryCatalogStore(), SkipClock(), tasks=stage)
    document, _ = read_document(Path(FILE).read_bytes(), FILE)
    errors = [item for item in catalog.problems(document) if item.severity == "ERROR"]
    assert [(item.code, item.location) for item in errors] == [
        ("UNKNOWN_RESOURCE", "/States/Orders/ItemReader/Resource"),
        ("UNKNOWN_RESOURCE", "/States/Orders/ResultWriter/Resource"),
    ]
    assert "file:read means files of one machine, and a stage has none" in errors[0].message
