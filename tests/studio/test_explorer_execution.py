"""One execution in the Explorer: live, its Maps, events and retries, running it again; by keyboard and under axe."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.studio import explorer_runs as runs
from tests.studio.explorer_page import address, card, panel, selected


@pytest.fixture(scope="module")
def server(studio_server):
    """The file's server, with the Explorer's workflows."""
    runs.publish_all(studio_server)
    return studio_server


def rows(page):
    """The timeline's rows that are on the page."""
    return page.get_by_role("treeitem")


def test_a_running_one_is_followed_and_stopped_with_a_reason(studio, server, screens):
    page = studio.page
    started = server.json("POST", "/workflows/slow/executions", {"input": {"a": 1}, "name": "live-1"})
    studio.open(address(started))
    expect(selected(page)).to_have_text("Wait Long")
    expect(panel(page).get_by_role("note", name="How it stands")).to_have_text("Waits for its time.")
    screens(studio, "execution-running")
    page.get_by_role("button", name="Stop …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Not needed any more")
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".ex-head [data-status]")).to_have_text("Stopped")
    expect(page.locator("[role=treeitem][data-status=ABORTED]")).to_contain_text("Wait Long")
    page.get_by_role("tab", name="Input and output").click()
    expect(page.get_by_role("region", name="Error")).to_contain_text("Not needed any more")
    expect(page.get_by_role("button", name="Stop …")).to_have_count(0)


def test_live_updates_move_nothing(studio, server):
    """Answers that bring nothing new draw nothing anew: the nodes on the page stay the same."""
    page = studio.page
    started = server.json("POST", "/workflows/slow/executions", {"input": {}, "name": "live-2"})
    studio.open(address(started))
    expect(selected(page)).to_have_text("Wait Long")
    expect(page.locator(".ex-panel .json").first).to_be_visible()

    def answered():
        with page.expect_response(lambda answer: "/changes?" in answer.url and "&after=" in answer.url):
            pass

    answered()  # all of the page has come by now
    page.evaluate("() => { window.before = [...document.querySelectorAll('.ex-panel .json, .card-face')]; }")
    answered()
    assert page.evaluate("() => window.before.length > 0 && window.before.every(each => each.isConnected)")
    server.json("POST", f"/executions/{quote(started['id'], safe='')}/stop", {})
    expect(page.locator(".ex-head [data-status]")).to_have_text("Stopped")


def test_what_is_chosen_in_the_timeline_comes_into_sight(studio, server):
    """Also what was pressed on the canvas before, and has gone out of sight since."""
    page = studio.page
    studio.open(address(server.run("long", {})))
    page.get_by_role("tree").press("Home")
    expect(card(page, "First")).to_be_in_viewport()
    card(page, "First").click()
    page.get_by_role("tree").press("End")
    expect(card(page, "Last")).to_be_in_viewport()
    expect(card(page, "First")).not_to_be_in_viewport()
    page.get_by_role("tree").press("Home")
    expect(card(page, "First")).to_be_in_viewport()


def test_retries_are_told_attempt_by_attempt(studio, server, screens):
    page = studio.page
    with runs.failing_service(2) as url:
        done = server.run("patient", {"url": url}, "retried-1")
    studio.open(address(done))
    page.get_by_role("treeitem", name=re.compile("Ask Service")).click()
    bars = page.get_by_role("treeitem", name=re.compile("Ask Service"))
    expect(bars.locator(".tl-faded")).to_have_count(2)
    expect(bars.locator(".tl-wait")).to_have_count(2)
    panel(page).get_by_role("tab", name="Attempts (3)").click()
    attempts = panel(page).get_by_role("listitem")
    expect(attempts).to_have_count(3)
    expect(attempts.first).to_contain_text("http.ConnectorError")
    expect(attempts.first).to_contain_text("Waited 1")
    expect(attempts.last).to_contain_text("Succeeded")
    panel(page).get_by_role("tab", name="Variables").click()
    expect(panel(page).get_by_role("region", name="Assigned by it")).to_contain_text('"asked": true')
    panel(page).get_by_role("tab", name="Definition").click()
    expect(panel(page).get_by_role("region", name="As it was published")).to_contain_text('"MaxAttempts": 4')
    screens(studio, "execution-retried")


