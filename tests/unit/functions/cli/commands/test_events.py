"""`automate events test`, and what `automate validate` shows of schedules."""

from __future__ import annotations

import json
import re

import pytest

EVENT = {"source": "aws.ec2", "detail": {"state": "running", "cpu": 4}}
DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def write(tmp_path):
    def run(name, value):
        path = tmp_path / name
        path.write_text(json.dumps(value, indent=2))
        return str(path)

    return run


def test_a_pattern_that_matches(automate, write):
    pattern, event = write("pattern.json", {"detail": {"state": ["running"]}}), write("event.json", EVENT)
    assert automate("events", "test", "--pattern", pattern, "--event", event)[:2] == (0, "matched\n")
    assert automate.json("events", "test", "--pattern", pattern, "--event", event) == (
        0, {"matched": True, "reasons": []},
    )
    assert not automate.folder.exists()


def test_both_may_be_json_itself(automate):
    given = ("events", "test", "--pattern", '{"source": ["a"]}', "--event", '{"source": "a"}')
    assert automate(*given)[:2] == (0, "matched\n")
    _, _, err = automate("events", "test", "--pattern", '{"source": "a"}', "--event", "{}")
    assert "--pattern: " in err


def test_a_pattern_that_does_not_says_which_field_and_what_it_was(automate, write):
    pattern = write("pattern.json", {"source": ["aws.ec2"], "detail": {"state": ["stopped"], "size": [1]}})
    event = write("event.json", EVENT)
    status, out, _ = automate("events", "test", "--pattern", pattern, "--event", event)
    assert (status, out.splitlines()) == (1, [
        "not matched", '  /detail/state: detail.state is "running"; wanted is "stopped"',
        "  /detail/size: the event has no detail.size; wanted is 1",
    ])
    status, answer = automate.json("events", "test", "--pattern", pattern, "--event", event)
    assert (status, answer["matched"]) == (1, False)
    assert answer["reasons"][0] == {
        "pattern": "/detail/state", "field": "detail.state",
        "message": 'detail.state is "running"; wanted is "stopped"',
    }


def test_a_pattern_that_is_none_is_refused_with_every_place(automate, write):
    pattern = write("pattern.json", {"source": "aws.ec2", "detail": {"size": [{"numeric": [">", 2, "<", 1]}]}})
    status, out, err = automate("events", "test", "--pattern", pattern, "--event", write("event.json", EVENT))
    assert (status, out) == (1, "")
    assert "where: /source" in err
    assert "/detail/size/0/numeric" in err
    assert automate("events", "test", "--pattern", "none.json", "--event", pattern)[0] == 1


def test_validate_shows_the_next_ten_times_of_each_schedule(automate, write):
    triggers = [
        {"type": "schedule", "expression": "cron(30 2 * 3 ? *)", "timezone": "Europe/Berlin"},
        {"type": "schedule", "name": "over", "expression": "at(2020-01-01T00:00:00)", "enabled": False},
        {"type": "schedule", "name": "twice", "expression": "cron(0/30 2 ? 10 1L *)", "timezone": "Europe/Berlin"},
        {"type": "event", "pattern": {"source": ["x"]}},
    ]
    file = write("flow.json", {"name": "flow", "definition": DEFINITION, "triggers": triggers})
    status, out, _ = automate("validate", file)
    assert status == 0
    assert "/triggers/0: cron(30 2 * 3 ? *), Europe/Berlin, comes next at" in out
    assert len(re.findall(r"^  \w{3} \d{4}-03-\d\d 02:30", out, re.MULTILINE)) == 10
    assert "/triggers/1: at(2020-01-01T00:00:00), UTC, switched off, comes next at\n  no time: it is over" in out
    assert out.count("the first of two such times") == 10
    status, answer = automate.json("validate", file)
    first, over, twice = answer["schedules"]
    assert (first["location"], first["enabled"], len(first["times"])) == ("/triggers/0", True, 10)
    assert re.fullmatch(r"\d{4}-03-\d\dT01:30:00.000Z", first["times"][0]["at"])
    assert first["times"][0]["local"].endswith("T02:30:00+01:00")
    assert (over["times"], over["enabled"]) == ([], False)
    assert [(item["local"][-14:], item["twice"]) for item in twice["times"][:2]] == [
        ("02:00:00+02:00", True), ("02:30:00+02:00", True),
    ]


def test_what_the_clocks_skip_is_said(automate, write):
    triggers = [{"type": "schedule", "expression": "cron(0/15 2 ? 3 1L *)", "timezone": "Europe/Berlin",
                 "start": "2026-03-01T00:00:00", "end": "2027-06-01T00:00:00"},
                {"type": "schedule", "expression": "cron(30 2-3 ? 3 1L *)", "timezone": "Europe/Berlin"}]
    file = write("flow.json", {"name": "flow", "definition": DEFINITION, "triggers": triggers})
    status, out, _ = automate("validate", file)
    assert (status, "never comes" in out) == (1, False)  # the first is refused: all its times are skipped
    file = write("flow.json", {"name": "flow", "definition": DEFINITION, "triggers": triggers[1:]})
    assert re.search(r"left out, the clocks are put forward over it: \d{4}-03-\d\d 02:30 and 9 more",
                     automate("validate", file)[1])


def test_an_event_that_nothing_hears_says_what_to_ask(automate, write):
    triggers = [{"type": "event", "pattern": {"source": ["my.shop"]}}, {"type": "queue", "queue": "jobs"}]
    file = write("flow.json", {"name": "flow", "definition": DEFINITION, "triggers": triggers})
    assert automate("import", "--file", file, "--publish")[0] == 0
    order = {"source": "my.shop", "detail-type": "Order", "detail": {}}
    status, out, _ = automate("events", "put", write("events.json", [order, {**order, "source": "other"}]))
    first, second, hint = out.splitlines()
    assert (status, "started flow:event." in first, second.endswith("no trigger listens to it")) == (0, True, True)
    assert hint == "  Why not: automate triggers test flow/event --value @FILE"
    _, out, _ = automate("events", "put", "{}", "--queue", "jbos")
    assert out.splitlines()[1] == "  What listens: messages of the queue jobs."
