"""Triggers in the browser: what arrives by real calls is listed, opened, tested and replayed; the designer's panel."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.patience import wait_until

GREET = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}
HOOKED = {
    "name": "hooked", "definition": GREET,
    "triggers": [
        {
            "type": "webhook", "name": "orders", "path": "orders", "auth": {"style": "none"},
            "when": "{% $states.input.total > 100 %}", "input": {"order": "{% $states.input.id %}"},
        },
        {"type": "schedule", "name": "nightly", "expression": "cron(0 6 ? * MON-FRI *)", "timezone": "Europe/Berlin"},
    ],
}


@pytest.fixture(scope="module")
def hooked(studio_server):
    studio_server.json("POST", "/workflows/import", {"document": HOOKED, "publish": True})


def called(server, body):
    """A sender's call: no session, no token."""
    status, _ = server.request("POST", "/hooks/hooked/orders", body, Authorization="")[:2]
    return status


def test_a_webhook_is_seen_arriving_replayed_and_paused(studio, hooked):
    page, server = studio.page, studio.server
    studio.open("/triggers/")
    webhook = page.get_by_role("row").filter(has_text="/hooks/hooked/orders")
    expect(webhook).to_contain_text(f"{server.url}/hooks/hooked/orders")
    signed = page.get_by_role("row").filter(has_text="/hooks/order_flow/orders")
    expect(signed).to_contain_text("signed with an HMAC of a secret")
    named = page.get_by_role("link", name="support_triage")
    assert named.evaluate("link => link.getClientRects().length") == 1, "its name is broken within a word"
    expect(webhook).to_contain_text("Listening")
    schedule = page.get_by_role("row").filter(has_text="hooked").filter(has_text="Europe/Berlin")
    expect(schedule).to_contain_text(re.compile(r"in \d+ (d|h|min)"))
    webhook.get_by_role("link", name="orders", exact=True).click()
    expect(page.get_by_text("Nothing arrived yet")).to_be_visible()
    assert called(server, {"id": "A-1", "total": 250}) == 202
    assert called(server, {"id": "A-2", "total": 20}) == 202
    rows = page.get_by_role("table", name="Deliveries").get_by_role("row")
    expect(rows.filter(has_text="Not matched")).to_contain_text("not more than 100")
    started = rows.filter(has=page.locator("[data-status=STARTED]"))
    studio.check_axe()

    started.get_by_role("button", name=re.compile("open orders")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("A-1")
    dialog.get_by_role("button", name="Replay …").click()
    page.get_by_role("dialog").get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Replays")  # the new delivery is open
    studio.check_axe()
    page.get_by_role("dialog").get_by_role("link", name=re.compile("^orders")).click()
    page.wait_for_url("**/executions/**")
    page.get_by_text("Started by trigger").get_by_role("link", name="hooked/orders").click()
    expect(page.get_by_role("dialog")).to_contain_text("Replays")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(started).to_have_count(2)

    page.get_by_role("button", name="Pause hooked/orders").click()
    expect(page.get_by_text("it answers 503").first).to_be_visible()
    assert called(server, {"id": "A-3", "total": 250}) == 503
    page.get_by_role("button", name="Resume hooked/orders").click()
    expect(page.get_by_role("button", name="Pause hooked/orders")).to_be_visible()
    assert called(server, {"id": "A-3", "total": 250}) == 202


def test_what_arrived_is_tested_and_becomes_the_input_of_a_test(studio, hooked):
    page, server = studio.page, studio.server
    assert called(server, {"id": "B-1", "total": 300}) == 202
    studio.open("/triggers/hooked/orders")
    open_first = page.get_by_role("button", name=re.compile("open orders")).first
    open_first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Test with this …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Test", exact=True).click()
    expect(dialog).to_contain_text("It matches")
    expect(dialog.get_by_label("The execution's input", exact=True)).to_contain_text("B-1")
    studio.check_axe()
    dialog.get_by_role("button", name="Close").last.click()
    open_first.click()
    page.get_by_role("button", name="Use as test input").click()
    page.wait_for_url("**/wizard/hooked?tab=test")
    expect(page.get_by_label("Input of the test")).to_contain_text('"order": "B-1"')


def test_a_schedule_is_added_with_its_next_times_and_published(studio):
    page, server = studio.page, studio.server
    server.json("POST", "/workflows/import", {"document": {"name": "scheduled", "definition": GREET}})
    studio.open("/wizard/scheduled")
    page.get_by_role("button", name="Workflow settings").click()
    dialog = page.get_by_role("dialog", name="Workflow settings")
    dialog.get_by_text("Triggers", exact=True).click()
    dialog.get_by_role("button", name="Schedule", exact=True).click()
    expect(dialog.get_by_role("group", name="Schedule: schedule").get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Next times").get_by_role("listitem")).to_have_count(10)
    dialog.get_by_role("button", name="At set times").click()
    studio.expect_refusal(422, "/definitions/validate|/draft")
    dialog.get_by_label("cron", exact=True).fill("cron(0 6 * *)")
    expect(dialog).to_contain_text("cron() has six fields")
    dialog.get_by_label("cron", exact=True).fill("cron(30 4 ? * MON *)")
    expect(dialog.get_by_label("Next times").get_by_role("listitem").first).to_contain_text("04:30")
    studio.check_axe()

    dialog.get_by_role("button", name="Webhook", exact=True).click()
    name = dialog.get_by_role("group", name="Webhook: webhook").get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_be_in_viewport()
    proof = dialog.get_by_label("How a call proves who sent it")
    expect(proof).to_have_value("")  # it is left to whoever writes it
    expect(dialog).to_contain_text("does not say how a call proves who sent it")
    proof.select_option("github")
    dialog.get_by_role("combobox", name=re.compile("^Secret")).select_option("DEMO_PAYMENT_KEY")
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("cron(30 4 ? * MON *) in UTC comes next at")
    expect(dialog).to_contain_text("DEMO_PAYMENT_KEY for trigger:webhook, any host")  # the owner is asked once
    dialog.get_by_role("button", name="Grant it").click()
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 of scheduled is active")).to_be_visible()
    listed = [each for each in server.json("GET", "/triggers")["triggers"] if each["workflow"] == "scheduled"]
    assert [(each["name"], each["listens"]) for each in listed] == [("schedule", True), ("webhook", True)]


def test_what_arrived_of_a_workflow_with_sensitive_fields_is_revealed_for_a_reason(studio):
    page, server = studio.page, studio.server
    schema = {"type": "object", "properties": {"card": {"type": "string", "x-sensitive": True}}}
    hook = {"type": "webhook", "path": "pay", "auth": {"style": "none"}}
    document = {"name": "masked", "definition": GREET, "input_schema": schema, "triggers": [hook]}
    server.json("POST", "/workflows/import", {"document": document, "publish": True})
    assert server.request("POST", "/hooks/masked/pay", {"card": "4000-1111"}, Authorization="")[0] == 202
    studio.open("/triggers/masked/webhook")
    page.get_by_role("button", name=re.compile("open webhook")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Sensitive fields are hidden")
    expect(dialog).not_to_contain_text("4000-1111")
    dialog.get_by_role("button", name="Reveal …").click()
    asked = page.get_by_role("dialog", name="Reveal sensitive fields?")
    asked.get_by_label("Reason").fill("Ticket 4711")
    asked.get_by_role("button", name="Reveal", exact=True).click()
    expect(page.get_by_role("dialog").last).to_contain_text("4000-1111")
    expect(page.get_by_text("For the reason: Ticket 4711")).to_be_visible()


ORDER = {
    "type": "object", "title": "Order", "description": "What the kitchen is to make.",
    "required": ["name", "count", "size"], "properties": {
        "name": {"type": "string", "title": "Your name"},
        "count": {"type": "integer", "minimum": 1, "title": "How many", "description": "Whole cakes."},
        "size": {"enum": ["small", "large"], "title": "Size"},
        "wishes": {"type": "array", "items": {"type": "string"}, "title": "Wishes"},
        "note": {"type": "string", "maxLength": 2000, "title": "Note"},
    },
}


@pytest.fixture(scope="module")
def formed(studio_server):
    document = {"name": "cakes", "definition": GREET, "input_schema": ORDER, "triggers": [{"type": "form"}]}
    studio_server.json("POST", "/workflows/import", {"document": document, "publish": True})


def test_a_form_is_filled_in_by_who_is_signed_in(studio, formed, screens):
    page, server = studio.page, studio.server
    studio.open("/triggers/cakes/form")
    page.get_by_role("link", name="Fill it in").click()
    page.wait_for_url("**/forms/cakes/form")
    expect(page.get_by_role("heading", name="Order")).to_be_visible()
    studio.check_axe()
    screens(studio, "form", widths=(1440, 390))
    page.get_by_label("How many").fill("0")
    page.get_by_label("Wishes").fill("no nuts")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("3 answers will not do yet").first).to_be_visible()
    expect(page.get_by_text("This is needed.").first).to_be_visible()
    expect(page.get_by_label("Wishes")).to_have_value("no nuts")  # nothing is lost
    studio.check_axe()
    screens(studio, "form-faults", widths=(1440, 390))
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("How many").fill("2")
    page.get_by_role("button", name=re.compile("^Size")).click()
    page.get_by_role("option", name="large").click()
    page.get_by_role("button", name="Submit").click()
    started = page.get_by_role("link", name=re.compile("^cakes:form"))
    expect(started).to_be_visible()
    studio.check_axe()
    screens(studio, "form-done", widths=(1440, 390))
    started.click()
    page.wait_for_url("**/executions/**")
    [row] = server.json("GET", "/executions?workflow=cakes")["executions"]
    found = server.json("GET", f"/executions/{row['id']}")
    assert found["input"] == {"name": "Ada", "count": 2, "size": "large", "wishes": ["no nuts"]}
    assert found["started_by"] == server.json("GET", "/me")["actor"]


def test_a_viewer_is_offered_nothing_that_a_viewer_may_not_do(studio_server, guest, hooked, formed, screens):
    """Each act of the pages of triggers says why it does nothing; nothing is sent, and what is looked at is shown."""
    assert called(studio_server, {"id": "V-1", "total": 500}) == 202
    viewer = guest("viewer")
    page = viewer.page
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method != "GET" else None)
    viewer.open("/triggers/")
    expect(page.get_by_role("row").filter(has_text="cakes")).to_be_visible()
    viewer.check_axe()
    screens(viewer, "triggers-viewer", widths=(1440, 390))
    acts = ("Pause", "Resume", "Replay", "Fill it in", "Make a link")

    def refused():
        """The acts that are on the page, each clicked; none is one that does something."""
        found = page.locator("button, a").evaluate_all(
            """(all, acts) => all.map((el) => [el, (el.innerText || el.getAttribute("aria-label") || "").trim()])
                .filter(([, name]) => acts.some((act) => name.startsWith(act)))
                .map(([el, name]) => { el.click(); return [name, el.disabled || el.ariaDisabled === "true"]; })""",
            list(acts),
        )
        assert all(is_disabled for _, is_disabled in found), found
        return {name for name, _ in found}

    refused()
    viewer.open("/triggers/hooked/orders")
    row = page.get_by_role("button", name=re.compile("open orders")).first
    expect(row).to_be_visible()
    assert any("Replay" in name for name in refused())
    row.click()
    expect(page.get_by_role("dialog")).to_contain_text("500")
    refused()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    viewer.open("/triggers/cakes/form")
    expect(page.get_by_role("heading", name="cakes/form")).to_be_visible()
    assert {"Fill it in", "Make a link"} <= refused()
    screens(viewer, "trigger-viewer", widths=(1440, 390))
    assert sent == []
    viewer.expect_refusal(403, "/forms/")
    viewer.open("/forms/cakes/form")
    expect(page.get_by_text(re.compile("operator")).first).to_be_visible()
    viewer.check_axe()
    screens(viewer, "form-viewer", widths=(1440, 390))
    assert sent == []


def test_an_alert_that_was_given_up_is_listed_with_the_reason(studio):
    page, server = studio.page, studio.server
    document = {
        "name": "unheard", "definition": {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Boom"}}},
        "alerts": [{"name": "pager", "workflow": "nobody"}],
    }
    server.json("POST", "/workflows/import", {"document": document, "publish": True})
    server.json("POST", "/workflows/unheard/executions", {"name": "one"})
    address = "/triggers/unheard/alert:pager"
    wait_until(lambda: server.request("GET", f"{address}/deliveries")[0] == 200, "the alert is given up")
    studio.expect_refusal(404, "/triggers/unheard/alert")
    studio.open(address)
    expect(page.get_by_text("were given up: nobody took them")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="the alert is not told")
    expect(row).to_contain_text("nobody")
    expect(row).to_contain_text("Refused")
    expect(page.get_by_role("button", name=re.compile("Replay"))).to_have_count(0)
    studio.check_axe()


def test_what_arrived_fits_a_phone(studio, studio_server, hooked):
    assert called(studio_server, {"id": "P-1", "total": 500}) == 202
    page = studio.page
    page.set_viewport_size({"width": 390, "height": 844})
    studio.open("/triggers/hooked/orders")
    expect(page.get_by_role("button", name=re.compile("open orders")).first).to_be_visible()
    expect(page.locator("tbody a[href*='/executions/']").first).to_be_visible()
    table = page.get_by_role("table").first
    assert table.evaluate("table => table.parentElement.scrollWidth - table.parentElement.clientWidth") <= 0
