"""Each time of a schedule starts its workflow once, whoever looks and however often."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from engine.clock import SkipClock
from engine.durable.triggering.delivering import Delivered, TriggerPaused
from engine.durable.triggering.schedules import Schedules
from engine.errors import StoreUnavailable, UserError
from engine.ports.deliveries import TriggerState
from engine.triggers.listener import Listener
from tests.support import schedule_oracle
from tests.support.memory.deliveries import MemoryTriggerStates

EVERY = pytest.mark.parametrize("place", ["memory", "sqlite", "aws"], indirect=True)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def times(place, workflow="nightly"):
    return [name.rpartition(".")[2] for name in place.started(workflow)]


def look(place, schedules, until, step=60):
    """Look every `step` seconds until a time."""
    started = 0
    while place.clock.now() < until:
        place.clock.sleep(step)
        started += schedules.fire()
    return started


def state(place):
    return place.backend.trigger_states.get("default", "nightly", "schedule")


def schedule(expression, **more):
    return {"type": "schedule", "expression": expression, **more}


@EVERY
def test_each_time_starts_once_with_the_time_as_its_input(place):
    place.clock.set(at("2026-11-27T05:58:00"))
    place.publish("nightly", schedule("cron(0 6 * * ? *)", timezone="UTC"))
    schedules = place.schedules()
    assert schedules.fire() == 0
    assert schedules.next_at == at("2026-11-27T06:00:00")
    assert look(place, schedules, at("2026-11-29T06:05:00"), step=600) == 3
    assert times(place) == ["20261127T060000Z", "20261128T060000Z", "20261129T060000Z"]
    found = place.executions.describe(place.recorded[0].key)
    assert found.input == {"scheduled_time": "2026-11-27T06:00:00.000Z"}
    assert place.recorded[0].actor.name == "trigger:nightly/schedule"


def test_who_looks_in_between_and_beside_starts_nothing_again(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(5 minutes)"))
    one, two = place.schedules(), place.schedules()
    started = 0
    for _ in range(60):
        place.clock.sleep(60)
        started += one.fire() + two.fire() + place.schedules().fire()
    assert started == len(times(place)) == 12


def test_a_crash_between_start_and_state_repeats_the_same_deliveries(place, monkeypatch):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(1 hour)"))
    schedules = place.schedules()
    schedules.fire()
    place.clock.sleep(3600)
    changes = place.backend.trigger_states.change

    def dies(moved):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(place.backend.trigger_states, "change", dies)
    with pytest.raises(StoreUnavailable):
        schedules.fire()
    monkeypatch.setattr(place.backend.trigger_states, "change", changes)
    assert times(place) == ["20261127T060000Z"]
    assert place.schedules().fire() == 0
    assert schedules.fire() == 0
    assert times(place) == ["20261127T060000Z"]


@pytest.mark.parametrize(("missed", "wanted"), [
    ({"missed": "skip"}, []), ({"missed": "one"}, ["20261127T120000Z"]),
    ({"missed": "all", "most_missed": 3}, ["20261127T100000Z", "20261127T110000Z", "20261127T120000Z"]),
])
def test_what_was_missed_while_nobody_worked(place, missed, wanted):
    place.clock.set(at("2026-11-27T05:30:00"))
    place.publish("nightly", schedule("cron(0 * * * ? *)", **missed))
    place.schedules().fire()
    place.clock.set(at("2026-11-27T12:30:00"))
    place.schedules().fire()
    assert times(place) == wanted
    place.clock.set(at("2026-11-27T13:00:10"))
    schedules = place.schedules()
    assert schedules.fire() == 1
    assert times(place)[-1] == "20261127T130000Z"


def test_a_pause_holds_the_times_and_a_resume_treats_them_as_missed(place):
    place.clock.set(at("2026-11-27T05:30:00"))
    place.publish("nightly", schedule("cron(0 * * * ? *)"))
    schedules = place.schedules()
    schedules.fire()
    found = state(place)
    place.backend.trigger_states.change(TriggerState(
        "default", "nightly", "schedule", found.revision, found.looked_at, found.since, found.spec, 1.0, "ada"
    ))
    assert look(place, schedules, at("2026-11-27T08:30:00")) == 0
    found = state(place)
    place.backend.trigger_states.change(TriggerState(
        "default", "nightly", "schedule", found.revision, found.looked_at, found.since, found.spec
    ))
    assert look(place, schedules, at("2026-11-27T08:32:00")) == 1
    assert times(place) == ["20261127T080000Z"]


def test_a_version_that_says_the_same_goes_on_and_one_that_does_not_begins(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(1 hour)"))
    schedules = place.schedules()
    look(place, schedules, at("2026-11-27T06:30:00"))
    place.publish("nightly", schedule("rate(1 hour)", input={"other": True}))
    look(place, schedules, at("2026-11-27T07:30:00"))
    assert times(place) == ["20261127T060000Z", "20261127T070000Z"]
    place.publish("nightly", schedule("rate(2 hours)"))
    look(place, schedules, at("2026-11-27T11:00:00"))
    assert times(place)[2:] == ["20261127T093000Z"]


def test_a_rollback_begins_now_and_misses_nothing_of_before(place):
    place.clock.set(at("2026-11-01T05:00:00"))
    place.publish("nightly", schedule("cron(0 6 * * ? *)"))
    schedules = place.schedules()
    look(place, schedules, at("2026-11-02T07:00:00"), step=600)
    place.publish("nightly", schedule("cron(0 8 * * ? *)"))
    look(place, schedules, at("2026-11-05T12:00:00"), step=600)
    before = len(times(place))
    place.catalog.rollback("default", "nightly", 1)
    assert look(place, schedules, at("2026-11-05T13:00:00"), step=600) == 0
    look(place, schedules, at("2026-11-06T07:00:00"), step=600)
    assert times(place)[before:] == ["20261106T060000Z"]


def test_what_is_archived_or_switched_off_does_not_come(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(1 hour)"))
    schedules = place.schedules()
    look(place, schedules, at("2026-11-27T06:30:00"))
    place.catalog.set_archived("default", "nightly", archived=True)
    assert look(place, schedules, at("2026-11-27T09:30:00")) == 0


@pytest.mark.parametrize("how", ["removed", "switched off", "archived"])
@pytest.mark.parametrize("expression", ["cron(0 6 * * ? *)", "cron(* * * * ? *)", "cron(0 6 10 * ? *)"])
def test_nobody_missed_the_times_at_which_a_schedule_was_not_there(place, how, expression):
    """Also where it had not come yet, and where it came a moment before."""
    place.clock.set(at("2026-11-01T05:30:00"))
    nightly = schedule(expression, missed="all", most_missed=1000)
    place.publish("nightly", nightly)
    schedules = place.schedules()
    look(place, schedules, at("2026-11-01T06:30:00"))
    before = times(place)
    if how == "archived":
        place.catalog.set_archived("default", "nightly", archived=True)
    else:
        place.publish("nightly", *([] if how == "removed" else [{**nightly, "enabled": False}]))
    look(place, schedules, at("2026-11-01T06:35:00"))
    look(place, schedules, at("2026-11-12T12:00:00"), step=7200)
    assert times(place) == before
    if how == "archived":
        place.catalog.set_archived("default", "nightly", archived=False)
    else:
        place.publish("nightly", nightly)
    again = place.clock.now()
    look(place, schedules, again + 600)
    assert all(name > f"{datetime.fromtimestamp(again, UTC):%Y%m%dT%H%M%SZ}" for name in times(place)[len(before):])
    look(place, schedules, at("2026-11-13T06:30:00"), step=600)
    assert (len(times(place)) > len(before)) is ("10" not in expression)


def test_a_version_that_misses_it_for_a_moment_leaves_no_time_out(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(1 minute)", missed="all"))
    schedules = place.schedules()
    look(place, schedules, at("2026-11-27T05:10:00"), step=20)
    place.publish("nightly")
    place.clock.sleep(10)
    schedules.fire()
    place.publish("nightly", schedule("rate(1 minute)", missed="all"))
    look(place, schedules, at("2026-11-27T05:20:00"), step=20)
    assert times(place) == [f"20261127T05{minute:02}00Z" for minute in range(1, 21)]


def test_a_window_starts_at_its_second_and_not_before(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("cron(0 6 * * ? *)", window_minutes=60))
    schedules = place.schedules()
    schedules.fire()
    wanted = schedules.next_at
    assert at("2026-11-27T06:00:00") <= wanted < at("2026-11-27T07:00:00")
    look(place, schedules, wanted - 1, step=1)
    assert times(place) == []
    assert look(place, schedules, wanted + 1, step=1) == 1
    assert times(place) == ["20261127T060000Z"]


def test_a_clock_that_is_put_back_stops_no_schedule_and_starts_nothing_again(place):
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(1 hour)"))
    schedules = place.schedules()
    look(place, schedules, at("2026-11-27T08:00:30"))
    place.clock.set(at("2099-01-01T00:00:30"))
    assert schedules.fire() == 1
    for who in (schedules, place.schedules()):
        place.clock.set(at("2026-11-27T05:30:00"))
        look(place, who, at("2026-11-27T09:00:30"))
    assert times(place) == [f"20261127T0{hour}0000Z" for hour in (6, 7, 8, 9)] + ["20990101T000000Z"]


@pytest.mark.parametrize("missed", ["skip", "one", "all"])
def test_a_time_within_its_window_was_not_missed(place, missed):
    """A time that starts late in its window is on time, whatever is to be done about those that were missed."""
    place.clock.set(at("2026-11-27T05:00:00"))
    place.publish("nightly", schedule("rate(5 minutes)", window_minutes=30, missed=missed))
    look(place, place.schedules(), at("2026-11-27T08:00:00"), step=20)
    wanted = [f"20261127T{5 + minute // 60:02}{minute % 60:02}00Z" for minute in range(5, 155, 5)]
    assert times(place)[:30] == wanted


class Full(UserError):
    status = 503


@pytest.mark.parametrize(("part", "asked", "error"), [
    ("executions", "start", Full("the disk is full")),
    # after the look at the schedule's state, and before the start
    ("delivering", "deliver", TriggerPaused("just now")),
])
def test_a_time_that_is_not_taken_when_it_comes_is_held_and_not_lost(place, monkeypatch, part, asked, error):
    def refuse(*_, **__):
        raise error

    place.clock.set(at("2026-11-27T05:59:00"))
    place.publish("nightly", schedule("cron(0 6 * * ? *)"))
    schedules = place.schedules()
    schedules.fire()
    with monkeypatch.context() as patched:
        patched.setattr(getattr(place, part), asked, refuse)
        assert look(place, schedules, at("2026-11-27T06:02:00")) == 0
    assert look(place, schedules, at("2026-11-27T06:04:00")) == 1
    assert times(place) == ["20261127T060000Z"]


class _Listening:
    def __init__(self, listeners):
        self._listeners = tuple(listeners)

    def all(self):
        return self._listeners


class _Counting:
    """Stands for Delivering: what is due, by schedule."""

    def __init__(self):
        self.times = {}

    def deliver(self, listener, arrival):
        self.times.setdefault(listener.label, []).append(at(arrival.dedupe_key.removesuffix("Z")))
        return Delivered(None, started=arrival)


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


@pytest.mark.parametrize(("begin", "hours"), [("2026-03-28T12:00:00", 36), ("2026-10-24T12:00:00", 36)])
def test_many_schedules_over_a_night_when_the_clocks_change_come_once_each(begin, hours):
    """1,200 schedules; make test-full has 100,000. The oracle walks real time minute by minute."""
    many(1_200, begin, hours)


@pytest.mark.full
@pytest.mark.parametrize(("begin", "hours"), [("2026-03-28T12:00:00", 36), ("2026-10-24T12:00:00", 36)])
def test_a_hundred_thousand_schedules_over_a_night_when_the_clocks_change_come_once_each(begin, hours):
    many(100_000, begin, hours)


def many(number, begin, hours):
    """So many schedules, of all minutes of the night hours in four zones, looked at once a minute by two."""
    clock, states, delivering = SkipClock(at(begin)), MemoryTriggerStates(), _Counting()
    said = [f"cron({minute} {hour} * * ? *)" for hour in (0, 1, 2, 3, 4) for minute in range(60)]
    kinds = [(expression, zone) for expression in said for zone in ZONES]
    listeners = [
        Listener(f"w{n}", 1, "schedule", {
            "type": "schedule", "expression": kinds[n % len(kinds)][0], "timezone": kinds[n % len(kinds)][1],
        }, clock.now())
        for n in range(number)
    ]
    listening = _Listening(listeners)
    schedules = Schedules(listening, delivering, states, clock, "default", source="a test")
    for minute in count():
        if minute > hours * 60:
            break
        schedules.fire()
        if minute % 600 == 599:  # another process goes on
            schedules = Schedules(listening, delivering, states, clock, "default", source="another")
        clock.sleep(60)
    end = int(at(begin)) + hours * 3600
    expected = {
        kind: schedule_oracle.comes(kind[0], ZoneInfo(kind[1]), int(at(begin)) + 60, end) for kind in kinds[::37]
    }
    looked_at = 0
    for n, listener in enumerate(listeners):
        kind = kinds[n % len(kinds)]
        if kind in expected:
            assert delivering.times.get(listener.label, []) == expected[kind], kind
            looked_at += 1
    assert looked_at >= number // 40
    assert all(len(set(found)) == len(found) for found in delivering.times.values())
