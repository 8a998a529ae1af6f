"""Bounds of the API's requests that docs/quotas.md lists: one beyond is refused, the bound itself is not."""

from typing import get_args

import pytest

from engine.errors import InvalidDocument
from functions.app.routes import steps, testing
from functions.app.routing import _validated
from functions.app.table import every_route

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


def test_a_parameter_that_stands_twice_in_the_query_is_refused_by_its_name(api):
    refused = api("GET", "/executions?limit=1&status=FAILED&limit=2")
    assert (refused.status, refused.error["where"], refused.error["message"]) == (
        422, "/limit", "limit stands more than once in the query"
    )
    api.publish("w", LONG)
    assert api("POST", "/workflows/w/executions?sync=true&sync=false", {}).error["where"] == "/sync"


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


_WRONG = {bool: ("true", 1), int: (True, "1", 1.5), float: (True, "1"), str: (1, True)}


def test_a_body_has_jsons_own_types():
    """Every field of every body that takes one type alone: what pydantic would make of another is refused."""
    tried = 0
    for route in every_route():
        if route.raw or not route.has_body:
            continue
        for name, info in route.takes.model_fields.items():
            kinds = set(get_args(info.annotation) or (info.annotation,)) - {type(None)}
            wrong = _WRONG.get(kinds.pop(), ()) if len(kinds) == 1 else ()
            for value in wrong:
                with pytest.raises(InvalidDocument) as refused:
                    _validated(route.takes, {info.alias or name: value}, place="body")
                said = {each["where"]: each["message"] for each in refused.value.details}
                assert "must be" in said[f"/{info.alias or name}"]
                tried += 1
    assert tried > 100


@pytest.mark.parametrize(("path", "body", "said"), [
    ("/workflows/w/executions", {"version": True}, "must be a whole number, not a boolean"),
    ("/workflows/w/executions", {"version": "1"}, "must be a whole number, not a string"),
    ("/workflows/w/executions", {"version": 1.5}, 'version: must be a whole number"'),
    ("/workflows/w/executions?sync=perhaps", {}, "must be true or false, not a string"),
    ("/workflows/w/redrive", {"limit": True}, "must be a whole number, not a boolean"),
    ("/events", {"queue": "q", "messages": [1], "message_ids": [7]}, "must be a string, not a number"),
])
def test_a_number_that_is_true_is_no_number(api, path, body, said):
    api.publish("w", LONG)
    refused = api("POST", path, body)
    assert refused.status == 422
    assert said in refused.text


@pytest.mark.parametrize("said", ["true", "True", "1", "false"])
def test_what_stands_in_the_address_is_text(api, said):
    document = {"name": "w", "definition": LONG, "kind": "EXPRESS"}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    assert api("POST", f"/workflows/w/executions?sync={said}", {}).status == 201
