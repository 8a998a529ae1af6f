"""A fork at an event, beside its original."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.studio.explorer_page import address

ORDER = {"StartAt": "Book", "States": {
    "Book": {"Type": "Pass", "Result": {"booked": True}, "ResultPath": "$.booking", "Next": "Express"},
    "Express": {"Type": "Choice", "Default": "By Road", "Choices": [
        {"Variable": "$.express", "BooleanEquals": True, "Next": "By Air"}]},
    "By Road": {"Type": "Pass", "Result": "road", "End": True},
    "By Air": {"Type": "Pass", "Result": "air", "End": True},
}}


@pytest.mark.full
def test_a_fork_with_another_input_is_shown_beside_its_original(studio, studio_server, screens):
    page = studio.page
    studio_server.publish("orders", ORDER)
    one = studio_server.run("orders", {"express": False}, "one")
    studio.open(address(one))
    page.get_by_role("tab", name=re.compile("^Events")).first.click()
    events = page.get_by_role("list", name="Events of the execution")
    events.get_by_role("button", name=re.compile("ChoiceStateEntered")).click()
    events.get_by_role("button", name="Fork here …").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Fork one at event"))
    editor = dialog.locator(".cm-content")
    expect(editor).to_contain_text('"booked": true')
    studio.check_axe()
    screens(studio, "fork", widths=(1440, 390))
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('{"express": true}')
    dialog.get_by_role("button", name="Fork", exact=True).click()
    expect(page.locator(".ex-head").get_by_text("Fork of")).to_be_visible()
    expect(page.locator(".ex-head").get_by_role("link", name="one", exact=True)).to_be_visible()
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    expect(page.get_by_text("Its original")).to_be_visible()
    expect(page.get_by_text("then this one went to By Air, that one to By Road")).to_be_visible()
    steps = page.get_by_role("list", name="Steps of the fork beside its original's").get_by_role("listitem")
    expect(steps.locator(".fk-words")).to_have_text(
        ["same output", "another output", "only in the fork", "only in the original"]
    )
    screens(studio, "fork-beside", widths=(1440, 390))
    studio.check_axe()
    page.get_by_role("tab", name="Timeline").click()
    page.get_by_role("button", name="Compare with the original").click()
    expect(page).to_have_url(re.compile(r"[?&]tab=beside"))
    page.reload()
    expect(steps.locator(".fk-words").last).to_have_text("only in the original")
    studio.look("light", 390)
    page.get_by_role("button", name="Compare with the original").click()
    expect(steps.nth(1)).to_be_in_viewport()
    expect(steps.nth(1)).to_contain_text("Original: ")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    screens(studio, "fork-stacked", themes=("dark",), widths=(390,))
    steps.get_by_role("link", name="By Road").click()
    expect(page.get_by_role("heading", name="By Road")).to_be_visible()
    expect(page.get_by_role("button", name="Compare with the original")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("button", name="Redrive …")).to_have_count(0)
    studio.open("/executions/")
    expect(page.get_by_role("row", name=re.compile("one~at")).get_by_text("fork", exact=True)).to_be_visible()


@pytest.mark.full
def test_events_with_large_values_are_listed_and_forked_without_them(studio, studio_server):
    page, sent = studio.page, []
    studio_server.publish("large", {"StartAt": "Keep", "States": {
        "Keep": {"Type": "Pass", "ResultPath": "$.kept", "Next": "Last"}, "Last": {"Type": "Pass", "End": True},
    }})
    one = studio_server.run("large", {"text": "x" * 300_000}, "one")
    page.on("response", lambda response: sent.append(response) if "/history" in response.url else None)
    studio.open(address(one))
    page.get_by_role("tab", name=re.compile("^Events")).first.click()
    events = page.get_by_role("list", name="Events of the execution")
    events.get_by_role("button", name=re.compile("PassStateEntered")).first.click()
    expect(events).to_contain_text("too large to show here")
    [answer] = sent
    assert len(answer.body()) < 10_000
    with page.expect_download() as download:
        events.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "input.json"
    events.get_by_role("button", name="Fork here …").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Fork one at event"))
    expect(dialog).to_contain_text("too large to be changed here")
    expect(dialog.locator(".cm-content")).to_have_count(0)
    studio.check_axe()
    dialog.get_by_role("button", name="Fork", exact=True).click()
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    expect(page.get_by_text("Its original")).to_be_visible()
    page.get_by_role("tab", name=re.compile("^Events")).first.click()
    expect(page.get_by_text("A fork is not forked again")).to_be_visible()
    expect(page.get_by_role("button", name="Fork here …")).to_have_count(0)
