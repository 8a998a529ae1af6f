"""What the tests of a redrive share: workflows that fail, and what became of their calls."""

from __future__ import annotations

import pytest

from engine.ports.tasks import TaskFailed
from tests.support.durable import Product, ScriptedTasks

A, B, C = "connector:demo:a", "connector:demo:b", "connector:demo:c"
BAD = TaskFailed("Demo.Down", "it is down")


def task(resource, following=None, **more):
    return {"Type": "Task", "Resource": resource, **({"Next": following} if following else {"End": True}), **more}


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def redrive(product, key):
    return product.executions.redrive(key)


def failed(definition, tasks, execution_input=None, **more):
    product = Product(definition, tasks, **more)
    key = product.start(execution_input)
    product.drain()
    assert product.describe(key).status == "FAILED"
    return product, key


def called(product):
    return [call.resource.rpartition(":")[2] for call in product.tasks.calls]


def died_in_its_call(state, *later):
    """An execution of one Task whose worker has died in its first call; those after it are answered with `later`."""
    def dies(_):
        raise KeyboardInterrupt

    product = Product(machine(Only=state), ScriptedTasks({state["Resource"]: [dies, *later]}))
    key = product.start({})
    with pytest.raises(KeyboardInterrupt):
        product.run(key)
    return product, key
