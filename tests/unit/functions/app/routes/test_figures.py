"""Tuning's figures over the API: of a data folder; a stage has none here."""

from __future__ import annotations

import dataclasses


def test_a_stage_s_figures_are_not_the_api_s(api):
    reply = api("GET", "/figures")
    assert (reply.status, reply.error["code"]) == (404, "NotFound")
    assert api("GET", "/me").json["workers"] is None


def test_a_folder_s_figures_count_what_began(api):
    api.services = dataclasses.replace(api.services, workers=lambda: 2)
    api.publish("hello", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {}})
    assert api("GET", "/figures?hours=2").json["executions"] == 0, "no worker has begun it"
    api.clock.sleep(4)
    api.work()
    found = api("GET", "/figures?hours=2").json
    assert (found["executions"], found["workers"], found["hours"]) == (1, 2, 2.0)
    assert found["delay"] >= 4
    assert found["task_threads"] == api.services.settings.task_threads
    assert api("GET", "/me").json["workers"] == 2
    assert api("GET", "/figures?hours=0").status == 422
