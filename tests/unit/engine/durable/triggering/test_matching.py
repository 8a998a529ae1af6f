"""Events and messages reach the triggers that want them."""

from __future__ import annotations

import pytest

from engine.errors import InvalidDocument
from engine.ports.deliveries import NOT_MATCHED, REFUSED, STARTED, TriggerState


def event(place, detail, **more):
    made = {"source": "my.shop", "detail-type": "Order", "detail": detail, **more}
    return place.arriving.whole_event(made, place.clock.now())


def put(place, detail, bus="default", **more):
    return place.arriving.event(bus, event(place, detail, **more), source="my.shop")


def test_an_event_starts_each_workflow_whose_pattern_it_matches_once(place):
    place.publish("big", {"type": "event", "pattern": {"detail": {"total": [{"numeric": [">", 100]}]}}})
    place.publish("all", {"type": "event", "pattern": {"source": ["my.shop"]}})
    place.publish("other", {"type": "event", "pattern": {"source": ["my.shop"]}, "bus": "other"})
    done = put(place, {"total": 120}, id="e1")
    assert [each.delivery.workflow for each in done] == ["all", "big"]
    assert [each.again for each in put(place, {"total": 120}, id="e1")] == [True, True]
    assert [each.delivery.workflow for each in put(place, {"total": 5})] == ["all"]
    assert [each.delivery.workflow for each in put(place, {}, bus="other")] == ["other"]
    assert put(place, {}, bus="nobody") == []
    assert len(place.started()) == 4


def test_what_is_published_is_heard_soon(place):
    assert put(place, {}) == []
    place.publish("all", {"type": "event", "pattern": {"source": ["my.shop"]}})
    place.clock.sleep(3)
    assert len(put(place, {})) == 1
    place.publish("all", {"type": "event", "pattern": {"source": ["else"]}})
    place.clock.sleep(3)
    assert put(place, {}) == []


def test_an_event_is_made_whole_and_refused_where_it_is_none(place):
    whole = event(place, {"a": 1}, id="e7", time="then")
    assert (whole["id"], whole["time"], whole["resources"], whole["version"]) == ("e7", "then", [], "0")
    for broken in ({}, {"source": "x"}, {"source": "x", "detail-type": "y", "detail": "z"}, {"source": 1}):
        with pytest.raises(InvalidDocument):
            place.arriving.whole_event(broken, 0.0)
    with pytest.raises(InvalidDocument, match="id of an event"):
        event(place, {}, id="")


def test_a_message_is_what_it_says_and_its_id_is_its_key(place):
    place.publish("tickets", {"type": "queue", "queue": "support", "when": "{% $states.input.n > 1 %}"})
    first, = place.arriving.message("support", "m1", '{"n": 2}', source="sqs")
    assert (first.delivery.outcome, first.started.input) == (STARTED, {"n": 2})
    assert place.arriving.message("support", "m1", '{"n": 2}', source="sqs")[0].again
    assert place.arriving.message("support", "m2", {"n": 1}, source="sqs")[0].delivery.outcome == NOT_MATCHED
    assert place.arriving.message("support", "m3", "no json", source="sqs")[0].delivery.outcome == REFUSED
    assert place.arriving.message("nobody", "m4", "1", source="sqs") == []


def test_what_arrives_while_a_trigger_is_paused_is_kept(place):
    place.publish("tickets", {"type": "queue", "queue": "support"})
    place.backend.trigger_states.change(TriggerState("default", "tickets", "queue", paused_at=1.0, paused_by="ada"))
    kept, = place.arriving.message("support", "m1", "1", source="sqs")
    assert (kept.delivery.outcome, kept.delivery.why) == (REFUSED, "the trigger was paused")
