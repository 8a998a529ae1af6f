"""An execution's account, from histories that the engine itself makes."""

from __future__ import annotations

import json

import pytest

from engine.durable.views.step_facts import Status
from engine.durable.views.steps import steps_of
from engine.language.asl.compile import compile_definition
from engine.testing.simulate import Simulation, facts_of
from engine.testing.stubs import Stubs
from functions.app.shapes.shown_steps import rests_of, shape_of
from functions.cli.account import _WORDS, account, readable_cause
from tests.support.durable import Product, ScriptedTasks
from tests.support.redriving import BAD as DOWN
from tests.support.redriving import A, B, failed, machine, redrive
from tests.support.redriving import task as demo


def history(definition, given=None, stubs=None):
    simulation = Simulation(
        compile_definition(definition), facts_of({}, "STANDARD"), given if given is not None else {}, Stubs(stubs),
        None, None,
    )
    simulation.run()
    return list(simulation.history)


def account_of(events, *, now):
    """The account of the steps that the API makes of a history."""
    found = steps_of(events)
    return account(
        [shape_of(step, {}).model_dump(by_alias=True) for step in found.steps],
        [rest.model_dump(by_alias=True) for rest in rests_of(found)],
        now=now, causes={step.id: step.cause for step in found.steps},
    )


def runs_of(definition, given=None, stubs=None):
    events = history(definition, given, stubs)
    return account_of(events, now=events[-1].at).runs


def task(**more):
    return {"Type": "Task", "Resource": "connector:log:write", "Parameters": {"message": "x"}, **more}


OK = {"output": {}}
BAD = {"error": "log.ConnectorError", "cause": "down"}
LOG = "connector:log:write"
PASS = {"Type": "Pass", "End": True}


def test_states_in_order_with_their_time():
    runs = runs_of({
        "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "Next": "B"}, "B": {"Type": "Succeed"}},
    })
    assert [(run.state, run.type, run.status, run.seconds) for run in runs] == [
        ("A", "Wait", "ok", 5.0), ("B", "Succeed", "ok", 0.0),
    ]


def test_every_status_has_its_word():
    assert set(Status.__args__) == set(_WORDS)


def test_a_retried_task_is_ok_and_says_its_attempts():
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    runs = runs_of(machine(A=task(Retry=retry, End=True)), stubs={LOG: [BAD, BAD, OK]})
    assert [(run.status, run.attempts, run.error) for run in runs] == [("ok", 3, None)]


def test_a_task_that_waits_for_its_next_attempt_is_retrying():
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3, "IntervalSeconds": 30}]
    events = history(machine(A=task(Retry=retry, End=True)), stubs={LOG: [BAD, OK]})
    failed_at = [event.type for event in events].index("TaskFailed")
    [run] = account_of(events[:failed_at + 1], now=events[failed_at].at + 4).runs
    assert (run.status, run.waits_for, run.error, run.seconds) == ("retrying", "retry", "log.ConnectorError", 4)


def test_a_caught_task_keeps_its_error():
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    runs = runs_of(machine(A=task(Catch=catch, End=True), B={"Type": "Succeed"}), stubs={LOG: [BAD]})
    assert [(run.state, run.status, run.error) for run in runs] == [
        ("A", "caught", "log.ConnectorError"), ("B", "ok", None),
    ]


def test_a_failed_task_and_a_fail_state():
    runs = runs_of(machine(A=task(End=True)), stubs={LOG: [BAD]})
    assert [(run.status, run.error, run.cause) for run in runs] == [("failed", "log.ConnectorError", "down")]
    runs = runs_of(machine(F={"Type": "Fail", "Error": "Mine", "Cause": "why"}))
    assert [(run.state, run.status, run.error, run.cause) for run in runs] == [("F", "failed", "Mine", "why")]


# ---------------------------------------------------------------- Maps and Parallels


