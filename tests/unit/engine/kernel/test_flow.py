"""Data flow through a state: what goes in, what comes out, what is assigned."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from engine.kernel.context import PATHS
from engine.kernel.snapshot import Status
from engine.kernel.step import step
from engine.kernel.stimulus import TaskReturned
from engine.testing import simulate
from tests.support.stepping import FACTS, START, Run, machine, task


def output(state, given, *before, **fields):
    run = Run(machine(*before, ("S", state), **fields), given).start()
    assert run.snapshot.status is Status.SUCCEEDED, run.snapshot.cause
    return run.snapshot.output


@pytest.mark.parametrize(("fields", "expected"), [
    ({}, {"a": {"b": 1}}),
    ({"InputPath": "$.a"}, {"b": 1}),
    ({"InputPath": None}, {}),
    ({"OutputPath": "$.a.b"}, 1),
    ({"OutputPath": None}, {}),
    ({"Parameters": {"x.$": "$.a.b", "y": 2}}, {"x": 1, "y": 2}),
    ({"Result": 5}, 5),
    ({"Result": 5, "ResultPath": "$.r"}, {"a": {"b": 1}, "r": 5}),
    ({"Result": 5, "ResultPath": None}, {"a": {"b": 1}}),
    ({"InputPath": "$.a", "ResultPath": "$.a.c"}, {"a": {"b": 1, "c": {"b": 1}}}),
    ({"Result": None}, None),
])
def test_jsonpath_fields_in_their_order(fields, expected):
    assert output({"Type": "Pass", **fields}, {"a": {"b": 1}}) == expected


@pytest.mark.parametrize(("fields", "expected"), [
    ({}, {"a": 1}),
    ({"Output": "{% $states.input.a + 1 %}"}, 2),
    ({"Output": {"deep": ["{% $states.input.a %}", "text"]}}, {"deep": [1, "text"]}),
])
def test_jsonata_output(fields, expected):
    assert output({"Type": "Pass", **fields}, {"a": 1}, QueryLanguage="JSONata") == expected


def test_inputs_are_never_changed_in_place():
    given = {"a": {"b": [1, 2]}}
    kept = copy.deepcopy(given)
    assert output({"Type": "Pass", "Result": 9, "ResultPath": "$.a.b[0]"}, given) == {"a": {"b": [9, 2]}}
    assert given == kept


def test_a_tasks_result_is_selected_placed_and_cut():
    state = task(ResultSelector={"n.$": "$.count"}, ResultPath="$.r", OutputPath="$.r", Assign={"c.$": "$.count"})
    run = Run(machine(("T", state), ("P", {"Type": "Pass", "Parameters": {"r.$": "$", "c.$": "$c"}})), {"x": 1}).start()
    run.succeed({"count": 3})
    assert run.snapshot.output == {"r": {"n": 3}, "c": 3}


def test_jsonata_output_and_assign_see_the_result_and_the_values_from_before():
    state = task(Arguments={"q": "{% $n %}"}, Output="{% $states.result & $string($n) %}",
                 Assign={"n": "{% $n + 1 %}"})
    run = Run(machine(("A", {"Type": "Pass", "Assign": {"n": 1}}), ("T", state),
                      ("Z", {"Type": "Pass", "Output": "{% [$states.input, $n] %}"}), QueryLanguage="JSONata")).start()
    assert run.root.arguments == {"q": 1}
    run.succeed("r")
    assert run.snapshot.output == ["r1", 2]


def test_output_path_of_a_variable_sees_the_value_from_before_assign():
    first = ("A", {"Type": "Pass", "Assign": {"v": "old"}})
    assert output({"Type": "Pass", "Assign": {"v": "new"}, "OutputPath": "$v"}, {}, first) == "old"


def test_assigned_variables_are_recorded_on_the_exit():
    run = Run(machine(("A", {"Type": "Pass", "Result": {"k": 1}, "Assign": {"v.$": "$.k"}}))).start()
    assert run.events[2].details["assignedVariables"] == {"v": 1}


def test_the_context_object():
    state = {"Type": "Pass", "Parameters": {"c.$": "$$"}}
    context = output(state, {"x": 1})["c"]
    at = "1970-01-01T00:16:40Z"
    assert context == {
        "Execution": {"Id": FACTS.execution_id, "Input": {"x": 1}, "Name": "one", "RoleArn": "", "StartTime": at,
                      "RedriveCount": 0},
        "State": {"EnteredTime": at, "Name": "S"},
        "StateMachine": {"Id": "flow", "Name": "flow"},
    }


@pytest.mark.parametrize(("at", "text"), [(0.0, "00Z"), (0.5, "00.500Z"), (1.0, "01Z"), (1.001, "01.001Z")])
def test_a_time_of_the_context_object_has_a_fraction_where_it_is_not_zero(at, text):
    """Developer guide, "Accessing execution data from the Context object"."""
    facts = replace(FACTS, started_at=at)
    state = {"Type": "Pass", "OutputPath": "$$.Execution.StartTime", "End": True}
    assert Run(machine(("S", state)), facts=facts).start().snapshot.output == f"1970-01-01T00:00:{text}"


def test_the_retry_count_is_in_the_context_of_a_task():
    state = task(Parameters={"n.$": "$$.State.RetryCount"}, Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 1}])
    run = Run(machine(("T", state))).start()
    run.err("E")
    run.wait()
    assert run.root.arguments == {"n": 1}


CHOICE = {"Type": "Choice", "Default": "No", "Choices": [
    {"Variable": "$.n", "NumericGreaterThan": 3, "Next": "Yes", "Assign": {"v": "rule"}}], "Assign": {"v": "default"}}


@pytest.mark.parametrize(("n", "expected"), [(4, ["Yes", "rule"]), (3, ["No", "default"])])
def test_a_choice_assigns_what_belongs_to_the_way_it_takes(n, expected):
    ends = {"Type": "Pass", "Parameters": {"v.$": "$v", "s.$": "$$.State.Name"}, "End": True}
    run = Run(machine(("C", CHOICE), ("Yes", ends), ("No", ends)), {"n": n}).start()
    assert [run.snapshot.output["s"], run.snapshot.output["v"]] == expected


def test_a_choice_without_a_way_out_fails():
    run = Run(machine(("C", {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "C"}]})),
              {"n": 1}).start()
    assert run.snapshot.error == "States.NoChoiceMatched"


@pytest.mark.parametrize(("wait", "given", "due"), [
    ({"Seconds": 3}, {}, 3),
    ({"SecondsPath": "$.s"}, {"s": 4}, 4),
    ({"Timestamp": "1970-01-01T00:20:00Z"}, {}, 200),
    ({"TimestampPath": "$.t"}, {"t": "1970-01-01T01:20:00+01:00"}, 200),
    ({"Seconds": "{% $states.input.s * 2 %}", "QueryLanguage": "JSONata"}, {"s": 4}, 8),
    ({"Timestamp": "{% $states.input.t %}", "QueryLanguage": "JSONata"}, {"t": "1970-01-01T00:20:00.5Z"}, 200),
    ({"TimestampPath": "$.t"}, {"t": "1970-01-01T00:20:00.999Z"}, 200),
])
def test_the_forms_of_a_wait(wait, given, due):
    """Developer guide, "Wait": of a timestamp, its "time value up to seconds" counts."""
    run = Run(machine(("W", {"Type": "Wait", **wait})), given).start()
    assert run.root.due_at == START + due
    run.wait()
    assert run.snapshot.output == given


@pytest.mark.parametrize(("seconds", "error"), [
    (0, None), (2.0, None), (99_999_999, None), *((unfit, "States.QueryEvaluationError") for unfit in
                                                 (-1, 1.5, 100_000_000, "2", True, None)),
])
def test_the_seconds_of_an_expression_are_whole_and_in_range(seconds, error):
    """Developer guide, "Wait": the expression "must evaluate to an integer in the stated range"."""
    wait = {"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input %}"}
    run = Run(machine(("W", wait)), seconds).start()
    assert run.snapshot.error == error


def test_a_wait_until_the_past_is_over_at_once():
    assert output({"Type": "Wait", "Timestamp": "1970-01-01T00:00:01Z"}, 5) == 5


@pytest.mark.parametrize(("fields", "error", "cause"), [
    ({}, None, None),
    ({"Error": "E", "Cause": "C"}, "E", "C"),
    ({"ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.e)"}, "x", "x!"),
    ({"QueryLanguage": "JSONata", "Error": "{% $states.input.e %}"}, "x", None),
])
def test_the_forms_of_a_fail(fields, error, cause):
    run = Run(machine(("F", {"Type": "Fail", **fields})), {"e": "x"}).start()
    assert (run.snapshot.status, run.snapshot.error, run.snapshot.cause) == (Status.FAILED, error, cause)


@pytest.mark.parametrize("path", ["$.e", "States.ArrayGetItem($.all, 0)", "States.Array($.e)"])
@pytest.mark.parametrize("field", ["ErrorPath", "CausePath"])
@pytest.mark.parametrize("given", [5, None, True, ["E"], {"e": "E"}])
def test_what_the_paths_of_a_fail_name_is_text(field, path, given):
    """Developer guide, "Fail": the path "must select a field that contains a string value"."""
    run = Run(machine(("F", {"Type": "Fail", field: path})), {"e": given, "all": [given]}).start()
    assert run.snapshot.error == "States.Runtime"
    assert f"The {field} field refers to value " in run.snapshot.cause
    assert f" which is not a valid string: {path}" in run.snapshot.cause


@pytest.mark.parametrize("field", ["TimeoutSeconds", "HeartbeatSeconds"])
@pytest.mark.parametrize("unfit", [0, -5, 1.5, 0.5])
def test_time_outs_are_positive_integers(field, unfit):
    """ASL specification, "Timeouts"."""
    run = Run(machine(("T", task(**{f"{field}Path": "$.t"}))), {"t": unfit}).start()
    assert run.snapshot.error == "States.Runtime"
    assert f'The {field}Path field refers to value "{unfit}" which is not a ' in run.snapshot.cause
    run = Run(machine(("T", task(**{field: "{% $states.input.t %}"}, QueryLanguage="JSONata"))), {"t": unfit}).start()
    assert run.snapshot.error == "States.QueryEvaluationError"
    assert f"for the field '{field}' must be an integer from 1 to 99999999, but was: {unfit}" in run.snapshot.cause


def test_time_outs_by_path_and_by_expression():
    by_path = task(TimeoutSecondsPath="$.t", HeartbeatSecondsPath="$.h")
    run = Run(machine(("T", by_path)), {"t": 20, "h": 5}).start()
    assert (run.root.timeout_seconds, run.root.heartbeat_seconds) == (20, 5)
    by_expression = task(TimeoutSeconds="{% $states.input.t %}", QueryLanguage="JSONata")
    run = Run(machine(("T", by_expression)), {"t": 20}).start()
    assert run.root.timeout_seconds == 20


def test_an_output_over_the_limit_fails_the_state():


    run = Run(machine(("P", {"Type": "Pass", "Result": "x" * 20})), facts=replace(FACTS, max_payload_bytes=21)).start()
    assert run.snapshot.error == "States.DataLimitExceeded"


def test_the_paths_of_the_context_object_are_those_of_a_task_in_a_map_that_waits_for_an_answer():
    resource = "connector:desk:ask.waitForTaskToken"
    ask = {"Type": "Task", "Resource": resource, "Arguments": "{% $states.context %}", "End": True}
    each = {"Type": "Map", "Items": [{}], "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": ask}}, "End": True}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": each}}
    events = simulate(definition, "given", stubs={resource: [{"output": {}}]}).events
    scheduled = next(event["taskScheduledEventDetails"] for event in events if event["type"] == "TaskScheduled")
    context = json.loads(scheduled["parameters"])
    context["Map.Item"] = context.pop("Map")["Item"]
    assert sorted(f"{part}.{name}" for part, fields in context.items() for name in fields) == sorted(PATHS)


@pytest.mark.parametrize(("fields", "output"), [
    ({}, 1), ({"ResultPath": "$.r"}, {"a": 0, "r": 1}), ({"ResultSelector": {"s.$": "$"}}, {"s": 1}),
    ({"ResultPath": "$.r", "OutputPath": "$.r"}, 1), ({"Assign": {"v.$": "$"}}, 1),
])
def test_a_task_leaves_by_each_of_its_fields(fields, output):
    run = Run(machine(("A", task(**fields))), {"a": 0}).start()
    run.call("")
    stepped = step(run.plan, run.snapshot, [TaskReturned(**run.about(""), output=1)])
    assert stepped.snapshot.output == output
    (left,) = [event for event in stepped.events if event.type == "TaskStateExited"]
    assert left.details.get("assignedVariables") == ({"v": 1} if "Assign" in fields else None)
