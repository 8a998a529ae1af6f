"""Who read what: also where the path names no execution, the record says whose data the answer had."""

from __future__ import annotations

import dataclasses

import pytest

from functions.app.reads import ReadsQuery
from functions.server.reads import LocalReads

ASKS = {"StartAt": "A", "States": {"A": {
    "Type": "Task", "Resource": "arn:aws:states:eu-central-1:123456789012:activity:pick", "End": True,
}}}


@pytest.fixture
def reads(api, tmp_path):
    kept = LocalReads(tmp_path, api.clock)
    api.services = dataclasses.replace(api.services, open_reads=lambda: kept)
    return lambda: [(read.route, read.data, read.execution) for read in kept.find(ReadsQuery())]


@pytest.fixture
def ran(api):
    assert api("POST", "/activities", {"name": "pick"}).status == 201
    api.publish("flow", ASKS)
    for name in ("one", "two"):
        api("POST", "/workflows/flow/executions", {"input": {"who": name}, "name": name})
    api.work()
    return api


def test_a_task_is_of_its_execution(ran, reads):
    task = ran("POST", "/activities/pick/task", {}).json
    assert task["input"] in ({"who": "one"}, {"who": "two"})
    assert reads() == [("POST /activities/{activity}/task", "input", f"flow:{task['input']['who']}")]


def test_past_inputs_are_a_reading_of_each(ran, reads):
    assert len(ran("GET", "/workflows/flow/inputs").json["inputs"]) == 2
    assert sorted(reads()) == [("GET /workflows/{name}/inputs", "inputs", f"flow:{name}") for name in ("one", "two")]
    ran.clock.sleep(100)
    assert len(ran("GET", "/workflows/flow/inputs?state=A&limit=1").json["inputs"]) == 1
    assert len(reads()) == 3


def test_a_delivery_is_of_what_it_started(api, reads):
    form = {"name": "ask", "type": "form"}
    api.publish("flow", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, triggers=[form],
                input_schema={"type": "object", "properties": {"who": {"type": "string"}}})
    taken = api("POST", "/forms/flow/ask", {"typed": {"who": "ada"}, "submission": "s1"}).json
    assert taken["delivery"], taken
    assert api("GET", f"/deliveries/{taken['delivery'].replace(':', '%3A')}").status == 200
    assert reads() == [("GET /deliveries/{delivery}", "input", taken["delivery"])]


def test_one_that_the_path_names_is_that_one(ran, reads):
    assert ran("GET", "/executions/flow%3Aone").status == 200
    assert reads() == [("GET /executions/{id}", "input, output", "flow:one")]