def test_iterations_and_branches_stand_inside():
    inner = machine(T=task(Next="P"), P=PASS)
    runs = runs_of(machine(
        Both={"Type": "Parallel", "Next": "Z", "Branches": [
            machine(Each={"Type": "Map", "ItemProcessor": inner, "End": True}), machine(Q=PASS),
        ]},
        Z={"Type": "Succeed"},
    ), [1, 2], {LOG: [OK, OK]})
    assert [(run.depth, run.label, run.status) for run in runs] == [
        (0, "Both", "ok"), (1, "Each [branch 0]", "ok"), (2, "T [0]", "ok"), (2, "P [0]", "ok"), (2, "T [1]", "ok"),
        (2, "P [1]", "ok"), (1, "Q [branch 1]", "ok"), (0, "Z", "ok"),
    ]


@pytest.mark.parametrize("broken", [{"Type": "Fail", "Error": "log.ConnectorError", "Cause": "down"}, task(End=True)])
def test_the_branch_that_broke_a_parallel_failed_and_its_neighbour_was_stopped(broken):
    runs = runs_of(machine(Both={"Type": "Parallel", "End": True, "Branches": [
        machine(W={"Type": "Wait", "Seconds": 60, "End": True}), machine(B1={"Type": "Pass", "Next": "B2"}, B2=broken),
    ]}), stubs={LOG: [BAD]})
    assert [(run.label, run.status, run.error, run.cause, run.by_inner) for run in runs] == [
        ("Both", "failed", "log.ConnectorError", "down", True),
        ("W [branch 0]", "stopped", None, None, False),
        ("B1 [branch 1]", "ok", None, None, False),
        ("B2 [branch 1]", "failed", "log.ConnectorError", "down", False),
    ]


def test_items_that_run_two_at_a_time_stand_beside_each_other():
    inner = machine(T={"Type": "Pass", "Next": "U"}, U=PASS)
    runs = runs_of(machine(Each={"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": inner, "End": True}), [1] * 5)
    assert [(run.depth, run.label) for run in runs] == [
        (0, "Each"), *((1, f"{name} [{item}]") for item in range(5) for name in "TU"),
    ]


def test_the_rounds_of_a_parallel_that_is_retried_follow_each_other():
    runs = runs_of(machine(Both={
        "Type": "Parallel", "End": True, "Branches": [machine(L=PASS), machine(R=task(End=True))],
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}],
    }), stubs={LOG: [BAD, OK]})
    assert [(run.depth, run.label, run.status, run.attempts) for run in runs] == [
        (0, "Both", "ok", 2), (1, "L [branch 0]", "ok", 0), (1, "R [branch 1]", "failed", 1),
        (1, "L [branch 0]", "ok", 0), (1, "R [branch 1]", "ok", 1),
    ]


