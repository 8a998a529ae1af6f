"""A job whose start was on its way when nobody waited for it any more is stopped (worker.orphaned_jobs)."""


import math
from dataclasses import replace

import pytest

from engine.durable import codec
from engine.errors import Fenced, SchemaTooNew
from engine.ports.tasks import TaskFailed, TaskGoesOn
from tests.support.durable import TESTER, Product, ScriptedTasks
from tests.support.patience import wait_until

JOB = "arn:aws:states:::glue:startJobRun.sync"
RUNS = {"Type": "Task", "Resource": JOB, "Parameters": {"JobName": "nightly"}}
ALONE = {"StartAt": "Run", "States": {"Run": {**RUNS, "End": True}}}


class Glue:
    """Starts jr-1, jr-2, …; does `amid` while the first start is on its way."""

    def __init__(self, amid=lambda: None, answer=None):
        self.amid = amid
        self.answer = answer
        self.started = []
        self.stopped = []
        self.asked = []

    def __call__(self, call):
        if call.stops_job:
            self.stopped.append((call.job["JobRunId"], call.arguments, call.credentials))
            return {}
        if call.job is not None:
            self.asked.append(call.job["JobRunId"])
            return TaskGoesOn()
        self.started.append(f"jr-{len(self.started) + 1}")
        name = self.started[-1]
        if name == "jr-1":
            self.amid()
        return self.answer or {"JobRunId": name}


def product_of(glue, definition=ALONE, **more):
    return Product(definition, ScriptedTasks({JOB: [glue], **more}))


def stop(product):
    product.executions.stop(product.key, error="Enough", actor=TESTER)


def test_a_stop_that_comes_while_the_job_is_being_started_stops_the_job():
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()


    def amid():
        stop(product)
        product.clock.sleep(3)  # its owner reads the inbox every 2 s

    glue.amid = amid
    assert product.run(product.key) is None
    assert product.describe(product.key).status == "ABORTED"
    assert "TaskSubmitted" not in product.events(product.key)
    assert glue.stopped == [("jr-1", {"JobName": "nightly"}, None)]


def test_an_answer_that_comes_after_its_execution_was_let_go_of_stops_the_job():
    """The call of a cancelled branch runs on, on its thread, while the execution waits for something else."""
    product = product_of(Glue())
    product.key = product.start()
    worker = product.worker()
    deadline = product.clock.now() + 300
    worker.admit([product.key], deadline)
    glue = Glue(lambda: stop(product))
    product.tasks.answers[JOB] = [glue]
    worker.round()  # the intent is durable, the call made; its answer is not gathered yet
    answers, worker._calls.answers = worker._calls.answers, lambda _timeout: []
    worker.gather(0.0)
    worker.wake(product.key)
    while worker.owned:
        worker.round()
    assert product.describe(product.key).status == "ABORTED"
    assert glue.stopped == []
    worker._calls.answers = answers
    worker.gather(0.0)
    worker.round()
    assert [name for name, *_ in glue.stopped] == ["jr-1"]


def test_a_cancelled_branch_s_job_is_stopped_though_the_execution_goes_on():
    glue = Glue()
    branches = {
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel", "End": True, "Catch": [{"ErrorEquals": ["Broken"], "Next": "Rest"}],
                "Branches": [
                    {"StartAt": "Fail", "States": {"Fail": {"Type": "Task", "Resource": "fails", "End": True}}}, ALONE,
                ],
            },
            "Rest": {"Type": "Wait", "Seconds": 5000, "End": True},
        },
    }
    product = product_of(glue, branches, fails=[TaskFailed("Broken")])
    product.key = product.start()

    def until_the_branch_is_gone():
        wait_until(lambda: "WaitStateEntered" in product.events(product.key))

    glue.amid = until_the_branch_is_gone
    product.run(product.key, product.worker(call_threads=2))
    assert product.describe(product.key).status == "RUNNING"
    assert "TaskSubmitted" not in product.events(product.key)
    assert [name for name, *_ in glue.stopped] == ["jr-1"]


