"""The copilot in the browser: a sentence becomes a draft that was seen before it is applied; explain, fix, failures."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.support.studio.designing import THREE_STEPS, Designer

GUIDE = "When a high value order comes in, ask finance on Slack and charge the card"
ASK, CHARGE = "connector:approval:ask.waitForTaskToken", "connector:stripe:create_payment_intent"


def card(designer: Designer) -> Locator:
    return designer.page.get_by_role("region", name="Copilot")


def proposal(designer: Designer) -> Locator:
    return designer.page.get_by_role("dialog", name="The copilot proposes")


def resources(document: dict) -> list[str]:
    return [state["Resource"] for state in document["definition"]["States"].values() if "Resource" in state]


def test_the_sentence_of_the_guide_becomes_a_draft(studio, screens):
    """Guide, Using the Visual Studio, Drafting: "When a high value order comes in, …"."""
    page = studio.page
    studio.open("/wizard/")
    expect(page.get_by_label("What is to happen?")).to_be_focused()
    page.keyboard.type(GUIDE)
    page.get_by_label("Name", exact=True).fill("high_value")
    page.get_by_role("button", name="Draft it").click()
    page.wait_for_url("**/studio/wizard/high_value**")
    designer = Designer.__new__(Designer)
    designer.studio, designer.page, designer.name = studio, page, "high_value"
    shown = proposal(designer)
    expect(shown.get_by_role("heading", name="Plan")).to_be_visible()
    expect(shown.get_by_role("list").first).to_contain_text("Ask finance on Slack")
    expect(shown).to_contain_text("high value order? 1000 is a guess")
    expect(shown.locator(".diff-legend")).to_contain_text("6 added")
    expect(shown.locator(".diff-legend")).not_to_contain_text("removed")  # the blank start is no loss
    expect(shown.locator("[data-card]")).to_have_count(6)
    screens(studio, "copilot-proposal", widths=(1440, 1024))
    studio.check_axe()
    before = studio.server.json("GET", "/workflows/high_value/draft")["document"]
    assert resources(before) == [], "nothing is applied before it was looked at"

    shown.get_by_role("button", name="Apply").click()
    expect(shown).to_have_count(0)
    designer.expect_last_step("Draft: When a high value order")
    expect(designer.name_field).to_have_value("High Value Order?")
    document = designer.saved()
    assert sorted(resources(document)) == sorted([ASK, CHARGE])
    assert any("high value" in to_do["text"] for to_do in document["studio"]["to_dos"])
    expect(designer.problems).to_contain_text("to do")
    screens(studio, "copilot-applied")

    designer.undo()
    designer.wait_states("Begin")
    assert resources(designer.saved()) == [], "one undo takes all of it back"


def test_each_word_shows_what_it_became_and_what_became_nothing_is_marked(studio):
    designer = Designer(studio, "words", {"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "End": True}}})
    card(designer).get_by_label("What should happen?").fill("Charge the card and retry it 3 times, in a blue moon")
    card(designer).get_by_role("button", name="Draft it").click()
    shown = proposal(designer)
    said = shown.get_by_role("region", name="Your words")
    lit = shown.locator(".card[data-selected='true']")
    expect(lit).to_have_count(0)
    said.get_by_role("button", name="retry it 3 times").hover()
    expect(said).to_contain_text("MaxAttempts: 3")
    expect(lit).to_contain_text("Charge Card")
    said.get_by_role("button", name="blue moon").focus()
    expect(said).to_contain_text("blue moon: not in the draft")
    expect(said).to_contain_text("a model understands more")
    expect(shown.locator(".cp-to-dos")).to_contain_text('Not in the draft: "blue moon"')
    studio.check_axe()


def test_a_sentence_is_accounted_for_and_its_to_dos_lead_to_their_fields(studio):
    """By keyboard, then by mouse."""
    page = studio.page
    studio.open("/wizard/")
    expect(page.get_by_label("What is to happen?")).to_be_focused()
    page.keyboard.type("When an order above 1000 comes in, ask finance on Slack and charge the card")
    page.keyboard.press("Tab")
    page.keyboard.type("accounted")
    page.keyboard.press("Enter")
    designer = Designer(studio, "accounted", opened=False)
    shown = proposal(designer)
    said = shown.get_by_role("region", name="Your words")
    lit = shown.locator(".card[data-selected='true']")
    place = shown.locator("#cp-place")
    expect(shown.get_by_role("button", name="Close")).to_be_focused()

    def tabbed_to(target):
        for _ in range(40):
            page.keyboard.press("Tab")
            if target.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not come to {target}")

    tabbed_to(said.get_by_role("button", name="above 1000"))
    expect(lit).to_contain_text("Order Above 1000?")
    tabbed_to(said.get_by_role("button", name="Slack", exact=True))
    expect(lit).to_contain_text("Ask Finance On Slack")
    tabbed_to(said.get_by_role("button", name="comes"))
    expect(lit).to_have_count(0)
    expect(place).to_have_text("comes: not in the draft")
    to_dos = shown.get_by_role("region", name="To do")
    tabbed_to(to_dos.get_by_role("button", name="Charge Card"))
    expect(lit).to_contain_text("Charge Card")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(designer.card("Begin")).to_be_focused()

    # The sentence stands where it can be asked again; applied, what was made has the focus.
    card(designer).get_by_label("What should happen?").click()
    page.keyboard.press("ControlOrMeta+Enter")
    word = said.get_by_role("button", name="charge", exact=True)
    word.click()
    shown.get_by_role("heading", name="Plan").hover()
    expect(lit).to_contain_text("Charge Card")
    expect(place).to_contain_text("charge: Charge Card")
    to_dos.get_by_role("button", name="Ask Finance On Slack").hover()
    expect(lit).to_contain_text("Ask Finance On Slack")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(shown).to_have_count(0)
    expect(designer.card("Order Above 1000?")).to_be_focused()

    designer.show_problems()

    def row(text):
        return designer.problems.get_by_role("listitem").filter(has_text=text).get_by_role("button").first

    row("The currency was not said").click()
    expect(designer.properties.get_by_role("textbox", name="Currency")).to_be_focused()
    expect(designer.name_field).to_have_value("Charge Card")
    row("the name is a guess from your words").click()
    expect(designer.properties.get_by_label("Field", exact=True)).to_be_focused()
    row("needs its connection").focus()
    page.keyboard.press("Enter")
    expect(designer.properties.get_by_role("textbox", name="Connection")).to_be_focused()
    page.keyboard.press("Escape")
    expect(designer.card("Charge Card")).to_be_focused()


def test_a_proposal_that_is_discarded_changes_nothing(studio):
    designer = Designer(studio, "discarded", THREE_STEPS)
    before = designer.saved()
    card(designer).get_by_label("What should happen?").fill("Charge the card")
    card(designer).get_by_role("button", name="Draft it").click()
    expect(proposal(designer)).to_contain_text("cannot change a workflow")
    expect(proposal(designer).locator(".diff-legend")).to_contain_text("removed")
    proposal(designer).get_by_role("button", name="Discard").click()
    expect(proposal(designer)).to_have_count(0)
    assert designer.saved() == before


def test_what_is_not_understood_becomes_a_step_that_says_so(studio):
    designer = Designer(studio, "honest", THREE_STEPS)
    card(designer).get_by_label("What should happen?").fill("Frobnicate the widget and then email the owner")
    designer.page.keyboard.press("Control+Enter")
    expect(proposal(designer)).to_contain_text("was not understood")
    proposal(designer).get_by_role("button", name="Apply").click()
    states = designer.states()
    assert "TODO" in states["Frobnicate The Widget"]["Comment"]


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
