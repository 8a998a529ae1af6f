"""An execution's account, from histories that the engine itself makes."""

from __future__ import annotations

import json

from engine.testing.simulate import simulate
from functions.local.account import account, readable_cause


def account_of(definition, given=None, stubs=None):
    result = simulate(definition, given if given is not None else {}, stubs=stubs)
    return account(result.events, now=result.events[-1]["timestamp"])


def task(**more):
    return {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "x"}, **more}


OK = {"output": {}}
BAD = {"error": "log.ConnectorError", "cause": "down"}


def test_states_in_order_with_their_time():
    runs = account_of({
        "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "Next": "B"}, "B": {"Type": "Succeed"}},
    })
    assert [(run.name, run.type, run.status, run.seconds) for run in runs] == [
        ("A", "Wait", "ok", 5.0), ("B", "Succeed", "ok", 0.0),
    ]


def test_a_retried_task_is_ok_and_says_its_attempts():
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    runs = account_of(
        {"StartAt": "A", "States": {"A": task(Retry=retry, End=True)}}, stubs={"connector:log:write": [BAD, BAD, OK]}
    )
    assert [(run.status, run.attempts, run.error) for run in runs] == [("ok", 3, None)]


def test_a_caught_task_keeps_its_error():
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    runs = account_of(
        {"StartAt": "A", "States": {"A": task(Catch=catch, End=True), "B": {"Type": "Succeed"}}},
        stubs={"connector:log:write": [BAD]},
    )
    assert [(run.name, run.status, run.error) for run in runs] == [
        ("A", "caught", "log.ConnectorError"), ("B", "ok", None),
    ]


def test_a_failed_task_and_a_fail_state():
    runs = account_of({"StartAt": "A", "States": {"A": task(End=True)}}, stubs={"connector:log:write": [BAD]})
    assert [(run.status, run.error, run.cause) for run in runs] == [("failed", "log.ConnectorError", "down")]
    runs = account_of({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Mine", "Cause": "why"}}})
    assert [(run.name, run.status, run.error, run.cause) for run in runs] == [("F", "failed", "Mine", "why")]


def test_iterations_and_branches_stand_inside():
    inner = {"StartAt": "T", "States": {"T": task(Next="P"), "P": {"Type": "Pass", "End": True}}}
    runs = account_of({
        "StartAt": "Both", "States": {
            "Both": {"Type": "Parallel", "Next": "Z", "Branches": [
                {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}},
                {"StartAt": "Q", "States": {"Q": {"Type": "Pass", "End": True}}},
            ]},
            "Z": {"Type": "Succeed"},
        },
    }, [1, 2], {"connector:log:write": [OK, OK]})
    shown = [(run.depth, run.label, run.status) for run in runs]
    assert sorted(shown) == sorted([
        (0, "Both", "ok"), (1, "Each", "ok"), (2, "T [0]", "ok"), (2, "P [0]", "ok"), (2, "T [1]", "ok"),
        (2, "P [1]", "ok"), (1, "Q", "ok"), (0, "Z", "ok"),
    ])
    labels = [run.label for run in runs]
    assert labels[0] == "Both"
    assert labels[-1] == "Z"
    assert labels.index("P [0]") < labels.index("T [1]")


def test_a_branch_that_fails_stops_its_neighbour():
    runs = account_of({
        "StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": True, "Branches": [
            {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}},
            {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Mine"}}},
        ]}},
    })
    assert {run.name: run.status for run in runs} == {"Both": "failed", "W": "stopped", "F": "failed"}


def test_a_caught_map_keeps_what_failed_in_it():
    inner = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Mine"}}}
    runs = account_of({
        "StartAt": "Each", "States": {
            "Each": {"Type": "Map", "ItemProcessor": inner, "End": True,
                     "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Pause"}]},
            "Pause": {"Type": "Wait", "Seconds": 60, "End": True},
        },
    }, [1])
    assert [(run.label, run.status, run.seconds) for run in runs] == [
        ("Each", "caught", 0), ("F [0]", "failed", 0), ("Pause", "ok", 60),
    ]


def test_a_wait_that_lasts_is_waiting():
    result = simulate(
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}}, {}
    )
    entered = result.events[1]["timestamp"]
    runs = account(result.events[:2], now=entered + 7)
    assert [(run.status, run.seconds) for run in runs] == [("waiting", 7)]


def test_a_task_runs_until_it_is_handed_over_and_then_waits_for_its_token():
    asking = task(End=True) | {"Resource": "connector:log:write.waitForTaskToken"}
    result = simulate(
        {"StartAt": "A", "States": {"A": asking}}, {},
        stubs={"connector:log:write.waitForTaskToken": [{"submitted": {}, "timed_out": True}]},
    )
    types = [event["type"] for event in result.events]
    assert account(result.events[:types.index("TaskStarted") + 1], now=0)[0].status == "running"
    assert account(result.events[:types.index("TaskSubmitted") + 1], now=0)[0].status == "waiting"


def test_a_connectors_cause_is_readable():
    cause = json.dumps({
        "errorMessage": "ERP failed: no route", "errorType": "ConnectorError",
        "stackTrace": ['  File "erp.py", line 7\n'],
    })
    assert readable_cause(cause).splitlines() == ["ConnectorError: ERP failed: no route", '    File "erp.py", line 7']
    assert readable_cause("plain") == "plain"
    assert readable_cause('{"other": 1}') == '{"other": 1}'
    assert readable_cause(None) == "no cause was given"


def test_a_long_stack_trace_keeps_each_exceptions_ends():
    frames = [f'  File "x.py", line {n}, in f{n}\n    call{n}()\n    ~~~~^^\n' for n in range(9)]
    trace = [*frames[:3], "from KeyError: 'a'\n", *frames]
    shown = readable_cause(json.dumps({"errorMessage": "no", "errorType": "ConnectorError", "stackTrace": trace}))
    assert shown.splitlines()[0] == "ConnectorError: no"
    before, after = shown.split("from KeyError: 'a'")
    assert [f"call{n}()" in before for n in range(4)] == [True, True, True, False]
    assert [n for n in range(9) if f"call{n}()" in after] == [0, 1, 8]
    assert "… 6 more; --json shows all" in after
    assert "^" not in shown
