"""Routes of activities: a worker's life over HTTP."""

from __future__ import annotations

RESOURCE = "arn:aws:states:local:default:activity:pick"


def waits(api):
    definition = {
        "StartAt": "Pick", "States": {"Pick": {"Type": "Task", "Resource": RESOURCE, "End": True}},
    }
    api.publish("orders", definition)
    assert api("POST", "/workflows/orders/executions", {"input": {"sku": 1}, "name": "one"}).status == 201
    api.work()


def test_an_activity_is_made_listed_and_deleted(api):
    made = api("POST", "/activities", {"name": "pick"})
    assert (made.status, made.json["arn"]) == (201, RESOURCE)
    assert api("POST", "/activities", {"name": "pick"}).json == made.json
    assert api("GET", "/activities/pick").json == made.json
    assert [found["name"] for found in api("GET", "/activities").json["activities"]] == ["pick"]
    assert api("DELETE", "/activities/pick").json == {"deleted": True}
    assert api("DELETE", "/activities/pick").json == {"deleted": False}
    gone = api("GET", "/activities/pick")
    assert (gone.status, gone.json["error"]["code"]) == (404, "ActivityDoesNotExist")
    acts = [entry["act"] for entry in api("GET", "/audit").json["entries"]]
    assert sorted(acts) == ["activity.create", "activity.delete"]


def test_a_name_that_aws_refuses(api):
    refused = api("POST", "/activities", {"name": "no spaces"})
    assert (refused.status, refused.json["error"]["where"]) == (422, "name")


def test_a_worker_takes_a_task_and_answers(api):
    api("POST", "/activities", {"name": "pick"})
    waits(api)
    task = api("POST", "/activities/pick/task", {"worker_name": "ada", "wait_seconds": 0}).json
    assert task["input"] == {"sku": 1}
    nothing = api("POST", "/activities/pick/task", {"wait_seconds": 0})
    assert nothing.json == {"token": None, "input": None}
    assert api("POST", "/tasks/success", {"token": task["token"], "output": {"picked": True}}).status == 200
    api.work()
    assert api("GET", "/executions/orders%3Aone").json["output"] == {"picked": True}


def test_a_poll_is_held_for_a_minute_at_most(api):
    api("POST", "/activities", {"name": "pick"})
    began = api.clock.now()
    assert api("POST", "/activities/pick/task", {"wait_seconds": 60}).json["token"] is None
    assert 59 <= api.clock.now() - began <= 61
    assert api("POST", "/activities/pick/task", {"wait_seconds": 61}).status == 422
    assert api("POST", "/activities/none/task", {}).status == 404
