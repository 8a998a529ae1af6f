"""Who read what: also where the path names no execution, the record says whose data the answer had."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from functions.app.reads import ReadsQuery
from functions.app.table import every_route
from functions.server.reads import LocalReads

ASKS = {"StartAt": "A", "States": {"A": {
    "Type": "Task", "Resource": "arn:aws:states:eu-central-1:123456789012:activity:pick", "End": True,
}}}
PASSES = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


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


def test_who_has_the_answer_already_reads_nothing(ran, reads):
    shown = ran("GET", "/executions/flow%3Aone")
    assert len(reads()) == 1
    ran.clock.sleep(100)
    assert ran("GET", "/executions/flow%3Aone", if_none_match=shown.headers["ETag"]).status == 304
    assert len(reads()) == 1


def test_past_inputs_are_a_reading_of_each(ran, reads):
    assert len(ran("GET", "/workflows/flow/inputs").json["inputs"]) == 2
    assert sorted(reads()) == [("GET /workflows/{name}/inputs", "inputs", f"flow:{name}") for name in ("one", "two")]
    ran.clock.sleep(100)
    assert len(ran("GET", "/workflows/flow/inputs?state=A&limit=1").json["inputs"]) == 1
    assert len(reads()) == 3


def test_a_delivery_is_of_what_it_started(api, reads):
    form = {"name": "ask", "type": "form"}
    schema = {"type": "object", "properties": {"who": {"type": "string"}}}
    api.publish("flow", PASSES, triggers=[form], input_schema=schema)
    taken = api("POST", "/forms/flow/ask", {"typed": {"who": "ada"}, "submission": "s1"}).json
    assert taken["delivery"], taken
    assert api("GET", f"/deliveries/{taken['delivery'].replace(':', '%3A')}").status == 200
    assert reads() == [("GET /deliveries/{delivery}", "input", taken["delivery"])]


def test_a_webhook_that_answers_with_the_result_reads_it(api, reads):
    hook = {"name": "hook", "type": "webhook", "path": "in", "answer": "result", "auth": {"style": "none"}}
    api.publish("flow", PASSES, kind="EXPRESS", triggers=[hook])
    assert api("POST", "/hooks/flow/in", {"who": "ada"}).status == 200
    [(route, data, execution)] = reads()
    assert (route, data) == ("POST /hooks/{workflow}/{path}", "output")
    assert execution.startswith("flow:")


def test_a_start_is_a_reading_of_what_it_started(ran, reads):
    ran("POST", "/workflows/flow/executions", {"name": "three", "input": {}})
    assert reads() == [("POST /workflows/{name}/executions", "input, output", "flow:three")]


@pytest.mark.parametrize("asked", ["/workflows/flow/inputs?state=None", "/deliveries/flow%3Anone"])
def test_what_gave_nothing_read_nothing(ran, reads, asked):
    ran("GET", asked)
    assert reads() == []


def test_one_that_the_path_names_is_that_one(ran, reads):
    assert ran("GET", "/executions/flow%3Aone").status == 200
    assert reads() == [("GET /executions/{id}", "input, output", "flow:one")]


_OF_ITS_OWN = {
    "GET /executions/{id}/definition": "the workflow's document",
    "POST /executions/{id}/redrive/plan": "places and names of two definitions",
    "DELETE /executions/{id}": "what is gone",
    "GET /executions/{id}/waiting": "names of states; tokens in the process of the command line alone",
}


def test_each_route_of_an_execution_that_gives_values_is_a_reading():
    """Values of an execution are of any shape, or a cause's text; what is neither is named here with what it is."""
    for route in every_route():
        if not route.path.startswith("/executions/{id}") or route.reads or route.answers is None:
            continue
        values = {name for name, of in _fields(route.answers) if of is Any or name in ("cause", "causes", "message")}
        assert not values or route.name in _OF_ITS_OWN, (route.name, values)


def _fields(model, seen=frozenset()):
    """Each field of a model and of those inside it: its name, and its type or that of its items."""
    for name, field in model.model_fields.items():
        pending = [field.annotation]
        while pending:
            of = pending.pop()
            pending += get_args(of)
            yield name, of
            if isinstance(of, type) and issubclass(of, BaseModel) and of not in seen:
                yield from _fields(of, seen | {model})
