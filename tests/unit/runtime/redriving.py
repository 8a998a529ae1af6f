"""What the tests of a redrive share: workflows that fail, and what became of their calls."""

from __future__ import annotations

from durable import TESTER, Product

from engine.ports.tasks import TaskFailed

A, B, C = "connector:demo:a", "connector:demo:b", "connector:demo:c"
BAD = TaskFailed("Demo.Down", "it is down")


def task(resource, following=None, **more):
    return {"Type": "Task", "Resource": resource, **({"Next": following} if following else {"End": True}), **more}


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def redrive(product, key):
    return product.executions.redrive(key, actor=TESTER)


def failed(definition, tasks, execution_input=None, **more):
    product = Product(definition, tasks, **more)
    key = product.start(execution_input)
    product.drain()
    assert product.describe(key).status == "FAILED"
    return product, key


def called(product):
    return [call.resource.rpartition(":")[2] for call in product.tasks.calls]
