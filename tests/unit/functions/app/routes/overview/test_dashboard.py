"""What the dashboard is told, from executions that ran."""

from __future__ import annotations

import dataclasses

import pytest

from engine.cost.estimate import estimate
from engine.cost.pricing import Pricing
from engine.durable.lifecycle.pieces import MOST_ROWS, Piece, most, pieces_of, text_of
from engine.durable.lifecycle.tallying import Tallying
from engine.governance.roles import Role
from engine.language.asl.times import iso_timestamp
from engine.ports.executions_index import Count

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Bank.Down"}}}
COUNTED = ("started", "succeeded", "failed", "stopped", "open")
WAIT = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": True}}}


@pytest.fixture
def ran(any_api):
    """Three that succeeded, one that failed and one that waits, counted."""
    api = any_api
    for name, definition, times in (("fine", PASS, 3), ("broken", FAIL, 1), ("waits", WAIT, 1)):
        api.publish(name, definition)
        for number in range(times):
            assert api("POST", f"/workflows/{name}/executions", {"name": f"r{number}", "input": {}}).status == 201
    api.work()
    api.services.tallying.round()
    return api


def test_starts_ends_failures_and_the_oldest_open(ran):
    found = ran("GET", "/dashboard").json
    totals = {name: sum(bar[name] for bar in found["bars"]) for name in COUNTED}
    assert totals == {"started": 5, "succeeded": 3, "failed": 1, "stopped": 0, "open": 1}
    assert len(found["bars"]) == 24
    assert [(row["workflow"], row["started"], row["failed"], row["open"]) for row in found["workflows"]] == [
        ("fine", 3, 0, 0), ("broken", 1, 1, 0), ("waits", 1, 0, 1),
    ]
    assert found["failures"] == [{"workflow": "broken", "status": "FAILED", "error": "Bank.Down", "number": 1}]
    assert [row["execution"] for row in found["oldest"]] == ["waits:r0"]
    assert found["counted_until"] is None


def test_ends_count_at_the_time_of_their_end(ran):
    """One that started two days ago, and ends now."""
    before = ran("GET", "/dashboard").json
    ran.clock.sleep(2 * 86_400)
    ran.services.tallying.round()
    assert sum(bar["succeeded"] for bar in ran("GET", "/dashboard").json["ends"]) == 0
    assert ran("POST", "/executions/waits%3Ar0/stop", {}).status == 200
    ran.work()
    ran.services.tallying.round()
    after = ran("GET", "/dashboard").json

    def ways(found):
        return {way: sum(bar[way] for bar in found["ends"]) for way in ("succeeded", "failed", "stopped")}

    assert (ways(before), ways(after)) == (
        {"succeeded": 3, "failed": 1, "stopped": 0}, {"succeeded": 0, "failed": 0, "stopped": 1},
    )
    assert [bar["at"] for bar in after["ends"]] == [bar["at"] for bar in after["bars"]]
    assert [bar["stopped"] for bar in after["ends"]][-1] == 1
    assert [(row["workflow"], row["started"], row["ended"]) for row in after["workflows"]] == [("waits", 0, 1)]
    assert {row["workflow"]: row["ended"] for row in before["workflows"]} == {"fine": 3, "broken": 1, "waits": 0}


def test_since_when_ends_are_counted_is_said_where_it_is_not_all_of_the_time(any_api):
    api = any_api
    now = iso_timestamp(api.clock.now())
    assert api("GET", "/dashboard").json["ends_since"] == now
    api.services.tallying.round()
    day, week = (api("GET", f"/dashboard?hours={hours}").json for hours in (24, 168))
    assert (day["ends_since"], week["ends_since"]) == (now, now)
    api.clock.sleep(2 * 86_400)
    assert api("GET", "/dashboard").json["ends_since"] is None
    assert api("GET", "/dashboard?hours=168").json["ends_since"] == week["ends_since"]


def test_a_fork_counts_as_no_start_no_failure_and_no_cost(ran):
    before = ran("GET", "/dashboard").json
    fork = ran("POST", "/executions/broken%3Ar0/fork", {"event": 1})
    assert (fork.status, fork.json["status"]) == (201, "FAILED")
    ran.services.tallying.round()
    found = ran("GET", "/dashboard").json
    assert (found["workflows"], found["failures"]) == (before["workflows"], before["failures"])


