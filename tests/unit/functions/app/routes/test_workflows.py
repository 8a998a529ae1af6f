"""Workflows over the API: drafts and their ETags, import, publish, versions, diff, rollback."""

from __future__ import annotations

import pytest

HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}
OTHER = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "bye"}, "End": True}}}


def document(definition=HELLO, **more):
    return {"document": {"name": "hello", "definition": definition, **more}}


def test_import_publish_list(api):
    reply = api("POST", "/workflows/import", {**document(), "publish": True, "note": "first"})
    assert reply.status == 200
    assert reply.json["created"] is True
    assert reply.json["version"]["version"] == 1
    assert reply.json["version"]["published_by"] == "ada"
    rows = api("GET", "/workflows").json["workflows"]
    assert [(row["name"], row["active_version"]) for row in rows] == [("hello", 1)]
    assert api("GET", "/workflows/hello").json["latest_version"] == 1


def test_import_again_changes_nothing(api):
    api("POST", "/workflows/import", {**document(), "publish": True})
    reply = api("POST", "/workflows/import", {**document(), "publish": True})
    assert (reply.json["changed"], reply.json["version"]["version"]) == (False, 1)


def test_import_of_a_text_is_exported_as_it_was(api):
    text = '{"name": "hello",   "definition":\n {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}\n'
    assert api("POST", "/workflows/import", {"source": text}).status == 200
    assert api("GET", "/workflows/hello/export").text == text


def test_import_of_yaml(api):
    text = "StartAt: A\nStates:\n  A: {Type: Succeed}\n"
    assert api("POST", "/workflows/import", {"source": text, "name": "from_yaml"}).json["workflow"] == "from_yaml"


def test_import_over_newer_edits_is_refused_with_the_difference(api):
    etag = api("POST", "/workflows/import", document()).headers["ETag"]
    assert api("PUT", "/workflows/hello/draft", document(OTHER), if_match=etag).status == 200
    refused = api("POST", "/workflows/import", document(description="newer file"))
    assert refused.status == 409
    assert "bye" in refused.error["details"]["diff"]
    forced = api("POST", "/workflows/import", {**document(description="newer file"), "force": True})
    assert forced.json["changed"] is True


def test_a_draft_is_not_sent_twice(api):
    api("POST", "/workflows/import", document())
    first = api("GET", "/workflows/hello/draft")
    assert first.json["document"]["definition"] == HELLO
    again = api("GET", "/workflows/hello/draft", if_none_match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")
    weak = api("GET", "/workflows/hello/draft", if_none_match=f'"other", W/{first.headers["ETag"]}')
    assert weak.status == 304


def test_a_save_over_someone_elses_is_refused(api):
    api("POST", "/workflows/import", document())
    etag = api("GET", "/workflows/hello/draft").headers["ETag"]
    saved = api("PUT", "/workflows/hello/draft", document(OTHER), if_match=etag)
    assert saved.status == 200
    assert saved.headers["ETag"] != etag
    late = api("PUT", "/workflows/hello/draft", document(description="mine"), if_match=etag)
    assert (late.status, late.error["code"]) == (412, "PreconditionFailed")
    assert "mine" in late.error["details"]["diff"]
    assert api("GET", "/workflows/hello/draft").json["document"]["definition"] == OTHER
    assert api("PUT", "/workflows/hello/draft", document(description="mine"), if_match="*").status == 200


def test_a_save_without_if_match_creates_and_never_overwrites(api):
    assert api("PUT", "/workflows/hello/draft", document()).status == 200
    again = api("PUT", "/workflows/hello/draft", document(OTHER))
    assert (again.status, again.error["code"]) == (428, "PreconditionRequired")


def test_a_save_under_another_name_is_refused(api):
    reply = api("PUT", "/workflows/other/draft", document())
    assert (reply.status, reply.error["where"]) == (422, "/name")


def test_publish_names_the_draft_it_tested(api):
    etag = api("POST", "/workflows/import", document()).headers["ETag"]
    api("PUT", "/workflows/hello/draft", document(OTHER), if_match=etag)
    assert api("POST", "/workflows/hello/publish", {}, if_match=etag).status == 412
    newest = api("GET", "/workflows/hello/draft").headers["ETag"]
    published = api("POST", "/workflows/hello/publish", {"note": "bye"}, if_match=newest)
    assert (published.status, published.json["version"], published.json["active"]) == (200, 1, True)


def test_publish_lists_everything_that_is_wrong(api):
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}, "B": {"Type": "Wat"}}}
    api("POST", "/workflows/import", document(broken))
    reply = api("POST", "/workflows/hello/publish", {})
    assert reply.status == 422
    assert {item["location"] for item in reply.error["details"]} >= {"/States/A/Next"}
    assert api("GET", "/workflows/hello").json["active_version"] is None


def test_versions_diff_and_rollback(api):
    api("POST", "/workflows/import", {**document(), "publish": True})
    api("POST", "/workflows/import", {**document(OTHER), "publish": True, "note": "second"})
    versions = api("GET", "/workflows/hello/versions").json["versions"]
    assert [(item["version"], item["active"]) for item in versions] == [(2, True), (1, False)]
    assert api("GET", "/workflows/hello/versions/1").json["document"]["definition"] == HELLO
    difference = api("GET", "/workflows/hello/diff?from=1&to=2").json
    assert api("GET", "/workflows/hello/diff?from=1&to=").json["states"] == difference["states"]  # to the draft
    assert difference["states"] == [{"state": "Greet", "change": "changed"}]
    assert '"bye"' in difference["text"]
    stale = api("GET", "/workflows/hello").headers["ETag"]
    assert api("POST", "/workflows/hello/rollback", {"version": 1}, if_match=stale).json["version"] == 1
    assert api("GET", "/workflows/hello").json["active_version"] == 1
    assert api("POST", "/workflows/hello/rollback", {"version": 2}, if_match=stale).status == 412


def test_what_is_not_there_is_404(api):
    for path in ("/workflows/nope", "/workflows/nope/draft", "/workflows/nope/versions", "/workflows/nope/export"):
        reply = api("GET", path)
        assert (reply.status, reply.error["code"]) == (404, "NotFound"), path
    assert api("GET", "/workflows/nope/versions/x").status in (404, 422)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000], ids=["over 64 bits", "over Python's limit"])
def test_a_number_beyond_every_version_is_no_version(api, number):
    api("POST", "/workflows/import", {**document(), "publish": True})
    asked = [
        api("GET", f"/workflows/hello/versions/{number}"), api("GET", f"/workflows/hello/export?version={number}"),
        api("GET", f"/workflows/hello/diff?from={number}&to=1"),
        api("GET", f"/workflows/hello/diff?from=1&to={number}"),
        api("POST", "/workflows/hello/rollback", f'{{"version": {number}}}'.encode()),
        api("POST", "/workflows/hello/executions", f'{{"version": {number}}}'.encode()),
    ]
    assert {reply.status for reply in asked} == ({404} if len(number) == 30 else {422})
