"""Calls as the engine makes them."""

from engine.ports.tasks import TaskCall

REGION = "eu-central-1"


def make_call(resource, arguments, **changes):
    facts = {
        "resource": resource, "arguments": arguments, "workspace": "team", "execution_id": "orders:1",
        "workflow": "orders", "version": 1, "state": "Send", "attempt": 0, "idempotency_key": "orders:1::1:0",
        "budget_seconds": 20.0,
    }
    return TaskCall(**{**facts, **changes})
