"""The guide's "Using the Visual Studio" in the browser: drafting, refining, secrets, publishing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.studio.designing import THREE_STEPS, Designer


def test_a_workflow_begins_at_the_wizard_and_is_published(studio):
    page = studio.page
    studio.open("/wizard/")
    page.get_by_label("Name", exact=True).fill("first_workflow")
    page.get_by_role("button", name="Blank canvas").click()
    page.wait_for_url("**/studio/wizard/first_workflow**")
    designer = Designer(studio, "first_workflow")

    designer.select("Begin")
    designer.add("log write", "Log Write")
    expect(designer.name_field).to_have_value("Log Write")
    page.get_by_role("textbox", name="Message").fill("It begins")
    document = designer.saved()
    assert document["definition"]["States"]["Begin"]["Next"] == "Log Write"
    assert document["definition"]["States"]["Log Write"]["Arguments"]["message"] == "It begins"
    expect(designer.problems).to_contain_text("No problems")

    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Publish")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("v1 active")).to_be_visible()
    assert studio.server.json("GET", "/workflows/first_workflow")["active_version"] == 1
    assert studio.server.run("first_workflow", {})["status"] == "SUCCEEDED"


def test_dragging_a_card_onto_another_line_rearranges_the_flow(studio):
    designer = Designer(studio, "rearranged", {
        "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "End": True},
        },
    })
    designer.drag(designer.card("C"), "/States/A#next")
    designer.expect_last_step("Move C")
    states = designer.states()
    assert (states["A"]["Next"], states["C"]["Next"], states["B"].get("End")) == ("C", "B", True)
    assert "positions" not in designer.saved().get("studio", {})


def test_a_step_of_the_palette_is_dragged_onto_a_line(studio):
    designer = Designer(studio, "dragged_in", THREE_STEPS)
    studio.page.get_by_label("Find a step").fill("wait")
    option = studio.page.get_by_role("option", name="Wait Pause for a while")
    option.drag_to(studio.page.locator('[data-line="/States/Big?#default"] .plus'))
    designer.wait_states("First", "Big?", "Second", "Third", "Wait")
    states = designer.states()
    assert (states["Big?"]["Default"], states["Wait"]["Next"]) == ("Wait", "Third")


def test_the_plus_of_a_line_opens_the_palette_there(studio):
    designer = Designer(studio, "plus", THREE_STEPS)
    page = studio.page
    page.locator('[data-line="/States/First#next"] .plus').click()
    chooser = page.get_by_role("dialog", name="Insert a step here")
    chooser.get_by_label("Find a step").fill("pass")
    page.keyboard.press("Enter")
    expect(chooser).to_have_count(0)
    states = designer.states()
    assert (states["First"]["Next"], states["Pass"]["Next"]) == ("Pass", "Big?")


def test_a_clicked_node_is_edited_as_form_and_as_json_side_by_side(studio):
    designer = Designer(studio, "both_ways", THREE_STEPS)
    page = studio.page
    designer.select("Second")
    editor = designer.json_editor("Second")
    expect(editor).to_contain_text('"connector:log:write"')

    designer.open_part("Waiting")
    page.get_by_role("spinbutton", name="Time-out").fill("45")
    expect(editor).to_contain_text('"TimeoutSeconds": 45')
    changed = {**THREE_STEPS["States"]["Second"], "TimeoutSeconds": 90, "Comment": "as text"}
    designer.type_json(editor, changed)
    expect(page.get_by_role("spinbutton", name="Time-out")).to_have_value("90")
    assert designer.states()["Second"] == changed


def test_text_that_is_no_json_blocks_nothing(studio):
    designer = Designer(studio, "broken", THREE_STEPS)
    designer.select("Third")
    designer.type_json(designer.json_editor("Third"), '{"Type": "Pass", "End": tru')
    expect(studio.page.get_by_text("A value is expected here.").first).to_be_visible()
    designer.select("First")
    studio.page.get_by_label("Name of the state").fill("Renamed")
    studio.page.keyboard.press("Enter")
    assert set(designer.states()) == {"Renamed", "Big?", "Second", "Third"}
    designer.select("Third")
    expect(designer.json_editor("Third")).to_contain_text("tru")
    designer.type_json(designer.json_editor("Third"), {"Type": "Succeed"})
    assert designer.states()["Third"] == {"Type": "Succeed"}


def test_a_secret_is_picked_by_name_and_shown_masked(studio):
    studio.server.json("POST", "/secrets/DEMO_PAYMENT_KEY/grants", {"workflow": "with_secret"})
    designer = Designer(studio, "with_secret", {
        "QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": "connector:http:request",
            "Arguments": {"url": "https://example.com", "bearer_token": {"$secret": ""}}, "End": True,
        }},
    })
    designer.select("Call")
    expect(designer.properties.get_by_text("********")).to_be_visible()
    studio.page.get_by_label("Bearer token", exact=True).select_option("DEMO_PAYMENT_KEY")
    assert designer.states()["Call"]["Arguments"]["bearer_token"] == {"$secret": "DEMO_PAYMENT_KEY"}
    expect(designer.problems).to_contain_text("No problems")


def test_a_rename_follows_every_reference(studio):
    designer = Designer(studio, "renamed", {"name": "renamed", "definition": THREE_STEPS, "at_most_once": ["Second"]})
    designer.select("Third")
    designer.name_field.fill("Finish")
    studio.page.keyboard.press("Enter")
    designer.select("Second")
    designer.name_field.fill("Tell")
    studio.page.keyboard.press("Enter")
    document = designer.saved()
    states = document["definition"]["States"]
    assert states["Big?"]["Default"] == states["Tell"]["Next"] == states["Tell"]["Catch"][0]["Next"] == "Finish"
    assert (states["Big?"]["Choices"][0]["Next"], document["at_most_once"]) == ("Tell", ["Tell"])


def test_everything_can_be_undone_by_name(studio):
    designer = Designer(studio, "undone", THREE_STEPS)
    designer.select("Second")
    designer.open_part("Waiting")
    studio.page.get_by_role("spinbutton", name="Time-out").fill("45")
    designer.expect_last_step("Edit TimeoutSeconds of Second")
    designer.card("Second").click()
    studio.page.keyboard.press("Delete")
    designer.expect_last_step("Remove Second")
    designer.wait_states("First", "Big?", "Third")

    designer.undo()
    designer.undo()
    expect(designer.history.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    assert designer.states() == THREE_STEPS["States"]
    designer.redo()
    assert designer.states()["Second"]["TimeoutSeconds"] == 45


def test_what_an_undo_brings_back_is_selected_and_in_sight(studio):
    names = [f"Step {number}" for number in range(30)]
    states = {name: {"Type": "Pass", "Next": after} for name, after in zip(names, [*names[1:], "End"], strict=True)}
    designer = Designer(studio, "long", {"StartAt": "Step 0", "States": {**states, "End": {"Type": "Succeed"}}})
    designer.open("?state=Step%2028")
    expect(designer.name_field).to_have_value("Step 28")
    designer.card("Step 28").click()
    studio.page.keyboard.press("Delete")
    designer.expect_last_step("Remove Step 28")
    studio.page.get_by_role("button", name="Close the properties").click()
    studio.page.get_by_role("button", name="Fit", exact=True).click()
    designer.undo()
    expect(designer.name_field).to_have_value("Step 28")
    expect(designer.card("Step 28")).to_be_in_viewport(ratio=1)


def test_form_or_json_is_chosen_once_for_all_states(studio):
    designer = Designer(studio, "chosen", THREE_STEPS)
    designer.select("First")
    expect(designer.json_editor("First")).to_be_visible()
    designer.properties.get_by_role("button", name="Form", exact=True).click()
    designer.select("Second")
    expect(designer.properties.get_by_role("button", name="Form", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(designer.json_editor("Second")).to_have_count(0)
    designer.open("?state=Third")
    expect(designer.name_field).to_have_value("Third")
    expect(designer.json_editor("Third")).to_have_count(0)


def test_a_message_takes_its_room_of_the_canvas(studio):
    """The bar of problems stays in the window while it shows."""
    designer = Designer(studio, "told", THREE_STEPS)
    designer.select("First")
    designer.name_field.fill("Second")
    designer.name_field.press("Enter")
    expect(studio.page.get_by_text("Another state is called Second.")).to_be_visible()
    toggle = designer.problems.locator(".dz-problems-toggle")
    expect(toggle).to_be_in_viewport(ratio=1)
    assert studio.page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    studio.page.get_by_role("button", name="Dismiss").click()
    expect(studio.page.get_by_text("Another state is called Second.")).to_have_count(0)
    expect(toggle).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_with_a_form_open(studio, theme):
    designer = Designer(studio, "order_flow")
    designer.select("Charge Payment")
    studio.page.wait_for_load_state("networkidle")
    studio.check_axe(themes=(theme,))


def test_axe_finds_nothing_where_one_begins(studio):
    studio.open("/wizard/")
    studio.page.wait_for_load_state("networkidle")
    studio.check_axe()


def test_on_a_phone_the_designer_says_what_it_needs(studio):
    page = studio.page
    studio.open("/")
    studio.look(width=390, height=844)
    studio.open("/wizard/order_flow")
    expect(page.get_by_text("The designer needs a wider window")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    studio.check_axe()
    studio.look(width=390, height=844)
    page.get_by_role("button", name="Open it anyway").click()
    expect(page.get_by_role("tab", name="Design")).to_be_visible()
    studio.look()
