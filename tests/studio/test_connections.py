"""Connections in the browser: one is added, connected on the service's own page, tested and removed."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.support import authorization_server
from tests.support.authorization_server import CLIENT_ID, CLIENT_SECRET
from tests.support.studio.browsing import StudioServer


@pytest.fixture(scope="module")
def authorizer():
    """An authorization server."""
    with authorization_server.running() as server:
        yield server


@pytest.fixture(scope="module")
def studio_server(authorizer, tmp_path_factory):
    """A product that reaches it, and that it leads back to."""
    allowed = f"127.0.0.1:{authorizer.port}"
    server = StudioServer(tmp_path_factory.mktemp("studio"), AUTOMATE_EGRESS_ALLOW=allowed)
    authorizer.validator.redirect_uris = [f"{server.url}/studio/connections/connected"]
    yield server
    server.stop()


def row(page, name):
    return page.get_by_role("row").filter(has_text=name)


def test_a_person_adds_a_connection_and_says_yes(studio, authorizer, screens):
    page = studio.page
    studio.open("/connections/")
    page.get_by_role("button", name="Add connection").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("google-sales")
    dialog.get_by_role("button", name="Kind").click()
    page.get_by_role("option", name="OAuth2: a person says yes").click()
    dialog.get_by_label("Issuer (optional)").fill(authorizer.base)
    dialog.get_by_label("Client id").fill(CLIENT_ID)
    dialog.get_by_label("Scopes (optional)").fill("orders.read")
    dialog.get_by_label("Client secret (optional)").fill(CLIENT_SECRET)
    dialog.get_by_label("Test address (optional)").fill(f"{authorizer.base}/orders")
    screens(studio, "connections-add", widths=(1440, 390))
    studio.check_axe()
    dialog.get_by_role("button", name="Keep").click()
    expect(row(page, "google-sales")).to_contain_text("Not connected yet")
    page.get_by_role("button", name="Connect google-sales").click()
    expect(row(page, "google-sales")).to_contain_text("Tested")
    assert "code=" not in page.url
    assert [asked["grant_type"] for asked in authorizer.asked] == ["authorization_code"]
    with page.expect_response("**/connections/google-sales/test") as tried:
        page.get_by_role("button", name="Test google-sales").click()
    assert tried.value.status == 200
    screens(studio, "connections", widths=(1440, 390))
    studio.check_axe()


def test_an_answer_that_nobody_asked_for_is_told(studio, authorizer):
    studio.expect_refusal(422, "/connections/answers")
    studio.open("/connections/connected?state=nonsense.google-sales&code=canary")
    expect(studio.page.get_by_role("heading", name="Not connected")).to_be_visible()
    assert "canary" not in studio.page.url
    studio.page.get_by_role("button", name="To the connections").click()
    expect(studio.page.get_by_role("heading", name="Connections")).to_be_visible()


def test_who_may_not_connect_is_told_so_and_nothing_is_sent(guest, screens):
    viewer = guest("viewer")
    viewer.open("/connections/connected?state=x.google-sales&code=canary")
    page = viewer.page
    expect(page.get_by_text("Nothing was connected: you may not connect services")).to_be_visible()
    expect(page.get_by_text("This needs the role admin; you are viewer.")).to_be_visible()
    assert "canary" not in page.url
    viewer.settled()
    screens(viewer, "connected-viewer", widths=(1440, 390))
    viewer.check_axe()


def test_who_says_no_is_told_of_which_connection_and_what_to_do(studio, studio_server, authorizer):
    oauth = {"kind": "oauth2_authorization_code", "issuer": authorizer.base, "client_id": CLIENT_ID,
             "client_secret": CLIENT_SECRET, "untested": True}
    studio_server.json("PUT", "/connections/declined", oauth)
    page = studio.page

    def says_no(route):
        asked = parse_qs(urlsplit(route.request.url).query)
        words = {"state": asked["state"][0], "iss": authorizer.base, "error": "access_denied"}
        route.fulfill(status=302, headers={"Location": f"{asked['redirect_uri'][0]}?{urlencode(words)}"})

    page.route(f"{authorizer.base}/**", says_no)
    studio.expect_refusal(422, "/connections/answers")
    studio.open("/connections/")
    page.get_by_role("button", name="Connect declined").click()
    expect(page.get_by_role("heading", name="Connecting declined failed")).to_be_visible()
    expect(page.get_by_text("Connect once more, and say yes there.")).to_be_visible()
    studio.check_axe()
    page.get_by_role("button", name="To the connections").click()
    expect(row(page, "declined")).to_contain_text("Not connected yet")


def test_a_key_is_kept_without_a_test_only_by_a_word(studio):
    page = studio.page
    studio.open("/connections/")
    page.get_by_role("button", name="Add connection").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("erp")
    dialog.get_by_label("Key", exact=True).fill("a key of some length")
    expect(dialog.get_by_role("button", name="Keep")).to_be_disabled()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Keep").click()
    expect(row(page, "erp")).to_contain_text("Not tested")
    page.get_by_role("button", name="Remove erp").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row(page, "erp")).to_have_count(0)


def test_who_may_use_one_is_granted_and_taken_back(studio, studio_server, screens):
    named = {"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "connector:http:request", "End": True,
        "Parameters": {"url": "https://erp.example.com", "connection": {"$secret": "connection.erp"}},
    }}}
    studio_server.json("POST", "/workflows/import", {"document": {"name": "orders", "definition": named}})
    key = {"kind": "api_key", "secret": "a key of some length", "untested": True}
    studio_server.json("PUT", "/connections/erp", key)
    page = studio.page
    studio.open("/connections/")
    expect(row(page, "erp")).to_contain_text("Nobody")
    page.get_by_role("button", name="Grants erp").click()
    dialog = page.get_by_role("dialog", name="Who may use erp")
    dialog.get_by_role("button", name="Grant orders · http · erp.example.com").click()
    expect(dialog.get_by_role("button", name="Revoke orders · http · erp.example.com")).to_be_visible()
    expect(dialog.get_by_text("Names it without a grant")).to_have_count(0)
    workflow = dialog.get_by_role("combobox", name="Workflow")
    workflow.click()
    expect(page.get_by_role("option", name="orders")).to_be_visible()
    expect(page.get_by_role("option", name="any workflow")).to_be_visible()
    workflow.press("Escape")
    expect(dialog).to_be_visible()
    workflow.fill("bill ing")
    workflow.press("Tab")
    studio.expect_refusal(422, "/secrets/connection.erp/grants")
    dialog.get_by_role("button", name="Grant", exact=True).click()
    expect(dialog.get_by_text("is no grant")).to_be_visible()
    workflow.fill("billing")
    host = dialog.get_by_role("combobox", name="Host")
    host.fill("*.example.com")
    host.press("Tab")
    dialog.get_by_role("button", name="Grant", exact=True).click()
    revoke = dialog.get_by_role("button", name="Revoke billing · any connector · *.example.com")
    expect(revoke).to_be_visible()
    screens(studio, "connections-grants", widths=(1440, 390))
    studio.check_axe()
    revoke.click()
    expect(revoke).to_have_count(0)
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(row(page, "erp")).to_contain_text("orders · http · erp.example.com")
