"""The product on a data folder: a start, its wake and its entry in the audit log are there together, or not at all."""

from __future__ import annotations

import pytest

from engine.settings import Settings
from functions.cli.client.client import Client
from functions.cli.client.in_process import InProcess
from functions.server.product import Product
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