def test_what_somebody_stopped_has_not_failed(ran):
    assert ran("POST", "/executions/waits%3Ar0/stop", {}).status == 200
    ran.work()
    ran.services.tallying.round()
    found = ran("GET", "/dashboard").json
    row, = [row for row in found["workflows"] if row["workflow"] == "waits"]
    assert {name: row[name] for name in COUNTED} == {
        "started": 1, "succeeded": 0, "failed": 0, "stopped": 1, "open": 0,
    }
    assert [row["workflow"] for row in found["failures"]] == ["broken"]


@pytest.mark.parametrize(("hours", "bars"), [(1, 12), (24, 24), (168, 28)])
def test_each_span_has_its_bars_one_after_the_other(ran, hours, bars):
    found = ran("GET", f"/dashboard?hours={hours}").json
    assert len(found["bars"]) == bars
    assert [bar["until"] for bar in found["bars"][:-1]] == [bar["at"] for bar in found["bars"][1:]]
    assert sum(bar["started"] for bar in found["bars"]) == 5


@pytest.mark.parametrize("hours", ["2", "x", "-1", "24.5"])
def test_another_span_is_refused(ran, hours):
    reply = ran("GET", f"/dashboard?hours={hours}")
    assert (reply.status, reply.error["where"]) == (422, "/hours")


def test_what_it_costs_is_the_estimate_of_each_workflow(ran):
    found = ran("GET", "/dashboard").json
    made = {name: estimate(definition, "STANDARD", {}, Pricing())
            for name, definition in (("fine", PASS), ("broken", FAIL), ("waits", WAIT))}
    each = {name: one.dollars for name, one in made.items()}
    rows = {row["workflow"]: row["usd"] for row in found["workflows"]}
    assert rows == pytest.approx({"fine": 3 * each["fine"], "broken": each["broken"], "waits": each["waits"]})
    assert sum(bar["usd"] for bar in found["bars"]) == pytest.approx(sum(rows.values()))
    deletion = {name: one.deletion for name, one in made.items()}
    assert found["usd_deletion"] == pytest.approx(3 * deletion["fine"] + deletion["broken"] + deletion["waits"])


def test_the_queue_says_how_many_wait_and_how_long(ran):
    ran("POST", "/workflows/fine/executions", {"name": "late", "input": {}})
    ran.clock.sleep(90)
    assert ran("GET", "/dashboard").json["queue"] == {"waiting": 1, "oldest_seconds": pytest.approx(90, abs=1)}


def test_nobody_who_looks_counts(ran):
    """The page reads what the job has kept: no number of requests reads an execution."""
    index = ran.stores.index
    asked = []
    watched = Tallying(Watching(index, asked), ran.clock, "default", live=True)
    ran.services = dataclasses.replace(ran.services, open_tallying=lambda: watched)
    for _ in range(3):
        assert ran("GET", "/dashboard").status == 200
    assert set(asked) == {"kept_counts"}


class Watching:
    """An index that notes what it is asked."""

    def __init__(self, index, asked):
        self._index, self._asked = index, asked

    def __getattr__(self, name):
        self._asked.append(name)
        return getattr(self._index, name)


def test_a_viewer_may_look(ran):
    ran.roles = (Role.VIEWER,)
    assert ran("GET", "/dashboard").status == 200


def test_what_retention_took_stays_counted(ran):
    clock, tallying = ran.clock, ran.services.tallying
    begin, end = int(clock.now()) - 3600, int(clock.now()) + 3600
    before = sum(piece.total for piece in tallying.read(begin, end))
    ran("DELETE", "/executions/fine%3Ar0")
    clock.sleep(400)
    tallying.round()
    assert sum(piece.total for piece in tallying.read(begin, end)) == before == 5


def test_beyond_the_rows_that_are_kept_apart_the_others_are_added_up():
    counts = [Count(300, f"w{number:03}", "SUCCEEDED", 1) for number in range(MOST_ROWS + 40)]
    kept = most(counts)
    assert (len(kept), kept[-1]) == (MOST_ROWS + 1, Count(300, "", "SUCCEEDED", 40))
    piece = Piece(300, kept, (Count(300, "w", "FAILED", 2, None), Count(300, "w", "FAILED", 1, 'E"\u2028')))
    assert pieces_of(text_of([piece])) == {300: piece}
