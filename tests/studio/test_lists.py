"""Connectors and audit log, and what every page has: use by keyboard alone, answers of an unhappy server."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

PAGES = [
    "/", "/dashboard/", "/executions/", "/triggers/", "/rules/", "/secrets/", "/connectors/", "/audit/", "/settings/",
]


def test_the_catalogue_shows_each_action_with_its_schema(studio):
    page = studio.page
    studio.open("/connectors/")
    page.get_by_label("Find a connector or an action").fill("http")
    page.get_by_role("link", name=re.compile("^HTTP")).first.click()
    expect(page.get_by_text("connector:http:request").first).to_be_visible()
    expect(page.get_by_text("url", exact=True).first).to_be_visible()
    page.get_by_label("Find a connector or an action").fill("nothing like it")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    # Who misses one reads how it is added.
    expect(page.get_by_role("heading", name="Add a connector")).to_be_visible()


def test_the_catalogue_says_how_a_connector_is_added_and_one_is_made_ready(studio, screens):
    page = studio.page
    studio.open("/connectors/?connector=files")
    expect(page.get_by_text("Name folders in AUTOMATE_FILE_ROOTS")).to_be_visible()
    page.get_by_role("button", name="Add a connector").click()
    for way in ("A package", "A connector file", "An import"):
        expect(page.get_by_role("region", name=way).get_by_role("button", name="Copy ").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Connectors").locator("[aria-current]")).to_have_count(0)
    screens(studio, "connectors-add", widths=(1440, 390))
    studio.check_axe()
    page.get_by_role("link", name=re.compile("^files")).click()
    expect(page.get_by_role("heading", name="Add a connector")).to_have_count(0)


SERVICE = """\
openapi: 3.1.0
info: {title: Customer desk, version: '7'}
servers: [{url: 'https://desk.example.com/v1'}]
paths:
  /customers:
    get: {operationId: list_customers, summary: Who is known.}
    post: {operationId: create_customer}
    trace: {operationId: follow}
