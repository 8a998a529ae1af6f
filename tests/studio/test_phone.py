"""The designer on a phone: the draft's picture, its problems, and the whole conversation about it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.studio.explorer_page import address
from tests.support import patience
from tests.support.copilot_drafts import REQUEST, calling, draft, proposing
from tests.support.model_server import Say
from tests.support.studio.designing import THREE_STEPS, Designer

PHONE = {"width": 390, "height": 844}
BLANK = {"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "End": True}}}


@pytest.fixture(scope="module")
def studio_server(talking_server):
    return talking_server


@pytest.fixture
def phone(studio):
    """The page on a phone."""
    studio.page.set_viewport_size(PHONE)
    return studio


@pytest.fixture
def pictured(screens, phone):
    """`pictured(name)`: pictures of the phone in both themes, with nothing wider than its screen."""
    def taken(name):
        screens(phone, name, widths=(390,), then=390)
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    return taken


def imported(studio, name, definition):
    document = {"name": name, "definition": definition}
    studio.server.json("POST", "/workflows/import", {"document": document, "force": True})
    studio.open(f"/wizard/{name}")


def card(page) -> Locator:
    return page.get_by_role("region", name="Copilot")


def field(page) -> Locator:
    return card(page).get_by_role("textbox")


def turn(page, number: int) -> Locator:
    return card(page).get_by_role("listitem", name=f"Turn {number}", exact=True)


def saved(studio, name) -> list[str]:
    return list(studio.server.json("GET", f"/workflows/{name}/draft")["document"]["definition"]["States"])


def test_a_conversation_with_a_question_a_proposal_apply_and_undo(phone, model, pictured):
    page = phone.page
    question = {"question": "Who approves orders over 1,000?", "choices": ["finance", "the account manager"]}
    model.script[:] = [calling("ask", question), proposing(draft()), Say(["Nothing more is scripted."])]
    imported(phone, "spoken", BLANK)
    field(page).fill(REQUEST)
    pictured("phone-designer")
    phone.check_axe(**PHONE)
    card(page).get_by_role("button", name="Draft it").click()
    choice = turn(page, 1).get_by_role("button", name="finance", exact=True)
    expect(choice).to_be_in_viewport(ratio=1, timeout=patience.SECONDS * 1000)
    pictured("phone-question")
    choice.click()
    second = turn(page, 2)
    look = second.get_by_role("button", name="Look at it")
    expect(look).to_be_in_viewport(ratio=1, timeout=patience.SECONDS * 1000)
    expect(second).to_contain_text("5 added, 1 removed, 4 of 4 cases pass")
    pictured("phone-conversation")
    phone.check_axe(**PHONE)

    look.click()
    dialog = page.get_by_role("dialog", name="The copilot proposes")
    expect(dialog.get_by_role("region", name="Cases")).to_contain_text("nobody-answers")
    pictured("phone-proposal")
    expect(dialog.locator("[data-card]")).to_have_count(5)
    dialog.locator(".pb-graph").scroll_into_view_if_needed()
    expect(dialog.locator(".diff-legend")).to_contain_text("5 added")
    pictured("phone-difference")
    phone.check_axe(**PHONE)
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".thumbnail-state")).to_have_count(5)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert saved(phone, "spoken")[0] == "High Value?"
    expect(page.get_by_role("region", name="Problems")).to_contain_text("3 to do")

    second.get_by_role("button", name="Undo").click()
    expect(page.locator(".thumbnail-state")).to_have_count(1)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert saved(phone, "spoken") == ["Begin"]
    page.get_by_role("toolbar", name="History").get_by_role("button", name="Redo", exact=True).click()
    expect(page.locator(".thumbnail-state")).to_have_count(5)

    # Opened again, the conversation is read from its end.
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    expect(card(page).get_by_role("button", name="Send")).to_be_in_viewport()


def test_who_scrolled_up_reads_on_while_a_turn_runs(phone, model):
    page = phone.page
    model.script[:] = [Say(["A line of the answer.\n"] * 2_000, slowly=0.05), Say(["Nothing more is scripted."])]
    imported(phone, "long", BLANK)
    field(page).fill("why is there a wait?")
    field(page).press("Enter")
    send = card(page).get_by_role("button", name="Send")
    expect(send).to_be_in_viewport()
    page.wait_for_function("() => document.querySelector('.cp-turns').clientHeight > 1200")
    expect(send).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    expect(send).not_to_be_in_viewport()
    before = page.evaluate("document.querySelector('.cp-turns').clientHeight")
    page.wait_for_function("before => document.querySelector('.cp-turns').clientHeight > before + 100", arg=before)
    assert page.evaluate("scrollY") == 0
    card(page).get_by_role("button", name="Stop").click()
    expect(turn(page, 1)).to_contain_text("Stopped", timeout=patience.SECONDS * 1000)


def test_a_failed_execution_is_mended_on_a_phone(phone, pictured):
    page = phone.page
    phone.server.publish("torn", {"StartAt": "Ship", "States": {
        "Ship": {"Type": "Pass", "Parameters": {"of.$": "$.ordre"}, "End": True}}})
    phone.open(address(phone.server.run("torn", {"order": 7}, "one")))
    page.get_by_role("button", name="Mend it with the copilot").click()
    expect(field(page)).to_have_value(re.compile("^The execution one failed at Ship with “States"))
    expect(card(page)).to_contain_text("about execution one")
    pictured("phone-mend")
    phone.check_axe(**PHONE)
    card(page).get_by_role("button", name="Not about execution one").click()
    expect(card(page)).not_to_contain_text("about execution one")


def test_problems_are_listed_and_lead_to_the_form(phone, pictured):
    page = phone.page
    states = {**THREE_STEPS["States"], "Third": {"Type": "Pass", "Next": "Fruth"}}
    imported(phone, "wrong", {**THREE_STEPS, "States": states})
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("2 errors")
    problems.get_by_role("button", name="2 errors").click()
    pictured("phone-problems")
    phone.check_axe(**PHONE)
    problems.get_by_role("listitem").first.get_by_title("Show where it is").click()
    designer = Designer(phone, "wrong", opened=False)
    expect(designer.name_field).to_have_value("Third")


def test_whoever_may_look_sees_the_draft_and_no_copilot(guest, studio):
    studio.server.json("POST", "/workflows/import", {
        "document": {"name": "looked_at", "definition": THREE_STEPS}, "force": True})
    viewer = guest("viewer")
    viewer.page.set_viewport_size(PHONE)
    viewer.open("/wizard/looked_at")
    expect(viewer.page.locator(".thumbnail-state")).to_have_count(4)
    expect(viewer.page.get_by_text("The designer needs a wider window")).to_be_visible()
    expect(card(viewer.page)).to_have_count(0)
    viewer.check_axe(**PHONE)
