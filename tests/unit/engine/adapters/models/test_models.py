"""Drafts by a model, over the wire: Bedrock's Converse and chat completions, good answers and every bad one."""

from __future__ import annotations

import json

import pytest

from engine.catalog.states import states_of
from engine.copilot.copilot import NOT_ASKED
from engine.copilot.modelled import ATTEMPTS
from engine.errors import InvalidDocument, NotFound, Refused
from engine.settings import Settings
from functions.app.copilot.providers import copilot_of
from tests.support.model_server import KEY, Cut, QuickClock, Raw, Secrets, Silence, Status

SENTENCE = "Post to #orders on Slack and charge the card"
POST = {"Type": "Task", "Resource": "connector:slack:post_message", "Next": "Charge",
        "Arguments": {"channel": "#orders", "text": "TODO: what to say", "token": {"$secret": "SLACK_TOKEN"}},
        "Output": "{% $states.input %}"}
CHARGE = {"Type": "Task", "Resource": "connector:stripe:create_payment_intent", "End": True,
          "Arguments": {"amount": "{% $states.input.total %}", "currency": "eur", "api_key": {"$secret": "STRIPE_KEY"}}}


def answer(**changed):
    states = {"Post": POST, "Charge": CHARGE, **changed}
    return json.dumps({
        "plan": [{"text": "Tell the channel", "states": ["Post"]}, {"text": "Charge", "states": ["Charge", "Nobody"]}],
        "to_dos": [{"state": "Charge", "pointer": "/Arguments/amount", "text": "Is it input.total?"},
                   {"state": "Nobody", "text": "stray"}],
        "document": {"description": "Orders", "definition": {
            "QueryLanguage": "JSONata", "StartAt": "Post",
            "States": {name: state for name, state in states.items() if state}}},
    })


GOOD = answer()
BAD = answer(Charge={**CHARGE, "End": False, "Next": "Nowhere"})


def test_a_good_answer_is_a_proposal(asking, provider):
    made = asking([GOOD])
    proposal = made.copilot.draft(SENTENCE)
    assert (proposal.provider, proposal.attempts) == (provider, 1)
    assert list(proposal.document["definition"]["States"]) == ["Post", "Charge"]
    assert proposal.document["name"] == "post_orders_slack_charge"
    assert [(line.text, line.states) for line in proposal.plan] == [
        ("Tell the channel", ("Post",)), ("Charge", ("Charge",))]
    texts = {(to_do.state, to_do.pointer, to_do.text) for to_do in proposal.to_dos}
    assert ("Charge", "/Arguments/amount", "Is it input.total?") in texts
    assert ("Post", "/Arguments/text", "TODO: what to say") in texts
    assert (None, "", "stray") in texts
    assert {(item.state, item.change) for item in proposal.changes} == {("Post", "added"), ("Charge", "added")}


def test_what_goes_over_the_wire(asking, provider):
    made = asking([GOOD])
    made.copilot.draft(SENTENCE)
    [asked] = made.server.asked
    if provider == "bedrock":
        assert asked.path == "/model/a-model/converse"
        assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert asked.body["inferenceConfig"]["temperature"] == 0.0
        system, [turn] = asked.body["system"][0]["text"], asked.body["messages"]
        text = turn["content"][0]["text"]
    else:
        assert asked.path == "/v1/chat/completions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert (asked.body["model"], asked.body["temperature"]) == ("a-model", 0)
        [first, turn] = asked.body["messages"]
        assert first["role"] == "system"
        system, text = first["content"], turn["content"]
    assert turn["role"] == "user"
    assert SENTENCE in text
    assert "connector:approval:ask.waitForTaskToken" in system
    assert KEY not in asked.text


