"""A search must not tell what is hidden: what was marked after it was written stands in the index still."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from engine.clock import SkipClock
from engine.governance.masking import MASK
from engine.governance.roles import Role
from functions.app.sensitive import searching
from tests.support.api import api_over
from tests.support.memory.stores import MemoryStores

RIGHT, WRONG = "kunde-4711", "kunde-4712"
NAMED_BY_INPUT = {"StartAt": "No", "States": {"No": {"Type": "Fail", "ErrorPath": "$.who", "CausePath": "$.who"}}}
NAMED = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "No", "CausePath": "$.who"}}}
MARKED = {"type": "object", "properties": {"who": {"type": "string", "x-sensitive": True}}}


def publish(api, definition, **more):
    document = {"name": "pay", "definition": definition, **more}
    reply = api("POST", "/workflows/import", {"document": document, "publish": True})
    assert reply.status == 200, reply.text


@pytest.fixture
def api():
    """An operator's, of a workflow whose field was marked after six of eight executions had failed by it."""
    clock = SkipClock()
    made = api_over(MemoryStores(clock), clock)
    publish(made, NAMED_BY_INPUT, business_key="$.who")
    for number, who in enumerate([RIGHT] * 5 + ["somebody"]):
        made("POST", "/workflows/pay/executions", {"input": {"who": who, "order": "o-1"}, "name": f"run-{number}"})
        made.work()
        clock.sleep(1)
    publish(made, NAMED, business_key="$.order", input_schema=MARKED)
    for number in (6, 7):
        made("POST", "/workflows/pay/executions", {"input": {"who": RIGHT, "order": "o-1"}, "name": f"run-{number}"})
        made.work()
        clock.sleep(1)
    assert [row["status"] for row in made("GET", "/executions").json["executions"]] == ["FAILED"] * 8
    made.roles = (Role.OPERATOR,)
    return made


@pytest.mark.parametrize("more", [{}, {"limit": 1}, {"limit": 2}, {"limit": 5}, {"order": "oldest", "limit": 1}])
@pytest.mark.parametrize(("field", "prefix"), [
    ("business_key", ""), ("business_key", "*"), ("error", ""), ("error", "*"), ("text", ""),
])
def test_a_right_guess_is_answered_as_a_wrong_one(api, field, prefix, more):
    for path in ("/executions", "/changes"):
        right, wrong = (
            api("GET", f"{path}?{urlencode({field: guess + prefix, **more})}") for guess in (RIGHT, WRONG)
        )
        assert right.status == 200
        assert right.text == wrong.text, path
        assert right.headers["ETag"] == wrong.headers["ETag"]


@pytest.mark.parametrize("field", ["business_key", "error"])
@pytest.mark.parametrize(("path", "version"), [
    ("/workflows/pay/redrive/plan", {"version": 2}), ("/workflows/pay/redrive", {}),
])
def test_nor_does_who_redrives_learn_it(api, field, path, version):
    right, wrong = (
        api("POST", path, {**version, field: guess + "*", "limit": 1}) for guess in (RIGHT, WRONG)
    )
    assert right.status == 200
    assert right.json == wrong.json
    assert right.json["next_token"] is None


def test_neither_list_nor_dashboard_show_it(api):
    for path in ("/executions", "/dashboard", "/executions?text=pay", "/workflows"):
        assert RIGHT not in api("GET", path).text, path
    rows = api("GET", "/executions").json["executions"]
    assert [(row["business_key"], row["error"]) for row in rows] == [("o-1", "No")] * 2 + [(MASK, MASK)] * 6
    api.services.tallying.round(float("inf"))
    failures = api("GET", "/dashboard").json["failures"]
    assert {row["error"] for row in failures} == {MASK}


def test_what_may_be_found_is_found_page_by_page(api):
    found, token = [], None
    while True:
        query = {"business_key": "o*", "limit": 1, **({} if token is None else {"next_token": token})}
        page = api("GET", f"/executions?{urlencode(query)}").json
        found += [row["name"] for row in page["executions"]]
        token = page["next_token"]
        if token is None:
            break
    assert found == ["run-7", "run-6"]


def test_a_search_passes_over_so_many_and_then_ends(api, monkeypatch):
    monkeypatch.setattr(searching, "MOST_PASSED", 2)
    monkeypatch.setattr(searching, "_MOST_ROWS", 2)
    page = api("GET", "/executions?business_key=kunde*&limit=1").json
    assert (page["executions"], page["next_token"]) == ([], None)
