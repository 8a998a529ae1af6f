"""From a failed execution to the copilot: the request about it, the proposal, and how the execution goes on by it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.studio.explorer_page import address
from tests.support import patience
from tests.support.copilot_drafts import calling, proposing
from tests.support.model_server import Say
from tests.support.studio.designing import Designer

WORDS = re.compile(r"^The execution one failed at Ship with “States\..*ordre.*”\. What must change\?$", re.DOTALL)


@pytest.fixture(scope="module")
def studio_server(talking_server):
    return talking_server


def shipping(path):
    return {"StartAt": "Pay", "States": {
        "Pay": {"Type": "Pass", "Result": {"paid": True}, "ResultPath": "$.payment", "Next": "Ship"},
        "Ship": {"Type": "Pass", "Parameters": {"of.$": path, "paid.$": "$.payment.paid"}, "End": True},
    }}


def mended():
    """What the model hands in: the path is right, and a case shows it."""
    return proposing({
        "reply": "The path said ordre: it is order.",
        "clauses": [{"number": 1, "done_in": ["Ship"]}, {"number": 2, "done_in": ["Ship"]}],
        "document": {"description": "Ships what was paid.", "definition": shipping("$.order")},
        "cases": [{
            "name": "ships", "input": {"order": 7}, "expect": {"status": "SUCCEEDED", "states": ["Pay", "Ship"]},
        }],
    })


@pytest.fixture
def failed(studio_server):
    """`failed(workflow)`: an execution of it that failed at Ship."""
    def ran(workflow):
        studio_server.publish(workflow, shipping("$.ordre"))
        return studio_server.run(workflow, {"order": 7}, "one")

    return ran


def card(page) -> Locator:
    return page.get_by_role("region", name="Copilot")


def field(page) -> Locator:
    return card(page).get_by_role("textbox")


def turn(page, number: int) -> Locator:
    return card(page).get_by_role("listitem", name=f"Turn {number}", exact=True)


def test_a_failed_execution_is_mended_in_a_conversation_about_it(studio, model, failed, screens):
    page = studio.page
    one = failed("mended")
    model.script[:] = [calling("read_execution", {"id": one["id"]}), mended(), Say(["Nothing more is scripted."])]
    studio.open(address(one))
    wrong = page.get_by_role("note", name="What went wrong")
    expect(wrong).to_contain_text("ordre")
    screens(studio, "mend-with-copilot")
    wrong.get_by_role("button", name="Mend it with the copilot").click()

    page.wait_for_url(re.compile(r"/studio/wizard/mended\?mend=mended%3Aone"))
    expect(field(page)).to_have_value(WORDS, timeout=patience.SECONDS * 1000)
    expect(field(page)).to_be_focused()
    expect(card(page)).to_contain_text("about execution one")
    expect(card(page).get_by_role("link", name="one")).to_have_attribute("href", "/studio/executions/mended%3Aone")
    assert model.asked == [], "it is sent by a person"
    screens(studio, "mend-request", widths=(1440, 1024))
    studio.check_axe()

    field(page).press("Enter")
    first = turn(page, 1)
    expect(first).to_contain_text("read the execution: mended:one", timeout=patience.SECONDS * 1000)
    expect(first).to_contain_text("1 changed, 1 of 1 cases pass", timeout=patience.SECONDS * 1000)
    assert "It is about the execution mended:one" in str(model.asked[0].body["messages"])
    first.get_by_role("button", name="Look at it").click()
    dialog = page.get_by_role("dialog", name="The copilot proposes")
    forward = dialog.get_by_role("region", name="How that execution goes on")
    expect(forward).to_contain_text("one: Once this is published, it can go on by it.")
    expect(forward.get_by_role("link", name="one")).to_have_attribute("href", "/studio/executions/mended%3Aone")
    expect(dialog.get_by_role("region", name="Notes")).not_to_contain_text("Once this is published")
    screens(studio, "mend-proposal", widths=(1440, 1024))
    studio.check_axe()
    dialog.get_by_role("button", name="Apply").click()
    designer = Designer(studio, "mended", opened=False)
    assert designer.states()["Ship"]["Parameters"]["of.$"] == "$.order"


def test_a_request_is_about_it_until_its_mark_is_taken_away(studio, model, failed):
    page = studio.page
    one = failed("marked")
    model.asked.clear()
    model.script[:] = [Say(["It says ordre."]), Say(["Nothing."]), Say(["Nothing more is scripted."])]
    studio.open(f"/wizard/marked?mend={one['id']}")
    expect(field(page)).to_have_value(WORDS, timeout=patience.SECONDS * 1000)
    field(page).fill("Why did the execution one fail?")
    field(page).press("Enter")
    expect(turn(page, 1)).to_contain_text("It says ordre.", timeout=patience.SECONDS * 1000)

    # What was asked is not asked again by itself; the mark stays.
    page.reload()
    expect(turn(page, 1)).to_contain_text("It says ordre.")
    expect(card(page)).to_contain_text("about execution one")
    expect(field(page)).to_have_value("")
    card(page).get_by_role("button", name="Not about execution one").click()
    expect(card(page)).not_to_contain_text("about execution one")
    assert "mend" not in page.url
    field(page).fill("Is there a wait?")
    field(page).press("Enter")
    expect(turn(page, 2)).to_contain_text("Nothing.", timeout=patience.SECONDS * 1000)
    asked = [str(each.body["messages"][-1]) for each in model.asked]
    assert "It is about the execution marked:one" in asked[0]
    assert "It is about the execution" not in asked[1]


def test_a_stopped_one_is_mended_too_and_one_that_succeeded_is_not(studio, failed):
    page = studio.page
    server = studio.server
    server.publish("waiting", {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    started = server.json("POST", "/workflows/waiting/executions", {"name": "long"})
    server.json("POST", f"/executions/{started['id']}/stop", {"cause": "Nobody waits for it"})
    server.wait_closed(started["id"])
    studio.open(address(started))
    page.get_by_role("button", name="Mend it with the copilot").click()
    expect(field(page)).to_have_value(re.compile("^The execution long was stopped at Wait"))

    server.publish("sound", shipping("$.order"))
    studio.open(address(server.run("sound", {"order": 7})))
    expect(page.get_by_role("complementary", name="Step")).to_contain_text("Ship")
    expect(page.get_by_role("button", name="Mend it with the copilot")).to_have_count(0)


def test_it_is_offered_to_those_who_may_edit(guest, failed):
    one = failed("seen")
    viewer = guest("viewer")
    viewer.open(address(one))
    expect(viewer.page.get_by_role("note", name="What went wrong")).to_contain_text("ordre")
    expect(viewer.page.get_by_role("button", name="Mend it with the copilot")).to_have_count(0)


def test_what_was_revealed_is_not_put_into_the_request(studio, studio_server):
    page = studio.page
    definition = {"QueryLanguage": "JSONata", "StartAt": "Refuse", "States": {"Refuse": {
        "Type": "Fail", "Error": "Refused", "Cause": "{% 'The card ' & $states.input.card & ' was refused' %}"}}}
    schema = {"type": "object", "properties": {"card": {"type": "string", "x-sensitive": True}}}
    document = {"name": "cards", "definition": definition, "input_schema": schema}
    studio_server.json("POST", "/workflows/import", {"document": document, "publish": True})
    one = studio_server.run("cards", {"card": "4242-4242-4242"}, "one")
    studio.open(address(one))
    page.get_by_role("button", name="Reveal …").click()
    page.get_by_label("Reason").fill("A customer asked")
    page.get_by_role("dialog").get_by_role("button", name="Reveal").click()
    expect(page.get_by_role("note", name="What went wrong")).to_contain_text("4242-4242-4242")
    page.get_by_role("button", name="Mend it with the copilot").click()
    expect(field(page)).to_have_value(re.compile("^The execution one failed at Refuse with “Refused"))
    expect(field(page)).not_to_have_value(re.compile("4242"))
