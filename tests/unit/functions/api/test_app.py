"""The API as a Lambda: what its log lines say of a request, and how it takes the query."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from engine.clock import SkipClock
from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.ports.keys import Actor
from functions.api.app import app, create_app
from functions.call_logs import NameCalls
from tests.support.api import api_over
from tests.support.memory.stores import MemoryStores


def event(path, **parameters):
    """A GET as API Gateway hands it over."""
    return {
        "headers": {}, "pathParameters": parameters or None, "stageVariables": None, "body": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"resourcePath": path, "httpMethod": "GET", "requestId": "r-1", "path": path},
    }


@pytest.mark.parametrize(("asked", "names"), [
    (event("/executions/{id}/steps", id="orders%3A1"), {"execution": "orders:1"}), (event("/me"), {}),
])
def test_a_line_of_a_request_names_its_execution(caplog, asked, names):
    def broken():
        raise RuntimeError("no table")

    naming = NameCalls()
    caplog.handler.addFilter(naming)
    try:
        assert create_app(broken)(asked, None)["statusCode"] == 500
    finally:
        caplog.handler.removeFilter(naming)
    [record] = [record for record in caplog.records if "request failed" in record.getMessage()]
    assert {name: getattr(record, name) for name in ("execution", "state") if hasattr(record, name)} == names


def test_a_parameter_that_stands_twice_in_the_query_is_refused_by_its_name():
    asked = {**event("/executions"), "multiValueQueryStringParameters": {"limit": ["1", "2"], "status": ["FAILED"]}}
    clock = SkipClock()
    caller = Caller(Actor("ada"), (Grant("user/ada", EVERY_WORKSPACE, Role.ADMIN),))
    services = replace(api_over(MemoryStores(clock), clock).services, caller_of=lambda *_: caller)
    answered = create_app(lambda: services)(asked, None)
    assert (answered["statusCode"], json.loads(answered["body"])["error"]["where"]) == (422, "/limit")


def test_the_line_of_each_request_names_the_execution(caplog, monkeypatch):
    monkeypatch.delenv("AUTOMATE_TABLE", raising=False)  # the request fails, and is told all the same
    with caplog.at_level(logging.INFO, "automate.access"):
        app(event("/executions/{id}", id="orders%3A1"), None)
    [record] = [record for record in caplog.records if record.name == "automate.access"]
    assert json.loads(record.getMessage().removeprefix("request "))["execution"] == "orders:1"
