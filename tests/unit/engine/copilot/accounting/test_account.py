"""A sentence held against documents: what is there is used, with its place; what is not is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting import account as accounting
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))


def account(sentence, document):
    return accounting.account(sentence, document, CATALOGUE)


def document(states, **more):
    return {"name": "w", "definition": {"StartAt": next(iter(states)), "States": states}, **more}


URL = {"url": "https://a.example.com"}
CALL = {"Type": "Task", "Resource": "connector:http:request", "Arguments": URL, "End": True}
SCHEDULE = {"type": "schedule", "expression": "cron(30 18 ? * MON,THU *)", "timezone": "Europe/Berlin"}


def became(sentence, states, **more):
    """The kind and the place of each word, without what all places have in common."""
    found = account(sentence, document(states, **more)).words
    return {use.text: use.pointer and use.pointer.removeprefix("/definition/States/") for use in found}


@pytest.mark.parametrize(("said", "field", "value", "wrong"), [
    ("at most 4 at a time", "MaxConcurrency", 4, 5),
    ("wait 2 hours", "Seconds", 7200, 120),
    ("retry it 3 times", "MaxAttempts", 3, 2),
    ("in batches of 20", "MaxItemsPerBatch", 20, 2),
])
def test_a_number_is_used_where_it_means_the_same(said, field, value, wrong):
    right = became(f"Call https://a.example.com, {said}.", {"Call": {**CALL, field: value}})
    assert f"Call/{field}" in right.values()
    bent = became(f"Call https://a.example.com, {said}.", {"Call": {**CALL, field: wrong}})
    assert f"Call/{field}" not in bent.values()
    assert None in bent.values()


def test_days_times_and_a_place_are_a_schedules():
    sentence = "On Mondays and Thursdays at 6:30 pm Berlin time call https://a.example.com."
    assert None not in became(sentence, {"Call": CALL}, triggers=[SCHEDULE]).values()
    bent = [("expression", "cron(30 6 ? * MON,THU *)"), ("expression", "cron(30 18 ? * MON *)"), ("timezone", "UTC")]
    for key, value in bent:
        assert None in became(sentence, {"Call": CALL}, triggers=[{**SCHEDULE, key: value}]).values()


@pytest.mark.parametrize(("said", "fits", "bent"), [
    ("but not on Fridays", ["cron(0 9 ? * MON-THU,SAT *)"], ["cron(0 9 ? * FRI *)", "cron(0 9 ? * MON-SAT *)",
                                                            "cron(0 9 * * ? *)", "cron(0 9 ? * FRI-MON *)"]),
    ("every 15 minutes", ["rate(15 minutes)", "cron(0/15 8-17 * * ? *)"], ["cron(0 8,18 * * ? *)"]),
    ("every 15 minutes between 8am and 6pm", ["cron(0/15 8-17 * * ? *)"], ["cron(0/15 8-18 * * ? *)"]),
    ("every 2 hours", ["rate(2 hours)", "cron(0 0/2 ? * MON *)"], ["cron(0 * * * ? *)", "cron(0/2 * * * ? *)"]),
    ("every 7 minutes", ["rate(7 minutes)"], ["cron(0/7 * * * ? *)"]),
    ("every hour between 8am and 6pm", ["cron(0 8-18 * * ? *)"], ["cron(0 8,18 * * ? *)", "cron(0 8-6 * * ? *)"]),
    ("every hour between 8:30 and 18:00", [], ["cron(0 8-18 * * ? *)"]),
    ("twice a day", ["rate(12 hours)", "cron(0 6,18 * * ? *)"], ["rate(1 day)", "cron(0 6 * * ? *)"]),
])
def test_days_that_are_left_out_and_how_often_are_a_schedules(said, fits, bent):
    for expression in [*fits, *bent]:
        found = became(f"Call https://a.example.com {said}", {"Call": CALL},
                       triggers=[{"type": "schedule", "expression": expression}])
        assert (None in found.values()) is (expression in bent), expression


@pytest.mark.parametrize(("amount", "is_used"), [
    (50, False), ("{% $states.input.total %}", False), ("{% $states.input.total * 0.5 %}", True),
    ("{% $states.input.total * 50 / 100 %}", True),
])
def test_a_share_is_no_number(amount, is_used):
    states = {"Pay": {**CALL, "Resource": "connector:stripe:create_payment_intent", "Arguments": {"amount": amount}}}
    found = became("Pay 50% at last", states)
    assert (found.get("50%") == "Pay/Arguments/amount") is is_used, found


def test_two_negations_of_one_clause_are_two_in_its_condition():
    for condition, lost in (("$not(order.valid)", True), ("$not(order.valid) and $not(order.paid)", False)):
        rule = {"Condition": f"{{% {condition} %}}", "Next": "Call"}
        found = became("If the order isn't valid and isn't paid call https://a.example.com", {
            "Valid?": {"Type": "Choice", "Choices": [rule]}, "Call": CALL})
        assert (None in found.values()) is lost, found


def test_what_a_step_is_called_says_not_how_its_parts_hang_together():
    states = {"Ask Both": CALL}
    assert became("Ask both at https://a.example.com", states)["both"] is None
    states["At Once"] = {"Type": "Parallel", "Branches": []}
    assert became("Ask both at https://a.example.com", states)["both"] == "At Once"


@pytest.mark.parametrize("said", [
    "-5 or less", "minus 5 or less", "at most -5", "no more than minus 5", "-5 degrees or less",
])
def test_a_number_below_zero_is_used_as_such_alone(said):
    for amount in (-5, 5):
        rule = {"Condition": f"{{% $states.input.temp <= {amount} %}}", "Next": "Call"}
        choice = {"Type": "Choice", "Choices": [rule]}
        found = became(f"If the temp is {said}, call https://a.example.com", {"Cold?": choice, "Call": CALL})
        assert (None in found.values()) is (amount == 5), found


def test_half_is_used_where_it_is_reckoned_alone():
    pay = {**CALL, "Resource": "connector:stripe:create_refund", "Arguments": {"charge": "c", "amount": "{% $x %}"}}
    assert became("Refund half", {"Refund Half": pay})["half"] is None
    reckoned = {**pay, "Arguments": {"charge": "c", "amount": "{% $x / 2 %}"}}
    assert became("Refund half", {"Refund Half": reckoned})["half"] is not None


def test_a_wait_is_no_limit_and_only_after_is_a_condition():
    waiting = {"Wait": {"Type": "Wait", "Seconds": 172800, "Next": "Call"}, "Call": CALL}
    assert became("wait up to 2 days, call https://a.example.com", waiting)["wait up to 2 days"] is None
    limited = {"Call": {**CALL, "TimeoutSeconds": 172800}}
    assert became("wait up to 2 days, call https://a.example.com", limited)["wait up to 2 days"] is not None
    said = "call https://a.example.com only after the goods returned"
    assert became(said, {"Call After Goods Returned": CALL})["only after"] is None
    back = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.goods.returned = true %}", "Next": "Call"}]}
    assert became(said, {"Back": back, "Call": CALL})["only after"] is not None


def test_half_an_hour_is_no_hour():
    states = {"Wait": {"Type": "Wait", "Seconds": 3600, "Next": "Call"}, "Call": CALL}
    assert became("half an hour later call https://a.example.com", states)["half an hour later"] is None


def test_a_number_in_a_texts_todo_is_not_used():
    states = {"Call Five": {**CALL, "Arguments": {**CALL["Arguments"], "body": "TODO: call five at a time"}}}
    assert became("Call https://a.example.com, five at a time", states)["five at a time"] is None


def test_what_a_draft_marks_as_not_understood_is_a_to_do():
    states = {"Frobnicate It": {"Type": "Pass", "Comment": 'TODO: "frobnicate it" was not understood', "Next": "Call"},
              "Call": CALL}
    assert became("Frobnicate it and call https://a.example.com", states)["Frobnicate"] is None


def test_a_step_that_no_word_asks_for_is_named():
    states = {"Call": {**CALL, "Next": "Pay"}, "Pay": {
        "Type": "Task", "Resource": "connector:stripe:create_payment_intent", "Arguments": {"amount": 3}, "End": True}}
    assert account("Call https://a.example.com", document(states)).added == ("Pay",)


def test_pointers_are_escaped_and_lead_into_branches():
    inner = {"StartAt": "A/B", "States": {"A/B": CALL}}
    states = {"Both": {"Type": "Parallel", "Branches": [inner], "End": True}}
    assert became("call https://a.example.com", states)["https://a.example.com"] == (
        "Both/Branches/0/States/A~1B/Arguments/url")


def test_a_document_of_no_shape_uses_nothing():
    assert account("Call it", {"definition": {"States": []}}).to_dos[0].text == "Call"


def test_a_function_that_is_named_is_used_only_where_it_is_called():
    states = {"Run Lint": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
                           "Arguments": {"FunctionName": "lint"}}}
    found = became("run the lint function and the build function", states)
    assert found["the lint function"] == "Run Lint/Arguments/FunctionName"
    assert found["the build function"] is None


def test_otherwise_is_used_where_its_step_stands_on_one_side():
    states = {
        "New?": {"Type": "Choice", "Default": "Call",
                 "Choices": [{"Condition": "{% $states.input.new %}", "Next": "Log"}]},
        "Log": {"Type": "Task", "Resource": "connector:log:write", "Arguments": {"message": "new"}, "End": True},
        "Call": CALL,
    }
    sentence = "If it is new log it, otherwise call https://a.example.com"
    assert became(sentence, states)["otherwise"] == "New?/Default"
    joined = {key: value for key, value in states["Log"].items() if key != "End"} | {"Next": "Call"}
    assert became(sentence, {**states, "Log": joined})["otherwise"] is None


def test_nothing_more_is_said_of_the_step_that_is_the_last():
    ends = became("Call https://a.example.com, nothing more.", {"Call": CALL})
    assert ends["nothing more"] == "Call"
    other = {"Call": {**CALL, "End": False, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    assert became("Call https://a.example.com, nothing more.", other)["nothing more"] is None
