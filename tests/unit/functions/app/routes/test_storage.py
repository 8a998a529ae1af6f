"""How long executions are kept, and what is said of one that is kept no longer."""

from __future__ import annotations

import dataclasses

from engine.durable.lifecycle.ageing import Ageing, next_taken
from engine.durable.retention import DAY, Retention
from engine.governance.audit.entry import parse_time
from engine.governance.roles import Role
from engine.ports.erasure import Erasure
from engine.ports.retention import Space
from functions.app.services import Storage

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Broken"}}}


def start(api, definition=PASS, name="one"):
    api.publish("hello", definition)
    api("POST", "/workflows/hello/executions", {"name": name, "input": {}})
    api.work()
    return api("GET", f"/executions/hello%3A{name}").json


def take_all(api):
    job = Ageing(api.stores.retention, api.clock, Retention())
    while job.round():
        pass
    return job.taken


def test_an_execution_says_until_when_it_is_kept(api):
    found = start(api)
    assert parse_time(found["kept_until"]) == parse_time(found["ended_at"]) + 90 * DAY
    assert found["redrivable_until"] is None


def test_the_term_of_an_archived_workflow_is_its_own(api):
    document = {"name": "hello", "definition": PASS, "retention_days": 7}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {}})
    api.work()
    assert api("POST", "/workflows/hello/archive").status == 200
    found = api("GET", "/executions/hello%3Aone").json
    assert parse_time(found["kept_until"]) == parse_time(found["ended_at"]) + 7 * DAY


def test_one_that_failed_says_until_when_it_can_be_redriven(api):
    found = start(api, FAIL)
    assert parse_time(found["redrivable_until"]) == parse_time(found["ended_at"]) + 14 * DAY


def test_after_that_a_redrive_is_refused_with_both_times(api):
    found = start(api, FAIL)
    api.clock.sleep(15 * DAY)
    reply = api("POST", "/executions/hello%3Aone/redrive")
    assert (reply.status, reply.error["code"]) == (409, "ExecutionNotRedrivable")
    for name in ("ended_at", "redrivable_until"):
        assert found[name][:19] in reply.error["message"]
    assert "POST /executions/{id}/rerun" in reply.error["advice"]


def test_an_open_one_has_no_term(api):
    api.publish("hello", {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}})
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {}})
    api.work()
    found = api("GET", "/executions/hello%3Aone").json
    assert (found["kept_until"], found["redrivable_until"]) == (None, None)


def test_one_that_was_taken_is_answered_with_the_day(api):
    start(api)
    api.clock.sleep(91 * DAY)
    assert take_all(api) == 1
    for path in ("", "/history", "/steps", "/definition", "/payload?part=input"):
        reply = api("GET", f"/executions/hello%3Aone{path}")
        assert (reply.status, reply.error["code"]) == (410, "ExecutionTaken"), path
        assert "deleted on 20" in reply.error["message"]
    for path in ("stop", "resume", "rerun", "redrive"):
        assert api("POST", f"/executions/hello%3Aone/{path}").status == 410, path
    assert api("GET", "/executions").json["executions"] == []
    assert api("GET", "/executions/hello%3Atwo").status == 404


def test_its_name_can_be_used_again(api):
    start(api)
    api.clock.sleep(91 * DAY)
    take_all(api)
    assert start(api)["status"] == "SUCCEEDED"


def test_a_stage_tells_its_terms(api):
    assert api("GET", "/storage").json == {"retention_days": 90.0, "redrive_days": 14.0, "next": None, "folder": None}


def test_a_folder_tells_its_size_and_what_is_taken_next(api):
    found = start(api)

    def look():
        following = next_taken(api.stores.retention, Retention(), lambda *_: None, "default")
        space = Space(50_000_000, 1_000_000, 1_199_000_000, 10_000_000.0, shrinks=True, log=4_000_000)
        return Storage(space, following)

    api.services = dataclasses.replace(api.services, storage=look)
    shown = api("GET", "/storage").json
    assert shown["next"] == {"execution": "hello:one", "workflow": "hello", "at": found["kept_until"]}
    assert shown["folder"] == {
        "bytes": 54_000_000, "free_bytes": 1_000_000, "shrinks": True, "bytes_a_day": 10_000_000.0,
        "disk_free_bytes": 1_199_000_000, "reserve_bytes": 200_000_000, "days_left": 100.0,
        "trusted_until": None,
    }