def test_a_fail_state_says_which_failure_led_to_it(studio, server):
    page = studio.page
    given_up = server.run("careful", {"url": f"{server.url}/samples/stock/reserve"}, "given-up-1")
    studio.open(address(given_up))
    expect(selected(page)).to_have_text("Give Up")
    wrong = panel(page).get_by_role("note", name="What went wrong")
    expect(wrong).to_contain_text("Order.NotReserved: The order could not be reserved.")
    wrong.get_by_role("button", name="Reserve").click()
    expect(selected(page)).to_have_text("Reserve")
    expect(wrong).to_contain_text("quantity must be a whole number from 1")
    expect(wrong).to_contain_text("A Catcher took it and went on to Note It.")


def test_a_map_of_a_hundred_shows_its_failure_first(studio, server, screens):
    page = studio.page
    done = server.run("rows", {"rows": 100, "broken": [37]}, "broken-row")
    studio.open(address(done))
    each_row = page.get_by_role("treeitem", name=re.compile(r"^Each Row"))
    expect(each_row).to_contain_text("Caught")
    expect(rows(page).nth(1)).to_contain_text("Item 37")
    page.get_by_role("treeitem", name=re.compile("Broken Row")).click()
    expect(panel(page).get_by_role("note", name="What went wrong")).to_contain_text("Row.Broken: Row 37")
    expect(panel(page)).to_contain_text("Each Row, item 37")
    each_row.click()
    grid = panel(page).get_by_role("list", name="Items")
    expect(grid.get_by_role("listitem").first.get_by_role("button")).to_have_accessible_name("Item 37: Failed")
    expect(panel(page)).to_contain_text("1 failed")
    screens(studio, "execution-map")
    grid.get_by_role("button", name="Item 3: Succeeded", exact=True).click()
    expect(selected(page)).to_have_text("Keep Row")
    expect(panel(page)).to_contain_text("Each Row, item 3")


def test_thousands_of_items_are_few_rows_on_the_page(studio, server):
    page = studio.page
    done = server.run("rows", {"rows": 2000, "broken": []}, "many-rows")  # 12,008 events
    studio.open(address(done))
    each_row = page.get_by_role("treeitem", name=re.compile(r"^Each Row"))
    expect(each_row).to_contain_text("2000 items")
    each_row.click()
    page.keyboard.press("ArrowRight")
    page.get_by_role("treeitem", name=re.compile(r"^2000 items")).click()
    expect(page.get_by_role("treeitem", name=re.compile(r"^Item 1 "))).to_be_visible()
    assert rows(page).count() < 60
    page.get_by_role("tree", name="Timeline").focus()
    page.keyboard.press("End")
    expect(selected(page)).to_have_text("Count Rows")
    assert rows(page).count() < 60


def test_events_are_awss_paged_and_filtered(studio, server):
    page = studio.page
    done = server.run("rows", {"rows": 100, "broken": []}, "events-1")
    studio.open(f"{address(done)}?tab=events")
    events = page.get_by_role("list", name="Events of the execution").get_by_role("listitem")
    expect(events).to_have_count(100)
    expect(events.first).to_contain_text("ExecutionStarted")
    page.get_by_role("button", name="Page 2 of events").click()
    expect(events.first).to_contain_text("101")
    page.get_by_role("button", name=re.compile("^Which events")).click()
    page.get_by_role("option", name="States entered and left").click()
    page.get_by_label("Find events").fill("Count Rows")
    expect(events).to_have_count(2)
    expect(events.first).to_contain_text("PassStateEntered")
    events.first.get_by_role("button").first.click()
    expect(events.first.get_by_role("region")).to_contain_text('"stateEnteredEventDetails"')
    events.first.get_by_role("button", name="Show its step").click()
    expect(selected(page)).to_have_text("Count Rows")