@pytest.mark.parametrize(("bad", "told"), [
    ("I would love to help, but what about this?", "no JSON object"),
    ("```json\n[1, 2]\n```", "no JSON object"),
    ("{" * 100_000, "no JSON object"),
    ('{"a":' * 100_000, "no JSON object"),
    ('{"document": {"definition": {"a": NaN}}}', "NaN"),
    ('{"plan": []}', 'lacks "document"'),
    (Cut(GOOD[:200]), "cut off"),
    (Cut(GOOD), "cut off"),
    ("", "no JSON object"),
    (BAD, "Nowhere"),
    (answer(Charge={**CHARGE, "Resource": "connector:stripe:print_money"}), "not in the catalogue"),
    (answer(Charge={**CHARGE, "Resource": "connector:bank:rob"}), "not in the catalogue"),
    (answer(Charge={**CHARGE, "Arguments": {"currency": "eur"}}), "amount is required"),
    (answer(Charge={**CHARGE, "Arguments": {"amount": 1, "currency": "eur", "api_key": "sk_live_0123456789abcdef"}}),
     "a secret is"),
    (answer(Charge=None), "Charge"),
    (json.dumps({"document": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                              "triggers": [{"type": "moon"}]}}), "/triggers/0"),
])
def test_a_bad_answer_is_sent_back_with_what_is_wrong(asking, bad, told):
    made = asking([bad, GOOD])
    proposal = made.copilot.draft(SENTENCE)
    assert proposal.attempts == 2
    assert list(proposal.document["definition"]["States"]) == ["Post", "Charge"]
    [_, second] = made.server.asked
    assert told in json.loads(second.text)["messages"][-1]["content"][0]["text"] if isinstance(
        second.body["messages"][-1]["content"], list) else told in second.body["messages"][-1]["content"]
    roles = [turn["role"] for turn in second.body["messages"]]
    assert roles[-3:] == ["user", "assistant", "user"]


def test_a_model_that_is_wrong_for_ever_is_asked_so_often_and_the_grammar_drafts(asking):
    made = asking([BAD])
    proposal = made.copilot.draft(SENTENCE)
    assert len(made.server.asked) == ATTEMPTS
    assert proposal.provider == "offline"
    assert not [item for item in proposal.diagnostics if item.severity == "ERROR"]
    assert any("Drafted by the grammar" in note and "Nowhere" in note for note in proposal.notes)


@pytest.mark.parametrize("status", [
    Status(429, "ThrottlingException"), Status(500, "InternalServerException"),
    Status(503, "ServiceUnavailableException"), Status(429, "ThrottlingException", headers={"Retry-After": "3"}),
])
def test_a_failure_that_may_pass_is_waited_for(asking, provider, status):
    made = asking([status, GOOD])
    proposal = made.copilot.draft(SENTENCE)
    assert proposal.provider == provider
    assert len(made.server.asked) == 2
    assert made.clock.slept == [3.0 if status.headers and provider == "openai" else 1.0]


def test_a_service_that_never_serves_leaves_the_draft_to_the_grammar(asking):
    made = asking([Status(500, "InternalServerException", "boom")])
    proposal = made.copilot.draft(SENTENCE)
    assert len(made.server.asked) == ATTEMPTS
    assert proposal.provider == "offline"
    assert any("boom" in note for note in proposal.notes)


def test_an_answer_that_does_not_come_in_time_leaves_the_draft_to_the_grammar(asking):
    made = asking([Silence()], seconds=1.5)
    proposal = made.copilot.draft(SENTENCE)
    assert proposal.provider == "offline"
    assert any("Drafted by the grammar" in note for note in proposal.notes)


@pytest.mark.parametrize(("status", "code"), [
    (400, "ValidationException"), (403, "AccessDeniedException"), (404, "ResourceNotFoundException"),
])
def test_what_the_settings_are_at_fault_for_is_said(asking, status, code):
    made = asking([Status(status, code, f"no, {KEY}")])
    with pytest.raises(Refused) as refused:
        made.copilot.draft(SENTENCE)
    assert refused.value.where == "AUTOMATE_COPILOT_PROVIDER"
    assert KEY not in str(refused.value.as_dict())
    assert len(made.server.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"output": {}}', b'{"choices": [1]}'])
def test_an_answer_of_another_service_is_no_model(asking, body):
    made = asking([Raw(body)])
    with pytest.raises(Refused, match="cannot be asked"):
        made.copilot.draft(SENTENCE)


