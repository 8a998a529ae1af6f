"""A distributed Map over child executions: the main path, tolerances, stops, lost notices, updates."""

from __future__ import annotations

import random

import pytest
from durable import TESTER, Product, ScriptedTasks
from test_worker import WORK, flow, task

from engine.errors import NotFound
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.tasks import TaskFailed
from engine.runtime.map_run import THRESHOLD

GATHER = "connector:demo:gather"


def distributed(states=None, **more):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **flow(states or {"Work": task(End=True)}),
    }
    return flow({"Each": {"Type": "Map", "ItemProcessor": processor, "End": True, **more}})


def run(definition, given, tasks=None, limit=400, **more):
    product = Product(definition, tasks, **more)
    key = product.start(given)
    product.drain(limit=limit)
    return product, key, product.describe(key)


def children_of(product):
    return [key for key in product.stores.journal._headers if "~" in key.id]


def test_each_item_runs_as_an_execution_of_its_own():
    product, key, execution = run(distributed(), [{"n": n} for n in range(5)])
    assert (execution.status, execution.output) == ("SUCCEEDED", [{"n": n} for n in range(5)])
    children = children_of(product)
    assert len(children) == 5
    assert {product.stores.journal.header(child).status for child in children} == {"SUCCEEDED"}
    assert [row.key for row in product.stores.index.query(ExecutionQuery("default")).rows] == [key]
    assert product.events(key) == [
        "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
        "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
    ]
    assert product.events(children[0])[0] == "ExecutionStarted"
    assert not product.stores.journal.due(float("inf"))


def test_two_hundred_and_fifty_children_join_in_order():
    product, _, execution = run(distributed({"Pass": {"Type": "Pass", "End": True}}), list(range(250)))
    assert execution.output == list(range(250))
    assert len(children_of(product)) == 250
