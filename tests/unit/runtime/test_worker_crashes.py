"""A first slice of the crash campaign: die before or after every single port call, restart, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from durable import Product, ScriptedTasks
from test_worker import CALLBACK, ONE_TASK, THREE_TASKS, WAIT, WORK, Died, flow, task

from engine.ports.keys import ExecutionKey
from engine.runtime.executions import ExecutionAlreadyExists, TaskTimedOut

READ_ONLY = {"policy", "header", "load", "inbox", "due", "history", "execution_input", "query", "next_due_in"}

FAN = flow({
    "Fan": {
        "Type": "Parallel",
        "Branches": [flow({f"T{i}": task(End=True)}) for i in range(2)],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}],
        "Next": "Pause",
    },
    "Pause": {"Type": "Wait", "Seconds": 5, "Next": "End"},
    "End": {"Type": "Succeed"},
})

CASES = {"task": ONE_TASK, "tasks": THREE_TASKS, "wait": WAIT, "fan": FAN, "callback": CALLBACK}


class Faults:
    """Numbers every port call that could change something and dies at number `at`, before or after it."""

    def __init__(self, at: int = -1, mode: str = "before") -> None:
        self.count = 0
        self.at = at
        self.mode = mode

    def wrap(self, _name: str, port: Any) -> Any:
        return _Port(port, self)

    def call(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        number, self.count = self.count, self.count + 1
        if number == self.at and self.mode == "before":
            raise Died
        answer = act(*args, **kwargs)
        if number == self.at:
            raise Died
        return answer


class _Port:
    def __init__(self, port: Any, faults: Faults) -> None:
        self._port = port
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._port, name)
        if name in READ_ONLY or not callable(act):
            return act
        return lambda *args, **kwargs: self._faults.call(act, *args, **kwargs)


def scenario(definition: dict[str, Any], faults: Faults) -> tuple[Product, Any]:
    """Start, run to the end and answer the callback, over one death."""
    product = Product(definition, ScriptedTasks(), wrap=faults.wrap)
    key = ExecutionKey.of("default", "flow", "one")
    started = False
    for _ in range(2):
        try:
            if not started:
                with suppress(ExecutionAlreadyExists):  # the client whose answer was lost asks again
                    product.start({"order": 7})
            started = True
            product.drain()
            token = next((c.task_token for c in reversed(product.tasks.calls) if c.task_token), None)
            if token and product.describe(key).status == "RUNNING":
                with suppress(TaskTimedOut):
                    product.executions.send_task_success(token, {"order": 7})
                product.drain()
        except Died:
            product.stores.queue.abandon_claims()  # the visibility time-out
        else:
            return product, key
    raise AssertionError("it never came to rest")


@pytest.mark.parametrize("name", CASES)
def test_dying_at_every_port_call_loses_and_doubles_nothing(name: str) -> None:
    faults = Faults()
    reference, key = scenario(CASES[name], faults)
    expected = reference.describe(key)
    events = reference.events(key)
    for mode in ("before", "after"):
        for at in range(faults.count):
            product, key = scenario(CASES[name], Faults(at, mode))
            where = f"{name}, {mode} call {at} of {faults.count}"
            execution = product.describe(key)
            assert (execution.status, execution.output) == (expected.status, expected.output), where
            header = product.stores.journal.header(key)
            assert header.status == execution.status, where
            assert header.due_at is None, where
            segments = list(product.stores.journal.history(key))
            assert product.events(key) == events, where
            assert sum("Execution" in e and e != "ExecutionStarted" for e in events) == 1, where
            ids = [i for s in segments for i in range(s.first_event, s.last_event + 1)]
            assert ids == list(range(1, len(events) + 1)), where
            visits = {(c.state, c.attempt) for c in product.tasks.calls}
            assert len(set(product.tasks.keys)) == len(visits), where
            assert all(c.resource.startswith(WORK) for c in product.tasks.calls), where
