"""The Workflows page: a first workflow, every kind of import, finding, pausing, copying, putting away."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

ASL = {
    "Comment": "Greets.", "StartAt": "Hello",
    "States": {"Hello": {"Type": "Pass", "Result": {"greeting": "hello"}, "End": True}},
}
ASL_YAML = """
Comment: Greets.
StartAt: Hello
States:
  Hello:
    Type: Pass
    Next: Done
  Done:
    Type: Succeed
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Hello
        States:
          Hello: {Type: Pass, End: true}
"""
CLOUDFORMATION = json.dumps({
    "Resources": {
        "Greeter": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "RoleArn": "arn:aws:iam::111122223333:role/r", "DefinitionString": json.dumps(ASL),
        }},
        "Leaver": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "RoleArn": "arn:aws:iam::111122223333:role/r", "DefinitionString": json.dumps(ASL),
        }},
    },
})
N8N = json.dumps({
    "name": "Greeter from n8n",
    "nodes": [
        {"id": "1", "name": "When clicked", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
         "position": [0, 0], "parameters": {}},
        {"id": "2", "name": "Ask", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4, "position": [200, 0],
         "parameters": {"url": "https://example.com/", "method": "GET"}},
    ],
    "connections": {"When clicked": {"main": [[{"node": "Ask", "type": "main", "index": 0}]]}},
})
DOCUMENT = json.dumps({"name": "greeter", "description": "Greets.", "definition": ASL})


def row(page, name):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def palette(page):
    return page.get_by_role("combobox", name="Find workflows, executions")


def act_on(page, name, action):
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=action).click()


def test_an_empty_studio_offers_ways_to_a_first_workflow_and_the_samples_run(empty_studio):
    page = empty_studio.page
    empty_studio.open("/")
    for title in ("Start from a sample", "Import", "Say it in a sentence", "Draw it"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    empty_studio.check_axe()
    page.get_by_role("button", name="Show the samples").click()
    page.get_by_role("button", name="Add 5 samples").click()
    expect(page.get_by_text("5 samples published.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(5)")
    ended = empty_studio.server.run("order_flow", empty_studio.server.order())
    assert ended["workflow"] == "order_flow"


@pytest.mark.parametrize(("text", "says", "names"), [
    (DOCUMENT, "This is a workflow document", ["greeter"]),
    (json.dumps(ASL), "Amazon States Language", [None]),
    (ASL_YAML, "Amazon States Language", [None]),
    (SAM, "SAM", ["Greeter"]),
    (CLOUDFORMATION, "CloudFormation", ["Greeter", "Leaver"]),
    (N8N, "n8n", [None]),
], ids=["document", "asl-json", "asl-yaml", "sam", "cloudformation", "n8n"])
def test_each_kind_of_file_is_recognised_and_imported_as_a_draft(studio, text, says, names):
    page = studio.page
    studio.open("/")
    page.get_by_role("button", name="Import", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The file's text").fill(text)
    expect(dialog.get_by_text(says).first).to_be_visible()
    fields = dialog.get_by_label("Name", exact=True)
    expect(fields).to_have_count(len(names))
    kind = re.sub(r"\W", "", says.lower())
    wanted = [f"in_{kind}_{len(text)}_{index}" for index in range(len(names))]
    for index, name in enumerate(wanted):
        fields.nth(index).fill(name)
    dialog.get_by_role("button", name=re.compile("^Import( 2 workflows)?$")).click()
    expect(page.get_by_text("Nothing is published yet").first).to_be_visible()
    for name in wanted:
        draft = studio.server.json("GET", f"/workflows/{name}/draft")
        assert draft["document"]["definition"]["States"]


def test_what_publishing_an_imported_draft_would_refuse_is_said(studio):
    page = studio.page
    studio.open("/")
    page.get_by_role("button", name="Import", exact=True).click()
    dialog = page.get_by_role("dialog")
    unfinished = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}
    dialog.get_by_label("The file's text").fill(json.dumps(unfinished))
    dialog.get_by_label("Name", exact=True).fill("in_unfinished")
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Warnings about in_unfinished")).to_be_visible()
    expect(page.get_by_text("/States/A/Next: Missing 'Next' target: Nowhere")).to_be_visible()


def test_what_cannot_be_read_is_said_with_its_place(studio):
    page = studio.page
    studio.expect_refusal(422, r"/workflows/convert$")
    studio.expect_refusal(400, r"/workflows/convert$")
    studio.open("/")
    page.get_by_role("button", name="Import", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The file's text").fill('{"StartAt": "Hello",\n "States": }')
    alert = dialog.get_by_text("This could not be read")
    expect(alert).to_be_visible()
    expect(dialog.get_by_text(re.compile(r"line 2|2:\d+"))).to_be_visible()
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()


def test_search_and_tags_find_workflows_and_stay_in_the_address(studio):
    page = studio.page
    studio.open("/")
    page.get_by_label("Find workflows").fill("order")
    expect(row(page, "order_flow")).to_be_visible()
    expect(row(page, "approval")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=order$"))
    page.reload()
    expect(row(page, "order_flow")).to_be_visible()
    expect(row(page, "approval")).to_have_count(0)
    page.get_by_label("Find workflows").fill("nothing like it")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Tag").click()
    page.get_by_role("option", name="trade:retail").or_(page.get_by_role("option", name="trade: retail")).click()
    expect(row(page, "order_flow")).to_be_visible()
    expect(row(page, "nightly_sync")).to_have_count(0)


def test_pausing_and_switching_on_again(studio):
    page = studio.page
    studio.open("/")
    switch = page.get_by_role("switch", name="approval takes new work").or_(
        page.get_by_role("checkbox", name="approval takes new work"))
    switch.click(force=True)
    page.get_by_role("dialog").get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("approval is paused.")).to_be_visible()
    expect(row(page, "approval")).to_contain_text("Starts wait")
    [pause] = [item for item in studio.server.json("GET", "/pauses")["pauses"] if item["workflow"] == "approval"]
    assert (pause["starts"], pause["running"]) == ("queue", "finish")
    switch.click(force=True)
    expect(row(page, "approval")).not_to_contain_text("Starts wait")
    assert not [item for item in studio.server.json("GET", "/pauses")["pauses"] if item["workflow"] == "approval"]


def test_a_copy_is_a_draft_of_its_own(studio):
    page = studio.page
    studio.open("/")
    act_on(page, "etl_file", "Duplicate …")
    page.get_by_label("Name of the copy").fill("etl_copy")
    page.get_by_role("dialog").get_by_role("button", name="Duplicate").click()
    page.wait_for_url("**/studio/wizard/etl_copy**")
    copy = studio.server.json("GET", "/workflows/etl_copy")
    assert copy["active_version"] is None
    original = studio.server.json("GET", "/workflows/etl_file/draft")["document"]["definition"]
    assert studio.server.json("GET", "/workflows/etl_copy/draft")["document"]["definition"] == original


def test_into_the_archive_and_back(studio):
    page = studio.page
    studio.server.json("POST", "/workflows/import", {"document": {"name": "old_one", "definition": ASL}})
    studio.open("/")
    act_on(page, "old_one", "Archive …")
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(row(page, "old_one")).to_have_count(0)
    studio.open("/?show=archived")
    act_on(page, "old_one", "Take back from the archive")
    expect(page.get_by_text("old_one is in use again.")).to_be_visible()
    studio.open("/")
    expect(row(page, "old_one")).to_be_visible()


def test_ctrl_k_finds_pages_workflows_states_actions(studio):
    page = studio.page
    studio.open("/audit/")
    page.keyboard.press("Control+k")
    palette(page).fill("order_fl")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/wizard/order_flow**")
    page.get_by_role("tab", name="Design").wait_for()
    page.keyboard.press("Control+k")
    palette(page).fill("http request")
    found = page.get_by_role("dialog", name="Find anything").get_by_role("option").first
    expect(found).to_contain_text(re.compile("request", re.IGNORECASE))
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/connectors/?connector=http**")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(palette(page)).to_have_count(0)
