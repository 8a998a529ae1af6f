"""Redriving in the Execution Explorer: one that failed goes on where it stood and is followed; many from the list."""

from __future__ import annotations

import re
import threading
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.studio import explorer_runs as runs
from tests.studio.explorer_page import address, panel, selected
from tests.support.patience import wait_until

CALL = {
    "Type": "Task", "Resource": "connector:http:request",
    "Arguments": {"method": "POST", "url": "{% $states.context.Execution.Input.url %}", "json": {"ask": 1}},
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
}

DELIVERY = {
    "Comment": "Asks the carrier while the customer is told; the carrier may be down.",
    "QueryLanguage": "JSONata",
    "StartAt": "Plan Tour",
    "States": {
        "Plan Tour": {"Type": "Pass", "Next": "Both At Once"},
        "Both At Once": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Ask Carrier", "States": {"Ask Carrier": {**CALL, "End": True}}},
                {"StartAt": "Tell Customer", "States": {"Tell Customer": {
                    "Type": "Task", "Resource": "connector:log:write",
                    "Arguments": {"message": "The parcel is on its way"}, "End": True,
                }}},
            ],
            "Next": "Book Tour",
        },
        "Book Tour": {"Type": "Pass", "End": True},
    },
}

TASK_ALONE = {
    "QueryLanguage": "JSONata",
    "StartAt": "Ask Carrier",
    "States": {"Ask Carrier": {**CALL, "Next": "Book Tour"}, "Book Tour": {"Type": "Pass", "End": True}},
}

MIXED = {
    "Comment": "Fails in a Fail state; with rows, in a distributed Map whose EXPRESS items keep nothing to go on with.",
    "StartAt": "Rows?",
    "States": {
        "Rows?": {
            "Type": "Choice", "Choices": [{"Variable": "$.rows", "IsPresent": True, "Next": "Spread Out"}],
            "Default": "Not Today",
        },
        "Spread Out": {
            "Type": "Map", "ItemsPath": "$.rows", "Label": "Rows",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "Row.Broken"}},
            },
            "End": True,
        },
        "Not Today": {"Type": "Fail", "Error": "Tour.Full", "Cause": "The tour is full."},
    },
}


@pytest.fixture(scope="module")
def server(studio_server):
    """The file's server, with this file's workflows."""
    studio_server.publish("delivery", DELIVERY)
    studio_server.publish("carrier", TASK_ALONE)
    studio_server.publish("mixed", MIXED)
    studio_server.publish("slow", runs.SLOW)
    studio_server.publish("spread", runs.SPREAD)
    return studio_server


def stopped(server, name):
    """An execution of `slow` that was stopped."""
    execution = server.json("POST", "/workflows/slow/executions", {"input": {}, "name": name})
    stop(server, execution)
    return execution


def stop(server, execution):
    """Stop it, and wait until the list says so too: it is told to have ended a moment before it can be redriven."""
    server.json("POST", f"/executions/{quote(execution['id'], safe='')}/stop", {})
    query = f"/executions?workflow=slow&status=ABORTED&name={execution['id'].partition(':')[2]}"
    wait_until(lambda: server.json("GET", query)["executions"])


def redrive(server, execution):
    """As somebody else does it."""
    server.json("POST", f"/executions/{quote(execution['id'], safe='')}/redrive", {})


def status(page):
    """The execution's status."""
    return page.locator(".ex-head [data-status]")


def offered(page):
    """The header's button."""
    return page.locator(".ex-acts").get_by_role("button", name="Redrive …")


def test_a_failed_one_is_redriven_and_followed_until_it_succeeds(studio, server, screens):
    page = studio.page
    go_on = threading.Event()
    with runs.failing_service(3, go_on) as url:
        failed = server.run("delivery", {"url": url}, "tour-1")
        assert failed["status"] == "FAILED"
        studio.open(address(failed))
        expect(selected(page)).to_have_text("Ask Carrier")
        page.get_by_role("treeitem", name=re.compile("Ask Carrier")).click()  # chosen, it is looked at no longer then
        page.wait_for_url(re.compile("step="))
        page.evaluate("() => { window.notLoadedAnew = true; }")
        wrong = panel(page).get_by_role("note", name="What went wrong")
        wrong.get_by_role("button", name="Redrive from here …").click()
        dialog = page.get_by_role("dialog", name="Redrive tour-1?")
        expect(dialog).to_contain_text("It goes on at Ask Carrier, by the same version and with the same input.")
        expect(dialog).to_contain_text("run it again instead")
        screens(studio, "redrive-dialog", widths=(1440, 1024))
        dialog.get_by_role("button", name="Redrive", exact=True).click()
        expect(dialog).to_have_count(0)
        expect(status(page)).to_have_text("Running")
        expect(offered(page)).to_have_count(0)
        expect(selected(page)).to_have_text("Ask Carrier")
        expect(panel(page).locator(".ex-step-title [data-status]")).to_have_text("Running")
        expect(page.get_by_role("treeitem", name=re.compile("Ask Carrier"))).to_contain_text("Running")
        go_on.set()
        expect(status(page)).to_have_text("Succeeded")
    assert page.evaluate("() => window.notLoadedAnew")
    expect(page.locator(".ex-facts").first).to_contain_text("Redriven once")
    expect(selected(page)).to_have_text("Book Tour")
    cards = page.get_by_role("region", name="Graph")
    expect(cards.locator("[data-card$='Ask Carrier']")).to_contain_text("Succeeded")
    expect(page.locator(".tl-rest")).to_have_count(1)
    page.get_by_role("treeitem", name=re.compile("Ask Carrier")).click()
    panel(page).get_by_role("tab", name="Attempts (4)").click()
    attempts = panel(page).get_by_role("listitem")
    expect(attempts.nth(0)).to_contain_text("Waited 1")
    expect(attempts.nth(1)).to_contain_text(re.compile(r"Redriven \d.* later: its retries begin anew"))
    expect(attempts.nth(2)).to_contain_text("Waited 1")  # its retries began anew
    expect(attempts.nth(3)).to_contain_text("Succeeded")
    expect(page.get_by_text("tour-1 goes on.")).to_have_count(0)  # a success leaves by itself
    screens(studio, "redriven", widths=(1440, 1024))
    studio.check_axe()
    assert server.json("GET", "/executions/delivery%3Atour-1")["redrives"] == 1


