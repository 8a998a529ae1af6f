"""The copilot in the browser without a model: an outline that was seen before it is applied; explain, fix, failures."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.support.studio.designing import THREE_STEPS, Designer

GUIDE = "When a high value order comes in, ask finance on Slack and charge the card"


def card(designer: Designer) -> Locator:
    return designer.page.get_by_role("region", name="Copilot")


def proposal(designer: Designer) -> Locator:
    return designer.page.get_by_role("dialog", name="The copilot proposes")


def test_without_a_model_the_sentence_becomes_an_outline(studio, screens):
    page = studio.page
    studio.open("/wizard/")
    expect(page.get_by_label("What is to happen?")).to_be_focused()
    page.keyboard.type(GUIDE)
    page.get_by_label("Name", exact=True).fill("high_value")
    page.get_by_role("button", name="Outline it").click()
    page.wait_for_url("**/studio/wizard/high_value**")
    designer = Designer(studio, "high_value", opened=False)
    shown = proposal(designer)
    expect(shown.get_by_role("heading", name="Plan")).to_be_visible()
    expect(shown.locator("[data-card]")).to_have_count(3)
    expect(shown.locator(".diff-legend")).not_to_contain_text("removed")  # the blank start is no loss
    expect(shown).to_contain_text("Made without a model.")
    screens(studio, "copilot-outline", widths=(1440, 1024))
    studio.check_axe()
    before = studio.server.json("GET", "/workflows/high_value/draft")["document"]["definition"]
    assert list(before["States"]) == ["Begin"], "nothing is applied before it was looked at"

    shown.get_by_role("button", name="Apply").click()
    expect(shown).to_have_count(0)
    designer.expect_last_step("Outline: When a high value order")
    states = designer.states()
    assert [state["Comment"] for state in states.values()] == [
        "TODO: When a high value order comes in", "TODO: ask finance on Slack", "TODO: charge the card"]
    assert len(designer.saved()["studio"]["to_dos"]) == 3
    designer.undo()
    designer.wait_states("Begin")
    expect(card(designer)).to_contain_text("No model is set")


def test_a_proposal_that_is_discarded_changes_nothing(studio):
    designer = Designer(studio, "discarded", THREE_STEPS)
    before = designer.saved()
    card(designer).get_by_label("What should happen?").fill("Charge the card")
    designer.page.keyboard.press("ControlOrMeta+Enter")
    expect(proposal(designer).locator(".diff-legend")).to_contain_text("removed")
    proposal(designer).get_by_role("button", name="Discard").click()
    expect(proposal(designer)).to_have_count(0)
    assert designer.saved() == before


def test_a_workflow_and_a_state_are_explained(studio, screens):
    designer = Designer(studio, "explained", THREE_STEPS)
    card(designer).get_by_role("button", name="Explain the workflow").click()
    explanation = card(designer).get_by_role("region", name="Explanation")
    expect(explanation).to_contain_text("begins with First")
    expect(explanation).to_contain_text("Sets total")
    expect(explanation).to_contain_text("otherwise to Third")
    screens(studio, "copilot-explain")
    studio.check_axe()
    designer.select("Big?")
    card(designer).get_by_role("button", name="Explain Big?").click()
    expect(explanation).not_to_contain_text("begins with First")
    expect(explanation).to_contain_text("$total > 100")
    card(designer).get_by_role("button", name="Close").click()
    expect(explanation).to_have_count(0)


def test_a_problem_of_the_list_is_fixed(studio):
    designer = Designer(studio, "mended", {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Chrage"}, "Charge": {"Type": "Succeed"}}})
    designer.show_problems()
    row = designer.problems.get_by_role("listitem").filter(has_text=re.compile("Chrage"))
    row.first.get_by_role("button", name="Ask the copilot").click()
    expect(proposal(designer)).to_contain_text("Charge is the nearest name")
    proposal(designer).get_by_role("button", name="Apply").click()
    designer.expect_last_step(re.compile("^Fix: "))
    assert designer.states()["A"]["Next"] == "Charge"


def test_what_has_no_safe_fix_is_said(studio):
    designer = Designer(studio, "unmended", {
        "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -5, "End": True}}})
    studio.expect_refusal(403, "/copilot/fix")
    designer.show_problems()
    designer.problems.get_by_role("button", name="Ask the copilot").first.click()
    expect(card(designer)).to_contain_text("no safe fix is known")
    expect(card(designer)).to_contain_text("Correct it by hand")


def test_error_handling_is_added_to_a_step(studio):
    task = {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}}
    designer = Designer(studio, "handled", {
        "QueryLanguage": "JSONata", "StartAt": "A",
        "States": {"A": {**task, "Next": "B"}, "B": {**task, "End": True}}})
    designer.select("A")
    card(designer).get_by_role("button", name="Add error handling").click()
    expect(proposal(designer)).to_contain_text("A is tried again after 2, 4 and 8 seconds")
    proposal(designer).get_by_role("button", name="Apply").click()
    designer.expect_last_step("Add error handling to A")
    states = designer.states()
    assert states["A"]["Catch"][0]["Next"] == "A Failed"
    assert "Retry" not in states["B"]


def test_error_handling_is_offered_for_what_can_have_it_alone(studio):
    end = {"Type": "Pass", "End": True}
    designer = Designer(studio, "offered", {"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": [{"StartAt": "In", "States": {"In": end}}], "Next": "Refuse"},
        "Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "x"},
    }})
    button = card(designer).get_by_role("button", name="Add error handling")
    expect(button).to_be_visible()
    for name, count in (("A", 0), ("Both", 1), ("Refuse", 0)):
        designer.select(name)
        expect(card(designer).get_by_role("button", name=f"Explain {name}")).to_be_visible()
        expect(button).to_have_count(count)
        designer.card(name).click(button="right")
        menu = studio.page.get_by_role("menu", name=f"What to do with {name}")
        expect(menu.get_by_role("menuitem", name="Explain it")).to_be_visible()
        expect(menu.get_by_role("menuitem", name="Add error handling")).to_have_count(count)
        studio.page.keyboard.press("Escape")
