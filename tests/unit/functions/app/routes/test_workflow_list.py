"""The list of workflows over the API: search, tags, versions, latest runs, pauses; copies and the archive."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.app.release import Release, release
from tests.support import patience

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}


def make(api, name, *, publish=True, **more):
    document = {"name": name, "definition": HELLO, **more}
    assert api("POST", "/workflows/import", {"document": document, "publish": publish}).status == 200


def names(api, query=""):
    reply = api("GET", f"/workflows{query}")
    assert reply.status == 200, reply.text
    return [row["name"] for row in reply.json["workflows"]]


def test_a_row_says_what_a_list_shows(api):
    make(api, "hello", description="Says hello.\nAt length.", tags={"team": "sales"})
    api("POST", "/workflows/hello/executions", {"name": "one"})
    row, = api("GET", "/workflows").json["workflows"]
    assert row.items() >= {
        "name": "hello", "description": "Says hello.", "kind": "STANDARD", "tags": {"team": "sales"},
        "active_version": 1, "latest_version": 1, "updated_by": "ada", "has_unpublished_changes": False,
        "paused": None, "archived": False,
    }.items()
    assert [(run["id"], run["status"]) for run in row["last_runs"]] == [("hello:one", "RUNNING")]
    assert api("GET", "/workflows/hello").json == row


def test_the_latest_runs_are_five_the_newest_first(api):
    make(api, "hello")
    for number in range(7):
        api.clock.sleep(1)
        api("POST", "/workflows/hello/executions", {"name": f"n{number}"})
    found = api("GET", "/workflows/hello").json["last_runs"]
    assert [run["id"].partition(":")[2] for run in found] == ["n6", "n5", "n4", "n3", "n2"]


def test_a_workflow_that_was_never_published_has_no_version(api):
    make(api, "draft_only", publish=False)
    row = api("GET", "/workflows/draft_only").json
    assert (row["active_version"], row["latest_version"], row["has_unpublished_changes"]) == (None, None, True)


def test_unpublished_changes_are_told_and_layout_is_none(api):
    make(api, "hello")
    make(api, "hello", publish=False, studio={"positions": {"Greet": {"x": 1, "y": 2}}})
    assert api("GET", "/workflows/hello").json["has_unpublished_changes"] is False
    make(api, "hello", publish=False, description="new")
    assert api("GET", "/workflows/hello").json["has_unpublished_changes"] is True


def test_search_and_tags(api):
    make(api, "order_flow", description="Takes ORDERS", tags={"team": "payments", "tier": "1"})
    make(api, "refund", description="Gives it back", tags={"team": "payments"})
    make(api, "hello")
    assert names(api, "?q=order") == ["order_flow"]
    assert names(api, "?q=BACK") == ["refund"]
    assert names(api, "?tag=team") == ["order_flow", "refund"]
    assert names(api, "?tag=team:payments&q=re") == ["refund"]
    assert names(api, "?tag=tier:2") == []
    assert names(api, "?q=") == ["hello", "order_flow", "refund"]


def test_a_pause_shows_in_its_row_and_one_of_all_in_every_row(api):
    make(api, "one")
    make(api, "two")
    api("POST", "/workflows/one/pause", {"starts": "queue", "running": "hold"})
    rows = {row["name"]: row["paused"] for row in api("GET", "/workflows").json["workflows"]}
    assert (rows["one"]["starts"], rows["one"]["running"], rows["one"]["by"]) == ("queue", "hold", "ada")
    assert rows["two"] is None


def test_a_copy_is_a_draft_of_its_own(api):
    make(api, "hello", description="first", tags={"a": "b"}, cases=[
        {"name": "c", "input": {}, "expect": {"status": "SUCCEEDED"}},
    ])
    reply = api("POST", "/workflows/hello/duplicate", {"name": "hello_2"})
    assert reply.status == 201
    assert reply.json["document"].items() >= {"name": "hello_2", "tags": {"a": "b"}, "definition": HELLO}.items()
    assert reply.headers["ETag"].strip('"') == reply.json["etag"]
    assert api("GET", "/workflows/hello_2").json["active_version"] is None
    again = api("POST", "/workflows/hello/duplicate", {"name": "hello_2"})
    assert (again.status, again.error["where"]) == (409, "name")
    assert again.error["message"] == "there is a workflow 'hello_2' already"
    assert api("POST", "/workflows/nope/duplicate", {"name": "x"}).status == 404
    assert api("POST", "/workflows/hello/duplicate", {"name": "not a name"}).status == 422
    entries = api("GET", "/audit?act=workflow.duplicate").json["entries"]
    assert [(entry["subject"], entry["after"]["of"]) for entry in entries] == [("workflow/hello_2", "hello")]


def test_what_is_put_away_starts_nothing_and_is_listed_apart(api):
    make(api, "old")
    make(api, "new")
    api("POST", "/workflows/old/executions", {"name": "before"})
    assert api("POST", "/workflows/old/archive").json["archived"] is True
    assert (names(api), names(api, "?archived=true")) == (["new"], ["old"])
    refused = api("POST", "/workflows/old/executions", {})
    assert (refused.status, refused.error["code"]) == (409, "WorkflowArchived")
    api.work()
    assert api("GET", "/executions/old%3Abefore").json["status"] == "SUCCEEDED"
    assert api("POST", "/workflows/old/archive").status == 200  # once more changes nothing
    assert api("POST", "/workflows/old/unarchive").json["archived"] is False
    assert api("POST", "/workflows/old/executions", {}).status == 201
    acts = [entry["act"] for entry in api("GET", "/audit?workflow=old&act=workflow.*").json["entries"]]
    assert acts.count("workflow.archive") == acts.count("workflow.unarchive") == 1


def test_an_unchanged_row_is_not_sent_twice_and_a_run_changes_it(api):
    make(api, "hello")
    tag = api("GET", "/workflows/hello").headers["ETag"]
    assert api("GET", "/workflows/hello", if_none_match=tag).status == 304
    api("POST", "/workflows/hello/executions", {})
    assert api("GET", "/workflows/hello", if_none_match=tag).status == 200


def test_a_row_s_etag_names_what_a_rollback_replaces(api):
    make(api, "hello")
    make(api, "hello", description="second")
    tag = api("GET", "/workflows/hello").headers["ETag"]
    assert api("POST", "/workflows/hello/rollback", {"version": 1}, if_match=tag).status == 200
    assert api("POST", "/workflows/hello/rollback", {"version": 2}, if_match=tag).status == 412


def test_samples_come_with_an_input_that_runs(api):
    samples = {item["name"]: item for item in api("GET", "/sample-workflows").json["samples"]}
    assert "order_flow" in samples
    for sample in samples.values():
        reply = api("POST", "/workflows/import", {"document": sample["document"]})
        assert reply.status == 200, reply.text
        assert sample["description"]
    assert samples["order_flow"]["input"]["orderId"]


def test_conversion_stores_nothing_and_names_its_mistakes(api):
    source = "StartAt: A\nStates:\n  A: {Type: Succeed}\n"
    found = api("POST", "/workflows/convert", {"source": source, "filename": "exports/my flow.asl.yaml"})
    assert (found.json["format"], [item["name"] for item in found.json["candidates"]]) == ("asl", ["my_flow"])
    assert names(api) == []
    wrong = api("POST", "/workflows/convert", {"source": "a: [1,", "filename": "x.yaml"})
    assert (wrong.status, "line" in wrong.error["where"]) == (422, True)


def test_who_asks(api):
    me = api("GET", "/me").json
    assert (me["actor"], me["actor_kind"], me["workspace"], me["stage"]) == ("ada", "user", "default", "local")
    assert set(me["rights"]) == {"look", "edit", "publish", "run", "secrets", "operate", "access", "audit", "reveal"}
    assert (me["roles"], me["ignored_groups"]) == (["admin"], [])
    assert me["copilot"]["provider"] in ("none", "bedrock", "openai", "anthropic")
    assert Release(me["product_version"], me["commit"]) == release()


def test_where_reads_are_requests_they_go_on_side_by_side(api):
    for name in ("c", "a", "b"):
        make(api, name, tags={"kept": "yes"} if name != "b" else {})
    both = threading.Barrier(2, timeout=patience.SECONDS)  # a read that is alone waits for nobody, and fails
    one_by_one = api("GET", "/workflows?tag=kept").json
    with ThreadPoolExecutor(4) as readers:
        api.services = replace(api.services, readers=readers)
        assert api("GET", "/workflows?tag=kept").json == one_by_one
        assert api.services.each(lambda item: (both.wait() is not None, item), ["x", "y"]) == [(True, "x"), (True, "y")]
