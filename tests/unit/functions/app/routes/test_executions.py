"""Executions over the API: start, list, history for live views, stop, task tokens."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from engine.clock import SkipClock
from engine.durable.lifecycle.executions import Executions
from engine.durable.poison import pause
from engine.ports.keys import ExecutionKey
from functions.app.routes import executions
from functions.app.runs.watching import Watching

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}
WAITING = {"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 60, "End": True}}}
TOKEN = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task", "Resource": "connector:log:write.waitForTaskToken",
            "Parameters": {"message.$": "$$.Task.Token"}, "End": True,
        }
    },
}


def test_start_run_and_look(api):
    api.publish("hello", HELLO)
    started = api("POST", "/workflows/hello/executions", {"input": {"a": 1}, "name": "one"})
    assert started.status == 201
    assert started.headers["Location"] == "/executions/hello%3Aone"
    assert (started.json["id"], started.json["status"]) == ("hello:one", "RUNNING")
    api.work()
    shown = api("GET", started.headers["Location"])
    assert (shown.json["status"], shown.json["output"]) == ("SUCCEEDED", {"said": "hello"})
    assert api("GET", "/executions/hello:one").json == shown.json
    assert api("GET", "/executions/hello%3Aone", if_none_match=shown.headers["ETag"]).status == 304


class Working(SkipClock):
    """Others work while a request is held."""

    def __init__(self, api):
        super().__init__()
        self.api = api

    def sleep(self, seconds):
        super().sleep(seconds)
        self.api.work()


def test_a_start_waits_for_the_end_where_requests_are_held(api):
    api.publish("hello", HELLO)
    api.services = replace(api.services, watching=Watching(Working(api), 1))
    ended = api("POST", "/workflows/hello/executions", {"name": "one", "wait": 5})
    assert (ended.status, ended.headers["Location"]) == (201, "/executions/hello%3Aone")
    assert (ended.json["status"], ended.json["output"]) == ("SUCCEEDED", {"said": "hello"})
    assert api("GET", "/executions/hello%3Aone").json == ended.json


def test_a_start_that_has_waited_long_enough_answers_how_it_stands(api):
    api.publish("waiting", WAITING)
    api.services = replace(api.services, watching=Watching(SkipClock(), 1))
    answer = api("POST", "/workflows/waiting/executions", {"name": "one", "wait": 5})
    assert (answer.status, answer.json["status"]) == (201, "RUNNING")


def test_a_start_waits_for_nothing_where_no_request_is_held(api):
    api.publish("hello", HELLO)
    began = api.clock.now()
    assert api("POST", "/workflows/hello/executions", {"name": "one", "wait": 5}).json["status"] == "RUNNING"
    assert api.clock.now() == began
    assert api("POST", "/workflows/hello/executions", {"name": "two", "wait": 26}).status == 422


def test_an_etag_of_an_execution_changes_with_it(api):
    api.publish("hello", HELLO)
    api("POST", "/workflows/hello/executions", {"name": "one"})
    before = api("GET", "/executions/hello%3Aone").headers["ETag"]
    api.work()
    assert api("GET", "/executions/hello%3Aone", if_none_match=before).status == 200


def test_a_live_view_gets_only_what_is_new(api):
    api.publish("hello", HELLO)
    api("POST", "/workflows/hello/executions", {"name": "one"})
    assert api("GET", "/executions/hello%3Aone/history").json == {"events": [], "last_event": 0, "next_token": None}
    api.work()
    first = api("GET", "/executions/hello%3Aone/history?limit=2").json
    assert [event["id"] for event in first["events"]] == [1, 2]
    rest = api("GET", f"/executions/hello%3Aone/history?after={first['last_event']}").json
    assert [event["type"] for event in rest["events"]] == ["PassStateExited", "ExecutionSucceeded"]
    end = api("GET", f"/executions/hello%3Aone/history?after={rest['last_event']}").json
    assert end == {"events": [], "last_event": rest["last_event"], "next_token": None}


def test_a_history_comes_in_pages_by_count(api):
    api.publish("hello", HELLO)
    api("POST", "/workflows/hello/executions", {"name": "one"})
    api.work()
    at, whole = "/executions/hello%3Aone/history", api("GET", "/executions/hello%3Aone/history").json
    assert whole["next_token"] is None
    first = api("GET", f"{at}?limit=3").json
    rest = api("GET", f"{at}?limit=3&next_token={first['next_token']}").json
    assert first["events"] + rest["events"] == whole["events"]
    assert (len(first["events"]), rest["next_token"]) == (3, None)
    assert api("GET", f"{at}?limit={len(whole['events'])}").json == whole
    for token in ("x", "-1", "1" * 30):
        assert api("GET", f"{at}?next_token={token}").status == 422, token


def test_a_history_comes_in_pages_by_size_and_reads_no_more_than_it_sends(api, monkeypatch):
    api.publish("hello", HELLO)
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {"text": "x" * 3000}})
    api.work()
    at = "/executions/hello%3Aone/history"
    whole = api("GET", at).json["events"]
    monkeypatch.setattr(executions, "MOST_HISTORY_CHARACTERS", 4000)
    pages, token = [], 0
    while token is not None:
        page = api("GET", f"{at}?next_token={token}").json
        pages.append(page["events"])
        token = page["next_token"]
    assert [event for page in pages for event in page] == whole
    assert all(len(page) == 1 or len(json.dumps(page)) < 5000 for page in pages)
    assert len(pages) > 1


LARGE = {"text": "x" * 300_000}


def test_a_history_without_its_large_values_says_where_they_are_and_reads_none(api, monkeypatch):
    api.publish("hello", HELLO)
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {**LARGE, "who": "kim"}})
    api("POST", "/workflows/hello/executions", {"name": "two", "input": {"who": "kim"}})
    api.work()
    whole = api("GET", "/executions/hello%3Aone/history").json
    with monkeypatch.context() as nothing_read:
        nothing_read.delattr(Executions, "_segment_with")
        folded = api("GET", "/executions/hello%3Aone/history?large_values=false").json
    assert folded["next_token"] is None
    assert [event["id"] for event in folded["events"]] == list(range(1, folded["last_event"] + 1))
    left = folded["events"][0]["executionStartedEventDetails"]["input"]["$too_large"]
    assert left["bytes"] > 300_000
    [event] = api("GET", left["href"]).json["events"]
    assert event == whole["events"][0]
    assert json.loads(event["executionStartedEventDetails"]["input"]) == {**LARGE, "who": "kim"}
    small = "/executions/hello%3Atwo/history"
    assert api("GET", f"{small}?large_values=false").json == api("GET", small).json


def test_a_large_variable_is_left_out_of_a_history_by_itself(api):
    api.publish("keeps", {"QueryLanguage": "JSONata", "StartAt": "Keep", "States": {
        "Keep": {"Type": "Pass", "Assign": {"all": "{% $states.input %}", "who": "kim"}, "Output": 1, "End": True},
    }})
    api("POST", "/workflows/keeps/executions", {"name": "one", "input": LARGE})
    api.work()
    at = "/executions/keeps%3Aone"
    for path in ("history?large_values=false", "steps/Keep%231"):
        events = api("GET", f"{at}/{path}").json["events"]
        [exited] = [event for event in events if event["type"] == "PassStateExited"]
        assigned = exited["stateExitedEventDetails"]["assignedVariables"]
        assert (assigned["who"], assigned["all"]["$too_large"]["bytes"]) == ('"kim"', 300_011)
        assert "x" * 300_000 in api("GET", assigned["all"]["$too_large"]["href"]).text


def test_the_same_start_twice_is_one_execution(api):
    api.publish("pause", WAITING)
    first = api("POST", "/workflows/pause/executions", {"name": "one", "input": {"a": 1}})
    again = api("POST", "/workflows/pause/executions", {"name": "one", "input": {"a": 1}})
    assert (again.status, again.json["started_at"]) == (201, first.json["started_at"])
    other = api("POST", "/workflows/pause/executions", {"name": "one", "input": {"a": 2}})
    assert (other.status, other.error["code"]) == (409, "ExecutionAlreadyExists")


def test_the_list_filters_and_pages(api):
    api.publish("hello", HELLO)
    api.publish("pause", WAITING)
    for name in ("one", "two", "three"):
        api("POST", "/workflows/hello/executions", {"name": name})
        api.clock.sleep(1)
    api("POST", "/workflows/pause/executions", {"name": "zero"})
    api.work()
    done = api("GET", "/executions?workflow=hello&status=SUCCEEDED&limit=2").json
    assert [row["name"] for row in done["executions"]] == ["three", "two"]
    rest = api("GET", f"/executions?workflow=hello&status=SUCCEEDED&limit=2&next_token={done['next_token']}").json
    assert ([row["name"] for row in rest["executions"]], rest["next_token"]) == (["one"], None)
    assert [row["name"] for row in api("GET", "/executions?name=t*").json["executions"]] == ["three", "two"]
    assert [row["id"] for row in api("GET", "/executions?status=RUNNING").json["executions"]] == ["pause:zero"]


@pytest.mark.parametrize("name", ["t*e", "*two", "**"])
def test_a_name_with_a_wildcard_that_is_not_at_its_end_is_refused(api, name):
    refused = api("GET", f"/executions?name={name}")
    assert (refused.status, refused.error["where"]) == (422, "name")
    assert "a * stands for what follows at the end alone" in refused.error["message"]
    assert "such as order-*" in refused.error["advice"]


def test_bad_filters_name_what_there_is(api):
    reply = api("GET", "/executions?state=RUNNING")
    assert (reply.status, reply.error["where"]) == (422, "/state")
    assert "status" in reply.error["advice"]
    assert api("GET", "/executions?limit=0").error["where"] == "/limit"
    assert api("GET", "/executions?status=DONE").status == 422


def test_stop(api):
    api.publish("pause", WAITING)
    api("POST", "/workflows/pause/executions", {"name": "one"})
    api.work()
    assert api("POST", "/executions/pause%3Aone/stop", {"error": "Mistake", "cause": "typo"}).status == 200
    api.work()
    stopped = api("GET", "/executions/pause%3Aone").json
    assert (stopped["status"], stopped["error"], stopped["cause"]) == ("ABORTED", "Mistake", "typo")


def test_a_paused_execution_is_shown_listed_and_resumed(api):
    api.publish("pause", WAITING)
    api("POST", "/workflows/pause/executions", {"name": "one"})
    key = ExecutionKey("default", "pause:one")
    pause(api.stores.journal, api.stores.journal.header(key), "it kills its workers")
    shown = api("GET", "/executions/pause%3Aone").json
    assert (shown["status"], shown["cause"], shown["ended_at"]) == ("PAUSED", "it kills its workers", None)
    assert [row["id"] for row in api("GET", "/executions?status=PAUSED").json["executions"]] == ["pause:one"]
    resumed = api("POST", "/executions/pause%3Aone/resume")
    assert (resumed.status, resumed.json["status"], resumed.json["cause"]) == (200, "RUNNING", None)
    again = api("POST", "/executions/pause%3Aone/resume")
    assert (again.status, again.error["code"]) == (409, "ExecutionIsNotPaused")
    acts = [entry["act"] for entry in api("GET", "/audit?execution=pause:one&actor=ada").json["entries"]]
    assert acts == ["act.refused", "execution.resume", "execution.start"]


def test_an_unknown_execution_is_404(api):
    for method, path in (("GET", ""), ("GET", "/history"), ("POST", "/stop"), ("POST", "/resume")):
        reply = api(method, f"/executions/hello%3Anope{path}")
        assert (reply.status, reply.error["code"]) == (404, "ExecutionDoesNotExist")


def waiting_token(api):
    api.publish("ask", TOKEN)
    api("POST", "/workflows/ask/executions", {"name": "one"})
    api.work()
    events = api("GET", "/executions/ask%3Aone/history").json["events"]
    scheduled = next(event for event in events if event["type"] == "TaskScheduled")
    return json.loads(scheduled["taskScheduledEventDetails"]["parameters"])["message"]


def test_a_task_token_is_answered_once(api):
    token = waiting_token(api)
    assert api("POST", "/tasks/heartbeat", {"token": token}).json == {"ok": True}
    assert api("POST", "/tasks/success", {"token": token, "output": {"approved": True}}).json == {"ok": True}
    again = api("POST", "/tasks/failure", {"token": token})
    assert (again.status, again.error["code"]) == (409, "TaskTimedOut")
    assert token not in again.text
    api.work()
    assert api("GET", "/executions/ask%3Aone").json["output"] == {"approved": True}


def test_a_task_token_can_fail_its_task(api):
    token = waiting_token(api)
    api("POST", "/tasks/failure", {"token": token, "error": "Rejected", "cause": "over budget"})
    api.work()
    shown = api("GET", "/executions/ask%3Aone").json
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "Rejected", "over budget")


def test_a_token_that_is_none_is_404(api):
    reply = api("POST", "/tasks/success", {"token": "nonsense"})
    assert (reply.status, reply.error["code"]) == (404, "TaskDoesNotExist")


def test_beyond_a_budget_a_start_waits_and_is_listed_so_or_is_refused(api):
    for name, exceeded in (("waits", "wait"), ("refuses", "refuse")):
        document = {
            "name": name, "definition": HELLO, "budgets": {"executions_per_minute": 1, "when_exceeded": exceeded}
        }
        api("POST", "/workflows/import", {"document": document, "publish": True})
        api("POST", f"/workflows/{name}/executions", {"name": "one"})
    waiting = api("POST", "/workflows/waits/executions", {"name": "two"})
    assert (waiting.status, waiting.json["status"]) == (201, "RUNNING")
    said = waiting.json["waits_for_budget"]
    assert said["since"] == waiting.json["started_at"] < said["until"]
    assert api("GET", "/executions/waits%3Atwo").json["waits_for_budget"] == said
    rows = api("GET", "/executions?workflow=waits").json["executions"]
    assert {row["name"]: row["waits_for_budget"] for row in rows} == {"one": None, "two": said}
    refused = api("POST", "/workflows/refuses/executions", {"name": "two"})
    assert (refused.status, refused.error["code"]) == (429, "BudgetExceeded")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert api("GET", "/executions/refuses%3Atwo").status == 404
    api.clock.sleep(61)
    api.work()
    assert api("GET", "/executions/waits%3Atwo").json["waits_for_budget"] is None
    assert api("GET", "/executions/waits%3Atwo").json["status"] == "SUCCEEDED"


def test_a_text_is_looked_for_the_oldest_first_and_all_are_counted(any_api):
    api = any_api
    fails = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Bank.Down", "Cause": "Code 4711 of Hilda."}}}
    api.publish("orders", fails, business_key="$.order")
    for number in range(3):
        api("POST", "/workflows/orders/executions", {"name": f"r{number}", "input": {"order": f"Customer {number}"}})
    api.work()
    names = [row["name"] for row in api("GET", "/executions?order=oldest").json["executions"]]
    assert names == ["r0", "r1", "r2"]
    for text, found in (("customer 1", ["r1"]), ("4711 hil", names[::-1]), ("Bank.Down", names[::-1]), ("own", [])):
        reply = api("GET", f"/executions?text={quote(text)}").json
        assert (reply["searches"], [row["name"] for row in reply["executions"]]) == ("words", found)
    assert api("GET", "/executions/count").json == {"number": 3, "relation": "exact"}
    assert api("GET", "/executions/count?workflow=orders&status=FAILED").json == {"number": 3, "relation": "exact"}
    assert api("GET", "/executions/count?text=x").json == {"number": None, "relation": None}
    for bad in ("order=random", "limit=0", f"text={201 * 'x'}"):
        assert api("GET", f"/executions?{bad}").status == 422
    assert api("GET", "/executions/count?order=oldest").status == 422


def test_a_search_tells_nothing_that_is_hidden(any_api):
    """What was marked after it had ended is not found either."""
    api = any_api
    fails = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "No", "CausePath": "$.why"}}}
    marks = {"sensitive": {"input": ["/why"]}}
    for name, first in (("marked", marks), ("later", {})):
        api.publish(name, fails, **first)
        api("POST", f"/workflows/{name}/executions", {"name": "r", "input": {"why": "planted words"}})
        api.work()
    assert len(api("GET", "/executions?text=planted").json["executions"]) == 1
    api.publish("later", {**fails, "Comment": "2"}, **marks)
    assert api("GET", "/executions?text=planted").json["executions"] == []
    assert len(api("GET", "/executions?text=no").json["executions"]) == 2