def test_a_distributed_map_leads_to_its_children_and_back(studio, server):
    page = studio.page
    done = server.run("spread", {"items": list(range(12))}, "spread-1")
    studio.open(address(done))
    # The card counts; what is in it ran elsewhere, and a click there leads to the Map's children, failures first.
    expect(card(page, "Spread Out")).to_contain_text("1 of 12 failed")
    expect(card(page, "Seven")).not_to_contain_text("Not reached")
    inside = "[data-line^='/States/Spread Out/']"
    expect(page.locator(inside).first).to_be_attached()
    expect(page.locator(f"{inside}.is-skipped")).to_have_count(0)
    panel(page).get_by_role("tab", name="Overview").click()
    card(page, "Seven").click()
    panel(page).get_by_role("tab", name="Children").click()
    expect(panel(page).get_by_role("row").filter(has_text="Failed")).to_have_count(1)
    expect(panel(page).get_by_role("row")).to_have_count(2)
    panel(page).get_by_role("button", name="All 12").click()
    expect(panel(page).get_by_role("row")).to_have_count(13)
    panel(page).get_by_role("button", name="Running 0").click()
    expect(panel(page)).to_contain_text("None of them.")
    studio.look(width=1024)
    kinds = panel(page).get_by_role("group", name="Which child executions of Spread")
    assert kinds.evaluate("each => each.scrollWidth <= each.clientWidth")
    right = kinds.bounding_box()["x"] + kinds.bounding_box()["width"]
    assert right <= panel(page).bounding_box()["x"] + panel(page).bounding_box()["width"]
    studio.look()
    panel(page).get_by_role("button", name="Its child executions").click()
    table = page.get_by_role("region", name="The execution").get_by_role("table", name="Child executions of Spread")
    failed = table.get_by_role("row").filter(has_text="Failed")
    expect(failed).to_have_count(1)
    studio.check_axe()
    failed.get_by_role("link").click()
    expect(panel(page).get_by_role("note", name="What went wrong")).to_contain_text("No.Seven: Seven is not taken.")
    page.get_by_role("link", name="spread-1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("spread-1")


def test_a_thousand_children_are_a_page_of_rows(studio, server):
    page = studio.page
    done = server.run("spread", {"items": list(range(1, 1001))}, "spread-1000")
    asked = []
    page.on("response", lambda answer: asked.append(answer.url) if "/map-runs/" in answer.url else None)
    studio.open(address(done))
    expect(panel(page).get_by_role("link", name="Item 7", exact=True)).to_be_visible()
    assert all("status=FAILED" in each for each in asked)
    panel(page).get_by_role("button", name="Succeeded 999").click()
    expect(panel(page).get_by_role("row")).to_have_count(51)
    panel(page).get_by_role("button", name="Later items").click()
    expect(panel(page).get_by_role("link", name="Item 52", exact=True)).to_be_visible()
    panel(page).get_by_role("button", name="Earlier items").click()
    expect(panel(page).get_by_role("link", name="Item 1", exact=True)).to_be_visible()


def test_on_a_phone_cause_graph_timeline_and_redrive_are_read_without_scrolling_sideways(studio, server):
    failed = server.run("warehouse", runs.parcel(server), "phone-1")
    page = studio.page
    studio.open("/executions/")
    studio.look(width=390, height=844)
    studio.open(address(failed))
    wrong = panel(page).get_by_role("note", name="What went wrong")
    expect(wrong).to_be_in_viewport()
    graph = page.get_by_role("region", name="Graph")
    assert wrong.bounding_box()["y"] < graph.bounding_box()["y"]
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(card(page, "Reserve Line")).to_be_visible()
    row = page.get_by_role("treeitem", name=re.compile("Plan Parcel"))
    row.scroll_into_view_if_needed()
    expect(row).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Redrive …").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(page.get_by_text("Redriven once")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    studio.look()


def test_run_again_with_the_same_and_with_another_input(studio, server):
    page = studio.page
    failed = server.run("warehouse", runs.parcel(server), "again-1")
    studio.open(address(failed))
    page.get_by_role("button", name="Run again", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("again-1")
    expect(page.locator(".ex-head [data-status]")).to_have_text("Failed")
    page.get_by_role("button", name="More ways to run it again").click()
    page.get_by_role("menuitem", name="Run again with another input …").click()
    dialog = page.get_by_role("dialog", name="Run again")
    editor = dialog.get_by_role("textbox", name="Input")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("{")
    expect(dialog.get_by_text("This is not JSON")).to_be_visible()
    expect(dialog.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f'{{"url": "{server.url}/samples/stock/reserve", "parcel": "p-2", "lines": []}}')
    dialog.get_by_role("textbox", name="Name").fill("again-2")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("again-2")
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    assert server.json("GET", "/executions/warehouse%3Aagain-2")["input"]["lines"] == []


def test_it_shows_the_version_that_ran(studio, server):
    page = studio.page
    server.publish("pinned", {"StartAt": "Old", "States": {"Old": {"Type": "Succeed"}}})
    done = server.run("pinned", {}, "before")
    server.publish("pinned", {"StartAt": "New", "States": {"New": {"Type": "Succeed"}}})
    studio.open(f"{address(done)}?tab=details")
    expect(page.get_by_role("region", name="Graph").locator("[data-card$='/Old']")).to_be_visible()
    expect(page.locator("[data-card$='/New']")).to_have_count(0)
    expect(page.get_by_role("region", name="The execution")).to_contain_text("Version 1, whatever was published since")


def test_by_keyboard_alone(studio, server):
    page = studio.page
    failed = server.run("warehouse", runs.parcel(server), "keys-1")
    studio.open(address(failed))
    expect(selected(page)).to_have_text("Reserve Line")
    page.get_by_role("tree", name="Timeline").focus()
    page.keyboard.press("ArrowUp")
    expect(panel(page)).to_contain_text("Reserve Stock, item 2")
    page.keyboard.press("ArrowLeft")
    expect(selected(page)).to_have_text("Reserve Stock")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("treeitem", name=re.compile("Reserve Line"))).to_have_count(0)
    page.keyboard.press("Home")
    expect(selected(page)).to_have_text("Plan Parcel")
    page.get_by_role("tab", name="Timeline").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=re.compile("Events \\(40\\)|Events"), selected=True).first).to_be_focused()


