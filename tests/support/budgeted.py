"""A workflow with a budget, and the budgets themselves over any rows."""

from __future__ import annotations

from engine.durable.lifecycle.budgets import Budgets
from tests.support.durable import START, Product
from tests.support.memory.executions_index import MemoryExecutionsIndex

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "No"}}}
MINUTE = START // 60 * 60
NEXT = MINUTE + 60


def a_product(definition=PASS, per_minute=1, exceeded="wait", **more):
    return Product(definition, budgets={"executions_per_minute": per_minute, "when_exceeded": exceeded}, **more)


def budgets_over(rows, clock):
    return Budgets(rows, MemoryExecutionsIndex(list), clock)


def take(budgets, per_minute, many, *, ahead):
    return [budgets.take("default", "flow", per_minute, ahead=ahead) for _ in range(many)]
