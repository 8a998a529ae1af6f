"""Wrong answers planted in a right one: each is refused, with a finding that leads to the repair."""

from __future__ import annotations

import copy

import pytest

from engine.copilot.clauses import clauses_of
from engine.copilot.conversation.answers import Request, check_draft
from engine.copilot.scrubbing import Scrub
from engine.governance.masking import Scrubber
from tests.support.copilot_desk import BLANK, Desk
from tests.support.copilot_drafts import ASK, CHARGE, REQUEST, draft, refined

SECRET = "a-stored-value-of-the-stripe-account"


def states(given):
    return given["document"]["definition"]["States"]


def change(path, value):
    """A change of the answer at a path of keys; None takes it away."""
    def made(given):
        at = given
        for part in path[:-1]:
            at = at[part]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value
    return made


def state(name, *path, to):
    return change(["document", "definition", "States", name, *path], to)


def an_unreached_state(given):
    states(given)["Archive"] = {"Type": "Pass", "End": True}


def starts_another_workflow(given):
    states(given)["Charge Card"] = {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True,
        "Arguments": {"StateMachineArn": "charge_the_card", "Input": {}}}


def an_aws_call(given):
    states(given)["Charge Card"] = {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "End": True,
        "Arguments": {"Bucket": "orders", "Name": "x"}}


def a_state_that_no_case_enters(given):
    given["cases"] = [case for case in given["cases"] if case["name"] != "approved"]
    states(given)["Approved?"]["Choices"][0]["Next"] = "Charge Approved"
    states(given)["Charge Approved"] = copy.deepcopy(states(given)["Charge Card"])


def a_read_that_finds_nothing(given):
    states(given)["Approved?"]["Choices"][0]["Condition"] = "{% $reply.approved = true %}"


def two_cases_of_a_name(given):
    given["cases"].append(copy.deepcopy(given["cases"][0]))


PLANTED = {
    "an action that is not there": (
        state("Charge Card", "Resource", to="connector:stripe:charge_card"),
        "there is no action connector:stripe:charge_card"),
    "a connector that is not there": (
        state("Charge Card", "Resource", to="connector:paypal:pay"), "search_actions finds"),
    "an operation that AWS does not have": (
        state("Charge Card", "Resource", to="arn:aws:states:::aws-sdk:s3:chargeCard"), "chargeCard"),
    "a missing input of a connector": (state("Charge Card", "Arguments", "currency", to=None), "currency"),
    "no arguments at all": (state("Charge Card", "Arguments", to=None), "amount"),
    "an input that the action does not have": (state("Charge Card", "Arguments", "sum", to=5), "sum"),
    "an input of another type": (state("Charge Card", "Arguments", "amount", to="much"), "amount"),
    "a missing input of an AWS operation": (an_aws_call, "Key"),
    "an unknown input of an AWS operation": (an_aws_call, "has no input Name"),
    "a workflow that is not there": (starts_another_workflow, "there is no workflow charge_the_card"),
    "an approval that does not wait": (
        state("Ask Finance", "Resource", to=ASK.removesuffix(".waitForTaskToken")), ASK),
    "a dropped clause": (change(["clauses"], draft()["clauses"][:2]), "nothing answers for clause 3"),
    "a clause that a missing state does": (
        change(["clauses", 2, "done_in"], ["Charge"]), "'Charge', which is not in the draft"),
    "no clauses": (change(["clauses"], None), "nothing answers for clause 1"),
    "a stored secret": (
        state("Charge Card", "Arguments", "api_key", to=SECRET),
        "/document/definition/States/Charge Card/Arguments/api_key"),
    "a stored secret in a case": (change(["cases", 0, "input", "note"], f"key {SECRET}"), "/cases/0/input/note"),
    "a text with the shape of a secret": (
        state("Ask Finance", "Arguments", "slack_token", to="xoxb-1234567890-abcdefghij"), "secret's value"),
    "a mask in the place of a secret": (state("Charge Card", "Arguments", "api_key", to="********"), "secret's value"),
    "a state that nothing reaches": (an_unreached_state, "Archive"),
    "a target that is not there": (state("Ask Finance", "Next", to="Approval"), "Approval"),
    "a state without an end": (state("Charge Card", "End", to=None), "Charge Card"),
    "a case that cannot pass": (change(["cases", 0, "expect", "status"], "FAILED"), "the case low fails"),
    "a case with other states": (change(["cases", 0, "expect", "states"], ["Charge Card"]), "the case low fails"),
    "a case without the stub": (change(["cases", 1, "stubs", CHARGE], []), "approved"),
    "no case": (change(["cases"], []), "no case enters"),
    "a state that no case enters": (a_state_that_no_case_enters, "no case enters Charge Approved"),
    "a way that no case takes": (
        change(["cases"], draft()["cases"][:3]), "no case goes from Ask Finance to Not Approved"),
    "an input that does not fit its schema": (
        change(["document", "input_schema"], {"type": "object", "required": ["order"]}), "does not fit input_schema"),
    "a variable that nothing assigns": (a_read_that_finds_nothing, "reply"),
    "an expression that does not parse": (
        state("High Value?", "Choices", 0, "Condition", to="{% $states.input.amount >> %}"), "/States/High Value?"),
    "two cases of one name": (two_cases_of_a_name, "two cases are called low"),
    "a schedule that is none": (
        change(["document", "triggers"], [{"type": "schedule", "expression": "each morning"}]), "/triggers/0"),
    "no document": (change(["document"], None), "/document"),
    "a definition in words": (change(["document", "definition"], "ask, then charge"), "definition"),
}


@pytest.fixture(scope="module")
def sources():
    desk = Desk()
    desk.api.secrets.values["STRIPE_KEY"] = SECRET
    return desk.sources


def checked(given, sources, *, current=BLANK, text=REQUEST):
    return check_draft(given, Request(clauses_of(text), current), sources, Scrub(Scrubber([SECRET])))


def test_the_right_answer_is_taken_at_once(sources):
    assert checked(draft(), sources).faults == ()


def test_the_right_refinement_is_taken_at_once(sources):
    current = checked(draft(), sources).proposal.document
    assert checked(refined(), sources, current=current, text="after charging, also tell Slack").faults == ()


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found(planted, sources):
    plant, words = PLANTED[planted]
    given = draft()
    plant(given)
    found = checked(given, sources)
    assert any(words in fault for fault in found.faults), found.faults
    assert SECRET not in str(found.faults)
    assert all(len(fault) < 1_000 for fault in found.faults)


def test_what_the_person_wrote_and_the_model_saw_masked_comes_back_as_it_was(sources):
    current = checked(draft(), sources).proposal.document
    states_now = current["definition"]["States"]
    states_now["Charge Card"]["Comment"] = f"uses {SECRET}"
    given = refined()
    states(given)["Charge Card"]["Comment"] = "uses ********"
    found = checked(given, sources, current=current, text="after charging, also tell Slack")
    assert found.faults == ()
    assert found.proposal.document["definition"]["States"]["Charge Card"]["Comment"] == f"uses {SECRET}"


def test_a_name_like_a_secret_is_no_secret_in_a_case(sources):
    given = draft()
    given["cases"][0]["input"] |= {"password": "x", "access_token": "t-1"}
    states(given)["Charge Card"]["Comment"] = "TODO: store the API key: STRIPE_KEY"
    assert checked(given, sources).faults == ()
