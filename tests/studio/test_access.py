"""Who may do what, in the browser: an admin makes tokens, and each who signs in with one is offered what their role may
do, and told why they may not open the rest."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.studio.browsing import new_window


def pages(studio):
    return studio.page.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts()


def test_a_token_is_made_shown_once_rotated_and_revoked(studio, screens):
    page = studio.page
    studio.open("/access/")
    expect(page.get_by_text("Nobody else has access")).to_be_visible()
    studio.check_axe()
    screens(studio, "access-empty", widths=(1440, 390))
    page.get_by_role("button", name="Add token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("a b")
    expect(dialog.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    dialog.get_by_label("Name").fill("ci")
    dialog.get_by_role("radio", name="operator").check()
    screens(studio, "access-add", widths=(1440, 390))
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("It is shown now and never again")
    token = page.get_by_text(re.compile(r"^atk_[0-9a-f]{12}_1_[\w-]{43}$")).inner_text()
    studio.check_axe()
    screens(studio, "access-made", widths=(1440, 390))
    page.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text="ci")
    expect(row).to_contain_text("operator")
    expect(row).to_contain_text("Never")
    screens(studio, "access", widths=(1440, 390))
    assert token not in page.content()

    page.get_by_role("button", name="Rotate ci").click()
    screens(studio, "access-rotate", widths=(1440, 390))
    page.get_by_role("dialog").get_by_role("button", name="Rotate", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("atk_")
    page.get_by_role("button", name="I have kept it").click()
    expect(row).to_contain_text("two secrets are good")
    studio.check_axe()
    screens(studio, "access-two", widths=(1440, 390))
    page.get_by_role("button", name="Retire old secret of ci").click()
    page.get_by_role("dialog").get_by_role("button", name="Retire", exact=True).click()
    expect(page.get_by_text("The older secret of ci is refused from now on.")).to_be_visible()
    page.get_by_role("button", name="Rotate ci").click()
    page.get_by_role("dialog").get_by_role("checkbox").check()
    page.get_by_role("dialog").get_by_role("button", name="Rotate", exact=True).click()
    page.get_by_role("button", name="I have kept it").click()
    expect(row).not_to_contain_text("two secrets are good")
    page.get_by_role("button", name="Revoke ci").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("ci is revoked.")).to_be_visible()
    expect(page.get_by_text("Nobody else has access")).to_be_visible()
    acts = {entry["act"] for entry in studio.server.json("GET", "/audit?limit=50")["entries"]}
    assert {"token.add", "token.rotate", "token.retire", "token.revoke"} <= acts


def test_a_viewer_is_offered_to_look_and_told_why_not_more(guest, studio_server, screens):
    studio_server.run("order_flow", studio_server.order(), name="looked-at")
    viewer = guest("viewer")
    page = viewer.page
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    assert pages(viewer) == [
        "Workflows", "Dashboard", "Execution Explorer", "Approvals", "Triggers", "Rule tester", "Connectors",
        "Settings",
    ]
    for name in ("Samples", "Create workflow"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(page.get_by_role("checkbox", name="order_flow takes new work")).to_be_disabled()
    viewer.check_axe()
    screens(viewer, "access-viewer-workflows", widths=(1440, 390))
    page.get_by_role("button", name="Import", exact=True).hover()
    expect(page.get_by_text("This needs the role editor; you are viewer.").filter(visible=True)).to_have_count(1)

    viewer.open("/executions/")
    expect(page.get_by_role("button", name="Start execution")).to_be_disabled()
    screens(viewer, "access-viewer-executions", widths=(1440, 390))
    viewer.open("/executions/order_flow%3Alooked-at")
    expect(page.get_by_role("button", name="Run again", exact=True)).to_be_disabled()
    screens(viewer, "access-viewer-execution", widths=(1440, 390))

    viewer.open("/wizard/order_flow")
    expect(page.get_by_text("To look at: nothing is saved")).to_be_visible()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    expect(page.get_by_role("region", name="Copilot")).to_have_count(0)
    expect(page.get_by_text("Charge Payment").first).to_be_visible()
    screens(viewer, "access-viewer-designer", widths=(1440, 390))
    viewer.open("/wizard/order_flow?tab=test")
    expect(page.get_by_role("button", name="Run the test")).to_be_disabled()

    for path, what, role in (
        ("/secrets/", "the secrets", "editor"), ("/access/", "who has access", "admin"),
        ("/audit/", "the audit log", "admin"),
    ):
        page.goto(f"{viewer.server.url}/studio{path}")
        expect(page.get_by_text(f"You may not see {what}")).to_be_visible()
        expect(page.get_by_text(f"This needs the role {role}; you are viewer.")).to_be_visible()
        expect(page.get_by_text(f"automate tokens add NAME --role {role}")).to_be_visible()
    screens(viewer, "access-viewer-audit", widths=(1440, 390))
    page.goto(f"{viewer.server.url}/studio/wizard/")
    expect(page.get_by_text("This needs the role editor; you are viewer.")).to_be_visible()


def test_an_operator_starts_and_an_editor_drafts_and_a_publisher_publishes(guest, studio_server):
    operator = guest("operator")
    operator.open("/executions/")
    expect(operator.page.get_by_role("button", name="Start execution")).to_be_enabled()
    expect(operator.page.get_by_role("button", name="Start execution")).to_be_visible()

    editor = guest("editor")
    editor.open("/wizard/approval")
    expect(editor.page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()  # the active version
    document = studio_server.json("GET", "/workflows/approval/draft")["document"]
    changed = {**document, "description": "Changed by the editor"}
    studio_server.json("POST", "/workflows/import", {"document": changed, "force": True})
    editor.open("/wizard/approval")
    editor.page.get_by_role("button", name="Publish", exact=True).click()
    dialog = editor.page.get_by_role("dialog")
    expect(dialog).to_contain_text("You may look at it, and not publish it")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_disabled()

    publisher = guest("publisher")
    publisher.open("/wizard/approval")
    publisher.page.get_by_role("button", name="Publish", exact=True).click()
    publisher.page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(publisher.page.get_by_text("Version 2 of approval is active")).to_be_visible()


def told(page, **more):
    """From now on the page is told so of whoever is signed in."""
    def change(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **more})

    page.route("**/me", change)


def test_a_stage_has_its_pools_people_and_says_how_they_get_roles(studio, screens):
    told(studio.page, stage="prod")
    given = {"name": "starter", "arn": "arn:aws:iam::111122223333:role/orders/starter", "role": "operator",
             "created_at": "2026-11-27T10:00:00.000Z", "created_by": "ada@example.com"}
    studio.page.route("**/grants", lambda route: route.fulfill(json={"grants": [given]}))
    studio.open("/access/")
    expect(studio.page.get_by_text("automate people invite MAIL --role viewer --stage prod")).to_be_visible()
    studio.page.get_by_label("Whose mail address, or name in the pool").fill("ada@example.com")
    expect(studio.page.get_by_text("people invite ada@example.com --role viewer --stage prod")).to_be_visible()
    grants = studio.page.get_by_role("table", name="Grants to IAM roles")
    expect(grants).to_contain_text("arn:aws:iam::111122223333:role/orders/starter")
    studio.page.get_by_role("button", name="Grant to a role").click()
    dialog = studio.page.get_by_role("dialog")
    dialog.get_by_label("ARN of the IAM role").fill("starter")
    expect(dialog.get_by_role("button", name="Grant", exact=True)).to_be_disabled()
    dialog.get_by_label("ARN of the IAM role").fill("arn:aws:iam::111122223333:role/x")
    expect(dialog.get_by_role("button", name="Grant", exact=True)).to_be_enabled()
    studio.check_axe()
    screens(studio, "access-stage-grant", widths=(1440, 390))
    dialog.get_by_role("button", name="Cancel").click()
    studio.check_axe()
    screens(studio, "access-stage", widths=(1440, 390))


def test_who_has_no_role_is_told_what_to_do(studio):
    told(studio.page, roles=[], rights=[], granting="Somebody gives it: grant --role {role}.")
    studio.page.goto(f"{studio.server.url}/studio/dashboard/")
    expect(studio.page.get_by_text("This needs the role viewer; you have no role here.")).to_be_visible()
    studio.page.goto(f"{studio.server.url}/studio/audit/")
    expect(studio.page.get_by_text("This needs the role admin; you have no role here.")).to_be_visible()
    expect(studio.page.get_by_text("Somebody gives it: grant --role admin.")).to_be_visible()


def test_a_revoked_token_ends_its_sessions_while_they_are_open(guest, studio_server):
    viewer = guest("viewer", "eve")
    viewer.open("/connectors/")
    studio_server.json("DELETE", "/tokens/eve")
    viewer.expect_refusal(401, "/")
    viewer.page.goto(f"{viewer.server.url}/studio/executions/")
    expect(viewer.page.get_by_text("Please sign in.")).to_be_visible()


def test_the_sign_in_page_takes_a_token(browser, studio_server, screens):
    window = new_window(browser)
    page = window.new_page()
    page.goto(f"{studio_server.url}/studio/")
    expect(page.get_by_text("Please sign in.")).to_be_visible()
    page.get_by_label("Or sign in with a token:").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This is no token of this place")).to_be_visible()
    window.close()


NUMBER = "4929123456781234"
REFUND = {
    "name": "pay_card",
    "input_schema": {"properties": {"card": {"properties": {
        "number": {"type": "string", "x-sensitive": True}, "cvv": {"type": "integer", "x-sensitive": True},
    }}}},
    "definition": {"StartAt": "Take", "States": {
        "Take": {"Type": "Pass", "Parameters": {"order.$": "$.order", "pin.$": "$.card.cvv"}, "ResultPath": "$.taken",
                 "Next": "Charge"},
        "Charge": {"Type": "Pass", "Parameters": {"x.$": "$.card.nothing"}, "End": True},
    }},
}


def test_sensitive_fields_are_hidden_and_an_admin_reveals_them_for_a_reason(guest, studio_server, screens):
    studio_server.json("POST", "/workflows/import", {"document": REFUND, "publish": True})
    studio_server.run("pay_card", {"order": "o-7", "card": {"number": NUMBER, "cvv": 877}}, name="hidden")
    at = "/executions/pay_card%3Ahidden?tab=values"

    viewer = guest("viewer", "veda")
    viewer.open(at)
    shown = viewer.page.get_by_role("region", name="Input of the execution")
    expect(shown).to_contain_text('"number": ********')
    expect(viewer.page.get_by_role("button", name="Reveal …")).to_be_disabled()
    assert NUMBER not in viewer.page.content()
    viewer.check_axe()
    screens(viewer, "sensitive-viewer", widths=(1440, 390))

    studio = guest("admin", "grace")  # a page behind another one draws nothing
    page = studio.page
    studio.open(at)
    shown = page.get_by_role("region", name="Input of the execution")
    expect(shown).to_contain_text('"number": ********')
    assert NUMBER not in page.content()
    screens(studio, "sensitive-hidden", widths=(1440, 390))
    page.get_by_role("button", name="Reveal …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Reveal", exact=True)).to_be_disabled()
    dialog.get_by_label("Reason").fill("ticket 4711: Ä")
    studio.check_axe()
    screens(studio, "sensitive-reason", widths=(1440, 390))
    dialog.get_by_role("button", name="Reveal", exact=True).click()
    expect(shown).to_contain_text(f'"number": "{NUMBER}"')
    expect(page.get_by_text("For the reason: ticket 4711: Ä. The audit log has it.")).to_be_visible()
    studio.check_axe()
    screens(studio, "sensitive-shown", widths=(1440, 390))
    page.get_by_role("button", name="Hide again").click()
    expect(shown).to_contain_text('"number": ********')
    assert NUMBER not in page.content()
    entries = studio_server.json("GET", "/audit?limit=50&act=execution.reveal")["entries"]
    assert {(entry["actor"], entry["subject"], entry["reason"]) for entry in entries} == {
        ("grace", "execution/pay_card:hidden", "ticket 4711: Ä")
    }
