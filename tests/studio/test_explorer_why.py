"""What a run's calls came to, and why its steps went as they did, in the Explorer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.studio import explorer_runs as runs
from tests.studio.explorer_page import address, panel, selected


@pytest.fixture(scope="module")
def server(studio_server):
    """The file's server, with the Explorer's workflows."""
    runs.publish_all(studio_server)
    return studio_server


def test_the_ledger_says_of_each_call_what_came_of_it(studio, server):
    page = studio.page
    with runs.failing_service(2) as url:
        done = server.run("patient", {"url": url}, "ledger-1")
    studio.open(address(done))
    page.get_by_role("tab", name="Effects").click()
    ledger = page.get_by_role("table", name="Calls and what came of each")
    expect(ledger.get_by_role("row")).to_have_count(4)
    expect(ledger.get_by_role("row").nth(3)).to_contain_text("Done")
    expect(ledger.get_by_role("row").nth(3)).to_contain_text("attempt 3")
    ledger.get_by_role("button", name="Ask Service").first.click()
    expect(selected(page)).to_have_text("Ask Service")
    panel(page).get_by_role("tab", name="Why").click()
    table = panel(page).get_by_role("table", name="Attempts and what took each failure")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Retrier 1, its attempt 1")
