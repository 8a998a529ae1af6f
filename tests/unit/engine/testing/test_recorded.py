"""A case made of an execution ends as that did."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings

from engine.catalog.cases import Case
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.errors import InvalidDocument
from engine.ports.tasks import TaskFailed
from engine.testing import simulate
from engine.testing.recorded import case_of
from tests.support.definitions_strategy import cases
from tests.support.draws import drawn
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.oracle import QUICK, canonical
from tests.support.redriving import BAD, A, B, machine, task


def shown(product, key):
    """As the API shows it."""
    found = product.describe(key)
    fork = None if found.fork is None else {"given": found.fork.given, "event": found.fork.event}
    return {
        "id": key.id, "name": key.name, "status": found.status, "input": found.input, "output": found.output,
        "error": found.error, "ended_at": found.ended_at, "fork": fork, "hidden": False,
    }, product.executions.history(key, limit=100_000)


def ran(definition, tasks, given=None):
    product = Product(definition, tasks)
    key = product.start({} if given is None else given)
    product.drain(limit=5_000)
    return product, key


@settings(QUICK, max_examples=drawn(25, of=100))
@given(cases(clock=False, timeout=False))
def test_its_stubs_answer_what_was_asked(case):
    assume(not case.fans_out)
    product, key = ran(case.definition, case.answers, case.input)
    execution, events = shown(product, key)
    made = case_of(execution, events)
    Case.model_validate(made)
    ended = simulate(case.definition, made["input"], stubs=made["stubs"])
    assert (ended.status, ended.error) == (execution["status"], execution["error"])
    assert canonical(ended.output) == canonical(execution["output"])


def test_each_attempt_is_a_stub():
    retried = task(A, "Second", Retry=[{"ErrorEquals": ["Demo.Down"]}])
    product, key = ran(machine(First=retried, Second=task(B)), ScriptedTasks({A: [BAD, {"a": 1}], B: [{"b": 2}]}))
    made = case_of(*shown(product, key))
    assert made["stubs"] == {
        A: [{"state": "First", "input": {}, "error": "Demo.Down", "cause": "it is down"},
            {"state": "First", "input": {}, "output": {"a": 1}}],
        B: [{"state": "Second", "input": {"a": 1}, "output": {"b": 2}}],
    }
    assert made["expect"] == {"status": "SUCCEEDED", "output": {"b": 2}}


def test_a_failure_that_is_of_no_use_to_repeat_is_not_repeated_in_its_case():
    cause = json.dumps({"errorMessage": "no", "errorType": "ConnectorError", "retryable": False})
    definition = machine(First=task(A, Retry=[{"ErrorEquals": ["States.ALL"]}]))
    product, key = ran(definition, ScriptedTasks({A: [TaskFailed("cards.ConnectorError", cause, retryable=False)]}))
    made = case_of(*shown(product, key))
    assert len(made["stubs"][A]) == 1
    ended = simulate(definition, made["input"], stubs=made["stubs"])
    assert (ended.status, ended.error) == ("FAILED", "cards.ConnectorError")


@pytest.mark.parametrize("folder", ["/home/jo/app/connectors", r"C:\Users\jo\app"])
def test_it_has_no_folder_of_the_machine_in_it(folder):
    """What a Catch keeps of a cause, parsed or as text, is that of the stub."""
    file = folder + folder[2 if ":" in folder else 0] + "cards.py"
    frames = [f'  File "{file}", line 12, in charge\n    raise ConnectorError("no")\n', "from OSError: no\n"]
    cause = json.dumps({"errorMessage": "no", "errorType": "ConnectorError", "stackTrace": frames, "retryable": False})
    definition = machine(
        First=task(A, "Second", Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "Parse"}]),
        Second={"Type": "Pass", "End": True},
        Parse={
            "Type": "Pass", "Next": "Tell",
            "Parameters": {"parsed.$": "States.StringToJson($.why.Cause)", "text.$": "States.JsonToString($.why)"},
        },
        Tell=task(B, End=True),
    )
    answers = {A: [TaskFailed("cards.ConnectorError", cause)], B: [lambda call: call.arguments]}
    product, key = ran(definition, ScriptedTasks(answers))
    execution, events = shown(product, key)
    made = case_of(execution, events)
    assert "jo" not in json.dumps(made)
    assert made["expect"]["output"]["parsed"]["stackTrace"][0].startswith('  File "cards.py", line 12, in charge\n')
    ended = simulate(definition, made["input"], stubs=made["stubs"])
    assert (ended.status, ended.output) == ("SUCCEEDED", made["expect"]["output"])


def test_one_that_was_stopped_is_no_case():
    product = Product(machine(First={"Type": "Wait", "Seconds": 60, "End": True}))
    key = product.start({})
    product.run(key)
    with pytest.raises(InvalidDocument, match="it has not ended"):
        case_of(*shown(product, key))
    product.executions.stop(key, actor=TESTER)
    product.drain()
    with pytest.raises(InvalidDocument, match="it was stopped"):
        case_of(*shown(product, key))


def test_a_fork_by_another_version_amid_the_run_says_where_a_case_begins():
    product, key = ran(machine(First=task(A, "Second"), Second=task(B)), ScriptedTasks({A: [{"a": 1}], B: [{"b": 2}]}))
    product.published.publish(machine(First=task(A, "Second"), Second={"Type": "Pass", "End": True}))
    calls = Calls(product.tasks, lambda _resource: False)
    made = product.executions.fork(key, Wanted(1, "me"), calls, version=2)
    assert case_of(*shown(product, made.key))["expect"] == {"status": "SUCCEEDED", "output": {"a": 1}}
    made = product.executions.fork(key, Wanted(4, "me"), calls, version=2)
    with pytest.raises(InvalidDocument, match=r"by another version amid the run.* at event 1"):
        case_of(*shown(product, made.key))
