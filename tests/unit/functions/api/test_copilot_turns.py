"""Turns of the copilot on a stage: handed over to another invocation, and recognised there."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from engine.errors import StoreUnavailable
from engine.ports.people.conversations import ConversationKey
from functions.api.copilot_turns import NAME, TURN, HandOver, run_turn, turn_in
from tests.support.copilot_desk import BLANK, KEY, Desk

ORDERS = ConversationKey("default", "user/ada", "orders")


def test_a_turn_is_handed_over_to_this_function_and_read_back(monkeypatch):
    monkeypatch.setenv(NAME, "stage-api")
    invoked = []
    HandOver(SimpleNamespace(function_calls=SimpleNamespace(invoke=lambda **given: invoked.append(given))))(ORDERS)
    (given,) = invoked
    assert (given["FunctionName"], given["InvocationType"]) == ("stage-api", "Event")
    assert turn_in(json.loads(given["Payload"])) == ORDERS


@pytest.mark.parametrize("event", [
    {}, {TURN: "orders"}, {"requestContext": {}, TURN: list(ORDERS)},
    {"requestContext": {}, "body": json.dumps({TURN: []})},
])
def test_a_request_is_no_turn(event):
    assert turn_in(event) is None


def test_a_lambda_that_does_not_take_the_turn_is_said(monkeypatch):
    monkeypatch.setenv(NAME, "stage-api")

    def invoke(**_given):
        raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "x"}}, "Invoke")

    with pytest.raises(StoreUnavailable, match="ClientError"):
        HandOver(SimpleNamespace(function_calls=SimpleNamespace(invoke=invoke)))(ORDERS)


def test_the_turn_runs_to_its_end(monkeypatch):
    desk = Desk()
    services = desk.api.services
    store = services.open_conversations()
    desk.store = store
    desk.begin("why is there a wait?", BLANK)
    ran = []
    monkeypatch.setattr("functions.api.copilot_turns.Turns", lambda given: SimpleNamespace(
        run=lambda key: ran.append((given, key))))
    assert run_turn(services, KEY) == {"ran": "orders"}
    assert ran == [(services, KEY)]
