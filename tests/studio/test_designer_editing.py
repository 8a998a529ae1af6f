"""Rules, problems, text and clipboard in the designer, and a whole workflow by keyboard alone."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.support.studio.designing import THREE_STEPS, Designer

JSONPATH_RULES = {
    "StartAt": "Pick",
    "States": {
        "Pick": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Big"}],
            "Default": "Small",
        },
        "Big": {"Type": "Pass", "End": True},
        "Small": {"Type": "Pass", "End": True},
    },
}


def test_a_condition_is_built_of_field_operator_and_value(studio):
    designer = Designer(studio, "conditions", THREE_STEPS)
    page = studio.page
    designer.select("Big?")
    rule = page.get_by_role("group", name="Rule 1")
    rule.get_by_label("Operator for $total").select_option(label="is at least")
    rule.get_by_role("spinbutton", name="Value for $total").fill("250")
    text = page.get_by_label("Condition of rule 1")
    expect(text).to_have_text("$total >= 250")
    assert designer.states()["Big?"]["Choices"][0]["Condition"] == "{% $total >= 250 %}"

    designer.type_json(text, "$total > 5 and $states.input.tier = 'gold'")
    expect(rule.get_by_label("Operator for $states.input.tier")).to_be_visible()
    expect(rule.get_by_label("How the conditions are joined")).to_have_value("and")
    rule.get_by_label("How the conditions are joined").select_option("or")
    expect(text).to_have_text(re.compile(r"\$total > 5 or \$states\.input\.tier = [\"']gold[\"']"))

    designer.type_json(text, "$paid = true")
    rule.get_by_label("Field", exact=True).fill("$states.input.n > 3")
    rule.get_by_label("Field", exact=True).blur()
    expect(text).to_have_text("$states.input.n > 3")
    expect(rule.get_by_label("Operator for $states.input.n")).to_be_visible()


def test_a_date_of_a_rule_has_its_time_zone(studio):
    designer = Designer(studio, "dates", JSONPATH_RULES)
    page = studio.page
    designer.select("Pick")
    rule = page.get_by_role("group", name="Rule 1")
    rule.get_by_label("Field", exact=True).fill("$.placedAt")
    rule.get_by_label("Operator for $.placedAt").select_option(label="is after")
    rule.get_by_label("Time zone for $.placedAt").select_option("Europe/Lisbon")
    rule.get_by_label("Date for $.placedAt").fill("2026-07-01")
    rule.get_by_label("Time for $.placedAt").fill("09:30:00")
    saved = designer.states()["Pick"]["Choices"][0]
    assert saved == {"Variable": "$.placedAt", "TimestampGreaterThan": "2026-07-01T09:30:00+01:00", "Next": "Big"}


def test_rules_are_reordered_and_have_an_otherwise(studio):
    designer = Designer(studio, "rules_in_order", JSONPATH_RULES)
    page = studio.page
    designer.select("Pick")
    page.get_by_role("button", name="Add a rule").click()
    second = page.get_by_role("group", name="Rule 2")
    second.get_by_label("Rule 2 leads to").select_option("Small")
    second.get_by_role("button", name="Move rule 2 up").click()
    page.get_by_label("Otherwise go to").select_option("Big")
    pick = designer.states()["Pick"]
    assert ([rule["Next"] for rule in pick["Choices"]], pick["Default"]) == (["Small", "Big"], "Big")


def test_the_engines_findings_are_marked_listed_and_mended(studio):
    designer = Designer(studio, "with_problem", THREE_STEPS)
    page = studio.page
    designer.select("Second")
    broken = {**THREE_STEPS["States"]["Second"], "Next": "Thrid"}
    designer.type_json(designer.json_editor("Second"), broken)
    expect(designer.problems).to_contain_text("1 error")
    designer.show_problems()
    expect(designer.problems).to_contain_text("Missing 'Next' target: Thrid")
    expect(designer.properties.locator(".cm-lintRange-error")).to_have_count(1)
    designer.problems.get_by_role("button", name="Go to “Third”").click()
    expect(designer.problems).to_contain_text("No problems")
    assert designer.states()["Second"]["Next"] == "Third"
    page.keyboard.press("ControlOrMeta+z")


def test_a_finding_of_a_rule_is_marked_on_its_line(studio):
    states = THREE_STEPS["States"]
    rule = {**states["Big?"]["Choices"][0], "Condition": "{% $total > %}"}
    broken = {**THREE_STEPS, "States": {**states, "Big?": {**states["Big?"], "Choices": [rule]}}}
    designer = Designer(studio, "with_broken_rule", broken)
    expect(designer.problems).to_contain_text("1 error")
    mark = studio.page.locator("[data-line='/States/Big?#choice/0'] .pill-mark")
    expect(mark).to_be_visible()
    expect(mark.locator("title")).not_to_be_empty()


def test_the_whole_text_and_the_canvas_are_in_step(studio):
    designer = Designer(studio, "as_text", THREE_STEPS)
    page = studio.page
    designer.tab("Code")
    editor = page.get_by_role("textbox", name="The whole definition")
    expect(editor).to_contain_text('"StartAt": "First"')
    shorter = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}
    designer.type_json(editor, shorter)
    designer.wait_states("Only")
    designer.type_json(editor, '{"StartAt": "Only", "States": {')
    expect(page.get_by_text("The canvas shows the last good definition.")).to_be_visible()
    designer.wait_states("Only")
    page.locator("[data-card]").first.click()
    page.keyboard.press("F2")
    page.keyboard.type("Alone")
    page.keyboard.press("Enter")
    designer.wait_states("Alone")
    assert designer.saved()["definition"] == {"StartAt": "Alone", "States": {"Alone": {"Type": "Succeed"}}}


def test_states_are_copied_and_pasted_as_asl(studio):
    studio.context.grant_permissions(["clipboard-read", "clipboard-write"])
    designer = Designer(studio, "copied", THREE_STEPS)
    page = studio.page
    designer.select("Second")
    designer.card("Second").focus()
    page.keyboard.press("ControlOrMeta+c")
    copied = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    assert copied == {"Second": THREE_STEPS["States"]["Second"]}

    other = Designer(studio, "pasted_into", JSONPATH_RULES)
    other.select("Small")
    other.card("Small").focus()
    page.keyboard.press("ControlOrMeta+v")
    other.wait_states("Pick", "Big", "Small", "Second")
    states = other.states()
    assert (states["Small"]["Next"], states["Second"]["Resource"]) == ("Second", "connector:log:write")


def test_a_workflow_is_made_by_keyboard_alone(studio):
    page = studio.page
    studio.open("/wizard/")
    page.keyboard.press("Tab")
    page.keyboard.type("by_keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/wizard/by_keyboard**")
    designer = Designer(studio, "by_keyboard")

    expect(designer.card("Begin")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find a step")).to_be_focused()
    page.keyboard.type("log write")
    expect(page.get_by_role("option", selected=True)).to_contain_text(re.compile("Log", re.IGNORECASE))
    page.keyboard.press("Enter")
    expect(designer.card("Log Write")).to_be_focused()
    expect(designer.name_field).to_have_value("Log Write")
    page.keyboard.press("Enter")
    page.keyboard.type("told")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    expect(designer.card("Begin")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F2")
    page.keyboard.type("Tell")
    page.keyboard.press("Enter")
    expect(designer.card("Tell")).to_be_focused()
    page.keyboard.press("+")
    page.keyboard.type("wait")
    page.keyboard.press("Enter")
    expect(designer.card("Wait")).to_be_focused()
    states = designer.states()
    assert states["Tell"]["Arguments"]["message"] == "told"
    assert (states["Begin"]["Next"], states["Tell"]["Next"], states["Wait"]["End"]) == ("Tell", "Wait", True)
    page.keyboard.press("ControlOrMeta+z")
    designer.wait_states("Begin", "Tell")


def test_completion_offers_fields_of_the_sample(studio):
    designer = Designer(studio, "completed", {
        "name": "completed", "definition": THREE_STEPS,
        "input_schema": {"type": "object", "properties": {"amount": {"type": "number"}, "customer": {"type": "object",
                         "properties": {"tier": {"type": "string"}}}}},
    })
    page = studio.page
    designer.select("First")
    editor = page.get_by_label("total", exact=True)
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("$states.input.cu")
    expect(page.get_by_role("option", name=re.compile(r"\$states\.input\.customer\.tier"))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("$states.input.amount * 3")
    expect(designer.properties.locator(".dz-live-value")).to_have_text(re.compile(r"=\s*gives\s*3$"))
