"""Saved views of the list of executions."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from functions.app.routes.runs import views

FILTERS = {"workflow": "orders", "status": "FAILED,TIMED_OUT", "last": "24h", "text": "card", "order": "oldest"}


def names(api):
    return [view["name"] for view in api("GET", "/views").json["views"]]


def test_a_view_is_saved_listed_replaced_and_deleted(any_api):
    api = any_api
    assert names(api) == []
    for name in ("Überfällig heute", "failed"):
        assert api("PUT", f"/views/{quote(name)}", {"filters": FILTERS}).json["filters"] == FILTERS
    assert names(api) == ["failed", "Überfällig heute"]
    assert api("PUT", "/views/failed", {"filters": {}}).status == 200
    assert [view["filters"] for view in api("GET", "/views").json["views"]] == [{}, FILTERS]
    assert api("DELETE", "/views/failed").json == {"ok": True}
    assert (api("DELETE", "/views/failed").status, names(api)) == (404, ["Überfällig heute"])


@pytest.mark.parametrize("filters", [
    {"status": "NONE"}, {"last": "1y"}, {"order": "random"}, {"limit": 3}, {"started_after": "soon"},
])
def test_filters_that_the_list_would_refuse_are_not_saved(api, filters):
    reply = api("PUT", "/views/v", {"filters": filters})
    assert (reply.status, names(api)) == (422, [])
    assert reply.error["where"].startswith("/filters/")


@pytest.mark.parametrize("name", [" a", "a ", "x" * 65, "a\nb", "a%2Fb"])
def test_a_name_that_is_none_is_refused(api, name):
    reply = api("PUT", f"/views/{name if '%' in name else quote(name)}", {"filters": {}})
    assert reply.status in (404, 422)
    assert names(api) == []


def test_there_is_an_end_to_them_and_two_writers_lose_nothing(api, monkeypatch):
    monkeypatch.setattr(views, "MOST_VIEWS", 2)
    store, rivals = api.services.open_views(), iter(["rival"])
    write = store.write

    def overtaken(workspace, text, revision):
        for rival in rivals:
            api("PUT", f"/views/{rival}", {"filters": {}})
        return write(workspace, text, revision)

    monkeypatch.setattr(store, "write", overtaken)
    assert api("PUT", "/views/mine", {"filters": {}}).status == 200
    assert names(api) == ["mine", "rival"]
    assert api("PUT", "/views/third", {"filters": {}}).status == 409
    assert api("PUT", "/views/mine", {"filters": FILTERS}).status == 200
