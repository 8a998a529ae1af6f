"""A large value that is written once, over every family of stores: whoever asks gets what the form before gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.durable import codec
from engine.durable.lifecycle.forking.forks import Wanted
from engine.durable.lifecycle.forking.running import Calls
from engine.durable.outline import SHARES_VALUES
from engine.durable.views.ledger_facts import Reading
from engine.ports.tasks import TaskFailed
from functions.app.acts import digest
from tests.support.durable import Product, ScriptedTasks
from tests.support.flows import WORK, flow, task

LARGE = {
    "rows": [{"id": number, "text": f"{number * 7919 % 100_003:x}" * 8} for number in range(3_000)],
    # what a journal writes where it refers to a value
    "t": [[20_000, "0" * 64, 0]], "p": [["e", 0, 4, "output", 0]], "d": [], "o": None, "h": 1, "v": 99,
}
FLOW = flow({
    "Get": task(ResultPath="$.found", Next="Keep"),
    "Keep": {"Type": "Pass", "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 1200, "Next": "Each"},
    "Each": {"Type": "Map", "ItemsPath": "$.lines", "ItemSelector": {"of.$": "$.found"}, "ResultPath": "$.each",
             "MaxConcurrency": 1,
             "ItemProcessor": flow({"Line": task(ResultPath=None, End=True)}), "Next": "Send"},
    "Send": task(ResultPath="$.sent", End=True),
})


@pytest.fixture
def product_of(backend, workspace):
    """A product whose stage has confirmed `schema`."""
    def make(schema, tasks):
        product = Product(FLOW, tasks, backend=backend, workspace=workspace)
        product.settings = replace(product.settings, snapshot_schema=schema)
        return product

    return make


def _answers():
    """The first call gets the large value, the last one fails until it is redriven."""
    failed = []

    def answer(call):
        if call.state == "Send" and not failed:
            failed.append(call)
            return TaskFailed("Broken")
        return LARGE if call.state == "Get" else {"state": call.state}

    return ScriptedTasks({WORK: [answer]})


def _short(_state, value):
    return {"digest": digest(value)}


def _seen(product, key):
    """What the readers of an execution get."""
    executions = product.executions
    reading = Reading(product.tasks.policy, lambda _state, value: digest(value), _short)
    outlined = list(executions.each_event(key, outlined=True))
    fill = executions.filling(key)
    whole = list(executions.each_event(key))
    assert [event._replace(details=fill(event.details)) for event in outlined] == whole
    late = whole[len(whole) // 2].id
    assert [event for event in whole if event.id > late] == list(executions.each_event(key, after=late))
    effects = executions.effects(key, reading, after=(0, -1), most=100).effects
    outlines = executions.effects(key, replace(reading, outlined=True), after=(0, -1), most=100).effects
    assert [row.digest for row in effects] == [row.digest for row in outlines]
    some = executions.effects(key, reading, after=effects[0].place, most=2).effects
    assert some == effects[1:3]
    rows = [(row.state, row.digest, row.outcome, row.service_id) for row in effects]
    told = [(event.type, event.details) for event in whole if event.type != "ExecutionStarted"]
    return told, rows, executions.describe(key).output


def test_each_reader_gets_what_the_form_before_gives_and_it_is_written_once(product_of, backend):
    found, bodies = {}, {}
    for schema in (SHARES_VALUES - 1, SHARES_VALUES):
        product = product_of(schema, _answers())
        key = product.start({"lines": [1, 2, 3]}, name=f"by-{schema}")
        product.drain()
        assert product.describe(key).status == "FAILED"
        product.executions.redrive(key)
        product.drain()
        execution = product.describe(key)
        assert execution.status == "SUCCEEDED"
        assert execution.output["found"] == LARGE
        assert execution.output["sent"] == {"state": "Send"}
        found[schema] = _seen(product, key)
        bodies[schema] = [segment.body for segment in backend.journal.segments(key)]
        calls = Calls(product.tasks, lambda _resource: False)
        fork = product.executions.fork(key, Wanted(len(found[schema][0]) - 2, "me"), calls)
        assert fork.output == execution.output
    assert found[SHARES_VALUES] == found[SHARES_VALUES - 1]
    held = [held for body in bodies[SHARES_VALUES] for held in codec.held_by(body).values()]
    assert held.count(LARGE["rows"]) == sum("w" in codec.unpack(body, outlined=True) and bool(codec.held_by(body))
                                            for body in bodies[SHARES_VALUES])
    assert sum(map(len, bodies[SHARES_VALUES])) * 3 < sum(map(len, bodies[SHARES_VALUES - 1]))
