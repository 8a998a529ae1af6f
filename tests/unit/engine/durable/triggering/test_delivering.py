"""What arrives becomes an execution once, or a row that says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable.triggering.delivering import DeliveryDoesNotExist, TriggerPaused
from engine.errors import NotFound, StoreUnavailable, UserError
from engine.ports.deliveries import NOT_MATCHED, REFUSED, STARTED, TriggerState
from engine.ports.keys import ExecutionKey
from engine.ports.pauses import Pause
from engine.triggers.listener import Arrival, mark_of

HOOK = {"type": "webhook", "path": "order", "auth": {"style": "none"}}
EVERY = pytest.mark.parametrize("place", ["memory", "sqlite", "aws"], indirect=True)


def arrival(place, value, key=None, **more):
    return Arrival(value, place.clock.now(), {"Headers": {"a": "b"}}, key, "192.0.2.7", **more)


def listener(place, name="webhook"):
    return place.listening.find("orders", name)


def deliver(place, value, key=None, **more):
    return place.delivering.deliver(listener(place), arrival(place, value, key), **more)


@EVERY
def test_what_arrives_starts_an_execution_in_the_triggers_name(place):
    place.publish("orders", HOOK)
    done = deliver(place, {"total": 5}, "k1")
    assert (done.again, done.delivery.outcome) == (False, STARTED)
    key = ExecutionKey("default", f"orders:webhook.{mark_of('k1')}")
    assert done.delivery.key == done.started.key == key
    found = place.executions.describe(key)
    assert (found.input, found.status) == ({"total": 5}, "RUNNING")
    (told,) = place.recorded
    assert (told.actor.name, told.actor.kind, told.actor.origin) == ("trigger:orders/webhook", "trigger", "192.0.2.7")
    assert place.backend.queue.claim(10)[0].key == key


@EVERY
def test_what_arrives_again_starts_nothing_and_the_first_body_counts(place):
    place.publish("orders", HOOK)
    first = deliver(place, {"total": 5}, "k1")
    again = deliver(place, {"total": 5}, "k1")
    other = deliver(place, {"total": 6}, "k1")
    assert (again.again, again.started, other.again) == (True, None, True)
    assert place.started() == [first.delivery.key.id]
    assert place.executions.input_of(first.delivery.key) == {"total": 5}
    kept = place.delivering.get(first.delivery.key.id)
    assert (kept.repeats, kept.differed) == (2, 1)
    assert len(place.recorded) == 1


@EVERY
def test_halves_of_surrogate_pairs_are_kept_as_they_are_escaped(place):
    place.publish("orders", {**HOOK, "dedupe_key": "$.id", "when": "{% $states.input.name = 'a' %}"})
    first, again = (deliver(place, {"id": "\ud800", "name": "a"}) for _ in range(2))
    other = deliver(place, {"id": "\\ud800", "name": "a"})
    assert (first.again, again.again, other.again) == (False, True, False)
    assert first.delivery.dedupe_key == other.delivery.dedupe_key == "\\ud800"
    assert "\\udfff" in deliver(place, {"id": "7", "name": "\udfff"}).delivery.why


@EVERY
def test_without_a_key_each_is_another(place):
    place.publish("orders", HOOK)
    assert len({deliver(place, 1).delivery.key for _ in range(3)}) == 3
    assert len(place.started()) == 3


def test_an_execution_that_is_gone_is_not_started_again(place):
    place.publish("orders", HOOK)
    first = deliver(place, {"total": 5}, "k1")
    row = place.backend.deliveries.get(first.delivery.key)
    gone = "DELETE FROM header; DELETE FROM input; DELETE FROM execution"
    place.backend.stores._database.write(lambda connection: [connection.execute(each) for each in gone.split(";")])
    assert deliver(place, {"total": 5}, "k1").again
    assert place.started() == []
    place.clock.sleep(row.forget_at - place.clock.now() + 1)
    assert not deliver(place, {"total": 5}, "k1").again


@EVERY
def test_what_does_not_match_is_a_row_that_says_which_part(place):
    place.publish("orders", {**HOOK, "when": "{% $states.input.total > 100 %}"})
    done = deliver(place, {"total": 5}, "k1")
    assert (done.delivery.outcome, done.started) == (NOT_MATCHED, None)
    assert "$states.input.total is 5, not more than 100" in done.delivery.why
    assert place.started() == []
    assert place.delivering.get(done.delivery.key.id).why == done.delivery.why


@pytest.mark.parametrize(("more", "value", "why"), [
    ({"input_schema": {"type": "object", "required": ["id"]}}, {"total": 5}, "'id' is a required property"),
    ({}, "x" * 2000, "at most 1,024 are accepted"),
])
def test_what_cannot_start_is_refused_with_its_reason_and_may_come_again(place, more, value, why):
    place = type(place)(place.backend, replace(place.settings, max_input_bytes=1024))
    place.publish("orders", HOOK, **more)
    done = deliver(place, value, "k1")
    assert (done.delivery.outcome, why in done.delivery.why) == (REFUSED, True)
    place.publish("orders", HOOK)
    place = type(place)(place.backend)
    assert deliver(place, value, "k1").delivery.outcome == STARTED


def test_a_workflow_whose_starts_are_refused_keeps_what_arrived(place):
    place.publish("orders", HOOK)
    place.backend.pauses.put(Pause("default", "orders", "refuse", "finish", 1.0, "ada"))
    done = deliver(place, {"total": 5}, "k1")
    assert done.delivery.outcome == REFUSED
    place.backend.pauses.delete("default", "orders")
    assert place.delivering.replay(listener(place), done.delivery, source="ada").delivery.outcome == STARTED


def test_a_name_that_somebody_else_took_is_refused(place):
    place.publish("orders", HOOK)
    place.executions.start("default", "orders", {"by": "hand"}, name=f"webhook.{mark_of('k1')}")
    done = deliver(place, {"total": 5}, "k1")
    assert (done.delivery.outcome, "was started with another input" in done.delivery.why) == (REFUSED, True)
    assert place.recorded == []


@EVERY
def test_an_execution_that_somebody_else_started_with_the_same_input_is_not_this_one_s(place):
    place.publish("orders", HOOK)
    place.executions.start("default", "orders", {"by": "hand"}, name=f"webhook.{mark_of('k1')}")
    done = deliver(place, {"by": "hand"}, "k1")
    assert (done.again, done.started, place.recorded) == (True, None, [])


def test_where_the_place_takes_nothing_new_nothing_is_written(place, monkeypatch):
    class Full(UserError):
        status = 503

    def full(*_, **__):
        raise Full("the disk is full")

    place.publish("orders", HOOK)
    monkeypatch.setattr(place.executions, "start", full)
    with pytest.raises(Full):
        deliver(place, 1, "k1")
    assert place.backend.deliveries.get(ExecutionKey("default", f"orders:webhook.{mark_of('k1')}")) is None


@EVERY
def test_a_store_that_fails_leaves_nothing_and_the_next_try_starts(place, monkeypatch):
    place.publish("orders", HOOK)
    broken = place.backend.deliveries.start

    def fails(*given):
        raise StoreUnavailable("not now")

    monkeypatch.setattr(place.backend.deliveries, "start", fails)
    with pytest.raises(StoreUnavailable):
        deliver(place, 1, "k1")
    monkeypatch.setattr(place.backend.deliveries, "start", broken)
    assert place.started() == []
    assert deliver(place, 1, "k1").started is not None


def test_a_paused_trigger_takes_nothing_or_keeps_it(place):
    place.publish("orders", HOOK)
    place.backend.trigger_states.change(TriggerState(
        "default", "orders", "webhook", paused_at=1.0, paused_by="ada"
    ))
    with pytest.raises(TriggerPaused) as refused:
        deliver(place, 1, "k1")
    assert refused.value.status == 503
    kept = deliver(place, {"a": 1}, "k2", keeps=True)
    assert (kept.delivery.outcome, kept.delivery.why) == (REFUSED, "the trigger was paused")
    assert place.delivering.replay(listener(place), kept.delivery, source="ada").started.input == {"a": 1}


@EVERY
@pytest.mark.parametrize("mapping", [None, {"n": "{% $states.input.total %}"}])
def test_a_replay_has_a_key_of_its_own_and_what_arrived_then(place, mapping):
    place.publish("orders", HOOK if mapping is None else {**HOOK, "input": mapping})
    first = deliver(place, {"total": 5}, "k1")
    place.publish("orders", {**HOOK, "input": {"again": "{% $states.input.total %}"}})
    kept = place.delivering.get(first.delivery.key.id)
    done = place.delivering.replay(listener(place), kept, source="ada")
    assert done.delivery.replay_of == first.delivery.key.id
    assert done.started.input == {"again": 5}
    assert place.delivering.replay(listener(place), kept, source="ada").started.key != done.started.key


@EVERY
def test_a_replay_has_a_key_of_its_own_also_where_the_trigger_finds_one(place):
    place.publish("orders", {**HOOK, "dedupe_key": "$.key"})
    first = deliver(place, {"key": 7})
    done = place.delivering.replay(listener(place), place.delivering.get(first.delivery.key.id), source="ada")
    assert (done.again, done.started.input, done.delivery.replay_of) == (False, {"key": 7}, first.delivery.key.id)
    assert place.delivering.get(first.delivery.key.id).repeats == 0
    keyless = deliver(place, {"n": 1})
    assert keyless.delivery.outcome == REFUSED
    assert place.delivering.replay(listener(place), keyless.delivery, source="ada").started.input == {"n": 1}


def test_what_is_not_kept_cannot_be_replayed(place):
    place.publish("orders", HOOK)
    first = deliver(place, {"total": 5}, "k1").delivery
    with pytest.raises(NotFound, match="is not kept any more"):
        place.delivering.replay(listener(place), replace(first, body=None), source="ada")
    with pytest.raises(DeliveryDoesNotExist):
        place.delivering.get("orders:webhook.nope")


def test_a_thousand_that_arrive_twice_start_one_each(place):
    place.publish("orders", HOOK)
    for number in range(100):
        for _ in range(3):
            deliver(place, {"n": number}, f"k{number}")
    assert len(place.started()) == len(place.recorded) == 100


@EVERY
def test_beyond_a_budget_that_refuses_what_arrived_is_kept_says_why_and_may_come_again(place):
    place.publish("orders", HOOK, budgets={"executions_per_minute": 1, "when_exceeded": "refuse"})
    first = deliver(place, {"n": 1}, "k1")
    refused = deliver(place, {"n": 2}, "k2")
    assert (refused.delivery.outcome, refused.started) == (REFUSED, None)
    assert "may begin 1 a minute" in refused.delivery.why
    assert 0 < refused.retry_after <= 60
    assert deliver(place, {"n": 1}, "k1").again  # counts once, and is answered as ever
    assert place.started() == [first.delivery.key.id]
    place.clock.sleep(60)
    assert place.delivering.replay(listener(place), refused.delivery, source="ada").delivery.outcome == STARTED
    place.clock.sleep(60)
    assert deliver(place, {"n": 2}, "k2").delivery.outcome == STARTED
    assert len(place.started()) == 3


@EVERY
def test_many_that_arrive_twice_under_a_budget_begin_in_as_many_minutes_as_it_says(place):
    a_minute = 20 if place.backend.family == "aws" else 100
    place.publish("orders", HOOK, budgets={"executions_per_minute": a_minute})
    arrive = range(a_minute * 5 // 2)
    for number in (*arrive, *arrive):
        deliver(place, {"n": number}, f"k{number}")
    assert len(place.started()) == len(arrive)
    waits = [place.executions.describe(ExecutionKey("default", each)).waits_for_budget for each in place.started()]
    minutes = [None if wait is None else wait.until for wait in waits]
    assert sorted(minutes.count(minute) for minute in set(minutes)) == [a_minute // 2, a_minute, a_minute]
