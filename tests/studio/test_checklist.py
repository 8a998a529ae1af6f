"""Points of docs/contributing/studio.md's checklist that no other journey has."""

from __future__ import annotations

import re
from urllib.parse import quote

from playwright.sync_api import expect

from tests.support.studio.designing import THREE_STEPS, Designer

RETRIED = {
    "QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "x"}, "End": True,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 3}],
    }},
}
GREET = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"seen": 7}, "End": True}}}
SCHEMA = {"type": "object", "properties": {"amount": {"type": "number"}}}


def test_error_paths_are_shown_always_on_hover_or_not_at_all(studio):
    designer = Designer(studio, "errors_shown", THREE_STEPS)
    page = studio.page
    line = page.locator('[data-line="/States/Second#catch/0"]')
    expect(line).to_have_count(1)
    page.get_by_role("button", name="Errors always").click()
    page.get_by_role("button", name="Errors on hover").wait_for()
    expect(line).to_have_count(0)
    designer.card("Second").hover()
    expect(line).to_have_count(1)
    page.get_by_role("button", name="Errors on hover").click()
    page.get_by_role("button", name="Errors hidden").wait_for()
    expect(line).to_have_count(0)


def test_a_retry_reads_as_a_timetable(studio):
    designer = Designer(studio, "timetable", RETRIED)
    designer.select("Call")
    expect(designer.properties.locator(".dz-timetable")).to_have_text(re.compile(r"Tried again after\s*2 s, 4 s, 8 s"))
    designer.properties.get_by_label("At most", exact=True).first.fill("2")
    expect(designer.properties.locator(".dz-timetable")).to_have_text(re.compile(r"2 s, 4 s\s*$"))


def test_a_click_on_a_sample_field_inserts_its_path(studio):
    designer = Designer(studio, "inserted", {"name": "inserted", "definition": THREE_STEPS, "input_schema": SCHEMA})
    page = studio.page
    designer.select("First")
    editor = page.get_by_label("total", exact=True)
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.get_by_title("Insert $states.input.amount").click()
    expect(editor).to_contain_text("$states.input.amount")


def test_an_execution_is_found_by_ctrl_k_and_opens_the_designer_with_its_input(studio):
    server, page = studio.server, studio.page
    server.json("POST", "/workflows/import", {"document": {"name": "found_run", "definition": GREET}, "publish": True})
    server.run("found_run", {"from": "kim"}, "tuesday-run")
    studio.open("/audit/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find workflows, executions").fill("tuesday-run")
    expect(page.get_by_role("option").first).to_contain_text("Succeeded · found_run")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/executions/**{quote('found_run:tuesday-run', safe='')}**")
    page.get_by_role("button", name="Open in designer with this input").click()
    page.wait_for_url("**/wizard/found_run?tab=test**")
    expect(page.get_by_label("Input of the test")).to_contain_text("kim")


def test_times_are_shown_in_utc_or_in_local_time(studio):
    page = studio.page
    document = {"name": "timed", "definition": GREET}
    studio.server.json("POST", "/workflows/import", {"document": document, "publish": True})
    studio.server.run("timed", {}, "once")
    studio.open("/executions/?workflow=timed")
    page.get_by_role("row").filter(has_text="once").wait_for()
    page.get_by_role("button", name="UTC", exact=True).click()
    page.get_by_role("menuitemcheckbox", name="Local time").click()
    expect(page.get_by_role("button", name="Local time", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Local time", exact=True)).to_be_visible()
