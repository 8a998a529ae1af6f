"""Mend and go on: a failed execution by another version, with the plan first; one, and all that failed alike."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.studio.explorer_page import address


def shipping(path, *, last="Ship"):
    return {"StartAt": "Pay", "States": {
        "Pay": {"Type": "Pass", "Result": {"paid": True}, "ResultPath": "$.payment", "Next": last},
        last: {"Type": "Pass", "Parameters": {"of.$": path, "paid.$": "$.payment.paid"}, "End": True},
    }}


def failed(server, workflow, names=("one",)):
    server.publish(workflow, shipping("$.ordre"))
    first, *_ = [server.run(workflow, {"order": 7}, name) for name in names]
    return first


def dialog_of(page):
    page.get_by_role("button", name="Mend and go on …").click()
    return page.get_by_role("dialog", name=re.compile("^Mend "))


def test_one_goes_on_by_the_mended_version(studio, studio_server, screens):
    page = studio.page
    one = failed(studio_server, "mended")
    studio.open(address(one))
    dialog = dialog_of(page)
    expect(dialog).to_contain_text("There is no other version of mended yet")
    expect(dialog.get_by_role("link", name="designer, with this input")).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    studio_server.publish("mended", shipping("$.order", last="Send"))
    dialog = dialog_of(page)
    plan = dialog.get_by_role("region", name="Plan")
    expect(plan).to_contain_text("It does not fit.")
    expect(plan).to_contain_text("'Ship', which the new version has not")
    expect(dialog.get_by_role("button", name="Go on", exact=True)).to_be_disabled()
    screens(studio, "mend-refused", widths=(1440, 390))
    page.keyboard.press("Escape")
    studio_server.publish("mended", shipping("$.order"))
    dialog = dialog_of(page)
    plan = dialog.get_by_role("region", name="Plan")
    expect(plan).to_contain_text("It fits.")
    screens(studio, "mend", widths=(1440, 390))
    studio.check_axe()
    dialog.get_by_role("button", name="Go on", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".ex-head [data-status]")).to_have_text("Succeeded")
    expect(page.get_by_role("link", name="mended v3")).to_be_visible()
    expect(page.get_by_role("button", name="Mend and go on …")).to_have_count(0)


def test_all_that_failed_alike_go_on(studio, studio_server, screens):
    page = studio.page
    one = failed(studio_server, "alike", ("one", "two", "three"))
    studio_server.publish("alike", shipping("$.order"))
    studio.open(address(one))
    dialog = dialog_of(page)
    dialog.get_by_role("radio", name="All of alike that ended alike").check()
    expect(dialog.get_by_role("region", name="Plan")).to_contain_text("3 of 3 fit.")
    screens(studio, "mend-many", widths=(1440, 390))
    dialog.get_by_role("button", name="Let 3 go on").click()
    expect(page.get_by_text("3 redriven.")).to_be_visible()
    for name in ("one", "two", "three"):
        assert studio_server.wait_closed(f"alike:{name}")["status"] == "SUCCEEDED"


def charging(output):
    log = {"Type": "Task", "Resource": "connector:log:write"}
    return {"QueryLanguage": "JSONata", "StartAt": "Charge", "States": {
        "Charge": {**log, "Arguments": {"message": "charged"}, "Next": "Send"},
        "Send": {**log, "Arguments": {"message": "sent"}, "Output": output, "End": True},
    }}


def test_the_dialog_says_what_was_already_done(studio, studio_server, screens):
    page = studio.page
    studio_server.publish("charging", charging("{% $error('no receipt') %}"))
    one = studio_server.run("charging", {}, "one")
    studio_server.publish("charging", charging("{% 'receipt' %}"))
    studio.open(address(one))
    dialog = dialog_of(page)
    done = dialog.get_by_role("region", name="Already done").get_by_role("listitem")
    expect(done).to_have_text([
        "Charge: 1 done", "Send: 1 done; will be called again. Look whether it may be done twice.",
    ])
    screens(studio, "mend-done", widths=(1440, 390))
    studio.check_axe()
    dialog.get_by_role("button", name="Show the ledger of effects").click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(r"[?&]tab=effects"))
    expect(page.get_by_role("table", name="Calls and what came of each").get_by_role("row")).to_have_count(3)


def test_an_archived_workflow_says_so_and_nothing_is_written(studio, studio_server):
    page = studio.page
    one = failed(studio_server, "shelved")
    studio_server.publish("shelved", shipping("$.order"))
    studio_server.json("POST", "/workflows/shelved/archive")
    studio.expect_refusal(409, "/(workflows|executions)/shelved")
    studio.open(address(one))
    dialog = dialog_of(page)
    expect(dialog).to_contain_text("archived")
    expect(dialog.get_by_role("button", name="Go on", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=re.compile("^Events")).first.click()
    events = page.get_by_role("list", name="Events of the execution")
    events.get_by_role("button", name=re.compile("PassStateEntered")).first.click()
    events.get_by_role("button", name="Fork here …").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Fork one at event"))
    dialog.get_by_role("button", name="Fork", exact=True).click()
    expect(dialog).to_contain_text("archived")
    assert studio_server.json("GET", "/executions/shelved%3Aone")["status"] == "FAILED"
    listed = studio_server.json("GET", "/executions?workflow=shelved")["executions"]
    assert [each["id"] for each in listed] == ["shelved:one"]


def test_what_went_on_elsewhere_is_said_where_it_is_looked_at(studio, studio_server):
    page = studio.page
    one = failed(studio_server, "elsewhere")
    studio_server.publish("elsewhere", shipping("$.order"))
    studio.open(address(one))
    dialog = dialog_of(page)
    expect(dialog.get_by_role("region", name="Plan")).to_contain_text("It fits.")
    studio_server.json("POST", "/executions/elsewhere%3Aone/redrive", {"version": 2})
    studio_server.wait_closed("elsewhere:one")
    studio.expect_refusal(409, "/executions/elsewhere")
    dialog.get_by_role("button", name="Go on", exact=True).click()
    expect(dialog.get_by_text("the execution elsewhere:one cannot be redriven")).to_contain_text("SUCCEEDED")
    assert studio_server.json("GET", "/executions/elsewhere%3Aone")["redrives"] == 1
