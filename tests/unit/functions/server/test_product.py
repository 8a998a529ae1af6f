"""The product on a data folder: a start, its wake and its entry in the audit log are there together, or not at all."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

import pytest

from engine.durable import codec
from engine.durable.triggering.watching import LOOK_SECONDS
from engine.governance.audit import recorder
from engine.governance.audit.entry import unplaced
from engine.kernel.snapshot import SCHEMA, UNCONFIRMED
from engine.settings import Settings
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.server.product import Product
from tests.support import patience
from tests.support.flows import flow

PASS = flow({"Done": {"Type": "Pass", "End": True}})
NO_LOG = """CREATE TRIGGER no_log BEFORE INSERT ON audit WHEN new.id LIKE '%#start' BEGIN
    SELECT RAISE(ABORT, 'no log'); END"""


@pytest.fixture
def product(tmp_path):
    product = Product.open(Settings(data_dir=str(tmp_path)), command="a test", environment={})
    yield product
    product.close()


@pytest.fixture
def client(product):
    client = Client(InProcess(product))
    client.post("/workflows/import", {"name": "flow", "document": PASS, "publish": True})
    return client


def test_a_start_whose_entry_cannot_be_written_starts_nothing(product, client, caplog):
    database = product.stores._database
    database.write(lambda connection: connection.execute(NO_LOG))
    with pytest.raises(Exception, match="no log"):
        client.post("/workflows/flow/executions", {"input": {}, "name": "one"})
    assert client.get("/executions")["executions"] == []
    assert product.stores.queue.claim(10) == []
    assert "NOT IN THE AUDIT LOG" not in caplog.text
    database.write(lambda connection: connection.execute("DROP TRIGGER no_log"))
    client.post("/workflows/flow/executions", {"input": {}, "name": "one"})
    assert [row["name"] for row in client.get("/executions")["executions"]] == ["one"]
    assert [entry["act"] for entry in client.get("/audit", execution="flow:one")["entries"]] == ["execution.start"]


def test_an_end_in_the_folder_starts_who_listens_and_a_plain_end_writes_nothing_more(product, client):
    rows = []
    product.stores._database._writer.set_trace_callback(
        lambda statement: rows.append(statement) if "INTO ended" in statement or "FROM ended" in statement else None
    )
    client.post("/workflows/flow/executions", {"input": {}, "name": "unheard"})
    product.work(lambda: not product.runs(product.key("flow:unheard")))
    assert rows == []
    heard = {"name": "heard", "definition": PASS, "triggers": [{"type": "workflow_end", "workflow": "flow"}]}
    client.post("/workflows/import", {"document": heard, "publish": True})
    time.sleep(LOOK_SECONDS + 0.1)
    client.post("/workflows/flow/executions", {"input": {}, "name": "one"})
    until = time.monotonic() + patience.SECONDS
    product.work(lambda: bool(client.get("/executions", workflow="heard", status="SUCCEEDED")["executions"])
                 or time.monotonic() > until)
    (started,) = client.get("/executions", workflow="heard")["executions"]
    assert client.get(f"/executions/{started['id']}")["input"]["executionArn"].endswith("execution:flow:one")
    assert product.stores.ends.untold(0, 10) == []


def test_a_file_that_comes_into_a_watched_folder_starts_its_workflow(tmp_path):
    root = tmp_path / "files"
    (root / "in").mkdir(parents=True)
    settings = Settings(data_dir=str(tmp_path / "data"), file_roots=(str(root),))
    product = Product.open(settings, command="a test", environment={})
    try:
        client = Client(InProcess(product))
        watched = {"name": "etl", "definition": PASS, "triggers": [{"type": "folder", "folder": "in"}]}
        client.post("/workflows/import", {"document": watched, "publish": True})
        (root / "in" / "a.csv").write_bytes(b"1\n")
        until = time.monotonic() + patience.SECONDS
        product.work(lambda: bool(client.get("/executions", workflow="etl", status="SUCCEEDED")["executions"])
                     or time.monotonic() > until)
        (started,) = client.get("/executions", workflow="etl")["executions"]
        given = client.get(f"/executions/{started['id']}")["input"]
        assert (given["path"], given["size"], given["sha256"]) == (
            "in/a.csv", 2, hashlib.sha256(b"1\n").hexdigest()
        )
    finally:
        product.close()


def test_entries_are_concealed_and_made_before_the_write_lock_is_taken(product, client, monkeypatch):
    """Of a start, and of what the worker commits: nobody else can write while the lock is held."""
    made, database = [], product.stores._database

    def watched(entry, **more):
        made.append((entry.act, database._joined() is not None))
        return unplaced(entry, **more)

    monkeypatch.setattr(recorder, "unplaced", watched)
    client.post("/workflows/flow/executions", {"input": {}, "name": "one"})
    product.work(lambda: not product.runs(product.key("flow:one")))
    assert made == [("execution.start", False), ("engine.started", False)]
    acts = [entry["act"] for entry in client.get("/audit", execution="flow:one")["entries"]]
    assert sorted(acts) == ["engine.started", "execution.start"]
    client.post("/workflows/flow/executions", {"input": {}, "name": "two"})
    client.post("/workflows/flow/executions", {"input": {}, "name": "two"})  # it is there, and its entry too
    assert [entry["act"] for entry in client.get("/audit", execution="flow:two")["entries"]] == ["execution.start"]


@pytest.mark.parametrize(("made_with", "opened_with", "written"), [
    (0, 0, SCHEMA), (0, UNCONFIRMED, UNCONFIRMED), (UNCONFIRMED, 0, UNCONFIRMED), (UNCONFIRMED, SCHEMA, SCHEMA),
])
def test_a_folder_is_written_in_the_schema_that_it_was_made_for_unless_one_is_set(
    tmp_path, made_with, opened_with, written
):
    settings = Settings(data_dir=str(tmp_path))
    Product.open(replace(settings, snapshot_schema=made_with), command="a test", environment={}).close()
    opened = Product.open(replace(settings, snapshot_schema=opened_with), command="a test", environment={})
    client = Client(InProcess(opened))
    client.post("/workflows/import", {"name": "flow", "document": PASS, "publish": True})
    client.post("/workflows/flow/executions", {"input": {}, "name": "one"})
    opened.work(lambda: not opened.runs(opened.key("flow:one")))
    segments = opened.stores.journal.segments(opened.key("flow:one"))
    assert {codec.unpack(segment.body)["v"] for segment in segments} == {written}
    opened.close()
