"""The guide's "Publishing" in the browser: what it changes, failing cases, versions compared and rolled back to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

STATES = {
    "StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "Next": "B"}, "B": {"Type": "Pass", "End": True}},
}
CHANGED = {
    "StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 2, "Next": "C"}, "C": {"Type": "Pass", "End": True}},
}


def bring(server, name, definition, *, publish=True, note="", cases=()):
    document = {"name": name, "definition": definition, "cases": list(cases)}
    server.json("POST", "/workflows/import", {"document": document, "publish": publish, "note": note, "force": True})


def two_versions(server, name):
    bring(server, name, STATES, note="the first")
    bring(server, name, CHANGED, note="the second")


def active(server, name):
    return server.json("GET", f"/workflows/{name}")["active_version"]


def open_dialog(studio, name):
    studio.open(f"/wizard/{name}")
    studio.page.get_by_role("button", name="Publish", exact=True).click()
    return studio.page.get_by_role("dialog")


def test_publish_shows_what_changes_and_makes_the_next_active_version(studio):
    server, page = studio.server, studio.page
    bring(server, "release", STATES)
    bring(server, "release", CHANGED, publish=False)
    dialog = open_dialog(studio, "release")
    expect(dialog).to_contain_text("as version 2")
    expect(dialog).to_contain_text("1 added, 1 changed, 1 removed")
    expect(dialog).to_contain_text(re.compile(r"a million executions cost about \$[\d.,]+, as before"))
    expect(dialog.get_by_text("changed", exact=True).first).to_be_visible()
    dialog.get_by_text("JSON", exact=True).click()
    expect(dialog.locator(".cm-changedLine").first).to_be_visible()
    assert active(server, "release") == 1
    dialog.get_by_label("Note").fill("C instead of B")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 2 of release is active")).to_be_visible()
    assert active(server, "release") == 2
    newest = server.json("GET", "/workflows/release/versions")["versions"][0]
    assert (newest["version"], newest["note"]) == (2, "C instead of B")
    entries = server.json("GET", "/audit?workflow=release&limit=50")["entries"]
    assert [entry["act"] for entry in entries].count("workflow.publish") == 2


def test_a_message_moves_no_card_nor_where_one_comes_back_to(studio):
    page = studio.page
    bring(studio.server, "still", STATES)
    bring(studio.server, "still", CHANGED, publish=False)
    dialog = open_dialog(studio, "still")
    canvas, card = page.locator("section.canvas").first, page.locator('[data-id="/States/A"]').first
    studio.settled()
    canvas_before, card_before = canvas.bounding_box()["y"], card.bounding_box()["y"]
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 2 of still is active")).to_be_visible()
    studio.settled()
    assert canvas.bounding_box()["y"] > canvas_before
    assert abs(card.bounding_box()["y"] - card_before) < 1
    page.get_by_role("button", name="Zoom in").click()  # what is moved is remembered
    page.get_by_role("button", name="Zoom out").click()
    studio.drawn()
    now = card.bounding_box()["y"]
    studio.open("/wizard/still")
    card.wait_for()
    studio.settled()
    assert abs(card.bounding_box()["y"] - now) < 1


def test_a_schedule_that_is_over_is_shown_before_it_is_published(studio):
    triggers = [
        {"type": "schedule", "expression": "rate(1 day)"},
        {"type": "schedule", "name": "once", "expression": "at(2020-01-31T06:00:00)"},
    ]
    document = {"name": "nightly", "definition": STATES, "triggers": triggers}
    studio.server.json("POST", "/workflows/import", {"document": document})
    dialog = open_dialog(studio, "nightly")
    expect(dialog).to_contain_text("1 warning")
    expect(dialog).to_contain_text("rate(1 day) in UTC comes next at 2")
    expect(dialog).to_contain_text("the schedule at(2020-01-31T06:00:00) does not come any more")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    studio.check_axe()


def test_failing_cases_are_shown_and_have_to_be_accepted(studio):
    wrong = {"name": "ends-with-3", "input": {}, "expect": {"status": "SUCCEEDED", "output": 3}}
    bring(studio.server, "failing", STATES)
    bring(studio.server, "failing", CHANGED, publish=False, cases=[wrong])
    dialog = open_dialog(studio, "failing")
    expect(dialog).to_contain_text("1 of 1 case fails")
    expect(dialog).to_contain_text("output was 2, expected 3")
    publish = dialog.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_disabled()
    dialog.get_by_label("Publish all the same").click()
    expect(publish).to_be_enabled()
    studio.check_axe()


def test_what_is_wrong_is_listed_and_cannot_be_published(studio):
    bring(studio.server, "broken", {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}}}, publish=False)
    dialog = open_dialog(studio, "broken")
    expect(dialog).to_contain_text("must be mended first")
    expect(dialog).to_contain_text("Gone")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_disabled()


def test_a_draft_that_was_changed_elsewhere_is_not_published_unseen(studio):
    server = studio.server
    bring(server, "raced", STATES)
    bring(server, "raced", CHANGED, publish=False)
    dialog = open_dialog(studio, "raced")
    expect(dialog).to_contain_text("as version 2")
    other = {**CHANGED, "Comment": "of somebody else"}
    bring(server, "raced", other, publish=False)
    studio.expect_refusal(412, r"/workflows/raced/publish$")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_text("changed").last).to_be_visible()
    assert active(server, "raced") == 1


def test_any_two_versions_are_compared(studio):
    two_versions(studio.server, "compared")
    page = studio.page
    studio.open("/wizard/compared?tab=versions&from=1&to=2")
    comparison = page.get_by_role("region", name="Comparison")
    for change in ("1 added", "1 changed", "1 removed"):
        expect(comparison).to_contain_text(change)
    page.get_by_role("button", name="What it changed: version 1").click()
    expect(page.get_by_role("region", name="Versions")).to_contain_text("the first")
    studio.check_axe()


@pytest.mark.parametrize("undo", [False, True])
def test_one_click_rolls_back_and_another_takes_it_back(studio, undo):
    name = f"rolled_{undo}".lower()
    two_versions(studio.server, name)
    page = studio.page
    studio.open(f"/wizard/{name}?tab=versions")
    page.get_by_role("button", name="Roll back to it: version 1").click()
    expect(page.get_by_text("Version 1 is active", exact=True)).to_be_visible()
    assert active(studio.server, name) == 1
    if undo:
        page.get_by_role("button", name="Back to version 2").click()
        expect(page.get_by_text("Version 2 is active", exact=True)).to_be_visible()
        assert active(studio.server, name) == 2
    acts = [entry["act"] for entry in studio.server.json("GET", f"/audit?workflow={name}&limit=20")["entries"]]
    assert "workflow.rollback" in acts


def test_an_older_version_becomes_the_draft(studio):
    two_versions(studio.server, "taken_up")
    page = studio.page
    studio.open("/wizard/taken_up?tab=versions")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.url.endswith("/draft")):
        page.get_by_role("button", name="Into the draft: version 1").click()
    assert studio.server.json("GET", "/workflows/taken_up/draft")["document"]["definition"] == STATES
    assert active(studio.server, "taken_up") == 2


def test_the_grant_that_a_secret_needs_is_offered_where_it_is_published(studio):
    server = studio.server
    server.json("PUT", "/secrets/SHOP_KEY", {"value": server.canary})
    call = {"Type": "Task", "Resource": "connector:http:request", "End": True,
            "Parameters": {"url": "https://shop.example.org/", "bearer_token": {"$secret": "SHOP_KEY"}}}
    bring(server, "shopping", {"StartAt": "Call", "States": {"Call": call}}, publish=False)
    dialog = open_dialog(studio, "shopping")
    expect(dialog).to_contain_text("SHOP_KEY for http at shop.example.org")
    publish = dialog.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_disabled()
    studio.check_axe()
    dialog.get_by_role("button", name="Grant it").click()
    publish.click()
    expect(studio.page.get_by_text("Version 1 of shopping is active")).to_be_visible()
    grants = server.json("GET", "/secrets/SHOP_KEY/usage")["grants"]
    assert grants == [{"workflow": "shopping", "connector": "http", "host": "shop.example.org"}]
