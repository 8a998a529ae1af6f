"""The page of settings: what holds, what workflows say for themselves, and how each is changed."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
KEPT = {
    "name": "kept_long", "definition": PASS, "retention_days": 365, "alerts": [],
    "budgets": {"executions_per_minute": 60},
}


def test_a_viewer_sees_what_holds_and_how_it_is_changed(studio_server, guest, screens, studio):
    studio_server.json("POST", "/workflows/import", {"document": KEPT, "publish": True})
    viewer = guest("viewer")
    page = viewer.page
    viewer.open("/settings/")
    row = page.get_by_role("table", name="Settings by workflow").get_by_role("row").filter(has_text="kept_long")
    expect(row).to_contain_text("365 days")
    expect(row).to_contain_text("60 starts a minute, others wait")
    expect(row).to_contain_text("nobody hears")
    expect(page.get_by_text("for 90 days after their end")).to_be_visible()
    viewer.check_axe()
    screens(viewer, "settings", widths=(1440, 390))
    page.get_by_text("How to change it: Hosts that are not public").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("AUTOMATE_EGRESS_ALLOW=… in its environment")).to_be_visible()
    viewer.check_axe()
    row.get_by_role("link", name="See in the designer: kept_long").click()
    page.wait_for_url("**/studio/wizard/kept_long**")
    studio.open("/settings/")
    expect(studio.page.get_by_role("link", name="Change in the designer: kept_long")).to_be_visible()


def test_the_address_of_before_still_opens_it(studio):
    studio.open("/storage/")
    expect(studio.page.get_by_role("heading", level=1, name="Settings")).to_be_visible()


def test_nothing_moves_when_what_is_stored_comes_late(studio):
    page = studio.page
    page.add_init_script("""
        window.shifted = 0;
        new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifted += each.value; })
            .observe({type: 'layout-shift', buffered: true});
    """)

    def late(route):
        time.sleep(0.7)
        route.continue_()

    page.route(re.compile(r"/storage$"), late)
    studio.open("/settings/")
    expect(page.get_by_text("for 90 days after their end")).to_be_visible()
    studio.settled()
    assert page.evaluate("window.shifted") < 0.01  # 0.53 of the window, before
