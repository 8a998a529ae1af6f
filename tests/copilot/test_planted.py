"""Wrong answers planted in a right one: each is refused, with a finding that leads to the repair."""

from __future__ import annotations

import copy
import json

import pytest

from engine.copilot.clauses import clauses_of
from engine.copilot.conversation.answers import Request, check_draft
from engine.copilot.conversation.prompt import MOST_FINDING, findings_prompt
from engine.copilot.scrubbing import Scrub
from engine.governance.connections import Connection
from engine.governance.masking import Scrubber
from functions.app.copilot.sources import secret_values
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


def a_mail_without_a_text(given):
    states(given)["Charge Card"] = {
        "Type": "Task", "Resource": "connector:email:send", "End": True, "Arguments": {
            "host": "smtp.example", "from": "a@example.com", "to": "b@example.com", "subject": "x"}}


def no_catch(given):
    del states(given)["Ask Finance"]["Catch"]
    del given["cases"][3]


def an_error_of_no_service(given):
    an_aws_call(given)
    states(given)["Charge Card"]["Catch"] = [{"ErrorEquals": ["NoSuchBucket"], "Next": "Not Approved"}]


def an_aws_call_of_another_type(given):
    states(given)["Charge Card"] = {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:sendCommand", "End": True,
        "Arguments": {"DocumentName": "charge", "Targets": {"Key": "tag"}}}


def a_state_that_no_case_enters(given):
    given["cases"] = [case for case in given["cases"] if case["name"] != "approved"]
    states(given)["Approved?"]["Choices"][0]["Next"] = "Charge Approved"
    states(given)["Charge Approved"] = copy.deepcopy(states(given)["Charge Card"])


def a_read_that_finds_nothing(given):
    states(given)["Approved?"]["Choices"][0]["Condition"] = "{% $reply.approved = true %}"


def two_rules_to_one_state(given):
    states(given)["Approved?"]["Choices"].append({"Condition": "{% $answer.by = 'cfo' %}", "Next": "Charge Card"})


def a_caught_error_that_never_comes(given):
    states(given)["Charge Card"]["Catch"] = [{"ErrorEquals": ["card_declined"], "Next": "Not Approved"}]


