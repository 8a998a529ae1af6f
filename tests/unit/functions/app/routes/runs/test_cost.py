"""What an execution cost, from its history, and what one of a draft will."""

from __future__ import annotations

import pytest

from engine.cost.estimate import estimate
from engine.cost.pricing import Pricing
from functions.app.routes.runs import cost

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TWO = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}}}


@pytest.fixture
def ran(any_api):
    any_api.publish("fine", TWO)
    assert any_api("POST", "/workflows/fine/executions", {"name": "one", "input": {}}).status == 201
    any_api.work()
    return any_api


def test_a_run_is_priced_by_what_it_did(ran):
    found = ran("GET", "/executions/fine%3Aone/cost").json
    assert found["usd"] == pytest.approx(estimate(TWO, "STANDARD", {}, Pricing()).dollars, rel=0.05)
    assert (found["map_runs"], found["partial"]) == (0, False)
    assert ran("GET", "/executions/fine%3Anone/cost").status == 404


def test_one_with_more_events_than_are_priced_says_so(ran, monkeypatch):
    whole = ran("GET", "/executions/fine%3Aone/cost").json["usd"]
    monkeypatch.setattr(cost, "MOST_EVENTS", 2)
    found = ran("GET", "/executions/fine%3Aone/cost").json
    assert found["partial"]
    assert 0 < found["usd"] < whole


def test_publishing_says_what_a_run_of_the_draft_and_of_the_active_version_costs(any_api):
    any_api.publish("fine", PASS)
    any_api("POST", "/workflows/import", {"document": {"name": "fine", "definition": TWO}})
    found = any_api("GET", "/workflows/fine/publish").json
    by_hand = [estimate(each, "STANDARD", {}, Pricing()).dollars for each in (PASS, TWO)]
    assert [found["active_usd"], found["usd"]] == by_hand
    any_api("POST", "/workflows/import", {"document": {"name": "new", "definition": PASS}})
    found = any_api("GET", "/workflows/new/publish").json
    assert (found["active_usd"], found["usd"]) == (None, by_hand[0])
