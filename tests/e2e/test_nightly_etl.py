"""The nightly ETL sample on a machine, by its schedule: a server, a file, and files of results."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

from engine.clock import SystemClock
from tests.support.local_server import ROOT, LocalServer
from tests.support.patience import wait_until

SAMPLE = ROOT / "workflows" / "nightly_etl"


def publish_for_soon(server, document):
    """A time that is over before it is published is refused: then a later one."""
    [trigger] = document["triggers"]
    for seconds in (4, 20, 100):
        at = datetime.fromtimestamp(SystemClock().now() + seconds, UTC)
        trigger |= {"expression": f"at({at:%Y-%m-%dT%H:%M:%S})", "timezone": "UTC", "enabled": True}
        status, _, told = server.request("POST", "/workflows/import", {"document": document, "publish": True})
        if status < 400:
            return
    raise AssertionError(told)


def test_its_time_comes_and_the_results_lie_beside_the_orders(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    shutil.copy(SAMPLE / "orders.csv", files)
    document = json.loads((SAMPLE / "nightly_etl.json").read_text(encoding="utf-8"))
    del document["$schema"]
    server = LocalServer(tmp_path / "data", AUTOMATE_FILE_ROOTS=str(files))
    try:
        publish_for_soon(server, document)

        def ended():
            found = server.json("GET", "/executions?workflow=nightly_etl")["executions"]
            return [row for row in found if row["status"] != "RUNNING"]

        [row] = wait_until(ended, "the execution that the schedule starts")
        assert row["status"] == "SUCCEEDED"
        [manifest] = (files / "results").glob("*/manifest.json")
        told = json.loads(manifest.read_text(encoding="utf-8"))["ResultFiles"]
        assert {kind: len(found) for kind, found in told.items()} == {"FAILED": 1, "PENDING": 0, "SUCCEEDED": 1}
        orders = (files / told["SUCCEEDED"][0]["Path"]).read_text(encoding="utf-8").splitlines()
        assert [json.loads(order)["order"] for order in orders] == ["A-1001", "A-1002", "A-1003", "A-1005"]
    finally:
        server.stop()
