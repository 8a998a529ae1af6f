"""What is answered to a waiting task is kept without the secrets that the task was given, whoever answers and whatever
the two processes know."""

from __future__ import annotations

import json

import pytest

from engine.durable import codec
from engine.durable.lifecycle.executions import Executions
from engine.errors import Conflict, StoreUnavailable
from engine.governance.masking import MASK
from engine.governance.resolving import AnswerMasks
from engine.ports.tasks import TaskGoesOn
from tests.support.durable import Product, ScriptedTasks

VALUE, OTHER = "canary/4711 & <more>", "another canary"
ASK = "connector:desk:ask.waitForTaskToken"
FLOW = {"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": ASK, "Parameters": {"key": {"$secret": "KEY"}}, "Next": "Keep",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Keep"}]},
    "Keep": {"Type": "Pass", "End": True},
}}


class Vault:
    """A secret backend whose values a test sets; it may be out of service."""

    name = "vault"

    def __init__(self, **values):
        self.values, self.stale, self.serves = values, {}, True

    def get(self, workspace, key, *, fresh=False):
        if not self.serves:
            raise StoreUnavailable("the vault is shut")
        return (self.values if fresh else {**self.values, **self.stale}).get(key)


def product(*, at_the_door, at_the_worker, definition=FLOW, tasks=None):
    """A product whose two ends know the secrets of these backends."""
    made = Product(definition, tasks, masks=AnswerMasks([at_the_worker]))
    made.door = Executions(
        journal=made.stores.journal, index=made.stores.index, queue=made.stores.queue, published=made.published,
        clock=made.clock, settings=made.settings, masks=AnswerMasks([at_the_door]),
    )
    return made


def asked(made):
    """The execution's key and its task's token."""
    key = made.start({})
    made.run(key)
    return key, made.tasks.calls[0].task_token


def stored(made, key):
    """All that the journal keeps of the execution."""
    journal = made.stores.journal
    snapshot = codec.decode_snapshot(segment.body for segment in journal.load(key).segments)
    events = [event for segment in journal.history(key, 0) for event in codec.decode_events(segment.body)]
    return repr([snapshot, events, [item.body for item in journal.inbox(key)]])


ECHO = {"said": f"your key is {VALUE}", VALUE: [VALUE], "as JSON": json.dumps({"k": VALUE})}


@pytest.mark.parametrize(("door", "worker"), [({"KEY": VALUE}, {}), ({}, {"KEY": VALUE})], ids=["door", "worker"])
def test_an_output_is_kept_without_the_value_if_either_end_knows_it(door, worker):
    made = product(at_the_door=Vault(**door), at_the_worker=Vault(**worker))
    key, token = asked(made)
    made.door.answers.send_task_success(token, ECHO)
    if door:
        assert "canary" not in stored(made, key), "no store ever held it"
    made.drain()
    assert made.describe(key).output["said"] == f"your key is {MASK}"
    assert "canary" not in stored(made, key)


@pytest.mark.parametrize(("door", "worker"), [({"KEY": VALUE}, {}), ({}, {"KEY": VALUE})], ids=["door", "worker"])
def test_an_error_and_a_cause_are_kept_without_the_value(door, worker):
    made = product(at_the_door=Vault(**door), at_the_worker=Vault(**worker))
    key, token = asked(made)
    made.door.answers.send_task_failure(token, f"No {VALUE}", f"{VALUE} is wrong")
    made.drain()
    assert made.describe(key).output == {"Error": f"No {MASK}", "Cause": f"{MASK} is wrong"}
    assert "canary" not in stored(made, key)


def test_an_answer_without_a_cause_stays_one():
    made = product(at_the_door=Vault(KEY=VALUE), at_the_worker=Vault(KEY=VALUE))
    key, token = asked(made)
    made.door.answers.send_task_failure(token)
    made.drain()
    assert made.describe(key).status == "SUCCEEDED"


def test_the_value_of_before_a_rotation_and_the_one_of_after_are_both_masked():
    vault = Vault(KEY=OTHER)
    vault.stale["KEY"] = VALUE  # what a cache still says
    made = product(at_the_door=vault, at_the_worker=Vault())
    key, token = asked(made)
    made.door.answers.send_task_success(token, [VALUE, OTHER])
    made.drain()
    assert made.describe(key).output == [MASK, MASK]


