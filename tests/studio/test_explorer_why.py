"""What a run's calls came to, and why its steps went as they did, in the Explorer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.studio import explorer_runs as runs
from tests.studio.explorer_page import address, card, panel, selected

CHOICE = {"QueryLanguage": "JSONata", "StartAt": "High?", "States": {
    "High?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.total > 100 %}", "Next": "Note"}],
              "Default": "Broken"},
    "Note": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "high"}, "End": True},
    "Broken": {"Type": "Pass", "Output": "{% $states.input.total + $number($states.input.text) %}", "End": True},
}}


@pytest.fixture(scope="module")
def server(studio_server):
    """The file's server, with the Explorer's workflows, and one that chooses."""
    runs.publish_all(studio_server)
    studio_server.publish("chooses", CHOICE)
    return studio_server


def test_the_ledger_says_of_each_call_what_came_of_it(studio, server, screens):
    page = studio.page
    with runs.failing_service(2) as url:
        done = server.run("patient", {"url": url}, "ledger-1")
    studio.open(address(done))
    page.get_by_role("tab", name="Effects").click()
    ledger = page.get_by_role("table", name="Calls and what came of each")
    expect(ledger.get_by_role("row")).to_have_count(4)
    expect(ledger.get_by_role("row").nth(3)).to_contain_text("Done")
    expect(ledger.get_by_role("row").nth(3)).to_contain_text("attempt 3")
    studio.check_axe()
    screens(studio, "effects", widths=(1440, 390))
    ledger.get_by_role("button", name="Ask Service").first.click()
    expect(selected(page)).to_have_text("Ask Service")
    panel(page).get_by_role("tab", name="Why").click()
    table = panel(page).get_by_role("table", name="Attempts and what took each failure")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Retrier 1, its attempt 1")
    studio.check_axe()
    screens(studio, "why-attempts", widths=(1440, 390))


def test_a_choice_and_a_failed_expression_show_the_values_of_then(studio, server, screens):
    page = studio.page
    failed = server.run("chooses", {"total": 5, "text": "x"}, "why-1")
    studio.open(address(failed))
    expect(selected(page)).to_have_text("Broken")
    panel(page).get_by_role("tab", name="Why").click()
    expect(panel(page)).to_contain_text("$number($states.input.text)")
    expect(panel(page)).to_contain_text('$states.input.text is "x"')
    studio.check_axe()
    screens(studio, "why-failed", widths=(1440, 390))
    page.get_by_role("button", name="Fit", exact=True).click()  # the page opens at the state that failed
    card(page, "High?").click()
    expect(selected(page)).to_have_text("High?")
    panel(page).get_by_role("tab", name="Why").click()
    expect(panel(page)).to_contain_text("No rule holds")
    expect(panel(page)).to_contain_text(re.compile(r"With \$\.total from 5 to 101, it goes to Note"))
    studio.check_axe()
    screens(studio, "why-choice", widths=(1440, 390))
