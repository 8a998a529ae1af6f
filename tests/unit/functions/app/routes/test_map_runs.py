"""Routes of Map Runs, over a distributed Map that was run."""

from __future__ import annotations

from urllib.parse import quote

from engine.ports.keys import ExecutionKey

RUNS = "/executions/batch%3Aone/map-runs"


def batch(api, *, work=True):
    definition = {"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": True, "MaxConcurrency": 2, "ToleratedFailureCount": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}},
        },
    }}}
    api.publish("batch", definition)
    assert api("POST", "/workflows/batch/executions", {"input": [1, 2, 3], "name": "one"}).status == 201
    if work:
        api.work()


def test_a_run_is_listed_described_and_its_children_paged(api):
    batch(api)
    [run] = api("GET", RUNS).json["map_runs"]
    assert (run["status"], run["counts"]["succeeded"], run["max_concurrency"]) == ("SUCCEEDED", 3, 2)
    name = quote(run["arn"].rpartition(":")[2], safe="")
    assert api("GET", f"{RUNS}/{name}").json == run
    first = api("GET", f"{RUNS}/{name}/executions?limit=2").json
    assert ([child["status"] for child in first["executions"]], first["next_first"]) == (["SUCCEEDED"] * 2, 2)
    last = api("GET", f"{RUNS}/{name}/executions?first=2&limit=2").json
    assert (len(last["executions"]), last["next_first"]) == (1, None)


def test_limits_are_changed_while_it_runs_and_refused_after(api):
    batch(api)
    [run] = api("GET", RUNS).json["map_runs"]
    name = run["arn"].rpartition(":")[2]
    refused = api("PUT", f"{RUNS}/{name}", {"max_concurrency": 5})
    assert (refused.status, refused.json["error"]["code"]) == (409, refused.json["error"]["code"])
    assert api("PUT", f"{RUNS}/{name}", {"tolerated_failure_percentage": 101}).status == 422
    assert api("GET", f"{RUNS}/nothing").status == 404


def test_a_run_is_found_by_its_arn_and_by_what_a_person_reads_of_it(api):
    batch(api)
    [run] = api("GET", RUNS).json["map_runs"]
    resource = run["arn"].partition(":mapRun:")[2]
    short = (resource.rpartition("/")[2], run["arn"].rpartition(":")[2])
    for name in short:  # an address has no slash in a name
        assert api("GET", f"{RUNS}/{quote(name, safe='')}").json["arn"] == run["arn"]
    for name in (run["arn"], resource, *short):
        key = ExecutionKey("default", "batch:one")
        assert api.services.executions.describe_map_run(key, name).arn == run["arn"]


def test_an_execution_without_a_map_run_has_none(api):
    batch(api, work=False)
    assert api("GET", RUNS).json == {"map_runs": []}
    assert api("GET", "/executions/batch%3Anone/map-runs").status == 404