def test_only_the_secrets_of_the_step_are_masked():
    made = product(at_the_door=Vault(KEY=VALUE, ELSE="a word"), at_the_worker=Vault(ELSE="a word"))
    key, token = asked(made)
    made.door.answers.send_task_success(token, "a word")
    made.drain()
    assert made.describe(key).output == "a word"


def test_no_secret_is_looked_up_for_a_step_that_names_none():
    shut = Vault()
    shut.serves = False
    plain = {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": ASK, "End": True}}}
    made = product(at_the_door=shut, at_the_worker=shut, definition=plain)
    key, token = asked(made)
    made.door.answers.send_task_success(token, "yes")
    made.drain()
    assert made.describe(key).output == "yes"


def test_what_cannot_be_masked_is_not_taken():
    shut = Vault()
    shut.serves = False
    made = product(at_the_door=shut, at_the_worker=Vault())
    key, token = asked(made)
    with pytest.raises(StoreUnavailable):
        made.door.answers.send_task_success(token, ECHO)
    assert not made.stores.journal.inbox(key), "and may be answered again"
    shut.serves = True
    made.door.answers.send_task_success(token, "yes")
    made.drain()
    assert made.describe(key).output == "yes"


def test_a_worker_that_cannot_look_up_reads_the_answer_later():
    vault = Vault(KEY=VALUE)
    made = product(at_the_door=Vault(), at_the_worker=vault)
    key, token = asked(made)
    made.door.answers.send_task_success(token, ECHO)
    vault.serves = False
    made.run(key)
    assert made.describe(key).status == "RUNNING"
    vault.serves = True
    made.drain()
    assert made.describe(key).output["said"] == f"your key is {MASK}"


def test_an_answer_within_a_parallel_branch_is_masked_too():
    definition = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": True, "Branches": [
        {"StartAt": "Ask", "States": {"Ask": {**FLOW["States"]["Ask"], "Next": "Keep"},
                                      "Keep": {"Type": "Pass", "End": True}}},
    ]}}}
    made = product(at_the_door=Vault(KEY=VALUE), at_the_worker=Vault(), definition=definition)
    key, token = asked(made)
    made.door.answers.send_task_success(token, VALUE)
    made.drain()
    assert made.describe(key).output == [MASK]


def test_the_answer_of_an_activity_s_worker_is_masked():
    activity = "arn:aws:states:local:default:activity:desk"
    definition = {"StartAt": "Ask", "States": {"Ask": {**FLOW["States"]["Ask"], "Resource": activity},
                                               "Keep": FLOW["States"]["Keep"]}}
    made = product(at_the_door=Vault(KEY=VALUE), at_the_worker=Vault(), definition=definition,
                   tasks=ScriptedTasks({activity: [TaskGoesOn()]}))
    made.activities.create("default", "desk")
    key = made.start({})
    made.run(key)
    task = made.activities.poll("default", "desk")
    assert task.input == {"key": {"$secret": "KEY"}}, "the worker is not handed the value"
    made.door.answers.send_task_success(task.token, f"I know {VALUE}")
    made.drain()
    assert made.describe(key).output == f"I know {MASK}"


def test_an_answer_that_a_client_sends_again_for_want_of_a_reply_is_taken_and_another_is_not():
    made = Product(FLOW, masks=AnswerMasks([Vault(KEY=VALUE)]))
    key, token = asked(made)
    journal = made.stores.journal
    put = journal.put_inbox
    journal.put_inbox = lambda item: (put(item), put(item))[1]  # the first reply was lost
    made.executions.answers.send_task_success(token, {"n": 1})
    with pytest.raises(Conflict):
        made.executions.answers.send_task_success(token, {"n": 2})
    made.drain()
    assert made.describe(key).output == {"n": 1}


def test_an_answer_whose_wake_failed_is_taken_when_it_is_sent_again(monkeypatch):
    """Whoever answers was told to come again, and says the same later: it is no second answer."""
    made = Product(FLOW, masks=AnswerMasks([Vault(KEY=VALUE)]))
    key, token = asked(made)

    def refuse(_wakes):
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(made.stores.queue, "send", refuse)
        with pytest.raises(StoreUnavailable):
            made.executions.answers.send_task_success(token, {"n": 1})
    made.clock.sleep(5)
    made.executions.answers.send_task_success(token, {"n": 1})
    with pytest.raises(Conflict):
        made.executions.answers.send_task_success(token, {"n": 2})
    made.drain()
    assert made.describe(key).output == {"n": 1}
