"""A worker without a connector that an execution needs: the execution is PAUSED, and goes on where it stood."""

from __future__ import annotations

from engine.ports.tasks import TaskFailed, TaskPolicy
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.flows import ONE_TASK, WORK, flow, task

THERE = "connector:there:work"
BOTH = flow({"Split": {"Type": "Parallel", "End": True, "Branches": [
    flow({"Lacks": task(Next="After"), "After": {"Type": "Pass", "End": True}}),
    flow({"Has": {"Type": "Task", "Resource": THERE, "End": True}}),
]}})


class Installed(ScriptedTasks):
    """`installed` are the resources that can be called."""

    def __init__(self, *installed, answers=None):
        super().__init__(answers)
        self.installed = set(installed)

    def policy(self, resource, _pin=None):
        known = any(resource.startswith(item) for item in self.installed)
        return TaskPolicy() if known else TaskPolicy(f"{resource}: there is no such connector. Install it.")

    def call(self, call):
        assert self.policy(call.resource).problem is None, f"{call.resource} was called"
        return super().call(call)


def test_an_execution_is_paused_and_says_which_worker_lacks_what():
    caught = flow({
        "Work": task(End=True, Retry=[{"ErrorEquals": ["States.ALL"]}],
                     Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]),
        "Refund": {"Type": "Pass", "End": True},
    })
    product = Product(caught, Installed())
    key = product.start({})
    told = []
    assert product.run(key, product.worker("w-1", on_paused=told.append)) is None
    execution = product.describe(key)
    assert execution.status == "PAUSED"
    assert execution.cause == (
        "the worker w-1 cannot make the call of 'Work': connector:demo:work: there is no such connector. Install it. "
        "Then resume the execution."
    )
    assert told == [key]
    assert "TaskFailed" not in product.events(key)
    assert product.tasks.calls == []
    assert product.stores.journal.header(key).strikes == 0


def test_once_it_is_installed_the_execution_goes_on_where_it_stood():
    product = Product(ONE_TASK, Installed(answers={WORK: [{"ok": True}]}))
    key = product.start({})
    product.drain()
    product.tasks.installed.add(WORK)
    product.drain()
    assert product.describe(key).status == "PAUSED"  # somebody says when
    product.executions.resume(key)
    product.drain()
    assert (product.describe(key).status, product.describe(key).output) == ("SUCCEEDED", {"ok": True})
    assert len(product.tasks.calls) == 1


def test_what_can_be_called_is_called_first():
    product = Product(BOTH, Installed(THERE, answers={THERE: [1], WORK: [2]}))
    key = product.start({})
    product.drain()
    assert product.describe(key).status == "PAUSED"
    assert [call.resource for call in product.tasks.calls] == [THERE]
    product.tasks.installed.add(WORK)
    product.executions.resume(key)
    product.drain()
    assert product.describe(key).output == [2, 1]
    assert [call.resource for call in product.tasks.calls] == [THERE, WORK]


def test_a_paused_one_can_be_stopped():
    product = Product(ONE_TASK, Installed())
    key = product.start({})
    product.drain()
    product.executions.stop(key, error="Enough", actor=TESTER)
    product.drain()
    assert (product.describe(key).status, product.describe(key).error) == ("ABORTED", "Enough")


def test_an_express_execution_cannot_wait_and_fails():
    class Refusing(Installed):
        def call(self, call):
            return ScriptedTasks.call(self, call)

    product = Product(ONE_TASK, Refusing(answers={WORK: [TaskFailed("Automate.Gone")]}), kind="EXPRESS")
    key = product.start({})
    product.drain()
    assert (product.describe(key).status, product.describe(key).error) == ("FAILED", "Automate.Gone")
