"""Drafts that two people edit, and publishing: what it would do, what is wrong, which cases fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import Conflict

CALL = "connector:http:request"
FETCH = {"StartAt": "Fetch", "States": {
    "Fetch": {"Type": "Task", "Resource": CALL, "Parameters": {"url": "https://example.com"}, "End": True},
}}


def case(name, status):
    return {"name": name, "input": {}, "stubs": {CALL: [{"output": {"status": 200}}]}, "expect": {"status": status}}


def document(**more):
    return {"document": {"name": "flow", "definition": FETCH, **more}}


def test_a_refused_save_has_all_that_a_merge_needs(api):
    api("POST", "/workflows/import", document())
    etag = api("GET", "/workflows/flow/draft").headers["ETag"]
    theirs = api("PUT", "/workflows/flow/draft", document(description="theirs"), if_match=etag)
    refused = api("PUT", "/workflows/flow/draft", document(description="mine"), if_match=etag)
    assert (refused.status, refused.error["code"]) == (412, "PreconditionFailed")
    details = refused.error["details"]
    assert details["document"]["description"] == "theirs"
    assert (details["etag"], details["updated_by"]) == (theirs.json["etag"], "ada")
    assert details["updated_at"]
    assert '-  "description": "theirs"' in details["diff"]
    merged = api("PUT", "/workflows/flow/draft", document(description="both"), if_match=f'"{details["etag"]}"')
    assert merged.status == 200


def test_a_save_that_loses_the_race_between_read_and_write_has_them_too(api, monkeypatch):
    api("POST", "/workflows/import", document())
    etag = api("GET", "/workflows/flow/draft").headers["ETag"]
    put = api.stores.catalog.put_draft

    def overtaken(record, **more):
        monkeypatch.setattr(api.stores.catalog, "put_draft", put)
        api("PUT", "/workflows/flow/draft", document(description="theirs"), if_match=etag)
        put(record, **more)

    monkeypatch.setattr(api.stores.catalog, "put_draft", overtaken)
    refused = api("PUT", "/workflows/flow/draft", document(description="mine"), if_match=etag)
    assert refused.status == 412
    assert refused.error["details"]["document"]["description"] == "theirs"


def test_a_preview_before_the_first_publish(api):
    api("POST", "/workflows/import", document(cases=[case("good", "SUCCEEDED"), case("bad", "FAILED")]))
    preview = api("GET", "/workflows/flow/publish").json
    assert preview.items() >= {
        "active_version": None, "next_version": 1, "diff": None, "problems": [], "publishable": True,
    }.items()
    assert [(item["name"], item["passed"]) for item in preview["cases"]["results"]] == [("good", True), ("bad", False)]
    assert (preview["cases"]["passed"], preview["cases"]["failed"]) == (1, 1)
    assert preview["etag"] == api("GET", "/workflows/flow/draft").json["etag"]


def test_a_preview_of_a_change_has_both_documents(api):
    api("POST", "/workflows/import", {**document(), "publish": True})
    assert api("GET", "/workflows/flow/publish").json["next_version"] is None
    changed = {"StartAt": "Fetch", "States": {**FETCH["States"], "More": {"Type": "Succeed"}}}
    changed["States"]["Fetch"] = {**FETCH["States"]["Fetch"], "Next": "More"}
    del changed["States"]["Fetch"]["End"]
    api("POST", "/workflows/import", document(definition=changed))
    preview = api("GET", "/workflows/flow/publish").json
    assert (preview["active_version"], preview["next_version"], preview["publishable"]) == (1, 2, True)
    assert preview["diff"]["states"] == [
        {"state": "Fetch", "change": "changed"}, {"state": "More", "change": "added"},
    ]
    assert preview["diff"]["old_document"]["definition"] == FETCH
    assert preview["diff"]["new_document"]["definition"] == changed
    tag = f'"{preview["etag"]}"'
    published = api("POST", "/workflows/flow/publish", {"note": "more"}, if_match=tag)
    assert (published.json["version"], published.json["note"]) == (2, "more")


def test_a_preview_of_what_is_wrong_runs_no_case(api):
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}
    api("POST", "/workflows/import", document(definition=broken, cases=[case("good", "SUCCEEDED")]))
    preview = api("GET", "/workflows/flow/publish").json
    assert (preview["publishable"], preview["cases"]) == (False, None)
    assert "/States/A/Next" in {item["location"] for item in preview["problems"]}


def test_publishing_another_draft_than_was_looked_at_is_refused(api):
    api("POST", "/workflows/import", document())
    tag = api("GET", "/workflows/flow/publish").json["etag"]
    api("POST", "/workflows/import", document(description="later"))
    assert api("POST", "/workflows/flow/publish", {}, if_match=f'"{tag}"').status == 412


def test_archiving_over_a_change_is_a_conflict(api, monkeypatch):
    api("POST", "/workflows/import", {**document(), "publish": True})

    def changed(*_, **__):
        raise Conflict("the workflow flow was changed meanwhile")

    monkeypatch.setattr(api.stores.catalog, "set_archived", changed)
    assert api("POST", "/workflows/flow/archive").status == 409


@pytest.mark.parametrize("path", ["draft", "publish", "versions", "diff", "inputs", "export"])
def test_an_unknown_workflow_is_404_everywhere(api, path):
    reply = api("GET", f"/workflows/nope/{path}")
    assert (reply.status, "nope" in reply.error["message"]) == (404, True)


def test_the_next_times_of_schedules_are_shown_before_publishing(api):
    triggers = [{"type": "schedule", "expression": "cron(0 6 * * ? *)", "timezone": "Asia/Tokyo"}]
    api("POST", "/workflows/import", document(triggers=triggers))
    (shown,) = api("GET", "/workflows/flow/publish").json["schedules"]
    assert (shown["location"], shown["timezone"], len(shown["times"])) == ("/triggers/0", "Asia/Tokyo", 10)
    assert [item["local"][11:] for item in shown["times"]] == ["06:00:00+09:00"] * 10
    assert api("POST", "/definitions/validate", document(triggers=triggers)).json["schedules"] == [shown]


def test_a_draft_of_an_earlier_release_with_a_trigger_that_can_never_come_is_read_and_not_published(api):
    triggers = [{"type": "schedule", "expression": "cron(0 6 * * ? *)"}]
    api("POST", "/workflows/import", document(triggers=triggers))
    catalog = api.stores.catalog
    stored = catalog.draft("default", "flow")
    old = stored.document.replace(b"? *)", b"* *)")
    catalog.put_draft(replace(stored, document=old, etag="old"), expect_etag=stored.etag, description="")
    assert api("GET", "/workflows/flow/draft").json["document"]["triggers"][0]["expression"] == "cron(0 6 * * * *)"
    preview = api("GET", "/workflows/flow/publish").json
    assert (preview["publishable"], preview["schedules"]) == (False, [])
    assert ("INVALID_TRIGGER", "/triggers/0/expression") in [
        (item["code"], item["location"]) for item in preview["problems"]
    ]
    assert api("POST", "/workflows/flow/publish").status == 422


def test_a_key_written_into_a_definition_is_warned_of_at_validating_and_publishing(api):
    value = "ghp_" + "a1B2c3D4e5F6" * 3
    definition = {"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "connector:http:request", "End": True, "TimeoutSeconds": 9,
        "Parameters": {"url": "https://api.github.com", "headers": {"authorization": f"token {value}"}},
    }}}
    place, said = "/States/Call/Parameters/headers/authorization", "This looks like a GitHub token."
    answer = api("POST", "/definitions/validate", {"name": "flow", "document": definition})
    finding, = answer.json["diagnostics"]
    assert (answer.json["result"], finding["severity"], finding["location"]) == ("OK", "WARNING", place)
    assert finding["message"].startswith(said)
    published = api(
        "POST", "/workflows/import", {"document": {"name": "flow", "definition": definition}, "publish": True}
    )
    warning, = published.json["warnings"]
    assert warning.startswith(f"{place}: {said}")
    assert value not in answer.text
    assert value not in warning
    assert value not in api("GET", "/audit?act=workflow.publish").text


def test_a_trigger_that_hardly_starts_anything_is_warned_of_when_it_is_published(api):
    document = {
        "name": "flow", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        "triggers": [
            {"type": "schedule", "expression": "at(2020-01-01T00:00:00)"},
            {"type": "event", "pattern": {"Source": ["a"]}}, {"type": "queue", "queue": "q"},
        ],
    }
    found = api("POST", "/workflows/import", {"document": document, "publish": True}).json["warnings"]
    assert [warning.partition(": ")[0] for warning in found] == ["/triggers/0", "/triggers/1/pattern/Source"]
    assert "does not come any more" in found[0]
    assert api("POST", "/workflows/flow/publish", {}).json["warnings"] == found


def test_an_alert_that_could_not_be_sent_is_warned_of_when_it_is_published(api):
    document = {
        "name": "flow", "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        "alerts": [
            {"webhook": {"url": "http://169.254.169.254/in"}}, {"name": "b", "workflow": "nobody"},
            {"name": "c", "webhook": {"url": "https://example.com/in", "bearer_token": {"$secret": "PAGER"}}},
        ],
    }
    found = api("POST", "/workflows/import", {"document": document, "publish": True}).json["warnings"]
    assert [warning.partition(": ")[0] for warning in found] == [
        "/alerts/0/webhook/url", "/alerts/1/workflow", "/alerts/2/webhook/bearer_token",
    ]
    assert "the metadata service of most clouds" in found[0]
    assert "there is no secret PAGER (automate secrets set PAGER), and until there is one, its webhook" in found[2]
    assert api("POST", "/workflows/flow/publish", {}).json["warnings"] == found


GOOD, BAD = case("good", "SUCCEEDED"), case("bad", "FAILED")


@pytest.fixture
def failing(api):
    """A draft one of whose two cases fails."""
    api("POST", "/workflows/import", document(cases=[GOOD, BAD]))
    return api


def test_publishing_with_a_failing_case_is_refused_and_says_which_and_where(failing):
    refused = failing("POST", "/workflows/flow/publish")
    assert (refused.status, refused.error["code"]) == (422, "CasesFail")
    assert refused.error["message"] == (
        "1 of 2 cases of 'flow' fails: bad: status: expected \"FAILED\", was \"SUCCEEDED\""
    )
    assert refused.error["where"] == "/cases/1/expect/status"
    detail, = refused.error["details"]
    assert (detail["case"], detail["expected"], detail["actual"]) == ("bad", "FAILED", "SUCCEEDED")
    assert "--accept-failing-cases" in refused.error["advice"]
    assert '"accept_failing_cases": true' in refused.error["advice"]
    assert failing("GET", "/workflows/flow").json["active_version"] is None
    entry, = failing("GET", "/audit?act=act.refused").json["entries"]
    assert entry["details"] == {"act": "workflow.publish", "code": "CasesFail"}


def test_failing_cases_that_are_accepted_stand_in_the_audit_log(failing):
    published = failing("POST", "/workflows/flow/publish", {"accept_failing_cases": True})
    assert (published.status, published.json["version"]) == (200, 1)
    entry, = failing("GET", "/audit?act=workflow.publish").json["entries"]
    assert entry["after"]["accepted_failing_cases"] == ["bad"]


def test_a_publish_whose_cases_pass_accepts_nothing(api):
    api("POST", "/workflows/import", {**document(cases=[GOOD]), "publish": True, "accept_failing_cases": True})
    entry, = api("GET", "/audit?act=workflow.publish").json["entries"]
    assert "accepted_failing_cases" not in entry["after"]


def test_an_import_that_is_to_be_published_runs_the_cases_and_keeps_the_draft(api):
    wanted = {**document(cases=[BAD]), "publish": True}
    refused = api("POST", "/workflows/import", wanted)
    assert (refused.status, refused.error["code"]) == (422, "CasesFail")
    assert refused.error["advice"].startswith("It is imported as the draft, and not published.")
    assert api("GET", "/workflows/flow/draft").json["cases"][0]["name"] == "bad"
    assert api("POST", "/workflows/import", {**wanted, "accept_failing_cases": True}).json["version"]["version"] == 1


def test_what_is_active_already_is_not_tried_again(failing):
    failing("POST", "/workflows/flow/publish", {"accept_failing_cases": True})
    assert failing("POST", "/workflows/flow/publish").json["version"] == 1


def test_the_place_of_a_difference_is_the_innermost(api):
    deep = case("deep", "SUCCEEDED")
    deep["expect"]["output"] = {"status": 201}
    api("POST", "/workflows/import", document(cases=[deep]))
    refused = api("POST", "/workflows/flow/publish")
    assert refused.error["where"] == "/cases/0/expect/output/status"
    assert refused.error["details"][0]["message"] == 'deep: output: expected {"status":201}, was {"status":200}'


def test_publishing_calls_nothing_for_a_case_without_a_stub(bank):
    definition = {"StartAt": "Pay", "States": {"Pay": {
        "Type": "Task", "Resource": "connector:bank:book", "Parameters": {"amount": 1}, "End": True,
    }}}
    unmocked = {"name": "real", "input": {}, "expect": {"status": "SUCCEEDED"}}
    reply = bank("POST", "/workflows/import", {
        "document": {"name": "flow", "definition": definition, "cases": [unmocked]}, "publish": True,
    })
    assert (reply.error["code"], bank.booked) == ("CasesFail", [])
    assert "Automate.StubMissing" in reply.error["details"][0]["message"]


def test_many_failing_cases_are_counted(api):
    api("POST", "/workflows/import", document(cases=[case(f"c{number}", "FAILED") for number in range(60)]))
    refused = api("POST", "/workflows/flow/publish")
    assert (len(refused.error["details"]), "and 10 more" in refused.error["message"]) == (50, True)
    api("POST", "/workflows/flow/publish", {"accept_failing_cases": True})
    entry, = api("GET", "/audit?act=workflow.publish").json["entries"]
    assert (len(entry["after"]["accepted_failing_cases"]), entry["after"]["accepted_failing_cases"][-1]) == (
        51, "and 10 more",
    )


def unfinished(*nexts):
    """A definition with as many dangling transitions."""
    states = {f"S{number}": {"Type": "Pass", "Next": target} for number, target in enumerate(nexts)}
    return {"StartAt": "S0", "States": states}


def test_importing_an_unfinished_draft_stores_it_and_says_what_is_wrong(api):
    found = api("POST", "/workflows/import", document(definition=unfinished("Nowhere")))
    assert (found.status, found.json["created"]) == (200, True)
    first, *places = found.json["warnings"]
    assert "cannot be published before it is mended" in first
    assert any(place.startswith("/States/S0/Next: ") for place in places)
    assert api("GET", "/workflows/flow/draft").status == 200


def test_the_problems_of_a_text_have_their_line(api):
    text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Nowhere\n"
    found = api("POST", "/workflows/import", {"source": text, "name": "flow"})
    assert [w for w in found.json["warnings"] if w.startswith("/States/A/Next: ") and w.endswith(", line 5")]


def test_importing_it_again_says_so_again(api):
    for _ in range(2):
        again = api("POST", "/workflows/import", document(definition=unfinished("Nowhere")))
        assert again.json["warnings"]


def test_only_the_first_problems_are_told_and_the_others_counted(api):
    found = api("POST", "/workflows/import", document(definition=unfinished(*[f"No{number}" for number in range(9)])))
    problems = api("POST", "/definitions/validate", document(definition=unfinished(*[f"No{n}" for n in range(9)])))
    count = sum(item["severity"] == "ERROR" for item in problems.json["diagnostics"])
    assert f"{count} problems" in found.json["warnings"][0]
    assert len(found.json["warnings"]) == 7
    assert found.json["warnings"][-1].startswith(f"and {count - 5} more: automate validate")


def test_importing_a_sound_draft_warns_of_nothing(api):
    assert "warnings" not in api("POST", "/workflows/import", document()).json


def test_a_version_says_which_connectors_it_keeps(api, monkeypatch):
    called = "connector:slack:post_to_webhook"
    given = dict.fromkeys(("team", "webhook", "key", "text"), "x")
    definition = {"StartAt": "Tell", "States": {
        "Tell": {"Type": "Task", "Resource": called, "Parameters": given, "End": True},
    }}
    api("POST", "/workflows/import", {"document": {"name": "asks", "definition": definition}, "publish": True})
    (kept,) = api("GET", "/workflows/asks/versions/1").json["connectors"]
    assert (kept["resource"], kept["now"]) == (called, kept["pinned"])
    assert kept["pinned"].startswith("sha256:")
    started = api("POST", "/workflows/asks/executions", {"name": "one"}).json
    assert started["connectors"] == [kept]
    preview = api("GET", "/workflows/asks/publish").json
    assert (preview["next_version"], preview["connectors"]) == (None, [])

    monkeypatch.setattr("connectors.pins._content", lambda *_: '{"another": "file"}')
    (other,) = api("GET", "/executions/asks%3Aone").json["connectors"]
    assert other["pinned"] == kept["pinned"] != other["now"]
    preview = api("GET", "/workflows/asks/publish").json
    assert (preview["next_version"], preview["connectors"]) == (2, [other])
    assert api("POST", "/workflows/asks/publish", {}).json["version"] == 2
    assert api("GET", "/executions/asks%3Aone").json["connectors"] == [other]