def freeze_past_the_lease(product, rival_does):
    """The first worker freezes in its call; another takes over, and does `rival_does`."""
    def amid():
        product.clock.sleep(4000)
        rival_does()
    return amid


def test_a_job_known_only_to_a_worker_that_was_fenced_is_stopped_once_its_execution_has_ended():
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()

    def rival():
        stop(product)
        product.run(product.key, product.worker())

    glue.amid = freeze_past_the_lease(product, rival)
    outcome = product.run(product.key, seconds=10_000)
    assert isinstance(outcome, Fenced)
    assert product.describe(product.key).status == "ABORTED"
    assert glue.started == ["jr-1"]
    assert [name for name, *_ in glue.stopped] == ["jr-1"]


@pytest.mark.parametrize("closed", [True, False])
def test_what_a_newer_release_wrote_is_judged_by_its_header(monkeypatch, closed):
    """Closed, nobody waits for the job; open, this release cannot tell, and leaves it for now."""
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()

    def rival():
        if closed:
            stop(product)
        product.run(product.key, product.worker())
        monkeypatch.setattr(codec, "stored_snapshot", newer)

    def newer(_loaded):
        raise SchemaTooNew("a snapshot of the next release")

    glue.amid = freeze_past_the_lease(product, rival)
    product.run(product.key, seconds=10_000)
    assert [name for name, *_ in glue.stopped] == (["jr-1"] if closed else [])


def test_a_redrive_that_a_newer_release_began_may_wait_for_the_job(monkeypatch):
    """Its segment is there before its header says RUNNING."""
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()

    def rival():
        stop(product)
        product.run(product.key, product.worker())
        load = product.journal.load

        def begun(key):
            loaded = load(key)
            last = loaded.segments[-1]
            return replace(loaded, segments=(*loaded.segments, replace(last, seq=last.seq + 1)))

        def newer(_loaded):
            raise SchemaTooNew("a snapshot of the next release")

        monkeypatch.setattr(product.journal, "load", begun)
        monkeypatch.setattr(codec, "stored_snapshot", newer)

    glue.amid = freeze_past_the_lease(product, rival)
    product.run(product.key, seconds=10_000)
    assert glue.stopped == []


def test_a_job_that_a_successor_started_again_under_the_same_key_is_left():
    glue = Glue(answer={"JobRunId": "the same"})
    product = product_of(glue)
    product.key = product.start()
    glue.amid = freeze_past_the_lease(product, lambda: product.run(product.key, product.worker()))
    outcome = product.run(product.key, seconds=10_000)
    assert isinstance(outcome, Fenced)
    assert len(set(product.tasks.keys)) == 1
    assert glue.stopped == []


@pytest.mark.parametrize("after", [0, 1])
def test_a_job_that_is_waited_for_is_stopped_by_nobody(after):
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()
    worker = product.worker()
    product.run(product.key, worker)
    for _ in range(after):
        product.clock.sleep(10)
        product.run(product.key, worker)
    assert len(glue.asked) == after
    assert glue.stopped == []


def test_a_job_whose_start_another_worker_makes_again_is_looked_at_until_that_one_is_gone():
    """It answers nothing, and dies: the execution is stopped then, and whoever began the job first stops it, once."""
    glue = Glue()
    product = product_of(glue)
    product.key = product.start()
    first, second = product.worker(), product.worker()
    first.admit([product.key], math.inf)
    first.round()
    product.clock.sleep(4000)
    second.admit([product.key], math.inf)
    second.round()
    first.gather(0.0)
    first.round()
    assert isinstance(first.take_outcomes()[product.key], Fenced)
    product.clock.sleep(4000)
    stop(product)
    product.run(product.key)
    assert product.describe(product.key).status == "ABORTED"
    assert glue.stopped == []
    for _ in range(3):
        product.clock.sleep(10)
        first.round()
    assert [name for name, *_ in glue.stopped] == ["jr-1"]
