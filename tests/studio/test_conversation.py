"""A conversation with a model in the browser: the local server over a scripted model server, by chat completions."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.support import patience
from tests.support.copilot_drafts import REQUEST, calling, draft, proposing, refined
from tests.support.model_server import Say, Status
from tests.support.studio.designing import Designer

BLANK = {"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "End": True}}}


@pytest.fixture(scope="module")
def studio_server(talking_server):
    return talking_server


@pytest.fixture
def talk(studio, model):
    """`talk(name, entry, …)`: the designer of a new workflow, with a model that answers from the script."""
    def made(name, *script, definition=None):
        model.script[:] = [*script, Say(["Nothing more is scripted."])]
        return Designer(studio, name, definition or BLANK)

    return made


def card(designer: Designer) -> Locator:
    return designer.page.get_by_role("region", name="Copilot")


def send(designer: Designer, text: str) -> None:
    field = card(designer).get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def turn(designer: Designer, number: int) -> Locator:
    return card(designer).get_by_role("listitem", name=f"Turn {number}", exact=True)


def dialog(designer: Designer) -> Locator:
    return designer.page.get_by_role("dialog", name="The copilot proposes")


def test_the_sentence_of_the_guide_becomes_a_draft(studio, model, screens):
    """Guide, Using the Visual Studio, Drafting: "When a high value order comes in, …"."""
    model.script[:] = [
        calling("search_actions", {"words": "slack approval charge"}, "Let me ", "look."), proposing(draft()),
        proposing(refined()),
    ]
    page = studio.page
    studio.open("/wizard/")
    expect(page.get_by_label("What is to happen?")).to_be_focused()
    page.keyboard.type(REQUEST)
    page.get_by_label("Name", exact=True).fill("high_value")
    page.get_by_role("button", name="Draft it").click()
    page.wait_for_url("**/studio/wizard/high_value**")
    designer = Designer(studio, "high_value", opened=False)
    first = turn(designer, 1)
    expect(first).to_contain_text("Finance is asked about orders over 1,000", timeout=patience.SECONDS * 1000)
    expect(first).to_contain_text("Let me look.")
    expect(first).to_contain_text("5 added, 1 removed, 4 of 4 cases pass")
    expect(first).to_contain_text("2 answers · 36 tokens")
    screens(studio, "conversation", widths=(1440, 1024))
    studio.check_axe()
    before = studio.server.json("GET", "/workflows/high_value/draft")["document"]["definition"]
    assert list(before["States"]) == ["Begin"], "nothing is applied before it was looked at"

    first.get_by_role("button", name="Look at it").click()
    shown = dialog(designer)
    expect(shown.get_by_role("region", name="Your request")).to_contain_text("ask finance on Slack")
    expect(shown.get_by_role("region", name="Cases")).to_contain_text("nobody-answers")
    expect(shown.get_by_role("region", name="To do")).to_contain_text("A high value is an amount over 1000.")
    shown.get_by_role("region", name="Your request").get_by_role("button", name="Charge Card").hover()
    expect(shown.locator(".card[data-selected='true']")).to_contain_text("Charge Card")
    screens(studio, "conversation-proposal", widths=(1440, 1024))
    studio.check_axe()
    shown.get_by_role("button", name="Apply").click()
    expect(shown).to_have_count(0)
    designer.expect_last_step("Copilot: When a high value order")
    assert len(designer.saved()["cases"]) == 4

    # A refinement is about the draft that was applied, and one undo takes it back.
    send(designer, "after charging, also tell Slack")
    second = turn(designer, 2)
    expect(second).to_contain_text("1 added, 1 changed, 4 of 4 cases pass", timeout=patience.SECONDS * 1000)
    assert "Charge Card" in model.asked[-1].body["messages"][-1]["content"]
    second.get_by_role("button", name="Look at it").click()
    dialog(designer).get_by_role("button", name="Apply").click()
    designer.wait_states("High Value?", "Ask Finance", "Approved?", "Charge Card", "Not Approved", "Tell Slack")
    expect(first.get_by_role("button", name="Undo")).to_be_disabled()
    second.get_by_role("button", name="Undo").click()
    designer.wait_states("High Value?", "Ask Finance", "Approved?", "Charge Card", "Not Approved")


def test_a_question_is_answered_by_a_choice(talk, screens, studio):
    question = {"question": "Who approves?", "choices": ["finance", "the account manager"]}
    designer = talk("asked", calling("ask", question), Say(["Finance ", "it is."]))
    send(designer, "ask somebody before it is charged")
    expect(turn(designer, 1)).to_contain_text("Who approves?", timeout=patience.SECONDS * 1000)
    screens(studio, "conversation-question", widths=(1440, 1024))
    turn(designer, 1).get_by_role("button", name="finance", exact=True).click()
    expect(turn(designer, 2)).to_contain_text("Finance it is.", timeout=patience.SECONDS * 1000)
    expect(turn(designer, 1).get_by_role("button", name="finance", exact=True)).to_be_disabled()
    assert "Who approves? finance / the account manager" in str(talk.__closure__[0].cell_contents.asked[-1].body)


def test_a_turn_that_runs_streams_goes_on_elsewhere_and_can_be_stopped(talk, studio, screens):
    designer = talk("slow", Say(["word "] * 2_000, slowly=0.1))
    send(designer, "why is there a wait?")
    running = turn(designer, 1)
    expect(running).to_contain_text("word word", timeout=patience.SECONDS * 1000)
    expect(running).not_to_contain_text("answer")
    screens(studio, "conversation-running", widths=(1440, 1024))
    studio.open("/wizard/slow")  # another look at the page: the turn has gone on
    expect(running).to_contain_text("word word word word", timeout=patience.SECONDS * 1000)
    card(designer).get_by_role("button", name="Stop").click()
    expect(running).to_contain_text("Stopped", timeout=patience.SECONDS * 1000)
    expect(card(designer).get_by_role("button", name="Stop")).to_have_count(0)


def test_what_fails_says_why_and_a_conversation_is_deleted(talk, studio):
    designer = talk("failing", Status(401, "bad key"))
    send(designer, "charge the card")
    failed = turn(designer, 1)
    expect(failed).to_contain_text("No draft: the model cannot be asked", timeout=patience.SECONDS * 1000)
    expect(failed).to_contain_text("automate copilot setup")
    card(designer).get_by_role("button", name="Delete this conversation").click()
    card(designer).get_by_role("button", name="Delete", exact=True).click()
    expect(failed).to_have_count(0)
    studio.open("/wizard/failing")
    expect(card(designer).get_by_role("textbox")).to_be_visible()
    expect(failed).to_have_count(0)


def test_the_network_may_fail_and_nothing_typed_is_lost(talk, studio):
    designer = talk("offline", Say(["Here."]))
    expect(card(designer).get_by_role("textbox")).to_be_visible()
    studio.expect_refusal(503, "/conversation")
    studio.page.route("**/conversation", lambda route: route.fulfill(
        status=503, content_type="application/json", body='{"error": {"code": "X", "message": "the store is busy"}}'))
    send(designer, "why is there a wait?")
    expect(card(designer)).to_contain_text("the store is busy")
    expect(card(designer).get_by_role("textbox")).to_have_value("why is there a wait?")
    studio.page.unroute("**/conversation")
    card(designer).get_by_role("button", name="Try again").click()
    expect(card(designer)).not_to_contain_text("the store is busy")
    card(designer).get_by_role("textbox").press("Enter")
    expect(turn(designer, 1)).to_contain_text("Here.", timeout=patience.SECONDS * 1000)


def test_what_is_typed_stays_while_the_palette_is_folded(talk):
    designer = talk("folded", Say(["Here."]))
    card(designer).get_by_role("textbox").fill("why is there a wait?")
    designer.page.get_by_role("button", name="Fold the palette").click()
    expect(card(designer)).to_have_count(0)
    designer.page.get_by_role("button", name="Unfold the palette").click()
    expect(card(designer).get_by_role("textbox")).to_have_value("why is there a wait?")
    card(designer).get_by_role("textbox").press("Enter")
    expect(turn(designer, 1)).to_contain_text("Here.", timeout=patience.SECONDS * 1000)
    expect(card(designer).get_by_role("textbox")).to_have_value("")


def test_a_deleted_conversation_leaves_nothing_applied(talk):
    designer = talk("begun_anew", proposing(draft()), proposing(draft()))
    send(designer, REQUEST)
    turn(designer, 1).get_by_role("button", name="Look at it").click(timeout=patience.SECONDS * 1000)
    dialog(designer).get_by_role("button", name="Apply").click()
    expect(turn(designer, 1)).to_contain_text("Applied")
    card(designer).get_by_role("button", name="Delete this conversation").click()
    card(designer).get_by_role("button", name="Delete", exact=True).click()
    expect(turn(designer, 1)).to_have_count(0)
    send(designer, REQUEST)
    expect(turn(designer, 1).get_by_role("button", name="Look at it")).to_be_visible(timeout=patience.SECONDS * 1000)


def test_a_proposal_of_before_a_change_is_stale(talk):
    designer = talk("stale", proposing(draft()))
    send(designer, REQUEST)
    turn(designer, 1).get_by_role("button", name="Look at it").click(timeout=patience.SECONDS * 1000)
    expect(dialog(designer).get_by_role("button", name="Apply")).to_be_enabled()
    dialog(designer).get_by_role("button", name="Discard").click()
    expect(dialog(designer)).to_have_count(0)
    assert isinstance(designer, Designer)
    assert list(designer.states()) == ["Begin"]