"""


def test_a_document_that_is_dropped_says_what_connector_it_gives_and_how_it_is_added(studio, screens):
    page = studio.page
    studio.open("/connectors/?add=yes")
    way = page.get_by_role("region", name="An import")
    way.locator("input[type=file]").set_input_files(
        {"name": "customer desk.yaml", "mimeType": "application/yaml", "buffer": SERVICE.encode()}
    )
    # A code has no blank: the command would be refused too.
    studio.expect_refusal(422, "/connectors/convert")
    expect(way.get_by_text("It gives no connector")).to_be_visible()
    way.get_by_label("Code").fill("desk")
    gives = way.get_by_role("region", name="What it gives")
    expect(gives).to_contain_text("Customer desk at https://desk.example.com/v1: 2 actions, 1 of them writes.")
    expect(gives.get_by_role("row", name=re.compile("^create_customer"))).to_contain_text("writes, at most once")
    expect(gives.get_by_role("row", name=re.compile("^list_customers"))).to_contain_text("reads")
    expect(gives).to_contain_text("names no way to authenticate")
    gives.get_by_text("1 left out").click()
    expect(gives.get_by_role("list", name="Left out")).to_contain_text("TRACE /customers")
    expect(way).to_contain_text("automate connectors import 'customer desk.yaml' --name desk --into my-connectors")
    screens(studio, "connectors-import", widths=(1440, 1024, 390))
    studio.check_axe()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with page.expect_download() as download:
        gives.get_by_role("button", name="Save desk.yaml").click()
    assert download.value.suggested_filename == "desk.yaml"
    assert "create_customer" in download.value.path().read_text()
    assert "desk" not in [one["code"] for one in studio.server.json("GET", "/connectors")["connectors"]]
    way.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("swagger: '2.0'")
    expect(way.get_by_text("Convert it first")).to_be_visible()
    expect(gives).to_have_count(0)


def test_the_audit_log_is_filtered_in_the_address_and_verified(studio):
    page = studio.page
    studio.open("/audit/?workflow=order_flow")
    rows = page.get_by_role("table", name="Entries").get_by_role("row")
    expect(rows.filter(has_text="order_flow").first).to_be_visible()
    expect(rows.filter(has_text="nightly_sync")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Verify")).click()
    expect(page.get_by_text("The log is what was written")).to_be_visible()


def test_a_workflow_is_found_opened_and_left_with_the_keyboard_alone(studio):
    page = studio.page
    finder = page.get_by_role("combobox", name="Find workflows, executions")
    studio.open("/")
    page.keyboard.press("Control+k")
    finder.wait_for()
    page.keyboard.type("support_triage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/wizard/support_triage**")
    page.get_by_role("tab", name="Design").wait_for()
    page.keyboard.press("Control+k")
    finder.wait_for()
    page.keyboard.type("secrets")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/secrets/")
    create = page.get_by_role("button", name="Create secret")
    for _ in range(40):
        page.keyboard.press("Tab")
        if create.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("BY_KEYBOARD")
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Value")).to_be_focused()
    page.keyboard.type("a value of nobody")
    expect(dialog.get_by_label("Value")).to_have_value("a value of nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text="BY_KEYBOARD")).to_be_visible()
    assert any(item["key"] == "BY_KEYBOARD" for item in studio.server.json("GET", "/secrets")["secrets"])


@pytest.mark.parametrize(("status", "code", "says"), [
    (403, "NotAllowed", "You may not see"), (500, "Internal", "Could not get"),
    (401, "SignedOut", "You are signed out"),
])
@pytest.mark.parametrize(("path", "asked"), [
    ("/", "/workflows"), ("/secrets/", "/secrets"), ("/connectors/", "/connectors"), ("/audit/", "/audit?"),
    ("/executions/", "/executions?"),
])
def test_a_page_says_what_it_may_not_or_could_not_get(studio, path, asked, status, code, says):
    """The one place where an answer is made up: the local product refuses its owner nothing."""
    body = json.dumps({"error": {"code": code, "message": "It is so.", "advice": "Ask."}})
    studio.expect_refusal(status, re.escape(asked))
    studio.page.route(
        lambda address: address.startswith(f"{studio.server.url}{asked}"),
        lambda route: route.fulfill(status=status, content_type="application/json", body=body),
    )
    studio.page.goto(f"{studio.server.url}/studio{path}")
    expect(studio.page.get_by_text(says).first).to_be_visible()


@pytest.mark.parametrize(("path", "name"), [
    ("/secrets/", "Create secret"), ("/secrets/", "Rotate"), ("/secrets/", "Delete"), ("/access/", "Add token"),
    ("/connections/", "Add connection"), ("/executions/", "Start execution"), ("/", "Import"), ("/", "Samples"),
])
def test_a_dialog_gives_the_focus_back_to_what_opened_it(studio, path, name):
    page = studio.page
    studio.open(path)
    opener = page.get_by_role("button", name=re.compile(f"^{name}")).first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(opener).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


@pytest.mark.parametrize(("status", "says"), [(503, "Could not get the secrets"), (None, "The server does not answer")])
def test_while_it_is_not_known_who_is_signed_in_the_page_says_why_and_then_goes_on(studio, status, says):
    """The server was away while the page was opened."""
    body = json.dumps({"error": {"code": "Unavailable", "message": "It is busy.", "advice": "Wait."}})

    def refuse(route):
        if status is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(status=status, content_type="application/json", body=body)

    page = studio.page
    page.route("**/me", refuse)
    page.goto(f"{studio.server.url}/studio/secrets/")
    expect(page.get_by_text(says).first).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/me", refuse)
    expect(page.get_by_role("table")).to_be_visible()
    studio.problems.clear()


@pytest.mark.parametrize(("path", "asked"), [
    ("/", "/workflows"), ("/secrets/", "/secrets"), ("/triggers/", "/triggers"), ("/audit/", "/audit"),
])
def test_a_list_that_could_not_be_read_again_says_that_it_may_be_old(studio, path, asked):
    page = studio.page
    studio.open(path)
    expect(page.locator("tbody tr").first).to_be_visible()
    page.route(
        lambda address: address.startswith(f"{studio.server.url}{asked}"),
        lambda route: route.abort("connectionrefused"),
    )
    again = page.get_by_role("button", name="Look again")
    if again.count() > 0:  # the workflows are asked for every few seconds
        again.click()
    expect(page.get_by_text("may be old: The server does not answer")).to_be_visible()
    expect(page.locator("tbody tr").first).to_be_visible()
    studio.problems.clear()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_at_1024_pixels(studio, path):
    studio.open(path)
    studio.look("light", 1024)
    studio.settled()
    wider = studio.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0


def test_what_fills_the_window_is_no_taller_than_it(studio):
    for width in (1440, 1024):
        studio.page.set_viewport_size({"width": width, "height": 900})
        studio.open("/wizard/order_flow")
        studio.settled()
        assert studio.page.evaluate("() => document.documentElement.scrollHeight - window.innerHeight") <= 0


@pytest.mark.parametrize("path", [
    "/", "/executions/", "/triggers/", "/secrets/", "/connections/", "/audit/",
])
def test_a_table_fits_its_page(studio, path):
    server = studio.server
    server.run("order_flow", {**server.order(), "endpoint": "http://127.0.0.1:9/samples"})
    for width in (1440, 1280, 1024):
        studio.page.set_viewport_size({"width": width, "height": 900})
        studio.open(path)
        studio.settled()
        table = studio.page.get_by_role("table").first
        hidden = table.evaluate("table => table.parentElement.scrollWidth - table.parentElement.clientWidth")
        assert hidden <= 0, f"{hidden} pixels of it at {width}"


LONG = "a_workflow_with_a_long_name_that_somebody_made_of_the_title_of_a_ticket_number_7"


def test_no_list_is_wider_than_its_room_whatever_is_called_how(studio):
    """What is cut at the edge of a table has no sign that there is more."""
    page, server = studio.page, studio.server
    fails = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Order.PaymentFailedForGood", "Cause": "x"}}}
    hook = {"type": "webhook", "name": "orders", "path": "long", "auth": {"style": "none"}}
    server.json("POST", "/workflows/import", {
        "document": {"name": LONG, "definition": fails, "triggers": [hook]}, "publish": True,
    })
    server.run(LONG, {}, "n" * 80)
    assert server.request("POST", f"/hooks/{LONG}/long", {"id": 1}, Authorization="")[0] == 202
    ended = f"{LONG}:{'n' * 80}"
    studio.open("/")
    for width in (1440, 1024, 390):
        studio.look(width=width)
        for path in (
            "/", "/dashboard/", "/executions/", "/triggers/", "/audit/",
            f"/triggers/{LONG}/orders", f"/executions/{ended}",
        ):
            studio.open(path)
            page.locator("tbody tr, .ex-head").last.wait_for()
            studio.drawn()
            over = page.evaluate("""() => [
                document.documentElement.scrollWidth - innerWidth,
                ...[...document.querySelectorAll('table')].map(
                    ({parentElement: room}) => room.scrollWidth - room.clientWidth),
            ]""")
            assert max(over) <= 0, (path, width, over)