def test_a_task_of_the_execution_itself_goes_on_with_its_attempts(studio, server):
    page = studio.page
    with runs.failing_service(2) as url:
        failed = server.run("carrier", {"url": url}, "alone-1")
        studio.open(address(failed))
        offered(page).click()
        page.get_by_role("dialog").get_by_role("button", name="Redrive", exact=True).click()
        expect(status(page)).to_have_text("Succeeded")
    page.get_by_role("treeitem", name=re.compile("Ask Carrier")).click()
    expect(panel(page).locator(".ex-step-title [data-status]")).to_have_text("Succeeded")
    panel(page).get_by_role("tab", name="Attempts (3)").click()
    expect(panel(page).get_by_role("listitem").nth(1)).to_contain_text("Redriven")


def test_the_event_and_the_audit_log_tell_of_it(studio, server):
    page = studio.page
    twice = stopped(server, "stopped-1")
    for _ in range(2):  # it waits again, and is stopped again
        redrive(server, twice)
        stop(server, twice)
    studio.open(f"{address(twice)}?tab=events")
    expect(page.locator(".ex-facts").first).to_contain_text("Redriven twice")
    events = page.get_by_role("list", name="Events of the execution").get_by_role("listitem")
    redriven = events.filter(has_text="ExecutionRedriven")
    expect(redriven).to_have_count(2)
    expect(redriven.last).to_contain_text("redrive 2")
    offered(page).click()
    expect(page.get_by_role("dialog")).to_contain_text("It goes on at Wait Long,")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_text(re.compile(r"^\$[\d.]+; a million such \$"))).to_be_visible()
    page.get_by_role("link", name="All entries of this execution").click()
    entries = page.get_by_role("row").filter(has_text="Redrove an execution")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("redrives 2")


def test_a_refusal_is_shown_in_the_apis_words(studio, server, screens):
    page = studio.page
    studio.expect_refusal(409, "/redrive$")
    failed = server.run("mixed", {"rows": [1, 2]}, "spread-1")
    studio.open(address(failed))
    expect(status(page)).to_have_text("Failed")
    offered(page).click()
    dialog = page.get_by_role("dialog", name="Redrive spread-1?")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(dialog).to_contain_text("the execution mixed:spread-1 cannot be redriven: the distributed Map 'Spread Out'")
    screens(studio, "redrive-refused")
    studio.check_axe()
    dialog.get_by_role("button", name="Cancel").click()
    expect(status(page)).to_have_text("Failed")
    expect(page.locator(".ex-facts").first).not_to_contain_text("Redriven")


def test_one_that_went_on_elsewhere_is_shown_as_it_stands_once_it_is_refused(studio, server):
    page = studio.page
    studio.expect_refusal(409, "/redrive$")
    elsewhere = stopped(server, "elsewhere-1")
    studio.open(address(elsewhere))
    offered(page).click()
    redrive(server, elsewhere)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(dialog).to_contain_text("it is RUNNING")
    dialog.get_by_role("button", name="Cancel").click()
    expect(status(page)).to_have_text("Running")
    stop(server, elsewhere)
    expect(status(page)).to_have_text("Stopped")


def test_what_only_its_input_decides_is_said_to_fail_again(studio, server):
    page = studio.page
    failed = server.run("mixed", {}, "packed-1")
    studio.open(address(failed))
    expect(page.locator(".ex-head")).to_contain_text("Redriven by the same version, it fails again at Not Today")
    expect(page.get_by_role("button", name="Mend and go on …")).to_have_class(re.compile("variant-primary"))
    expect(offered(page)).to_have_class(re.compile("variant-normal"))
    studio.check_axe()
    offered(page).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It goes on at Not Today")
    expect(dialog).to_contain_text("it will fail again")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(page.locator(".ex-facts").first).to_contain_text("Redriven once")
    expect(status(page)).to_have_text("Failed")
    expect(page.get_by_role("treeitem", name=re.compile("Not Today"))).to_have_count(2)
    expect(offered(page)).to_be_visible()


