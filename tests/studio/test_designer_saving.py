"""What is typed is never lost, and never overwrites somebody else's edit."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.support.studio.designing import THREE_STEPS, Designer


def save_elsewhere(studio, name: str, change) -> None:
    """Somebody else saves the draft, changed by `change(states)`."""
    draft = studio.server.json("GET", f"/workflows/{name}/draft")
    change(draft["document"]["definition"]["States"])
    studio.server.json(
        "PUT", f"/workflows/{name}/draft", {"document": draft["document"]}, If_Match=f'"{draft["etag"]}"'
    )


def test_the_draft_is_saved_by_itself_and_is_not_live(studio):
    designer = Designer(studio, "autosaved", THREE_STEPS)
    designer.select("First")
    designer.name_field.fill("Begin")
    studio.page.keyboard.press("Enter")
    expect(studio.page.get_by_role("status").filter(has_text="Draft changed")).to_be_visible()
    expect(studio.page.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()
    assert studio.server.json("GET", "/workflows/autosaved/draft")["document"]["definition"]["StartAt"] == "Begin"
    assert studio.server.json("GET", "/workflows/autosaved")["active_version"] is None

    designer.undo()
    designer.redo()
    expect(studio.page.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()


def test_edits_of_two_people_are_merged(studio):
    designer = Designer(studio, "merged", THREE_STEPS)
    page = studio.page
    studio.expect_refusal(412, r"/workflows/merged/draft$")
    save_elsewhere(studio, "merged", lambda states: states["Third"].update(Comment="theirs"))
    designer.select("Second")
    designer.open_part("Waiting")
    page.get_by_role("spinbutton", name="Time-out").fill("45")
    dialog = page.get_by_role("dialog", name="This draft was changed elsewhere")
    expect(dialog).to_contain_text("They changed Third; you changed Second.")
    dialog.get_by_role("button", name="Merge both edits").click()
    expect(dialog).to_have_count(0)
    states = designer.states()
    assert (states["Third"]["Comment"], states["Second"]["TimeoutSeconds"]) == ("theirs", 45)


def test_who_comes_back_to_a_tab_sees_what_was_saved_in_another(studio):
    designer = Designer(studio, "returned", THREE_STEPS)
    page = studio.page

    def come_back():
        with page.expect_response("**/workflows/returned/draft"):
            page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")

    save_elsewhere(studio, "returned", lambda states: states["Third"].update(Comment="theirs"))
    come_back()
    expect(page.get_by_text("This draft was saved elsewhere")).to_be_visible()
    assert designer.states()["Third"]["Comment"] == "theirs"
    designer.select("Second")
    designer.open_part("Waiting")
    page.get_by_role("spinbutton", name="Time-out").fill("45")  # no conflict: it is based on what is shown
    expect(page.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()
    states = designer.states()
    assert (states["Third"]["Comment"], states["Second"]["TimeoutSeconds"]) == ("theirs", 45)
    come_back()  # nothing happened elsewhere, and nothing happens here
    assert designer.states() == states


def test_a_clash_is_shown_and_a_person_chooses(studio):
    designer = Designer(studio, "clashing", THREE_STEPS)
    page = studio.page
    studio.expect_refusal(412, r"/workflows/clashing/draft$")
    save_elsewhere(studio, "clashing", lambda states: states["Second"].update(TimeoutSeconds=7))
    designer.select("Second")
    designer.open_part("Waiting")
    page.get_by_role("spinbutton", name="Time-out").fill("45")
    dialog = page.get_by_role("dialog", name="This draft was changed elsewhere")
    expect(dialog).to_contain_text("Second · TimeoutSeconds")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").filter(has_text="Not saved: changed elsewhere")).to_be_visible()
    draft = studio.server.json("GET", "/workflows/clashing/draft")
    assert draft["document"]["definition"]["States"]["Second"]["TimeoutSeconds"] == 7

    page.get_by_role("button", name="Choose…").click()
    dialog.get_by_label("Keep my draft").check()
    dialog.get_by_role("button", name="Keep my draft").click()
    expect(dialog).to_have_count(0)
    assert designer.states()["Second"]["TimeoutSeconds"] == 45


def test_a_save_that_the_server_cannot_serve_says_what_it_said(studio):
    designer = Designer(studio, "unserved", THREE_STEPS)
    page = studio.page
    body = json.dumps({"error": {"code": "StoreUnavailable", "message": "The disk is nearly full."}})
    page.route(
        "**/workflows/unserved/draft",
        lambda route: route.fulfill(status=503, content_type="application/json", body=body)
        if route.request.method == "PUT" else route.continue_(),
    )
    designer.select("First")
    designer.name_field.fill("Kept")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Not saved: the disk is nearly full")).to_be_visible()
    page.unroute("**/workflows/unserved/draft")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("status").filter(has_text="Draft saved")).to_be_visible()
    studio.problems.clear()


def test_a_server_that_is_away_costs_no_edit(studio):
    designer = Designer(studio, "offline", THREE_STEPS)
    page = studio.page
    page.route(
        "**/workflows/offline/draft",
        lambda route: route.abort() if route.request.method == "PUT" else route.continue_(),
    )
    designer.select("First")
    designer.name_field.fill("Kept")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="the server does not answer")).to_be_visible()
    # As when the machine dies: the page has no last moment to send anything in.
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    page.goto(f"{studio.server.url}/studio/secrets/")
    page.unroute("**/workflows/offline/draft")
    studio.problems[:] = [each for each in studio.problems if "/workflows/offline/draft" not in each]

    designer.open()
    expect(page.get_by_text(re.compile("not saved when you left are here again"))).to_be_visible()
    designer.wait_states("Kept", "Big?", "Second", "Third")
    assert designer.saved()["definition"]["StartAt"] == "Kept"
    studio.problems[:] = [each for each in studio.problems if "ERR_FAILED" not in each]


def test_a_session_that_ends_in_the_middle_of_an_edit_loses_nothing(studio):
    designer = Designer(studio, "signed_out", THREE_STEPS)
    page = studio.page
    studio.expect_refusal(401, "/workflows/signed_out/draft")
    over = {"error": {"code": "NotSignedIn", "message": "the session is over", "where": None, "advice": None}}
    page.route("**/workflows/signed_out/draft", lambda route: route.fulfill(status=401, json=over))
    designer.select("First")
    designer.name_field.fill("Kept")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved: you are signed out (automate signin)")).to_be_visible()
    page.unroute("**/workflows/signed_out/draft")
    page.get_by_role("button", name="Try again").click()
    designer.wait_states("Kept", "Big?", "Second", "Third")
    assert designer.saved()["definition"]["StartAt"] == "Kept"


def test_settings_are_part_of_the_draft(studio):
    designer = Designer(studio, "with_settings", THREE_STEPS)
    page = studio.page
    page.get_by_role("button", name="Workflow settings").click()
    settings = page.get_by_role("dialog", name="Workflow settings")
    settings.get_by_label("Description").fill("Pays what is due")
    settings.get_by_label("Tags").fill("team")
    settings.get_by_label("Value of the new tag").fill("billing")
    page.keyboard.press("Enter")
    settings.get_by_label("Business key").fill("$.orderId")
    settings.locator("summary", has_text="Input").click()
    settings.get_by_role("button", name="Describe the input").click()
    settings.get_by_label("Name of a new field").fill("orderId")
    page.keyboard.press("Enter")
    settings.get_by_role("checkbox", name="required").check()
    settings.locator("summary", has_text="Triggers").click()
    settings.get_by_role("button", name="Schedule").click()
    settings.get_by_label("Time zone", exact=True).select_option("Europe/Lisbon")
    settings.locator("summary", has_text="At most once").click()
    settings.get_by_role("checkbox", name="Second").check()
    settings.get_by_role("button", name="Done").click()
    document = designer.saved()
    assert {key: document[key] for key in document if key not in ("name", "definition")} == {
        "description": "Pays what is due",
        "tags": {"team": "billing"},
        "business_key": "$.orderId",
        "input_schema": {"type": "object", "properties": {"orderId": {"type": "string"}}, "required": ["orderId"]},
        "triggers": [{"type": "schedule", "expression": "rate(1 day)", "timezone": "Europe/Lisbon"}],
        "at_most_once": ["Second"],
    }


def test_a_workflow_is_paused_and_switched_on_in_its_settings(studio):
    Designer(studio, "to_pause", THREE_STEPS)
    page = studio.page
    page.get_by_role("button", name="Workflow settings").click()
    page.get_by_role("button", name="Pause…").click()
    page.get_by_role("dialog", name="Pause to_pause").get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    assert studio.server.json("GET", "/workflows/to_pause")["paused"]["starts"] == "queue"
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Pause…")).to_be_visible()
    assert studio.server.json("GET", "/workflows/to_pause")["paused"] is None


def test_a_part_that_cannot_be_fetched_takes_nothing_else_with_it(studio):
    studio.server.json("POST", "/workflows/import", {"document": THREE_STEPS, "name": "missing_file", "force": True})
    page = studio.page
    files = re.compile(r"/assets/(Editor|look|Palette)-")
    page.route(files, lambda route: route.abort())
    designer = Designer(studio, "missing_file", opened=False)
    studio.open("/wizard/missing_file")
    designer.select("First")
    missing = page.get_by_role("alert").filter(has_text="This part could not be loaded")
    expect(missing).to_have_count(2)  # an expression of the form, the JSON
    studio.check_axe()
    designer.name_field.fill("Kept")
    page.keyboard.press("Enter")
    expect(designer.card("Kept")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(missing).to_have_count(3)
    expect(designer.card("Kept")).to_be_visible()
    page.unroute(files)
    page.get_by_label("Properties", exact=True).get_by_role("button", name="Try again").last.click()
    expect(designer.json_editor("Kept")).to_be_visible()
    designer.wait_states("Kept", "Big?", "Second", "Third")
    studio.problems[:] = [each for each in studio.problems if "ERR_FAILED" not in each and "preload" not in each
                          and "dynamically imported module" not in each]