def test_secrets_do_not_reach_the_model(asking):
    stored, shaped = "correct-horse-battery", "xoxb-1234567890-abcdefghij"
    document = {"name": "w", "cases": [{"name": "c", "input": {"card": "4111-1111"}}], "definition": {
        "StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"password": "hunter22", "note": stored},
                                         "End": True}}}}
    made = asking([BAD, GOOD], STORED=stored)
    proposal = made.copilot.draft(f"Use {stored} and {shaped}; password: open-sesame-99", document)
    sent = "".join(asked.text for asked in made.server.asked)
    for secret in (stored, shaped, "hunter22", "open-sesame-99", "4111-1111", KEY):
        assert secret not in sent
    assert "********" in sent
    assert any("masked before it was sent" in note for note in proposal.notes)
    assert proposal.document["cases"] == document["cases"]
    assert document["definition"]["States"]["A"]["Result"]["note"] == stored


def test_a_change_keeps_what_was_not_asked_for(asking):
    document = {"name": "mine", "description": "d", "tags": {"team": "a"}, "definition": {
        "StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": True}}}}
    made = asking([GOOD])
    proposal = made.copilot.draft(SENTENCE, document)
    assert (proposal.document["name"], proposal.document["tags"]) == ("mine", {"team": "a"})
    assert ("Old", "removed") in {(item.state, item.change) for item in proposal.changes}
    assert "<document>" in made.server.asked[0].text


def test_a_problem_without_a_safe_fix_is_given_to_the_model(asking, provider):
    document = {"name": "w", "definition": {
        "QueryLanguage": "JSONata", "StartAt": "A",
        "States": {"A": {"Type": "Wait", "Seconds": -5, "End": True}}}}
    from engine.language.asl.validate import validate  # noqa: PLC0415 - beside what it shows

    [finding] = validate(document["definition"])
    still = json.dumps({"document": document})
    mended = json.dumps({"document": {"definition": {
        "QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": True}}}}})
    made = asking([still, mended])
    proposal = made.copilot.fix(document, finding.as_dict())
    assert (proposal.provider, proposal.attempts) == (provider, 2)
    assert {item.name: item.state["Seconds"] for item in states_of(proposal.document["definition"])} == {"A": 5}
    assert asking([still]).copilot is not None
    with pytest.raises(Refused, match="no safe fix"):
        asking([still]).copilot.fix(document, finding.as_dict())


@pytest.mark.parametrize(("given", "where"), [
    ({"copilot_provider": "oracle"}, "AUTOMATE_COPILOT_PROVIDER"),
    ({"copilot_provider": "bedrock"}, "AUTOMATE_COPILOT_MODEL"),
    ({"copilot_provider": "openai", "copilot_model": "m"}, "AUTOMATE_COPILOT_URL"),
    ({"copilot_provider": "openai", "copilot_url": "http://127.0.0.1:1"}, "AUTOMATE_COPILOT_MODEL"),
    ({"copilot_provider": "openai", "copilot_model": "m", "copilot_url": "ftp://x"}, "AUTOMATE_COPILOT_URL"),
    ({"copilot_provider": "openai", "copilot_model": "m", "copilot_url": "http://u:p@x"}, "AUTOMATE_COPILOT_URL"),
    ({"copilot_provider": "openai", "copilot_model": "m", "copilot_url": "http://127.0.0.1:1",
      "copilot_secret": "NONE"}, "AUTOMATE_COPILOT_SECRET"),
])
def test_settings_that_do_not_fit_are_named(registry, given, where):
    with pytest.raises((InvalidDocument, NotFound)) as fault:
        copilot_of(Settings(**given), registry, [Secrets()], QuickClock())
    assert fault.value.where == where


ASKED = (
    "Every weekday at 6:40 call https://api.example.com/orders and retry it 3 times. If the amount is over 500, ask the"
    " owner for approval, otherwise charge the card. If charging fails, post to #ops on Slack."
)