def test_a_caught_map_keeps_what_failed_in_it():
    inner = machine(F={"Type": "Fail", "Error": "Mine"})
    runs = runs_of(machine(
        Each={"Type": "Map", "ItemProcessor": inner, "End": True,
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Pause"}]},
        Pause={"Type": "Wait", "Seconds": 60, "End": True},
    ), [1])
    assert [(run.label, run.status, run.seconds) for run in runs] == [
        ("Each", "caught", 0), ("F [0]", "failed", 0), ("Pause", "ok", 60),
    ]


# ---------------------------------------------------------------- while it lasts


def test_a_wait_that_lasts_is_waiting():
    events = history(machine(A={"Type": "Wait", "Seconds": 60, "End": True}))
    [run] = account_of(events[:2], now=events[1].at + 7).runs
    assert (run.status, run.waits_for, run.seconds) == ("waiting", "timer", 7)


def test_a_task_runs_until_it_is_handed_over_and_then_waits_for_its_answer():
    asking = task(End=True) | {"Resource": f"{LOG}.waitForTaskToken"}
    events = history(
        machine(A=asking), stubs={f"{LOG}.waitForTaskToken": [{"submitted": {}, "timed_out": True}]}
    )
    types = [event.type for event in events]
    [running] = account_of(events[:types.index("TaskStarted") + 1], now=0).runs
    [waiting] = account_of(events[:types.index("TaskSubmitted") + 1], now=0).runs
    assert (running.status, running.waits_for) == ("running", None)
    assert (waiting.status, waiting.waits_for) == ("waiting", "answer")
    assert waiting.seconds == 0, "another machine's clock may be behind"


# ---------------------------------------------------------------- redriven


def told(product, key):
    return account_of(product.executions.events(key, most=1000), now=product.clock.now())


def shown(product, key):
    return [(run.label, run.status, run.seconds) for run in told(product, key).runs]


@pytest.fixture
def left():
    """A Parallel whose second branch failed while the first waited, and was left so for a minute."""
    definition = machine(Both={"Type": "Parallel", "End": True, "Branches": [
        machine(Hold={"Type": "Wait", "Seconds": 5, "End": True}), machine(Late=demo(B)),
    ]})
    product, key = failed(definition, ScriptedTasks({B: [DOWN, DOWN, "b"]}))
    product.clock.sleep(60)
    return product, key


def test_one_that_was_redriven_runs_again(left):
    product, key = left
    before = [("Both", "failed", 0), ("Hold [branch 0]", "stopped", 0), ("Late [branch 1]", "failed", 0)]
    assert shown(product, key) == before
    redrive(product, key)
    assert (shown(product, key), told(product, key).rested) == (before, 60), "no worker has begun"
    product.tasks.answers[B] = ["b"]
    product.run(key)
    product.clock.sleep(4)
    assert shown(product, key) == [
        ("Both", "running", 4), ("Hold [branch 0]", "stopped", 0), ("Hold [branch 0]", "waiting", 4),
        ("Late [branch 1]", "ok", 0),
    ]


def test_one_that_was_redriven_failed_again_and_then_succeeded(left):
    product, key = left
    redrive(product, key)
    product.drain()
    assert [(run.label, run.status, run.seconds, run.attempts) for run in told(product, key).runs] == [
        ("Both", "failed", 0, 1), ("Hold [branch 0]", "stopped", 0, 0), ("Hold [branch 0]", "stopped", 0, 0),
        ("Late [branch 1]", "failed", 0, 2),
    ]
    product.clock.sleep(60)
    redrive(product, key)
    product.drain()
    made = told(product, key)
    assert [(run.state, run.status, run.seconds) for run in made.runs if run.status != "stopped"] == [
        ("Both", "ok", 5), ("Hold", "ok", 5), ("Late", "ok", 0),
    ]
    assert (made.rested, made.runs[-1].attempts, made.runs[-1].error) == (120, 3, None)


def test_a_task_that_waits_for_its_token_again_is_waiting():
    asking = demo(f"{A}.waitForTaskToken", Parameters={"token.$": "$$.Task.Token"})
    product = Product(machine(Ask=asking), ScriptedTasks())
    key = product.start({})
    product.run(key)
    product.executions.answers.send_task_failure(product.tasks.calls[0].arguments["token"], "Oops", "not today")
    product.drain()
    assert shown(product, key) == [("Ask", "failed", 0)]
    redrive(product, key)
    product.drain()
    [run] = told(product, key).runs
    assert (run.status, run.waits_for, run.attempts, run.failed) == ("waiting", "answer", 2, False)
    assert (run.error, run.failed_attempt) == ("Oops", 1), "said of the attempt, and not of what waits"


# ---------------------------------------------------------------- causes


def test_a_connectors_cause_is_readable():
    cause = json.dumps({
        "errorMessage": "ERP failed: no route", "errorType": "ConnectorError",
        "stackTrace": ['  File "erp.py", line 7\n'],
    })
    assert readable_cause(cause).splitlines() == ["ConnectorError: ERP failed: no route", '    File "erp.py", line 7']
    assert readable_cause("plain") == "plain"
    assert readable_cause('{"other": 1}') == '{"other": 1}'
    assert readable_cause(None) == "no cause was given"


def test_the_newest_part_of_any_history_gives_an_account():
    """As `show` reads a long one: what the first events began is not known."""
    inner = machine(T=task(Next="U"), U=PASS)
    events = history(machine(
        Both={"Type": "Parallel", "Next": "Each", "Branches": [machine(L=PASS), machine(R=task(End=True))],
              "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}]},
        Each={"Type": "Map", "MaxConcurrency": 2, "ItemsPath": "$", "ItemProcessor": inner, "End": True},
    ), stubs={LOG: [BAD, OK, OK, BAD]})
    for left_out in range(len(events)):
        runs = account_of(events[left_out:], now=events[-1].at).runs
        entered = sum(event.type.endswith("StateEntered") for event in events[left_out:])
        assert len(runs) == entered
