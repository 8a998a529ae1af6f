"""Bounds of the API's requests that docs/quotas.md lists: one beyond is refused, the bound itself is not."""

import pytest

from functions.app.routes import steps, testing

LONG = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(("method", "path", "within", "beyond", "where"), [
    ("GET", "/executions?limit={}", 1000, 1001, "limit"),
    ("GET", "/executions/w%3Aone/history?limit={}", 1000, 1001, "limit"),
    ("GET", "/audit?limit={}", 1000, 1001, "limit"),
])
def test_a_page_beyond_its_bounds_is_422(api, method, path, within, beyond, where):
    api.publish("w", LONG)
    api("POST", "/workflows/w/executions", {"name": "one", "input": {}})
    assert api(method, path.format(within)).status == 200
    refused = api(method, path.format(beyond))
    assert (refused.status, refused.error["where"]) == (422, f"/{where}")


@pytest.mark.parametrize(("path", "body", "field", "most"), [
    ("/workflows/w/publish", {}, "note", 1000),
    ("/executions/w%3Aone/stop", {}, "error", 256),
    ("/executions/w%3Aone/stop", {}, "cause", 32_768),
    ("/tasks/failure", {"token": "none"}, "error", 256),
    ("/tasks/failure", {"token": "none"}, "cause", 32_768),
])
def test_a_request_beyond_its_bounds_is_422(api, path, body, field, most):
    api.publish("w", LONG)
    api("POST", "/workflows/w/executions", {"name": "one", "input": {}})
    assert api("POST", path, {**body, field: "x" * most}).status in (200, 201, 404)
    refused = api("POST", path, {**body, field: "x" * (most + 1)})
    assert (refused.status, refused.error["where"]) == (422, f"/{field}")


def test_steps_of_a_long_history_say_that_they_are_not_all(api, monkeypatch):
    api.publish("w", LONG)
    api("POST", "/workflows/w/executions", {"name": "one", "input": {}})
    api.work()
    assert api("GET", "/executions/w%3Aone/steps").json["complete"] is True
    monkeypatch.setattr(steps, "MOST_EVENTS", 2)
    assert api("GET", "/executions/w%3Aone/steps").json["complete"] is False


def test_a_test_shows_its_first_events(api, monkeypatch):
    monkeypatch.setattr(testing, "MOST_EVENTS_SHOWN", 2)
    ran = api("POST", "/test/run", {"definition": LONG, "input": {}})
    assert (ran.status, len(ran.json["events"])) == (200, 2)
