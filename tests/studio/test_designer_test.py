"""The designer's Test tab in the browser: parts of a workflow, mocks and real calls, pins, cases."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.studio.designing import Designer

FLOW = {
    "name": "tested", "input_schema": {
        "type": "object", "required": ["amount"], "properties": {
            "amount": {"type": "integer", "title": "Amount", "minimum": 1},
            "rush": {"type": "boolean"}, "customer": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    },
    "definition": {
        "QueryLanguage": "JSONata", "StartAt": "Price",
        "States": {
            "Price": {"Type": "Pass", "Output": {"total": "{% $states.input.amount * 2 %}"}, "Next": "Big?"},
            "Big?": {
                "Type": "Choice", "Default": "Done",
                "Choices": [{"Condition": "{% $states.input.total > 100 %}", "Next": "Charge"}],
            },
            "Charge": {
                "Type": "Task", "Resource": "connector:http:request", "Next": "Done",
                "Arguments": {"method": "POST", "url": "https://pay.example.com"},
                "Output": {"charged": "{% $states.result.status %}"},
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
            },
            "Done": {"Type": "Pass", "End": True},
            "Sorry": {"Type": "Fail", "Error": "NotCharged"},
        },
    },
}


class TestTab:
    """The tab of one workflow."""

    __test__ = False

    def __init__(self, studio, name, **more):
        self.designer = Designer(studio, name, {**FLOW, "name": name, **more})
        self.studio, self.page = studio, studio.page
        self.page.get_by_role("tab", name="Test", exact=True).click()
        expect(self.page.get_by_role("heading", name="Test", exact=True)).to_be_visible()

    def region(self, name):
        return self.page.get_by_role("region", name=name, exact=True)

    def mode(self, word):
        self.page.get_by_role("group", name="What is run").get_by_role("button", name=word).click()

    def answer(self, state, how):
        self.page.get_by_role("group", name=f"How {state} is answered").get_by_role("button", name=how).click()

    def run(self, ends):
        with self.page.expect_response(lambda answer: answer.url.endswith("/test/run")):
            self.page.get_by_role("button", name="Run the test").click()
        self.studio.drawn()  # an earlier test's result stands there until then
        expect(self.region("Result").locator(f"[data-status={ends}]").first).to_be_visible()

    def give(self, value):
        self.page.get_by_role("group", name="How the input is edited").get_by_role("button", name="JSON").click()
        self.designer.type_json(self.page.get_by_label("Input of the test"), value)

    @property
    def steps(self):
        return self.page.get_by_role("list", name="Steps of the test").locator(".tp-step-name").all_inner_texts()

    def open_step(self, name):
        self.page.locator("button.tp-step", has_text=name).click()


def test_everything_runs_on_a_form_made_of_the_input_schema_with_writes_mocked(studio, screens):
    tab = TestTab(studio, "test_form")
    page = studio.page
    page.get_by_role("spinbutton", name="Amount").fill("60")
    expect(tab.region("Calls")).to_contain_text("connector:http:request · writes")
    tab.run("SUCCEEDED")
    assert tab.steps == ["Price", "Big?", "Charge", "Done"]
    expect(page.get_by_role("list", name="Steps of the test").get_by_role("button", name="Charge")).to_contain_text(
        "mocked"
    )
    expect(tab.designer.card("Charge")).to_have_accessible_name(re.compile("Succeeded", re.IGNORECASE))
    screens(studio, "designer-test", widths=(1440, 1024))
    studio.look("light", 1440)
    studio.check_axe()


def test_a_step_alone_up_to_it_and_from_it(studio):
    tab = TestTab(studio, "test_parts")
    tab.designer.card("Big?").click()
    tab.mode("Up to here")
    tab.give({"amount": 80})
    tab.run("SUCCEEDED")
    assert tab.steps == ["Price", "Big?"]

    tab.mode("From here")
    tab.designer.type_json(studio.page.get_by_label("Input of the test"), {"total": 5})
    tab.run("SUCCEEDED")
    assert tab.steps == ["Big?", "Done"]

    tab.designer.card("Charge").click()
    tab.mode("This step")
    tab.run("SUCCEEDED")
    assert tab.steps == ["Charge"]


def test_an_error_takes_the_way_that_an_error_takes(studio):
    tab = TestTab(studio, "test_error")
    tab.give({"amount": 60})
    tab.answer("Charge", "Error")
    studio.page.get_by_role("textbox", name="Error").fill("Card.Declined")
    tab.run("FAILED")
    assert tab.steps == ["Price", "Big?", "Charge", "Sorry"]
    expect(tab.region("Result")).to_contain_text("NotCharged")
    tab.open_step("Charge")
    expect(tab.region("Result")).to_contain_text("Card.Declined")


def test_a_real_call_is_made_only_when_it_is_chosen(studio):
    definition = {"QueryLanguage": "JSONata", "StartAt": "Look", "States": {"Look": {
        "Type": "Task", "Resource": "connector:http:request", "End": True,
        "Arguments": {"method": "GET", "url": f"{studio.server.url}/samples/nothing"},
    }}}
    tab = TestTab(studio, "test_real", definition=definition, input_schema={"type": "object"})
    expect(tab.page.get_by_text("Every call is mocked: nothing outside is touched.")).to_be_visible()
    tab.answer("Look", "Real")
    expect(tab.region("Calls")).to_contain_text("This writes")
    expect(tab.page.get_by_text("One action is really called.")).to_be_visible()
    tab.page.get_by_role("button", name="Run the test").click()
    expect(tab.region("Result")).to_contain_text("1 really called")


def test_a_pinned_output_stands_in_for_its_step_and_says_so(studio):
    tab = TestTab(studio, "test_pin")
    page = studio.page
    tab.give({"amount": 1})
    tab.run("SUCCEEDED")
    assert tab.steps == ["Price", "Big?", "Done"]
    tab.open_step("Price")
    tab.region("Result").get_by_role("button", name="Pin the output of Price").click()
    expect(tab.region("Pins")).to_contain_text("Price")
    tab.region("Pins").get_by_text("Gives").click()
    tab.designer.type_json(page.get_by_label("Pinned output of Price"), {"total": 500})
    tab.mode("Everything")
    expect(page.get_by_text("One step is pinned: it does not run.")).to_be_visible()
    tab.run("SUCCEEDED")
    assert tab.steps == ["Price", "Big?", "Charge", "Done"]
    expect(tab.region("Result")).to_contain_text("1 pinned")
    expect(tab.region("Result")).to_contain_text("take the pins off first")
    assert tab.designer.saved()["studio"]["pins"] == {"Price": {"total": 500}}
    page.get_by_role("button", name="Unpin Price").click()
    assert "studio" not in tab.designer.saved()


def test_an_output_of_a_past_run_is_chosen_as_a_pin_and_an_input_as_the_test_s(studio):
    server = studio.server
    quiet = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"seen": 7}, "Next": "B"},
                                        "B": {"Type": "Pass", "End": True}}}
    server.json("POST", "/workflows/import", {"document": {"name": "test_past", "definition": quiet}, "publish": True})
    server.run("test_past", {"from": "kim"}, "monday")
    tab = TestTab(studio, "test_past", definition=quiet, input_schema=None)
    page = studio.page
    expect(page.get_by_label("Input of the test")).to_contain_text("kim")
    page.get_by_label("Begin from").select_option("Run monday")
    tab.designer.card("A").click()
    page.get_by_role("button", name="Pin the output of A").click()
    page.get_by_label("Output to pin at A").select_option(index=1)
    expect(tab.region("Pins")).to_contain_text("A")
    assert tab.designer.saved()["studio"]["pins"] == {"A": {"seen": 7}}


def test_a_run_becomes_a_case_and_cases_say_which_pass(studio, screens):
    bad = {"name": "wrong", "input": {"amount": 1}, "expect": {"status": "FAILED"}}
    tab = TestTab(studio, "test_cases", cases=[bad])
    page = studio.page
    tab.give({"amount": 60})
    tab.run("SUCCEEDED")
    page.get_by_role("textbox", name="Save as a case").fill("not a name")
    expect(page.get_by_role("button", name="Save the case")).to_be_disabled()
    page.get_by_role("textbox", name="Save as a case").fill("big-order")
    page.get_by_role("button", name="Save the case").click()
    page.get_by_role("button", name="Run all cases").click()
    cases = tab.region("Cases")
    expect(cases).to_contain_text("1 of 2 pass")
    expect(cases).to_contain_text('status: expected "FAILED", was "SUCCEEDED"')
    screens(studio, "designer-cases")
    saved = tab.designer.saved()["cases"][1]
    assert (saved["name"], saved["input"], saved["expect"]["status"]) == ("big-order", {"amount": 60}, "SUCCEEDED")
    assert list(saved["stubs"]) == ["connector:http:request"]
    ran = studio.server.json("POST", "/cases/run", {"workflow": "test_cases"})
    assert {item["name"]: item["passed"] for item in ran["results"]} == {"wrong": False, "big-order": True}

    page.get_by_role("button", name="Remove the case wrong").click()
    page.get_by_role("button", name="Load the case big-order").click()
    page.get_by_role("button", name="Run all cases").click()
    expect(cases).to_contain_text("1 of 1 pass")
    studio.check_axe()


def test_a_case_that_passes_though_a_call_without_a_stub_was_caught_says_so(studio, screens):
    case = {"name": "no-stub", "input": {"amount": 60}, "expect": {"status": "FAILED"}}
    tab = TestTab(studio, "test_unanswered", cases=[case])
    tab.page.get_by_role("button", name="Run all cases").click()
    cases = tab.region("Cases")
    expect(cases).to_contain_text("1 of 1 pass")
    remark = cases.get_by_role("listitem").filter(has_text="No stub is left").last
    expect(remark).to_contain_text("The workflow caught that. Give the case a stub for it, unless that is what it")
    expect(cases).not_to_contain_text("It ended with")
    screens(studio, "designer-unanswered", widths=(1440, 390))
    studio.check_axe()


def test_a_draft_that_does_not_compile_says_so_in_the_engine_s_words(studio):
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}
    tab = TestTab(studio, "test_broken", definition=broken, input_schema=None)
    studio.expect_refusal(422, r"/test/run")
    tab.page.get_by_role("button", name="Run the test").click()
    expect(tab.page.get_by_role("alert").filter(has_text="Nowhere")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tab_is_used_by_keyboard_alone(studio, theme):
    tab = TestTab(studio, f"test_keys_{theme}")
    studio.look(theme)
    tab.page.get_by_role("button", name="Run the test").focus()
    tab.page.keyboard.press("Enter")
    expect(tab.region("Result").locator("[data-status=SUCCEEDED]").first).to_be_visible()
    step = tab.page.locator("button.tp-step", has_text="Price")
    step.focus()
    tab.page.keyboard.press("Enter")
    expect(step).to_have_attribute("aria-expanded", "true")
    expect(tab.region("Result").get_by_role("region", name="Input", exact=True)).to_be_visible()
