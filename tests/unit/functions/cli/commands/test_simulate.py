"""`automate simulate`: a file run to its end, with stubs in the place of its tasks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.testing.simulate import simulate as ran
from functions.cli.commands import simulate

ROOT = Path(__file__).parents[5]
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": {"said": "hello"}, "End": True}}}


def test_simulate_needs_no_folder(automate, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "x"}, "Next": "B",
    }, "B": {"Type": "Wait", "Seconds": 86400, "End": True}}}))
    stubs = tmp_path / "stubs.json"
    stubs.write_text('{"connector:log:write": [{"output": {"logged": true}}]}')
    status, out, _ = automate("simulate", str(path), "--stubs", str(stubs), "--events")
    assert status == 0
    assert "+86400 s" in out
    status, shape = automate.json("simulate", str(path))
    assert (status, shape["error"]) == (1, "Automate.StubMissing")


def test_a_file_that_is_no_workflow_is_refused_with_the_line(automate, tmp_path):
    path = tmp_path / "one.json"
    path.write_text('{"StartAt": "A",\n "States": {"A": {\n  "Type": "Pas", "End": true}}}')
    status, _, told = automate("simulate", str(path))
    assert status == 1
    assert "'Pas' is no type of state" in told
    assert f"where: {path}:3:3" in told
    assert "automate validate" in told


@pytest.mark.parametrize(("text", "place", "told"), [
    ("[]", "/", "stubs are an object of resources, not an array"),
    ('{"r": {}}', "/r", "an array of answers"),
    ('{"r": [1]}', "/r/0", "an answer is an object, not a number"),
    ('{"r": [{"output": 1}, {"outptu": 1}]}', "/r/1/outptu", "unknown key 'outptu'"),
    ('{"r": [{"output": 1, "error": "x"}]}', "/r/0", "both"),
    ('{"r": [{"error": 5}]}', "/r/0/error", "must be a string"),
    ('{"r": [{"output": 1, "timed_out": 1}]}', "/r/0/timed_out", "must be true or false"),
    ('{"r": [{"output": 1, "state": 1}]}', "/r/0/state", "must be a string"),
    ('{"r": [{"cause": "x"}]}', "/r/0/cause", "a cause belongs to an error"),
    ('{"r": [{}]}', "/r/0", "neither"),
])
def test_stubs_that_are_none_are_refused_with_their_place(automate, hello, tmp_path, text, place, told):
    stubs = tmp_path / "stubs.json"
    stubs.write_text(text)
    status, shape = automate.json("simulate", str(hello), "--stubs", str(stubs))
    assert (status, shape["error"]["where"]) == (1, f"{stubs}: {place}")
    assert told in shape["error"]["message"]


@pytest.mark.parametrize("answer", [
    {"output": None}, {"error": "E", "cause": "c"}, {"error": None, "cause": {"a": 1}}, {"failed_at": 1},
    {"timed_out": True},
    {"state": "A", "input": {}, "submitted": 1, "output": 1, "worker": "w"},
])
def test_stubs_of_every_kind_are_taken(automate, hello, tmp_path, answer):
    stubs = tmp_path / "stubs.json"
    stubs.write_text(json.dumps({"r": [answer]}))
    assert automate("simulate", str(hello), "--stubs", str(stubs))[0] == 0


def test_simulate_checks_the_input_as_start_does(automate, hello, tmp_path):
    path = tmp_path / "schema.json"
    schema = {"type": "object", "required": ["n"]}
    path.write_text(json.dumps({"name": "hello", "definition": HELLO, "input_schema": schema}))
    status, shape = automate.json("simulate", str(path), "--input", "{}")
    assert (status, shape["error"]["message"]) == (1, "'n' is a required property")
    assert automate("simulate", str(path), "--input", '{"n": 1}')[0] == 0
    assert not automate.folder.exists()


def test_simulate_ends_a_loop_where_aws_ends_it(automate, tmp_path):
    path = tmp_path / "loop.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "B"}], "Default": "A"},
        "B": {"Type": "Succeed"},
    }}))
    status, shape = automate.json("simulate", str(path), "--limits", "aws", "--events")
    assert (status, shape["status"], len(shape["events"])) == (1, "FAILED", 25_000)


def test_simulate_gives_up_on_a_loop(automate, tmp_path):
    path = tmp_path / "loop.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}))
    status, shape = automate.json("simulate", str(path), "--seconds", "0.2")
    assert (status, shape["error"]["code"]) == (1, "SimulationUnfinished")
    assert "--limits aws" in shape["error"]["advice"]


def test_simulate_keeps_no_history_that_is_not_printed_and_a_part_of_a_long_one(automate, tmp_path, monkeypatch):
    path = tmp_path / "four.json"
    path.write_text(json.dumps({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True},
    }}))
    kept = []
    monkeypatch.setattr(simulate, "simulate", lambda *given, **named: kept.append(ran(*given, **named)) or kept[-1])
    assert automate("simulate", str(path))[0] == 0
    assert kept[0].events == []
    monkeypatch.setattr(simulate, "MOST_EVENTS", 4)
    _, out, _ = automate("simulate", str(path), "--events")
    assert "PassStateExited" in out
    assert "ExecutionSucceeded" not in out
    assert "2 more events are not shown." in out
    _, shape = automate.json("simulate", str(path), "--events")
    assert (len(shape["events"]), shape["events_left_out"]) == (4, 2)


def test_example_stubs_are_printed_and_run(automate, tmp_path):
    file, stubs = tmp_path / "flow.json", tmp_path / "stubs.json"
    file.write_text(json.dumps({"name": "flow", "definition": {"StartAt": "Get", "States": {
        "Get": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "Call",
                "Parameters": {"TableName": "orders", "Key": {"id": {"S": "1"}}}},
        "Call": {"Type": "Task", "Resource": "connector:http:request", "End": True},
    }}}))
    status, out, _ = automate("simulate", str(file), "--example-stubs")
    assert status == 0
    found = json.loads(out)
    assert found["arn:aws:states:::dynamodb:getItem"][0]["state"] == "Get"
    assert set(found["connector:http:request"][0]["output"]) >= {"status", "body"}
    stubs.write_text(out)
    assert automate("simulate", str(file), "--stubs", str(stubs))[0] == 0
