"""Approvals in the browser: the list, one approval with its form on a phone, who may not answer, and one decided."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from engine.clock import SystemClock
from tests.support import patience
from tests.support.patience import wait_until
from tests.support.studio.browsing import Studio, StudioServer
from tests.support.vendors.slack_server import SlackServer, text

FORM = {"type": "object", "required": ["account"], "properties": {
    "account": {"type": "string", "title": "Account", "description": "Where it is booked."},
    "priority": {"title": "Priority", "enum": ["normal", "high"]}, "limit": {"type": "integer", "title": "Limit"},
}}


def ask(server, name, **arguments):
    """An execution of a workflow of its own asks; the approval."""
    definition = {"QueryLanguage": "JSONata", "StartAt": "Ask Finance", "States": {"Ask Finance": {
        "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken", "Arguments": arguments,
        "TimeoutSeconds": 172_800, "End": True,
    }}}
    server.json("POST", "/workflows/import", {"document": {"name": name, "definition": definition}, "publish": True})
    server.json("POST", f"/workflows/{name}/executions", {"name": "run-1", "input": {}})

    def found():
        listed = server.json("GET", "/approvals?limit=100")["approvals"]
        return next((one for one in listed if one["execution"] == f"{name}:run-1"), None)

    return wait_until(found)


def test_nothing_waits(empty_studio, screens):
    empty_studio.open("/approvals/")
    expect(empty_studio.page.get_by_text("Nothing waits for an answer")).to_be_visible()
    expect(empty_studio.page.get_by_text("waits for its task token is no approval")).to_be_visible()
    empty_studio.check_axe()
    screens(empty_studio, "approvals-empty", widths=(1440, 390))


def test_a_run_that_waits_says_who_answers_it(studio):
    page, server = studio.page, studio.server
    asked = ask(server, "led", question="Charge it?")
    studio.open("/executions/led%3Arun-1")
    page.get_by_role("link", name="Answer it").click()
    expect(page.get_by_role("heading", name="Charge it?")).to_be_visible()
    assert asked["id"] in page.url
    server.json("POST", f"/approvals/{asked['id']}/answer", {"decision": "approved"})

    given = {"expenseId": "e-1", "employee": "noor", "amount": 400, "limit": 100}
    server.json("POST", "/workflows/approval/executions", {"name": "e-1", "input": given})
    studio.open("/executions/approval%3Ae-1")
    expect(page.get_by_text("automate task success TOKEN --output JSON")).to_be_visible()
    expect(page.get_by_text("automate show approval:e-1", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Answer it")).to_have_count(0)
    studio.check_axe()
    server.json("POST", "/executions/approval%3Ae-1/stop", {})


def test_an_approval_is_opened_from_its_link_on_a_phone_and_answered(studio, screens):
    page, server = studio.page, studio.server
    asked = ask(
        server, "charge", question="Charge 2,500.00 EUR for the order o-4711?", form=FORM,
        details={"order": "o-4711", "customer": "Ada Lovelace", "lines": [{"sku": "desk", "quantity": 2}]},
    )
    studio.open("/approvals/")
    expect(page.get_by_role("link", name=asked["question"])).to_be_visible()
    studio.check_axe()
    screens(studio, "approvals", widths=(1440, 390))
    studio.look("light", 390)
    studio.open(f"/approvals/{asked['id']}")
    expect(page.get_by_role("heading", name=asked["question"])).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    details = page.get_by_role("term").filter(has_text="customer").locator("xpath=following-sibling::dd")
    expect(details).to_have_text("Ada Lovelace")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("This is needed.").first).to_be_visible()
    studio.check_axe()
    screens(studio, "approval", widths=(1440, 390))
    page.get_by_label("Account").fill("4711")
    studio.expect_refusal(409, f"/approvals/{asked['id']}")  # where it is read before the reply is here
    page.get_by_label("Comment").fill("within the budget")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved. The workflow goes on.")).to_be_visible()
    ended = wait_until(lambda: (one := server.json("GET", "/executions/charge%3Arun-1"))["status"] != "RUNNING" and one)
    assert (ended["output"]["comment"], ended["output"]["values"]) == ("within the budget", {"account": "4711"})


def test_texts_deep_in_the_details_are_read_as_they_were_written(studio, screens):
    letter = "Dear Ada,\nline two"
    asked = ask(
        studio.server, "letters", question="Send the letter?",
        details={"a": {"b": {"c": {"text": letter, "from": "Kim"}, "pages": 1}}, "note": 'she said "yes"'},
    )
    studio.open(f"/approvals/{asked['id']}")
    details = studio.page.get_by_label("Details", exact=True)
    for shown in (letter, 'she said "yes"', "Kim"):
        expect(details.get_by_text(shown, exact=True)).to_be_visible()
    assert letter in details.inner_text().replace("\u00a0", " ")
    screens(studio, "approval-deep", widths=(1440, 390))
    studio.check_axe()


def test_where_no_approval_is_the_page_says_what_may_have_happened_and_where_to_go(studio, screens):
    page = studio.page
    studio.expect_refusal(404, "/approvals/cut-off")
    studio.open("/approvals/cut-off")
    expect(page.get_by_text("There is no approval at this address")).to_be_visible()
    expect(page.get_by_text("the link was cut when it was copied")).to_be_visible()
    expect(page.get_by_role("link", name="all executions")).to_be_visible()
    screens(studio, "approval-not-there", widths=(1440, 390))
    studio.check_axe()
    page.get_by_role("link", name="Other approvals").click()
    expect(page.get_by_role("heading", name="Approvals", level=1)).to_be_visible()


def test_a_link_leads_to_the_approval_after_a_sign_in_with_a_token(studio_server, page):
    asked = ask(studio_server, "linked", question="Ship the linked one?")
    token = studio_server.json("POST", "/tokens", {"name": "on-a-phone", "role": "operator"})["token"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{studio_server.url}/studio/approvals/{asked['id']}")
    page.get_by_label("Or sign in with a token:").fill(token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Ship the linked one?")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()


def test_what_was_decided_meanwhile_is_said(studio):
    page, server = studio.page, studio.server
    asked = ask(server, "twice", question="Ship it?")
    page.route("**/changes?*", lambda _route: None)  # the answer is not heard of
    studio.open(f"/approvals/{asked['id']}")
    expect(page.get_by_role("button", name="Refuse")).to_be_visible()
    server.json("POST", f"/approvals/{asked['id']}/answer", {"decision": "approved"})
    studio.expect_refusal(409, f"/approvals/{asked['id']}")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Your answer was not taken")).to_be_visible()
    expect(page.get_by_role("button", name="Refuse")).to_have_count(0)
    expect(page.get_by_role("link", name="See twice:run-1")).to_be_visible()
    studio.open(f"/approvals/{asked['id']}")
    expect(page.get_by_text("There is nothing to answer here any more")).to_be_visible()
    expect(page.get_by_role("link", name="See twice:run-1")).to_be_visible()
    studio.check_axe()
    page.get_by_role("link", name="Other approvals").click()
    expect(page.get_by_role("heading", name="Approvals")).to_be_visible()


def test_what_others_answer_shows_while_the_page_is_open(studio, guest, screens):
    """Without a click: the first of two in another tab, then what decides. The own answer keeps its thanks."""
    server = studio.server
    asked = ask(server, "both", question="Ship the two?", needed=2, form=FORM)
    studio.open(f"/approvals/{asked['id']}")
    studio.page.get_by_label("Account").fill("47")
    one, other = guest("operator"), guest("operator")
    for tab in (studio, one, other):
        tab.expect_refusal(409, f"/approvals/{asked['id']}")
    for tab in (one, other):
        tab.open(f"/approvals/{asked['id']}")
        tab.page.get_by_label("Account").fill("4711")
    one.page.get_by_role("button", name="Approve", exact=True).click()
    expect(one.page.get_by_text("Your approval counts. 1 more must approve.")).to_be_visible()
    for tab in (studio, other):
        expect(tab.page.get_by_role("heading", name="1 of 2 have approved")).to_be_visible()
    expect(studio.page.get_by_label("Account")).to_have_value("47")
    other.page.get_by_role("button", name="Approve", exact=True).click()
    expect(other.page.get_by_text("Approved. The workflow goes on.")).to_be_visible()
    expect(studio.page.get_by_text("There is nothing to answer here any more")).to_be_visible()
    for gone in (("button", "Refuse"), ("heading", "1 of 2 have approved")):
        expect(studio.page.get_by_role(gone[0], name=gone[1])).to_have_count(0)
    expect(studio.page.get_by_role("heading", name="Ship the two?")).to_be_visible()
    expect(studio.page.get_by_role("status").filter(has_text="answered no longer")).to_have_count(1)
    expect(one.page.get_by_text("Your approval counts.")).to_be_visible()
    studio.check_axe()
    screens(studio, "approval-over", widths=(1440, 390))


@pytest.mark.parametrize(("role", "offered"), [("viewer", False), ("publisher", True)])
def test_what_one_may_not_do_is_not_offered(studio, guest, role, offered, screens):
    asked = ask(studio.server, f"for-{role}", question="Publish the prices?", approvers=["role:publisher"])
    other = guest(role)
    other.open(f"/approvals/{asked['id']}")
    expect(other.page.get_by_role("heading", name=asked["question"])).to_be_visible()
    expect(other.page.get_by_role("button", name="Approve", exact=True)).to_have_count(1 if offered else 0)
    if not offered:
        expect(other.page.get_by_text("It is for the role publisher.")).to_be_visible()
        other.check_axe()
        screens(other, "approval-viewer", widths=(1440, 390))


class Slack(SlackServer):
    """Presses buttons as Slack does; `told` is what its user was told then."""

    def __init__(self):
        self.told = []
        super().__init__()

    def answer(self, arrived):
        self.told.append(json.loads(arrived.body)["text"])
        return text(200, "ok")

    def press(self, server, asked, secret):
        action = {"action_id": "automate_approve", "value": asked["id"], "type": "button"}
        payload = {"type": "block_actions", "user": {"id": "U1"}, "actions": [action],
                   "response_url": f"http://{self.address}/actions/T1/1/x"}
        body, at = urlencode({"payload": json.dumps(payload)}).encode(), int(SystemClock().now())
        made = hmac.new(secret.encode(), b"v0:%d:%s" % (at, body), hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"{server.url}/hooks/slack.com/approvals", body, {  # noqa: S310  our own address
            "Content-Type": "application/x-www-form-urlencoded", "X-Slack-Signature": f"v0={made}",
            "X-Slack-Request-Timestamp": str(at),
        })
        with urllib.request.urlopen(request, timeout=patience.SECONDS) as answered:  # noqa: S310  likewise
            assert answered.status == 200


@pytest.mark.full
def test_what_is_answered_in_slack_is_over_on_the_page_and_the_other_way_round(tmp_path, context):
    slack, secret = Slack(), "8f742231b10e8888abcd99yyyzzz85a5"
    server = StudioServer(
        tmp_path / "data", AUTOMATE_SLACK_SIGNING_SECRET="SLACK_SIGNING", AUTOMATE_SLACK_USERS="U1=ada/operator",
        AUTOMATE_EGRESS_ALLOW=slack.address,
    )
    studio = Studio(server, context)
    try:
        server.json("PUT", "/secrets/SLACK_SIGNING", {"value": secret})
        for workflow in ("pressed", "clicked"):
            server.json("POST", "/secrets/SLACK_SIGNING/grants", {"workflow": workflow})
        asked = ask(server, "pressed", question="Ship it?")
        studio.open(f"/approvals/{asked['id']}")
        expect(studio.page.get_by_role("button", name="Refuse")).to_be_visible()
        studio.expect_refusal(409, f"/approvals/{asked['id']}")
        slack.press(server, asked, secret)
        assert slack.told == ["Your answer counts."]
        expect(studio.page.get_by_text("There is nothing to answer here any more")).to_be_visible()
        expect(studio.page.get_by_role("button", name="Refuse")).to_have_count(0)
        assert server.wait_closed("pressed:run-1")["output"]["by"] == "ada"

        asked = ask(server, "clicked", question="Ship that?")
        studio.open(f"/approvals/{asked['id']}")
        studio.expect_refusal(409, f"/approvals/{asked['id']}")
        studio.page.get_by_role("button", name="Approve", exact=True).click()
        expect(studio.page.get_by_text("Approved. The workflow goes on.")).to_be_visible()
        slack.press(server, asked, secret)
        assert slack.told[1].startswith("Your answer was not taken: "), slack.told
        assert server.wait_closed("clicked:run-1")["output"]["by"] != "ada"
        studio.close()
    finally:
        server.stop()
        slack.close()
