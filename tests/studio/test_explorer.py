"""The Execution Explorer: from a failure to its cause, as the guide's "Debugging Failures" tells it; and the list."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.studio import explorer_runs as runs
from tests.studio.explorer_page import address, card, panel, selected


@pytest.fixture(scope="module")
def failed(studio_server):
    """A failed execution: the third line of its parcel could not be reserved."""
    runs.publish_all(studio_server)
    return studio_server.run("warehouse", runs.parcel(studio_server), "ord-48201")


@pytest.fixture(scope="module")
def others(studio_server, failed):
    """Executions that went well, and one that goes on."""
    studio_server.run("warehouse", runs.parcel(studio_server, broken=False), "ord-48202")
    studio_server.run("rows", {"rows": 100, "broken": []}, "rows-fine")
    return studio_server.json("POST", "/workflows/slow/executions", {"input": {"a": 1}, "name": "slow-1"})


@pytest.fixture(scope="module")
def alone(studio_server, failed):
    """The only execution of its workflow, failed."""
    return studio_server.run("careful", {"url": f"{studio_server.url}/samples/stock/reserve"}, "alone-1")


def timeline_row(page, words):
    """The row of the timeline that says so."""
    return page.get_by_role("treeitem", name=re.compile(words))


def test_debugging_failures_as_the_guide_tells_it(studio, failed, others, screens):
    page = studio.page
    studio.open("/")
    studio.look()

    # "Go to Execution Explorer."
    page.get_by_role("link", name="Execution Explorer").click()
    expect(page.get_by_role("heading", level=1, name="Execution Explorer")).to_be_visible()

    # The guide: "Find the Failed run (Red status)."
    row = page.get_by_role("row").filter(has_text="ord-48201")
    status = row.locator("[data-status=FAILED]")
    expect(status).to_have_text("Failed")
    expect(status.locator("svg")).to_be_visible()
    red, green, blue = map(int, re.findall(r"\d+", status.evaluate("each => getComputedStyle(each).color"))[:3])
    assert red > 150
    assert red > 2 * max(green, blue)
    screens(studio, "executions")
    row.get_by_role("link", name="ord-48201").click()

    # It opens at the failed step, with its plain cause; "Click the failed Step" finds it from anywhere else.
    expect(selected(page)).to_have_text("Reserve Line")
    expect(card(page, "Reserve Line")).to_be_in_viewport(ratio=0.99)
    timeline_row(page, "Plan Parcel").click()
    expect(selected(page)).to_have_text("Plan Parcel")
    page.get_by_role("region", name="Graph").get_by_role("button", name="Fit").click()  # it is out of sight by now
    expect(card(page, "Reserve Line")).to_be_in_viewport(ratio=0.99)
    card(page, "Reserve Line").click()
    expect(selected(page)).to_have_text("Reserve Line")
    wrong = panel(page).get_by_role("note", name="What went wrong")
    expect(wrong).to_contain_text("http.ConnectorError")
    expect(wrong).to_contain_text("answered 400: quantity must be a whole number from 1")
    expect(page.get_by_role("button", name="Mend it with the copilot")).to_have_count(0)  # no model is set

    # "View the Output/Error payload. It will contain the stack trace or error message provided by the connector."
    expect(panel(page).get_by_role("region", name="Input")).to_contain_text("BX-2201")
    error = panel(page).get_by_role("region", name="Error")
    expect(error).to_contain_text('"Error": "http.ConnectorError"')
    expect(error).to_contain_text("quantity must be a whole number")
    expect(panel(page).locator("pre")).to_contain_text(re.compile(r'File ".*http\.py", line \d+, in '))
    expect(panel(page).get_by_role("list", name="Log of this step")).to_contain_text("connector:http:request failed")
    screens(studio, "execution-failed", widths=(1440, 1024))

    # "Check the Audit Log link for the exact timestamp and context of the failure."
    link = panel(page).get_by_role("link", name="Audit Log")
    asked = parse_qs(urlsplit(link.get_attribute("href")).query)
    assert asked["execution"] == ["warehouse:ord-48201"]
    assert asked["state"] == ["Reserve Line"]
    step = next(
        each for each in studio.server.json("GET", "/executions/warehouse%3Aord-48201/steps")["steps"]
        if each["name"] == "Reserve Line" and each["status"] == "FAILED"
    )
    since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
    assert since == datetime.fromisoformat(step["entered_at"])
    assert since <= datetime.fromisoformat(step["exited_at"]) < until
    link.click()
    expect(page.get_by_role("heading", level=1, name="Audit log")).to_be_visible()
    entry = page.get_by_role("row").filter(has_text="Step failed")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("Reserve Line")
    entry.get_by_role("button").click()
    dialog = page.get_by_role("dialog", name="Step failed")
    expect(dialog).to_contain_text("http.ConnectorError")
    expect(dialog).to_contain_text('"version": 1')


def test_a_failure_is_held_against_the_last_good_run(studio, failed, others, screens):
    page = studio.page
    studio.open(address(failed))
    panel(page).get_by_role("button", name="Compare with the last good run").click()
    expect(panel(page).get_by_role("tab", name="Compared")).to_have_attribute("aria-selected", "true")
    expect(panel(page).get_by_role("link", name="ord-48202")).to_be_visible()
    expect(panel(page)).to_contain_text(
        "Both went the same way up to Fulfil In Parallel; there this one ended, that one went on to Hand To Carrier."
    )
    place = panel(page).get_by_role("region", name="Input compared").get_by_role("listitem")
    expect(place).to_have_text(re.compile(r"^\$\.quantityHere0There4$"))
    expect(panel(page).get_by_role("region", name="Variables compared")).to_contain_text("The same.")
    studio.look(width=1024)
    page.reload()
    # The strip is too narrow for all of them.
    expect(panel(page).get_by_role("tab", name="Compared")).to_be_in_viewport(ratio=0.9)
    studio.look()
    screens(studio, "execution-compared", widths=(1440, 1024))
    studio.check_axe()

    timeline_row(page, "Plan Parcel").click()  # the look stays from step to step, and in the address
    expect(panel(page).get_by_role("region", name="Input compared")).to_contain_text("$.lines[2].quantity")
    page.reload()
    expect(selected(page)).to_have_text("Plan Parcel")
    expect(panel(page).get_by_role("region", name="Input compared")).to_contain_text("$.lines[2].quantity")
    panel(page).get_by_role("tab", name="Overview").click()
    expect(panel(page).get_by_role("region", name="Input")).to_be_visible()
    assert "look=" not in page.url


def test_where_no_other_run_succeeded_the_comparison_says_so(studio, alone):
    page = studio.page
    studio.open(address(alone))
    panel(page).get_by_role("tab", name="Compared").click()
    expect(panel(page)).to_contain_text("No other run of careful has succeeded yet.")


def test_a_filter_lives_in_the_address(studio, others):
    page = studio.page
    studio.open("/executions/")
    page.get_by_role("button", name=re.compile("^Workflow")).click()
    page.get_by_role("option", name="warehouse").click()
    page.get_by_role("button", name=re.compile("^Status")).click()
    page.get_by_role("option", name="Failed").click()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Name").fill("ord-")
    page.wait_for_url(re.compile("name=ord-"))
    rows = page.get_by_role("row").filter(has=page.locator("[data-status]"))
    expect(rows).to_have_count(1)
    assert parse_qs(urlsplit(page.url).query) == {"workflow": ["warehouse"], "status": ["FAILED"], "name": ["ord-"]}
    page.reload()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("ord-48201")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("row").filter(has_text="slow-1")).to_be_visible()
    assert urlsplit(page.url).query == ""


@pytest.mark.parametrize(("query", "names"), [
    ("last=1h&workflow=warehouse", {"ord-48201", "ord-48202"}),
    ("error=http.&workflow=warehouse", {"ord-48201"}),
    ("status=RUNNING", {"slow-1"}),
    ("started_before=2020-01-01T00:00:00Z", set()),
    ("business_key=nothing-like-it", set()),
])
def test_the_address_is_enough_for_a_list(studio, others, query, names):
    studio.open(f"/executions/?{query}")
    rows = studio.page.get_by_role("row").filter(has=studio.page.locator("[data-status]"))
    if names:
        expect(rows).to_have_count(len(names))
        assert {row.get_by_role("link").inner_text() for row in rows.all()} == names
    else:
        expect(studio.page.get_by_text("No execution matches")).to_be_visible()


def test_the_list_keeps_itself_up_to_date_and_stops_what_is_chosen(studio, others):
    page = studio.page
    studio.open("/executions/?workflow=slow")
    studio.server.json("POST", "/workflows/slow/executions", {"input": {}, "name": "slow-2"})
    row = page.get_by_role("row").filter(has_text="slow-2")
    expect(row).to_contain_text("Running")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Stop 1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("A wrong price list")
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(row).to_contain_text("Stopped")
    stopped = studio.server.json("GET", "/executions/slow%3Aslow-2")
    assert (stopped["status"], stopped["cause"]) == ("ABORTED", "A wrong price list")
    expect(page.get_by_role("row").filter(has_text="slow-1")).to_contain_text("Running")


def test_pages_are_kept_by_token(studio, failed):
    for number in range(60):
        studio.server.json("POST", "/workflows/rows/executions", {
            "input": {"rows": 2, "broken": []}, "name": f"paged-{number:02}",
        })
    page = studio.page
    studio.open("/executions/?name=paged-")
    rows = page.get_by_role("row").filter(has=page.locator("[data-status]"))
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Older executions").click()
    expect(rows).to_have_count(10)
    expect(rows.last).to_contain_text("paged-00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Execution Explorer (60)")
    page.get_by_role("link", name="paged-03", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("paged-03")
    page.go_back()  # to the page that it was on
    expect(rows).to_have_count(10)
    page.reload()
    expect(rows.last).to_contain_text("paged-00")
    page.get_by_role("button", name="Newer executions").click()
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("paged-59")


def test_the_oldest_come_first_and_the_head_says_how_many_there_are(studio, failed):
    for number in range(60):
        studio.server.json("POST", "/workflows/rows/executions", {
            "input": {"rows": 2, "broken": []}, "name": f"sorted-{number:02}",
        })
    page = studio.page
    studio.open("/executions/?name=sorted-")
    rows = page.get_by_role("row").filter(has=page.locator("[data-status]"))
    expect(rows.first).to_contain_text("sorted-59")
    head = page.get_by_role("heading", level=1)
    expect(head).to_have_text("Execution Explorer (more than 50)")  # nobody counts by name
    # The head is there twice: the one that stays at the top lies over the other.
    page.get_by_role("columnheader", name="Started").get_by_role("button").last.click(force=True)
    expect(rows.first).to_contain_text("sorted-00")
    assert parse_qs(urlsplit(page.url).query)["order"] == ["oldest"]
    page.get_by_role("button", name="Newer executions").click()
    expect(rows.last).to_contain_text("sorted-59")
    studio.open("/executions/?workflow=rows&order=oldest")
    count = studio.server.json("GET", "/executions/count?workflow=rows")["number"]
    assert count >= 60
    expect(head).to_have_text(re.compile(r"^Execution Explorer \((about |at least )?\d\d+\)$"))


def test_a_failure_is_found_by_its_words_and_kept_as_a_view(studio, guest, failed, others, screens):
    page = studio.page
    studio.open("/executions/")
    page.get_by_role("textbox", name="Search").fill("quantity whole")  # of the cause
    rows = page.get_by_role("row").filter(has=page.locator("[data-status]"))
    expect(rows.filter(has_text="ord-48201")).to_be_visible()
    expect(rows.filter(has_text="ord-48202")).to_have_count(0)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save what is shown …").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    dialog.get_by_role("textbox", name="Name").fill("Bad quantities")
    dialog.get_by_role("button", name="Save", exact=True).click()
    chosen = page.get_by_role("button", name="View: Bad quantities")
    expect(chosen).to_be_visible()
    screens(studio, "executions-view")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("textbox", name="Search")).to_have_value("")
    expect(page.get_by_role("button", name="Views", exact=True)).to_be_visible()

    other = guest("viewer")  # everybody has it; who may not run anything cannot delete it
    other.open("/executions/")
    other.page.get_by_role("button", name="Views").click()
    other.page.get_by_role("menuitem", name="Bad quantities").click()
    expect(other.page.get_by_role("textbox", name="Search")).to_have_value("quantity whole")
    other.page.get_by_role("button", name="View: Bad quantities").click()
    expect(other.page.get_by_role("menuitem", name=re.compile("^Delete"))).to_have_attribute("aria-disabled", "true")

    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Bad quantities").click()
    expect(rows.filter(has_text="ord-48202")).to_have_count(0)
    studio.check_axe()
    chosen.click()
    page.get_by_role("menuitem", name=re.compile("^Delete")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Views")).to_be_visible()
    acts = [entry["act"] for entry in studio.server.json("GET", "/audit?limit=20")["entries"]]
    assert {"view.save", "view.delete"} <= set(acts)


def test_who_started_it_and_how_often_it_went_on_are_columns(studio, failed):
    studio.server.json("POST", "/executions/warehouse%3Aord-48201/redrive", {})
    studio.server.wait_closed("warehouse:ord-48201")
    studio.open("/executions/?name=ord-48201")
    headers = studio.page.get_by_role("columnheader").all_inner_texts()
    row = studio.page.get_by_role("row").filter(has_text="ord-48201")
    cells = dict(zip(headers, row.get_by_role("cell").or_(row.get_by_role("rowheader")).all_inner_texts(), strict=True))
    assert (cells["Redrives"], cells["Trigger"]) == ("1", "\N{EN DASH}")


def test_the_list_shows_the_whole_of_an_error_s_name_beside_the_side_navigation(studio, screens):
    error = "Carrier.AddressNotServed"
    fails = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": error, "Cause": "x"}}}
    document = {"name": "not_served", "definition": fails}
    studio.server.json("POST", "/workflows/import", {"document": document, "publish": True})
    studio.server.run("not_served", {})
    studio.open("/executions/")
    expect(studio.page.get_by_role("link", name="Settings")).to_be_visible()
    cell = studio.page.get_by_title(error)
    for width in (1440, 1400, 1280):
        studio.look(width=width)
        assert cell.evaluate("cell => cell.scrollWidth - cell.clientWidth") <= 0, width
    screens(studio, "executions-error", widths=(1440, 390))


def test_on_a_phone_the_list_comes_before_its_filters(studio, failed):
    studio.open("/executions/?name=ord-48201")
    studio.look(width=390, height=844)
    page = studio.page
    row = page.get_by_role("row").filter(has_text="ord-48201")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("http.ConnectorError")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Filters (some are set)").click()
    expect(page.get_by_role("textbox", name="Search")).to_be_visible()
    studio.look()


def test_a_start_with_a_past_input(studio, failed):
    page = studio.page
    studio.open("/executions/?workflow=warehouse")
    page.get_by_role("button", name="Start execution").click()
    dialog = page.get_by_role("dialog", name="Start an execution")
    dialog.get_by_role("button", name=re.compile("^Begin from")).click()
    page.get_by_role("option", name=re.compile("warehouse:ord-48201")).click()
    expect(dialog.get_by_role("textbox", name="Input")).to_contain_text("BX-2201")
    dialog.get_by_role("textbox", name="Name").fill("from-past")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("from-past")
    expect(panel(page).get_by_role("note", name="What went wrong")).to_be_visible()


def test_a_refused_filter_says_why(studio, failed):
    studio.expect_refusal(422, "/executions")
    studio.expect_refusal(400, "/executions")
    studio.open("/executions/?started_after=yesterday")
    expect(studio.page.get_by_text("Could not get the executions")).to_be_visible()
    expect(studio.page.get_by_text("started_after").first).to_be_visible()


def test_nothing_ran_yet(empty_studio):
    empty_studio.open("/executions/")
    expect(empty_studio.page.get_by_text("Nothing ran yet")).to_be_visible()
    empty_studio.check_axe()


def test_a_screen_shows_25_executions(studio, others):
    for number in range(25):
        studio.server.json("POST", "/workflows/slow/executions", {"input": {"a": 1}, "name": f"many-{number}"})
    studio.open("/executions/")
    expect(studio.page.get_by_role("row").filter(has_text="many-24")).to_be_visible()
    studio.look()
    rows = studio.page.locator("tbody tr").filter(has_text="many-")
    last, heading = rows.nth(24).bounding_box(), studio.page.get_by_role("heading", level=1).bounding_box()
    assert last["y"] + last["height"] - heading["y"] <= 900 - 108  # that much stands over it where nothing is told


def test_axe_finds_nothing_on_the_list(studio, others):
    studio.open("/executions/?status=RUNNING,FAILED")
    expect(studio.page.get_by_role("row").filter(has_text="slow-1")).to_be_visible()
    studio.check_axe()
