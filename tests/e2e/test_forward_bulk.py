"""A thousand failed runs of twenty workflows go on by mended versions, in one command, on the real product."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.support.local_server import LocalServer, automate, slow_service
from tests.support.patience import wait_until

WORKFLOWS, RUNS = 20, 50
NAMES = [f"flow_{number:02}" for number in range(WORKFLOWS)]
KINDS = ("plain", "map", "renamed")
"""Of the third kind the state where its runs stand is gone in the mended version."""


def kind_of(name):
    return KINDS[NAMES.index(name) % 3]


def definition(url, kind, *, mended):
    def call(path, **more):
        return {"Type": "Task", "Resource": "connector:http:request", "ResultPath": "$.answer",
                "Parameters": {"method": "POST", "url": url, "json": {"of.$": path}}, **more}

    path = "$.order" if mended else "$.ordre"
    ship = call(path, End=True)
    if kind == "map":
        each = {"StartAt": "Send", "States": {"Send": call(path, End=True)}}
        ship = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each, "End": True}
    last = "Send" if kind == "renamed" and mended else "Ship"
    return {"StartAt": "Pay", "States": {"Pay": call("$.order", Next=last), last: ship}}


def listed(server, status, name):
    found, token = [], None
    while not found or token:
        more = f"&next_token={token}" if token else ""
        page = server.json("GET", f"/executions?workflow={name}&status={status}&limit=1000{more}")
        found += page["executions"]
        token = page["next_token"]
        if not page["executions"]:
            break
    return {row["id"] for row in found}


def all_listed(server, status):
    return {execution_id for name in NAMES for execution_id in listed(server, status, name)}


@pytest.mark.full
def test_a_thousand_failed_runs_of_twenty_workflows_go_on_in_one_command(tmp_path):
    server = LocalServer(tmp_path / "data")
    try:
        with slow_service() as service:
            service.go_on.set()
            for name in NAMES:
                server.publish(name, definition(service.url, kind_of(name), mended=False))
            given = {"order": 7, "items": [{"order": 1}, {"order": 2}]}
            for name in NAMES:
                for run in range(RUNS):
                    server.json("POST", f"/workflows/{name}/executions", {"name": f"r{run}", "input": given})
            wait_until(lambda: len(all_listed(server, "FAILED")) == WORKFLOWS * RUNS)
            for name in NAMES:
                server.publish(name, definition(service.url, kind_of(name), mended=True))
            paid = Counter(service.keys)
            unpaid = all_listed(server, "FAILED") - {key.rsplit(":", 3)[0] for key in paid}
            why = [(one, server.json("GET", f"/executions/{one}")["cause"]) for one in sorted(unpaid)]
            assert (len(paid), set(paid.values())) == (WORKFLOWS * RUNS, {1}), why

            many = ["redrive", *(option for name in NAMES for option in ("--workflow", name)), "--version", "active"]
            planned = automate(server.folder, *many, "--dry-run", check=False)
            assert planned.returncode == 1
            plans = {plan["id"]: plan for plan in json.loads(planned.stdout)["plans"]}
            unfit = {key for key, plan in plans.items() if not plan["fits"]}
            assert len(plans) == WORKFLOWS * RUNS
            assert unfit == {key for key in plans if kind_of(key.partition(":")[0]) == "renamed"}
            assert {plans[key]["refusals"][0]["place"] for key in unfit} == {"/States"}
            assert Counter(service.keys) == paid, "a plan calls nothing"

            done = automate(server.folder, *many, "--yes")
            assert {item["id"] for item in done["refused"]} == unfit
            assert set(done["redriven"]) == plans.keys() - unfit
            wait_until(lambda: not all_listed(server, "RUNNING"))
            succeeded = all_listed(server, "SUCCEEDED")
            assert len(succeeded) >= 0.99 * len(done["redriven"])
            assert succeeded == set(done["redriven"])
            made = Counter(service.keys)
            assert set(made.values()) == {1}, "no effect is doubled"
            calls = Counter(key.rsplit(":", 3)[0] for key in made)
            for execution_id in plans:
                wanted = 1 if execution_id in unfit else 3 if kind_of(execution_id.partition(":")[0]) == "map" else 2
                assert calls[execution_id] == wanted, execution_id
    finally:
        server.stop()
