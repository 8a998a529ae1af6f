"""Four eyes: with the setting, who edited a draft last does not publish it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.governance.roles import EVERY_WORKSPACE, Caller, Grant, Role
from engine.ports.keys import Actor

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
DOCUMENT = {"document": {"name": "flow", "definition": PASS}}


@pytest.fixture
def asked(api):
    """`asked(who, …)`: a request of whoever is called so, or of an actor; four eyes are set."""
    api.services = replace(api.services, settings=replace(api.services.settings, four_eyes=1))
    usual = api.services

    def send(who, *request, role=Role.ADMIN, **headers):
        actor = Actor(who) if isinstance(who, str) else who
        caller = Caller(actor, (Grant(f"user/{actor}", EVERY_WORKSPACE, role),))
        api.services = replace(usual, caller_of=lambda _context, _headers: caller)
        return api(*request, **headers)

    return send


def test_who_edited_last_does_not_publish_and_another_does(asked):
    assert asked("ada", "POST", "/workflows/import", DOCUMENT).status == 200
    refused = asked("ada", "POST", "/workflows/flow/publish", {})
    assert (refused.status, refused.error["code"]) == (403, "Refused")
    assert refused.error["message"] == "ada edited the draft of 'flow' last: somebody else publishes it (four eyes)"
    preview = asked("ada", "GET", "/workflows/flow/publish").json
    assert preview["publishable"]
    assert preview["barred"].startswith("ada edited the draft of 'flow' last")
    assert asked("grace", "GET", "/workflows/flow/publish").json["barred"] is None
    assert asked("grace", "POST", "/workflows/flow/publish", {}).json["published_by"] == "grace"
    assert asked("ada", "GET", "/workflows/flow/publish").json["barred"] is None, "there is nothing to publish"
    acts = [(entry["act"], entry["actor"]) for entry in asked("ada", "GET", "/audit").json["entries"]]
    assert ("act.refused", "ada") in acts


def test_an_import_that_publishes_is_held_too_and_a_rollback_is_not(asked):
    assert asked("ada", "POST", "/workflows/import", {**DOCUMENT, "publish": True}).status == 403
    assert asked("grace", "POST", "/workflows/import", {**DOCUMENT, "publish": True}).status == 200, "the same file"
    changed = {"document": {"name": "flow", "definition": {**PASS, "Comment": "second"}}}
    assert asked("grace", "POST", "/workflows/import", {**changed, "publish": True}).status == 403
    assert asked("ada", "POST", "/workflows/flow/publish", {}).json["version"] == 2
    assert asked("ada", "POST", "/workflows/flow/rollback", {"version": 1}).status == 200


def test_who_saves_what_is_there_already_has_edited_nothing(asked):
    assert asked("ada", "POST", "/workflows/import", DOCUMENT).status == 200
    before = asked("grace", "GET", "/workflows/flow/draft")
    entries = len(asked("ada", "GET", "/audit").json["entries"])
    saved = asked("grace", "PUT", "/workflows/flow/draft", DOCUMENT, if_match=before.headers["ETag"])
    assert (saved.status, saved.json) == (200, before.json)
    assert saved.json["updated_by"] == "ada"
    assert len(asked("ada", "GET", "/audit").json["entries"]) == entries
    assert asked("ada", "POST", "/workflows/flow/publish", {}).status == 403


def test_who_only_moves_boxes_has_edited_nothing(asked):
    """Else a reviewer who tidies the canvas could not publish, and whose edit it is could."""
    assert asked("ada", "POST", "/workflows/import", DOCUMENT).status == 200
    etag = asked("grace", "GET", "/workflows/flow/draft").headers["ETag"]
    moved = {"document": {**DOCUMENT["document"], "studio": {"positions": {"A": {"x": 40, "y": 80}}}}}
    saved = asked("grace", "PUT", "/workflows/flow/draft", moved, if_match=etag)
    assert saved.status == 200
    assert saved.json["document"]["studio"] == moved["document"]["studio"]
    assert saved.json["updated_by"] == "ada"
    again = {"document": {**DOCUMENT["document"], "studio": {"positions": {"A": {"x": 80, "y": 80}}}}}
    assert asked("grace", "POST", "/workflows/import", {**again, "force": True}).status == 200
    assert asked("ada", "POST", "/workflows/flow/publish", {}).status == 403
    assert asked("grace", "POST", "/workflows/flow/publish", {}).json["published_by"] == "grace"


def test_another_address_is_no_other_person(asked):
    """By the id of the user pool; by the name for a draft of before there were ids, and for tokens."""
    assert asked(Actor("ada@a.example", id="sub-1"), "POST", "/workflows/import", DOCUMENT).status == 200
    assert asked(Actor("ada@b.example", id="sub-1"), "POST", "/workflows/flow/publish", {}).status == 403
    assert asked("ada@a.example", "POST", "/workflows/flow/publish", {}).status == 403
    assert asked(Actor("ada@a.example", id="sub-2"), "POST", "/workflows/flow/publish", {}).status == 200
    old = {"document": {**DOCUMENT["document"], "name": "old"}}
    assert asked("ada", "POST", "/workflows/import", old).status == 200
    assert asked(Actor("ada", id="sub-1"), "POST", "/workflows/old/publish", {}).status == 403


def test_a_preview_says_what_an_editor_lacks(asked):
    asked("ada", "POST", "/workflows/import", DOCUMENT)
    barred = asked("eve", "GET", "/workflows/flow/publish", role=Role.EDITOR).json["barred"]
    assert barred.startswith("publishing needs the right publish; eve has the role editor")


def test_without_the_setting_one_publishes_ones_own(api):
    api("POST", "/workflows/import", DOCUMENT)
    assert api("GET", "/workflows/flow/publish").json["barred"] is None
    assert api("POST", "/workflows/flow/publish", {}).status == 200
