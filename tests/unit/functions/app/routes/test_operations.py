"""Pause, resume and stop of many over the API."""

from __future__ import annotations

WAITING = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 60, "End": True}}}


def start(api, name):
    return api("POST", "/workflows/pause/executions", {"name": name})


def test_a_paused_workflow_queues_its_starts_and_goes_on_when_resumed(api):
    api.publish("pause", WAITING)
    paused = api("POST", "/workflows/pause/pause", {"starts": "queue", "running": "hold"})
    assert (paused.status, paused.json["workflow"], paused.json["paused_by"]) == (200, "pause", "ada")
    assert api("GET", "/pauses").json["pauses"] == [paused.json]
    assert start(api, "one").json["status"] == "RUNNING"
    api.work()
    assert api("GET", "/executions/pause%3Aone/history").json["events"] == []
    assert api("POST", "/workflows/pause/resume").json == {"woken": 1, "complete": True}
    api.work()
    assert len(api("GET", "/executions/pause%3Aone/history").json["events"]) == 2
    assert api("GET", "/pauses").json == {"pauses": []}


def test_a_pause_of_all_refuses_starts(api):
    api.publish("pause", WAITING)
    assert api("POST", "/pause", {"starts": "refuse"}).json["workflow"] == "*"
    refused = start(api, "one")
    assert (refused.status, refused.error["code"]) == (409, "WorkflowPaused")
    again = api("POST", "/workflows/pause/resume")
    assert (again.status, again.error["advice"]) == (409, "automate resume --all")
    assert api("POST", "/resume").status == 200
    assert start(api, "one").status == 201
    acts = [entry["act"] for entry in api("GET", "/audit?workflow=*").json["entries"]]
    assert acts == ["workflow.resume", "workflow.pause"]


def test_only_a_workflow_that_is_there_can_be_paused(api):
    assert api("POST", "/workflows/none/pause").status == 404
    assert api("POST", "/pause", {"starts": "drop"}).status == 422


def test_the_same_pause_again_is_no_act(api):
    api.publish("pause", WAITING)
    how = {"starts": "queue", "running": "hold"}
    for more in ({}, {}, {"running": "finish"}):
        assert api("POST", "/workflows/pause/pause", {**how, **more}).status == 200
    entries = api("GET", "/audit?act=workflow.pause").json["entries"]
    assert [entry["after"]["running"] for entry in entries] == ["finish", "hold"]


def test_of_many_those_are_stopped_that_are_asked_for(api):
    api.publish("pause", WAITING)
    for name in ("ended", "open"):
        start(api, name)
    api("POST", "/executions/pause%3Aended/stop", {})
    api.work()
    assert api("POST", "/workflows/pause/stop", {}).json["stopped"] == ["pause:open"]


def test_many_are_stopped_page_by_page(api):
    api.publish("pause", WAITING)
    for number in range(5):
        start(api, f"run-{number}")
    api.work()
    assert api("POST", "/workflows/paws/stop", {}).status == 404
    first = api("POST", "/workflows/pause/stop", {"limit": 3, "cause": "wrong prices"}).json
    rest = api("POST", "/workflows/pause/stop", {"limit": 3, "cause": "x", "next_token": first["next_token"]}).json
    assert (len(first["stopped"]), len(rest["stopped"]), rest["next_token"]) == (3, 2, None)
    api.work()
    aborted = api("GET", "/executions?status=ABORTED").json["executions"]
    assert len(aborted) == 5
    assert api("GET", f"/executions/{first['stopped'][0]}").json["cause"] == "wrong prices"
