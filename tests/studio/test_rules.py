"""The Rule Tester: "Use the Rule Tester tab to verify your logic conditions against sample JSON payloads"."""

from __future__ import annotations

import json

from playwright.sync_api import expect

CHOICE = {
    "QueryLanguage": "JSONata", "StartAt": "High?",
    "States": {
        "High?": {"Type": "Choice", "Default": "Charge", "Choices": [
            {"Condition": "{% $states.input.total > 1000 and $states.input.tier = 'gold' %}", "Next": "Ask"},
            {"Condition": "{% $states.input.total > 500 %}", "Next": "Look"},
        ]},
        "Ask": {"Type": "Succeed"}, "Look": {"Type": "Succeed"}, "Charge": {"Type": "Succeed"},
    },
}


def publish(server, name):
    server.json("POST", "/workflows/import", {"document": {"name": name, "definition": CHOICE}, "publish": True})


def payload(page, value):
    page.get_by_label("Input of the state").fill(json.dumps(value))


def result(page):
    return page.get_by_role("region", name="Result")


def test_a_condition_of_ones_own_shows_every_part_with_its_value(studio):
    page = studio.page
    studio.open("/rules/")
    expect(result(page)).to_contain_text("It does not hold")
    expect(result(page)).to_contain_text('= "silver"')
    part = result(page).get_by_role("listitem").filter(has_text="$states.input.order.total > 10000").last
    expect(part).to_contain_text("true")
    page.get_by_label("The condition (JSONata)").fill("$states.input.order.total < 1")
    expect(result(page)).to_contain_text("not less than 1")
    page.get_by_role("button", name="Try it: it holds").click()
    expect(result(page).get_by_role("status")).to_contain_text("It holds")


def test_a_rule_in_jsonpath(studio):
    page = studio.page
    studio.open("/rules/?language=JSONPath")
    expect(result(page)).to_contain_text("$.order.customer.tier StringEquals")
    expect(result(page).get_by_role("status")).to_contain_text("It does not hold")


def test_what_is_no_json_and_what_is_no_rule_is_said(studio):
    page = studio.page
    studio.expect_refusal(422, r"/rules/test$")
    studio.open("/rules/")
    page.get_by_label("Input of the state").fill('{"a":\n}')
    expect(page.get_by_role("alert").filter(has_text="Line 2")).to_be_visible()
    payload(page, {})
    page.get_by_label("The condition (JSONata)").fill("$states.input. >")
    expect(result(page)).to_contain_text("This cannot be tested yet")


def test_which_rule_won_why_the_others_did_not_and_what_would_flip_it(studio):
    publish(studio.server, "won")
    page = studio.page
    studio.open("/rules/?workflow=won&state=High%3F")
    payload(page, {"total": 1500, "tier": "silver"})
    expect(result(page).get_by_role("status")).to_contain_text("Rule 2 wins")
    expect(result(page).get_by_role("status")).to_contain_text("Look")
    first = result(page).get_by_role("region", name="Rule 1")
    expect(first).to_contain_text("does not hold")
    expect(first).to_contain_text('is "silver", not "gold"')
    page.get_by_role("button", name="Try it: Ask").click()
    expect(result(page).get_by_role("status")).to_contain_text("Rule 1 wins")
    expect(page.get_by_label("Input of the state")).to_contain_text("gold")


def test_a_payload_becomes_a_case_which_publishing_runs(studio):
    publish(studio.server, "cased")
    page = studio.page
    studio.open("/rules/?workflow=cased")
    cases = page.get_by_role("region", name="Cases")
    payload(page, {"total": 600, "tier": "gold"})
    expect(result(page).get_by_role("status")).to_contain_text("Rule 2 wins")
    cases.get_by_role("button", name="Save this payload as a case").click()
    expect(cases).to_contain_text("1 of 1 pass")
    preview = studio.server.json("GET", "/workflows/cased/publish")
    assert [item["passed"] for item in preview["cases"]["results"]] == [True]
    page.get_by_label("The Choice state (JSONata)").fill(
        json.dumps({**CHOICE["States"]["High?"], "Choices": CHOICE["States"]["High?"]["Choices"][:1]}))
    expect(cases).to_contain_text("0 of 1 pass")
    expect(cases).to_contain_text("goes to Charge")
    page.get_by_role("button", name="Back to the draft's").click()
    cases.get_by_role("button", name="Remove the case look").click()
    expect(cases).to_contain_text("None yet")


def test_the_last_real_inputs_each_with_its_branch(studio):
    publish(studio.server, "real")
    for total in (100, 700, 2000):
        studio.server.run("real", {"total": total, "tier": "gold"})
    page = studio.page
    studio.open("/rules/?workflow=real")
    expect(page.get_by_label("Input of the state")).to_contain_text("2000")
    page.get_by_role("button", name="Try with the last 20 real inputs").click()
    inputs = page.get_by_role("region", name="Real inputs")
    expect(inputs.get_by_role("listitem")).to_have_count(3)
    for branch in ("Ask", "Look", "Charge"):
        expect(inputs.get_by_role("listitem").filter(has_text=branch)).to_have_count(1)
    inputs.get_by_role("listitem").filter(has_text="Charge").get_by_role("button").click()
    expect(page.get_by_label("Input of the state")).to_contain_text("100")


def test_the_tab_of_the_designer_is_prefilled_and_puts_rules_into_the_draft(studio):
    publish(studio.server, "tabbed")
    page = studio.page
    studio.open("/wizard/tabbed?tab=rules&state=High%3F")
    payload(page, {"total": 600})
    expect(result(page).get_by_role("status")).to_contain_text("Rule 2 wins")
    changed = json.loads(json.dumps(CHOICE["States"]["High?"]))
    changed["Choices"][1]["Condition"] = "{% $states.input.total > 600 %}"
    page.get_by_label("The Choice state (JSONata)").fill(json.dumps(changed, indent=2))
    expect(result(page).get_by_role("status")).to_contain_text("No rule holds")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.url.endswith("/draft")):
        page.get_by_role("button", name="Put them into the draft").click()
    draft = studio.server.json("GET", "/workflows/tabbed/draft")["document"]["definition"]
    assert draft["States"]["High?"] == changed
    studio.check_axe()


def test_axe_finds_nothing_in_a_full_result(studio):
    publish(studio.server, "looked_at")
    studio.server.run("looked_at", {"total": 1, "tier": "gold"})
    studio.open("/rules/?workflow=looked_at")
    payload(studio.page, {"total": 1500})
    studio.page.get_by_role("button", name="Save this payload as a case").click()
    studio.page.get_by_role("button", name="Try with the last 20 real inputs").click()
    studio.page.get_by_role("region", name="Real inputs").get_by_role("listitem").first.wait_for()
    studio.check_axe()
