"""The API as a Lambda: what its log lines say of a request."""

from __future__ import annotations

import json
import logging

import pytest

from functions.api.app import app, create_app
from functions.call_logs import NameCalls


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


def test_the_line_of_each_request_names_the_execution(caplog, monkeypatch):
    monkeypatch.delenv("AUTOMATE_TABLE", raising=False)  # the request fails, and is told all the same
    with caplog.at_level(logging.INFO, "automate.access"):
        app(event("/executions/{id}", id="orders%3A1"), None)
    [record] = [record for record in caplog.records if record.name == "automate.access"]
    assert json.loads(record.getMessage().removeprefix("request "))["execution"] == "orders:1"
