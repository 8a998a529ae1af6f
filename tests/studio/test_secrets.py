"""The guide's "Masking in Admin", and "Rotating Secrets", in the browser: no value of a secret reaches it."""

from __future__ import annotations

import base64
import json

from playwright.sync_api import expect

from tests.support.studio.browsing import Studio, StudioServer

MASK = "********"


def row(page, key):
    return page.get_by_role("row").filter(has_text=key)


def test_values_are_masked_and_who_uses_them_is_shown(studio):
    studio.open("/secrets/")
    payment = row(studio.page, "DEMO_PAYMENT_KEY")
    expect(payment).to_contain_text(MASK)
    expect(payment).to_contain_text("order_flow")
    expect(payment).to_contain_text("Charge Payment")


def test_a_definition_names_its_secret_and_never_holds_it(studio):
    studio.open("/wizard/order_flow?tab=code")
    studio.page.get_by_role("tab", name="Code").wait_for()
    arguments = studio.server.json("GET", "/workflows/order_flow/draft")["document"]["definition"]["States"][
        "Charge Payment"]["Arguments"]
    assert arguments["bearer_token"] == {"$secret": "DEMO_PAYMENT_KEY"}
    expect(studio.page.locator(".cm-content").first).to_contain_text("$secret")


def test_a_secret_is_created_and_rotated_without_changing_its_key(studio):
    page, server = studio.page, studio.server
    studio.open("/secrets/")
    page.get_by_role("button", name="Create secret").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("SLACK_TOKEN")
    dialog.get_by_label("Value").fill(server.canary)
    shows = dialog.get_by_role("button", name="Show what was typed")
    expect(shows).to_have_text("Show")  # a sign alone told nobody what it is
    shows.click()
    expect(dialog.get_by_label("Value")).to_have_attribute("type", "text")
    dialog.get_by_role("button", name="Hide what was typed").click()
    expect(dialog.get_by_label("Value")).to_have_attribute("type", "password")
    dialog.get_by_role("button", name="Create").click()
    expect(row(page, "SLACK_TOKEN")).to_contain_text(MASK)
    page.get_by_role("button", name="Rotate SLACK_TOKEN").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New value").fill(f"{server.canary}-next")
    dialog.get_by_role("button", name="Rotate").click()
    expect(page.get_by_text("SLACK_TOKEN has its new value.")).to_be_visible()
    acts = [entry["act"] for entry in server.json("GET", "/audit?limit=200")["entries"]]
    assert "secret.rotate" in acts
    assert server.canary not in json.dumps(server.json("GET", "/audit?limit=200"))


def test_rotating_says_who_uses_it(studio):
    studio.open("/secrets/")
    studio.page.get_by_role("button", name="Rotate DEMO_PAYMENT_KEY").click()
    expect(studio.page.get_by_role("dialog")).to_contain_text("order_flow")
    studio.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_a_used_secret_is_not_deleted_without_a_word(studio):
    page = studio.page
    studio.open("/secrets/")
    page.get_by_role("button", name="Delete DEMO_PAYMENT_KEY").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is in use")
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()


def test_one_that_a_setting_names_is_in_use_too(tmp_path, context):
    server = StudioServer(tmp_path / "data", AUTOMATE_SLACK_SIGNING_SECRET="SLACK_SIGNING")
    studio = Studio(server, context)
    server.json("PUT", "/secrets/SLACK_SIGNING", {"value": server.canary})
    studio.open("/secrets/")
    expect(row(studio.page, "SLACK_SIGNING")).to_contain_text("the setting AUTOMATE_SLACK_SIGNING_SECRET")
    studio.page.get_by_role("button", name="Delete SLACK_SIGNING").click()
    dialog = studio.page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is in use")
    delete = dialog.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    dialog.get_by_role("checkbox").check()
    delete.click()
    expect(row(studio.page, "SLACK_SIGNING")).to_have_count(0)
    studio.close()
    server.stop()


def test_no_answer_that_any_page_receives_holds_a_secret(studio):
    """Every page, every tab, an execution that used the secret with each of its steps: all answers are read."""
    server = studio.server
    ended = server.run("order_flow", server.order(), name="reads-all")
    assert ended["status"] == "SUCCEEDED", ended["cause"]
    execution = f"/executions/{ended['id'].replace(':', '%3A')}"
    asked = {  # of the pages: what each asks at the least
        "/": "/workflows", "/executions/": "/executions", f"/executions/{ended['id']}/": execution,
        "/rules/?workflow=order_flow": "/workflows", "/secrets/": "/secrets", "/connectors/": "/connectors",
        "/audit/": "/audit", "/wizard/order_flow": "/draft",
        **{f"/wizard/order_flow?tab={tab}": "/draft" for tab in ("code", "test", "rules", "versions")},
    }
    for place, part in asked.items():
        with studio.page.expect_event(
            "requestfinished", lambda request, part=part: part in request.url and "/studio/" not in request.url
        ):
            studio.open(place)
        studio.page.wait_for_load_state("networkidle")
    addresses = [address for address, _ in studio.bodies]
    for part in asked.values():
        assert any(part in address for address in addresses), f"nothing that {part} answered was read"
    for form in (server.canary, base64.b64encode(server.canary.encode()).decode(), server.canary[::-1]):
        assert not [address for address, body in studio.bodies if form.encode() in body]
    assert server.canary not in studio.page.content()
