"""The dashboard: what ran is counted, and each number leads to its list."""

from __future__ import annotations

import re

from playwright.sync_api import expect

FAILS = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Bank.Down", "Cause": "closed"}}}
WAITS = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def test_what_ran_is_counted_and_each_number_leads_to_its_list(studio_server, guest, screens):
    server = studio_server
    for name, definition in (("breaks", FAILS), ("waits", WAITS)):
        document = {"name": name, "definition": definition}
        server.json("POST", "/workflows/import", {"document": document, "publish": True})
        for number in range(2):
            server.json("POST", f"/workflows/{name}/executions", {"name": f"r{number}", "input": {}})
    viewer = guest("viewer")
    page = viewer.page
    viewer.open("/dashboard/")
    errors = page.get_by_role("table", name="Failures by error")
    expect(errors).to_contain_text("Bank.Down")
    expect(page.get_by_role("table", name="Open longest")).to_contain_text("waits:r0")
    by_workflow = page.get_by_role("table", name="By workflow").get_by_role("row")
    expect(by_workflow.filter(has_text="waits")).to_contain_text("2")
    bar = page.get_by_role("list", name="Starts over time").get_by_role("link").last
    expect(bar).to_have_accessible_name(re.compile(r": \d+ started, \d+ succeeded, 2 failed, \d+ open$"))
    ended = page.get_by_role("table", name="Ends over time").get_by_role("row").last.get_by_role("cell")
    expect(ended.nth(1)).to_have_text("2")  # failed
    expect(ended.nth(2)).to_have_text("0")  # stopped
    expect(page.get_by_role("heading", name=re.compile(r"^Ends: \d+, at most \d+ in 1 h$"))).to_be_visible()
    expect(by_workflow.filter(has_text="breaks").get_by_role("cell").nth(2)).to_have_text("2")
    viewer.check_axe()
    screens(viewer, "dashboard", widths=(1440, 390))
    viewer.look(width=390)
    for table in ("Failures by error", "By workflow"):
        row = page.get_by_role("table", name=table).get_by_role("row").nth(1)
        assert row.bounding_box()["height"] < 60, f"{table}: a name or a price is broken within the word"
    viewer.look()
    errors.get_by_role("link", name="2 of breaks, Bank.Down").click()
    page.wait_for_url(re.compile(r"/executions/\?.*error=Bank\.Down"))
    expect(page.get_by_role("table", name="Executions")).to_contain_text("breaks")
    page.go_back()
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/executions/\?started_after="))
    expect(page.get_by_role("table", name="Executions")).to_contain_text("waits")


def test_it_asks_at_most_once_in_five_seconds_and_not_while_it_is_hidden(studio):
    """The browser's own clock is the page's here: no time is waited for."""
    asked = []
    window = studio.page
    window.clock.install()
    window.on("request", lambda request: asked.append(request.url) if "/dashboard?" in request.url else None)
    studio.open("/dashboard/?hours=1")
    expect(window.get_by_role("list", name="Starts over time")).to_be_visible()
    before = len(asked)
    window.clock.run_for(21_000)
    assert len(asked) - before <= 5
    window.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    seen = len(asked)
    window.clock.run_for(60_000)
    assert len(asked) - seen <= 1
