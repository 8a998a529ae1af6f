"""A request and the draft of it that a strong model would hand in, as the arguments of `propose`."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.support.model_server import Say

Json = Any

REQUEST = "When a high value order comes in, ask finance on Slack and charge the card"
CHARGE, ASK, POST = (
    "connector:stripe:create_payment_intent", "connector:approval:ask.waitForTaskToken", "connector:slack:post_message",
)
_KEEP = {"Output": "{% $states.input %}"}

DEFINITION: Json = {
    "QueryLanguage": "JSONata", "StartAt": "High Value?", "States": {
        "High Value?": {"Type": "Choice", "Default": "Charge Card", "Choices": [
            {"Condition": "{% $states.input.amount > 1000 %}", "Next": "Ask Finance"}]},
        "Ask Finance": {
            "Type": "Task", "Resource": ASK, "TimeoutSeconds": 86400, **_KEEP, "Next": "Approved?",
            "Arguments": {"question": "{% 'Charge ' & $string($states.input.amount) & '?' %}",
                          "approvers": ["role:operator"], "slack_channel": "#finance",
                          "slack_token": {"$secret": "SLACK_TOKEN"}},
            "Assign": {"answer": "{% $states.result %}"},
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Not Approved"}]},
        "Approved?": {"Type": "Choice", "Default": "Not Approved", "Choices": [
            {"Condition": "{% $answer.approved = true %}", "Next": "Charge Card"}]},
        "Charge Card": {"Type": "Task", "Resource": CHARGE, "End": True, "Arguments": {
            "amount": "{% $states.input.amount %}", "currency": "eur", "api_key": {"$secret": "STRIPE_KEY"}}},
        "Not Approved": {"Type": "Fail", "Error": "NotApproved", "Cause": "Finance did not approve the order."},
    },
}
_PAID = {CHARGE: [{"output": {"id": "pi_1"}}]}
CASES: Json = [
    {"name": "low", "input": {"amount": 5}, "stubs": _PAID,
     "expect": {"status": "SUCCEEDED", "states": ["High Value?", "Charge Card"]}},
    {"name": "approved", "input": {"amount": 5000}, "stubs": {ASK: [{"output": {"approved": True}}], **_PAID},
     "expect": {"status": "SUCCEEDED", "states": ["High Value?", "Ask Finance", "Approved?", "Charge Card"]}},
    {"name": "declined", "input": {"amount": 5000}, "stubs": {ASK: [{"output": {"approved": False}}]},
     "expect": {"status": "FAILED", "error": "NotApproved"}},
    {"name": "nobody-answers", "input": {"amount": 5000}, "stubs": {ASK: [{"timed_out": True}]},
     "expect": {"status": "FAILED", "error": "NotApproved"}},
]
_PROPOSE: Json = {
    "reply": "Finance is asked about orders over 1,000 before the card is charged.",
    "clauses": [{"number": 1, "done_in": ["High Value?"]}, {"number": 2, "done_in": ["Ask Finance", "Approved?"]},
                {"number": 3, "done_in": ["Charge Card"]}],
    "assumptions": [{"place": "High Value?", "text": "A high value is an amount over 1000."}],
    "document": {"description": "Asks finance about large orders, then charges.", "definition": DEFINITION},
    "cases": CASES,
}


def draft() -> Json:
    """The arguments of `propose` for REQUEST, to be changed by a test."""
    return copy.deepcopy(_PROPOSE)


def refined() -> Json:
    """Those for "after charging, also tell Slack": one clause, one state more."""
    given = draft()
    states = given["document"]["definition"]["States"]
    del states["Charge Card"]["End"]
    states["Charge Card"] |= {"Next": "Tell Slack", **_KEEP}
    states["Tell Slack"] = {"Type": "Task", "Resource": POST, "End": True, "Arguments": {
        "channel": "#orders", "text": "An order was charged.", "token": {"$secret": "SLACK_TOKEN"}}}
    for case in given["cases"][:2]:
        case["stubs"] = {**case["stubs"], POST: [{"output": {"ts": "1"}}]}
        case["expect"]["states"] = [*case["expect"]["states"], "Tell Slack"]
    return given | {"reply": "Slack is told after the charge.", "clauses": [
        {"number": 1, "done_in": ["Charge Card"]}, {"number": 2, "done_in": ["Tell Slack"]}]}


def proposing(given: Json, *text: str) -> Say:
    """The answer of a model server that calls `propose`."""
    return Say(list(text), [("p1", "propose", [json.dumps(given)])])


def calling(tool: str, arguments: Json, *text: str) -> Say:
    """The answer of a model server that calls a tool."""
    return Say(list(text), [("c1", tool, [json.dumps(arguments)])])