def test_it_is_offered_only_where_there_is_something_to_go_on_with(studio, server):
    page = studio.page
    server.json("POST", "/workflows/import", {
        "document": {"name": "hasty", "kind": "EXPRESS", "definition": {
            "StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "No"}},
        }},
        "publish": True,
    })
    spread = server.run("spread", {"items": [7]}, "spread-2")  # its one item fails, and is tolerated
    [run] = server.json("GET", f"/executions/{quote(spread['id'], safe='')}/map-runs")["map_runs"]
    uuid = run["arn"].rpartition(":")[2]
    [item] = server.json("GET", f"/executions/{quote(spread['id'], safe='')}/map-runs/{uuid}/executions")["executions"]
    hasty = server.run("hasty", {}, "hasty-1")
    packed = server.run("mixed", {}, "packed-2")
    for execution, word, count in (
        (packed, "Failed", 1), (hasty, "Failed", 0), (item, "Failed", 0), (spread, "Succeeded", 0),
    ):
        studio.open(address(execution))
        expect(status(page)).to_have_text(word)
        expect(page.get_by_role("button", name="Run again", exact=True)).to_be_visible()
        expect(offered(page)).to_have_count(count)


def test_all_of_a_list_are_redriven_page_after_page_and_the_refused_are_listed(studio, server, screens):
    page = studio.page
    for number in range(30):
        server.json("POST", "/workflows/mixed/executions", {"input": {}, "name": f"full-{number + 100}"})
    for number in range(2):
        server.json("POST", "/workflows/mixed/executions", {"input": {"rows": [1]}, "name": f"refused-{number}"})
    for number in range(30):
        server.wait_closed(f"mixed:full-{number + 100}")
    for number in range(2):
        server.wait_closed(f"mixed:refused-{number}")
    before = _redrives(server)
    studio.open("/executions/?workflow=mixed")
    expect(page.get_by_role("row").filter(has_text="refused-1")).to_be_visible()
    button = page.get_by_role("button", name="Redrive all …")
    expect(button).to_have_count(0)
    studio.open("/executions/?workflow=mixed&status=FAILED&name=full-")
    expect(page.get_by_role("row").filter(has_text="full-129")).to_be_visible()
    button.click()  # never more than is shown
    dialog = page.get_by_role("dialog", name="Redrive all of mixed that failed?")
    expect(dialog).to_contain_text("Begins with full-")
    dialog.get_by_role("button", name="Redrive all", exact=True).click()
    expect(dialog).to_have_count(0)
    after = _redrives(server)
    assert {name for name in after if after[name] > before[name]} == {f"full-{number}" for number in range(100, 130)}
    before = after

    studio.open("/executions/?workflow=mixed&status=FAILED&error=Tour.&last=24h")
    button.click()
    expect(dialog).to_contain_text("Begins with Tour.")
    expect(dialog).to_contain_text(re.compile(r"Since \d+ \w+ 20\d\d"))
    screens(studio, "redrive-all-dialog")
    studio.check_axe()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert _redrives(server) == before

    studio.open("/executions/?workflow=mixed&status=FAILED")
    button.click()
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/mixed/redrive") else None)
    dialog.get_by_role("button", name="Redrive all", exact=True).click()
    result = page.get_by_role("dialog", name="Redrive of mixed")
    expect(result.get_by_role("status")).to_have_text(re.compile(r"^\d+ redriven, \d+ refused\.$"))
    refused = result.get_by_role("list", name="Refused")
    expect(refused.get_by_role("listitem").filter(has_text="mixed:refused-1")).to_contain_text(
        "the execution mixed:refused-1 cannot be redriven: the distributed Map 'Spread Out'"
    )
    screens(studio, "redrive-all-refused")
    studio.check_axe()
    assert len(asked) >= 2
    after = _redrives(server)
    full = [name for name in after if name.startswith("full-1")]
    assert [after[name] - before[name] for name in full] == [1] * 30
    assert after["refused-1"] == 0
    refused.get_by_role("link", name="mixed:refused-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("refused-1")


def _redrives(server):
    """How often each execution of `mixed` was redriven, once none runs."""
    listed = server.json("GET", "/executions?workflow=mixed&limit=1000")["executions"]
    return {row["name"]: server.wait_closed(row["id"])["redrives"] for row in listed}


def test_all_are_redriven_by_keyboard_alone(studio, server):
    page = studio.page
    for number in range(2):
        stopped(server, f"keys-{number}")
    studio.open("/executions/?workflow=slow&status=ABORTED")
    page.get_by_role("button", name="Redrive all …").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Redrive all of slow that were stopped?")
    expect(dialog).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Redrive all", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text(re.compile(r"^\d+ redriven\.$"))).to_be_visible()
    expect(page.get_by_text("No execution matches")).to_be_visible()
    running = server.json("GET", "/executions?workflow=slow&status=RUNNING")["executions"]
    assert {"keys-0", "keys-1"} <= {row["name"] for row in running}