def test_one_that_is_not_there_says_so(studio):
    studio.expect_refusal(404, "/executions/")
    studio.page.goto(f"{studio.server.url}/studio/executions/warehouse%3Ano-such")
    expect(studio.page.get_by_text("There is no such thing: the execution warehouse:no-such")).to_be_visible()


def test_axe_finds_nothing(studio, server):
    page = studio.page
    failed = server.run("warehouse", runs.parcel(server), "axe-1")
    studio.open(address(failed))
    expect(panel(page).get_by_role("note", name="What went wrong")).to_be_visible()
    expect(page.locator("[data-card$='Reserve Line']")).to_be_visible()
    studio.check_axe()
    for tab in ("Events", "Log", "Input and output", "Details"):
        page.get_by_role("region", name="The execution").get_by_role("tab", name=re.compile(f"^{tab}")).click()
        page.wait_for_load_state("networkidle")
        studio.check_axe(themes=("light",))


def test_one_that_waits_for_its_budget_says_so_until_it_begins(studio, server, screens):
    page = studio.page
    for name, budgets in (("one_at_a_time", {"open_executions": 1}), ("one_a_minute", {"executions_per_minute": 1})):
        document = {"name": name, "definition": runs.SLOW, "budgets": {**budgets, "when_exceeded": "wait"}}
        server.json("POST", "/workflows/import", {"document": document, "publish": True})
    first, second = [server.json("POST", "/workflows/one_at_a_time/executions", {"name": name}) for name in ("a", "b")]
    numbered = [{"name": f"n{number}"} for number in range(9)]  # the last may begin in eight minutes
    *_, last = [server.json("POST", "/workflows/one_a_minute/executions", body) for body in numbered]
    studio.open(address(last))
    head = page.locator(".ex-head")
    expect(head).to_contain_text(re.compile(r"Waits for its budget until \d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC"))
    studio.check_axe()
    screens(studio, "execution-budget", widths=(1440, 390))
    studio.open(address(second))
    expect(head.get_by_text("Waits for its budget", exact=True)).to_be_visible()
    server.json("POST", f"/executions/{quote(first['id'], safe='')}/stop", {})
    expect(selected(page)).to_have_text("Wait Long")
    expect(head).not_to_contain_text("budget")
