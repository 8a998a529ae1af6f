"""The route of the ledger of effects."""

from __future__ import annotations

import pytest

from functions.app.acts import digest

LOG = "connector:log:write"


def logs(**more):
    return {"Type": "Task", "Resource": LOG, "Parameters": {"message.$": "$.text"}, **more}


def flow(api, name="flow", **more):
    document = {"name": name, **more, "definition": {"StartAt": "A", "States": {
        "A": logs(ResultPath=None, Next="B"), "B": logs(ResultPath=None, End=True),
    }}}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    assert api("POST", f"/workflows/{name}/executions", {"input": {"text": "hello"}, "name": "one"}).status == 201
    api.work()


def test_each_call_with_what_came_of_it(api):
    flow(api)
    found = api("GET", "/executions/flow%3Aone/effects").json
    first, second = found["effects"]
    assert (first["state"], first["connector"], first["action"], first["outcome"]) == ("A", "log", "write", "DONE")
    assert (second["attempt"], second["arguments_digest"]) == (1, digest({"message": "hello"}))
    assert (found["next_token"], found["keeps_intents"]) == (None, True)
    steps = {step["name"]: step["first_event"] for step in api("GET", "/executions/flow%3Aone/steps").json["steps"]}
    assert [(row["state"], row["step"]) for row in found["effects"]] == list(steps.items())


def test_pages_follow_one_another(api):
    flow(api)
    first = api("GET", "/executions/flow%3Aone/effects?limit=1").json
    assert [row["state"] for row in first["effects"]] == ["A"]
    second = api("GET", f"/executions/flow%3Aone/effects?limit=1&next_token={first['next_token']}").json
    assert ([row["state"] for row in second["effects"]], second["next_token"]) == (["B"], None)


@pytest.mark.parametrize(("query", "status"), [
    ("limit=0", 422), ("limit=1001", 422), ("next_token=nonsense", 422), ("state=A", 422),
])
def test_a_page_that_cannot_be(api, query, status):
    flow(api)
    assert api("GET", f"/executions/flow%3Aone/effects?{query}").status == status


def test_a_token_of_another_execution_is_refused(api):
    flow(api)
    flow(api, "other")
    token = api("GET", "/executions/flow%3Aone/effects?limit=1").json["next_token"]
    assert api("GET", f"/executions/other%3Aone/effects?limit=1&next_token={token}").status == 422


def test_no_such_execution(api):
    assert api("GET", "/executions/flow%3Anone/effects").status == 404


def test_a_hidden_field_is_not_in_the_digest(api):
    flow(api, input_schema={"properties": {"text": {"type": "string", "x-sensitive": True}}})
    row = api("GET", "/executions/flow%3Aone/effects").json["effects"][0]
    assert row["arguments_digest"] == digest({"message": "********"})