def a_case_that_lives_by_a_missing_stub(given):
    states(given)["Charge Card"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Not Approved"}]
    given["cases"].append({"name": "declined-card", "input": {"amount": 5}, "stubs": {},
                           "expect": {"status": "FAILED", "error": "NotApproved"}})


def an_answer_that_an_approval_never_gives(given):
    given["cases"][1]["stubs"][ASK] = [{"output": {"approved": True, "answer": "yes"}}]


def a_service_that_gets_no_token(given):
    states(given)["Charge Card"] |= {
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
        "Arguments": {"FunctionName": "charge", "Payload": {"amount": 5}}}


def an_answer_that_nobody_reads(given):
    states(given)["Ask Finance"] |= {"Assign": {"asked": True}, "Next": "Charge Card"}
    del states(given)["Approved?"]
    given["clauses"][1]["done_in"] = ["Ask Finance"]
    for case in given["cases"]:
        case["expect"].pop("states", None)


def a_state_that_only_a_case_of_one_choice_enters(given):
    states(given)["High Value?"]["Choices"].insert(0, {
        "Condition": "{% $states.input.amount > 9000 %}", "Next": "Refuse"})
    states(given)["Refuse"] = {"Type": "Pass", "Output": "{% $nothing_of_the_kind(1) %}", "End": True}
    given["cases"].append({"name": "huge", "state": "High Value?", "input": {"amount": 9999},
                           "expect": {"next": "Refuse"}})


def a_loop_without_an_end(given):
    states(given)["Charge Card"] = {"Type": "Pass", "Next": "High Value?"}
    for case in given["cases"]:
        case["stubs"].pop(CHARGE, None)


def starts(name, given_input):
    def made(given):
        starts_another_workflow(given)
        states(given)["Charge Card"]["Arguments"] = {"StateMachineArn": name, "Input": given_input}
    return made


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
    "two rules that lead to one state": (two_rules_to_one_state, "rule 2 of its Choices"),
    "an error that the action never has": (a_caught_error_that_never_comes, "has no error card_declined"),
    "an error of the language that is none": (
        state("Ask Finance", "Catch", 0, "ErrorEquals", to=["States.Timedout"]), "States.Timedout"),
    "a case that passes because a stub is missing": (a_case_that_lives_by_a_missing_stub, "No stub is left"),
    "an answer that an approval never gives": (an_answer_that_an_approval_never_gives, "with answer, which it never"),
    "a wait without an end": (state("Ask Finance", "TimeoutSeconds", to=None), "TimeoutSeconds"),
    "a wait for nobody": (a_service_that_gets_no_token, "$states.context.Task.Token"),
    "an answer that nobody reads": (an_answer_that_nobody_reads, "nothing reads the answer"),
    "a function that is not there": (a_state_that_only_a_case_of_one_choice_enters, "nothing_of_the_kind"),
    "a loop without an end": (a_loop_without_an_end, "more)"),
    "an operation's input of another type": (an_aws_call_of_another_type, "must be an array"),
    "a queue by its URL": (
        change(["document", "triggers"], [{"type": "queue", "queue": "https://sqs.eu-central-1.amazonaws.com/1/orders"}]),
        "write its ARN"),
    "a schedule that is over": (
        change(["document", "triggers"], [{"type": "schedule", "expression": "at(2020-01-01T00:00:00)"}]), "is over"),
    "a masked name": (state("Charge Card", "Arguments", "metadata", to={"********": "x"}), "secret's value"),
    "a mail without a text": (a_mail_without_a_text, "one of the inputs body, html"),
    "cases with another input than an event's": (
        change(["document", "triggers"], [{"type": "event", "pattern": {"source": ["shop"]}}]),
        "what arrives has detail"),
    "a wait whose end is not caught": (no_catch, "a Catch of States.Timeout is missing"),
    "a form without fields": (change(["document", "triggers"], [{"type": "form"}]), "/document/input_schema"),
    "an error that no AWS service has": (an_error_of_no_service, "has no error NoSuchBucket"),
    "an input that the started workflow lacks": (
        starts("payroll", {"dept": "hr"}), "does not fit the input schema of payroll"),
    "a text in the place of a secret": (
        state("Charge Card", "Arguments", "api_key", to="${STRIPE_KEY}"), "it takes a secret"),
    "an expression that is a secret's text": (
        state("Charge Card", "Arguments", "api_key", to="{% 'abc' %}"), "it takes a secret"),
    "the secret of the example": (
        state("Charge Card", "Arguments", "api_key", to={"$secret": "KEY"}), "KEY stands for the name of a secret"),
    "the placeholder of the example": (
        state("Charge Card", "Arguments", "currency", to="<string>"), "placeholder of an example"),
    "a path of another language": (
        state("Ask Finance", "Arguments", "question", to="$.question"), "is plain text in JSONata"),
    "a template of another language": (
        state("Ask Finance", "Arguments", "question", to="Pay {{ amount }}?"), "is plain text in JSONata"),
    "a value that is none of an action's": (
        state("Charge Card", "Arguments", "capture_method", to="later"), "is none of automatic"),
    "an authorization that is written out": (
        state("Ask Finance", "Arguments", "details", to={"Authorization": "Bearer 9f8a7b6c5d4e3f2a1b0c"}),
        "CREDENTIAL_IN_DEFINITION"),
    "the end of a workflow that is not there": (
        change(["document", "triggers"], [{"type": "workflow_end", "workflow": "nightly"}]), "nightly"),
    "a part that is not the model's": (change(["document", "kind"], "EXPRESS"), "kind is no part of a draft"),
    "clauses that ask for nothing": (
        change(["clauses"], [{"number": number, "no_step": "x"} for number in (1, 2, 3)]), "no clause is done in it"),
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
    desk.api.publish("payroll", {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, input_schema={
        "type": "object", "required": ["department"], "properties": {"department": {"type": "string"}}})
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
    assert len(findings_prompt(found.faults)) < MOST_FINDING * 4


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


def of_clause(place, **answer):
    return change(["clauses", place], answer)


def a_distributed_map(given):
    states(given)["Charge Card"] = {
        "Type": "Map", "Items": "{% [1, 2] %}", "End": True, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Charge Each",
            "States": {"Charge Each": states(given)["Charge Card"] | {"Arguments": {
                "amount": 5, "currency": "eur", "api_key": {"$secret": "STRIPE_KEY"}}}}}}
    for case in given["cases"][:2]:
        case["stubs"][CHARGE] = case["stubs"][CHARGE] * 2


TAKEN = {
    "a pointer to the state": of_clause(2, number=3, done_in=["/States/Charge Card"]),
    "a pointer from the top": of_clause(2, number=3, done_in=["/document/definition/States/Charge Card"]),
    "a place within the state": of_clause(2, number=3, done_in=["Ask Finance.Catch", "/States/Charge Card/Arguments"]),
    "a name in other letters": of_clause(2, number=3, done_in=["charge card"]),
    "one place as a text": of_clause(2, number="3", done_in="Charge Card"),
    "a clause that asks for nothing": of_clause(0, number=1, no_step="it only says when"),
    "a document as a text": lambda given: given.update(document=json.dumps(given["document"])),
    "a case with a title": change(["cases", 0, "name"], "Low value, no approval"),
    "a case with a description": change(["cases", 0, "description"], "the usual way"),
    "one stub without a list": change(["cases", 0, "stubs", CHARGE], {"output": {"id": "pi_1"}}),
    "a status in small letters": change(["cases", 0, "expect", "status"], "succeeded"),
    "a webhook whose sender the person names": change(
        ["document", "triggers"], [{"type": "webhook", "path": "orders"}]),
    "the workflow itself": starts("orders", {"amount": 5}),
    "a function by its ARN": state(
        "Charge Card", "Resource", to="arn:aws:lambda:eu-central-1:123456789012:function:charge"),
    "a distributed map": a_distributed_map,
}


@pytest.mark.parametrize("variant", TAKEN)
def test_what_can_mean_one_thing_alone_is_taken(variant, sources):
    given = draft()
    TAKEN[variant](given)
    resource = states(given)["Charge Card"].get("Resource") if isinstance(given["document"], dict) else CHARGE
    for case in given["cases"] if resource else ():
        case["stubs"] = {resource if name == CHARGE else name: stubs for name, stubs in case["stubs"].items()}
    assert checked(given, sources).faults == ()


def test_a_removed_step_may_be_named_and_takes_with_it_what_the_document_said_of_it(sources):
    given = refined()
    current = checked(refined(), sources).proposal.document | {"at_most_once": ["Charge Card", "Tell Slack"]}
    given = draft() | {"clauses": [{"number": 1, "done_in": ["Tell Slack"]}]}
    given["cases"] = [dict(case, name=f"{case['name']}-2") for case in given["cases"]]
    found = checked(given, sources, current=current | {"cases": []}, text="do not tell Slack any more")
    assert found.faults == ()
    assert found.proposal.document["at_most_once"] == ["Charge Card"]
    assert any("Tell Slack is gone" in each.text for each in found.proposal.to_dos)


def test_what_a_change_takes_away_is_a_to_do(sources):
    trigger = {"type": "schedule", "expression": "rate(1 hour)"}
    current = checked(draft(), sources).proposal.document | {
        "triggers": [trigger], "input_schema": {"type": "object"}, "cases": []}
    given = refined()
    given["document"] |= {"triggers": [], "input_schema": {}}
    texts = [each.text for each in checked(given, sources, current=current, text="also tell Slack").proposal.to_dos]
    assert "The draft takes away the trigger of the type schedule." in texts
    assert "The draft takes away the input schema." in texts


def test_a_clause_in_part_is_a_to_do(sources):
    given = draft()
    given["clauses"][2]["open"] = "refunds are not made"
    found = checked(given, sources)
    assert found.faults == ()
    assert any("Only in part" in each.text and "refunds are not made" in each.text for each in found.proposal.to_dos)


def test_a_change_that_nobody_asked_for_is_a_to_do(sources):
    current = checked(draft(), sources).proposal.document | {
        "triggers": [{"type": "schedule", "expression": "rate(1 day)"}], "cases": []}
    given = refined()
    given["document"]["triggers"] = [{"type": "schedule", "expression": "rate(1 hour)"}]
    states(given)["High Value?"]["Choices"][0]["Condition"] = "{% $states.input.amount > 500 %}"
    states(given)["Ask Finance"]["Arguments"]["details"] = {"$secret": "STRIPE_KEY"}
    given["clauses"] = [{"number": 1, "done_in": ["Charge Card"]}, {"number": 2, "done_in": ["Tell Slack"]}]
    to_dos = [(each.state, each.text) for each in checked(
        given, sources, current=current, text="after charging, also tell Slack").proposal.to_dos]
    assert (None, "The draft changes the trigger of the type schedule.") in to_dos
    assert ("High Value?", "No part of the request asks for the change of this step.") in to_dos
    assert ("Approved?", "No part of the request asks for the change of this step.") not in to_dos


def test_a_connections_user_and_address_are_no_secrets():
    desk = Desk()
    desk.api.services.connections.save("default", "mail", Connection(
        "basic", user="robot@example.com", secret="a-long-value-of-the-connection"), by="ada")
    values = secret_values(desk.api.services.secret_backends, "default")
    assert values == ["a-long-value-of-the-connection"]
