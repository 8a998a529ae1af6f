"""What the API does is in the audit log, and its routes show it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from engine.errors import StoreUnavailable

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAITS = {
    "StartAt": "Ask",
    "States": {"Ask": {"Type": "Task", "Resource": "connector:log:write.waitForTaskToken", "End": True,
                       "Parameters": {"message.$": "$$.Task.Token"}}},
}


def document(definition=PASS, name="flow"):
    return {"document": {"name": name, "definition": definition}}


def entries(api, query=""):
    return api("GET", f"/audit?{query}").json["entries"]


def acts(api, query=""):
    return [(entry["act"], entry["subject"]) for entry in reversed(entries(api, query))]


def token_of(api):
    """The token of the one task that waits."""
    history = api("GET", "/executions/flow%3Aone/history").json["events"]
    scheduled = next(event for event in history if event["type"] == "TaskScheduled")
    return scheduled["taskScheduledEventDetails"]["parameters"].split('"message":"')[1].split('"')[0]


def test_every_act_of_authoring_is_recorded_with_before_and_after(api):
    api("POST", "/workflows/import", {**document(), "publish": True, "note": "first"})
    etag = api("GET", "/workflows/flow/draft").headers["ETag"]
    changed = document({**PASS, "Comment": "changed"})
    api("PUT", "/workflows/flow/draft", changed, if_match=etag)
    api("POST", "/workflows/flow/publish", {"note": "second"})
    api("POST", "/workflows/flow/rollback", {"version": 1})
    found = entries(api, "workflow=flow")
    assert [entry["act"] for entry in found] == [
        "workflow.rollback", "workflow.publish", "workflow.save_draft", "workflow.publish", "workflow.import",
    ]
    rollback, second, save, first, imported = found
    assert {(entry["actor"], entry["actor_kind"], entry["origin"]) for entry in found} == {("ada", "user", "127.0.0.1")}
    assert (imported["before"], set(imported["after"])) == (None, {"etag", "digest", "forced"})
    assert (first["before"], first["after"]["version"], first["reason"]) == ({"version": 0}, 1, "first")
    assert (second["before"], second["after"]["version"], second["reason"]) == ({"version": 1}, 2, "second")
    assert (rollback["before"], rollback["after"]["version"]) == ({"version": 2}, 1)
    assert save["before"]["etag"] == imported["after"]["etag"]
    assert '+    "Comment": "changed"' in save["after"]["diff"]
    assert second["after"]["digest"] == save["after"]["digest"]


def test_what_changes_nothing_is_no_act(api):
    api("POST", "/workflows/import", {**document(), "publish": True})
    before = acts(api)
    api("POST", "/workflows/import", {**document(), "publish": True})
    api("POST", "/workflows/flow/publish", {})
    api("POST", "/workflows/flow/rollback", {"version": 1})
    api("GET", "/workflows")
    api("POST", "/definitions/validate", document())
    assert acts(api) == before == [("workflow.import", "workflow/flow"), ("workflow.publish", "workflow/flow")]


def test_refused_acts_are_recorded_with_their_reason(api):
    api("POST", "/workflows/import", document())
    assert api("PUT", "/workflows/flow/draft", document(), if_match='"stale"').status == 412
    broken = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "Nowhere"}}}
    api("POST", "/workflows/import", document(broken))
    assert api("POST", "/workflows/flow/publish", {}).status == 422
    refused = entries(api, "act=act.refused")
    assert [(entry["details"]["act"], entry["details"]["code"]) for entry in refused] == [
        ("workflow.publish", "InvalidDefinition"), ("workflow.save_draft", "Conflict"),
    ]
    assert "Nowhere" in refused[0]["reason"]
    assert "changed" in refused[1]["reason"]


def test_a_request_that_is_no_act_yet_is_not_recorded(api):
    assert api("POST", "/workflows/nowhere/publish", {}).status == 404
    assert api("POST", "/workflows/nowhere/executions", {}).status == 404
    assert api("POST", "/executions/nowhere%3Aone/stop", {}).status == 404
    assert api("POST", "/tasks/success", {"token": "made.up.0.0.x"}).status == 404
    assert api("PUT", "/secrets/no%20key", {"value": "v"}).status == 422
    assert acts(api) == []


def test_who_answers_a_task_of_what_was_erased_does_not_name_it_again(api):
    api.publish("flow", WAITS)
    api("POST", "/workflows/flow/executions", {"name": "one"})
    api.work()
    token = token_of(api)
    api("POST", "/executions/flow%3Aone/stop", {})
    api.work()
    assert api("DELETE", "/executions/flow%3Aone").status == 200
    before = acts(api)
    for what, more in (("success", {"output": 1}), ("failure", {"error": "E"}), ("heartbeat", {})):
        reply = api("POST", f"/tasks/{what}", {"token": token, **more})
        assert (reply.status, reply.error["code"]) == (409, "TaskTimedOut")
        assert "was deleted on" in reply.error["message"]
    assert acts(api) == before


def test_starts_stops_and_answers_are_recorded(api):
    api.publish("flow", WAITS)
    for _ in range(2):  # a repeated start is the same start
        api("POST", "/workflows/flow/executions", {"name": "one", "input": {"b": 2, "a": 1}})
    assert api("POST", "/workflows/flow/executions", {"name": "one", "input": {"c": 3}}).status == 409
    api.work()
    token = token_of(api)
    api("POST", "/tasks/failure", {"token": token, "error": "Rejected", "cause": "over budget"})
    assert api("POST", "/tasks/success", {"token": token}).status == 409
    api("POST", "/tasks/heartbeat", {"token": token})
    api("POST", "/executions/flow%3Aone/stop", {"error": "Mistake", "cause": "started by mistake"})
    api.work()
    api("POST", "/executions/flow%3Aone/stop", {})  # it has ended: no act
    found = list(reversed(entries(api, "execution=flow%3Aone&actor=ada")))
    assert [entry["act"] for entry in found] == [
        "execution.start", "act.refused", "task.answer", "act.refused", "execution.stop",
    ]
    started, taken, answered, late, stopped = found
    assert set(started["after"]) == {"version", "kind", "input_digest"}
    assert (taken["details"]["act"], late["details"]["act"]) == ("execution.start", "task.answer")
    assert (answered["after"], answered["reason"]) == ({"answer": "failure", "error": "Rejected"}, "over budget")
    assert (stopped["after"]["error"], stopped["reason"]) == ("Mistake", "started by mistake")
    assert token not in api("GET", "/audit").text, "a token is a capability"


def test_an_updated_map_run_is_recorded(api):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **WAITS}
    api.publish("flow", {"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": processor, "End": True}}})
    api("POST", "/workflows/flow/executions", {"name": "one", "input": {"lines": [1]}})
    api.work()
    (run,) = api("GET", "/executions/flow%3Aone/map-runs").json["map_runs"]
    arn = run["arn"].rpartition(":")[2]
    path = f"/executions/flow%3Aone/map-runs/{arn}"
    assert api("PUT", path, {"max_concurrency": 5}).status == 200
    api("POST", "/executions/flow%3Aone/stop", {})
    api.work()
    assert api("PUT", path, {"max_concurrency": 6}).status == 409
    found = [entry for entry in entries(api, "execution=flow%3Aone") if "map_run" in json.dumps(entry)]
    assert [entry["act"] for entry in found] == ["act.refused", "map_run.update"]
    assert (found[1]["after"]["map_run"], found[1]["after"]["max_concurrency"]) == (arn, 5)


def test_secrets_are_recorded_without_their_values(api):
    api("PUT", "/secrets/KEY", {"value": "first-value"})
    api("PUT", "/secrets/KEY", {"value": "second-value"})
    assert api("DELETE", "/secrets/KEY").status == 200
    assert api("DELETE", "/secrets/KEY").status == 404
    found = list(reversed(entries(api)))
    assert [(entry["act"], entry["before"] is None, entry["after"] is None) for entry in found] == [
        ("secret.set", True, False), ("secret.set", False, False), ("secret.delete", False, True),
    ]
    assert "value" not in api("GET", "/audit").text


def test_an_act_stands_when_its_entry_cannot_be_written_and_the_answer_says_so(api, caplog, monkeypatch):
    def away(records, **_):
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(api.stores.audit, "append", away)
    reply = api("POST", "/workflows/import", {**document(), "publish": True})
    assert reply.status == 200
    assert reply.json["version"]["version"] == 1
    assert reply.json["warnings"] == [
        f"{act} of workflow/flow stands and is not in the audit log: the disk is full"
        for act in ("workflow.import", "workflow.publish")
    ]
    assert "NOT IN THE AUDIT LOG: workflow.publish of workflow/flow by ada from 127.0.0.1" in caplog.text
    assert api("GET", "/workflows/flow").json["active_version"] == 1
    monkeypatch.undo()
    assert "warnings" not in api("POST", "/workflows/flow/executions", {"name": "one"}).json, "of that request only"


def test_a_start_that_was_not_recorded_is_when_it_is_repeated(api, monkeypatch):
    api.publish("flow", PASS)
    monkeypatch.setattr(api.stores.audit, "append", lambda *_, **__: (_ for _ in ()).throw(StoreUnavailable("away")))
    assert "warnings" in api("POST", "/workflows/flow/executions", {"name": "one"}).json
    monkeypatch.undo()
    assert "warnings" not in api("POST", "/workflows/flow/executions", {"name": "one"}).json
    assert acts(api, "execution=flow%3Aone") == [("execution.start", "execution/flow:one")]


def test_the_list_has_pages_filters_and_times(api):
    for minute in range(5):
        api("PUT", f"/secrets/K{minute}", {"value": "a long value"})
        api.clock.sleep(60)
    first = api("GET", "/audit?limit=3").json
    rest = api("GET", f"/audit?limit=3&next_token={first['next_token']}").json
    subjects = [entry["subject"] for entry in first["entries"] + rest["entries"]]
    assert subjects == [f"secret/K{minute}" for minute in (4, 3, 2, 1, 0)]
    assert rest["next_token"] is None
    at = first["entries"][-1]["at"]
    assert [entry["subject"] for entry in entries(api, f"until={at}")] == ["secret/K1", "secret/K0"]
    assert [entry["subject"] for entry in entries(api, f"since={at}&act=secret.*")] == [
        "secret/K4", "secret/K3", "secret/K2"
    ]
    reply = api("GET", "/audit?since=yesterday")
    assert (reply.status, reply.error["where"]) == (422, "since")


@pytest.mark.parametrize("damaged", [False, True])
def test_verify_says_what_holds(api, damaged):
    api.publish("flow", PASS)
    if damaged:
        chain = next(iter(api.stores.audit._chains.values()))
        chain[0] = dataclasses.replace(chain[0], body=chain[0].body.replace("flow", "flew"))
    shown = api("GET", "/audit/verify").json
    assert shown["ok"] is not damaged
    assert [(item["number"], item["problem"]) for item in shown["findings"]] == ([(1, "changed")] if damaged else [])
    assert shown["entries"] == (0 if damaged else 2)


def exported(api, size):
    """Every line of the log, read in pages of `size`."""
    found, chains, chain = [], 1, 0
    while chain < chains:
        after = 0
        while page := api("GET", f"/audit/export?chain={chain}&after={after}&limit={size}").json:
            found, chains = [*found, *page["lines"]], page["chains"]
            if len(page["lines"]) < size:
                break
            after = json.loads(page["lines"][-1])["number"]
        chain += 1
    return found


def test_the_log_is_exported_in_pages_and_compared_with_an_export(api):
    for number in range(3):
        api("POST", "/workflows/import", document({**PASS, "Comment": str(number)}))
    lines = exported(api, 2)
    assert len(lines) == len(entries(api)) == 3
    assert api("POST", "/audit/verify", {"against": lines}).json["ok"]
    other = [lines[0], lines[1].replace('"ada"', '"eve"'), lines[2]]
    found = api("POST", "/audit/verify", {"against": other})
    assert (found.status, found.json.get("ok")) in ((200, False), (422, None)), "no line of an export, or another one"
    assert api("POST", "/audit/verify", {"against": ["nonsense"]}).status == 422
    assert api("GET", "/audit/export?chain=16").status == 422
    assert len(entries(api)) == 3, "looking is no act"