def test_a_folder_whose_clock_went_ahead_says_by_which_day_terms_are_over(api):
    space = Space(50, 0, 10**9, None, shrinks=False, trusted=1_700_006_400.0)
    api.services = dataclasses.replace(api.services, storage=lambda: Storage(space, None))
    assert api("GET", "/storage").json["folder"]["trusted_until"] == "2023-11-15T00:00:00.000Z"


def test_a_folder_that_does_not_grow_lasts(api):
    space = Space(50, 0, 10**9, None, shrinks=False)
    api.services = dataclasses.replace(api.services, storage=lambda: Storage(space, None))
    assert api("GET", "/storage").json["folder"]["days_left"] is None


def test_a_document_s_term_is_checked_with_its_place(api):
    for days, why in ((0, "must be at least 1"), (40000, "must be at most 36500"), ("ten", "must be a whole number")):
        document = {"name": "kept", "definition": PASS, "retention_days": days}
        reply = api("POST", "/workflows/import", {"document": document, "publish": True})
        assert reply.status == 422
        assert reply.error["where"].endswith("/retention_days")
        assert why in reply.error["message"]
        assert "from 1 to 36500" in reply.error["advice"]


def test_only_who_may_erase_is_told_whom_an_erasure_is_about(api):
    erasure = Erasure("default", "e1", api.clock.now(), api.actor, ("orders:customer-4711",))
    api.stores.erasure.begin(erasure)
    found, = api("GET", "/erasures").json["erasures"]
    assert (found["by"], found["executions"], found["count"]) == ("ada", ["orders:customer-4711"], 1)
    api.roles = (Role.VIEWER,)
    reply = api("GET", "/erasures")
    found, = reply.json["erasures"]
    assert (found["id"], found["by"], found["executions"], found["count"]) == ("e1", None, None, 1)
    assert "4711" not in reply.text


def test_one_that_goes_on_between_the_look_and_the_erasure_stays_and_says_why(api, monkeypatch):
    api.publish("hello", PASS, business_key="$.who")
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {"who": "kundin-77"}})
    api.work()
    monkeypatch.setattr(api.stores.erasure, "hold", lambda *_: False)
    reply = api("POST", "/erasures", {"business_key": "kundin-77"}).json
    assert reply["executions"] == []
    assert [one["refusal"] for one in reply["found"]] == [
        "the execution hello:one is RUNNING: only one that has ended is erased"
    ]


def test_a_saved_view_that_names_an_erased_key_goes_with_it(api):
    """Nor has the audit log, which nothing of a view is erased from, ever had the key."""
    api.publish("hello", PASS, business_key="$.who")
    api("POST", "/workflows/hello/executions", {"name": "one", "input": {"who": "kundin-77"}})
    api.work()
    for name, filters in (
        ("hers", {"business_key": "kundin-77"}), ("likewise", {"business_key": "kundin-77*", "status": "FAILED"}),
        ("another's", {"business_key": "kundin-78", "name": "n", "text": "t"}), ("all", {}),
    ):
        assert api("PUT", f"/views/{name}", {"filters": filters}).status == 200
    api("PUT", "/views/hers", {"filters": {"business_key": "kundin-77"}})
    dry = api("POST", "/erasures", {"business_key": "kundin-77", "dry_run": True}).json
    assert dry["warnings"] == [
        f"the saved view {name} is filtered by this key: it goes with it" for name in ("hers", "likewise")
    ]
    assert dry["views"] == ["hers", "likewise"]
    assert len(api("GET", "/views").json["views"]) == 4
    reply = api("POST", "/erasures", {"business_key": "kundin-77"}).json
    assert reply["warnings"] == [
        f"the saved view {name} was filtered by this key: it is deleted" for name in ("hers", "likewise")
    ]
    assert reply["views"] == ["hers", "likewise"]
    assert [view["name"] for view in api("GET", "/views").json["views"]] == ["all", "another's"]
    for path in ("/views", "/executions", "/audit?limit=100"):
        assert "kundin-77" not in api("GET", path).text, path
    entries = api("GET", "/audit?act=view.save").json["entries"]
    [entry] = [entry for entry in entries if entry["subject"] == "view/another's"]
    assert entry["after"] == dict.fromkeys(("business_key", "name", "text"), "********")
    assert api("POST", "/erasures", {"business_key": "kundin-78"}).json["executions"] == []
    assert [view["name"] for view in api("GET", "/views").json["views"]] == ["all"]