def _drafted(change=lambda document: None):
    """The answer of a model for ASKED, changed by `change`."""
    keep = {"Output": "{% $states.input %}"}
    document = {
        "description": "Orders",
        "triggers": [{"type": "schedule", "expression": "cron(40 6 ? * MON-FRI *)", "timezone": "UTC"}],
        "definition": {"QueryLanguage": "JSONata", "StartAt": "Call Orders", "States": {
            "Call Orders": {"Type": "Task", "Resource": "connector:http:request", "Arguments": {
                "url": "https://api.example.com/orders", "method": "GET"}, "Output": "{% $states.result.body %}",
                "Next": "Large?",
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]},
            "Large?": {"Type": "Choice", "Choices": [{
                "Condition": "{% $states.input.amount > 500 %}", "Next": "Ask The Owner"}], "Default": "Charge"},
            "Ask The Owner": {
                "Type": "Task", "Resource": "connector:approval:ask.waitForTaskToken",
                "Arguments": {"question": "May it be paid?", "approvers": ["owner"]}, **keep, "End": True},
            "Charge": {"Type": "Task", "Resource": "connector:stripe:create_payment_intent", "Arguments": {
                **CHARGE["Arguments"], "amount": "{% $states.input.amount %}"}, **keep, "End": True,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Post To Ops"}]},
            "Post To Ops": {**POST, "Arguments": {**POST["Arguments"], "channel": "#ops"}, "End": True, "Next": None},
        }},
    }
    change(document)
    del document["definition"]["States"].get("Post To Ops", {"Next": None})["Next"]
    return json.dumps({"plan": [], "to_dos": [], "document": document})


def _states(document):
    return document["definition"]["States"]


def _catch_elsewhere(document):
    _states(document)["Call Orders"]["Catch"] = _states(document)["Charge"].pop("Catch")


def _no_post(document):
    del _states(document)["Post To Ops"], _states(document)["Charge"]["Catch"]


def _always_charged(document):
    _states(document)["Ask The Owner"] = {**_states(document)["Ask The Owner"], "Next": "Charge"}
    del _states(document)["Ask The Owner"]["End"]


def _refunds_too(document):
    _states(document)["Charge"] |= {"Next": "Refund"}
    del _states(document)["Charge"]["End"]
    _states(document)["Refund"] = {**CHARGE, "Resource": "connector:stripe:create_refund", "Arguments": {
        "charge": "{% $states.input.id %}", "api_key": CHARGE["Arguments"]["api_key"]}}


@pytest.mark.parametrize(("change", "named"), [
    (lambda document: document.pop("triggers"), ["Every weekday at 6:40"]),
    (lambda document: document["triggers"][0].update(expression="cron(40 18 ? * MON-FRI *)"), ["at 6:40"]),
    (lambda document: document["triggers"][0].update(expression="cron(40 6 ? * MON-SAT *)"), ["weekday"]),
    (lambda document: _states(document)["Call Orders"].pop("Retry"), ["retry it 3 times"]),
    (lambda document: _states(document)["Call Orders"]["Retry"][0].update(MaxAttempts=2), ["retry it 3 times"]),
    (lambda document: _states(document)["Large?"]["Choices"][0].update(
        Condition="{% $states.input.amount > 50 %}"), ["over 500"]),
    (lambda document: _states(document)["Large?"]["Choices"][0].update(
        Condition="{% $states.input.amount < 500 %}"), ["over 500"]),
    (lambda document: _states(document)["Call Orders"]["Arguments"].update(url="https://api.example.com/items"),
     ["https://api.example.com/orders"]),
    (_catch_elsewhere, ["If charging fails"]),
    (_no_post, ["If charging fails", "#ops"]),
    (_always_charged, ["otherwise"]),
    (_refunds_too, ["Refund"]),
], ids=["no trigger", "another hour", "another day", "no retry", "fewer tries", "another limit", "the other way",
        "another address", "another step's failure", "no handler", "charged anyway", "one more step"])
def test_what_a_model_drops_adds_or_bends_is_named(asking, change, named):
    assert _unsaid(asking([_drafted()]).copilot.draft(ASKED)) == []
    proposal = asking([_drafted(change)]).copilot.draft(ASKED)
    assert proposal.provider != "offline", proposal.notes
    unsaid = _unsaid(proposal)
    for words in named:
        assert any(words in said for said in unsaid), (words, unsaid)


def _unsaid(proposal):
    return [f"{to_do.state}: {to_do.text}" for to_do in proposal.to_dos
            if to_do.text == NOT_ASKED or to_do.text.startswith("Not in the draft")]
